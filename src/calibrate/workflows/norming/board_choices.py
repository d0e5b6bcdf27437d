"""What a facilitator can choose from when a session is set up: rubrics, windows, pieces and people."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from calibrate.errors import DataError
from calibrate.model.roster import GRADES, Role, grade_label, grade_position
from calibrate.model.rubric import Purpose, Rubric
from calibrate.model.work import Piece, Task, Window
from calibrate.store.repository import Unit
from calibrate.workflows.norming.room_view import piece_facts
from calibrate.workflows.norming.trust import NormingProject

SUGGESTED = 5


@dataclass(frozen=True, slots=True)
class PieceFilter:
    """Which pieces are looked at; an empty text lets all through."""

    window_id: str = ""
    grade: str = ""
    genre: str = ""
    school_id: str = ""
    with_work: bool = True


@dataclass(frozen=True, slots=True)
class PieceLine:
    """A piece as it stands in the list: no child, no class, no score.

    Parameters
    ----------
    sessions
        In how many sessions it was scored before: some of the panel may remember it.
    pages
        How many files of it can be shown; 0 where there is nothing to see.
    """

    id: str
    code: str
    facts: tuple[str, ...]
    task: str
    pages: int
    sessions: int


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody who may be on the panel. ``grades`` are those of the rooms in which they teach now."""

    id: str
    name: str
    role: Role
    school_id: str
    school: str
    grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that is chosen from, beside the pieces, and what is chosen at first.

    Parameters
    ----------
    rubrics
        For student work, the newest version of each first; the one used last stands at the head.
    last_panel
        The panel of the session before, and its title; empty where there was none.
    """

    rubrics: tuple[Rubric, ...]
    windows: tuple[Window, ...]
    window_id: str
    grades: tuple[tuple[str, str], ...]
    genres: tuple[str, ...]
    schools: tuple[tuple[str, str], ...]
    people: tuple[PersonLine, ...]
    last_panel: tuple[str, ...]
    last_title: str


def choices_for_setup(project: NormingProject, today: date) -> Choices:
    """What a new session can be made of.

    Parameters
    ----------
    today
        Decides who teaches where.

    Raises
    ------
    DataError
        If something is still missing that no session can do without.
    """
    with project.store.reading() as unit:
        windows = unit.work.windows.all()
        pieces = unit.work.pieces.all()
        people = _people(unit, today)
        rubrics = [one for one in unit.rubrics.all() if one.purpose is Purpose.STUDENT_WORK]
        sessions = unit.sessions.all()
        panel: tuple[str, ...] = ()
        if sessions:
            members = unit.sessions.panel.all(session_id=sessions[-1].id)
            panel = tuple(one.rater_id for one in members)
        shown = {one.piece_id for one in unit.work.files.all()}
        tasks: dict[str, Task | None] = {}
        genres = {_genre(unit, one, tasks) for one in pieces if one.id in shown}
        schools = tuple((one.id, one.title) for one in unit.people.schools.all())
    for there, what, how in (
        (rubrics, "rubric", "`calibrate import rubric`"),
        (people, "staff", "`calibrate import roster`"),
        (pieces, "student work", "`calibrate import work`"),
    ):
        if not there:
            raise DataError(f"The project has no {what} yet.", fix=f"Bring it in with {how}.")
    used = (sessions[-1].rubric_id, sessions[-1].rubric_version) if sessions else None
    rubrics.sort(key=lambda one: ((one.id, one.version) != used, one.id, -one.version))
    windows.sort(key=lambda one: one.starts, reverse=True)
    there_now = {one.window_id for one in pieces if one.id in shown}
    first = next((one.id for one in windows if one.id in there_now), windows[0].id)
    return Choices(
        rubrics=tuple(rubrics),
        windows=tuple(windows),
        window_id=first,
        grades=tuple((one, grade_label(one)) for one in GRADES if one in {p.grade for p in pieces}),
        genres=tuple(sorted(genres - {""})),
        schools=schools,
        people=people,
        last_panel=panel,
        last_title=sessions[-1].title if sessions else "",
    )


def find_pieces(project: NormingProject, wanted: PieceFilter) -> tuple[PieceLine, ...]:
    """The pieces that a filter lets through, by grade and code."""
    with project.store.reading() as unit:
        return _lines(unit, _filtered(unit, wanted))


def lines_of(project: NormingProject, piece_ids: Sequence[str]) -> tuple[PieceLine, ...]:
    """Some pieces as they stand in the list, in the order asked for."""
    with project.store.reading() as unit:
        found = {one.id: one for one in unit.work.pieces.all(id=list(piece_ids))}
        return _lines(unit, [found[one] for one in piece_ids if one in found])


def suggest_pieces(
    project: NormingProject,
    wanted: PieceFilter,
    *,
    count: int = SUGGESTED,
    chance: random.Random | None = None,
) -> tuple[PieceLine, ...]:
    """Some pieces that belong together: with work to show, one task, rooms as different as can be.

    They are drawn by chance, those that no session has seen before first. No score bears on it.
    """
    draw = chance or random.SystemRandom()
    with project.store.reading() as unit:
        shown = {one.piece_id for one in unit.work.files.all()}
        pieces = [one for one in _filtered(unit, wanted) if one.id in shown]
        lines = {one.id: one for one in _lines(unit, pieces)}
    by_task: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_task.setdefault(piece.task_id or "", []).append(piece)
    if not by_task:
        return ()
    largest = max(len(its) for its in by_task.values())
    task = draw.choice(sorted(t for t, its in by_task.items() if len(its) >= min(count, largest)))
    pool = list(by_task[task])
    draw.shuffle(pool)
    chosen: list[Piece] = []
    while pool and len(chosen) < count:
        rooms = [one.classroom_id for one in chosen]
        best = min(
            pool, key=lambda one: (lines[one.id].sessions > 0, rooms.count(one.classroom_id))
        )
        pool.remove(best)
        chosen.append(best)
    return tuple(lines[one.id] for one in sorted(chosen, key=lambda one: one.code))


def _filtered(unit: Unit, wanted: PieceFilter) -> list[Piece]:
    where: dict[str, object] = {}
    if wanted.window_id:
        where["window_id"] = wanted.window_id
    if wanted.grade:
        where["grade"] = wanted.grade
    if wanted.school_id:
        where["school_id"] = wanted.school_id
    pieces = unit.work.pieces.all(**where)
    if wanted.with_work:
        shown = {one.piece_id for one in unit.work.files.all()}
        pieces = [one for one in pieces if shown & {one.id, *one.parts}]
    if wanted.genre:
        tasks: dict[str, Task | None] = {}
        pieces = [one for one in pieces if _genre(unit, one, tasks) == wanted.genre]
    return sorted(
        pieces, key=lambda one: (grade_position(one.grade) if one.grade else -1, one.code)
    )


def _genre(unit: Unit, piece: Piece, tasks: dict[str, Task | None]) -> str:
    if piece.genre:
        return piece.genre
    if not piece.task_id:
        return ""
    if piece.task_id not in tasks:
        tasks[piece.task_id] = unit.work.tasks.find(piece.task_id)
    task = tasks[piece.task_id]
    return task.genre if task else ""


def _lines(unit: Unit, pieces: Sequence[Piece]) -> tuple[PieceLine, ...]:
    """The lines of some pieces; of everything else that the project holds, nothing is read."""
    task_ids = {one.task_id for one in pieces if one.task_id}
    tasks = {one.id: one for one in unit.work.tasks.all(id=sorted(task_ids))}
    window_ids = {one.window_id for one in pieces}
    windows = {one.id: one for one in unit.work.windows.all(id=sorted(window_ids))}
    shown = {part for one in pieces for part in (one.id, *one.parts)}
    pages = Counter(one.piece_id for one in unit.work.files.all(piece_id=sorted(shown)))
    seen = unit.sessions.with_pieces([one.id for one in pieces])
    lines = []
    for piece in pieces:
        task = tasks.get(piece.task_id or "")
        lines.append(
            PieceLine(
                id=piece.id,
                code=piece.code,
                facts=piece_facts(piece, task, windows.get(piece.window_id)),
                task=task.title if task else "",
                pages=sum(pages[one] for one in (piece.id, *piece.parts)),
                sessions=seen.get(piece.id, 0),
            )
        )
    return tuple(lines)


def _people(unit: Unit, today: date) -> tuple[PersonLine, ...]:
    raters = unit.people.raters.all()
    names = person_names(unit, [one.id for one in raters])
    schools = {one.id: one.title for one in unit.people.schools.all()}
    rooms: dict[str, set[str]] = {}
    for enrolment in unit.people.enrolments.all():
        if enrolment.covers(today) or enrolment.end is None:
            rooms.setdefault(enrolment.classroom_id, set()).add(enrolment.grade)
    grades: dict[str, set[str]] = {}
    for teaching in unit.people.teaching.all():
        if teaching.end is None or teaching.end >= today:
            grades.setdefault(teaching.rater_id, set()).update(rooms.get(teaching.classroom_id, ()))
    lines = [
        PersonLine(
            id=one.id,
            name=names[one.id],
            role=one.role,
            school_id=one.school_id or "",
            school=schools.get(one.school_id or "", "The district"),
            grades=tuple(sorted(grades.get(one.id, ()), key=grade_position)),
        )
        for one in raters
    ]
    return tuple(
        sorted(
            lines,
            key=lambda one: (
                one.school_id == "",
                one.school,
                one.name.rpartition(" ")[2],
                one.name,
            ),
        )
    )


def person_names(unit: Unit, person_ids: Sequence[str]) -> dict[str, str]:
    """What staff are called, ``Joanne Hidalgo``; the roster's id where no name was brought in."""
    named = {
        one.person_id: f"{one.given_name} {one.family_name}".strip()
        for one in unit.people.names.all(person_id=list(person_ids))
    }
    source = {one.id: one.source_id for one in unit.people.raters.all(id=list(person_ids))}
    return {one: named.get(one) or source.get(one, "somebody") for one in person_ids}
