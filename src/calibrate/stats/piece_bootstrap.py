"""The piece bootstrap for coefficients that have an analytic interval too: a check on it, and a way to keep the design."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError
from calibrate.stats.agreement import (
    brennan_prediger,
    exact_agreement,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from calibrate.stats.bootstrap import SEED, Statistic, bootstrap
from calibrate.stats.draws import draw_sums
from calibrate.stats.patterns import Patterns
from calibrate.stats.ratings import IntArray, Ratings
from calibrate.stats.results import PERFECT, Coefficient
from calibrate.stats.weights import Weights, weight_matrix

FloatArray = npt.NDArray[np.float64]

_KNOWN = {
    "exact_agreement": lambda ratings, weights: exact_agreement(ratings, count_single=True),
    "percent_agreement": percent_agreement,
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
) -> Coefficient:
    """A coefficient with a bootstrap interval (BCa) by piece in place of the analytic one.

    The default intervals cover better with few pieces (``benchmarks/coverage.py``); this one assumes nothing about shape and
    can keep the design: with ``within_blocks`` pieces are replaced only by pieces that the same raters read. Resamples in
    which everybody agrees on one level have no kappa; they are counted and told.

    Parameters
    ----------
    name
        ``exact_agreement``, ``percent_agreement``, ``fleiss_kappa``, ``brennan_prediger`` or ``gwet_ac``.
    ratings, weights
        What was scored, and how near two levels are.
    draws, seed, within_blocks
        As for :func:`calibrate.stats.alpha.krippendorff_alpha`.
    """
    if name not in _KNOWN:
        raise ArgumentError(
            f"There is no bootstrap for “{name}”.", fix=f"Choose one of {', '.join(_KNOWN)}."
        )
    chosen: Weights = "identity" if name == "exact_agreement" else weights
    found = _KNOWN[name](ratings, chosen)
    if not found.has_interval or PERFECT in found.flags:
        return found
    _, matrix = weight_matrix(chosen, ratings.levels)
    sums, times, blocks = draw_sums(
        ratings, lambda counts: _sums(counts, matrix), within_blocks=within_blocks, every=True
    )
    drawn = bootstrap(sums, times, _statistic(name, matrix), draws=draws, seed=seed, blocks=blocks)
    return replace(
        found,
        se=drawn.se,
        ci_low=drawn.ci_low,
        ci_high=drawn.ci_high,
        method=f"mean over pieces; {drawn.method}",
        flags=(*found.flags, *drawn.flags),
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
