"""A tiny invented school, for tests that need people, pieces, a rubric and a session in the store."""

from __future__ import annotations

from datetime import UTC, date, datetime

from calibrate.model.roster import Classroom, Enrolment, Rater, School, Student, Teaching
from calibrate.model.rubric import ConditionCode, Criterion, Level, Rubric, Scale
from calibrate.model.scores import Reading, ReadingPurpose, Score
from calibrate.model.session import Session, SessionState
from calibrate.model.work import Piece, Task, Window
from calibrate.store.repository import Unit

NOON = datetime(2025, 10, 14, 12, 0, tzinfo=UTC)


def scale(*values: float, cut: str | None = None) -> Scale:
    return Scale(
        tuple(
            Level(f"{value:g}", f"Level {value:g}", float(value), place)
            for place, value in enumerate(values, start=1)
        ),
        cut,
    )


def rubric(version: int = 1, title: str = "Writing") -> Rubric:
    return Rubric(
        "writing",
        version,
        title,
        (
            Criterion("IDEAS", "Ideas", scale(1, 2, 3, 4, cut="3")),
            Criterion("CONV", "Conventions", scale(0, 0.5, 1, 1.5, 2)),
        ),
        (
            ConditionCode("BLANK", "Blank", "nothing was written", accountability_value=0.0),
            ConditionCode("OFF", "Off topic", scored=("CONV",), action="talk about it"),
        ),
        grades=("03", "04"),
    )


def add_district(unit: Unit, *, pieces: int = 4, raters: int = 3) -> None:
    """Two schools, their rooms, ``raters`` raters (r1 …), a child and a piece each (p1 …), a session."""
    people = unit.people
    people.schools.add_all([School("maple", "Maple", ("03", "04")), School("birch", "Birch")])
    people.classrooms.add_all(
        [Classroom("maple-3", "maple", "Room 3"), Classroom("birch-4", "birch", "Room 4")]
    )
    people.raters.add_all(
        [
            Rater(f"r{n}", "test", f"staff-{n}", school_id="maple" if n % 2 else "birch")
            for n in range(1, raters + 1)
        ]
    )
    people.teaching.add(Teaching("r1", "maple-3"))
    people.students.add_all([Student(f"s{n}", "test", f"child-{n}") for n in range(1, pieces + 1)])
    people.enrolments.add_all(
        [Enrolment(f"s{n}", "maple-3", "03", date(2025, 9, 1)) for n in range(1, pieces + 1)]
    )
    unit.rubrics.add(rubric())
    unit.work.windows.add(
        Window("2025-fall", "Fall", "2025-26", date(2025, 9, 1), date(2025, 11, 30))
    )
    unit.work.tasks.add(Task("pet", "A pet", "Write about a pet.", "narrative", ("03",), 2))
    unit.work.pieces.add_all(
        [
            Piece(
                f"p{n}",
                f"P{n:05d}",
                "test",
                f"work-{n}",
                "2025-fall",
                student_id=f"s{n}",
                task_id="pet",
                school_id="maple",
                classroom_id="maple-3",
                grade="03",
                genre="narrative",
                collected_on=date(2025, 10, 1),
            )
            for n in range(1, pieces + 1)
        ]
    )
    unit.sessions.add(
        Session(
            "fall-1",
            "Fall norming",
            "writing",
            1,
            "2025-fall",
            tuple(f"p{n}" for n in range(1, pieces + 1)),
            ("maple", "birch"),
            "r1",
            date(2025, 10, 14),
            SessionState.SCORING,
        )
    )


def reading(
    id: str,  # noqa: A002
    piece: str,
    *raters: str,
    session: str | None = "fall-1",
    round: str = "blind",  # noqa: A002
    purpose: ReadingPurpose = ReadingPurpose.INDEPENDENT,
    scored_at: datetime = NOON,
) -> Reading:
    return Reading(id, piece, raters, "writing", 1, purpose, session, round, scored_at)


def score(
    id: str,  # noqa: A002
    reading_id: str,
    criterion: str = "IDEAS",
    level: str | None = "3",
    code: str | None = None,
    replaces: str | None = None,
) -> Score:
    return Score(id, reading_id, criterion, level, code, replaces=replaces)
