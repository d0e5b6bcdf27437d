"""Everything that is known of one norming session, loaded at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from calibrate.errors import NotFound
from calibrate.model.roster import School
from calibrate.model.rubric import Rubric
from calibrate.model.session import (
    Action,
    Consensus,
    Minute,
    MinuteKind,
    RoundName,
    Session,
    SessionState,
)
from calibrate.model.work import Piece, Task, Window
from calibrate.store.project import Project
from calibrate.store.repository import Unit
from calibrate.workflows.from_paper import sheets_from_paper
from calibrate.workflows.score_tables import score_table
from calibrate.workflows.work_views import WorkView, view_of


@dataclass(frozen=True, slots=True)
class PieceFacts:
    """A piece as the panel saw it."""

    piece: Piece
    task: Task | None
    view: WorkView


@dataclass(frozen=True)
class SessionFacts:
    """A session with its panel, pieces, minutes, consensus and the scores of both rounds.

    ``blind`` and ``second`` are score tables (one row per reading and criterion) with piece codes
    in the column ``piece``. ``absent`` are the panel members whose scores are missing, and
    ``absent_because`` says why the reveal went ahead without them. ``from_paper`` says how many
    sheets of each round were entered by hand from paper.
    """

    session: Session
    rubric: Rubric
    window: Window
    schools: tuple[School, ...]
    pieces: tuple[PieceFacts, ...]
    panel: tuple[str, ...]
    absent: tuple[str, ...]
    absent_because: str
    minutes: dict[MinuteKind, tuple[str, ...]]
    actions: tuple[Action, ...]
    consensus: tuple[Consensus, ...]
    blind: pd.DataFrame
    second: pd.DataFrame
    from_paper: Mapping[RoundName, int] = field(default_factory=dict)

    def code_of(self, piece_id: str) -> str:
        """The neutral code of one of the session's pieces."""
        return next(one.piece.code for one in self.pieces if one.piece.id == piece_id)


def session_facts(project: Project, session_id: str) -> SessionFacts:
    """Load a session.

    Raises
    ------
    NotFound
        If there is no such session; it lists those there are.
    """
    with project.store.reading() as unit:
        session = unit.sessions.find(session_id)
        if session is not None and session.state is SessionState.CALLED_OFF:
            raise NotFound(
                f"Session {session_id!r} was called off before its reveal, so there is nothing to report."
            )
        if session is None:
            known = ", ".join(one.id for one in unit.sessions.not_called_off()) or "none yet"
            raise NotFound(
                f"There is no session {session_id!r}.", fix=f"The sessions are: {known}."
            )
        pieces = _pieces(unit, project, session)
        panel = unit.sessions.panel.all(session_id=session_id)
        minutes: dict[MinuteKind, list[Minute]] = defaultdict(list)
        for line in unit.sessions.minutes.all(session_id=session_id):
            minutes[line.kind].append(line)
        rubric = unit.rubrics.get(session.rubric_id, session.rubric_version)
        window = unit.work.windows.get(session.window_id)
        schools = tuple(unit.people.schools.get(one) for one in session.school_ids)
        actions = tuple(unit.sessions.actions.all(session_id=session_id))
        consensus = tuple(unit.sessions.consensus.current(session_id=session_id))
        from_paper = sheets_from_paper(unit, session_id)
        blind_round = unit.sessions.rounds.find(session_id, RoundName.BLIND)
    table = score_table(project, session=session_id)
    blind = table[table["round"] == RoundName.BLIND.value].reset_index(drop=True)
    # A score that two agreed on together names both.
    read = {rater for readers in blind["rater"] for rater in readers.split("+")}
    return SessionFacts(
        session=session,
        rubric=rubric,
        window=window,
        schools=schools,
        pieces=pieces,
        panel=tuple(one.rater_id for one in panel),
        absent=tuple(one.rater_id for one in panel if one.rater_id not in read),
        absent_because=blind_round.reason if blind_round else "",
        minutes={
            kind: tuple(line.text for line in sorted(lines, key=lambda line: line.ordinal))
            for kind, lines in minutes.items()
        },
        actions=actions,
        consensus=consensus,
        blind=blind,
        second=table[table["round"] == RoundName.AFTER_DISCUSSION.value].reset_index(drop=True),
        from_paper=from_paper,
    )


def _pieces(unit: Unit, project: Project, session: Session) -> tuple[PieceFacts, ...]:
    found = []
    for piece_id in session.piece_ids:
        piece = unit.work.pieces.get(piece_id)
        task = unit.work.tasks.find(piece.task_id) if piece.task_id else None
        files = sorted(unit.work.files.all(piece_id=piece_id), key=lambda file: file.ordinal)
        found.append(PieceFacts(piece, task, view_of(files, project.work)))
    return tuple(found)
