"""Rater effects are found where they were put in, and seldom elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from calibrate.stats.facets import fit_facets
from calibrate.stats.facets.effects import (
    Residuals,
    bias_by_criterion,
    central_tendency,
    false_discovery,
)
from tests.stats.facets.simulated import TAU, Drawn, draw, panel


def with_effects(seed: int) -> Drawn:
    """Rater 1 keeps to the middle, rater 2 is harsh on criterion 1, rater 4 judges by one impression."""
    rng = np.random.default_rng(seed)
    pieces, raters, criteria = 300, 6, 4
    quality = rng.normal(0, 1.3, pieces)
    readers = np.concatenate([rng.permutation(raters)[:3] for _ in range(pieces)])
    piece = np.repeat(np.arange(pieces), 3 * criteria)
    rater, criterion = np.repeat(readers, criteria), np.tile(np.arange(criteria), 3 * pieces)
    halo = np.repeat(rng.normal(0, 1.2, 3 * pieces), criteria) * (rater == 4)
    eta = quality[piece] - np.linspace(-0.8, 0.8, raters)[rater] + halo
    eta = eta - np.linspace(-0.5, 0.5, criteria)[criterion]
    eta = eta - 0.9 * ((rater == 2) & (criterion == 1))
    tau = TAU[:, None] + np.array([-0.9, 0.0, 0.9])[:, None] * (rater == 1)
    sums = np.vstack([np.zeros(len(piece)), np.cumsum(tau, axis=0)])
    chances = np.exp(np.arange(4)[:, None] * eta - sums)
    chances /= chances.sum(axis=0)
    level = (rng.random(len(piece)) > np.cumsum(chances, axis=0)).sum(axis=0)
    return Drawn(piece, rater, criterion, level + 1.0)


@pytest.fixture(scope="module", params=["mml", "jml"])
def residuals(request):
    fit = fit_facets(with_effects(1).prepared(), estimator=request.param)
    return Residuals(fit.fits[0][1])


def test_a_rater_who_keeps_to_the_middle_is_found(residuals):
    found = central_tendency(residuals)
    assert int(np.argmax(found.value)) == 1
    assert found.flagged[1]
    assert 0.4 < found.value[1] < 1.4


def test_a_rater_harsh_on_one_criterion_is_found_there(residuals):
    found = bias_by_criterion(residuals)
    assert found.n_tested == 24
    values = found.value.reshape(6, 4)
    assert np.unravel_index(np.argmax(values), values.shape) == (2, 1)
    assert found.flagged.reshape(6, 4)[2, 1]
    assert values[2, 1] == pytest.approx(0.9, abs=0.4)


def test_a_rater_with_one_impression_of_a_piece_is_found(residuals):
    found = residuals.halo()
    assert int(np.argmax(found.value)) == 4
    assert found.flagged[4]


@pytest.mark.parametrize("estimator", ["mml", "jml"])
def test_where_nothing_was_put_in_p_values_are_honest(estimator):
    p: dict[str, list[float]] = {"central": [], "bias": [], "halo": []}
    for seed in range(25):
        fit = fit_facets(panel(seed, pieces=100, criteria=3).prepared(), estimator=estimator)
        residuals = Residuals(fit.fits[0][1])
        p["central"] += central_tendency(residuals).p.tolist()
        p["bias"] += bias_by_criterion(residuals).p.tolist()
        p["halo"] += residuals.halo().p.tolist()
    for values in p.values():
        assert np.mean(np.array(values) < 0.05) < 0.1
        assert 0.05 < np.mean(np.array(values) < 0.2) < 0.32


def test_the_false_discovery_rate_is_that_of_benjamini_and_hochberg():
    """Their paper's example: of these fifteen p-values the first four stand out (JRSS B 57, 1995, section 4.2)."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    p += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert false_discovery(np.array(p)).tolist() == [True] * 4 + [False] * 11
    assert not false_discovery(np.array([np.nan, np.nan])).any()


def test_a_cell_of_too_few_pieces_cannot_tell():
    drawn = panel(2, pieces=40, criteria=2)
    few = (drawn.rater == 3) & (drawn.piece > np.unique(drawn.piece[drawn.rater == 3])[3])
    fit = fit_facets(drawn.without(few).prepared())
    found = bias_by_criterion(Residuals(fit.fits[0][1]))
    assert np.isnan(found.value.reshape(6, 2)[3]).all()
    assert found.n_tested == 10


def test_a_plain_bias_is_seen_on_fifteen_pieces():
    """Two logits on one criterion: around none no value of n pieces could lie more than √(n − 1) errors from none."""
    found = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        quality, readers = rng.normal(0, 1.3, 15), [[0, 1, 2, 3]] * 15
        fair = draw(seed, quality, readers, np.zeros(4), np.zeros(4))
        hard = draw(seed + 99, quality - 2, readers, np.zeros(4), np.zeros(4))
        there = (fair.rater == 0) & (fair.criterion == 0)
        fair.score = np.where(there, hard.score, fair.score)
        cells = bias_by_criterion(Residuals(fit_facets(fair.prepared()).fits[0][1]))
        found.append((cells.value[0], cells.value[0] / cells.se[0]))
    value, errors = np.mean(found, axis=0)
    assert value == pytest.approx(2, abs=0.5)
    assert errors > np.sqrt(14)
