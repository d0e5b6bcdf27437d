"""Setting up a session: rubric, pieces, panel, and who scores what. Nobody scores their own students."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from calibrate.errors import ArgumentError, DataError, NotFound, StaleWrite
from calibrate.model.ids import new_id
from calibrate.model.roster import Enrolment, Teaching
from calibrate.model.session import Assignment, PanelMember, Session, SessionState
from calibrate.model.work import Piece
from calibrate.store.repository import Unit
from calibrate.workflows.norming.trust import NormingProject, refuse_over


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What a facilitator decides about a session.

    Parameters
    ----------
    title, rubric_id, rubric_version, window_id
        What is scored, with what, in which window.
    piece_ids, rater_ids
        The pieces, and the raters of the panel.
    assignments
        Rater id to the ids of the pieces that the rater scores. By default everybody scores
        everything but the work of their own students.
    own_students
        Exceptions: (piece id, rater id) to the reason why this rater scores a student of their own.
        Such a reading joins the discussion but not the reliability, and the exception is logged.
    facilitator_id, school_ids, held_on
        Who leads, which schools take part, and when the panel meets.
    """

    title: str
    rubric_id: str
    rubric_version: int
    window_id: str
    piece_ids: tuple[str, ...]
    rater_ids: tuple[str, ...]
    assignments: Mapping[str, tuple[str, ...]] | None = None
    own_students: Mapping[tuple[str, str], str] = field(default_factory=dict)
    facilitator_id: str | None = None
    school_ids: tuple[str, ...] = ()
    held_on: date | None = None

    def __post_init__(self) -> None:
        if not self.piece_ids or not self.rater_ids:
            raise ArgumentError("A session needs at least one piece and one rater.")
        if len(set(self.rater_ids)) != len(self.rater_ids):
            raise ArgumentError("A rater is on the panel twice.", fix="List each rater once.")
        for (piece, rater), reason in self.own_students.items():
            if piece not in self.piece_ids or rater not in self.rater_ids:
                raise ArgumentError("An exception names a piece or rater outside the session.")
            if not reason.strip():
                raise ArgumentError("An exception needs a reason.", fix="Say why in a few words.")
        for rater, pieces in (self.assignments or {}).items():
            if rater not in self.rater_ids or not set(pieces) <= set(self.piece_ids):
                raise ArgumentError("The plan names a rater or piece outside the session.")
            if len(set(pieces)) != len(pieces):
                raise ArgumentError("The plan gives a rater the same piece twice.")


def set_up_session(
    project: NormingProject,
    plan: SessionPlan,
    *,
    by: str,
    today: date | None = None,
    shuffle: random.Random | None = None,
) -> Session:
    """Save a new session with its panel and plan; it is not open for scoring yet.

    Each rater's pieces are shuffled on their own, so that no piece always comes first.

    Parameters
    ----------
    project
        The project.
    plan
        What was decided.
    by
        Who sets it up (a rater's id, or the part of Calibrate that acts).
    today
        The day on which rosters are looked at, beside the day the work was collected.
    shuffle
        The source of chance.

    Raises
    ------
    DataError
        If the plan lets somebody score their own students without a reason, or leaves a rater
        without work or a piece without a rater.
    NotFound
        If the rubric, a piece or a rater is not in the project.
    """
    with project.store.transaction() as unit:
        session = _session(new_id("se"), plan)
        work, own = _checked(unit, plan, today)
        unit.sessions.add(session)
        unit.audit.log(by, "session.setup", session.id)
        _write(unit, session, plan, work, own, by, shuffle)
    return session


def change_setup(
    project: NormingProject,
    session_id: str,
    plan: SessionPlan,
    *,
    by: str,
    today: date | None = None,
    shuffle: random.Random | None = None,
) -> Session:
    """Put another plan in the place of the one that a session was set up with, before it is open.

    Parameters and errors are those of `set_up_session`.

    Raises
    ------
    StaleWrite
        If the session has been opened for scoring.
    """
    with project.store.transaction() as unit:
        unit.sessions.lock(session_id)
        state = unit.sessions.get(session_id).state
        refuse_over(state)
        if state is not SessionState.SETUP:
            raise StaleWrite(
                "This session is open for scoring, so its plan does not change any more.",
                fix="Load the page again to see how far it is.",
            )
        session = _session(session_id, plan)
        work, own = _checked(unit, plan, today)
        for one in unit.sessions.assignments.all(session_id=session_id):
            unit.sessions.assignments.remove(session_id, one.rater_id, one.piece_id)
        for member in unit.sessions.panel.all(session_id=session_id):
            unit.sessions.panel.remove(session_id, member.rater_id)
        unit.sessions.put(session)
        unit.audit.log(by, "session.setup", session_id, "changed")
        _write(unit, session, plan, work, own, by, shuffle)
    return session


def _session(session_id: str, plan: SessionPlan) -> Session:
    return Session(
        id=session_id,
        title=plan.title,
        rubric_id=plan.rubric_id,
        rubric_version=plan.rubric_version,
        window_id=plan.window_id,
        piece_ids=plan.piece_ids,
        school_ids=plan.school_ids,
        facilitator_id=plan.facilitator_id,
        held_on=plan.held_on,
    )


