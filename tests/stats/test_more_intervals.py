"""Intervals by resampled pieces where no formula gives one: Kendall's W, Conger's kappa, adjacent agreement."""

from __future__ import annotations

import math

import numpy as np
import pytest

from calibrate.stats.agreement import adjacent_agreement
from calibrate.stats.all_pairs import all_pairs
from calibrate.stats.bootstrap import resample
from calibrate.stats.conger import conger_kappa
from calibrate.stats.kendall import kendall_w
from calibrate.stats.piece_bootstrap import _conger, _rater_sums, by_bootstrap
from calibrate.stats.ratings import prepare_ratings
from calibrate.stats.two_raters import cohen_kappa, light_kappa
from calibrate.stats.weights import weight_matrix
from tests.stats.panels import panel

LEVELS = (1, 2, 3, 4)


def drawn(seed=3, pieces=30, raters=4):
    rng = np.random.default_rng(seed)
    seen = rng.normal(2.5, 1, (pieces, 1)) + rng.normal(0, 0.6, (pieces, raters))
    return np.clip(np.rint(seen), 1, 4)


def test_w_has_an_interval_about_its_value():
    found = kendall_w(panel(drawn(), LEVELS))
    assert found.ci_low < found.value < found.ci_high
    assert "resamples" in found.method


def test_a_resample_of_w_is_the_w_of_the_pieces_drawn():
    rows = drawn(pieces=12)
    twice = np.vstack([rows, rows[:3]])
    from calibrate.stats.kendall import _statistic

    kinds = rows.astype(int) - 1
    weights = np.ones((1, 12))
    weights[0, :3] = 2
    by_weights = _statistic(kinds, 4, True)(weights)[0]
    assert by_weights == pytest.approx(kendall_w(panel(twice, LEVELS), draws=0).value, abs=1e-12)


def test_w_draws_a_piece_with_all_its_criteria():
    rows = drawn(pieces=20)
    piece, rater = np.indices(rows.shape)
    units = kendall_w(prepare_ratings(piece.ravel(), rater.ravel(), rows.ravel(), LEVELS))
    clustered = kendall_w(
        prepare_ratings(
            piece.ravel() // 4,
            rater.ravel(),
            rows.ravel(),
            LEVELS,
            criterion=piece.ravel() % 4,
        )
    )
    assert clustered.value == pytest.approx(units.value, abs=1e-12)
    assert clustered.n_pieces == 5
    assert clustered.se != units.se


def test_a_perfect_w_has_no_interval():
    found = kendall_w(panel([[1, 1], [2, 2], [3, 3]], LEVELS))
    assert found.value == 1.0
    assert not found.has_interval


@pytest.mark.parametrize("weights", ["identity", "quadratic"])
def test_conger_of_all_pieces_once_is_conger(weights):
    rows = [[*row[:3], None] if i % 3 else [None, *row[1:]] for i, row in enumerate(drawn())]
    ratings = panel(rows, LEVELS)
    matrix = weight_matrix(weights, ratings.levels)[1]
    sums = _rater_sums(ratings, matrix)
    value = _conger(ratings.n_raters, matrix)(sums.sum(axis=0)[None, :])[0]
    assert value == pytest.approx(conger_kappa(ratings, weights).value, abs=1e-12)


def test_congers_interval_is_near_the_analytic_one():
    ratings = panel(drawn(pieces=120), LEVELS)
    plain, resampled = conger_kappa(ratings), by_bootstrap("conger_kappa", ratings)
    assert resampled.se == pytest.approx(plain.se, rel=0.15)
    assert resampled.ci_low < resampled.value < resampled.ci_high


def test_resamples_without_a_kappa_are_counted_and_told():
    rows = [[4, 4]] * 9 + [[3, 4], [4, 3]]
    found = by_bootstrap("conger_kappa", panel(rows, LEVELS), "identity")
    (told,) = [flag for flag in found.flags if "undefined" in flag]
    ratings = panel(rows, LEVELS)
    matrix = weight_matrix("identity", ratings.levels)[1]
    values = resample(
        _rater_sums(ratings, matrix),
        np.ones(len(rows), dtype=np.int64),
        _conger(2, matrix),
        draws=1000,
        seed=20_260_501,
    )
    assert told == f"{int(np.isnan(values).sum())} of 1000 resamples undefined"
    assert not told.startswith("0 ")


def test_adjacent_agreement_can_be_resampled():
    found = by_bootstrap("adjacent_agreement", panel(drawn(), LEVELS))
    assert "resamples" in found.method
    assert found.ci_low <= found.value <= found.ci_high


@pytest.mark.parametrize("within", [1.0, 2.0])
def test_resampled_adjacent_agreement_keeps_how_far_apart_scores_may_be(within):
    ratings = panel(drawn(), [1.0, 1.5, 2.0, 3.0, 4.0])
    usual = adjacent_agreement(ratings, within)
    found = by_bootstrap("adjacent_agreement", ratings, within=within)
    assert found.value == usual.value
    assert found.se == pytest.approx(usual.se, rel=0.15)
    assert found.ci_low <= found.value <= found.ci_high


def test_lights_kappa_is_the_mean_of_cohens():
    ratings = panel(drawn(), LEVELS)
    pairs = [cohen_kappa(ratings, "linear", (a, b)).value for a in range(4) for b in range(a)]
    assert light_kappa(ratings, "linear").value == pytest.approx(np.mean(pairs), abs=1e-12)
    assert all_pairs(ratings, "linear").n.max() == 30
    assert math.isnan(light_kappa(panel([[3, 3], [3, 3]], LEVELS)).value)
