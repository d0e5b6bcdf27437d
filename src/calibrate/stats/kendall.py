"""Kendall's W: do raters put the same pieces in the same order?"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import special

from calibrate.stats.bootstrap import SEED, Statistic, bootstrap
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

#: With a larger table of pieces by different rows of levels there is no interval: it would not fit into memory.
_LARGEST = 5_000_000


def kendall_w(
    ratings: Ratings, *, ties: bool = True, draws: int = 1000, seed: int = SEED
) -> Coefficient:
    """How alike do raters rank the pieces? From 0 (no common order) to 1 (the same order).

    It sees order alone: a rater who is one level harsher throughout changes nothing. It compares whole rankings, so it rests
    on the pieces that **every** rater scored; how many those are is told, and with gaps there may be none.

    It misleads on short scales, where most pieces are tied and the correction for ties does much of the work, and with few
    pieces, where W is high by luck (its expected value under chance is 1 / raters). ``p_null`` is the chance of a W this high
    if raters ranked at random (large-sample chi-square). The interval draws pieces with replacement and ranks them anew; a
    piece drawn twice is tied with itself. Undefined when every rater gave every piece the same score. Sources: Kendall &
    Babington Smith (1939), *Annals of Mathematical Statistics* 10, pp. 275–287; ties as in Kendall & Gibbons (1990), *Rank Correlation Methods*, 5th ed., chapter 6.

    Parameters
    ----------
    ratings
        What was scored.
    ties
        Whether to correct for tied ranks, as one should.
    draws, seed
        How many resamples for the interval (0: none), and their seed.
    """
    m = ratings.n_raters
    everyone = ratings.readings == m
    rows = everyone[ratings.unit]
    n = int(everyone.sum())
    shared_pieces = len(np.unique(ratings.piece[everyone]))
    basis = Coefficient(
        "kendall_w",
        None,
        math.nan,
        method=f"pieces that all {m} raters scored, ties corrected, for these raters",
        n_pieces=shared_pieces,
        n_raters=m,
        n_ratings=n * m,
    )
    if m < 2 or not ratings.shared.any():
        return replace(basis, n_pieces=0, n_ratings=0, undefined=NO_PAIRS)
    if n == 0:
        return replace(basis, undefined="no piece was scored by every rater")
    if n < 2:
        return replace(basis, undefined="only one piece was scored by every rater")
    place = np.zeros(ratings.n_units, dtype=np.int64)
    place[everyone] = np.arange(n)
    table = np.empty((n, m), dtype=np.int64)
    table[place[ratings.unit[rows]], ratings.rater[rows]] = ratings.position[rows]
    kinds, which, times = np.unique(table, axis=0, return_inverse=True, return_counts=True)
    which = which.ravel()
    concordance = _statistic(kinds, ratings.n_levels, ties)
    value = float(concordance(times[None, :].astype(float))[0])
    if math.isnan(value):
        return replace(basis, undefined=ALL_THE_SAME, flags=(NO_VARIATION,))
    p = float(special.chdtrc(n - 1, m * (n - 1) * value))
    flags: tuple[str, ...] = ()
    if shared_pieces < ratings.n_shared_pieces:
        left_out = ratings.n_shared_pieces - shared_pieces
        flags = (f"{left_out} pieces that not every rater scored do not count",)
    found = replace(basis, value=value, p_null=p)
    if shared_pieces < 2:
        return replace(found, flags=(ONE_PIECE, *flags))
    if value > 1 - 1e-12:
        return replace(found, flags=(PERFECT, *flags))
    if draws < 1 or shared_pieces * len(times) > _LARGEST:
        return replace(found, flags=(*flags, "no interval was worked out"))
    sums, often = _draws(ratings.piece[everyone], which, times)
    drawn = bootstrap(sums, often, concordance, draws=draws, seed=seed)
    return replace(
        found,
        se=drawn.se,
        ci_low=drawn.ci_low,
        ci_high=drawn.ci_high,
        method=f"pieces that all {m} raters scored, ties corrected; {drawn.method}",
        flags=(*flags, *drawn.flags),
    )


def _draws(piece: IntArray, which: IntArray, times: IntArray) -> tuple[FloatArray, IntArray]:
    """How often each draw (a piece) holds each different row of levels, and how many draws are like that."""
    _, drawn = np.unique(piece, return_inverse=True)
    pieces = int(drawn.max()) + 1
    if pieces == len(piece):
        return np.eye(len(times)), times
    cells = np.bincount(drawn * len(times) + which, minlength=pieces * len(times))
    return cells.reshape(pieces, -1).astype(float), np.ones(pieces, dtype=np.int64)


def _statistic(kinds: IntArray, k: int, ties: bool) -> Statistic:
    """W as a function of how often each different row of levels occurs, shape (b, p) to (b,)."""
    m = kinds.shape[1]

    def concordance(times: FloatArray) -> FloatArray:
        n = times.sum(axis=1)
        ranks, tied = np.zeros_like(times), np.zeros(len(times))
        for rater in range(m):
            used = times @ np.eye(k)[kinds[:, rater]]
            middle = np.cumsum(used, axis=1) - used / 2 + 0.5
            ranks += middle[:, kinds[:, rater]]
            tied += (used**3 - used).sum(axis=1)
        largest = m**2 * (n**3 - n) - (m * tied if ties else 0.0)
        apart = 12 * (times * ranks**2).sum(axis=1) - 3 * m**2 * n * (n + 1) ** 2
        found = np.full(len(times), np.nan)
        np.divide(apart, largest, out=found, where=largest > 1e-9)
        return np.asarray(np.clip(found, 0.0, 1.0))

    return concordance
