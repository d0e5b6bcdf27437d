"""Parts of the wall, and other rows for the same children."""

from __future__ import annotations

from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.analysis.growth import CANNOT_TELL, FELL_BACK, GREW
from calibrate.analysis.wall import Card, build_wall
from calibrate.analysis.wall_groups import CLASSROOM, GRADE, GROUPINGS, GROWTH, cards_of, grouped
from calibrate.errors import ArgumentError
from calibrate.model.continuum import AcademicLevel, Continuum, PlacedBy, Strand

LEVELS = tuple(
    AcademicLevel(f"L{i}", f"L{i}", i, grade)
    for i, grade in enumerate((None, "KG", "01", "02"), start=1)
)
CONTINUUM = Continuum("c", "Continuum", LEVELS, (Strand("all", "Writing", ("FOC",)),))


def card(student: str, room: str, grade: str, position: int | None) -> Card:
    if position is None:
        return Card(student, None, "fall", "all", "maple", room, grade, "no piece", nan, None, None, None, "", None)  # fmt: skip
    steps = position - next(one.position for one in LEVELS if one.grade == grade)
    level = LEVELS[position - 1].id
    return Card(student, f"P{student}", "fall", "all", "maple", room, grade, "placed", 3.0, level, position, PlacedBy.CROSSWALK, "", steps)  # fmt: skip


CARDS = (
    card("a", "room 1", "KG", 2),
    card("b", "room 1", "01", 2),
    card("c", "room 2", "01", 4),
    card("d", "room 2", "01", None),
)


def the_wall(cards=CARDS):
    return build_wall(cards, CONTINUUM, strand="all", window="fall")


def test_by_classroom_the_wall_is_as_it_was_built():
    wall = the_wall()
    assert grouped(wall, CLASSROOM) is wall
    assert [(row.grade, row.classroom) for row in wall.rows] == [
        ("KG", "room 1"),
        ("01", "room 1"),
        ("01", "room 2"),
    ]


def test_by_grade_rooms_are_joined():
    wall = grouped(the_wall(), GRADE)
    assert [(row.grade, row.n_children, row.n_missing) for row in wall.rows] == [
        ("KG", 1, 0),
        ("01", 3, 1),
    ]
    assert wall.rows[1].share_at_or_above == 0.5


def test_by_growth_the_verdicts_are_the_rows_and_who_has_none_cannot_be_told():
    wall = grouped(the_wall(), GROWTH, {"a": GREW, "b": FELL_BACK, "c": GREW})
    assert [(row.verdict, [one.student for one in row.children]) for row in wall.rows] == [
        (GREW, ["a", "c"]),
        (FELL_BACK, ["b"]),
        (CANNOT_TELL, ["d"]),
    ]


def test_another_grouping_is_refused_with_those_there_are():
    with pytest.raises(ArgumentError, match="classroom, grade or growth"):
        grouped(the_wall(), "height")


def test_a_part_of_the_wall_keeps_what_was_asked_for():
    assert [one.student for one in cards_of(CARDS, grade="01", classroom="room 2")] == ["c", "d"]
    assert cards_of(CARDS) == CARDS
    assert cards_of(CARDS, school="birch") == ()


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["room 1", "room 2"]),
            st.sampled_from(["KG", "01", "02"]),
            st.one_of(st.none(), st.integers(1, 4)),
            st.sampled_from([GREW, FELL_BACK, CANNOT_TELL]),
        ),
        max_size=12,
    )
)
def test_however_it_is_grouped_no_child_is_lost_or_counted_twice(children):
    cards = [card(f"s{i}", *one[:3]) for i, one in enumerate(children)]
    verdicts = {f"s{i}": one[3] for i, one in enumerate(children)}
    wall = the_wall(cards)
    for by in GROUPINGS:
        rows = grouped(wall, by, verdicts).rows
        assert sum(row.n_children for row in rows) == wall.total.n_children == len(children)
        for at in range(len(LEVELS)):
            assert sum(row.counts[at] for row in rows) == wall.total.counts[at]
        assert sum(row.n_at_or_above for row in rows) == wall.total.n_at_or_above
        assert sum(row.n_missing for row in rows) == wall.total.n_missing
