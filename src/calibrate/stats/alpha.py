"""Krippendorff's alpha, through the ``krippendorff`` package, with a bootstrap that draws whole pieces."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import krippendorff
import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError
from calibrate.stats.bootstrap import SEED, Statistic, bootstrap, collapse
from calibrate.stats.ratings import IntArray, Ratings
from calibrate.stats.results import (
    ALL_THE_SAME,
    NO_PAIRS,
    NO_VARIATION,
    ONE_PIECE,
    PERFECT,
    Coefficient,
)

FloatArray = npt.NDArray[np.float64]

#: The levels of measurement: do levels have no order, an order, or equal distances?
MEASUREMENTS = ("nominal", "ordinal", "interval")


def krippendorff_alpha(
    ratings: Ratings, measurement: str = "ordinal", *, draws: int = 1000, seed: int = SEED
) -> Coefficient:
    """How far is the disagreement below what luck would give, whoever scored which piece?

    One number for any panel with gaps: pieces scored by two raters and by eight count together, each pair of scores once.
    Krippendorff asks for 0.80 to rely on scores and calls 0.667 the lowest limit for tentative conclusions; both are
    conventions.

    It misleads when nearly all pieces sit at one level (as kappa does), and with few pieces: look at the interval. Undefined
    when every score is the same. The ordinal metric measures distance by how many scores lie between two levels, which is
    not what "ordinal weights" are. Sources: Krippendorff (2019), *Content Analysis*, 4th ed., chapter 12; Krippendorff
    (2011), *Computing Krippendorff's Alpha-Reliability*. The interval draws pieces (with all their criteria) with
    replacement: Hayes & Krippendorff (2007, *Communication Methods and Measures* 1, pp. 77–89) draw pairs of scores instead,
    as if one piece could teach nothing about its other scores.

    Parameters
    ----------
    ratings
        What was scored; pieces with one score drop out.
    measurement
        ``nominal``, ``ordinal`` or ``interval``.
    draws, seed
        How many resamples for the interval (0: none), and their seed.
    """
    if measurement not in MEASUREMENTS:
        raise ArgumentError(
            f"There is no level of measurement “{measurement}”.",
            fix=f"Choose one of {', '.join(MEASUREMENTS)}.",
        )
    kept = ratings.shared_only()
    basis = Coefficient(
        "krippendorff_alpha",
        measurement,
        math.nan,
        method="1 − observed / expected disagreement",
        n_pieces=ratings.n_shared_pieces,
        n_raters=kept.n_raters,
        n_ratings=kept.n_ratings,
    )
    if kept.n_units == 0:
        return replace(basis, undefined=NO_PAIRS)
    if not kept.has_variation:
        return replace(basis, undefined=ALL_THE_SAME, observed=1.0, flags=(NO_VARIATION,))

    value = float(
        krippendorff.alpha(
            value_counts=kept.counts,
            value_domain=kept.levels,
            level_of_measurement=_metric(measurement),
        )
    )
    found = replace(basis, value=value)
    if kept.n_shared_pieces < 2:
        return replace(found, flags=(ONE_PIECE,))
    if bool((kept.counts.max(axis=1) == kept.readings).all()):
        return replace(found, se=0.0, flags=(PERFECT,))
    if draws < 1:
        return found
    drawn = bootstrap(
        *draw_sums(kept), alpha_of_totals(kept.levels, measurement), draws=draws, seed=seed
    )
    return replace(
        found,
        se=drawn.se,
        ci_low=drawn.ci_low,
        ci_high=drawn.ci_high,
        method=f"{basis.method}; {drawn.method}",
        flags=drawn.flags,
    )


def draw_sums(ratings: Ratings) -> tuple[FloatArray, IntArray]:
    """The coincidences that each draw adds, as rows of k·k sums, and how many draws have each row.

    One draw is a piece. Where each piece is one unit, equal rows of counts collapse first; where it holds several units
    their coincidences are added.
    """
    patterns, which, times = collapse(ratings.counts)
    if not ratings.is_clustered:
        return coincidences(patterns), times
    per_pattern = coincidences(patterns)[which]
    n_pieces = int(ratings.piece.max()) + 1
    sums = np.zeros((n_pieces, per_pattern.shape[1]))
    for cell in range(per_pattern.shape[1]):
        sums[:, cell] = np.bincount(ratings.piece, weights=per_pattern[:, cell], minlength=n_pieces)
    return sums, np.ones(n_pieces, dtype=np.int64)


def coincidences(counts: IntArray) -> FloatArray:
    """Ordered pairs of scores within each row of counts over (readings − 1), shape (rows, k·k); each row has 2 or more."""
    c = counts.astype(float)
    pairs = c[:, :, None] * c[:, None, :] - c[:, :, None] * np.eye(c.shape[1])
    return np.asarray((pairs / (c.sum(axis=1) - 1)[:, None, None]).reshape(len(c), -1))


def alpha_of_totals(levels: FloatArray, measurement: str) -> Statistic:
    """Alpha as a function of summed coincidences: equal to the package's, for many resamples at once."""
    k = len(levels)

    def alpha(totals: FloatArray) -> FloatArray:
        observed = totals.reshape(-1, k, k)
        used = observed.sum(axis=2)
        all_used = used.sum(axis=1)
        apart = _squared_distances(used, levels, measurement)
        chance = used[:, :, None] * used[:, None, :]
        disagreeing = (observed * apart).sum(axis=(1, 2)) * (all_used - 1)
        by_chance = (chance * apart).sum(axis=(1, 2))
        value = np.full(len(totals), math.nan)
        enough = by_chance > 1e-9
        value[enough] = 1 - disagreeing[enough] / by_chance[enough]
        return value

    return alpha


def _squared_distances(used: FloatArray, levels: FloatArray, measurement: str) -> FloatArray:
    if measurement == "nominal":
        return 1 - np.eye(len(levels))[None, :, :]
    at = levels[None, :] if measurement == "interval" else np.cumsum(used, axis=1) - used / 2
    return np.asarray((at[:, :, None] - at[:, None, :]) ** 2)


def _metric(measurement: str) -> Any:
    return measurement
