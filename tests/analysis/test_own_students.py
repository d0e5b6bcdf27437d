"""Whose students wrote what, from the columns that tables have; and further readings that keep to it."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.analysis.own_students import barred_in_plan, barred_in_scores
from calibrate.analysis.planner_repair import what_would_connect
from calibrate.model.reading_plan import PlanPiece, PlanRater


def scores(rows: list[tuple[str, ...]], *names: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["piece", "rater", *names])


def test_a_reading_of_an_own_student_bars_all_of_that_students_and_classrooms_work():
    frame = scores(
        [
            ("P1", "a", "own_student", "s1", ""),
            ("P2", "b", "independent", "s1", ""),
            ("P3", "b", "own student", "s3", "room 4"),
            ("P4", "a", "independent", "s4", "room 4"),
            ("P5", "a", "independent", "s5", ""),
        ],
        "purpose",
        "student",
        "piece_classroom",
    )
    found = barred_in_scores(frame)
    assert found.known
    assert found.pairs == {("P1", "a"), ("P2", "a"), ("P3", "b"), ("P4", "b")}


def test_teachers_and_classrooms_of_raters_bar_too():
    taught = scores([("P1", "a", "b; c"), ("P2", "b", "")], "teacher")
    assert barred_in_scores(taught).pairs == {("P1", "b"), ("P1", "c")}
    rooms = scores(
        [("P1", "a", "room1", "room2"), ("P2", "b", "room2", "room1;room3")],
        "piece_classroom",
        "rater_classroom",
    )
    assert barred_in_scores(rooms).pairs == {("P2", "a"), ("P1", "b")}


def test_tables_that_say_nothing_of_students_are_said_to_know_nothing():
    assert not barred_in_scores(scores([("P1", "a")])).known
    assert not barred_in_scores(scores([("P1", "a", "room1")], "piece_classroom")).known
    nobody = barred_in_plan([PlanPiece("P1", "room1")], [PlanRater("a")])
    assert not nobody.known and not nobody.pairs
    known = barred_in_plan([PlanPiece("P1", "room1")], [PlanRater("a", "", frozenset({"room1"}))])
    assert known.known and known.pairs == {("P1", "a")}
    assert (nobody | known) == known


def test_what_is_not_known_is_said_and_what_is_known_too():
    rows = scores([("1", "a"), ("1", "b"), ("2", "c")])
    assert "make sure that nobody would read their own" in what_would_connect(rows).sentence
    known = what_would_connect(rows, barred={("1", "c")}, own_students_known=True)
    assert known.own_students_known
    assert "None of them is of a rater's own student, as far as" in known.sentence


def test_a_part_that_only_another_part_can_reach_is_joined_through_it():
    # c may read nothing of a's and b's part, nor they c's piece; but d may meet both.
    rows = scores([("1", "a"), ("1", "b"), ("2", "c"), ("3", "d")])
    barred = {("1", "c"), ("2", "a"), ("2", "b")}
    found = what_would_connect(rows, barred=barred)
    assert len(found.further) == 2
    assert "would join them" in found.sentence


@settings(deadline=None, max_examples=60)
@given(
    readings=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=14),
    barred=st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20),
)
def test_further_readings_are_never_of_an_own_student_and_never_more_than_it_takes(
    readings, barred
):
    rows = scores([(str(piece), f"r{rater}") for piece, rater in readings])
    pairs = {(str(piece), f"r{rater}") for piece, rater in barred}
    found = what_would_connect(rows, barred=pairs)
    assert not {(one.piece, one.rater) for one in found.further} & pairs
    more = scores([(one.piece, one.rater) for one in found.further])
    after = what_would_connect(pd.concat([rows, more]), barred=pairs)
    # Each reading joins two parts, and what is still apart cannot be joined at all.
    assert len(after.subsets) == len(found.subsets) - len(found.further)
    assert after.further == ()


@pytest.mark.parametrize("missing", [None, pd.NA, ""])
def test_cells_that_are_empty_bar_nobody(missing):
    frame = scores(
        [("P1", "a", "own_student", missing), ("P2", "a", "", missing)], "purpose", "student"
    )
    assert barred_in_scores(frame).pairs == {("P1", "a")}
