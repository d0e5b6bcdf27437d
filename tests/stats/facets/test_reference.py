"""The many-facet model beside R: VGAM for joint estimates, TAM for marginal ones."""

from __future__ import annotations

import json

import numpy as np
import pytest

from calibrate.stats.facets import fit_facets, prepare_judgements
from calibrate.stats.facets.misfit import fit_of
from tests.support.tree import ROOT

KNOWN = json.loads((ROOT / "tests/data/many_facet.json").read_text(encoding="utf-8"))
SCORES = np.array(KNOWN["rows"])


@pytest.fixture(scope="module")
def judgements():
    piece, criterion, rater, score = SCORES.T
    levels = {str(one): [0, 1, 2, 3] for one in range(4)}
    return prepare_judgements(piece, rater, criterion, score.astype(float), levels)


@pytest.fixture(scope="module")
def joint(judgements):
    return fit_facets(judgements, estimator="jml")


@pytest.fixture(scope="module")
def marginal(judgements):
    return fit_facets(judgements, estimator="mml")


def thresholds(fit) -> list[float]:
    return [step.threshold for step in fit.steps if step.criterion == "0"]


def test_joint_estimates_are_those_of_vgam(joint):
    known = KNOWN["joint"]
    assert joint.tables["rater"].measure == pytest.approx(known["rater"], abs=1e-6)
    assert joint.tables["criterion"].measure == pytest.approx(known["item"], abs=1e-6)
    assert thresholds(joint) == pytest.approx(known["tau"], abs=1e-6)
    assert joint.log_likelihood == pytest.approx(known["loglik"], abs=1e-6)


@pytest.mark.parametrize(("facet", "name"), [("rater", "rater"), ("criterion", "item")])
def test_joint_errors_are_those_of_vgam(judgements, facet, name):
    """VGAM gives the errors of differences from the first element; the pieces are estimated with them."""
    part = fit_facets(judgements, estimator="jml", errors="information").fits[0][1]
    place = part.layout.facet(("rater", "criterion").index(facet))
    covariance = part.covariance[place, place]
    own = np.diag(covariance)
    found = np.sqrt(own[1:] + own[0] - 2 * covariance[0, 1:])
    assert found == pytest.approx(KNOWN["joint_se"][name], abs=1e-6)


def test_marginal_estimates_lie_near_raschpys(marginal):
    """Another way to keep few judgements a piece from spreading measures: pairs, with no piece in the likelihood at all."""
    known = KNOWN["raschpy"]
    assert marginal.tables["rater"].measure == pytest.approx(known["raters"], abs=0.04)
    assert marginal.tables["criterion"].measure == pytest.approx(known["items"], abs=0.05)
    assert thresholds(marginal) == pytest.approx(known["thresholds"], abs=0.05)


def test_pieces_and_fit_of_joint_estimates_are_those_of_a_second_program(joint):
    known = KNOWN["joint_fit"]
    assert joint.tables["piece"].measure == pytest.approx(known["person"], abs=1e-6)
    for facet, name in (("rater", "rater"), ("criterion", "item")):
        assert joint.tables[facet].infit == pytest.approx(known[f"{name}_infit"], abs=1e-6)
        assert joint.tables[facet].outfit == pytest.approx(known[f"{name}_outfit"], abs=1e-6)


def test_marginal_estimates_are_those_of_tam(marginal):
    """TAM holds the pieces' mean at zero and lets the items float: centred, and with its mean moved, it says the same."""
    known = KNOWN["marginal"]
    xsi = np.array(known["xsi"])
    items, steps, raters = xsi[:4], xsi[4:7], xsi[7:]
    assert marginal.tables["rater"].measure == pytest.approx(raters, abs=0.002)
    assert marginal.tables["criterion"].measure == pytest.approx(items - items.mean(), abs=0.002)
    assert thresholds(marginal) == pytest.approx(steps, abs=0.002)
    part = marginal.fits[0][1]
    assert part.group_means == pytest.approx([-items.mean()], abs=0.002)
    assert part.spread**2 == pytest.approx(known["var"], abs=0.002)


def test_the_marginal_likelihood_is_at_least_tams(marginal):
    assert -2 * marginal.log_likelihood == pytest.approx(KNOWN["marginal"]["deviance"], abs=0.05)
    assert -2 * marginal.log_likelihood <= KNOWN["marginal"]["deviance"]


def test_fit_over_posteriors_is_that_of_tam(marginal, judgements):
    known = KNOWN["marginal_fit"]
    squares = marginal.fits[0][1].squares
    found = fit_of(squares, judgements.criterion * 6 + judgements.rater, 24)
    assert found.infit == pytest.approx(known["Infit"], abs=0.003)
    assert found.outfit == pytest.approx(known["Outfit"], abs=0.003)
    assert found.infit_z == pytest.approx(known["Infit_t"], abs=0.02)
    assert found.outfit_z == pytest.approx(known["Outfit_t"], abs=0.06)


def test_more_nodes_change_nothing_that_can_be_seen(judgements, marginal):
    finer = fit_facets(judgements, nodes=25)
    for name in ("rater", "criterion", "piece"):
        assert finer.tables[name].measure == pytest.approx(marginal.tables[name].measure, abs=1e-4)
        assert finer.tables[name].se == pytest.approx(marginal.tables[name].se, rel=2e-3)


def test_partial_credit_gives_every_criterion_steps_of_its_own(judgements):
    piece, criterion, rater, score = SCORES.T
    levels = {str(one): [0, 1, 2, 3] for one in range(4)}
    free = fit_facets(
        prepare_judgements(
            piece, rater, criterion, score.astype(float), levels, model="partial_credit"
        ),
        estimator="jml",
    )
    shared = fit_facets(judgements, estimator="jml")
    assert free.log_likelihood > shared.log_likelihood
    by_criterion = {
        one: tuple(step.threshold for step in free.steps if step.criterion == one) for one in levels
    }
    assert len(set(by_criterion.values())) == 4
    assert all(sum(found) == pytest.approx(0, abs=1e-9) for found in by_criterion.values())
