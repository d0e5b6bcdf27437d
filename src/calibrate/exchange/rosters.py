"""The roster: who is in which room and school, in which grade, from when to when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from calibrate.exchange.cells import Columns, Row
from calibrate.exchange.problems import Problems
from calibrate.exchange.source_files import SourceFile, read_source
from calibrate.exchange.tables import table_of
from calibrate.model.roster import Classroom, Role, School, grade_position

REQUIRED = ("role", "person_id", "school_id")
OPTIONAL = (
    "given_name",
    "family_name",
    "school",
    "classroom_id",
    "classroom",
    "grade",
    "start",
    "end",
    "programs",
)
_ROLES = ("student", *(role.value for role in Role))


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """A child (``role`` is None) or a member of staff, under the id of the file."""

    source_id: str
    role: Role | None
    school_id: str | None
    given_name: str
    family_name: str
    row: int


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody in a room between two dates; ``grade`` is None for staff."""

    source_id: str
    classroom_id: str
    grade: str | None
    start: date | None
    end: date | None
    row: int

    def overlaps(self, other: Stay) -> bool:
        """Whether both stays hold on some day."""
        early, late = date.min, date.max
        return (self.start or early) <= (other.end or late) and (other.start or early) <= (
            self.end or late
        )


@dataclass(slots=True)
class Roster:
    """A checked roster; people are named by the ids of the file.

    Parameters
    ----------
    programs
        The programmes of each child; None where the file has no such column.
    """

    schools: dict[str, School] = field(default_factory=dict)
    classrooms: dict[str, Classroom] = field(default_factory=dict)
    people: dict[str, RosterPerson] = field(default_factory=dict)
    stays: list[Stay] = field(default_factory=list)
    programs: dict[str, set[str]] | None = None
    warnings: list[str] = field(default_factory=list)
    sha256: str = ""


def read_roster(path: Path) -> Roster:
    """Read a roster from CSV or XLSX.

    Raises
    ------
    DataError
        If it is no table; as `ImportRefused` with every problem.
    """
    return roster_of(read_source(path))


def roster_of(source: SourceFile) -> Roster:
    """Read a roster from a file that is already open. See `read_roster`."""
    table = table_of(source)
    problems = Problems(source.name)
    columns = Columns(table, problems, required=REQUIRED, optional=OPTIONAL)
    reader = _RosterReader(problems)
    if "programs" in columns:
        reader.roster.programs = {}
    for row in columns:
        reader.take(row)
    reader.finish()
    problems.raise_if_any()
    reader.roster.warnings = [*table.warnings, *problems.warnings]
    reader.roster.sha256 = source.sha256
    return reader.roster


