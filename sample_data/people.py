"""Who is there: children with their rooms over the year, and staff. Writes ``roster.csv``."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import yaml
from district import FIRST_DAY, ROOM, ROOMS, SCHOOL, SCHOOLS, Room
from draws import chance, stream

NAMES = Path(__file__).parent / "names.yaml"
MOVES_BETWEEN_SCHOOLS, MOVES_BETWEEN_ROOMS, LATE_ARRIVALS, LEAVERS = 10, 8, 12, 8
CO_TAUGHT = ("lincoln-3b", "riverbend-7a", "stone-mill-6a")

COLUMNS = [
    "role",
    "person_id",
    "given_name",
    "family_name",
    "school_id",
    "school",
    "classroom_id",
    "classroom",
    "grade",
    "start",
    "end",
    "programs",
]
#: Programmes that a child may be in, and in what share of children. No reader was made to score them otherwise.
PROGRAMS = {"multilingual": 0.16, "special education": 0.13}


@dataclass(frozen=True, slots=True)
class Stay:
    """A child in a room from one day to another (None: still there)."""

    room: str
    start: date
    end: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the child was there on that day."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the district. The grade belongs to the child, not to the room."""

    id: str
    given: str
    family: str
    grade: str
    stays: tuple[Stay, ...]

    def room_on(self, day: date) -> Room | None:
        """The room on that day, or None before arrival and after leaving."""
        return next((ROOM[stay.room] for stay in self.stays if stay.covers(day)), None)


@dataclass(frozen=True, slots=True)
class Adult:
    """A member of staff who may rate; ``rooms`` are those where she teaches, ``school`` empty for the district."""

    id: str
    given: str
    family: str
    role: str
    school: str
    rooms: tuple[str, ...] = ()


def _name_pairs(key: str, count: int) -> list[tuple[str, str]]:
    rng = stream("names", key)
    pairs: list[tuple[str, str]] = []
    seen: set[tuple[str, str]] = set()
    names = yaml.safe_load(NAMES.read_text(encoding="utf-8"))
    given, families = names[key].split(), names["families"].split()
    while len(pairs) < count:
        pair = (rng.choice(given), rng.choice(families))
        if pair not in seen:
            seen.add(pair)
            pairs.append(pair)
    return pairs


def _room_sizes() -> dict[str, list[str]]:
    """For every room the grades of its children on the first day."""
    rooms = {}
    for room in ROOMS:
        size = stream("room size", room.id).choice((20, 21, 22, 22, 23, 23, 24, 24, 25, 26))
        share = (size + 1) // 2 if len(room.grades) > 1 else size
        rooms[room.id] = [room.grades[0]] * share + [room.grades[-1]] * (size - share)
    return rooms


def _school_day(rng: random.Random, first: date, last: date) -> date:
    """A Monday between two days, when somebody moves in."""
    day = first + timedelta(days=rng.randrange((last - first).days))
    return day + timedelta(days=(7 - day.weekday()) % 7)


def _other_room(rng: random.Random, grade: str, here: Room, *, same_school: bool) -> Room | None:
    open_rooms = [
        room
        for room in ROOMS
        if grade in room.grades
        and room.id != here.id
        and (room.school == here.school) == same_school
    ]
    return rng.choice(open_rooms) if open_rooms else None


def _stays(kind: str, child: str, grade: str, room: Room) -> tuple[Stay, ...] | None:
    """The year of a child who moves, comes late or leaves; None where no other room is there."""
    rng = stream("move", child)
    if kind == "late":
        arrives = _school_day(rng, date(2025, 9, 22), date(2026, 3, 20))
        return (Stay(room.id, arrives),)
    if kind == "leaves":
        leaves = _school_day(rng, date(2025, 11, 3), date(2026, 4, 20)) - timedelta(days=3)
        return (Stay(room.id, FIRST_DAY, leaves),)
    other = _other_room(rng, grade, room, same_school=kind == "room")
    if other is None:
        return None
    moves = _school_day(rng, date(2025, 10, 27), date(2026, 3, 30))
    return (Stay(room.id, FIRST_DAY, moves - timedelta(days=3)), Stay(other.id, moves))


def children() -> tuple[Child, ...]:
    """Every child, by room and grade of the first day."""
    seats = [(room, grade) for room, grades in _room_sizes().items() for grade in grades]
    numbers = stream("student numbers").sample(range(400_000, 499_999), len(seats))
    pairs = _name_pairs("children", len(seats))
    kinds = (
        ["school"] * MOVES_BETWEEN_SCHOOLS
        + ["room"] * MOVES_BETWEEN_ROOMS
        + ["late"] * LATE_ARRIVALS
        + ["leaves"] * LEAVERS
    )
    waiting = dict.fromkeys(range(len(seats)))
    moved: dict[int, tuple[Stay, ...]] = {}
    order = stream("who moves").sample(range(len(seats)), len(seats))
    for kind in kinds:
        for seat in order:
            if seat not in waiting:
                continue
            room, grade = seats[seat]
            if stays := _stays(kind, str(numbers[seat]), grade, ROOM[room]):
                moved[seat] = stays
                del waiting[seat]
                break
    return tuple(
        Child(str(numbers[seat]), *pairs[seat], grade, moved.get(seat, (Stay(room, FIRST_DAY),)))
        for seat, (room, grade) in enumerate(seats)
    )


def programs_of(child: Child) -> tuple[str, ...]:
    """The programmes that a child is in."""
    return tuple(one for one, share in PROGRAMS.items() if chance(share, "program", one, child.id))


def adults() -> tuple[Adult, ...]:
    """Every member of staff: a teacher per room, some co-teachers, and those who serve a whole school."""
    posts: list[tuple[str, str, tuple[str, ...]]] = []
    for school in SCHOOLS:
        rooms = [room for room in ROOMS if room.school == school.id]
        posts += [("teacher", school.id, (room.id,)) for room in rooms]
        posts += [("teacher", school.id, (room.id,)) for room in rooms if room.id in CO_TAUGHT]
        posts += [("coach", school.id, ())]
        posts += [("specialist", school.id, ())] * 2
        posts += [("principal", school.id, ())]
    posts += [("coach", "", ()), ("assessment_lead", "", ())]
    numbers = stream("staff numbers").sample(range(1001, 1200), len(posts))
    pairs = _name_pairs("staff", len(posts))
    return tuple(
        Adult(f"E{number}", *pair, role, school, rooms)
        for number, pair, (role, school, rooms) in zip(numbers, pairs, posts, strict=True)
    )


def roster_rows(pupils: tuple[Child, ...], staff: tuple[Adult, ...]) -> list[dict[str, str]]:
    """One row per person and room, staff first."""
    rows = []
    for adult in staff:
        for room in adult.rooms or ("",):
            rows.append(_row(adult.role, adult, room, adult.school, "", str(FIRST_DAY), ""))
    for child in pupils:
        for stay in child.stays:
            end = str(stay.end) if stay.end else ""
            school = ROOM[stay.room].school
            rows.append(
                _row("student", child, stay.room, school, child.grade, str(stay.start), end)
            )
    return rows


def _row(
    role: str, person: Child | Adult, room: str, school: str, grade: str, start: str, end: str
) -> dict[str, str]:
    return {
        "role": role,
        "person_id": person.id,
        "given_name": person.given,
        "family_name": person.family,
        "school_id": school,
        "school": SCHOOL[school].title if school else "",
        "classroom_id": room,
        "classroom": ROOM[room].title if room else "",
        "grade": grade,
        "start": start,
        "end": end,
        "programs": ";".join(programs_of(person)) if isinstance(person, Child) else "",
    }
