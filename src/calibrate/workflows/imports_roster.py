"""Bring in a roster: people under random ids, their names apart, and who was in which room when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from calibrate.exchange.problems import Problems
from calibrate.exchange.rosters import Roster, RosterPerson, Stay, roster_of
from calibrate.exchange.source_files import read_source
from calibrate.model.ids import new_id
from calibrate.model.roster import (
    Classroom,
    Enrolment,
    PersonName,
    Rater,
    School,
    Student,
    StudentProgram,
    Teaching,
    grade_position,
)
from calibrate.workflows.imports import SOURCE, FileImporter, ImportOptions, ImportRun


class RosterImporter(FileImporter):
    """Adds and updates schools, rooms, people and their dates; removes nobody."""

    roster: Roster

    def read(self, path: Path, options: ImportOptions) -> Problems:
        """Read the table."""
        source = read_source(path)
        self.roster = roster_of(source)
        self.sha256 = source.sha256
        problems = Problems(source.name)
        problems.warnings = list(self.roster.warnings)
        return problems

    def apply(self, run: ImportRun) -> None:
        """Compare with the project and write."""
        self._schools(run)
        people = self._people(run)
        run.problems.raise_if_any()
        self._names(run, people)
        self._programs(run, people)
        self._enrolments(run, people)
        self._teaching(run, people)

    def _schools(self, run: ImportRun) -> None:
        people = run.unit.people
        known = {one.id: one for one in people.schools.all()}
        run.tally.add(
            "schools",
            people.schools.put_all(
                _merged(one, known.get(one.id)) for one in self.roster.schools.values()
            ),
        )
        rooms = {one.id: one for one in people.classrooms.all()}
        wanted = []
        for room in self.roster.classrooms.values():
            old = rooms.get(room.id)
            if old is not None and old.school_id != room.school_id:
                run.problems.add(
                    "This classroom belongs to another school in the project.",
                    row=next(s.row for s in self.roster.stays if s.classroom_id == room.id),
                    column="classroom_id",
                    fix="Give every classroom of the district an id of its own.",
                )
            title = old.title if old is not None and room.title == room.id else room.title
            wanted.append(Classroom(room.id, room.school_id, title))
        run.problems.raise_if_any()
        run.tally.add("classrooms", people.classrooms.put_all(wanted))

    def _people(self, run: ImportRun) -> dict[str, str]:
        """Give everybody of the file an id; from the file's ids to ours."""
        people = run.unit.people
        students = people.by_source("student", SOURCE)
        raters = people.by_source("rater", SOURCE)
        ids: dict[str, str] = {}
        new_students, staff = [], []
        for one in self.roster.people.values():
            if (one.source_id in raters) if one.role is None else (one.source_id in students):
                run.problems.add(
                    "The project knows this id as a student's, not staff's, or the other way round.",
                    row=one.row,
                    column="person_id",
                    fix="Give each person an id of their own.",
                )
                continue
            if one.role is None:
                if (student := students.get(one.source_id)) is None:
                    student = Student(new_id("st"), SOURCE, one.source_id)
                    new_students.append(student)
                ids[one.source_id] = student.id
            else:
                old = raters.get(one.source_id)
                rater_id = new_id("ra") if old is None else old.id
                staff.append(Rater(rater_id, SOURCE, one.source_id, one.role, one.school_id))
                ids[one.source_id] = rater_id
        people.students.add_all(new_students)
        listed = sum(one.role is None for one in self.roster.people.values())
        run.tally.count("students", "new", len(new_students))
        run.tally.count("students", "unchanged", listed - len(new_students))
        run.tally.add("raters", people.raters.put_all(staff))
        _warn_of_absent(run, students, self.roster.people)
        return ids

    def _names(self, run: ImportRun, ids: dict[str, str]) -> None:
        wanted = [
            PersonName(ids[one.source_id], one.given_name, one.family_name)
            for one in self.roster.people.values()
            if one.given_name or one.family_name
        ]
        run.tally.add("names", run.unit.people.names.put_all(wanted))

    def _programs(self, run: ImportRun, ids: dict[str, str]) -> None:
        """What the file says of a child's programmes is the whole truth about them."""
        if self.roster.programs is None:
            return
        noun = run.unit.people.programs
        wanted = [
            StudentProgram(ids[source_id], program)
            for source_id, programs in self.roster.programs.items()
            if source_id in ids
            for program in sorted(programs)
        ]
        listed = {ids[one] for one in self.roster.programs if one in ids}
        gone = {one for one in noun.all() if one.student_id in listed} - set(wanted)
        for one in gone:
            noun.remove(one.student_id, one.program)
        run.tally.count("programmes", "changed", len(gone))
        run.tally.add("programmes", noun.put_all(wanted))

    def _enrolments(self, run: ImportRun, ids: dict[str, str]) -> None:
        noun = run.unit.people.enrolments
        old: dict[str, list[Enrolment]] = {}
        for enrolment in noun.all():
            old.setdefault(enrolment.student_id, []).append(enrolment)
        stays: dict[str, list[Stay]] = {}
        for stay in self.roster.stays:
            if stay.grade is not None:
                stays.setdefault(ids[stay.source_id], []).append(stay)
        wanted = []
        moved = 0
        for student_id, listed in stays.items():
            for before in old.get(student_id, ()):
                if any(_same_place(before, stay) for stay in listed):
                    continue
                later = _moved_to(before, listed)
                if later is None:
                    continue
                if later.start is None:
                    run.problems.add(
                        "This student is in another classroom in the project, and the row has no start.",
                        row=later.row,
                        column="start",
                        fix="Give the day of the move, so that earlier work keeps its room.",
                    )
                else:
                    moved += 1
                    wanted.append(replace(before, end=later.start - timedelta(days=1)))
            for stay in listed:
                assert stay.grade is not None
                self._forget_other_start(run, old.get(student_id, ()), stay, student_id)
                wanted.append(
                    Enrolment(student_id, stay.classroom_id, stay.grade, stay.start, stay.end)
                )
        if moved:
            run.problems.warn(f"{moved} earlier stays in a classroom were ended by a move.")
        if not run.problems.found:
            run.tally.add("enrolments", noun.put_all(wanted))

    def _forget_other_start(
        self, run: ImportRun, old: Iterable[Enrolment], stay: Stay, student_id: str
    ) -> None:
        """A stay in the same room that begins on another day is the same stay, corrected."""
        for before in old:
            if (
                before.classroom_id == stay.classroom_id
                and before.start != stay.start
                and _overlap(before.start, before.end, stay.start, stay.end)
            ):
                run.unit.people.enrolments.remove(student_id, stay.classroom_id, before.start)
                run.tally.count("enrolments", "changed")
                run.tally.count("enrolments", "new", -1)

    def _teaching(self, run: ImportRun, ids: dict[str, str]) -> None:
        noun = run.unit.people.teaching
        wanted = [
            Teaching(ids[stay.source_id], stay.classroom_id, stay.start, stay.end)
            for stay in self.roster.stays
            if stay.grade is None
        ]
        mine = {(one.rater_id, one.classroom_id, one.start) for one in wanted}
        for before in noun.all():
            corrected = any(
                (one.rater_id, one.classroom_id) == (before.rater_id, before.classroom_id)
                and _overlap(one.start, one.end, before.start, before.end)
                for one in wanted
            )
            if corrected and (before.rater_id, before.classroom_id, before.start) not in mine:
                noun.remove(before.rater_id, before.classroom_id, before.start)
                run.tally.count("teaching", "changed")
                run.tally.count("teaching", "new", -1)
        run.tally.add("teaching", noun.put_all(wanted))


