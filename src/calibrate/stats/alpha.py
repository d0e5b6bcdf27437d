"""Krippendorff's alpha, with a bootstrap that draws whole pieces.

The value is the ``krippendorff`` package's for tables of the usual size. For very large ones the same sums are taken over the
different rows of counts, which are few however many units there are; tests hold the two equal.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import krippendorff
import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError
from calibrate.stats.bootstrap import SEED, Statistic, bootstrap
from calibrate.stats.chance import few_shared, moves_by_piece, spread_by_piece
from calibrate.stats.draws import draw_sums
from calibrate.stats.intervals import fisher_interval, t_interval
from calibrate.stats.ratings import IntArray, Ratings
from calibrate.stats.results import (
    ALL_THE_SAME,
    LEAST_ERROR,
    NO_PAIRS,
    NO_VARIATION,
    ONE_PIECE,
    PERFECT,
    Coefficient,
    without_spread,
)
from calibrate.stats.weights import Weights, weight_matrix

FloatArray = npt.NDArray[np.float64]

#: With more units than this the package is left aside: its time grows with every unit, ours with the different rows alone.
_PACKAGE_UP_TO = 20_000

#: Why there is no alpha at the ratio level.
NO_TRUE_ZERO = "needs a scale with a true zero; this one has values below 0"

#: The levels of measurement: do levels have no order, an order, equal distances, or a true zero?
MEASUREMENTS = ("nominal", "ordinal", "interval", "ratio")


def krippendorff_alpha(
    ratings: Ratings,
    measurement: str = "ordinal",
    *,
    draws: int = 1000,
    seed: int = SEED,
    within_blocks: bool = False,
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
        ``nominal``, ``ordinal``, ``interval`` or ``ratio``, which reads the values of the scale, not positions, and means
        something only where 0 is a true zero (undefined with a value below it).
    draws, seed
        How many resamples for the interval (0: none), and their seed.
    within_blocks
        Whether to draw pieces only among those that the same raters read, which keeps the design in every resample; where
        these are too few, among pieces with as many raters (flagged).
    """
    if measurement not in MEASUREMENTS:
        raise ArgumentError(
            f"There is no level of measurement “{measurement}”.",
            fix=f"Choose one of {', '.join(MEASUREMENTS)}.",
        )
    basis = Coefficient(
        "krippendorff_alpha",
        measurement,
        math.nan,
        method="1 − observed / expected disagreement",
        n_pieces=ratings.n_shared_pieces,
        n_raters=ratings.n_shared_raters,
        n_ratings=ratings.n_shared_ratings,
    )
    patterns = ratings.patterns
    shared = patterns.shared
    if measurement == "ratio" and float(ratings.values.min()) < 0:
        return replace(basis, undefined=NO_TRUE_ZERO)
    if not shared.any():
        return replace(basis, undefined=NO_PAIRS)
    if (patterns.counts[shared].sum(axis=0) > 0).sum() < 2:
        return replace(basis, undefined=ALL_THE_SAME, observed=1.0, flags=(NO_VARIATION,))

    value = _value(ratings, measurement)
    found = replace(basis, value=value)
    if basis.n_pieces < 2:
        return replace(found, flags=(ONE_PIECE,))
    if bool((patterns.counts.max(axis=1) == patterns.readings)[shared].all()):
        return replace(found, se=0.0, flags=(PERFECT,))
    found = replace(found, by_piece=_by_piece(ratings, measurement))
    if draws < 1:
        return found
    drawing = draw_sums(ratings, coincidences, within_blocks=within_blocks)
    drawn = bootstrap(
        drawing.sums,
        drawing.times,
        alpha_of_totals(_numbers(ratings, measurement), measurement),
        draws=draws,
        seed=seed,
        blocks=drawing.blocks,
    )
    return replace(
        found,
        se=drawn.se,
        ci_low=drawn.ci_low,
        ci_high=drawn.ci_high,
        method=f"{basis.method}; {drawn.method}",
        flags=(*drawing.flags, *drawn.flags),
    )


def _value(ratings: Ratings, measurement: str) -> float:
    """Alpha of scores that vary on units that two or more raters scored."""
    if ratings.n_units <= _PACKAGE_UP_TO:
        shared = ratings.shared
        return float(
            krippendorff.alpha(
                value_counts=ratings.counts if shared.all() else ratings.counts[shared],
                value_domain=_numbers(ratings, measurement),
                level_of_measurement=_metric(measurement),
            )
        )
    patterns = ratings.patterns
    kept = patterns.shared
    totals = patterns.times[kept] @ coincidences(patterns.counts[kept])
    return float(alpha_of_totals(_numbers(ratings, measurement), measurement)(totals[None, :])[0])


