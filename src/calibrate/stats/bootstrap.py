"""Resampling whole pieces, quickly: a resample is a set of weights, and a statistic a function of weighted sums.

Each draw (a piece with all its criteria) is described by a row of sums that add up; a statistic is computed from the totals.
Identical rows collapse into patterns, so a thousand resamples are one multinomial over few patterns and one matrix product.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from calibrate.stats.intervals import TAIL
from calibrate.stats.results import LEAST_ERROR, NO_SPREAD

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: From totals, shape (b, d), to the statistic of each row, shape (b,); nan where it is undefined.
Statistic = Callable[[FloatArray], FloatArray]

#: The seed of every bootstrap unless another is given: the same scores give the same interval.
SEED = 20_260_501

#: How many numbers a block of resamples may hold at once (32 MB).
_BLOCK = 4_000_000


@dataclass(frozen=True, eq=False)
class Resampled:
    """What the resamples gave.

    Attributes
    ----------
    se
        The standard deviation over the defined resamples.
    ci_low, ci_high
        The 95% interval; ``nan`` where it cannot be told.
    method
        How the interval was found.
    undefined
        How many resamples had no value (all scores the same).
    draws
        How many resamples there were.
    no_spread
        Whether all resamples gave the same value, so that they say nothing about how far it may be off.
    """

    se: float
    ci_low: float
    ci_high: float
    method: str
    undefined: int
    draws: int
    no_spread: bool = False

    @property
    def flags(self) -> tuple[str, ...]:
        """What a reader must know about the resamples."""
        flags = (NO_SPREAD,) if self.no_spread else ()
        if not self.undefined:
            return flags
        return (*flags, f"{self.undefined} of {self.draws} resamples undefined")


def bootstrap(
    sums: FloatArray,
    times: IntArray,
    statistic: Statistic,
    *,
    draws: int = 1000,
    seed: int = SEED,
    blocks: IntArray | None = None,
) -> Resampled:
    """Bootstrap a statistic of totals, drawing whole pieces with replacement; a bias-corrected, accelerated interval.

    The BCa interval (Efron & Tibshirani 1993, *An Introduction to the Bootstrap*, section 14.3) corrects for a skewed
    statistic; where it cannot be formed the percentile interval is given, and the method says so.

    Parameters
    ----------
    sums
        One row of sums per pattern of draw, shape (p, d).
    times
        How many draws have this pattern, shape (p,).
    statistic
        From totals to values.
    draws
        How many resamples.
    seed
        Seed of the random numbers.
    blocks
        The block of each pattern, shape (p,): draws are replaced within their block alone, so that every resample keeps the
        design (who read how much with whom). None: one block. From a block of m draws m − 1 are taken, each for m / (m − 1):
        otherwise small blocks would vary too little (Rao & Wu 1988, *Journal of the American Statistical Association* 83,
        pp. 231–241).
    """
    n = int(times.sum())
    point = float(statistic((times @ sums)[None, :])[0])
    if n < 2 or not math.isfinite(point):
        return Resampled(math.nan, math.nan, math.nan, "no bootstrap", 0, 0)
    values = resample(sums, times, statistic, draws=draws, seed=seed, blocks=blocks)
    good = np.sort(values[np.isfinite(values)])
    undefined = draws - len(good)
    if len(good) < draws / 2:
        return Resampled(
            math.nan, math.nan, math.nan, "too many undefined resamples", undefined, draws
        )
    if float(np.ptp(good)) < LEAST_ERROR:
        return Resampled(
            math.nan, math.nan, math.nan, "no bootstrap", undefined, draws, no_spread=True
        )
    low, high, how = _interval(good, point, _acceleration(sums, times, statistic, blocks))
    se = float(good.std(ddof=1))
    return Resampled(
        se,
        low,
        high,
        f"bootstrap by piece{'' if blocks is None else ' within assignment blocks'} "
        f"({how}, {draws} resamples), for these raters",
        undefined,
        draws,
    )


def resample(
    sums: FloatArray,
    times: IntArray,
    statistic: Statistic,
    *,
    draws: int,
    seed: int,
    blocks: IntArray | None = None,
) -> FloatArray:
    """The statistic of each resample, shape (draws,)."""
    rng = np.random.default_rng(seed)
    members = [np.arange(len(times))]
    if blocks is not None:
        members = [np.flatnonzero(blocks == block) for block in np.unique(blocks)]
    n, patterns = int(times.sum()), len(times)
    size = max(1, _BLOCK // max(n if patterns > n // 4 else patterns, 1))
    values = []
    for start in range(0, draws, size):
        many = min(size, draws - start)
        totals = np.zeros((many, sums.shape[1]))
        for rows in members:
            fewer = 0 if blocks is None or times[rows].sum() < 2 else 1
            totals += _weights(rng, times[rows], many, fewer) @ sums[rows]
        values.append(statistic(totals))
    return np.concatenate(values)


def _weights(rng: np.random.Generator, times: IntArray, many: int, fewer: int = 0) -> FloatArray:
    """How often each pattern counts in each of ``many`` resamples of n − ``fewer`` draws, shape (many, p); sums to n."""
    n, patterns = int(times.sum()), len(times)
    taken = n - fewer
    if patterns <= n // 4:
        return np.asarray(rng.multinomial(taken, times / n, size=many) * (n / taken))
    # Hardly anything collapses: draw pieces one by one.
    picked = rng.integers(0, n, size=(many, taken))
    if patterns < n:
        picked = np.repeat(np.arange(patterns), times)[picked]
    weights = np.empty((many, patterns))
    for i in range(many):
        weights[i] = np.bincount(picked[i], minlength=patterns)
    if fewer:
        weights *= n / taken
    return weights


def _interval(good: FloatArray, point: float, acceleration: float) -> tuple[float, float, str]:
    tails = np.array([TAIL, 1 - TAIL])
    below = (float((good < point).mean()) + float((good <= point).mean())) / 2
    if not 0 < below < 1 or not math.isfinite(acceleration):
        low, high = np.quantile(good, tails)
        return float(low), float(high), "percentile"
    shift = float(special.ndtri(below))
    z = special.ndtri(tails)
    room = 1 - acceleration * (shift + z)
    if (room <= 0).any():
        low, high = np.quantile(good, tails)
        return float(low), float(high), "percentile"
    low, high = np.quantile(good, special.ndtr(shift + (shift + z) / room))
    if high - low < LEAST_ERROR:
        # So few different resamples that the correction leaves no width.
        low, high = np.quantile(good, tails)
        return float(low), float(high), "percentile"
    return float(low), float(high), "BCa"


def _acceleration(
    sums: FloatArray, times: IntArray, statistic: Statistic, blocks: IntArray | None
) -> float:
    """The skewness of the statistic over leaving out each draw once, within its block."""
    left_out = statistic((times @ sums)[None, :] - sums)
    if not np.isfinite(left_out).all():
        return math.nan
    block = np.zeros(len(times), dtype=np.int64) if blocks is None else blocks
    block = np.unique(block, return_inverse=True)[1]
    centre = np.bincount(block, weights=times * left_out) / np.bincount(block, weights=times)
    away = centre[block] - left_out
    spread = float(times @ away**2)
    return float(times @ away**3) / (6 * spread**1.5) if spread > 1e-30 else math.nan
