"""Concordance, correlations, limits of agreement; order alone; criteria as parts of a total."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from calibrate.errors import ArgumentError
from calibrate.stats.concordance import (
    limits_of_agreement,
    lin_ccc,
    mean_difference,
    pearson,
    spearman,
)
from calibrate.stats.cronbach import cronbach_alpha
from calibrate.stats.icc import icc_1_1, icc_a_1, icc_c_1, icc_c_k, intraclass
from calibrate.stats.kendall import kendall_w
from calibrate.stats.ratings import prepare_ratings
from calibrate.stats.two_raters import cohen_kappa, light_kappa, scott_pi
from tests.stats.panels import panel, simulated

LEVELS = [1, 2, 3, 4]
ROWS = simulated(3, 40, 2)
A, B = (np.array(column) for column in zip(*ROWS, strict=True))


def test_the_correlations_are_scipys():
    ratings = panel(ROWS, LEVELS)
    assert pearson(ratings).value == pytest.approx(stats.pearsonr(A, B).statistic, abs=1e-12)
    assert spearman(ratings).value == pytest.approx(stats.spearmanr(A, B).statistic, abs=1e-12)


def test_a_correlation_is_blind_to_severity_and_concordance_is_not():
    rows = [[1, 2], [2, 3], [3, 4], [1, 2], [2, 3], [3, 4]]
    ratings = panel(rows, LEVELS)
    assert pearson(ratings).value == pytest.approx(1.0)
    # means 2 and 3, variances 2/3: 2 · (2/3) / (2/3 + 2/3 + 1)
    assert lin_ccc(ratings).value == pytest.approx((4 / 3) / (7 / 3))


def test_one_rater_who_never_varies_leaves_a_correlation_undefined():
    found = pearson(panel([[1, 2], [2, 2], [3, 2]], LEVELS))
    assert "same score" in found.undefined
    assert found.flags == ()


def test_the_standard_error_of_a_correlation_is_the_known_one_for_normal_scores():
    rng = np.random.default_rng(4)
    x = rng.normal(0, 1, 4000)
    y = 0.6 * x + 0.8 * rng.normal(0, 1, 4000)
    values = np.round(np.stack([x, y], axis=1), 2)
    levels = np.round(np.arange(-6, 6.005, 0.01), 2)
    piece, rater = np.indices(values.shape)
    ratings = prepare_ratings(piece.ravel(), rater.ravel(), values.ravel(), levels, interval=True)
    found = pearson(ratings)
    assert found.se == pytest.approx((1 - found.value**2) / math.sqrt(4000), rel=0.05)
    assert lin_ccc(ratings).value < found.value


@pytest.mark.parametrize("statistic", [pearson, spearman, lin_ccc])
def test_the_error_under_no_agreement_is_the_spread_over_all_ways_to_pair_the_scores(statistic):
    first, second = [1, 2, 2, 3, 4, 4], [1, 1, 2, 4, 3, 4]
    every = [
        statistic(panel([list(pair) for pair in zip(first, order, strict=True)], LEVELS)).value
        for order in itertools.permutations(second)
    ]
    rows = [list(pair) for pair in zip(first, second, strict=True)]
    assert statistic(panel(rows, LEVELS)).se_null == pytest.approx(np.std(every), abs=1e-12)


@pytest.mark.parametrize("statistic", [cohen_kappa, scott_pi, mean_difference])
def test_the_error_under_no_agreement_is_how_far_luck_alone_scatters(statistic):
    rng = np.random.default_rng(8)
    habits = [0.1, 0.3, 0.4, 0.2]
    luck = [
        statistic(panel(rng.choice(LEVELS, (60, 2), p=habits).tolist(), LEVELS)) for _ in range(400)
    ]
    scatter = np.std([one.value for one in luck])
    assert np.mean([one.se_null for one in luck]) == pytest.approx(scatter, rel=0.12)


@pytest.mark.parametrize("statistic", [cohen_kappa, scott_pi, pearson, spearman, lin_ccc])
def test_scores_of_several_criteria_have_no_error_under_no_agreement(statistic):
    """The formulas take scores one by one; criteria of one piece go together."""
    by_criterion = prepare_ratings(
        np.repeat(range(20), 4),
        np.tile([0, 1], 40),
        np.ravel(ROWS),
        LEVELS,
        criterion=np.tile([0, 0, 1, 1], 20),
    )
    found = statistic(by_criterion)
    assert found.se > 0
    assert math.isnan(found.se_null)
    assert statistic(panel(ROWS, LEVELS)).se_null > 0


def test_the_difference_of_two_raters_in_standard_deviations_and_in_points():
    rows = [[2, 1], [3, 2], [4, 4], [2, 2]]
    ratings = panel(rows, LEVELS)
    spread = math.sqrt((np.var([2, 3, 4, 2]) + np.var([1, 2, 4, 2])) / 2)
    assert mean_difference(ratings).value == pytest.approx(0.5 / spread)
    limits = limits_of_agreement(ratings)
    apart = np.array([1, 1, 0, 0])
    assert limits.difference == 0.5
    assert limits.upper == pytest.approx(0.5 + 1.959964 * apart.std(ddof=1), abs=1e-6)
    assert limits.lower_low < limits.lower < limits.difference_low < 0.5
    half = stats.t.ppf(0.975, 3) * apart.std(ddof=1) / 2
    assert limits.difference_high == pytest.approx(0.5 + half)
    assert limits.n_pieces == 4


def test_limits_are_in_points_of_the_scale_not_in_positions():
    half_points = [0.5 * i for i in range(9)]
    assert limits_of_agreement(panel([[2.5, 1.5], [3, 2], [4, 3]], half_points)).difference == 1.0


@pytest.mark.parametrize("rows", [[[1, None], [None, 2]], [[1, 2]], [[1], [2]]])
def test_without_two_shared_pieces_there_are_no_limits_and_the_reason_is_told(rows):
    limits = limits_of_agreement(panel(rows, LEVELS))
    assert limits.undefined
    assert math.isnan(limits.upper)


def test_lights_kappa_counts_the_pairs_it_leaves_out():
    rows = [[1, 1, 3], [2, 2, 3], [3, 2, 3], [1, 2, None]]
    found = light_kappa(panel([[*row, None] for row in rows] + [[None, None, None, 2]], LEVELS))
    assert found.is_defined
    assert found.flags == ("3 of 6 pairs without a kappa",)


def test_kendalls_w_says_which_pieces_it_leaves_out():
    whole = [[1, 2, 1], [2, 3, 3], [4, 4, 4], [3, 3, 2]]
    found = kendall_w(panel(whole, LEVELS))
    gaps = kendall_w(panel([*whole, [1, 4, None]], LEVELS))
    assert gaps.value == found.value
    assert gaps.n_pieces == 4
    assert "1 pieces that not every rater scored do not count" in gaps.flags
    assert "every rater" in kendall_w(panel([[1, 2, None], [None, 2, 3]], LEVELS)).undefined


def test_consistency_forgives_severity_and_the_one_way_form_does_not():
    rows = np.array(simulated(5, 60, 3)) * 1.0
    rows[:, 1] = np.clip(rows[:, 1] + 1, 1, 4)
    ratings = panel(rows.tolist(), LEVELS)
    assert icc_1_1(ratings).value < icc_a_1(ratings).value < icc_c_1(ratings).value


def test_raters_nested_in_pieces_have_an_icc_1_and_the_others_say_why():
    rng = np.random.default_rng(6)
    truth = rng.normal(0, 1, 50)
    piece = np.repeat(np.arange(50), 3)
    score = truth[piece] + rng.normal(0, 0.6, 150)
    rater = np.arange(150)
    one_way = intraclass(piece, rater, score, form="1")
    assert one_way.value == pytest.approx(1 / 1.36, abs=0.1)
    assert "exact F interval" in one_way.method
    for form in ("a", "c"):
        assert (
            "ICC(1) is what such readings allow"
            in intraclass(piece, rater, score, form=form).undefined
        )


def test_unequal_numbers_of_readings_tell_the_harmonic_mean():
    found = icc_1_1(panel([[1, 1, 2], [3, 3, None], [4, 3, 4], [2, 2, None]], LEVELS))
    assert found.flags == ("approximate interval: pieces have unequal numbers of scores",)
    assert "harmonic mean 2.4" in found.method
    assert found.ci_low < found.value < found.ci_high


def test_a_form_that_there_is_not_is_refused():
    with pytest.raises(ArgumentError, match="Choose 1, a or c"):
        intraclass([1, 1], [1, 2], [1, 2], form="b")


def test_cronbachs_alpha_is_icc_c_k_with_criteria_for_raters():
    ratings = panel(simulated(9, 30, 5), LEVELS)
    table = np.array(simulated(9, 30, 5))
    alpha, icc = cronbach_alpha(table), icc_c_k(ratings)
    assert alpha.value == pytest.approx(icc.value, abs=1e-12)
    # Feldt's interval is the exact F interval of the same ratio
    assert (alpha.ci_low, alpha.ci_high) == pytest.approx((icc.ci_low, icc.ci_high), abs=1e-12)


def test_cronbachs_alpha_counts_readings_with_gaps_and_says_what_it_cannot_tell():
    table = np.array([[1, 2, 1], [2, 3, 2], [4, 4, 3], [3, np.nan, 2]])
    found = cronbach_alpha(table)
    assert found.n_pieces == 3
    assert "1 readings" in found.flags[0]
    assert "one criterion" in cronbach_alpha(table[:, :1]).undefined
    assert "no variation" in cronbach_alpha([[2, 2], [2, 2]]).undefined
    assert "same total" in cronbach_alpha([[1, 2], [2, 1]]).undefined
    assert "fewer than two" in cronbach_alpha([[1, 2]]).undefined
    assert cronbach_alpha([[1, 1], [2, 2], [4, 4]]).flags == (
        "the criteria are copies: no interval",
    )