class _RosterReader:
    def __init__(self, problems: Problems) -> None:
        self.roster = Roster()
        self.problems = problems
        self.grades: dict[str, set[str]] = {}
        self.stays: dict[str, list[Stay]] = {}

    def take(self, row: Row) -> None:
        role = self._role(row)
        person_id = row.id("person_id")
        school_id = self._school(row, role)
        classroom_id = self._classroom(row, school_id)
        grade = row.grade("grade") if role == "student" or row.text("grade") else None
        start, end = row.date("start"), row.date("end")
        if start and end and end < start:
            row.problem("end", "This ends before it starts.", "Check the two dates.")
            end = None
        if role == "student" and not classroom_id and not row.text("classroom_id"):
            row.problem("classroom_id", "A student needs a classroom.", "Fill it in.")
        if person_id is None or role is None:
            return
        self._person(row, person_id, role, school_id)
        if role == "student" and self.roster.programs is not None:
            named = {" ".join(one.split()) for one in row.several("programs")}
            self.roster.programs.setdefault(person_id, set()).update(named - {""})
        if classroom_id is None:
            return
        if role == "student":
            if grade is None:
                return
            if school_id is not None:
                self.grades.setdefault(school_id, set()).add(grade)
        self._stay(
            row,
            Stay(
                person_id,
                classroom_id,
                grade if role == "student" else None,
                start,
                end,
                row.number,
            ),
        )

    def _role(self, row: Row) -> str | None:
        role = row.needed("role")
        if role is None:
            return None
        plain = role.casefold().replace(" ", "_")
        if plain not in _ROLES:
            row.problem("role", "This role is not known.", "Use " + ", ".join(_ROLES) + ".")
            return None
        return plain

    def _school(self, row: Row, role: str | None) -> str | None:
        if not row.text("school_id"):
            if role in ("student", "teacher") or row.text("classroom_id"):
                row.problem("school_id", "The school is missing.", "Fill in the school's id.")
            return None
        school_id = row.slug("school_id")
        if school_id is None:
            return None
        title = row.text("school")
        known = self.roster.schools.get(school_id)
        if known is None or (title and known.title == known.id):
            self.roster.schools[school_id] = School(school_id, title or school_id)
        elif title and title != known.title:
            row.problem(
                "school", "This school has another name in an earlier row.", "Use one name."
            )
        return school_id

    def _classroom(self, row: Row, school_id: str | None) -> str | None:
        classroom_id = row.slug("classroom_id", needed=False)
        if classroom_id is None or school_id is None:
            return None
        title = row.text("classroom")
        known = self.roster.classrooms.get(classroom_id)
        if known is None or (title and known.title == known.id and known.school_id == school_id):
            self.roster.classrooms[classroom_id] = Classroom(
                classroom_id, school_id, title or classroom_id
            )
        elif known.school_id != school_id:
            row.problem(
                "classroom_id",
                "This classroom belongs to another school in an earlier row.",
                "Give every classroom of the district an id of its own.",
            )
            return None
        elif title and title != known.title:
            row.problem(
                "classroom", "This classroom has another name in an earlier row.", "Use one name."
            )
        return classroom_id

    def _person(self, row: Row, person_id: str, role: str, school_id: str | None) -> None:
        staff = None if role == "student" else Role(role)
        given, family = row.text("given_name"), row.text("family_name")
        known = self.roster.people.get(person_id)
        if known is None:
            self.roster.people[person_id] = RosterPerson(
                person_id, staff, school_id, given, family, row.number
            )
            return
        if (known.role is None) != (staff is None):
            row.problem(
                "person_id",
                f"The same id stands for a student and for staff (see row {known.row}).",
                "Give each person an id of their own.",
            )
            return
        if (given, family) != (known.given_name, known.family_name) and (given or family):
            row.problem(
                "person_id",
                f"The same id has another name in row {known.row}.",
                "Give each person an id of their own, or use one spelling.",
            )
        if staff is not None and known.role is not staff:
            row.warn("role", f"This person has another role in row {known.row}, which is kept.")
        if staff is not None and school_id != known.school_id:
            row.warn(
                "school_id",
                f"This person belongs to another school in row {known.row}, which is kept.",
            )

    def _stay(self, row: Row, stay: Stay) -> None:
        earlier = self.stays.setdefault(stay.source_id, [])
        for other in earlier:
            if not stay.overlaps(other):
                continue
            if stay.classroom_id == other.classroom_id:
                same = (stay.grade, stay.start, stay.end) == (other.grade, other.start, other.end)
                if same:
                    row.warn(None, f"This row says the same as row {other.row} and was left out.")
                else:
                    row.problem(
                        "start",
                        f"This overlaps row {other.row}: the same person in the same classroom.",
                        "Let one end before the other starts.",
                    )
                return
            if stay.grade is not None:
                row.warn(
                    "classroom_id",
                    f"Here and in row {other.row} a student is in two classrooms at once; "
                    "work is counted for the room joined last.",
                )
        earlier.append(stay)
        self.roster.stays.append(stay)

    def finish(self) -> None:
        """Give each school its grades, in order."""
        if not self.roster.people and not self.problems.found:
            self.problems.add("The table has headings and no rows.", fix="Add the people.")
        for school_id, school in self.roster.schools.items():
            grades = tuple(sorted(self.grades.get(school_id, ()), key=grade_position))
            self.roster.schools[school_id] = School(school.id, school.title, grades)