def _by_piece(ratings: Ratings, measurement: str) -> FloatArray:
    """How far each piece moves alpha, shape (n_pieces,): its coincidences by the slope of alpha in their totals."""
    patterns = ratings.patterns
    each = coincidences(patterns.counts)
    totals = patterns.times @ each
    step = 1e-4 * float(totals.sum()) * np.eye(len(totals))
    alpha = alpha_of_totals(_numbers(ratings, measurement), measurement)
    slope = (alpha(totals + step) - alpha(totals - step)) / (2 * step.max())
    moved = np.bincount(
        ratings.piece, weights=(each @ slope)[patterns.which], minlength=ratings.n_pieces
    )
    # A piece that was scored once moves nothing.
    counts = np.bincount(ratings.piece, weights=ratings.shared, minlength=ratings.n_pieces) > 0
    pieces = int(counts.sum())
    few = math.sqrt(pieces / (pieces - 1))
    return np.where(counts, few * (moved - moved[counts].mean()), 0.0)


def weighted_alpha(
    ratings: Ratings, weights: Weights = "quadratic", *, symmetric: bool = False
) -> Coefficient:
    """How far is weighted disagreement below what luck would give? Alpha with fixed weights, and Gwet's standard error.

    With identity weights this is nominal alpha, with quadratic weights interval alpha, with ratio weights ratio alpha. With
    linear or "ordinal" weights it is none of Krippendorff's: his ordinal metric follows how often each level was used.
    It misleads where alpha does. Sources: Krippendorff (1970), *Educational and Psychological Measurement* 30, pp. 61–70; Gwet (2014), *Handbook of Inter-Rater Reliability*, 4th ed., chapters 2, 3 and 5.

    Parameters
    ----------
    ratings
        What was scored; pieces with one score drop out.
    weights
        How near two levels are.
    symmetric
        Student's t interval about the value instead of the one on Fisher's z scale.
    """
    label, matrix = weight_matrix(weights, ratings.levels, ratings.values)
    scale = "" if symmetric else " on Fisher's z scale"
    basis = Coefficient(
        "krippendorff_alpha",
        label,
        math.nan,
        method=f"fixed weights; Gwet's standard error by piece, t interval{scale}, for these raters",
        n_pieces=ratings.n_shared_pieces,
        n_raters=ratings.n_shared_raters,
        n_ratings=ratings.n_shared_ratings,
    )
    patterns = ratings.patterns
    shared = patterns.shared
    n = int(patterns.times[shared].sum())
    if n == 0:
        return replace(basis, undefined=NO_PAIRS)
    counts, times = patterns.counts[shared].astype(float), patterns.times[shared]
    if (counts.sum(axis=0) > 0).sum() < 2:
        return replace(basis, undefined=ALL_THE_SAME, observed=1.0, flags=(NO_VARIATION,))
    readings = patterns.readings[shared]
    usual = float(times @ readings) / n
    agreeing = patterns.agreeing(matrix)[shared] * readings / usual
    small = 1 / float(times @ readings)
    used = times @ counts / (n * usual)
    observed = (1 - small) * float(times @ agreeing) / n + small
    expected = float(used @ matrix @ used)
    value = (observed - expected) / (1 - expected)
    found = replace(basis, value=value, observed=observed, expected=expected)
    if basis.n_pieces < 2:
        return replace(found, flags=(ONE_PIECE,))

    # Gwet linearizes alpha without its correction for small samples.
    plain = (float(times @ agreeing) / n - expected) / (1 - expected)
    more = (readings - usual) / usual
    seen = agreeing - observed * more
    near = counts @ ((matrix + matrix.T) / 2 @ used) / usual - expected * more
    influence = np.zeros(len(patterns.times))
    share = 2 * (1 - plain) / (1 - expected)
    influence[shared] = (seen - expected) / (1 - expected) - share * (near - expected) - plain
    few = few_shared(ratings) * ratings.n_units / n
    found = replace(
        found,
        se=few * spread_by_piece(ratings, influence),
        by_piece=few * moves_by_piece(ratings, influence),
    )
    if bool((patterns.agreeing(matrix)[shared] == 1.0).all()):
        return replace(found, flags=(PERFECT,))
    if found.se < LEAST_ERROR:
        return without_spread(found)
    low, high = (t_interval if symmetric else fisher_interval)(value, found.se, basis.n_pieces)
    return replace(found, ci_low=low, ci_high=high)


def coincidences(counts: IntArray) -> FloatArray:
    """Ordered pairs of scores within each row of counts over (readings − 1), shape (rows, k·k); 0 for lone scores."""
    c = counts.astype(float)
    pairs = c[:, :, None] * c[:, None, :] - c[:, :, None] * np.eye(c.shape[1])
    others = np.maximum(c.sum(axis=1) - 1, 1)
    return np.asarray((pairs / others[:, None, None]).reshape(len(c), -1))


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
    if measurement == "ratio":
        apart = np.abs(levels[:, None] - levels[None, :])
        both = levels[:, None] + levels[None, :]
        return np.divide(apart, both, out=np.zeros_like(apart), where=both != 0)[None, :, :] ** 2
    at = levels[None, :] if measurement == "interval" else np.cumsum(used, axis=1) - used / 2
    return np.asarray((at[:, :, None] - at[:, None, :]) ** 2)


def _numbers(ratings: Ratings, measurement: str) -> FloatArray:
    """The numbers that alpha reads: ratios are about the values themselves, all else about the numbers of the levels."""
    return ratings.values if measurement == "ratio" else ratings.levels


def _metric(measurement: str) -> Any:
    return measurement
