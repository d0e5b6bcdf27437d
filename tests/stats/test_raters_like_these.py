"""Intervals for other raters of this kind: wider than for these raters by what raters differ, not by their luck again."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.stats.agreement import brennan_prediger, exact_agreement, fleiss_kappa, gwet_ac
from calibrate.stats.alpha import krippendorff_alpha
from calibrate.stats.conger import conger_kappa
from calibrate.stats.raters_like_these import ALL_ALIKE, ONE_PAIR, for_raters_like_these
from calibrate.stats.ratings import Ratings, prepare_ratings, without_rater
from calibrate.stats.results import Coefficient
from calibrate.stats.two_raters import cohen_kappa
from tests.stats.panels import LIKE_KAPPA, NEVER_LOST, PLAIN, Rows, Statistic, panel, simulated

LEVELS = [1.0, 2.0, 3.0, 4.0]


def alpha(ratings: Ratings) -> Coefficient:
    return krippendorff_alpha(ratings, draws=60)


MANY: dict[str, Statistic] = {
    "exact": exact_agreement,
    "fleiss": fleiss_kappa,
    "conger": conger_kappa,
    "bp": brennan_prediger,
    "gwet": gwet_ac,
    "alpha": alpha,
}
#: Without its resamples this gives its value quickly.
VALUE: dict[str, Statistic] = {"alpha": lambda part: krippendorff_alpha(part, draws=0)}


def rows_of(random: np.random.Generator, pieces: int, raters: int, severity: float) -> np.ndarray:
    quality = random.normal(2.5, 1, (pieces, 1))
    harsh = random.normal(0, severity, raters)
    return np.clip(np.rint(quality + harsh + random.normal(0, 0.7, (pieces, raters))), 1, 4)


def test_a_rater_apart_from_two_who_agree_by_hand():
    """Exact agreement of A and B is 1, of C with each 1/4, so 1/2 in all.

    Over pieces the variance is 1/36; over raters it is 1/4, of which 1/36 is what raters owe to these pieces.
    """
    found = for_raters_like_these(
        exact_agreement, panel([[1, 1, 1], [2, 2, 3], [3, 3, 2], [1, 1, 2]], LEVELS)
    )
    assert found.value == pytest.approx(1 / 2)
    assert found.se == pytest.approx(math.sqrt(1 / 36 + 1 / 4 - 1 / 36))


def test_raters_who_are_apart_equally_often_are_as_certain_as_these_raters_and_never_more():
    rows: Rows = [[1, 1, 1], [2, 2, 3], [3, 2, 3], [1, 2, 2]]
    found = for_raters_like_these(exact_agreement, panel(rows, LEVELS))
    assert found.se == pytest.approx(1 / 6)
    assert found.se == exact_agreement(panel(rows, LEVELS)).se


def test_what_is_taken_out_is_the_interaction_of_raters_and_pieces():
    """Where every rater reads every piece: the mean square of a two-way table, pieces by rater left out."""
    rows = rows_of(np.random.default_rng(4), 10, 5, 0.9)
    q, n = 5, 10
    left = np.empty((q, n))
    for r in range(q):
        others = np.delete(rows, r, axis=1)
        pairs = [(i, j) for i in range(q - 1) for j in range(i)]
        left[r] = np.mean([others[:, i] == others[:, j] for i, j in pairs], axis=0)
    by_rater, by_piece = left.mean(axis=1), left.mean(axis=0)
    apart = left - by_rater[:, None] - by_piece[None, :] + left.mean()
    pieces = by_piece.var(ddof=1) / n
    raters = (q - 1) ** 2 / q * by_rater.var(ddof=1)
    both = (q - 1) / q * (apart**2).sum() / (n * (n - 1))
    found = for_raters_like_these(exact_agreement, panel(rows.tolist(), LEVELS))
    assert raters > both
    assert found.se == pytest.approx(math.sqrt(pieces + raters - both))


@pytest.mark.parametrize("name", ["exact", "conger", "gwet", "alpha"])
def test_leaving_out_pieces_as_well_gives_nearly_the_same(name):
    """Once more without any formula: each rater with each piece left out, from a table with gaps."""
    rows = simulated(8, 24, 5, missing=0.2)
    for row in rows:
        row[0] = None if row[0] is None else min(row[0] + 1, 4)
    statistic, whole = MANY[name], panel(rows, LEVELS)
    value = VALUE.get(name, statistic)
    found, these = for_raters_like_these(statistic, whole), statistic(whole)
    values = np.array([value(without_rater(whole, r)).value for r in range(5)])
    fewer = [panel(rows[:p] + rows[p + 1 :], LEVELS) for p in range(24)]
    both = np.array([[value(without_rater(part, r)).value for part in fewer] for r in range(5)])
    apart = both - both.mean(axis=0)
    noise = 4 / 5 * 23 / 24 * ((apart - apart.mean(axis=1, keepdims=True)) ** 2).sum()
    between = 4 / 5 * ((values - values.mean()) ** 2).sum()
    assert noise > 0.2 * these.se**2
    variance = these.se**2 + max(between - noise, 0)
    assert found.se == pytest.approx(math.sqrt(variance), rel=0.08)


@pytest.mark.parametrize("name", PLAIN | NEVER_LOST | LIKE_KAPPA)
def test_what_each_piece_adds_makes_up_the_error(name):
    rows = [row for row in simulated(3, 50, 5, missing=0.4) if any(row)]
    found = (PLAIN | NEVER_LOST | LIKE_KAPPA)[name](panel(rows, LEVELS))
    if found.by_piece is None:
        assert name.partition(" ")[0] in ("cohen", "scott")
        return
    assert found.by_piece.shape == (len(rows),)
    assert found.by_piece.sum() == pytest.approx(0, abs=1e-9)
    if math.isfinite(found.se):
        assert np.linalg.norm(found.by_piece) == pytest.approx(found.se)


@pytest.mark.parametrize("measurement", ["nominal", "ordinal", "interval", "ratio"])
def test_what_each_piece_adds_to_alpha_is_what_its_absence_takes_away(measurement):
    rows = simulated(5, 40, 4, missing=0.2)
    found = krippendorff_alpha(panel(rows, LEVELS), measurement, draws=0)
    without = [
        krippendorff_alpha(panel(rows[:p] + rows[p + 1 :], LEVELS), measurement, draws=0).value
        for p in range(40)
    ]
    jackknife = 39 * (np.mean(without) - np.array(without)) / math.sqrt(39 * 40)
    assert np.corrcoef(found.by_piece, jackknife)[0, 1] > 0.99
    assert np.linalg.norm(found.by_piece) == pytest.approx(np.linalg.norm(jackknife), rel=0.1)


@st.composite
def tables(draw) -> Rows:
    raters = draw(st.integers(3, 6))
    cell = st.sampled_from([1.0, 2.0, 3.0, 4.0, None])
    row = st.lists(cell, min_size=raters, max_size=raters)
    return draw(st.lists(row, min_size=3, max_size=12))


@pytest.mark.parametrize("name", ["exact", "fleiss", "conger", "gwet"])
@settings(deadline=None, max_examples=15)
@given(rows=tables(), seed=st.integers(0, 99))
def test_neither_order_nor_names_of_raters_and_pieces_matter(name, rows, seed):
    random = np.random.default_rng(seed)
    whole = panel(rows, LEVELS)
    table = np.array([[math.nan if v is None else v for v in row] for row in rows])
    piece, rater = np.indices(table.shape)
    new_piece, new_rater = (random.permutation(size) for size in table.shape)
    shuffled = random.permutation(table.size)
    again = prepare_ratings(
        new_piece[piece].ravel()[shuffled],
        np.char.add("r", new_rater[rater].astype(str)).ravel()[shuffled],
        table.ravel()[shuffled],
        LEVELS,
    )
    one, other = (for_raters_like_these(MANY[name], ratings) for ratings in (whole, again))
    for field in ("value", "se", "ci_low", "ci_high"):
        assert getattr(other, field) == pytest.approx(getattr(one, field), abs=1e-9, nan_ok=True)
    assert other.flags == one.flags


@pytest.mark.parametrize("name", ["exact", "fleiss", "gwet", "bp"])
@settings(deadline=None, max_examples=20)
@given(rows=tables())
def test_raters_like_these_are_never_more_certain_than_these_raters(name, rows):
    ratings = panel(rows, LEVELS)
    these, like = MANY[name](ratings), for_raters_like_these(MANY[name], ratings)
    if math.isfinite(like.se):
        assert like.se >= these.se - 1e-12
    if like.has_interval and these.has_interval and like.value < 1 - 1e-9:
        assert like.ci_low <= like.value + 1e-9
        assert like.value <= like.ci_high + 1e-9


def test_raters_who_differ_by_luck_alone_are_hardly_less_certain_than_these_raters():
    random = np.random.default_rng(1)
    ratio = []
    for _ in range(40):
        ratings = panel(rows_of(random, 40, 6, 0.0).tolist(), LEVELS)
        ratio.append(for_raters_like_these(gwet_ac, ratings).se / gwet_ac(ratings).se)
    assert np.median(ratio) < 1.1
    assert np.mean(ratio) < 1.2


def test_the_error_is_the_spread_over_panels_with_raters_of_their_own():
    random = np.random.default_rng(2)
    panels = [panel(rows_of(random, 60, 6, 0.5).tolist(), LEVELS) for _ in range(80)]
    for statistic in (exact_agreement, brennan_prediger):
        found = [for_raters_like_these(statistic, one) for one in panels]
        truth = np.mean([one.value for one in found])
        spread = np.std([one.value for one in found], ddof=1)
        error = math.sqrt(np.mean([one.se**2 for one in found]))
        assert 0.85 * spread < error < 1.35 * spread
        assert math.sqrt(np.mean([statistic(one).se ** 2 for one in panels])) < 0.8 * spread
        held = np.mean([one.ci_low <= truth <= one.ci_high for one in found])
        assert 0.88 <= held <= 0.99


def test_hundreds_of_raters_who_differ_by_luck_alone_are_hardly_less_certain():
    """Pieces with two, three and four readings: a jackknife alone would find more than twice the variance over pieces."""
    random = np.random.default_rng(6)
    more: dict[str, list[float]] = {"exact": [], "conger": []}
    for _ in range(8):
        readers = [random.choice(100, random.integers(2, 5), replace=False) for _ in range(250)]
        piece = np.repeat(np.arange(250), [len(one) for one in readers])
        seen = random.normal(2.5, 1, 250)[piece] + random.normal(0, 0.7, len(piece))
        score = np.clip(np.rint(seen), 1, 4)
        ratings = prepare_ratings(piece, np.concatenate(readers), score, LEVELS)
        for name, found in more.items():
            these, like = MANY[name](ratings), for_raters_like_these(MANY[name], ratings)
            found.append((like.se / these.se) ** 2)
    for found in more.values():
        assert 1 <= np.mean(found) < 1.6


def test_two_raters_are_told_why_there_is_none():
    found = for_raters_like_these(cohen_kappa, panel(simulated(1, 30, 2), LEVELS))
    assert math.isfinite(found.value)
    assert not found.has_interval
    assert found.flags == (ONE_PAIR,)


def test_pieces_that_all_show_the_same_leave_no_interval_for_others():
    rows: Rows = [[1, 1, 2], [3, 3, 2], [4, 4, 1]]
    found = for_raters_like_these(exact_agreement, panel(rows, LEVELS))
    assert found.value == pytest.approx(1 / 3)
    assert not found.has_interval
    assert found.flags == (ALL_ALIKE,)


def test_a_statistic_that_does_not_tell_what_pieces_add_is_on_the_careful_side():
    ratings = panel(simulated(8, 30, 5), LEVELS)

    def silent(part: Ratings) -> Coefficient:
        whole = gwet_ac(part)
        return Coefficient(whole.name, whole.weights, whole.value, se=whole.se, n_pieces=30)

    assert for_raters_like_these(silent, ratings).se > for_raters_like_these(gwet_ac, ratings).se
