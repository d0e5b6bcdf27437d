"""Scores of record: each rule by the tables that describe it, and what all rules share."""

from __future__ import annotations

from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.errors import ArgumentError, NotFound
from calibrate.model.resolution import (
    RULES,
    Judgement,
    RecordState,
    ScoreOfRecord,
    readings_that_count,
    resolution_rule,
    resolve,
)
from calibrate.model.scores import ReadingPurpose

Answer = float | str


def judgements(*answers: Answer, half: bool = False, expert: int | None = None) -> list[Judgement]:
    """Readings on a 1-4 scale (``half``: 0-4 by halves); a text is a condition code."""
    return [
        Judgement(f"r{n}", code_id=one, expert=n == expert)
        if isinstance(one, str)
        else Judgement(
            f"r{n}", float(one), int(one * 2) + 1 if half else int(one), expert=n == expert
        )
        for n, one in enumerate(answers, start=1)
    ]


def answer(record: ScoreOfRecord) -> Answer | None:
    """A score, a code, or None where something is due."""
    if record.state is not RecordState.SETTLED:
        assert record.value is None
        assert record.code_id is None
        return None
    assert (record.value is None) != (record.code_id is None)
    return record.code_id if record.value is None else record.value


PAIRS = {
    "average_adjacent": [((3, 3), 3), ((2, 3), 2.5), ((1, 3), None), ((1, 4), None)],
    "third_replaces": [((3, 3), 3), ((2, 3), 2.5), ((1, 3), None)],
    "higher_if_adjacent": [((3, 3), 3), ((2, 3), 3), ((3, 2), 3), ((4, 2), None)],
    "closest_two": [((3, 3), 3), ((2, 3), 2.5), ((4, 1), None)],
    "median": [((3, 3), 3), ((2, 3), 2), ((1, 4), 1)],
}


@pytest.mark.parametrize(
    ("rule", "given", "wanted"),
    [(rule, pair, wanted) for rule, rows in PAIRS.items() for pair, wanted in rows],
)
def test_two_readings_give_what_the_rule_says(
    rule: str, given: tuple[Answer, ...], wanted: Answer | None
) -> None:
    record = resolve(rule, judgements(*given))
    assert answer(record) == wanted
    assert record.n_readings == 2
    if wanted is None:
        assert "a third is due" in record.reason


@pytest.mark.parametrize(
    ("rule", "given", "wanted"),
    [
        ("average_adjacent", (1, 4, 3), 3),
        ("average_adjacent", (2, 3, 4), 2.5),  # the first two were near: no third was needed
        ("average_adjacent", (1, 4, "OFF"), "OFF"),
        ("higher_if_adjacent", (1, 4, 2), 2),
        ("closest_two", (1, 4, 3), 3.5),
        ("closest_two", (1, 4, 2), 1.5),
        ("closest_two", (1, 3, 2), 2),  # midway: the third stands
        ("closest_two", (1, 4, 4), 4),
        ("closest_two", ("OFF", 3, 4), 3.5),
        ("closest_two", ("OFF", 3, "OFF"), "OFF"),
        ("closest_two", ("OFF", 3, "BLANK"), None),
        ("closest_two", ("OFF", "BLANK", 2), 2),
        ("median", (1, 4, 3), 3),
        ("median", (1, "OFF", 3), 1),
        ("median", ("OFF", "OFF", 3), "OFF"),
        ("median", ("OFF", "BLANK", 3), None),
    ],
)
def test_three_readings_give_what_the_rule_says(
    rule: str, given: tuple[Answer, ...], wanted: Answer | None
) -> None:
    assert answer(resolve(rule, judgements(*given))) == wanted


def test_only_an_adjudication_replaces_both() -> None:
    settled = resolve("third_replaces", judgements(1, 4, 3, expert=3))
    assert (answer(settled), settled.reason) == (3, "the adjudication stands")
    waiting = resolve("third_replaces", judgements(1, 4, 3))
    assert (answer(waiting), waiting.state) == (None, RecordState.PENDING)
    assert "an adjudication is due" in waiting.reason


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "median"])
def test_a_score_beside_a_code_is_never_near(rule: str) -> None:
    assert answer(resolve(rule, judgements(3, "BLANK"))) is None
    assert answer(resolve(rule, judgements("BLANK", 1))) is None
    assert answer(resolve(rule, judgements("BLANK", "OFF"))) is None
    assert answer(resolve(rule, judgements("BLANK", "BLANK"))) == "BLANK"


def test_half_of_the_readings_giving_a_code_settle_nothing() -> None:
    assert answer(resolve("median", judgements(3, "BLANK"))) is None
    assert answer(resolve("median", judgements(3, 2, "BLANK", "BLANK"))) is None
    assert answer(resolve("median", judgements(3, 2, 2, "BLANK"))) == 2


