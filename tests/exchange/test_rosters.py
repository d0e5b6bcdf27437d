"""The roster: people, rooms and dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.errors import CalibrateError, ImportRefused
from calibrate.exchange.rosters import OPTIONAL, REQUIRED, Roster, read_roster, roster_of
from calibrate.exchange.source_files import SourceFile
from calibrate.model.roster import Role

HEAD = (
    "role,person_id,given_name,family_name,school_id,school,classroom_id,classroom,grade,start,end"
)
GOOD = f"""{HEAD}
student,0001,Zebulon,Quillfeather,lincoln,Lincoln Elementary,lin-1a,Room 1A,K,2025-08-25,2026-01-09
student,0001,Zebulon,Quillfeather,roosevelt,Roosevelt Elementary,roo-1b,Room 1B,K,2026-01-12,
student,0002,Xanthippe,Quillfeather,lincoln,Lincoln Elementary,lin-1a,Room 1A,1,8/25/2025,
teacher,T1,Ottoline,Marrowbone,lincoln,Lincoln Elementary,lin-1a,Room 1A,,,
teacher,T2,Peregrine,Marrowbone,lincoln,Lincoln Elementary,lin-1a,,,,
coach,T3,Quenby,Marrowbone,,,,,,,
"""
CANARIES = ("Zebulon", "Xanthippe", "Quillfeather", "0001", "0002")


def of(text: str | bytes) -> Roster:
    raw = text.encode() if isinstance(text, str) else text
    return roster_of(SourceFile("roster.csv", raw, "0" * 64))


def refused(text: str):
    with pytest.raises(ImportRefused) as caught:
        of(text)
    return caught.value.problems


def test_a_child_who_moves_has_two_stays_and_a_room_may_hold_two_grades():
    roster = of(GOOD)
    assert [(s.classroom_id, s.grade, s.start, s.end) for s in roster.stays if s.grade] == [
        ("lin-1a", "KG", date(2025, 8, 25), date(2026, 1, 9)),
        ("roo-1b", "KG", date(2026, 1, 12), None),
        ("lin-1a", "01", date(2025, 8, 25), None),
    ]
    assert roster.schools["lincoln"].grades == ("KG", "01")
    assert roster.warnings == []


def test_co_teachers_share_a_room_and_district_staff_need_no_school():
    roster = of(GOOD)
    assert [s.source_id for s in roster.stays if s.grade is None] == ["T1", "T2"]
    assert roster.people["T3"].role is Role.COACH
    assert roster.people["T3"].school_id is None
    assert roster.classrooms["lin-1a"].title == "Room 1A"


def test_ids_keep_their_leading_zeros_and_names_are_optional(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("role;person_id;school_id;classroom_id;grade\nstudent;007;a;r1;3rd\n")
    roster = read_roster(path)
    assert roster.people["007"].given_name == ""
    assert roster.stays[0].grade == "03"


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("pupil,9,A,B,lincoln,,lin-1a,,K,,", "role", "not known"),
        ("student,,A,B,lincoln,,lin-1a,,K,,", "person_id", "must not be empty"),
        ("student,1.2E+11,A,B,lincoln,,lin-1a,,K,,", "person_id", "scientific notation"),
        ("student,9,A,B,,,lin-1a,,K,,", "school_id", "school is missing"),
        ("student,9,A,B,lincoln,,,,K,,", "classroom_id", "needs a classroom"),
        ("student,9,A,B,lincoln,,lin-1a,,,,", "grade", "must not be empty"),
        ("student,9,A,B,lincoln,,lin-1a,,14,,", "grade", "not a grade"),
        ("student,9,A,B,lincoln,,lin-1a,,K,2025-13-01,", "start", "not a date"),
        ("student,9,A,B,lincoln,,lin-1a,,K,2025-09-02,2025-09-01", "end", "ends before"),
        ("student,9,A,B,lincoln,,room 1 a,,K,,", "classroom_id", "cannot be used as an id"),
        ("student,9,A,B,riverbend,,lin-1a,,K,,", "classroom_id", "another school"),
        ("student,9,A,B,lincoln,Abe School,lin-1a,,K,,", "school", "another name"),
        ("student,9,A,B,lincoln,,lin-1a,Room 2,K,,", "classroom", "another name"),
        ("teacher,0001,A,B,lincoln,,lin-1a,,,,", "person_id", "student and for staff"),
        (
            "student,0002,Xan,B,lincoln,,lin-1a,,1,2024-01-01,2024-02-01",
            "person_id",
            "another name",
        ),
        (
            "student,0002,Xanthippe,Quillfeather,lincoln,,lin-1a,,1,2026-01-01,",
            "start",
            "overlaps row 4",
        ),
    ],
)
def test_each_rule_is_held_and_its_row_and_column_named(row, column, words):
    problem = refused(GOOD + row + "\n")[0]
    assert (problem.file, problem.row, problem.column) == ("roster.csv", 8, column)
    assert words in problem.message
    assert problem.fix


def test_all_problems_come_at_once_and_none_names_a_child():
    broken = GOOD.replace(",K,", ",Quillfeather,").replace("student,0002", "Xanthippe,0002")
    problems = refused(broken)
    assert [problem.row for problem in problems] == [2, 3, 4]
    for problem in problems:
        assert not any(canary in str(problem) for canary in CANARIES)


def test_a_missing_heading_is_refused_without_repeating_what_stands_there():
    problems = refused("Zebulon,Quillfeather\nx,y\n")
    assert {problem.message for problem in problems} == {
        f"The column {name} is missing." for name in REQUIRED
    }


def test_a_row_twice_and_two_rooms_at_once_are_let_pass_with_a_warning():
    again = GOOD.splitlines()[3]
    other = again.replace("lin-1a,Room 1A", "lin-2a,Room 2A")
    roster = of(GOOD + again + "\n" + other + "\n")
    assert len(roster.warnings) == 2
    assert "row 4" in roster.warnings[0]
    assert "two classrooms at once" in roster.warnings[1]
    assert not any(canary in line for line in roster.warnings for canary in CANARIES)


def test_a_table_without_rows_is_refused():
    assert "no rows" in refused(HEAD + "\n")[0].message


def test_ten_thousand_rows_are_read():
    rows = (f"student,{n:05d},G{n},F,lincoln,,lin-{n % 40},,{n % 9},," for n in range(10_000))
    assert len(of(HEAD + "\n" + "\n".join(rows)).people) == 10_000


cells = st.sampled_from(
    ["", "student", "teacher", "1", "lincoln", "lin-1", "K", "2025-09-01", "x y", "1E+9", "é"]
)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(cells, min_size=5, max_size=12), max_size=8))
def test_random_tables_are_read_or_refused_clearly(rows):
    text = "\n".join([",".join((*REQUIRED, *OPTIONAL)), *(",".join(row) for row in rows)])
    try:
        roster = of(text)
    except CalibrateError:
        return
    assert all(stay.source_id in roster.people for stay in roster.stays)
