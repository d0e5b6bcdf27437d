"""What holds for every coefficient, on panels that hypothesis draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.stats.agreement import (
    adjacent_agreement,
    brennan_prediger,
    exact_agreement,
    fleiss_kappa,
    gwet_ac,
)
from calibrate.stats.alpha import krippendorff_alpha
from calibrate.stats.conger import conger_kappa
from calibrate.stats.ratings import prepare_ratings
from calibrate.stats.results import Coefficient
from calibrate.stats.two_raters import cohen_kappa, scott_pi
from tests.stats.panels import EVERY, TWO_ONLY, Rows, panel, same_number

LEVELS = [1.0, 2.0, 3.0, 4.0]

each = pytest.mark.parametrize("name", EVERY)


@st.composite
def panels(draw) -> Rows:
    raters = draw(st.sampled_from([1, 2, 2, 2, 3, 5]))
    cell = st.one_of(st.none(), st.sampled_from(LEVELS), st.sampled_from(LEVELS))
    return draw(st.lists(st.lists(cell, min_size=raters, max_size=raters), min_size=1, max_size=9))


def alike(a: Coefficient, b: Coefficient) -> bool:
    """The same answer; REML searches, so ICC with gaps may differ in later digits, its error more so."""
    searched = "REML" in a.method
    # first minus second: the sign follows who is called first, and turns with the scale
    of = abs if a.name == "mean_difference" else float
    return (
        same_number(of(a.value), of(b.value), 1e-4 if searched else 1e-9)
        and (searched or same_number(a.se, b.se, 1e-7))
        and (a.n_pieces, a.n_raters, a.n_ratings) == (b.n_pieces, b.n_raters, b.n_ratings)
        and (a.undefined is None) == (b.undefined is None)
    )


quick = settings(deadline=None, max_examples=8)


@each
@quick
@given(rows=panels(), seed=st.integers(0, 1000))
def test_the_order_of_raters_and_of_pieces_does_not_matter(name, rows, seed):
    rng = np.random.default_rng(seed)
    columns = rng.permutation(len(rows[0]))
    shuffled = [[rows[i][j] for j in columns] for i in rng.permutation(len(rows))]
    statistic = EVERY[name]
    first, second = statistic(panel(rows, LEVELS)), statistic(panel(shuffled, LEVELS))
    assert alike(first, second)


@each
@quick
@given(rows=panels())
def test_other_names_for_raters_and_pieces_change_nothing(name, rows):
    cells = [(i, j, v) for i, row in enumerate(rows) for j, v in enumerate(row) if v is not None]
    renamed = prepare_ratings(
        [f"work {9 - i}" for i, _, _ in cells],
        [f"reader {chr(122 - j)}" for _, j, _ in cells],
        [v for _, _, v in cells],
        LEVELS,
    )
    statistic = EVERY[name]
    assert alike(statistic(panel(rows, LEVELS)), statistic(renamed))


@each
@quick
@given(rows=panels())
def test_a_piece_that_nobody_scored_changes_nothing(name, rows):
    statistic = EVERY[name]
    more = [[None] * len(rows[0]), *rows, [None] * len(rows[0])]
    assert alike(statistic(panel(rows, LEVELS)), statistic(panel(more, LEVELS)))


@each
@quick
@given(rows=panels())
def test_turning_the_scale_round_changes_nothing(name, rows):
    if name == "alpha ratio":  # a scale with a true zero has no other end to be turned round
        return
    turned = [[None if v is None else 5 - v for v in row] for row in rows]
    first, second = EVERY[name](panel(rows, LEVELS)), EVERY[name](panel(turned, LEVELS))
    assert alike(first, second)


@each
@quick
@given(rows=panels())
def test_nothing_crashes_and_everything_stays_within_bounds(name, rows):
    found = EVERY[name](panel(rows, LEVELS))
    if found.undefined is not None:
        assert math.isnan(found.value)
        assert not found.has_interval
        return
    if name.startswith(("exact", "adjacent", "percent")):
        assert found.value >= 0
    assert found.value <= 1 + 1e-9 or name == "mean_difference"
    assert math.isnan(found.se) or found.se >= 0
    if found.has_interval:
        assert found.ci_low <= found.value + 1e-9
        assert found.ci_high >= found.value - 1e-9
    assert found.n_pieces <= len(rows)
    assert found.n_raters <= len(rows[0])


@each
@quick
@given(rows=panels(), which=st.integers(0, 100))
def test_losing_any_score_is_never_an_error(name, rows, which):
    cells = [(i, j) for i, row in enumerate(rows) for j, _ in enumerate(row)]
    i, j = cells[which % len(cells)]
    rows = [list(row) for row in rows]
    rows[i][j] = None
    found = EVERY[name](panel(rows, LEVELS))
    assert (found.undefined is None) == math.isfinite(found.value)


@quick
@given(rows=panels())
def test_exact_agreement_is_never_above_adjacent_agreement(rows):
    ratings = panel(rows, LEVELS)
    exact, near = exact_agreement(ratings), adjacent_agreement(ratings)
    if exact.is_defined:
        assert 0 <= exact.value <= near.value <= 1


@quick
@given(rows=panels())
def test_chance_correction_is_observed_and_expected_adjusted(rows):
    ratings = panel(rows, LEVELS)
    for statistic in (
        fleiss_kappa,
        gwet_ac,
        brennan_prediger,
        cohen_kappa,
        scott_pi,
        conger_kappa,
    ):
        found = statistic(ratings)
        if found.is_defined and "no variation" not in found.flags:
            adjusted = (found.observed - found.expected) / (1 - found.expected)
            assert found.value == pytest.approx(adjusted, abs=1e-12)


@quick
@given(rows=panels())
def test_two_raters_who_scored_everything_make_pairs_of_coefficients_one(rows):
    """Fleiss' kappa is Scott's pi, Conger's is Cohen's, and quadratic kappa is Lin's concordance."""
    whole = [row[:2] for row in rows if len(row) > 1 and None not in row[:2]]
    ratings = panel(whole, LEVELS)
    for one, same in (
        ("fleiss linear", "scott linear"),
        ("conger ordinal", "cohen ordinal"),
        ("lin_ccc", "cohen quadratic"),
        ("alpha interval", "weighted alpha quadratic"),
        ("alpha nominal", "weighted alpha identity"),
    ):
        assert same_number(EVERY[one](ratings).value, EVERY[same](ratings).value)


@each
def test_whom_the_interval_speaks_for_is_named(name):
    rows: Rows = [[1, 1, 2], [2, 3, 2], [4, 4, 4], [3, 2, 3], [1, 2, 1]]
    rows = [row[:2] for row in rows] if name.startswith(TWO_ONLY) else rows
    found = EVERY[name](panel(rows, LEVELS))
    expected = "for raters like these" if name.startswith("icc") else "for these raters"
    assert found.is_defined
    assert expected in found.method or not found.has_interval
    assert "for these raters" in krippendorff_alpha(panel(rows, LEVELS)).method
