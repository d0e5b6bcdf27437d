"""The same numbers from other packages, on panels that nobody chose by hand."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater

from calibrate.errors import ArgumentError
from calibrate.stats.agreement import brennan_prediger, fleiss_kappa, gwet_ac
from calibrate.stats.all_pairs import all_pairs, confusion, level_agreement
from calibrate.stats.alpha import (
    alpha_of_totals,
    coincidences,
    krippendorff_alpha,
    weighted_alpha,
)
from calibrate.stats.draws import draw_sums
from calibrate.stats.icc import icc_a_1
from calibrate.stats.ratings import prepare_ratings
from calibrate.stats.two_raters import cohen_kappa
from calibrate.stats.variance_components import variance_components
from tests.stats.panels import panel, simulated

LEVELS = [1, 2, 3, 4]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic"])
def test_cohens_kappa_equals_scikit_learn_and_statsmodels(seed, weights):
    rows = simulated(seed, 40, 2)
    ours = cohen_kappa(panel(rows, LEVELS), weights)
    a, b = (np.array(column) for column in zip(*rows, strict=True))
    theirs = cohen_kappa_score(
        a, b, labels=LEVELS, weights=None if weights == "identity" else weights
    )
    assert ours.value == pytest.approx(theirs, abs=1e-12)
    table = np.histogram2d(a, b, bins=[[0.5, 1.5, 2.5, 3.5, 4.5]] * 2)[0]
    other = inter_rater.cohens_kappa(table, wt=None if weights == "identity" else weights)
    assert ours.se == pytest.approx(other.std_kappa, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_fleiss_kappa_and_randolph_equal_statsmodels(seed):
    ratings = panel(simulated(seed, 25, 5), LEVELS)
    assert fleiss_kappa(ratings, "identity").value == pytest.approx(
        inter_rater.fleiss_kappa(ratings.counts), abs=1e-12
    )
    assert brennan_prediger(ratings, "identity").value == pytest.approx(
        inter_rater.fleiss_kappa(ratings.counts, method="randolph"), abs=1e-12
    )


@pytest.mark.parametrize("seed", range(5))
def test_quadratic_kappa_equals_the_closed_form_of_automated_scoring(seed):
    rows = simulated(seed, 60, 2)
    a, b = (np.array(column) for column in zip(*rows, strict=True))
    apart = (a.mean() - b.mean()) ** 2
    closed = 2 * np.cov(a, b, ddof=0)[0, 1] / (a.var() + b.var() + apart)
    assert cohen_kappa(panel(rows, LEVELS)).value == pytest.approx(closed, abs=1e-12)


@pytest.mark.parametrize("measurement", ["nominal", "ordinal", "interval", "ratio"])
@pytest.mark.parametrize("seed", range(4))
def test_the_bootstraps_alpha_equals_the_package(seed, measurement):
    ratings = panel(simulated(seed, 30, 6, missing=0.5), LEVELS)
    drawing = draw_sums(ratings, coincidences)
    sums, times = drawing.sums, drawing.times
    ours = alpha_of_totals(ratings.levels, measurement)((times @ sums)[None, :])[0]
    assert ours == pytest.approx(krippendorff_alpha(ratings, measurement, draws=0).value, abs=1e-10)


@pytest.mark.parametrize("measurement", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_of_a_very_large_table_is_the_packages(measurement):
    random = np.random.default_rng(3)
    unit = np.repeat(np.arange(25_000), random.integers(1, 5, 25_000))
    score = np.clip(
        np.rint(random.normal(2.5, 1, 25_000)[unit] + random.normal(size=len(unit))), 1, 4
    )
    ratings = prepare_ratings(unit, np.arange(len(unit)), score, LEVELS)
    theirs = krippendorff.alpha(
        value_counts=ratings.counts[ratings.shared],
        value_domain=LEVELS,
        level_of_measurement=measurement,
    )
    ours = krippendorff_alpha(ratings, measurement, draws=0)
    assert ours.value == pytest.approx(theirs, abs=1e-11)
    assert ours.n_pieces == int(ratings.shared.sum()) < ratings.n_units


@pytest.mark.parametrize("values", [[0.0, 1, 2, 3], [0.5, 1, 1.5, 2], [0.0, 2, 5, 10]])
@pytest.mark.parametrize("again", [1, 900])
def test_alpha_at_the_ratio_level_reads_the_values_of_the_scale(values, again):
    """Positions 1 to 4 would be another scale: 0 and 1 are as far apart as ratios can be, 1 and 2 are not."""
    rows = simulated(5, 30, 4, missing=0.2) * again
    there = [
        (i, j, values[int(v) - 1])
        for i, row in enumerate(rows)
        for j, v in enumerate(row)
        if v is not None
    ]
    ratings = prepare_ratings(*map(np.array, zip(*there, strict=True)), values)
    theirs = krippendorff.alpha(
        value_counts=ratings.counts, value_domain=values, level_of_measurement="ratio"
    )
    ours = krippendorff_alpha(ratings, "ratio", draws=50 if again == 1 else 0)
    assert ours.value == pytest.approx(theirs, abs=1e-11)
    if again == 1:
        assert ours.ci_low < ours.value < ours.ci_high
        fixed = weighted_alpha(ratings, "ratio")
        assert fixed.value == pytest.approx(theirs, abs=1e-11)


def test_ratios_need_a_true_zero():
    ratings = panel([[-1, 0], [1, 1], [0, 1]], [-1.0, 0.0, 1.0])
    assert "true zero" in krippendorff_alpha(ratings, "ratio").undefined
    with pytest.raises(ArgumentError, match="true zero"):
        gwet_ac(ratings, "ratio")
    assert krippendorff_alpha(ratings, "interval").is_defined


def test_variance_components_equal_anova_on_a_complete_table():
    table = np.array(simulated(3, 30, 5)) + np.array([0.0, 0.4, -0.3, 0.5, 0.1])
    n, m = table.shape
    by_piece, by_rater, mean = table.mean(1), table.mean(0), table.mean()
    rest = table - by_piece[:, None] - by_rater[None, :] + mean
    error = (rest**2).sum() / ((n - 1) * (m - 1))
    piece, rater = np.divmod(np.arange(n * m), m)
    found = variance_components(piece, rater, table.ravel())
    assert found.error == pytest.approx(error, rel=1e-6)
    assert found.piece == pytest.approx((m * by_piece.var(ddof=1) - error) / m, rel=1e-6)
    assert found.rater == pytest.approx((n * by_rater.var(ddof=1) - error) / n, rel=1e-5)


def test_a_table_with_one_gap_is_close_to_the_complete_one():
    rows = simulated(4, 40, 4)
    whole = icc_a_1(panel(rows, LEVELS))
    rows[7][2] = None
    nearly = icc_a_1(panel(rows, LEVELS))
    assert nearly.value == pytest.approx(whole.value, abs=0.02)
    assert nearly.ci_low == pytest.approx(whole.ci_low, abs=0.08)
    assert nearly.ci_high == pytest.approx(whole.ci_high, abs=0.08)
    assert nearly.flags == ("approximate interval: not every rater scored every piece",)
    assert "REML" in nearly.method


def test_variance_components_find_a_stated_truth():
    rng = np.random.default_rng(11)
    pieces, raters = 400, 40
    piece = np.repeat(np.arange(pieces), 4)
    rater = np.concatenate([rng.choice(raters, 4, replace=False) for _ in range(pieces)])
    score = rng.normal(0, 1.0, pieces)[piece] + rng.normal(0, 0.5, raters)[rater]
    score += rng.normal(0, 0.8, len(piece))
    found = variance_components(piece, rater, score)
    assert found.piece == pytest.approx(1.0, abs=0.2)
    assert found.rater == pytest.approx(0.25, abs=0.12)
    assert found.error == pytest.approx(0.64, abs=0.08)


def test_units_of_several_criteria_give_the_same_value_and_a_wider_interval():
    rng = np.random.default_rng(5)
    pieces, criteria = 40, 5
    true = rng.normal(2.5, 1, pieces)
    hard = rng.normal(
        0, 0.7, (pieces, 2)
    )  # on some pieces the two raters differ on every criterion
    piece, rater, criterion, score = [], [], [], []
    for p in range(pieces):
        for r in range(2):
            for c in range(criteria):
                piece.append(p)
                rater.append(r)
                criterion.append(c)
                score.append(
                    float(np.clip(np.rint(true[p] + hard[p, r] + rng.normal(0, 0.3)), 1, 4))
                )
    together = prepare_ratings(piece, rater, score, LEVELS, criterion=criterion)
    apart = prepare_ratings(
        [f"{p} {c}" for p, c in zip(piece, criterion, strict=True)], rater, score, LEVELS
    )
    assert together.n_shared_pieces == pieces
    assert apart.n_shared_pieces == pieces * criteria
    for statistic in (fleiss_kappa, brennan_prediger, krippendorff_alpha, cohen_kappa):
        by_piece, as_if_independent = statistic(together), statistic(apart)
        assert by_piece.value == pytest.approx(as_if_independent.value, abs=1e-12)
        assert by_piece.se > 1.3 * as_if_independent.se


@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic"])
def test_all_pairs_are_scikit_learns_pairs(weights):
    ratings = panel(simulated(17, 60, 6, missing=0.4), LEVELS)
    found = all_pairs(ratings, weights)
    assert np.isnan(np.diag(found.kappa)).all()
    for a in range(6):
        for b in range(a):
            one = {
                u: p
                for u, r, p in zip(ratings.unit, ratings.rater, ratings.position, strict=True)
                if r == a
            }
            two = {
                u: p
                for u, r, p in zip(ratings.unit, ratings.rater, ratings.position, strict=True)
                if r == b
            }
            both = sorted(set(one) & set(two))
            x, y = [one[u] for u in both], [two[u] for u in both]
            theirs = cohen_kappa_score(
                x, y, labels=range(4), weights=None if weights == "identity" else weights
            )
            assert found.n[a, b] == found.n[b, a] == len(both)
            assert found.kappa[a, b] == found.kappa[b, a] == pytest.approx(theirs, abs=1e-12)
            assert found.exact[a, b] == pytest.approx(np.mean(np.equal(x, y)))


def test_pairs_without_a_shared_piece_or_without_variation_have_no_kappa():
    found = all_pairs(panel([[1, 1, None], [2, 3, None], [None, 2, 2], [None, 2, 2]], LEVELS))
    assert found.n[0, 2] == 0
    assert np.isnan([found.exact[0, 2], found.kappa[0, 2], found.kappa[1, 2]]).all()
    assert found.exact[1, 2] == 1.0
    assert all_pairs(panel([[1], [2]], LEVELS)).kappa.shape == (1, 1)


def test_which_levels_are_confused_by_hand():
    # pairs 1-1, 2-2, 2-3, 3-3; each piece a quarter
    table = confusion(panel([[1, 1], [2, 2], [2, 3], [3, 3]], LEVELS))
    assert table[0, 0] == table[1, 1] == table[2, 2] == 0.25
    assert table[1, 2] == table[2, 1] == 0.125
    assert table.sum() == pytest.approx(1.0)
    shares = level_agreement(panel([[1, 1], [2, 2], [2, 3], [3, 3]], LEVELS))
    assert shares[:3].tolist() == pytest.approx([1, 2 / 3, 2 / 3])
    assert np.isnan(shares[3])
    assert np.isnan(confusion(panel([[1], [2]], LEVELS))).all()
