"""ICC(A) and ICC(C) where every rater scored every piece: mean squares and exact or Satterthwaite F intervals.

McGraw & Wong (1996), *Psychological Methods* 1, pp. 30–46, tables 4 and 7.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from calibrate.stats.intervals import TAIL
from calibrate.stats.results import PERFECT, Coefficient, without_spread

FloatArray = npt.NDArray[np.float64]

CANCEL_OUT = "too few scores: the estimated differences cancel out"
TOO_FEW = "too few scores: no interval"


@dataclass(frozen=True)
class MeanSquares:
    """The mean squares of a complete pieces × raters table of n pieces and m raters."""

    pieces: float
    raters: float
    error: float
    n: int
    m: int

    @classmethod
    def of(cls, table: FloatArray) -> MeanSquares:
        """Work them out from a table, shape (n, m)."""
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

    def parts(self, form: str) -> tuple[float, float]:
        """What the ICC of one rater is made of: the pieces' variance, and all other variance that counts."""
        own = (self.pieces - self.error) / self.m
        severity = (self.raters - self.error) / self.n if form == "a" else 0.0
        return own, severity + self.error


def complete_icc(basis: Coefficient, table: FloatArray, form: str, averaged: float) -> Coefficient:
    """ICC(A) (``form`` a) or ICC(C) (c) of a complete table, of the average of ``averaged`` raters (1: of one)."""
    if float(np.ptp(table, axis=1).max()) == 0.0:
        return replace(basis, value=1.0, se=0.0, flags=(PERFECT,))
    ms = MeanSquares.of(table)
    own, other = ms.parts(form)
    smallest = 1e-9 * (ms.pieces + ms.raters + ms.error)
    if own + other <= smallest or own + other / averaged <= smallest:
        return replace(basis, undefined=CANCEL_OUT)
    value = own / (own + other / averaged)
    constant = ms.error < 1e-12 * max(ms.pieces, ms.raters)
    level = ms.pieces < 1e-12 * ms.error
    if form == "c":
        if constant:
            return replace(basis, value=1.0, se=0.0, flags=(f"{PERFECT} (apart from severity)",))

        def icc(pieces: Any, error: Any) -> Any:
            ours = (pieces - error) / ms.m
            return ours / (ours + error / averaged)

        squares, freedom = [ms.pieces, ms.error], [ms.n - 1, (ms.n - 1) * (ms.m - 1)]
        found = replace(basis, value=value, se=delta_se(icc, squares, freedom))
        if level:
            return without_spread(found)
        low, high = ratio_interval(ms.pieces / ms.error, freedom[0], freedom[1], ms.m)
    else:

        def icc_a(pieces: Any, raters: Any, error: Any) -> Any:
            ours = (pieces - error) / ms.m
            return ours / (ours + ((raters - error) / ms.n + error) / averaged)

        squares = [ms.pieces, ms.raters, ms.error]
        freedom = [ms.n - 1, ms.m - 1, (ms.n - 1) * (ms.m - 1)]
        found = replace(basis, value=value, se=delta_se(icc_a, squares, freedom))
        if constant:
            return without_spread(found, "raters differ by constant amounts only: no interval")
        if level:
            return without_spread(found)
        low, high = _satterthwaite_interval(ms)
        low = max(low, min(own / (own + other), -1.0))
    told = f"{'exact ' if form == 'c' else ''}F interval (McGraw & Wong)"
    return stepped_up(found, low, high, averaged, told, found.flags)


def stepped_up(
    found: Coefficient,
    low: float,
    high: float,
    averaged: float,
    told: str,
    flags: tuple[str, ...],
) -> Coefficient:
    """A coefficient with the interval of the average of several raters, from that of one.

    Parameters
    ----------
    low, high
        The interval of one rater.
    averaged
        How many raters are averaged.
    told
        How the interval was found, for the method.
    flags
        What is to be said beside it; where there are too few scores, that alone.
    """
    if 1 + (averaged - 1) * low <= 1e-9:
        return replace(found, flags=(TOO_FEW,))
    return replace(
        found,
        ci_low=step_up(low, averaged),
        ci_high=step_up(high, averaged),
        method=f"{found.method}; {told}",
        flags=flags,
    )


def step_up(single: float, averaged: float) -> float:
    """From one rater to the average of several (Spearman-Brown)."""
    return averaged * single / (1 + (averaged - 1) * single)


def ratio_interval(ratio: float, df1: int, df2: int, m: float) -> tuple[float, float]:
    """The exact interval of an ICC of one rater that depends on one F ratio alone: ICC(1) and ICC(C)."""
    lower = ratio / float(special.fdtri(df1, df2, 1 - TAIL))
    upper = ratio * float(special.fdtri(df2, df1, 1 - TAIL))
    return (lower - 1) / (lower + m - 1), (upper - 1) / (upper + m - 1)


def delta_se(icc: Callable[..., Any], squares: Sequence[float], freedom: Sequence[float]) -> float:
    """The large-sample standard error: mean squares vary independently, each with variance 2 MS² / df."""
    step = 1e-30
    variance = 0.0
    for which, (square, df) in enumerate(zip(squares, freedom, strict=True)):
        moved = [complex(value, step if which == at else 0.0) for at, value in enumerate(squares)]
        slope = icc(*moved).imag / step
        variance += slope**2 * 2 * square**2 / df
    return math.sqrt(variance)


def _satterthwaite_interval(ms: MeanSquares) -> tuple[float, float]:
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
