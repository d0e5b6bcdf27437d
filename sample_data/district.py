"""The invented district: schools, rooms, the windows of the year, and who links with whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

NAME = "Harbor Falls School District"
SCHOOL_YEAR = "2025-26"
FIRST_DAY = date(2025, 8, 25)
LAST_DAY = date(2026, 6, 12)
RUBRIC, RUBRIC_VERSION = "k8-writing", 1
CRITERIA = ("FOC", "ORG", "DEV", "STY", "CONV")


@dataclass(frozen=True, slots=True)
class Room:
    """A classroom and the grades of its children."""

    id: str
    title: str
    school: str
    grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class School:
    """A school, its rooms as ``grades:letter``, and how many staff it has beside the teachers."""

    id: str
    title: str
    rooms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A time of the year when writing is collected."""

    id: str
    title: str
    starts: date
    ends: date


SCHOOLS = (
    School(
        "lincoln",
        "Lincoln Elementary",
        ("K:a", "K:b", "1:a", "1:b", "2:a", "2:b", "3:a", "3:b", "4:a", "4:b", "5:a", "5:b"),
    ),
    School(
        "roosevelt",
        "Roosevelt Elementary",
        ("K:a", "K:b", "1:a", "1:b", "2:a", "2:b", "3:a", "3:b", "4:a", "4/5:b", "5:a", "5:c"),
    ),
    School(
        "riverbend",
        "Riverbend School",
        ("K:a", "1:a", "1/2:b", "3:a", "4:a", "5:a", "6:a", "7:a", "8:a"),
    ),
    School(
        "stone-mill",
        "Stone Mill Middle School",
        ("6:a", "6:b", "7:a", "7:b", "7:c", "8:a", "8:b"),
    ),
)

WINDOWS = (
    Window("2025-fall", "Fall 2025", date(2025, 9, 29), date(2025, 10, 10)),
    Window("2025-winter", "Winter 2025-26", date(2026, 1, 5), date(2026, 1, 12)),
    Window("2026-spring", "Spring 2026", date(2026, 3, 30), date(2026, 4, 10)),
)

#: Pairs of schools whose raters read pieces in common, and how much of the cross-school reading each gets.
#: Lincoln and Stone Mill are the pair that shares none. Roosevelt and Stone Mill meet in a few pieces only.
LINKS = {
    ("lincoln", "roosevelt"): 0.36,
    ("lincoln", "riverbend"): 0.32,
    ("riverbend", "roosevelt"): 0.22,
    ("riverbend", "stone-mill"): 0.18,
}
UNLINKED = ("lincoln", "stone-mill")
THIN_LINK = ("roosevelt", "stone-mill")
THIN_LINK_PIECES = 4


def _room_title(number: int, grades: str) -> str:
    names = {"K": "Kindergarten"}
    parts = grades.split("/")
    label = names.get(grades) or ("Grades " if len(parts) > 1 else "Grade ") + "/".join(parts)
    return f"Room {number} ({label})"


def _rooms() -> tuple[Room, ...]:
    rooms = []
    for school in SCHOOLS:
        for place, code in enumerate(school.rooms):
            grades, letter = code.split(":")
            number = 101 + place if place < 6 else 201 + place - 6
            rooms.append(
                Room(
                    id=f"{school.id}-{grades.replace('/', '')}{letter}".lower(),
                    title=_room_title(number, grades),
                    school=school.id,
                    grades=tuple(grades.split("/")),
                )
            )
    return tuple(rooms)


ROOMS = _rooms()
ROOM = {room.id: room for room in ROOMS}
SCHOOL = {school.id: school for school in SCHOOLS}


def linked(one: str, other: str) -> bool:
    """Whether raters of these two schools may read a piece in common."""
    pair = tuple(sorted((one, other)))
    return one == other or pair in LINKS or pair == THIN_LINK
