"""Scales, rubrics, and reading one cell of a score table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.errors import ArgumentError, CalibrateError, NotFound
from calibrate.model.rubric import ConditionCode, Criterion, Level, Rubric, Scale


def scale(*values: float, ids: str = "", cut: str | None = None) -> Scale:
    names = ids.split() or [f"{value:g}" for value in values]
    return Scale(
        tuple(
            Level(name, f"Label {name}", value, place)
            for place, (name, value) in enumerate(zip(names, values, strict=True), start=1)
        ),
        cut,
    )


HALVES = scale(*[n / 2 for n in range(9)], cut="3")
LETTERS = scale(1, 2, 3, 4, ids="LP IP P E", cut="P")
RUBRIC = Rubric(
    "mixed",
    1,
    "Mixed",
    (Criterion("HALF", "Halves", HALVES), Criterion("LET", "Letters", LETTERS)),
    (ConditionCode("NA", "Not assessed"), ConditionCode("OFF", "Off topic", scored=("LET",))),
)


def test_half_points_have_positions_a_step_and_a_cut() -> None:
    assert [level.position for level in HALVES.levels] == list(range(1, 10))
    assert (HALVES.step, HALVES.cut_value) == (0.5, 3.0)
    assert HALVES.at_value(2.5).position == 6
    assert HALVES.at_value(2.4999999999).id == "2.5"
    assert (scale(0, 1, 4).step, LETTERS.step) == (1, 1)
    assert scale(1, 2).cut_value is None


@pytest.mark.parametrize(
    ("value", "nearest"), [(2.25, "2"), (2.26, "2.5"), (-5, "0"), (99, "4"), (2.75, "2.5")]
)
def test_the_nearest_level_is_the_lower_one_on_a_tie(value: float, nearest: str) -> None:
    assert HALVES.nearest(value).id == nearest


@pytest.mark.parametrize(
    "levels",
    [
        (Level("1", "One", 1, 1),),
        (Level("1", "One", 1, 1), Level("1", "Two", 2, 2)),
        (Level("1", "One", 2, 1), Level("2", "Two", 1, 2)),
        (Level("1", "One", 1, 1), Level("2", "Two", 1, 2)),
        (Level("1", "One", 1, 0), Level("2", "Two", 2, 1)),
        (Level("1", "One", float("nan"), 1), Level("2", "Two", 2, 2)),
        (Level("1", "One", 1, 1), Level("2", "Two", float("inf"), 2)),
    ],
)
def test_levels_that_are_no_scale_are_refused(levels: tuple[Level, ...]) -> None:
    with pytest.raises(ArgumentError):
        Scale(levels)


def test_a_cut_must_be_a_level() -> None:
    with pytest.raises(ArgumentError, match="cut"):
        scale(1, 2, cut="3")


def test_what_a_scale_does_not_have_is_named_with_what_it_has() -> None:
    with pytest.raises(NotFound, match="LP, IP, P, E"):
        LETTERS.level("M")
    with pytest.raises(NotFound, match=r"0, 0\.5, 1"):
        HALVES.at_value(0.25)


@pytest.mark.parametrize(
    ("criterion", "cell", "found"),
    [
        ("HALF", "2.5", "2.5"),
        ("HALF", " 2,5 ", "2.5"),
        ("HALF", "2.50", "2.5"),
        ("HALF", "3.0", "3"),
        ("HALF", "0", "0"),
        ("HALF", "label 3", "3"),
        ("HALF", "na", "NA"),
        ("HALF", "off topic", "OFF"),
        ("LET", "ip", "IP"),
        ("LET", "E", "E"),
        ("LET", "3", "P"),
        ("LET", "NA", "NA"),
    ],
)
def test_a_cell_is_read_as_a_level_or_a_code(criterion: str, cell: str, found: str) -> None:
    assert RUBRIC.read_cell(criterion, cell).id == found


@pytest.mark.parametrize(
    ("criterion", "cell"),
    [
        ("HALF", "2.25"),
        ("HALF", "4.5"),
        ("HALF", ""),
        ("HALF", "nan"),
        ("HALF", "inf"),
        ("HALF", "1e400"),
        ("HALF", "1,5,0"),
        ("LET", "2.5"),
        ("LET", "M"),
        ("NONE", "1"),
    ],
)
def test_any_other_cell_is_refused(criterion: str, cell: str) -> None:
    with pytest.raises(NotFound) as refused:
        RUBRIC.read_cell(criterion, cell)
    assert refused.value.fix


def test_an_id_wins_over_a_label_or_number_that_looks_the_same() -> None:
    """A scale whose levels are called 3, 2, 1 from the lowest up: the cell names the level."""
    upside_down = Rubric("r", 1, "R", (Criterion("C", "C", scale(1, 2, 3, ids="3 2 1")),))
    assert upside_down.read_cell("C", "3").position == 1  # type: ignore[union-attr]
    assert upside_down.read_cell("C", "3.0").position == 3  # type: ignore[union-attr]
    crossed = Scale((Level("A", "B", 1, 1), Level("B", "A", 2, 2)))
    rubric = Rubric("r", 1, "R", (Criterion("C", "C", crossed),))
    assert rubric.read_cell("C", "b").id == "B"


@given(st.text(max_size=12))
def test_whatever_a_cell_holds_it_is_read_or_refused(cell: str) -> None:
    try:
        found = RUBRIC.read_cell("HALF", cell)
    except NotFound as refused:
        assert not cell.strip() or cell.strip() not in refused.message or len(cell.strip()) < 6
    else:
        known = {level.id for level in HALVES.levels} | {code.id for code in RUBRIC.codes}
        assert found.id in known


@given(st.sampled_from(HALVES.levels), st.sampled_from(["id", "label", "value"]))
def test_a_level_is_read_back_from_its_id_its_label_and_its_value(level: Level, how: str) -> None:
    assert RUBRIC.read_cell("HALF", str(getattr(level, how))) == level


def rubric(**changes: object) -> Rubric:
    given_fields = {"id": "r", "version": 1, "title": "R", "criteria": RUBRIC.criteria} | changes
    return Rubric(**given_fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "no spaces please"},
        {"id": ""},
        {"version": 0},
        {"criteria": ()},
        {"criteria": RUBRIC.criteria * 2},
        {"codes": (ConditionCode("X", "X"), ConditionCode("X", "Y"))},
        {"codes": (ConditionCode("X", "X", scored=("GRIT",)),)},
        {"codes": (ConditionCode("3", "Three"),)},
    ],
)
def test_a_rubric_that_contradicts_itself_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(CalibrateError):
        rubric(**changes)


def test_a_criterion_or_code_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(NotFound, match="HALF, LET"):
        RUBRIC.criterion("x")
    with pytest.raises(NotFound, match="NA, OFF"):
        RUBRIC.code("x")
    with pytest.raises(NotFound, match="none"):
        rubric().code("x")
