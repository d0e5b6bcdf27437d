"""People: schools, rooms, children, staff, names and pseudonyms."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Literal, overload

import sqlalchemy as sa

from calibrate.errors import ProjectError
from calibrate.model.roster import (
    Classroom,
    Edition,
    Enrolment,
    PersonName,
    Pseudonym,
    Rater,
    School,
    Student,
    StudentProgram,
    Teaching,
)
from calibrate.store.schema import people as tables
from calibrate.store.unit import Noun, Transaction

Kind = Literal["rater", "student"]


class People:
    """Everybody in the project. Names are read by the inside view alone."""

    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self.schools = Noun(unit, School, tables.school, "school")
        self.classrooms = Noun(unit, Classroom, tables.classroom, "classroom")
        self.students = Noun(unit, Student, tables.student, "student")
        self.programs = Noun(unit, StudentProgram, tables.student_program, "programme")
        self.enrolments = Noun(unit, Enrolment, tables.enrolment, "enrolment")
        self.raters = Noun(unit, Rater, tables.rater, "rater")
        self.teaching = Noun(unit, Teaching, tables.teaching, "teaching record")
        self.names = Noun(unit, PersonName, tables.person_name, "name")
        self.given = Noun(unit, Pseudonym, tables.pseudonym, "pseudonym")

    @overload
    def by_source(self, kind: Literal["rater"], source: str) -> dict[str, Rater]: ...
    @overload
    def by_source(self, kind: Literal["student"], source: str) -> dict[str, Student]: ...
    def by_source(self, kind: Kind, source: str) -> dict[str, Rater] | dict[str, Student]:
        """Everybody of one kind from one source, by the id that they have there."""
        if kind == "rater":
            return {one.source_id: one for one in self.raters.all(source=source)}
        return {one.source_id: one for one in self.students.all(source=source)}

    def pseudonym(self, edition: Edition, person_id: str, kind: Kind) -> str:
        """What a person is called in an edition ("Rater 27", "Student 4821"); drawn at random on first use."""
        return self.pseudonyms(edition, [person_id], kind)[person_id]

    def pseudonyms(self, edition: Edition, person_ids: Iterable[str], kind: Kind) -> dict[str, str]:
        """The pseudonyms of many people in an edition; those who have none yet get one.

        Raises
        ------
        ProjectError
            If somebody has none yet and the project was opened for reading.
        """
        wanted = list(dict.fromkeys(person_ids))
        table = tables.pseudonym
        known = {
            row.person_id: row.label
            for row in self._unit.rows(
                sa.select(table.c.person_id, table.c.label).where(table.c.edition == edition)
            )
        }
        fresh = [one for one in wanted if one not in known]
        if fresh and not self._unit.writable:
            raise ProjectError(
                "Somebody has no pseudonym in this edition yet, and the project was opened for reading."
            )
        taken = set(known.values())
        for person_id in fresh:
            known[person_id] = _draw(kind, taken)
            taken.add(known[person_id])
        if fresh:
            self.given.add_all(Pseudonym(edition, one, known[one]) for one in fresh)
        return {one: known[one] for one in wanted}


_FIRST_DIGITS = {"rater": 2, "student": 4}


def _draw(kind: Kind, taken: set[str]) -> str:
    """A free label; the numbers get longer before the free ones get scarce."""
    digits = _FIRST_DIGITS[kind]
    word = kind.capitalize()
    used = sum(label.startswith(word + " ") for label in taken)
    while used * 10 >= 6 * 10**digits:
        digits += 1
    while True:
        low = 10 ** (digits - 1)
        label = f"{word} {secrets.randbelow(9 * low) + low}"
        if label not in taken:
            return label
