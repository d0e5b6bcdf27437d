"""Separation and the fixed chi-square, beside formulas of their own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from calibrate.stats.facets import fit_facets
from calibrate.stats.facets.summary import Cluster, separation
from tests.stats.facets.simulated import draw, panel


@pytest.mark.parametrize("estimator", ["mml", "jml"])
def test_of_two_raters_the_chi_square_is_the_square_of_their_difference(estimator):
    """Centred, they lie opposite each other: their difference is twice a measure, and so is its error."""
    found = fit_facets(
        panel(3, raters=2, each=2, pieces=50).prepared(), estimator=estimator, errors="information"
    )
    rater, told = found.tables["rater"], found.separation["rater"]
    z = (rater.measure[0] - rater.measure[1]) / (2 * rater.se[0])
    assert told.df == 1
    assert told.chi_square == pytest.approx(z**2)
    assert told.p == pytest.approx(2 * stats.norm.sf(abs(z)))


def test_where_raters_are_alike_the_chi_square_is_as_large_as_chance_makes_it():
    """Three raters who are alike, in two dozen panels; without their covariance the mean would be 3, not 2."""
    found = []
    for seed in range(100, 124):
        rng = np.random.default_rng(seed)
        drawn = draw(seed, rng.normal(0, 1, 25), [[0, 1, 2]] * 25, np.zeros(3), np.zeros(2))
        found.append(fit_facets(drawn.prepared(), errors="information").separation["rater"])
    assert np.mean([one.chi_square for one in found]) == pytest.approx(2, abs=0.6)
    assert np.mean([one.p < 0.05 for one in found]) <= 0.125


def test_separation_of_independent_measures_is_that_of_the_published_formulas():
    rng = np.random.default_rng(2)
    x, se = rng.normal(0, 1, 30), rng.uniform(0.2, 0.6, 30)
    found = separation([Cluster(x, se**2)])
    rmse = np.sqrt((se**2).mean())
    true = np.sqrt(x.var(ddof=1) - rmse**2)
    w = se**-2
    assert found.separation == pytest.approx(true / rmse)
    assert found.strata == pytest.approx((4 * true / rmse + 1) / 3)
    assert found.reliability == pytest.approx(true**2 / x.var(ddof=1))
    assert found.chi_square == pytest.approx((w * x**2).sum() - (w * x).sum() ** 2 / w.sum())
    assert found.df == 29


def test_the_chi_square_lies_near_walds():
    """Wald's own statistic weighs all covariances; ours is scaled to them, as the published one weighs none."""
    found = fit_facets(panel(5, raters=6, pieces=80).prepared(), errors="information")
    part = found.fits[0][1]
    place = part.layout.facet(0)
    x, covariance = part.full[place], part.covariance[place, place]
    wald = float(x @ np.linalg.pinv(covariance) @ x)
    assert found.separation["rater"].chi_square == pytest.approx(wald, rel=0.2)
    assert found.separation["rater"].df == 5


def test_raters_who_are_centred_in_their_schools_lose_a_degree_for_each():
    data = panel(9, raters=6)
    school = np.array(["north", "south"])[data.rater // 3]
    assert fit_facets(data.prepared(further={"school": school})).separation["rater"].df == 4
