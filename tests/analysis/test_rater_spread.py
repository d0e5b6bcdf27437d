"""How far raters of a school lie apart: pooled where that is fair, their own where they lie further apart."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.analysis.rater_spread import (
    Spread,
    Spreads,
    own_or_pooled,
    spread_of,
    with_raters,
)

POOLED = Spread(0.10, 0.12, 12.0)
SIZES = st.floats(0.001, 4)


def spreads(**schools: Spread) -> Spreads:
    return Spreads(POOLED, schools)


def test_a_school_whose_raters_lie_further_apart_speaks_for_itself():
    wide, narrow = Spread(0.4, 0.42, 5.0, own=True), Spread(0.02, 0.04, 5.0, own=True)
    found = spreads(a=wide, b=narrow)
    assert found.of("a") == wide
    assert found.of("b") == POOLED
    assert found.wider == ("a",)


def test_few_raters_never_bring_more_certainty_than_they_are():
    few = spreads(a=Spread(0.02, 0.04, 1.0, own=True)).of("a")
    assert (few.variance, few.mean_square, few.df) == (0.10, 0.12, 1.0)
    assert spreads().of("unknown").df == 1.0


def test_nothing_is_believed_where_nothing_is_known():
    nothing = Spreads(Spread(math.nan, math.nan, 0.0), {"a": Spread(0.4, 0.4, 5.0, own=True)})
    assert math.isnan(nothing.of("a").variance)
    assert nothing.wider == ()


def test_equal_errors_cost_no_degree_of_freedom_and_unequal_ones_do():
    even = spread_of(1.0, 4, [0.01] * 5, 0.04)
    assert (even.variance, even.mean_square, even.df) == pytest.approx((0.24, 0.25, 4))
    assert spread_of(0.02, 4, [0.001, 0.001, 0.001, 0.001, 0.2], 0.2).df < 2


def test_with_a_variance_for_each_school_it_is_welchs_test():
    one, two = Spread(0.3, 0.3, 4.0, own=True), Spread(0.1, 0.1, 9.0, own=True)
    whole, df = with_raters(0.0, 50, [(1 / 5, one), (1 / 10, two)])
    assert whole == pytest.approx(0.3 / 5 + 0.1 / 10)
    assert df == pytest.approx(whole**2 / ((0.3 / 5) ** 2 / 4 + (0.1 / 10) ** 2 / 9))


def test_shares_of_what_all_schools_tell_are_one_part():
    whole, df = with_raters(0.0, 50, [(1 / 4, POOLED), (1 / 4, POOLED)])
    assert whole == pytest.approx(0.05)
    assert df == pytest.approx(12)


def test_raters_who_happen_to_be_alike_bring_no_more_than_they_are():
    alike = Spread(0.0, 0.001, 1.0, own=True)
    whole, df = with_raters(0.04, 30, [(0.5, alike), (0.5, alike)])
    assert (whole, df) == (0.04, pytest.approx(2))


def test_had_a_school_more_raters_it_would_be_surer():
    wide = spreads(a=Spread(0.4, 0.42, 2.0, own=True))
    more = wide.with_more({"a": 3}).of("a")
    assert more.df == 5.0
    assert more.variance == pytest.approx((2 * 0.4 + 3 * 0.1) / 5)
    assert wide.with_more({"b": 6}).of("b") == Spread(0.10, 0.12, 18.0)


@settings(deadline=None, max_examples=60)
@given(SIZES, SIZES, st.integers(1, 20), SIZES, SIZES, st.integers(1, 20), SIZES)
def test_the_whole_is_never_surer_than_its_parts(plain, a, m_a, b, m_b, n, share):
    one, two = Spread(a, a, float(m_a), own=True), Spread(b, b, float(m_b), own=True)
    whole, df = with_raters(plain, float(n), [(share, one), (1.0, two)])
    assert whole >= plain
    assert 0 < df <= m_a + m_b + 1e-9


def test_a_school_of_few_and_wide_raters_is_not_called_different_by_chance():
    """Twelve raters close together beside three far apart: pooled, a third of equal districts would be told apart."""
    from scipy import special

    rng = np.random.default_rng(4)
    wrong = pooled = 0
    for _ in range(400):
        three, twelve = rng.normal(0, 0.5, 3), rng.normal(0, 0.125, 12)
        own = {
            name: Spread(float(x.var(ddof=1)), float(x.var(ddof=1)), len(x) - 1.0, own=True)
            for name, x in (("few", three), ("many", twelve))
        }
        mean = (2 * own["few"].variance + 11 * own["many"].variance) / 13
        held = Spreads(Spread(mean, mean, 13.0), own)
        gap = float(three.mean() - twelve.mean())
        for count, parts in (
            ("own", [(1 / 3, held.of("few")), (1 / 12, held.of("many"))]),
            ("pooled", [(1 / 3, held.pooled), (1 / 12, held.pooled)]),
        ):
            whole, df = with_raters(0.0, 50.0, parts)
            told = abs(gap) > special.stdtrit(df, 0.975) * math.sqrt(whole)
            wrong, pooled = wrong + (told and count == "own"), pooled + (told and count == "pooled")
    assert wrong / 400 < 0.08
    assert pooled / 400 > 0.2


@pytest.mark.parametrize(("n_raters", "n_schools"), [(3, 2), (6, 2), (4, 5), (8, 4)])
def test_what_is_believed_of_schools_that_are_alike_is_what_drawing_them_gives(n_raters, n_schools):
    """A school speaks for itself where its raters happen to lie further apart, so the mean lies above the truth."""
    rng = np.random.default_rng(5)
    own = rng.chisquare(n_raters - 1, (40_000, n_schools)) / (n_raters - 1)
    believed = np.maximum(own[:, 0], own.mean(axis=1))
    wider, df = own_or_pooled(n_raters, n_schools * (n_raters - 1))
    assert wider == pytest.approx(believed.mean(), rel=0.02)
    assert n_raters - 1 <= df <= n_schools * (n_raters - 1) / 2 + 1e-9 or n_raters < 5
    assert own_or_pooled(n_raters, n_raters - 1) == (1.0, n_raters - 1)
