"""A small panel worked by hand, so that a reader can follow every number with a pencil.

Three levels, four pieces, two raters:  (1,1) (2,2) (2,3) (3,3).
Pairs that agree: 3 of 4. Level shares over all eight scores: 2/8, 3/8, 3/8.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from calibrate.errors import ArgumentError
from calibrate.stats import weights
from calibrate.stats.agreement import (
    adjacent_agreement,
    brennan_prediger,
    exact_agreement,
    fleiss_kappa,
    gwet_ac,
)
from calibrate.stats.alpha import krippendorff_alpha
from calibrate.stats.icc import icc_a_1
from calibrate.stats.two_raters import cohen_kappa
from tests.stats.panels import panel

RATINGS = panel([[1, 1], [2, 2], [2, 3], [3, 3]], [1, 2, 3])


def test_exact_agreement_is_three_pieces_of_four():
    found = exact_agreement(RATINGS)
    assert found.value == pytest.approx(3 / 4)
    # pieces agree 1, 1, 0, 1: standard deviation 1/2, over the root of 4
    assert found.se == pytest.approx(0.25)
    assert (found.n_pieces, found.n_raters, found.n_ratings) == (4, 2, 8)


def test_adjacent_agreement_is_full():
    found = adjacent_agreement(RATINGS)
    assert found.value == 1.0
    # four pieces can bear no more than this: 0.025 to the power 1/4
    assert found.ci_low == pytest.approx(0.025**0.25)


def test_cohens_kappa():
    # rater 1 uses levels 1/4, 2/4, 1/4 and rater 2 uses 1/4, 1/4, 2/4
    expected = (
        Fraction(1, 4) * Fraction(1, 4)
        + Fraction(2, 4) * Fraction(1, 4)
        + Fraction(1, 4) * Fraction(2, 4)
    )
    assert cohen_kappa(RATINGS, "identity").value == pytest.approx(
        float((Fraction(3, 4) - expected) / (1 - expected))
    )


def test_fleiss_kappa():
    expected = Fraction(2, 8) ** 2 + Fraction(3, 8) ** 2 + Fraction(3, 8) ** 2
    assert fleiss_kappa(RATINGS, "identity").value == pytest.approx(
        float((Fraction(3, 4) - expected) / (1 - expected))
    )


def test_brennan_prediger():
    assert brennan_prediger(RATINGS, "identity").value == pytest.approx((3 / 4 - 1 / 3) / (2 / 3))


def test_gwets_ac1():
    expected = (
        Fraction(2, 8) * Fraction(6, 8)
        + Fraction(3, 8) * Fraction(5, 8)
        + Fraction(3, 8) * Fraction(5, 8)
    ) / 2
    assert gwet_ac(RATINGS, "identity").value == pytest.approx(
        float((Fraction(3, 4) - expected) / (1 - expected))
    )


def test_gwets_ac2_with_linear_weights():
    # one level apart counts 1/2: observed (1 + 1 + 1/2 + 1) / 4; the weights sum to 3 + 4 · 1/2 = 5
    expected = Fraction(5, 6) * (
        Fraction(2, 8) * Fraction(6, 8)
        + Fraction(3, 8) * Fraction(5, 8)
        + Fraction(3, 8) * Fraction(5, 8)
    )
    assert gwet_ac(RATINGS, "linear").value == pytest.approx(
        float((Fraction(7, 8) - expected) / (1 - expected))
    )


def test_nominal_alpha():
    # disagreeing ordered pairs: 2 of 8; by chance 8·7 pairs less those of equal level 2·1 + 3·2 + 3·2
    expected = Fraction(8 * 7 - (2 + 6 + 6), 8 * 7)
    assert krippendorff_alpha(RATINGS, "nominal", draws=0).value == pytest.approx(
        float(1 - Fraction(2, 8) / expected)
    )


def test_interval_alpha():
    # squared differences: 2 over 8 scores; by chance the mean over the 56 ordered pairs
    scores = [1, 1, 2, 2, 2, 3, 3, 3]
    by_chance = Fraction(sum((a - b) ** 2 for a in scores for b in scores), 56)
    assert krippendorff_alpha(RATINGS, "interval", draws=0).value == pytest.approx(
        float(1 - Fraction(2, 8) / by_chance)
    )


def test_icc_a_1():
    # piece means 1, 2, 5/2, 3; rater means 2 and 9/4; grand mean 17/8
    pieces = (
        2
        * sum(
            (m - Fraction(17, 8)) ** 2
            for m in (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(3))
        )
        / 3
    )
    raters = 4 * sum((m - Fraction(17, 8)) ** 2 for m in (Fraction(2), Fraction(9, 4)))
    total = sum((s - Fraction(17, 8)) ** 2 for s in (1, 1, 2, 2, 2, 3, 3, 3))
    error = (total - 3 * pieces - raters) / 3
    assert icc_a_1(RATINGS).value == pytest.approx(
        float((pieces - error) / (pieces + error + Fraction(2, 4) * (raters - error)))
    )


@pytest.mark.parametrize(
    ("name", "first_row"),
    [
        ("identity", [1, 0, 0, 0]),
        ("linear", [1, 2 / 3, 1 / 3, 0]),
        ("quadratic", [1, 8 / 9, 5 / 9, 0]),
        ("ordinal", [1, 5 / 6, 1 / 2, 0]),
    ],
)
def test_weights_of_four_levels(name, first_row):
    label, matrix = weights.weight_matrix(name, np.arange(1.0, 5.0))
    assert label == name
    assert matrix[0] == pytest.approx(first_row)
    assert np.array_equal(matrix, matrix.T)


def test_weights_of_an_interval_scale_use_its_values():
    values = np.array([0.0, 1.0, 4.0])
    assert weights.linear(values)[0] == pytest.approx([1, 3 / 4, 0])


@pytest.mark.parametrize(
    "wrong",
    [
        "cubic",
        [[1.0, 0.0], [0.0, 1.0]],
        [[1, 0.5, 0], [0.5, 1, 2], [0, 2, 1]],
        [[1, 0.5, 0], [0.2, 1, 0.5], [0, 0.5, 1]],
        [[0.9, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 1]],
        [[1, float("nan"), 0], [float("nan"), 1, 0.5], [0, 0.5, 1]],
        [["a", "b"], ["c", "d"]],
    ],
)
def test_weights_that_cannot_serve_are_refused(wrong):
    with pytest.raises(ArgumentError):
        gwet_ac(RATINGS, wrong)


def test_given_weights_equal_the_named_ones():
    given = [[1, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 1]]
    ours, named = gwet_ac(RATINGS, given), gwet_ac(RATINGS, "linear")
    assert (ours.weights, ours.value, ours.se) == ("given", named.value, named.se)