def _merged(school: School, known: School | None) -> School:
    """A school with the grades of the file and of the project together."""
    if known is None:
        return school
    grades = tuple(sorted({*school.grades, *known.grades}, key=grade_position))
    return School(school.id, known.title if school.title == school.id else school.title, grades)


def _same_place(before: Enrolment, stay: Stay) -> bool:
    return before.classroom_id == stay.classroom_id and _overlap(
        before.start, before.end, stay.start, stay.end
    )


def _moved_to(before: Enrolment, listed: list[Stay]) -> Stay | None:
    """The stay of the file that ends an open one of the project, where there is one."""
    if before.end is not None:
        return None
    others = [
        stay
        for stay in listed
        if stay.end is None
        and stay.classroom_id != before.classroom_id
        and (stay.start is None or before.start is None or stay.start > before.start)
    ]
    return min(others, key=lambda stay: stay.start or date.min, default=None)


def _overlap(
    start: date | None, end: date | None, other_start: date | None, other_end: date | None
) -> bool:
    return (start or date.min) <= (other_end or date.max) and (other_start or date.min) <= (
        end or date.max
    )


def _warn_of_absent(
    run: ImportRun, students: dict[str, Student], listed: dict[str, RosterPerson]
) -> None:
    absent = sum(source_id not in listed for source_id in students)
    if absent and any(one.role is None for one in listed.values()):
        noun = "student" if absent == 1 else "students"
        run.problems.warn(f"{absent} {noun} of the project are not in this file; they were kept.")


importer = RosterImporter
