"""The decision study: worked by hand, beside a simulation, and what holds for every study."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from calibrate.stats.generalizability import Component, GStudy, g_study
from calibrate.stats.generalizability_decisions import Levels, consistency, decide


def study(parts: dict[str, float], measured="piece", n_criteria=1, mean=2.5) -> GStudy:
    components = tuple(Component(name, value, value, math.nan) for name, value in parts.items())
    return GStudy(
        measured, "crossed", "", components, (), 100, 100, 10, n_criteria, 1000, 2.0, 1.0, mean
    )


def test_brennans_example_with_criteria_fixed_worked_by_hand():
    parts = {
        "piece": 0.5528,
        "rater": 0.4417,
        "piece x rater": 0.5750,
        "piece x criterion": 0.1009,
        "rater x criterion": 0.1565,
        "piece x rater x criterion": 0.9352,
    }
    found = decide(study(parts, n_criteria=2), 4)
    true, relative = 0.5528 + 0.1009 / 2, (0.5750 + 0.9352 / 2) / 4
    absolute = relative + (0.4417 + 0.1565 / 2) / 4
    assert found.g == pytest.approx(true / (true + relative))
    assert found.phi == pytest.approx(true / (true + absolute))
    assert found.sem == pytest.approx(math.sqrt(absolute))
    assert math.isnan(found.phi_cut) and math.isnan(found.consistency)


def test_one_reading_gives_the_intraclass_correlation():
    found = decide(study({"piece": 3.0, "rater": 1.0, "piece x rater": 2.0}), 1)
    assert (found.phi, found.g) == (pytest.approx(3 / 6), pytest.approx(3 / 5))


def test_students_gain_from_tasks_as_well_as_from_raters():
    parts = {
        "student": 1.0,
        "task": 0.2,
        "rater": 0.1,
        "student x task": 0.6,
        "student x rater": 0.05,
        "task x rater": 0.02,
        "student x task x rater": 0.4,
    }
    found = decide(study(parts, "student"), 2, 3)
    relative = 0.05 / 2 + 0.6 / 3 + 0.4 / 6
    assert found.g == pytest.approx(1 / (1 + relative))
    assert found.phi == pytest.approx(1 / (1 + relative + 0.1 / 2 + 0.2 / 3 + 0.02 / 6))


def test_consistency_is_how_often_two_panels_decide_alike():
    rng = np.random.default_rng(1)
    truth = rng.normal(2.5, 0.8, 400_000)
    one, two = (truth + rng.normal(0, 0.6, truth.size) for _ in range(2))
    alike = float(np.mean((one >= 3) == (two >= 3)))
    found = decide(study({"piece": 0.64, "rater": 0.0, "piece x rater": 0.36}), 1, cut=3.0)
    assert found.consistency == pytest.approx(alike, abs=0.003)


@pytest.mark.parametrize("cut", [2.5, 3.0])
@pytest.mark.parametrize("n_criteria", [1, 2])
def test_with_whole_levels_consistency_is_what_two_panels_count(n_criteria, cut):
    rng = np.random.default_rng(8)
    n, raters = 4_000, 6
    truth = rng.normal(2.5, 0.7, (n, 1, 1)) + rng.normal(0, 0.3, (n, raters, 1))
    scores = np.clip(np.round(truth + rng.normal(0, 0.5, (n, raters, n_criteria))), 1, 4)
    few = scores[:400]
    at = np.indices(few.shape).reshape(3, -1)
    found = g_study(at[0], at[1], few.ravel(), at[2])
    for m in (1, 2, 3):
        one, two = (scores[:, side].mean(axis=(1, 2)) >= cut - 1e-9 for side in _halves(m))
        told = decide(found, m, cut=cut, levels=Levels(1.0, 1.0))
        assert told.consistency == pytest.approx(float(np.mean(one == two)), abs=0.025)
        assert told.phi_cut == decide(found, m, cut=cut).phi_cut


def _halves(m: int) -> tuple[slice, slice]:
    return slice(0, m), slice(m, 2 * m)


def test_consistency_is_the_bivariate_normal():
    """Owen's T beside SciPy's bivariate normal."""
    for true, error, border in ((0.64, 0.36, 3.0), (0.1, 2.0, 2.6), (0.5, 0.01, 1.0)):
        whole = true + error
        z, rho = (border - 2.5) / math.sqrt(whole), true / whole
        below = stats.multivariate_normal.cdf([z, z], cov=[[1, rho], [rho, 1]])
        told = float(consistency(2.5, true, error, border))
        assert told == pytest.approx(1 - 2 * stats.norm.cdf(z) + 2 * below, abs=1e-6)


def test_what_rounding_adds_is_taken_off_and_never_all_of_the_error():
    whole = Levels(1.0, 1.0)
    assert whole.unrounded(0.5, 1) == pytest.approx(0.5 - 1 / 12)
    assert whole.unrounded(0.5, 2) == pytest.approx(0.5 - 1 / 48)
    assert (whole.unrounded(0.04, 1), whole.unrounded(0.0, 1)) == (0.01, 0.0)


def test_the_border_is_half_a_step_below_the_first_mean_that_reaches_the_cut():
    whole = Levels(1.0, 1.0)
    assert [whole.border(3.0, n) for n in (1, 2, 4)] == [2.5, 2.75, 2.875]
    assert whole.border(2.5, 1) == 2.5 and whole.border(2.5, 2) == 2.25
    assert Levels(0.5, 0.5).border(3.0, 1) == 2.75
    assert whole.border(1 + 2 / 3, 3) == pytest.approx(1.5)


def test_far_from_the_cut_decisions_can_be_depended_on_more():
    parts = {"piece": 0.5, "rater": 0.1, "piece x rater": 0.4}
    near, far = (decide(study(parts), 1, cut=cut) for cut in (2.5, 4.0))
    assert near.phi_cut == pytest.approx(near.phi)
    assert far.phi_cut > near.phi_cut and far.consistency > near.consistency


def test_what_cannot_be_told_is_nan():
    nothing = GStudy("piece", "crossed", "", (), (), 1, 1, 1, 1, 1, 1.0, 1.0, 2.0, "one rater")
    assert math.isnan(decide(nothing, 2, cut=3.0).phi)
    assert math.isnan(decide(study({"piece": 0.0, "piece x rater": 0.0}), 2, cut=2.0).consistency)


def test_without_error_every_decision_stands():
    found = decide(study({"piece": 1.0, "rater": 0.0, "piece x rater": 0.0}), 1, cut=3.0)
    assert (found.g, found.phi, found.consistency) == (1.0, 1.0, 1.0)


variance = st.floats(0.001, 5)


@settings(deadline=None, max_examples=60)
@given(p=variance, r=variance, pr=variance, cut=st.floats(1, 4), n=st.integers(1, 9))
def test_more_raters_never_hurt_and_phi_never_passes_g(p, r, pr, cut, n):
    parts = {"piece": p, "rater": r, "piece x rater": pr}
    less, more = decide(study(parts), n, cut=cut), decide(study(parts), n + 1, cut=cut)
    assert 0 <= less.phi <= less.g <= 1
    assert more.phi > less.phi and more.g > less.g and more.sem < less.sem
    assert more.consistency >= less.consistency - 1e-6
    assert 0.5 - 1e-6 <= less.consistency <= 1
    assert less.phi_cut >= less.phi - 1e-12
