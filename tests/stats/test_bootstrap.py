"""The bootstrap draws whole pieces, gives the same interval twice, and its interval is sane."""

from __future__ import annotations

import math

import numpy as np
import pytest

from calibrate.stats.alpha import alpha_of_totals, coincidences, draw_sums, krippendorff_alpha
from calibrate.stats.bootstrap import bootstrap, resample
from calibrate.stats.patterns import collapse
from calibrate.stats.ratings import prepare_ratings
from tests.stats.panels import panel, simulated

LEVELS = [1, 2, 3, 4]


def mean_of_totals(totals):
    return totals[:, 0] / totals[:, 1]


def described(values):
    """A sample as draws: each adds its value and counts once."""
    return np.column_stack([values, np.ones(len(values))]), np.ones(len(values), dtype=np.int64)


def test_the_bootstrap_of_a_mean_has_the_standard_error_of_a_mean():
    values = np.random.default_rng(1).normal(10, 3, 200)
    found = bootstrap(*described(values), mean_of_totals, draws=2000)
    assert found.se == pytest.approx(values.std() / math.sqrt(200), rel=0.05)
    assert found.ci_low == pytest.approx(values.mean() - 1.96 * found.se, abs=0.1)
    assert found.ci_high == pytest.approx(values.mean() + 1.96 * found.se, abs=0.1)
    assert found.method == "bootstrap by piece (BCa, 2000 resamples), for these raters"


def test_bca_moves_the_interval_toward_the_long_tail():
    values = np.random.default_rng(2).exponential(1, 40)
    found = bootstrap(*described(values), mean_of_totals, draws=4000)
    assert found.ci_high - values.mean() > values.mean() - found.ci_low


def test_drawing_patterns_equals_drawing_pieces():
    ratings = panel(simulated(2, 60, 3), LEVELS)
    found = collapse(ratings.counts)
    patterns, times = found.counts, found.times
    assert len(patterns) < 60
    assert np.array_equal(patterns[found.which], ratings.counts)
    statistic = alpha_of_totals(ratings.levels, "ordinal")
    few = bootstrap(coincidences(patterns), times, statistic, draws=4000)
    every = bootstrap(
        coincidences(ratings.counts), np.ones(60, dtype=np.int64), statistic, draws=4000
    )
    assert few.se == pytest.approx(every.se, rel=0.06)
    assert few.ci_low == pytest.approx(every.ci_low, abs=0.03)


def test_wide_tables_collapse_too():
    counts = np.random.default_rng(3).integers(0, 2, size=(50, 80))
    found = collapse(counts)
    assert np.array_equal(found.counts[found.which], counts)
    assert found.times.sum() == 50


def test_the_same_scores_give_the_same_interval_and_another_seed_nearly_the_same():
    ratings = panel(simulated(4, 50, 3), LEVELS)
    first, again = krippendorff_alpha(ratings), krippendorff_alpha(ratings)
    other = krippendorff_alpha(ratings, seed=7)
    assert first == again
    assert first != other
    assert other.ci_low == pytest.approx(first.ci_low, abs=0.03)


def test_undefined_resamples_are_counted_and_told():
    rows = [[3, 3]] * 9 + [[3, 4]]
    found = krippendorff_alpha(panel(rows, LEVELS))
    assert found.is_defined
    number = int(found.flags[0].split(" of ")[0])
    assert 300 < number < 400  # nine in ten of ten draws: 0.9 ** 10
    assert found.flags[0].endswith("of 1000 resamples undefined")


def test_when_most_resamples_are_undefined_there_is_no_interval():
    found = krippendorff_alpha(panel([[3, 3], [3, 4]], LEVELS))
    rare = bootstrap(
        np.array([[1.0, 0.0], [0.0, 1.0]]),
        np.array([1, 1]),
        lambda totals: np.where(totals[:, 0] == totals[:, 1], 1.0, math.nan),
    )
    assert found.is_defined
    assert rare.undefined > 400
    lone = bootstrap(np.array([[1.0]]), np.array([1]), lambda totals: totals[:, 0])
    assert math.isnan(lone.ci_low)
    half = bootstrap(
        np.eye(3),
        np.ones(3, dtype=np.int64),
        lambda totals: np.where((totals == 1).all(axis=1), 1.0, math.nan),
    )
    assert math.isnan(half.ci_low)
    assert half.flags


def test_a_piece_with_five_criteria_is_one_draw():
    rows = simulated(6, 30, 2)
    cells = [(i, j, c, row[j]) for i, row in enumerate(rows) for j in range(2) for c in range(5)]
    piece, rater, criterion, score = zip(*cells, strict=True)
    five_times = prepare_ratings(piece, rater, score, LEVELS, criterion=criterion)
    sums, times = draw_sums(five_times)
    assert len(sums) == times.sum() == 30
    once = krippendorff_alpha(panel(rows, LEVELS))
    assert krippendorff_alpha(five_times).se == pytest.approx(once.se, rel=0.1)


def test_blocks_of_resamples_are_joined(monkeypatch):
    monkeypatch.setattr("calibrate.stats.bootstrap._BLOCK", 700)
    values = np.random.default_rng(1).normal(size=90)
    drawn = resample(*described(values), mean_of_totals, draws=200, seed=1)
    assert drawn.shape == (200,)
    assert len(np.unique(drawn)) == 200


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    """40 pieces, three raters, a truth found from a very large panel; 150 panels."""
    truth = krippendorff_alpha(panel(simulated(99, 20_000, 3), LEVELS), draws=0).value
    inside = 0
    for seed in range(150):
        found = krippendorff_alpha(panel(simulated(seed, 40, 3), LEVELS), draws=300)
        inside += found.ci_low <= truth <= found.ci_high
    assert 0.88 <= inside / 150 <= 0.99