@pytest.mark.parametrize(
    ("pair", "wanted"),
    [((2.5, 3), 2.75), ((2, 3), 2.5), ((2, 3.5), None), ((0, 1), 0.5), ((0, 1.5), None)],
)
def test_on_a_half_point_scale_one_whole_point_is_still_near(
    pair: tuple[float, float], wanted: float | None
) -> None:
    assert answer(resolve("average_adjacent", judgements(*pair, half=True))) == wanted


def test_on_a_finer_scale_two_steps_are_the_limit() -> None:
    tenths = [Judgement("r1", 0.1, 1), Judgement("r2", 0.4, 4)]
    assert answer(resolve("average_adjacent", tenths)) is None


def test_on_a_scale_with_wide_gaps_neighbours_are_near() -> None:
    assert answer(
        resolve("average_adjacent", [Judgement("r1", 0.0, 1), Judgement("r2", 50.0, 2)])
    ) == 25.0  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_one_reading_stands_alone_and_none_is_missing(rule: str) -> None:
    assert answer(resolve(rule, judgements(3))) == 3
    assert answer(resolve(rule, judgements("BLANK"))) == "BLANK"
    nothing = resolve(rule, [])
    assert (nothing.state, nothing.n_readings) == (RecordState.MISSING, 0)
    assert nothing.reason


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "median"])
def test_more_readings_than_a_rule_takes_fall_back_to_the_median_and_say_so(rule: str) -> None:
    record = resolve(rule, judgements(1, 2, 4, 4))
    assert (answer(record), record.by, record.n_readings) == (2, "median", 4)
    assert rule in record.reason


def test_an_unknown_rule_is_refused_with_the_list() -> None:
    with pytest.raises(NotFound, match="closest_two"):
        resolution_rule("closest")


@pytest.mark.parametrize(
    "bad",
    [
        {"value": 3.0},
        {"position": 3},
        {"value": 3.0, "position": 3, "code_id": "OFF"},
        {"value": 3.0, "code_id": "OFF"},
        {},
    ],
)
def test_a_judgement_is_a_score_or_a_code(bad: dict[str, object]) -> None:
    with pytest.raises(ArgumentError):
        Judgement("r1", **bad)  # type: ignore[arg-type]


answers = st.lists(st.one_of(st.integers(1, 4), st.sampled_from(["BLANK", "OFF"])), max_size=6)


@given(st.sampled_from(sorted(RULES)), answers)
def test_every_rule_answers_everything_within_the_scores_given(
    rule: str, given_answers: list[Answer]
) -> None:
    record = resolve(rule, judgements(*given_answers, expert=3))
    assert record.n_readings == len(given_answers)
    found = answer(record)
    if isinstance(found, str):
        assert found in given_answers
    elif found is not None:
        scores = [one for one in given_answers if not isinstance(one, str)]
        assert min(scores) <= found <= max(scores)
    elif given_answers:
        assert record.reason


@given(st.lists(st.integers(1, 4), min_size=1, max_size=9), st.randoms())
def test_the_median_does_not_depend_on_the_order(scores: list[int], dice: object) -> None:
    shuffled = list(scores)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert answer(resolve("median", judgements(*shuffled))) == median_low(scores)


@given(st.sampled_from(sorted(RULES)), answers.filter(lambda some: 0 < len(some) <= 2))
def test_the_order_of_two_readings_does_not_matter(rule: str, given_answers: list[Answer]) -> None:
    forth = resolve(rule, judgements(*given_answers))
    back = resolve(rule, judgements(*reversed(given_answers)))
    assert (answer(forth), forth.state) == (answer(back), back.state)


@given(st.sampled_from(sorted(RULES)), st.integers(1, 4), st.integers(1, 6))
def test_a_unanimous_panel_is_settled_at_its_score(rule: str, score: int, count: int) -> None:
    assert answer(resolve(rule, judgements(*[score] * count))) == score


INDEPENDENT, OWN = ReadingPurpose.INDEPENDENT, ReadingPurpose.OWN_STUDENT
THIRD, BACK = ReadingPurpose.ADJUDICATION, ReadingPurpose.BACK_READ


@pytest.mark.parametrize(
    ("purposes", "counted"),
    [
        ([INDEPENDENT, INDEPENDENT, THIRD], [1, 2, 3]),
        ([THIRD, INDEPENDENT, INDEPENDENT], [2, 3, 1]),
        ([OWN, INDEPENDENT], [2]),
        ([OWN], [1]),
        ([OWN, INDEPENDENT, THIRD], [1, 2, 3]),
        ([INDEPENDENT, OWN, THIRD], [2, 1, 3]),
        ([OWN, INDEPENDENT, INDEPENDENT, THIRD], [2, 3, 4]),
        ([BACK, ReadingPurpose.VALIDITY], []),
        ([BACK, INDEPENDENT], [2]),
        ([], []),
    ],
)
def test_which_readings_count(purposes: list[ReadingPurpose], counted: list[int]) -> None:
    readings = list(zip(purposes, judgements(*[3] * len(purposes)), strict=True))
    assert [one.rater_id for one in readings_that_count(readings)] == [f"r{n}" for n in counted]
