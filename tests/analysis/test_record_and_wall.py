"""Distributions of scores of record, the wall and growth, on tables small enough to check by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.count_tables import placements_of
from calibrate.analysis.growth import (
    CANNOT_TELL,
    FELL_BACK,
    GREW,
    MISSING,
    NO_CLEAR_CHANGE,
    growth,
    placement_error,
)
from calibrate.analysis.record_summary import NO_PIECE, OVERALL, PENDING, child_levels, summarize
from calibrate.analysis.wall import build_wall, wall_cards
from calibrate.model.continuum import (
    AcademicLevel,
    Continuum,
    CrosswalkRow,
    PlacedBy,
    Placement,
    Strand,
)
from calibrate.model.rubric import Criterion, Level, Rubric, Scale
from tests.analysis.districts import SCALE

CRITERIA = ("FOC", "CONV")
SCALES = dict.fromkeys(CRITERIA, SCALE)
RUBRIC = Rubric("w", 1, "Writing", tuple(Criterion(c, c, SCALE) for c in CRITERIA))
LEVELS = tuple(
    AcademicLevel(f"L{i}", f"L{i}", i, g)
    for i, g in zip(range(1, 6), (None, "KG", "01", "02", "03"), strict=True)
)


def continuum():
    rows = []
    for strand in ("composition", "conventions"):
        for grade, at in (("01", 3), ("02", 4)):
            bounds = [(1, 1.5, at - 2), (1.5, 2.5, at - 1), (2.5, 3.5, at), (3.5, 4, at + 1)]
            rows += [
                CrosswalkRow(strand, grade, "w", 1, low, high, f"L{level}")
                for low, high, level in bounds
            ]
    strands = (
        Strand("composition", "Composition", ("FOC",)),
        Strand("conventions", "Conventions", ("CONV",)),
    )
    return Continuum("c", "Continuum", LEVELS, strands, tuple(rows))


def records(*rows):
    """(student, window, FOC, CONV); None is pending, a text is a code."""
    made = []
    for i, (student, window, *values) in enumerate(rows):
        for criterion, value in zip(CRITERIA, values, strict=True):
            made.append(
                {
                    "piece": f"P{i}",
                    "criterion": criterion,
                    "student": student,
                    "window": window,
                    "grade": "01",
                    "piece_school": "s",
                    "piece_classroom": "a",
                    "state": "pending" if value is None else "settled",
                    "value": value if isinstance(value, int | float) else np.nan,
                    "code": value if isinstance(value, str) else pd.NA,
                }
            )
    return pd.DataFrame(made)


def roll(students, windows=("fall",)):
    return pd.DataFrame(
        [(s, w, "s", "a", "01") for s in students for w in windows],
        columns=["student", "window", "school", "classroom", "grade"],
    )


def test_levels_shares_and_missing_children_by_grade():
    data = records(
        ("x", "fall", 3, 2), ("y", "fall", 4, 4), ("z", "fall", 1, None), ("c", "fall", "BL", 2)
    )
    children = child_levels(data, SCALES, roll("xyzcm"))
    found = summarize(children, SCALE, by=["grade"], measure="FOC").groups[0]
    assert found.key("grade") == "01"
    assert dict(found.counts) == {"Beginning": 1, "Developing": 0, "Proficient": 1, "Extending": 1}
    assert (found.n_students, found.n_code, found.n_missing) == (5, 1, 1)
    assert found.share_at_or_above == pytest.approx(2 / 3)
    assert "1 student without a piece" in found.sentence
    overall = summarize(children, SCALE).total
    assert (
        dict(overall.counts)["Proficient"] == 1
    )  # x: (3 + 2) / 2 is nearest to both; a half goes up
    assert overall.n_pending == 1


def test_a_child_with_two_pieces_counts_once():
    data = records(("x", "fall", 2, 2), ("x", "fall", 4, 4))
    found = summarize(child_levels(data, SCALES), SCALE, measure="FOC").total
    assert found.n_students == 1
    assert dict(found.counts)["Proficient"] == 1


def test_without_windows_a_child_counts_with_the_latest_level():
    data = records(("x", "1-fall", 1, 1), ("x", "2-winter", 3, 3))
    children = child_levels(data, SCALES, roll("x", ("1-fall", "2-winter", "3-spring")))
    found = summarize(children, SCALE, by=["school"]).groups[0]
    assert found.n_students == 1
    assert dict(found.counts)["Proficient"] == 1


def test_a_wall_has_a_place_for_every_child():
    data = records(("x", "fall", 3, 2), ("y", "fall", 1, 4), ("z", "fall", None, 2))
    cards = wall_cards(data, continuum(), RUBRIC, roll=roll("xyzm"))
    wall = build_wall(cards, continuum(), strand="composition", window="fall")
    (row,) = wall.rows
    assert row.counts == (1, 0, 1, 0, 0)
    assert (row.n_children, row.n_placed, row.n_missing, row.n_unplaced) == (4, 2, 1, 1)
    assert row.n_at_or_above == 1
    assert row.share_at_or_above == 0.5
    assert all(card.by_convention for card in cards if card.position is not None)
    assert "by convention" in wall.sentence
    assert "1 without a piece" in wall.sentence
    assert sorted(placements_of(wall)["level"]) == sorted(["L1", "L3", NO_PIECE, PENDING])


def test_a_card_that_staff_placed_stays_where_they_put_it():
    data = records(("x", "fall", 1, 1))
    placed = Placement(
        "P0", "c", "composition", "L5", PlacedBy.EXEMPLAR, "beside the grade 3 letter"
    )
    cards = wall_cards(data, continuum(), RUBRIC, placements=[placed])
    card = next(one for one in cards if one.strand == "composition")
    assert (card.level, card.by, card.steps) == ("L5", PlacedBy.EXEMPLAR, 2)
    assert not card.by_convention


def test_without_a_crosswalk_the_rubrics_own_levels_are_the_continuum():
    levels = tuple(AcademicLevel(one.id, one.label, one.position) for one in SCALE.levels)
    plain = Continuum("c", "Continuum", levels, (Strand("all", "All", CRITERIA),))
    cards = wall_cards(records(("x", "fall", 3, 3)), plain, RUBRIC)
    assert (cards[0].level, cards[0].by) == ("3", PlacedBy.RUBRIC)


def doubles(pairs):
    rows = []
    for i, (one, two) in enumerate(pairs):
        rows += [(f"d{i}", "r1", "FOC", one), (f"d{i}", "r2", "FOC", two)]
    return pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score"]).assign(grade="01")


def test_the_scoring_error_of_a_placement_worked_by_hand():
    # Four pieces: two placed alike, two placed one level apart: SEM² = (0 + 0 + .5 + .5) / 4 = .25.
    error = placement_error(
        doubles([(3, 3), (2, 2), (2, 3), (3, 4)]),
        {"FOC": SCALE},
        continuum(),
        RUBRIC,
        "composition",
        min_double=4,
    )
    assert error.sem == pytest.approx(0.5)
    assert error.threshold == pytest.approx(1.96 * math.sqrt(2) * 0.5)
    assert (error.n_pieces, error.n_readings) == (4, 8)


def test_growth_counts_only_beyond_the_scoring_error():
    error = placement_error(
        doubles([(3, 3), (2, 2), (2, 3), (3, 4)]),
        {"FOC": SCALE},
        continuum(),
        RUBRIC,
        "composition",
        min_double=4,
    )
    data = records(
        ("up", "fall", 1, 1),
        ("up", "spring", 3, 3),
        ("step", "fall", 2, 2),
        ("step", "spring", 3, 3),
        ("down", "fall", 4, 4),
        ("down", "spring", 2, 2),
        ("gone", "fall", 2, 2),
    )
    cards = wall_cards(
        data, continuum(), RUBRIC, roll=roll(["up", "step", "down", "gone"], ("fall", "spring"))
    )
    found = growth(cards, error, from_window="fall", to_window="spring")
    assert {one.student: one.verdict for one in found.children} == {
        "up": GREW,
        "step": NO_CLEAR_CHANGE,
        "down": FELL_BACK,
        "gone": MISSING,
    }
    assert found.by("grade")[0].n(GREW) == 1
    assert "1 grew" in found.sentence
    assert "1 student had no placement" in found.sentence
    assert set(found.as_children()["measure"]) == {"growth:composition"}


def test_without_double_readings_growth_cannot_be_told():
    error = placement_error(doubles([]), {"FOC": SCALE}, continuum(), RUBRIC, "composition")
    assert math.isnan(error.sem)
    data = records(("x", "fall", 1, 1), ("x", "spring", 4, 4))
    cards = wall_cards(data, continuum(), RUBRIC)
    found = growth(cards, error, from_window="fall", to_window="spring")
    assert found.children[0].verdict == CANNOT_TELL
    assert "cannot tell who grew" in found.sentence


def test_nobody_on_the_wall_and_no_records_are_said_so():
    empty = records(("x", "fall", 3, 3)).iloc[:0]
    assert wall_cards(empty, continuum(), RUBRIC) == ()
    assert "no student" in build_wall((), continuum(), strand="composition", window="fall").sentence
    assert summarize(child_levels(empty, SCALES), SCALE).total.n_students == 0
    assert OVERALL == "overall"


def test_a_placement_of_another_continuum_moves_no_card():
    data = records(("x", "fall", 3, 3)).assign(piece_id="pi-1")
    other = Placement("pi-1", "another", "composition", "L5", PlacedBy.EXEMPLAR, "a reason")
    mine = Placement("pi-1", "c", "conventions", "L5", PlacedBy.EXEMPLAR, "a reason")
    cards = wall_cards(data, continuum(), RUBRIC, placements=[other, mine])
    assert {one.strand: one.level for one in cards} == {"composition": "L3", "conventions": "L5"}


def test_windows_are_told_beside_each_other_and_never_added_up() -> None:
    children = pd.DataFrame(
        [
            (f"s{i}", window, "a", "r", "03", "overall", level, 3.0)
            for window, levels in {"w2": "3333", "w1": "1133"}.items()
            for i, level in enumerate(levels)
        ],
        columns=["student", "window", "school", "classroom", "grade", "measure", "level", "value"],
    )
    order = pd.Categorical(children["window"], ["w2", "w1"], ordered=True)
    scale = Scale(tuple(Level(str(v), str(v), float(v), v) for v in (1, 2, 3, 4)), cut="3")
    found = summarize(children.assign(window=order), scale, by=("window",))
    assert found.sentence == "At 3 or above: 100% in w2 and 50% in w1."
    assert [one.key("window") for one in found.groups] == ["w2", "w1"]
