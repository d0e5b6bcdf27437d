"""Intraclass correlations for absolute agreement: ICC(A,1) and ICC(A,k).

They read scores as numbers and ask what share of the differences between scores is differences between pieces, rather than
between raters or by chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from calibrate.errors import ArgumentError
from calibrate.stats.intervals import TAIL
from calibrate.stats.ratings import IntArray, Ratings
from calibrate.stats.results import ALL_THE_SAME, NO_VARIATION, PERFECT, Coefficient
from calibrate.stats.variance_components import cannot_separate, variance_components

FloatArray = npt.NDArray[np.float64]

_RANDOM_RATERS = "two-way random effects, absolute agreement, for raters like these"


def icc_a_1(ratings: Ratings) -> Coefficient:
    """If one rater scores a piece, how much of the score is the piece, not the rater or chance? ICC(A,1).

    Severity counts against it: a rater who is always one level harsher lowers it, as it should when one teacher's score
    decides. It misleads when the pieces hardly differ (a class set all at level 3 gives a low ICC however well raters
    agree), and where levels are letters rather than numbers. Undefined when every score is the same, and where each rater
    read pieces of their own.

    Complete tables (every rater scored every piece): mean squares and the F interval of McGraw & Wong (1996),
    *Psychological Methods* 1, pp. 30–46, case 2A; the value there may be negative. With gaps: variance components by REML
    and a large-sample interval, which says so.
    """
    return absolute_agreement(ratings.unit, ratings.rater, _numbers(ratings), average=False)


def icc_a_k(ratings: Ratings, k: float | None = None) -> Coefficient:
    """If the scores of k raters are averaged, how much of the average is the piece? ICC(A,k).

    For decisions made on the mean of several readings; it says nothing about a single teacher's score, and always looks
    better than ICC(A,1). k is the number of raters per piece; with gaps, the harmonic mean of the numbers of raters per
    piece (told in the method). See :func:`icc_a_1`.

    Parameters
    ----------
    ratings
        What was scored.
    k
        How many raters are averaged, if not as many as there were.
    """
    return absolute_agreement(ratings.unit, ratings.rater, _numbers(ratings), average=True, k=k)


def absolute_agreement(
    piece: npt.ArrayLike,
    rater: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    average: bool,
    k: float | None = None,
) -> Coefficient:
    """ICC(A,1) or ICC(A,k) of any numbers: level positions, points, or the total of several criteria.

    Parameters
    ----------
    piece, rater, score
        One entry per score, shape (n,); ids of any kind, numbers without gaps in them.
    average
        Whether to ask about the average of k raters rather than about one.
    k
        How many raters are averaged (``average`` only).
    """
    pieces, piece_code = np.unique(np.asarray(piece), return_inverse=True)
    raters, rater_code = np.unique(np.asarray(rater), return_inverse=True)
    y = np.asarray(score, dtype=float)
    if k is not None and not k > 0:
        raise ArgumentError(
            f"An average of {k:g} raters does not exist.", fix="Give a number above 0."
        )
    readings = np.bincount(piece_code, minlength=1)
    basis = Coefficient(
        "icc_a_k" if average else "icc_a_1",
        None,
        math.nan,
        method=_RANDOM_RATERS,
        n_pieces=int((readings >= 2).sum()),
        n_raters=len(raters),
        n_ratings=len(y),
    )
    if len(y) == 0:
        return replace(basis, undefined="no piece has scores from two or more raters")
    why = cannot_separate(piece_code, rater_code)
    if why is not None:
        return replace(basis, undefined=why)
    if float(np.ptp(y)) == 0.0:
        return replace(basis, undefined=ALL_THE_SAME, flags=(NO_VARIATION,))

    averaged = (k or float(len(readings) / (1 / readings).sum())) if average else 1.0
    told = f"{_RANDOM_RATERS}, average of {averaged:g} raters" if average else _RANDOM_RATERS
    basis = replace(basis, method=told)
    if len(y) == len(pieces) * len(raters):
        table = np.empty((len(pieces), len(raters)))
        table[piece_code, rater_code] = y
        return _balanced(basis, table, averaged)
    return _with_gaps(basis, piece_code, rater_code, y, averaged)


def _numbers(ratings: Ratings) -> FloatArray:
    return ratings.levels[ratings.position]


@dataclass(frozen=True)
class _MeanSquares:
    """The mean squares of a complete pieces × raters table."""

    pieces: float
    raters: float
    error: float
    n: int
    m: int

    @classmethod
    def of(cls, table: FloatArray) -> _MeanSquares:
        n, m = table.shape
        by_piece, by_rater, mean = table.mean(axis=1), table.mean(axis=0), table.mean()
        rest = table - by_piece[:, None] - by_rater[None, :] + mean
        return cls(
            pieces=m * float(((by_piece - mean) ** 2).sum()) / (n - 1),
            raters=n * float(((by_rater - mean) ** 2).sum()) / (m - 1),
            error=float((rest**2).sum()) / ((n - 1) * (m - 1)),
            n=n,
            m=m,
        )


def _balanced(basis: Coefficient, table: FloatArray, averaged: float) -> Coefficient:
    ms = _MeanSquares.of(table)

    def icc(pieces: Any, raters: Any, error: Any) -> Any:
        own = (pieces - error) / ms.m
        other = (raters - error) / ms.n + error
        return own / (own + other / averaged)

    perfect = float(np.ptp(table, axis=1).max()) == 0.0
    if perfect:
        return replace(basis, value=1.0, se=0.0, flags=(PERFECT,))
    own, other = (ms.pieces - ms.error) / ms.m, (ms.raters - ms.error) / ms.n + ms.error
    smallest = 1e-9 * (ms.pieces + ms.raters + ms.error)
    if own + other <= smallest or own + other / averaged <= smallest:
        return replace(basis, undefined="too few scores: the estimated differences cancel out")
    value = float(icc(ms.pieces, ms.raters, ms.error))
    found = replace(basis, value=value, se=_delta_se(icc, ms))
    if ms.error < 1e-12 * max(ms.pieces, ms.raters):
        return replace(found, flags=("raters differ by constant amounts only: no interval",))
    low, high = _f_interval(ms)
    low = max(low, min(own / (own + other), -1.0))
    if 1 + (averaged - 1) * low <= 1e-9:
        return replace(found, flags=("too few scores: no interval",))
    return replace(
        found,
        ci_low=_step_up(low, averaged),
        ci_high=_step_up(high, averaged),
        method=f"{basis.method}; F interval (McGraw & Wong)",
    )


def _step_up(single: float, averaged: float) -> float:
    """From one rater to the average of several (Spearman-Brown)."""
    return averaged * single / (1 + (averaged - 1) * single)


def _f_interval(ms: _MeanSquares) -> tuple[float, float]:
    """The interval of ICC(A,1) (McGraw & Wong 1996, table 7)."""
    n, m = ms.n, ms.m
    rho = (ms.pieces - ms.error) / (ms.pieces + (m - 1) * ms.error + m / n * (ms.raters - ms.error))
    ratio = ms.raters / ms.error
    plain = n * (1 + (m - 1) * rho) - m * rho
    df = (
        (m - 1)
        * (n - 1)
        * (m * rho * ratio + plain) ** 2
        / ((n - 1) * m**2 * rho**2 * ratio**2 + plain**2)
    )
    upper = float(special.fdtri(n - 1, df, 1 - TAIL))
    lower = float(special.fdtri(df, n - 1, 1 - TAIL))
    others = m * n - m - n
    low = n * (ms.pieces - upper * ms.error)
    low /= upper * (m * ms.raters + others * ms.error) + n * ms.pieces
    high = n * (lower * ms.pieces - ms.error)
    high /= m * ms.raters + others * ms.error + n * lower * ms.pieces
    return low, high


def _delta_se(icc: Callable[[Any, Any, Any], Any], ms: _MeanSquares) -> float:
    """The large-sample standard error: mean squares vary independently, each with variance 2 MS² / df."""
    squares = (ms.pieces, ms.raters, ms.error)
    freedom = (ms.n - 1, ms.m - 1, (ms.n - 1) * (ms.m - 1))
    step = 1e-30
    variance = 0.0
    for which, (square, df) in enumerate(zip(squares, freedom, strict=True)):
        moved = [complex(value, step if which == at else 0.0) for at, value in enumerate(squares)]
        slope = icc(*moved).imag / step
        variance += slope**2 * 2 * square**2 / df
    return math.sqrt(variance)


def _with_gaps(
    basis: Coefficient, piece: IntArray, rater: IntArray, y: FloatArray, averaged: float
) -> Coefficient:
    basis = replace(
        basis,
        method=f"{basis.method}; variance components by REML, not every rater scored every piece",
    )
    highest = np.full(piece.max() + 1, -np.inf)
    lowest = np.full(piece.max() + 1, np.inf)
    np.maximum.at(highest, piece, y)
    np.minimum.at(lowest, piece, y)
    if bool((highest == lowest).all()):
        return replace(basis, value=1.0, se=0.0, flags=(PERFECT,))
    parts = variance_components(piece, rater, y)
    if parts.error < 1e-6 * (parts.piece + parts.rater):
        return replace(basis, undefined="too few scores: raters differ by constant amounts only")
    single = parts.piece / (parts.piece + parts.rater + parts.error)
    found = replace(basis, value=_step_up(single, averaged))
    if parts.piece == 0.0:
        return replace(found, flags=("no differences between pieces found: no interval",))
    if parts.covariance is None:
        return replace(found, flags=("too few scores: no interval",))
    # One rater's interval on Fisher's z scale, from the curvature of the likelihood; then stepped up like the value.
    whole = parts.piece + parts.rater + parts.error
    slope = np.array([parts.rater + parts.error, -parts.piece, -parts.piece]) / whole**2
    se = math.sqrt(float(slope @ parts.covariance @ slope))
    half = float(special.ndtri(1 - TAIL)) * se / (1 - single**2)
    low, high = (math.tanh(math.atanh(single) + side) for side in (-half, half))
    if 1 + (averaged - 1) * low <= 1e-9:
        return replace(found, flags=("too few scores: no interval",))
    return replace(
        found,
        se=se * averaged / (1 + (averaged - 1) * single) ** 2,
        ci_low=_step_up(low, averaged),
        ci_high=_step_up(high, averaged),
        flags=("approximate interval: not every rater scored every piece",),
    )
