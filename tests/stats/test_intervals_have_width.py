"""No interval without width and no error of 0, unless agreement is perfect: some pieces happen to be alike, others need not be."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.stats.agreement import brennan_prediger, exact_agreement, fleiss_kappa, gwet_ac
from calibrate.stats.alpha import MEASUREMENTS, krippendorff_alpha
from calibrate.stats.concordance import mean_difference, pearson
from calibrate.stats.icc import icc_1_1, icc_c_1
from calibrate.stats.kendall import kendall_w
from calibrate.stats.piece_bootstrap import by_bootstrap
from calibrate.stats.raters_like_these import for_raters_like_these
from calibrate.stats.results import NO_SPREAD, Coefficient
from calibrate.stats.two_raters import ONE_FLAT, cohen_kappa, scott_pi
from tests.stats.panels import EVERY, NEVER_LOST, PLAIN, Rows, Statistic, panel

LEVELS = [1.0, 2.0, 3.0, 4.0]
RESAMPLED: dict[str, Statistic] = {
    **{
        f"{name} {'within blocks' if blocks else 'by piece'}": lambda r, n=name, b=blocks: (
            by_bootstrap(n, r, "quadratic", draws=40, within_blocks=b)
        )
        for name in (
            "exact_agreement",
            "conger_kappa",
            "fleiss_kappa",
            "brennan_prediger",
            "gwet_ac",
        )
        for blocks in (False, True)
    },
    **{
        f"alpha {one} {blocks}": lambda r, m=one, b=blocks: krippendorff_alpha(
            r, m, draws=40, within_blocks=b
        )
        for one in MEASUREMENTS
        for blocks in (False, True)
    },
    "kendall": lambda ratings: kendall_w(ratings, draws=40),
}
LIKE_THESE: dict[str, Statistic] = {
    f"{name} for raters like these": lambda r, f=one: for_raters_like_these(f, r)
    for name, one in (PLAIN | NEVER_LOST | {"fleiss": fleiss_kappa}).items()
}
ALL = EVERY | RESAMPLED | LIKE_THESE


@st.composite
def panels_much_alike(draw) -> Rows:
    """A few kinds of pieces, again and again: what makes errors vanish."""
    raters = draw(st.sampled_from([2, 2, 3]))
    cell = st.sampled_from([1.0, 2.0, 2.0, 4.0, None])
    kinds = draw(st.lists(st.lists(cell, min_size=raters, max_size=raters), min_size=1, max_size=3))
    return kinds * draw(st.integers(1, 5))


@pytest.mark.parametrize("name", ALL)
@settings(deadline=None, max_examples=12)
@given(rows=panels_much_alike())
def test_only_perfect_agreement_leaves_no_doubt(name, rows):
    found = ALL[name](panel(rows, LEVELS))
    perfect = found.is_defined and (
        found.value > 1 - 1e-9 or any("perfect agreement" in flag for flag in found.flags)
    )
    if found.has_interval:
        assert found.ci_high - found.ci_low > 1e-9
    if found.is_defined and not perfect:
        assert math.isnan(found.se) or found.se > 1e-12


def without_interval(found: Coefficient) -> bool:
    return found.is_defined and not found.has_interval and math.isnan(found.se)


def test_a_rater_who_uses_one_level_makes_cohens_kappa_0_and_that_is_said():
    found = cohen_kappa(panel([[3, 2], [3, 3], [3, 1], [3, 4], [3, 3]], LEVELS))
    assert found.value == pytest.approx(0, abs=1e-12)
    assert without_interval(found)
    assert found.flags == (ONE_FLAT,)


@pytest.mark.parametrize(
    "statistic", [cohen_kappa, scott_pi, fleiss_kappa, gwet_ac, pearson, icc_1_1, icc_c_1]
)
def test_two_raters_who_swap_two_levels_are_no_proof_of_perfect_disagreement(statistic):
    found = statistic(panel([[1, 4], [4, 1]] * 4, LEVELS))
    assert found.value < 0
    assert without_interval(found)
    assert found.flags == (NO_SPREAD,)


def test_equal_near_misses_on_every_piece_leave_no_interval_beyond_luck_and_an_exact_one_for_the_share():
    ratings = panel([[1, 2], [3, 2], [3, 4], [4, 3]] * 2, LEVELS)
    assert without_interval(brennan_prediger(ratings))
    share = exact_agreement(ratings)
    assert (share.value, share.ci_low) == (0.0, 0.0)
    assert share.ci_high == pytest.approx(1 - 0.025 ** (1 / 8))
    assert math.isnan(share.se)


def test_two_raters_without_any_difference_have_no_interval_of_their_difference():
    found = mean_difference(panel([[1, 1], [2, 2], [4, 4]], LEVELS))
    assert (found.value, found.se, found.has_interval) == (0.0, 0.0, False)


def test_resamples_that_are_all_alike_give_way_to_the_usual_interval():
    ratings = panel([[1, 1], [2, 2], [4, 4], [3, 3]], LEVELS)
    found, usual = by_bootstrap("exact_agreement", ratings), exact_agreement(ratings)
    assert (found.ci_low, found.ci_high) == (usual.ci_low, usual.ci_high)
    assert any("every resample gave the same value" in flag for flag in found.flags)
