"""Bring in sessions that were held already: panel, both rounds, minutes, actions and consensus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from calibrate.errors import ArgumentError
from calibrate.exchange.problems import Problems
from calibrate.exchange.score_rows import ScoreRow
from calibrate.exchange.sessions import HeldSession, HeldSessions, read_sessions
from calibrate.model.ids import check_slug
from calibrate.model.rubric import Rubric
from calibrate.model.scores import ReadingPurpose
from calibrate.model.session import (
    Action,
    Assignment,
    Minute,
    MinuteKind,
    PanelMember,
    RoundName,
    Session,
    SessionState,
)
from calibrate.store.project import Project
from calibrate.store.unit import Change
from calibrate.workflows.imports import FileImporter, ImportOptions, ImportRun
from calibrate.workflows.imports_anchors import bring_in_anchors
from calibrate.workflows.imports_consensus import consensus_of
from calibrate.workflows.imports_judgements import SessionPlace
from calibrate.workflows.imports_known import Known
from calibrate.workflows.imports_readings import Occasion, bring_in
from calibrate.workflows.imports_scores import places_of, rows_of


class SessionsImporter(FileImporter):
    """Adds and updates held sessions; what was scored in the room is never touched."""

    held: HeldSessions
    options: ImportOptions
    rows: tuple[ScoreRow, ...] = ()
    alone = False
    skipped = 0

    def read(self, path: Path, options: ImportOptions) -> Problems:
        """Read the sessions' files, and open the table of their scores."""
        self.options = options
        self.alone = not path.is_dir()
        self.held = read_sessions(path)
        self.sha256 = self.held.sha256
        return self.held.problems

    def prepare(self, project: Project, problems: Problems) -> None:
        """Read the scores, before anybody is kept from saving."""
        if self.held.scores is None:
            problems.warn("There is no scores.csv beside the sessions: they have no scores.")
            return
        rows = rows_of(self.held.scores, project, problems, self.options)
        problems.file = self.held.scores.name
        for row in rows:
            if not row.session:
                problems.add(
                    "The row names no session.",
                    row=row.row,
                    column="session",
                    fix="Fill in session and round; other scores come in by calibrate import scores.",
                )
        mine = {one.id for one in self.held.sessions}
        self.rows = tuple(row for row in rows if row.session in mine) if self.alone else rows
        self.skipped = len(rows) - len(self.rows)

    def apply(self, run: ImportRun) -> None:
        """Check sessions and scores together, then write both."""
        known = Known(run.unit)
        reader = _SessionReader(run, known)
        sessions = {one.id: one for one in self.held.sessions}
        records = {
            one.id: record for one in sessions.values() if (record := reader.read(one)) is not None
        }
        rows = self.rows
        run.tally.count("scores", "skipped", self.skipped)
        places = {
            one.id: SessionPlace(
                one.id,
                one.rubric_id,
                one.rubric_version,
                frozenset(one.piece_ids),
                frozenset(reader.raters(sessions[one.id])),
            )
            for one in records.values()
        }
        others = [row for row in rows if row.session not in sessions]
        places |= places_of(run, others)
        settled_at = {
            one.id: _settled_at(sessions[one.id], [row for row in rows if row.session == one.id])
            for one in records.values()
        }
        agreed = {
            one.id: consensus_of(run, known, sessions[one.id], one, settled_at[one.id])
            for one in records.values()
        }
        if not run.problems.found:
            run.tally.add("sessions", run.unit.sessions.put_all(records.values()))
        occasions = bring_in(run, known, rows, places)
        for one in records.values():
            held = sessions[one.id]
            mine = [o for o in occasions if o.first.session == one.id]
            self._beside(run, held, one, reader.raters(held), mine)
            run.unit.sessions.consensus.add_all(agreed[one.id])
            bring_in_anchors(run, known, held, one, settled_at[one.id])

    def _beside(
        self,
        run: ImportRun,
        held: HeldSession,
        session: Session,
        panel: list[str],
        occasions: list[Occasion],
    ) -> None:
        """Write panel, assignments, minutes and actions; what the file has no more goes."""
        nouns = run.unit.sessions
        places = {piece_id: place for place, piece_id in enumerate(session.piece_ids, start=1)}
        assignments = [
            Assignment(
                session.id,
                rater,
                one.first.piece.id,
                places[one.first.piece.id],
                one.purpose is ReadingPurpose.OWN_STUDENT,
            )
            for one in occasions
            if one.first.round == RoundName.BLIND
            for rater in one.first.raters
        ]
        counts: Counter[MinuteKind] = Counter()
        minutes = []
        for kind, text in held.minutes:
            counts[kind] += 1
            minutes.append(Minute(session.id, kind, counts[kind], text))
        actions = [
            Action(session.id, place, who, what, due)
            for place, (who, what, due) in enumerate(held.actions, start=1)
        ]
        members = [PanelMember(session.id, rater) for rater in panel]
        beside: list[tuple[str, Any, list[Any], tuple[str, ...]]] = [
            ("panel", nouns.panel, members, ("session_id", "rater_id")),
            ("assignments", nouns.assignments, assignments, ("session_id", "rater_id", "piece_id")),
            ("minutes", nouns.minutes, minutes, ("session_id", "kind", "ordinal")),
            ("actions", nouns.actions, actions, ("session_id", "ordinal")),
        ]
        for label, noun, wanted, key in beside:
            keys = {tuple(getattr(one, name) for name in key) for one in wanted}
            for old in noun.all(session_id=session.id):
                at = tuple(getattr(old, name) for name in key)
                if at not in keys:
                    noun.remove(*at)
                    run.tally.count(label, Change.CHANGED.value)
            run.tally.add(label, noun.put_all(wanted))


