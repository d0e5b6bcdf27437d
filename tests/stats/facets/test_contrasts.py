"""Errors of contrasts, and points over the pool."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibrate.errors import ArgumentError
from calibrate.stats.facets import fit_facets
from calibrate.stats.facets.contrasts import Contrasts
from calibrate.stats.facets.pool import pool_points
from tests.stats.facets.simulated import draw, panel


@pytest.mark.parametrize("estimator", ["mml", "jml"])
def test_the_error_of_one_rater_is_the_one_in_the_table(estimator):
    fit = fit_facets(panel(3, pieces=150, halo=0.8).prepared(), estimator=estimator)
    _, part = fit.fits[0]
    contrasts = Contrasts(part)
    for r in range(6):
        way = np.zeros(contrasts.width)
        way[r] = 1.0
        assert contrasts.of(way).se == pytest.approx(fit.tables["rater"].se[r], rel=0.02)
        assert contrasts.of(way).plain == pytest.approx(part.inverse.full[r, r] ** 0.5)


def test_a_difference_of_two_raters_counts_what_they_have_in_common():
    _, part = fit_facets(panel(4, pieces=200).prepared()).fits[0]
    contrasts = Contrasts(part)
    way = np.zeros(contrasts.width)
    way[0], way[5] = 1.0, -1.0
    rows = [0, 5]
    joint = part.covariance[np.ix_(rows, rows)]
    expected = (joint[0, 0] + joint[1, 1] - 2 * joint[0, 1]) ** 0.5
    assert contrasts.of(way).se == pytest.approx(expected, rel=0.02)


def test_the_degrees_of_freedom_are_few_where_few_pieces_carry_a_contrast():
    rng = np.random.default_rng(7)
    readers = [[0, 1]] * 60 + [[2, 3]] * 60 + [[1, 2]] * 4
    drawn = draw(7, rng.normal(0, 1.2, 124), readers, np.zeros(4), np.zeros(3))
    groups = np.repeat(["north", "south", "both"], [180 * 2, 180 * 2, 4 * 6])
    _, part = fit_facets(drawn.prepared(groups=groups)).fits[0]
    contrasts = Contrasts(part)
    near, far = np.zeros(contrasts.width), np.zeros(contrasts.width)
    near[0], near[1] = 1.0, -1.0
    far[0], far[3] = 1.0, -1.0
    assert contrasts.of(near).df > 30
    assert 2 < contrasts.of(far).df < 8
    assert contrasts.of(far).se > 1.5 * contrasts.of(near).se
    assert contrasts.of(far).se >= contrasts.of(far).plain


def test_errors_of_sparse_chains_are_as_large_as_the_scatter():
    """Raters who read few pieces bend the measures towards them; without the stretch errors come out a quarter too small."""
    readers = [[p % 3, 3 + (p + p // 3) % 3] for p in range(12)]
    readers += [[3 + p % 3, 6 + (p + p // 3) % 3] for p in range(12)]
    groups = np.repeat(["ab", "bc"], 12 * 2 * 4)
    values, errors, few = [], [], []
    for seed in range(60):
        rng = np.random.default_rng(500 + seed)
        drawn = draw(seed, rng.normal(0, 1.0, 24), readers, np.zeros(9), np.zeros(4), halo=0.5)
        _, part = fit_facets(drawn.prepared(groups=groups)).fits[0]
        contrasts = Contrasts(part)
        way = np.zeros(contrasts.width)
        way[:3], way[6:9] = 1 / 3, -1 / 3
        error = contrasts.of(way)
        values.append(float(part.full[:3].mean() - part.full[6:9].mean()))
        errors.append(error.se)
        few.append(error.df)
    assert np.median(errors) > 0.85 * np.std(values)
    assert np.mean(np.abs(values) < 2.2 * np.array(errors)) > 0.9
    assert 4 < np.median(few) < 20, "24 pieces, but nine raters to be found from them"


def test_points_over_the_pool_move_as_their_slopes_say():
    _, part = fit_facets(panel(3, pieces=100).prepared()).fits[0]
    found = pool_points(part)
    assert np.all(np.diff(found.points) < 0), "harsher raters award less"
    step = 1e-5
    for j in range(part.layout.size):
        full = part.full.copy()
        full[j] += step
        moved = (pool_points(replace(part, full=full)).points - found.points) / step
        assert moved == pytest.approx(found.slopes[:, j], abs=1e-4)
    means = pool_points(replace(part, group_means=part.group_means + step)).points
    assert (means - found.points) / step == pytest.approx(found.slopes[:, -2], abs=1e-4)
    wider = pool_points(replace(part, spread=part.spread * np.exp(step))).points
    assert (wider - found.points) / step == pytest.approx(found.slopes[:, -1], abs=1e-4)


def test_points_over_the_pool_need_a_marginal_fit():
    _, part = fit_facets(panel(3).prepared(), estimator="jml").fits[0]
    with pytest.raises(ArgumentError, match="marginal"):
        pool_points(part)
