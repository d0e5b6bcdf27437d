"""People, work, sessions, readings and ids: the small rules of the records."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.errors import ArgumentError
from calibrate.model.ids import check_slug, is_neutral_code, new_id, new_piece_code
from calibrate.model.roster import (
    GRADES,
    Enrolment,
    grade_label,
    grade_position,
    read_grade,
)
from calibrate.model.scores import (
    Evidence,
    MarkKind,
    Reading,
    ReadingPurpose,
    Score,
    current_scores,
)
from calibrate.model.session import Ballot, Consensus, RoundName, Session, SessionState
from calibrate.model.work import Window


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("K", "KG"),
        ("k", "KG"),
        ("KG", "KG"),
        ("Kindergarten", "KG"),
        ("0", "KG"),
        ("-1", "PK"),
        ("pre-k", "PK"),
        ("3", "03"),
        ("03", "03"),
        ("3rd", "03"),
        ("1st", "01"),
        ("2nd", "02"),
        ("9th", "09"),
        ("Grade 3", "03"),
        ("grade 12", "12"),
        (" 8 ", "08"),
    ],
)
def test_a_grade_is_read_as_schools_write_it(text: str, grade: str) -> None:
    assert read_grade(text) == grade


@pytest.mark.parametrize("text", ["", "13", "GRADX", "third", "3.5", "th", "²", "-2", "Grade"])
def test_what_is_no_grade_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError):
        read_grade(text)


@given(st.text(max_size=10))
def test_any_text_is_a_grade_or_refused(text: str) -> None:
    try:
        assert read_grade(text) in GRADES
    except ArgumentError as refused:
        assert refused.fix


def test_grades_sort_and_are_said_as_teachers_say_them() -> None:
    assert sorted(["03", "KG", "10", "PK"], key=grade_position) == ["PK", "KG", "03", "10"]
    assert [grade_label(grade) for grade in ("PK", "KG", "03")] == [
        "Pre-K",
        "Kindergarten",
        "Grade 3",
    ]


def test_an_enrolment_covers_its_days_both_ends_included() -> None:
    year = Enrolment("s", "c", "03", date(2025, 9, 1), date(2026, 6, 1))
    assert year.covers(date(2025, 9, 1))
    assert year.covers(date(2026, 6, 1))
    assert not year.covers(date(2026, 6, 2))
    assert Enrolment("s", "c", "03").covers(date(1999, 1, 1))
    with pytest.raises(ArgumentError, match="grade"):
        Enrolment("s", "c", "3")
    with pytest.raises(ArgumentError, match="ends before"):
        Enrolment("s", "c", "03", date(2026, 1, 1), date(2025, 1, 1))


def test_a_window_ends_after_it_starts() -> None:
    with pytest.raises(ArgumentError):
        Window("w", "W", "2025-26", date(2025, 9, 2), date(2025, 9, 1))


def test_a_session_moves_one_step_forward_or_is_called_off_before_its_reveal() -> None:
    states = list(SessionState)
    allowed = {(a, b) for a in states for b in states if a.may_become(b)}
    assert allowed == {
        (SessionState.SETUP, SessionState.SCORING),
        (SessionState.SCORING, SessionState.REVEALED),
        (SessionState.REVEALED, SessionState.CLOSED),
        (SessionState.SETUP, SessionState.CALLED_OFF),
        (SessionState.SCORING, SessionState.CALLED_OFF),
    }
    assert {one for one in states if one.over} == {SessionState.CLOSED, SessionState.CALLED_OFF}


def test_a_session_lists_a_piece_once() -> None:
    with pytest.raises(ArgumentError, match="twice"):
        Session("s", "S", "r", 1, "w", ("p1", "p1"))


@pytest.mark.parametrize(("level", "code"), [(None, None), ("3", "OFF")])
def test_a_score_or_consensus_is_a_level_or_a_code(level: str | None, code: str | None) -> None:
    with pytest.raises(ArgumentError):
        Score("a", "rd", "C", level, code)
    with pytest.raises(ArgumentError):
        Consensus("a", "s", "p", "C", level, code, "why", None)  # type: ignore[arg-type]


@pytest.mark.parametrize("raters", [(), ("r1", "r1")])
def test_a_reading_has_raters_each_once(raters: tuple[str, ...]) -> None:
    with pytest.raises(ArgumentError):
        Reading("rd", "p", raters, "r", 1, ReadingPurpose.INDEPENDENT)


def test_a_ballot_counts_from_one() -> None:
    with pytest.raises(ArgumentError):
        Ballot("s", RoundName.BLIND, "r1", 0, b"", b"")
    with pytest.raises(ArgumentError):
        Ballot("s", RoundName.BLIND, "r1", 1, b"", b"", answered=-1)


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (MarkKind.TEXT, {"start": 5, "end": 5}),
        (MarkKind.TEXT, {"start": -1, "end": 5}),
        (MarkKind.AREA, {"x": 1.2}),
        (MarkKind.AREA, {"width": float("nan")}),
    ],
)
def test_a_mark_lies_in_the_work(kind: MarkKind, place: dict[str, float]) -> None:
    with pytest.raises(ArgumentError):
        Evidence("e", "rd", "C", kind, **place)  # type: ignore[arg-type]


def test_ids_are_random_readable_and_long() -> None:
    made = {new_id("st") for _ in range(1000)}
    assert len(made) == 1000
    assert all(one.startswith("st-") and len(one) == 17 for one in made)
    assert not set("".join(one[3:] for one in made)) & set("01ilo")


@pytest.mark.parametrize("value", ["k8-writing", "2025-fall", "FOC", "a.b_c"])
def test_a_slug_names_a_thing(value: str) -> None:
    assert check_slug(value, "It") == value


@pytest.mark.parametrize("value", ["", "-a", "a b", "é", "a" * 65, "a/b", "a\n"])
def test_what_is_no_slug_is_refused(value: str) -> None:
    with pytest.raises(ArgumentError):
        check_slug(value, "It")


@pytest.mark.parametrize(
    ("code", "neutral"),
    [("P123", True), ("AB-1", True), ("7", True), ("SamOak", False),  ("ABCD1", False), ("1234567", False), ("", False), ("P1\n", False)],
)  # fmt: skip
def test_a_neutral_code_says_nothing_about_a_child(code: str, neutral: bool) -> None:
    assert is_neutral_code(code) is neutral


def test_a_new_code_is_free() -> None:
    taken = {f"P{n}" for n in range(10_000, 99_990)}
    fresh = new_piece_code(taken)
    assert fresh not in taken
    assert is_neutral_code(fresh)


def test_the_current_scores_are_those_that_nothing_replaces() -> None:
    rows = [
        Score("a", "rd", "C", "1", None),
        Score("b", "rd", "C", "2", None, replaces="a"),
        Score("c", "rd", "D", "1", None),
        Score("d", "rd", "C", "3", None, replaces="b"),
    ]
    assert [one.id for one in current_scores(rows)] == ["c", "d"]
