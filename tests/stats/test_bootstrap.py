"""The bootstrap draws whole pieces, gives the same interval twice, and its interval is sane."""

from __future__ import annotations

import math

import numpy as np
import pytest

from calibrate.errors import ArgumentError
from calibrate.stats.agreement import exact_agreement, fleiss_kappa, gwet_ac
from calibrate.stats.alpha import alpha_of_totals, coincidences, krippendorff_alpha
from calibrate.stats.bootstrap import bootstrap, resample
from calibrate.stats.draws import assignment_blocks, draw_sums
from calibrate.stats.patterns import collapse
from calibrate.stats.piece_bootstrap import by_bootstrap
from calibrate.stats.raters_like_these import for_raters_like_these
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
    drawing = draw_sums(five_times, coincidences)
    sums, times = drawing.sums, drawing.times
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


ANALYTIC = {
    "exact_agreement": exact_agreement,
    "fleiss_kappa": fleiss_kappa,
    "gwet_ac": gwet_ac,
}


@pytest.mark.parametrize("name", ANALYTIC)
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_the_bootstrap_agrees_with_the_analytic_interval_where_pieces_are_many(name, missing):
    ratings = panel(simulated(12, 300, 4, missing=missing), LEVELS)
    drawn, analytic = by_bootstrap(name, ratings), ANALYTIC[name](ratings)
    assert drawn.value == pytest.approx(analytic.value, abs=1e-12)
    assert drawn.se == pytest.approx(analytic.se, rel=0.1)
    assert drawn.ci_low == pytest.approx(analytic.ci_low, abs=0.02)
    assert "bootstrap by piece (BCa" in drawn.method


def test_resamples_within_blocks_keep_who_read_how_much():
    """Two pairs of raters, one nearly exact and one far apart: mixing the pairs makes the agreement of the whole vary more."""
    rng = np.random.default_rng(3)
    near = [[float(v), float(v), None, None] for v in rng.integers(1, 5, 28)]
    near += [[2.0, 3.0, None, None], [4.0, 3.0, None, None]]
    far = [[None, None, 1.0, 4.0]] * 15 + [[None, None, 4.0, 1.0]] * 15
    ratings = panel(near + far, LEVELS)
    assert sorted(np.bincount(assignment_blocks(ratings))) == [30, 30]
    free = by_bootstrap("brennan_prediger", ratings)
    kept = by_bootstrap("brennan_prediger", ratings, within_blocks=True)
    assert kept.value == free.value
    assert kept.se < 0.05 * free.se
    assert "within assignment blocks" in kept.method
    alphas = [krippendorff_alpha(ratings, within_blocks=within) for within in (False, True)]
    assert alphas[1].se < alphas[0].se


def test_blocks_of_pieces_with_several_criteria():
    ratings = prepare_ratings(
        [1, 1, 1, 1, 2, 2, 3, 3],
        ["a", "b", "a", "b", "a", "b", "a", "c"],
        [1, 2, 3, 3, 2, 2, 4, 3],
        LEVELS,
        criterion=["x", "x", "y", "y", "x", "x", "x", "x"],
    )
    assert assignment_blocks(ratings).tolist() == [0, 0, 1]
    drawing = draw_sums(ratings, coincidences, within_blocks=True)
    assert (len(drawing.sums), drawing.times.sum()) == (3, 3)
    assert len(set(drawing.blocks.tolist())) == 1, "three pieces are too few for blocks"


def test_a_bootstrap_that_there_is_not_is_refused():
    with pytest.raises(ArgumentError, match="no bootstrap"):
        by_bootstrap("icc_a_1", panel([[1, 2], [2, 2]], LEVELS))


def test_raters_like_these_are_less_certain_than_these_raters():
    rows = np.array(simulated(21, 60, 6)) + np.array([0, 0, 0, 0, 1, -1])
    ratings = panel(np.clip(rows, 1, 4).tolist(), LEVELS)
    these, like = gwet_ac(ratings), for_raters_like_these(gwet_ac, ratings)
    assert like.value == these.value
    assert like.se > 1.2 * these.se
    assert like.ci_low < these.ci_low
    assert "for raters like these" in like.method
    assert like.flags == ("only 6 raters: a rough interval for raters like these",)


def test_two_raters_say_nothing_about_raters_like_them():
    found = for_raters_like_these(fleiss_kappa, panel(simulated(1, 30, 2), LEVELS))
    assert math.isfinite(found.value)
    assert not found.has_interval
    assert "2 raters say nothing" in found.flags[0]
    alone = for_raters_like_these(fleiss_kappa, panel([[1], [2]], LEVELS))
    assert alone.undefined
