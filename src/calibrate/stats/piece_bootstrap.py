"""The piece bootstrap for coefficients that have an analytic interval too: a check on it, and a way to keep the design."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError
from calibrate.stats.agreement import (
    adjacent_agreement,
    brennan_prediger,
    exact_agreement,
    fleiss_kappa,
    gwet_ac,
    near_levels,
    percent_agreement,
)
from calibrate.stats.bootstrap import SEED, Statistic, bootstrap
from calibrate.stats.conger import conger_kappa
from calibrate.stats.draws import Draws, draw_sums, drawing_blocks
from calibrate.stats.patterns import Patterns
from calibrate.stats.ratings import IntArray, Ratings
from calibrate.stats.results import PERFECT, Coefficient
from calibrate.stats.weights import Weights, weight_matrix

FloatArray = npt.NDArray[np.float64]

#: Conger's kappa needs each rater's levels in each resample; with a larger table its analytic interval stays.
_LARGEST = 4_000_000

#: Why the interval is the usual one although resamples were asked for.
_ALL_ALIKE = "every resample gave the same value: the usual interval is shown"

_KNOWN: dict[str, Callable[[Ratings, Weights], Coefficient]] = {
    "exact_agreement": lambda ratings, weights: exact_agreement(ratings),
    "adjacent_agreement": lambda ratings, weights: adjacent_agreement(ratings),
    "percent_agreement": percent_agreement,
    "conger_kappa": conger_kappa,
    "fleiss_kappa": fleiss_kappa,
    "brennan_prediger": brennan_prediger,
    "gwet_ac": gwet_ac,
}


def by_bootstrap(
    name: str,
    ratings: Ratings,
    weights: Weights = "quadratic",
    *,
    draws: int = 1000,
    seed: int = SEED,
    within_blocks: bool = False,
    within: float | None = None,
) -> Coefficient:
    """A coefficient with a bootstrap interval (BCa) by piece in place of the analytic one.

    The default intervals cover better with few pieces (``benchmarks/coverage.py``); this one assumes nothing about shape and
    can keep the design: with ``within_blocks`` pieces are replaced only by pieces that the same raters read, as far as there are
    enough of them (`calibrate.stats.draws.drawing_blocks`; flagged). Resamples in
    which everybody agrees on one level have no kappa; they are counted and told.

    Parameters
    ----------
    name
        ``exact_agreement``, ``adjacent_agreement``, ``percent_agreement``, ``conger_kappa``, ``fleiss_kappa``,
        ``brennan_prediger`` or ``gwet_ac``.
    ratings, weights
        What was scored, and how near two levels are.
    draws, seed, within_blocks
        As for :func:`calibrate.stats.alpha.krippendorff_alpha`.
    within
        As for :func:`calibrate.stats.agreement.adjacent_agreement`; for that alone.
    """
    if name not in _KNOWN:
        raise ArgumentError(
            f"There is no bootstrap for “{name}”.", fix=f"Choose one of {', '.join(_KNOWN)}."
        )
    chosen: Weights = "identity" if name == "exact_agreement" else weights
    near = name == "adjacent_agreement"
    found = adjacent_agreement(ratings, within) if near else _KNOWN[name](ratings, chosen)
    if not found.has_interval or PERFECT in found.flags:
        return found
    matrix = weight_matrix(chosen, ratings.levels, ratings.values)[1]
    if near:
        matrix = near_levels(ratings, within)[0]
    if name == "conger_kappa":
        if ratings.n_pieces * ratings.n_raters * ratings.n_levels > _LARGEST:
            why = "too many raters and pieces for resamples: the analytic interval is shown"
            return replace(found, flags=(*found.flags, why))
        sums = _rater_sums(ratings, matrix)
        drawing = Draws(sums, np.ones(len(sums), dtype=np.int64))
        if within_blocks:
            found_blocks = drawing_blocks(ratings, np.ones(len(sums), dtype=bool))
            drawing = replace(drawing, blocks=found_blocks.of_piece, flags=found_blocks.flags)
        statistic = _conger(ratings.n_raters, matrix)
    else:
        drawing = draw_sums(
            ratings, lambda counts: _sums(counts, matrix), within_blocks=within_blocks, every=True
        )
        statistic = _statistic(name, matrix)
    drawn = bootstrap(
        drawing.sums, drawing.times, statistic, draws=draws, seed=seed, blocks=drawing.blocks
    )
    if drawn.no_spread:
        return replace(found, flags=(*found.flags, _ALL_ALIKE))
    return replace(
        found,
        se=drawn.se,
        ci_low=drawn.ci_low,
        ci_high=drawn.ci_high,
        method=f"mean over pieces; {drawn.method}",
        flags=(*found.flags, *drawing.flags, *drawn.flags),
    )


def _sums(counts: IntArray, matrix: FloatArray) -> FloatArray:
    """Agreement, whether shared, one, and the shares of the levels, shape (p, 3 + k)."""
    one_each = np.arange(len(counts))
    patterns = Patterns(counts, one_each, np.ones(len(counts), dtype=np.int64))
    agreeing = patterns.agreeing(matrix)
    return np.column_stack([agreeing, patterns.shared, np.ones(len(counts)), patterns.shares])


def _statistic(name: str, matrix: FloatArray) -> Statistic:
    k = len(matrix)

    def value(totals: FloatArray) -> FloatArray:
        shared = totals[:, 1]
        observed = np.full(len(totals), np.nan)
        np.divide(totals[:, 0], shared, out=observed, where=shared > 0)
        if name.endswith("agreement"):
            return observed
        used = totals[:, 3:] / totals[:, 2:3]
        if name == "fleiss_kappa":
            expected = np.einsum("bi,ij,bj->b", used, matrix, used)
        elif name == "gwet_ac":
            expected = float(matrix.sum()) / (k * (k - 1)) * (used * (1 - used)).sum(axis=1)
        else:
            expected = np.full(len(totals), float(matrix.sum()) / k**2)
        room = 1 - expected
        found = np.full(len(totals), np.nan)
        np.divide(observed - expected, room, out=found, where=room > 1e-12)
        return found

    return value


def _rater_sums(ratings: Ratings, matrix: FloatArray) -> FloatArray:
    """What each piece adds: agreement, units with two scores, and each rater's levels, shape (pieces, 2 + q · k)."""
    patterns, k = ratings.patterns, ratings.n_levels
    width = ratings.n_raters * k
    cell = ratings.piece[ratings.unit] * width + ratings.rater * k + ratings.position
    levels = np.bincount(cell, minlength=ratings.n_pieces * width)
    each = np.column_stack([patterns.agreeing(matrix), patterns.shared])[patterns.which]
    plain = [
        np.bincount(ratings.piece, weights=column, minlength=ratings.n_pieces) for column in each.T
    ]
    return np.column_stack([*plain, levels.reshape(ratings.n_pieces, width)])


def _conger(q: int, matrix: FloatArray) -> Statistic:
    """Conger's kappa as a function of those sums; a rater who is not in a resample is not in its chance either."""
    k = len(matrix)
    near = (matrix + matrix.T) / 2

    def value(totals: FloatArray) -> FloatArray:
        used = totals[:, 2:].reshape(-1, q, k)
        scored = used.sum(axis=2, keepdims=True)
        habits = np.divide(used, scored, out=np.zeros_like(used), where=scored > 0)
        there = (scored[:, :, 0] > 0).sum(axis=1)
        together = habits.sum(axis=1)
        own = ((habits @ near) * habits).sum(axis=(1, 2))
        both = ((together @ near) * together).sum(axis=1) - own
        found = np.full(len(totals), np.nan)
        fine = (there > 1) & (totals[:, 1] > 0)
        expected = both[fine] / (there[fine] * (there[fine] - 1))
        observed = totals[fine, 0] / totals[fine, 1]
        room = 1 - expected
        found[fine] = np.divide(
            observed - expected, room, out=np.full(len(room), np.nan), where=room > 1e-12
        )
        return found

    return value
