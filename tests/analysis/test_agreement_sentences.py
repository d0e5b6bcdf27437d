"""What is said beside agreement: one plain sentence, and a reason where a number misleads."""

from __future__ import annotations

import math

import pytest

from calibrate.analysis.agreement import agreement
from calibrate.analysis.agreement_words import coefficient_name, value_shown
from tests.analysis.test_agreement import FOUR, made, table


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("P1", "A", "X", 1, None), ("P2", "B", "X", 2, None)], "cannot say"),
        (
            [("P1", "A", "X", 2, None), ("P1", "B", "X", 2, None)],
            "every rater chose the same level",
        ),
        (
            [("P1", "A", "X", None, "BLANK"), ("P1", "B", "X", None, "BLANK")],
            "agreed on which pieces",
        ),
        ([("P1", "A", "X", 2, None), ("P1", "B", "X", 3, None)], "cannot say how sure"),
    ],
)
def test_the_sentence_says_when_the_data_cannot_answer(rows, told):
    assert told in agreement(made(rows), {"X": (1, 2, 3, 4)}).criteria[0].sentence


def test_the_sentence_of_a_clear_result():
    part = agreement(table(pieces=200), FOUR, labels={"ORG": "Organization"}).criteria[0]
    exact, near, ac = (
        part.coefficient(name) for name in ("exact_agreement", "adjacent_agreement", "gwet_ac")
    )
    assert part.sentence == (
        "Organization: two raters of the same piece chose the same level "
        f"{round(exact.value * 100)}% of the time and were at most one level apart "
        f"{'every time' if near.value == 1 else f'{round(near.value * 100)}% of the time'}; "
        f"agreement beyond luck is {ac.value:.2f} of a possible 1 (Gwet's AC2), "
        f"between {ac.ci_low:.2f} and {ac.ci_high:.2f} judging by 200 pieces."
    )  # fmt: skip


def test_few_pieces_settle_nothing_and_the_sentence_says_so():
    assert "5 pieces cannot settle it" in agreement(table(pieces=5), FOUR).total.sentence


def test_raters_like_these_are_asked_for_by_name():
    few = agreement(table(), FOUR, like_these=True).total
    for name in ("exact_agreement", "cohen_kappa", "gwet_ac", "krippendorff_alpha"):
        one = few.coefficient(name)
        assert "2 raters say nothing about raters like them" in one.flags[0]
        assert not one.has_interval
    assert "; two raters cannot show how sure that is for raters like them." in few.sentence
    rows = table(raters=5, pieces=20)
    these, like = agreement(rows, FOUR), agreement(rows, FOUR, like_these=True, draws=200)
    for name in ("exact_agreement", "fleiss_kappa", "gwet_ac", "krippendorff_alpha"):
        one, other = these.total.coefficient(name), like.total.coefficient(name)
        assert other.value == one.value
        assert other.ci_high - other.ci_low > one.ci_high - one.ci_low
        assert "for raters like these" in other.method


def test_a_wide_interval_is_flagged_and_a_narrow_one_is_not():
    few, many = (
        agreement(table(pieces=n), FOUR).total.coefficient("cohen_kappa") for n in (6, 200)
    )
    assert "wide interval: too few pieces to say much" in few.flags
    assert many.flags == ()


def test_a_kappa_that_prevalence_makes_low_is_explained():
    rows = [(f"P{i}", r, "X", 3.0, None) for i in range(40) for r in "AB"]
    rows[0] = ("P0", "A", "X", 2.0, None)
    rows[3] = ("P1", "B", "X", 2.0, None)
    part = agreement(made(rows), {"X": (1, 2, 3, 4)}).criteria[0]
    assert len(part.remarks) == 1
    assert part.remarks[0].startswith("98% of the scores are 3, so luck alone")
    assert part.as_dict()["remarks"] == list(part.remarks)
    assert agreement(table(), FOUR).criteria[0].remarks == ()


def test_an_ac2_that_unused_levels_make_high_is_explained():
    """Three raters who scatter over 1 to 3 of a scale of six: they hardly ever agree, and AC2 says 0.8."""
    rows = [
        (f"P{i}", r, "X", float(1 + (i * k) % 3), None)
        for i in range(30)
        for k, r in enumerate("ABC")
    ]
    part = agreement(made(rows), {"X": (1, 2, 3, 4, 5, 6)}).criteria[0]
    assert part.coefficient("gwet_ac").value > 0.7
    assert part.coefficient("exact_agreement").value < 0.5
    (said,) = part.remarks
    assert "nobody gave 4, 5 or 6" in said
    assert "exact agreement, which is the one to read here" in said
    assert agreement(made(rows), {"X": (1, 2, 3)}).criteria[0].remarks == ()


def test_nothing_is_explained_from_a_handful_of_pieces():
    rows = [(f"P{i}", r, "X", 3.0, None) for i in range(7) for r in "ABC"]
    rows[0] = ("P0", "A", "X", 2.0, None)
    assert agreement(made(rows), {"X": (1, 2, 3, 4)}).criteria[0].remarks == ()
    rows += [("P7", r, "X", 3.0, None) for r in "ABC"]
    (said,) = agreement(made(rows), {"X": (1, 2, 3, 4)}).criteria[0].remarks
    assert "kappa looks low (−0.04)" in said  # with a true minus


@pytest.mark.parametrize(
    "options", [{}, {"resample": "pieces"}, {"resample": "blocks"}, {"like_these": True}]
)
def test_the_sentence_says_what_adjacent_means_under_every_kind_of_interval(options):
    rows = table(raters=3, pieces=20)
    result = agreement(rows, FOUR, draws=50, **options)
    for part in (*result.criteria, result.total):
        assert "at most one level apart" in part.sentence or "never at most" in part.sentence
        assert part.coefficient("adjacent_agreement").method.startswith("at most one level apart; ")


def test_a_difference_in_standard_deviations_is_never_called_wide():
    part = agreement(table(pieces=9), FOUR, every=True, draws=50).criteria[0]
    found = part.coefficient("mean_difference")
    assert found.ci_high - found.ci_low > 0.4
    assert found.flags == ()


def test_different_habits_of_two_raters_are_told():
    rows = [(f"P{i}", "A", "X", float(1 + i % 4), None) for i in range(40)]
    rows += [(f"P{i}", "B", "X", float(min(4, 2 + i % 4)), None) for i in range(40)]
    (said,) = agreement(made(rows), {"X": (1, 2, 3, 4)}).criteria[0].remarks
    assert "do not use the levels equally often" in said


def test_no_sentence_names_a_rater_or_a_piece():
    result = agreement(table(), FOUR, every=True, draws=50)
    words = " ".join([result.total.sentence, *(part.sentence for part in result.criteria)])
    assert "R0" not in words
    assert "P0" not in words


def test_names_and_values_as_people_see_them():
    part = agreement(table(), FOUR, every=True, draws=50).criteria[0]
    names = [coefficient_name(one) for one in part.coefficients]
    assert len(names) == len(set(names))
    assert "Gwet's AC1" in names
    assert "Gwet's AC2 (quadratic)" in names
    assert value_shown(part.coefficients[0], 0.5) == "50%"
    assert value_shown(part.coefficient("gwet_ac"), -0.256) == "−0.26"
    assert value_shown(part.coefficient("gwet_ac"), -0.004) == "0.00"
    assert value_shown(part.coefficient("gwet_ac"), math.nan) == "–"
