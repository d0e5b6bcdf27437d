"""Bring in scores: long or wide, operational or of a session that was revealed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from calibrate.exchange.problems import Problems
from calibrate.exchange.score_rows import ScoreRow, score_rows_of
from calibrate.exchange.source_files import SourceFile, read_source
from calibrate.model.session import SessionState
from calibrate.store.project import Project
from calibrate.workflows.imports import FileImporter, ImportOptions, ImportRun
from calibrate.workflows.imports_judgements import SessionPlace
from calibrate.workflows.imports_known import Known
from calibrate.workflows.imports_readings import bring_in


class ScoresImporter(FileImporter):
    """Adds readings and scores; a changed score is a correction that names the one it replaces."""

    source: SourceFile
    options: ImportOptions
    rows: tuple[ScoreRow, ...] = ()

    def read(self, path: Path, options: ImportOptions) -> Problems:
        """Open the file; it is read when the project's criteria are known."""
        self.source = read_source(path)
        self.sha256 = self.source.sha256
        self.options = options
        return Problems(self.source.name)

    def prepare(self, project: Project, problems: Problems) -> None:
        """Read the rows, before anybody is kept from saving."""
        self.rows = rows_of(self.source, project, problems, self.options)

    def apply(self, run: ImportRun) -> None:
        """Check the rows against the project, and write."""
        bring_in(run, Known(run.unit), self.rows, places_of(run, self.rows))


def rows_of(
    source: SourceFile, project: Project, problems: Problems, options: ImportOptions
) -> tuple[ScoreRow, ...]:
    """The rows of a table of scores; its problems are taken over."""
    with project.reading() as unit:
        criteria = {one.id for rubric in unit.rubrics.all() for one in rubric.criteria}
    found = score_rows_of(source, sorted(criteria), mapping=options.columns)
    problems.take(found.problems)
    return found.rows


def places_of(run: ImportRun, rows: Sequence[ScoreRow]) -> dict[str, SessionPlace]:
    """The sessions that the rows name and that may be given scores."""
    found = {}
    for session_id in dict.fromkeys(row.session for row in rows if row.session):
        first = next(row.row for row in rows if row.session == session_id)
        session = run.unit.sessions.find(session_id)
        if session is None:
            run.problems.add(
                "The project has no such session.",
                row=first,
                column="session",
                fix="Bring it in first: calibrate import sessions.",
            )
        elif session.state is SessionState.CALLED_OFF:
            run.problems.add(
                "This session was called off, so no scores can be added to it.",
                row=first,
                column="session",
                fix="Leave these rows out, or name the session that was held instead.",
            )
        elif session.state in (SessionState.SETUP, SessionState.SCORING):
            run.problems.add(
                "This session has not been revealed, so no scores can be added to it.",
                row=first,
                column="session",
                fix="Reveal it first.",
            )
        else:
            panel = {one.rater_id for one in run.unit.sessions.panel.all(session_id=session_id)}
            found[session_id] = SessionPlace(
                session.id,
                session.rubric_id,
                session.rubric_version,
                frozenset(session.piece_ids),
                frozenset(panel),
            )
    return found


importer = ScoresImporter
