"""The continuum: what may stand on it, and where the crosswalk puts a score."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.errors import ArgumentError, NotFound
from calibrate.model.continuum import (
    AcademicLevel,
    Continuum,
    CrosswalkRow,
    Exemplar,
    PlacedBy,
    Placement,
    Strand,
)

LEVELS = tuple(AcademicLevel(f"L{n}", f"Level {n}", n, f"{n:02d}") for n in range(1, 5))
STRAND = Strand("craft", "Craft", ("IDEAS",), (("L1", "tells"),))


def row(low: float, high: float, level: str, grade: str = "03", version: int = 1) -> CrosswalkRow:
    return CrosswalkRow("craft", grade, "writing", version, low, high, level)


ROWS = (row(1, 1.5, "L1"), row(1.5, 2.5, "L2"), row(2.5, 3.5, "L3"), row(3.5, 4, "L4"))


def continuum(*rows: CrosswalkRow, exemplars: tuple[Exemplar, ...] = ()) -> Continuum:
    return Continuum("wall", "Wall", LEVELS, (STRAND,), rows, exemplars)


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (1, "L1"),
        (1.49, "L1"),
        (1.5, "L2"),
        (2.4999, "L2"),
        (2.5, "L3"),
        (3.5, "L4"),
        (4, "L4"),
        (7 / 3, "L2"),
        (0.1 + 0.2 + 2.2, "L3"),  # 2.5000000000000004
        (2.5 - 1e-12, "L3"),  # five scores that make 2.5 may come out a hair below
        (3.9999999999999996, "L4"),
        (4.000000000000001, "L4"),
    ],
)
def test_a_score_at_an_edge_belongs_to_the_interval_above_it(score: float, level: str) -> None:
    found = continuum(*ROWS).place("craft", "03", "writing", 1, score)
    assert found is not None
    assert found.id == level


@pytest.mark.parametrize("score", [0.99, 4.01, float("nan")])
def test_a_score_outside_every_interval_has_no_place(score: float) -> None:
    assert continuum(*ROWS).place("craft", "03", "writing", 1, score) is None


def test_another_grade_rubric_version_or_strand_has_no_place() -> None:
    wall = continuum(*ROWS)
    assert wall.place("craft", "04", "writing", 1, 2) is None
    assert wall.place("craft", "03", "reading", 1, 2) is None
    assert wall.place("craft", "03", "writing", 2, 2) is None
    assert wall.place("voice", "03", "writing", 1, 2) is None


def test_a_gap_has_no_place_and_the_end_below_it_is_open() -> None:
    wall = continuum(row(1, 2, "L1"), row(3, 4, "L2"))
    assert wall.place("craft", "03", "writing", 1, 2) is None
    assert wall.place("craft", "03", "writing", 1, 2.5) is None
    assert wall.place("craft", "03", "writing", 1, 4) == LEVELS[1]


@given(st.floats(1, 4))
def test_every_score_of_a_whole_crosswalk_has_one_place_and_order_is_kept(score: float) -> None:
    wall = continuum(*ROWS)
    found = wall.place("craft", "03", "writing", 1, score)
    assert found is not None
    higher = wall.place("craft", "03", "writing", 1, min(4.0, score + 0.25))
    assert higher is not None
    assert higher.position >= found.position


def test_overlapping_rows_are_refused_whatever_their_order() -> None:
    with pytest.raises(ArgumentError, match="overlap"):
        continuum(row(2, 4, "L2"), row(1, 2.5, "L1"))
    assert continuum(row(2, 4, "L2"), row(1, 2.5, "L1", grade="04")).crosswalk
    assert continuum(row(2, 4, "L2"), row(1, 2.5, "L1", version=2)).crosswalk


@pytest.mark.parametrize(("low", "high"), [(2, 2), (3, 1)])
def test_an_interval_ends_above_its_start(low: float, high: float) -> None:
    with pytest.raises(ArgumentError, match="ends"):
        row(low, high, "L1")


def test_what_is_placed_must_be_on_the_continuum() -> None:
    with pytest.raises(ArgumentError, match="craft/L9"):
        continuum(row(1, 4, "L9"))
    with pytest.raises(ArgumentError, match="voice/L1"):
        continuum(exemplars=(Exemplar("voice", "L1", "P00001"),))
    with pytest.raises(ArgumentError, match="positions"):
        Continuum("wall", "Wall", LEVELS[1:], (STRAND,))


def test_levels_strands_and_words_are_found() -> None:
    wall = continuum()
    assert wall.level("L2") == LEVELS[1]
    assert wall.strand("craft").descriptor("L1") == "tells"
    assert wall.strand("craft").descriptor("L2") == ""
    assert wall.expected_level("03") == LEVELS[2]
    assert wall.expected_level("12") is None
    with pytest.raises(NotFound):
        wall.level("L9")
    with pytest.raises(NotFound):
        wall.strand("voice")


def test_a_card_laid_beside_an_exemplar_needs_its_reason() -> None:
    with pytest.raises(ArgumentError, match="reason"):
        Placement("p1", "wall", "craft", "L1", PlacedBy.EXEMPLAR, "  ")
    assert Placement("p1", "wall", "craft", "L1", PlacedBy.CROSSWALK).reason == ""
