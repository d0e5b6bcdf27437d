"""The facilitator's sessions: a list to choose from, and one of them with its panel and how far it is. No score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from calibrate.model.roster import Role
from calibrate.model.rubric import Rubric
from calibrate.model.session import RoundName, Session, SessionRound
from calibrate.store.repository import Unit
from calibrate.workflows.norming.board_choices import PieceLine, lines_of, person_names
from calibrate.workflows.norming.calling_off import CalledOff, called_off
from calibrate.workflows.norming.links import room_code
from calibrate.workflows.norming.progress import progress
from calibrate.workflows.norming.stage import Stage, pulse, pulses
from calibrate.workflows.norming.trust import NormingProject, pieces_by_rater, rubric_of


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session as it stands in the list."""

    id: str
    title: str
    window: str
    held_on: date | None
    stage: Stage
    pieces: int
    raters: int


@dataclass(frozen=True, slots=True)
class PanelLine:
    """Somebody on the panel, by name: the facilitator's side knows who sits there.

    Parameters
    ----------
    answered, due, committed, saved_at
        How far they are in the round that was opened last: counts, never scores.
    absent
        Whether the blind round was revealed without them.
    missing
        Whether the round that was opened last was revealed without them.
    """

    id: str
    name: str
    role: Role
    school: str
    answered: int = 0
    due: int = 0
    committed: bool = False
    saved_at: datetime | None = None
    absent: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class BoardRoom:
    """One session as its facilitator sees it before and between the reveals.

    Parameters
    ----------
    mark
        Changes when anything changed that everybody may see: see `stage.Pulse`.
    round
        The round that was opened last, or None while the session is set up.
    opened_here
        Not whether it is open, but whether it was ever opened with keys: a session that was brought
        in from a file has none, and nobody can be handed a link to it.
    plan
        Rater id to piece ids.
    called_off
        When, by whom and why it was called off, or None.
    """

    session: Session
    stage: Stage
    mark: str
    code: str
    rubric: Rubric
    window: str
    pieces: tuple[PieceLine, ...]
    panel: tuple[PanelLine, ...]
    plan: dict[str, tuple[str, ...]]
    round: SessionRound | None
    opened_here: bool
    called_off: CalledOff | None = None


def list_sessions(project: NormingProject) -> tuple[SessionLine, ...]:
    """Every session: those that still run first, then the newest."""
    with project.store.reading() as unit:
        sessions = unit.sessions.all()
        windows = {one.id: one.title for one in unit.work.windows.all()}
        raters: dict[str, int] = {}
        for member in unit.sessions.panel.all():
            raters[member.session_id] = raters.get(member.session_id, 0) + 1
    stages = pulses(project, [one.id for one in sessions])
    lines = [
        SessionLine(
            id=one.id,
            title=one.title,
            window=windows.get(one.window_id, ""),
            held_on=one.held_on,
            stage=stages[one.id].stage,
            pieces=len(one.piece_ids),
            raters=raters.get(one.id, 0),
        )
        for one in sessions
    ]
    lines.sort(key=lambda one: one.held_on or date.max, reverse=True)
    return tuple(sorted(lines, key=lambda one: one.stage.over))


def view_board(project: NormingProject, session_id: str) -> BoardRoom:
    """One session, with who has finished how much.

    Raises
    ------
    NotFound
        If the project has no such session.
    """
    beat = pulse(project, session_id)
    with project.store.reading() as unit:
        session = unit.sessions.get(session_id)
        rubric = rubric_of(unit, session)
        found = unit.work.windows.find(session.window_id)
        plan = pieces_by_rater(unit, session_id)
        rounds = unit.sessions.rounds.all(session_id=session_id)
        opened_here = unit.ballots.keys.find(session_id) is not None
        panel = _panel(unit, session_id)
        ended = called_off(unit, session_id)
    current = max(rounds, key=lambda one: one.opened_at) if rounds else None
    return BoardRoom(
        session=session,
        stage=beat.stage,
        mark=beat.mark,
        code=room_code(project, session_id),
        rubric=rubric,
        window=found.title if found else "",
        pieces=lines_of(project, session.piece_ids),
        panel=panel if current is None else _with_progress(project, session_id, current, panel),
        plan=plan,
        round=current,
        opened_here=opened_here,
        called_off=ended,
    )


def round_now(board: BoardRoom) -> RoundName:
    """The round that was opened last; the blind one where none was."""
    return board.round.round if board.round else RoundName.BLIND


def _panel(unit: Unit, session_id: str) -> tuple[PanelLine, ...]:
    members = unit.sessions.panel.all(session_id=session_id)
    ids = [one.rater_id for one in members]
    raters = {one.id: one for one in unit.people.raters.all(id=ids)}
    names = person_names(unit, ids)
    schools = {one.id: one.title for one in unit.people.schools.all()}
    lines = [
        PanelLine(
            id=one.rater_id,
            name=names[one.rater_id],
            role=raters[one.rater_id].role,
            school=schools.get(raters[one.rater_id].school_id or "", "The district"),
            absent=one.absent,
        )
        for one in members
    ]
    return tuple(sorted(lines, key=lambda one: (one.name.rpartition(" ")[2], one.name)))


def _with_progress(
    project: NormingProject, session_id: str, current: SessionRound, panel: tuple[PanelLine, ...]
) -> tuple[PanelLine, ...]:
    far = {one.rater_id: one for one in progress(project, session_id, current.round)}
    return tuple(
        PanelLine(
            id=one.id,
            name=one.name,
            role=one.role,
            school=one.school,
            answered=far[one.id].answered,
            due=far[one.id].due,
            committed=far[one.id].committed,
            saved_at=far[one.id].saved_at,
            absent=one.absent,
            missing=one.id in current.missing,
        )
        for one in panel
    )
