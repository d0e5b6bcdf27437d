"""People and rooms. Names live apart from everything else, in `PersonName`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from calibrate.errors import ArgumentError

GRADES: tuple[str, ...] = ("PK", "KG", *(f"{n:02d}" for n in range(1, 13)))
"""Grade codes in order (CEDS entry grades)."""

_ALIASES = {
    "K": "KG",
    "KINDERGARTEN": "KG",
    "0": "KG",
    "00": "KG",
    "PREK": "PK",
    "PRE-K": "PK",
    "-1": "PK",
}


class Role(StrEnum):
    """What a member of staff does. Any of them may rate."""

    TEACHER = "teacher"
    COACH = "coach"
    SPECIALIST = "specialist"
    PRINCIPAL = "principal"
    ASSESSMENT_LEAD = "assessment_lead"


class Edition(StrEnum):
    """For whom a report is made: staff (inside), or anybody else (outside)."""

    INSIDE = "inside"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class School:
    """A school. ``grades`` are the grade codes that it teaches, in order."""

    id: str
    title: str
    grades: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Classroom:
    """A room with its children. It may hold several grades: grade belongs to the child."""

    id: str
    school_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Student:
    """A child, under a random id. ``source`` and ``source_id`` say where the record came from."""

    id: str
    source: str
    source_id: str


@dataclass(frozen=True, slots=True)
class StudentProgram:
    """A programme that a child is in, such as ``multilingual`` or ``special education``.

    Kept only where a district gives it, and only for one question: whether groups are scored alike.
    """

    student_id: str
    program: str


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A child in a classroom, in a grade, between two dates (both inclusive; None is open)."""

    student_id: str
    classroom_id: str
    grade: str
    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.grade not in GRADES:
            raise ArgumentError(f"{self.grade!r} is not a grade code.", fix="Use KG, 01, …, 12.")
        if self.start and self.end and self.end < self.start:
            raise ArgumentError("The enrolment ends before it starts.", fix="Check the dates.")

    def covers(self, day: date) -> bool:
        """Whether the child was in the room on that day."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Rater:
    """Somebody who judges work, under a random id. ``school_id`` is None for district staff."""

    id: str
    source: str
    source_id: str
    role: Role = Role.TEACHER
    school_id: str | None = None


@dataclass(frozen=True, slots=True)
class Teaching:
    """A member of staff who teaches in a classroom (co-teachers: one record each)."""

    rater_id: str
    classroom_id: str
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name. Only the inside view reads it."""

    person_id: str
    given_name: str
    family_name: str


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """What a person is called in one edition: drawn at random, derived from nothing."""

    edition: Edition
    person_id: str
    label: str


def read_grade(text: str) -> str:
    """Read a grade as schools write it (``K``, ``3``, ``03``, ``3rd``, ``Grade 3``) into its code.

    Raises
    ------
    ArgumentError
        If it is no grade from pre-kindergarten to 12.
    """
    wanted = text.strip().upper().removeprefix("GRADE").strip()
    wanted = _ALIASES.get(wanted, wanted)
    for ending in ("ST", "ND", "RD", "TH"):
        wanted = wanted.removesuffix(ending) if wanted[:1].isdecimal() else wanted
    if wanted.isdecimal():
        wanted = f"{int(wanted):02d}"
    if wanted in GRADES:
        return wanted
    raise ArgumentError(
        f"{text.strip()!r} is not a grade.", fix="Use K, 1, 2, … 12 (or KG, 01, …)."
    )


def grade_label(grade: str) -> str:
    """The grade as a teacher says it: ``Pre-K``, ``Kindergarten``, ``Grade 3``."""
    return {"PK": "Pre-K", "KG": "Kindergarten"}.get(grade) or f"Grade {int(grade)}"


def grade_position(grade: str) -> int:
    """The grade's place in `GRADES`, for sorting."""
    return GRADES.index(grade)