def _checked(
    unit: Unit, plan: SessionPlan, today: date | None
) -> tuple[dict[str, tuple[str, ...]], set[tuple[str, str]]]:
    """Who scores what, and which (piece id, rater id) pairs are own students, once the plan holds."""
    unit.rubrics.get(plan.rubric_id, plan.rubric_version)
    pieces = _pieces(unit, plan.piece_ids)
    _check_raters(unit, plan.rater_ids)
    own = own_student_pairs(unit, pieces.values(), plan.rater_ids, today or date.today())
    return _assign(plan, pieces, own), own


def _write(
    unit: Unit,
    session: Session,
    plan: SessionPlan,
    work: Mapping[str, tuple[str, ...]],
    own: set[tuple[str, str]],
    by: str,
    shuffle: random.Random | None,
) -> None:
    chance = shuffle or random.SystemRandom()
    pieces = _pieces(unit, plan.piece_ids)
    unit.sessions.panel.add_all(PanelMember(session.id, rater) for rater in plan.rater_ids)
    for rater, its in work.items():
        order = list(its)
        chance.shuffle(order)
        unit.sessions.assignments.add_all(
            Assignment(session.id, rater, piece, place, (piece, rater) in own)
            for place, piece in enumerate(order, start=1)
        )
    for (piece, rater), reason in plan.own_students.items():
        if (piece, rater) in own and piece in work.get(rater, ()):
            said = f"{pieces[piece].code}, {rater}: {reason}"
            unit.audit.log(by, "session.own_student", session.id, said)


def own_student_pairs(
    unit: Unit, pieces: Iterable[Piece], rater_ids: Iterable[str], today: date
) -> set[tuple[str, str]]:
    """Which (piece id, rater id) would have a rater score a student of their own.

    A student is one's own who was, when the work was collected or is today, in a room in which one
    teaches. Where dates are not known the answer is yes rather than no.
    """
    wanted = list(pieces)
    teachings: dict[str, list[Teaching]] = {}
    for teaching in unit.people.teaching.all(rater_id=list(rater_ids)):
        teachings.setdefault(teaching.classroom_id, []).append(teaching)
    students = sorted({piece.student_id for piece in wanted if piece.student_id})
    enrolments: dict[str, list[Enrolment]] = {}
    for enrolment in unit.people.enrolments.all(student_id=students):
        enrolments.setdefault(enrolment.student_id, []).append(enrolment)
    pairs = set()
    for piece in wanted:
        days = [day for day in (piece.collected_on, today) if day is not None]
        rooms = {piece.classroom_id} - {None}
        for enrolment in enrolments.get(piece.student_id or "", ()):
            if piece.collected_on is None or any(enrolment.covers(day) for day in days):
                rooms.add(enrolment.classroom_id)
        for room in rooms:
            for teaching in teachings.get(room or "", ()):
                if piece.collected_on is None or any(_teaches(teaching, day) for day in days):
                    pairs.add((piece.id, teaching.rater_id))
    return pairs


def _teaches(teaching: Teaching, day: date) -> bool:
    begun = teaching.start is None or teaching.start <= day
    return begun and (teaching.end is None or day <= teaching.end)


def _pieces(unit: Unit, piece_ids: tuple[str, ...]) -> dict[str, Piece]:
    found = {piece.id: piece for piece in unit.work.pieces.all(id=list(piece_ids))}
    if missing := [one for one in piece_ids if one not in found]:
        raise NotFound(f"The project has no piece {missing[0]}.")
    return found


def _check_raters(unit: Unit, rater_ids: tuple[str, ...]) -> None:
    known = {rater.id for rater in unit.people.raters.all(id=list(rater_ids))}
    if missing := [one for one in rater_ids if one not in known]:
        raise NotFound(f"The project has no rater {missing[0]}.")


def _assign(
    plan: SessionPlan, pieces: Mapping[str, Piece], own: set[tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    excused = set(plan.own_students)
    if plan.assignments is None:
        work = {
            rater: tuple(
                piece
                for piece in plan.piece_ids
                if (piece, rater) not in own or (piece, rater) in excused
            )
            for rater in plan.rater_ids
        }
    else:
        work = {rater: tuple(plan.assignments.get(rater, ())) for rater in plan.rater_ids}
        for rater, its in work.items():
            for piece in its:
                if (piece, rater) in own and (piece, rater) not in excused:
                    raise DataError(
                        f"Piece {pieces[piece].code} was written by a student of a rater who would score it.",
                        fix="Give it to somebody else, or make an exception with its reason.",
                    )
    if idle := [rater for rater, its in work.items() if not its]:
        raise DataError(
            f"{len(idle)} of the panel would have nothing to score.",
            fix="Give them pieces of other classes, or take them off the panel.",
        )
    read = {piece for its in work.values() for piece in its}
    if unread := [pieces[piece].code for piece in plan.piece_ids if piece not in read]:
        raise DataError(
            f"Nobody would score piece {unread[0]}.",
            fix="Add a rater who does not teach its writer, or leave it out.",
        )
    return work
