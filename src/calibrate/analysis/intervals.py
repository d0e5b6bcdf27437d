"""Means and shares with intervals in which a piece, with all its criteria, is one draw.

Small panels are told the truth: with fewer than `MIN_PIECES` pieces there is no interval, and an
interval is never narrower than the disagreement seen in the whole table allows, because five
pieces on which two people happened to agree do not prove that they always will.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

MIN_PIECES = 3
"""Fewer pieces than this give no interval."""


@dataclass(frozen=True)
class Estimate:
    """A mean over pieces, in rubric points unless said otherwise.

    ``undefined`` holds the reason where something could not be computed; numbers are then nan.
    """

    value: float
    se: float
    df: float
    n_pieces: int
    undefined: str = ""

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """The t interval at that confidence; (nan, nan) where there is none."""
        if math.isnan(self.se) or self.df < 1:
            return (math.nan, math.nan)
        half = float(special.stdtrit(self.df, 0.5 + confidence / 2)) * self.se
        return (self.value - half, self.value + half)


@dataclass(frozen=True)
class Share:
    """A proportion (0-1) of pairs or judgements, averaged over pieces, with a 95% interval."""

    value: float
    ci_low: float
    ci_high: float
    n: int
    n_pieces: int
    undefined: str = ""


def mean_by_piece(values: ArrayLike, floor_variance: float = 0.0) -> Estimate:
    """The mean of one value per piece, with the standard error of that mean.

    Parameters
    ----------
    values
        One number per piece.
    floor_variance
        The smallest variance of a single value to believe in (see `residual_variance`).
    """
    x = np.asarray(values, dtype=float)
    if x.size == 0:
        return mean_of_summary(0, math.nan, math.nan, 0.0)
    spread = float(x.var(ddof=1)) if x.size > 1 else math.nan
    return mean_of_summary(x.size, float(x.mean()), spread, floor_variance)


def mean_of_summary(n: int, mean: float, variance: float, floor_variance: float) -> Estimate:
    """Like `mean_by_piece`, from the number of pieces, their mean and their variance."""
    if n == 0:
        return Estimate(math.nan, math.nan, 0, 0, "no piece was read by both")
    if n < MIN_PIECES:
        return Estimate(mean, math.nan, n - 1, n, f"fewer than {MIN_PIECES} pieces")
    return Estimate(mean, math.sqrt(max(variance, floor_variance) / n), n - 1, n)


def share_by_piece(hits: ArrayLike, pieces: ArrayLike, confidence: float = 0.95) -> Share:
    """A share of yes-answers in which every piece weighs the same, with its interval.

    The interval is exact-binomial on the effective number of pairs (Korn and Graubard's way: the
    variance between pieces says how many independent answers the table is worth), so that it
    stays within 0-1 and does not vanish when everybody agrees.

    Parameters
    ----------
    hits
        Booleans, one per pair or judgement.
    pieces
        The piece that each belongs to.
    """
    y = np.asarray(hits, dtype=float)
    if y.size == 0:
        return Share(math.nan, math.nan, math.nan, 0, 0, "no pair of readings")
    index, _ = pd.factorize(np.asarray(pieces, dtype=object))
    sizes = np.bincount(index)
    means = np.bincount(index, weights=y) / sizes
    n = means.size
    p = float(means.mean())
    if n < 2:
        return Share(p, math.nan, math.nan, y.size, n, "one piece alone gives no interval")
    spread = float(means.var(ddof=1)) / n
    if spread > 0 and 0 < p < 1:
        z = float(special.ndtri(0.5 + confidence / 2))
        t = float(special.stdtrit(n - 1, 0.5 + confidence / 2))
        worth = p * (1 - p) / spread * (z / t) ** 2
    else:
        worth = float(n)
    worth = min(max(worth, 1.0), float(y.size))
    tail = (1 - confidence) / 2
    x = p * worth
    low = 0.0 if p <= 0 else float(special.betaincinv(x, worth - x + 1, tail))
    high = 1.0 if p >= 1 else float(special.betaincinv(x + 1, worth - x, 1 - tail))
    return Share(p, min(low, p), max(high, p), int(y.size), n)


def residual_variance(
    piece: NDArray[np.intp], rater: NDArray[np.intp], score: NDArray[np.float64]
) -> float:
    """The variance of one judgement around its piece and its rater, in squared points.

    The additive model (piece + rater) is fitted by turns; what is left is what two equally severe
    raters still differ by, divided by two. nan where the table has no degree of freedom for it.
    """
    if score.size == 0:
        return math.nan
    n_piece, n_rater = int(piece.max()) + 1, int(rater.max()) + 1
    per_piece = np.bincount(piece, minlength=n_piece)
    shared = per_piece[piece] > 1
    piece, rater, score = piece[shared], rater[shared], score[shared]
    if score.size == 0:
        return math.nan
    effect = np.zeros(n_rater)
    sizes_piece = np.maximum(np.bincount(piece, minlength=n_piece), 1)
    sizes_rater = np.maximum(np.bincount(rater, minlength=n_rater), 1)
    centred = score
    for _ in range(50):
        centred = score - effect[rater]
        centred = centred - (np.bincount(piece, centred, n_piece) / sizes_piece)[piece]
        step = np.bincount(rater, centred, n_rater) / sizes_rater
        effect += step
        if float(np.abs(step).max()) < 1e-6:
            break
    used_pieces = int((np.bincount(piece, minlength=n_piece) > 0).sum())
    used_raters = int((np.bincount(rater, minlength=n_rater) > 0).sum())
    df = score.size - used_pieces - used_raters + 1
    if df < 1:
        return math.nan
    return float((centred**2).sum() / df)


def family_confidence(confidence: float, size: int) -> float:
    """The confidence of each interval so that all ``size`` of them hold together (Šidák)."""
    return float(confidence ** (1.0 / max(size, 1)))


def distinct(found: Iterable[tuple[Hashable, float]]) -> int:
    """How many different things have an error: one that is told twice, under two names, counts once.

    Parameters
    ----------
    found
        What each is (`Contrast.identity`), and its standard error.
    """
    return len({one for one, se in found if not math.isnan(se)})


def codes_of(values: Sequence[str]) -> NDArray[np.intp]:
    """Whole numbers from 0 for labels, in sorted order."""
    _, index = np.unique(np.asarray(values).astype(str), return_inverse=True)
    return index.astype(np.intp)