class _SessionReader:
    def __init__(self, run: ImportRun, known: Known) -> None:
        self.run = run
        self.known = known
        self.windows = {one.id for one in run.unit.work.windows.all()}
        self.schools = {one.id for one in run.unit.people.schools.all()}

    def problem(self, held: HeldSession, field: str, message: str, fix: str) -> None:
        line = held.lines.get(field, held.lines.get("", 1))
        self.run.problems.add(message, file=held.file, row=line, column=field, fix=fix)

    def raters(self, held: HeldSession) -> list[str]:
        """Our ids of the panel, of those who are known."""
        return [self.known.raters[one] for one in held.panel if one in self.known.raters]

    def read(self, held: HeldSession) -> Session | None:
        """The session as a record, or None after noting what the project does not know."""
        before = len(self.run.problems.found)
        try:
            check_slug(held.id, "id")
        except ArgumentError as error:
            self.problem(held, "id", "This cannot be used as an id.", error.fix or "")
        old = self.run.unit.sessions.find(held.id) if held.id else None
        if old is not None and self._is_live(old):
            self.problem(
                held,
                "id",
                "The project holds a session of this id that was not brought in from a file.",
                "Give the file's session another id.",
            )
        if held.window not in self.windows:
            self.problem(
                held, "window", "The project has no such window.", "Bring in the work first."
            )
        rubric = self.known.rubric(held.rubric, held.version)
        if rubric is None:
            self.problem(
                held,
                "rubric",
                "The project has no such rubric in that version.",
                "Check its id and version, or bring it in first.",
            )
        pieces = self._pieces(held)
        self._people(held)
        if len(self.run.problems.found) > before or rubric is None:
            return None
        return self._session(held, rubric, pieces)

    def _session(self, held: HeldSession, rubric: Rubric, pieces: list[str]) -> Session:
        return Session(
            id=held.id,
            title=held.title,
            rubric_id=rubric.id,
            rubric_version=rubric.version,
            window_id=held.window,
            piece_ids=tuple(pieces),
            school_ids=held.schools,
            facilitator_id=self.known.raters.get(held.facilitator),
            held_on=held.held_on,
            state=SessionState.CLOSED,
        )

    def _is_live(self, session: Session) -> bool:
        """Whether a session was set up in the room: then a file must not touch it."""
        if session.state not in (SessionState.REVEALED, SessionState.CLOSED):
            return True
        unit = self.run.unit
        return unit.ballots.keys.find(session.id) is not None

    def _pieces(self, held: HeldSession) -> list[str]:
        found = []
        for place, code in enumerate(held.pieces, start=1):
            piece = self.known.pieces.get(code)
            if piece is None:
                self.problem(
                    held,
                    "pieces",
                    f"The project has no piece number {place} of this list.",
                    "Check the id, or bring in the work first.",
                )
            else:
                found.append(piece.id)
        if len(set(found)) != len(found):
            self.problem(held, "pieces", "A piece is listed twice.", "List each piece once.")
        return found

    def _people(self, held: HeldSession) -> None:
        fix = "Check the id, or bring in the roster first."
        for place, one in enumerate(held.panel, start=1):
            if one not in self.known.raters:
                message = f"The project has no rater number {place} of this list."
                self.problem(held, "panel", message, fix)
        if held.facilitator and held.facilitator not in self.known.raters:
            self.problem(held, "facilitator", "The project has no such member of staff.", fix)
        if any(one not in self.schools for one in held.schools):
            self.problem(held, "schools", "The project has no such school.", fix)


def _settled_at(held: HeldSession, rows: Iterable[ScoreRow]) -> datetime:
    """When the panel settled its consensus: with the last score, else on the day, else now."""
    times = [row.scored_at for row in rows if row.scored_at is not None]
    if times:
        return max(times)
    if held.held_on is not None:
        return datetime.combine(held.held_on, time(12), tzinfo=UTC)
    return datetime.now(UTC)


importer = SessionsImporter
