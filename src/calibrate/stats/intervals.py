"""Standard errors and intervals from how much each unit moves a result (its influence), by piece."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Half of what a 95% interval leaves out at each end.
TAIL = 0.025


def standard_error(influence: FloatArray, piece: IntArray) -> float:
    """The standard error of a mean-like statistic when whole pieces are drawn.

    Parameters
    ----------
    influence
        What each unit adds to the statistic beyond its value, times the number of units, shape (n_units,); sums to about 0.
    piece
        The piece of each unit, shape (n_units,).

    Returns
    -------
    float
        ``sqrt(c / (c − 1) · Σ (sum of influence within a piece)²) / n_units`` with c pieces; with one unit per piece this is
        Gwet's form, ``sqrt(Σ influence² / (n (n − 1)))``. ``nan`` with fewer than two pieces.
    """
    by_piece = np.bincount(np.unique(piece, return_inverse=True)[1], weights=influence)
    pieces = len(by_piece)
    if pieces < 2:
        return math.nan
    return float(math.sqrt(pieces / (pieces - 1) * float(by_piece @ by_piece)) / len(influence))


def fisher_interval(value: float, se: float, pieces: float) -> tuple[float, float]:
    """A 95% interval for a coefficient that cannot pass 1: Student's t on Fisher's z scale, and back.

    Symmetric intervals lie too high where a coefficient is near 1 and pieces are few: near the ceiling chances lie below.
    ``benchmarks/coverage.py`` shows how often each covers the truth. Fisher (1921), *Metron* 1, pp. 3–32.
    """
    if not abs(value) < 1 - 1e-9:
        return t_interval(value, se, pieces)
    if not math.isfinite(se) or pieces < 2:
        return math.nan, math.nan
    half = float(special.stdtrit(pieces - 1, 1 - TAIL)) * se / (1 - value**2)
    return math.tanh(math.atanh(value) - half), math.tanh(math.atanh(value) + half)


def share_interval(share: float, se: float, pieces: float) -> tuple[float, float]:
    """A 95% interval for a proportion whose standard error was found by piece.

    Wilson's interval (1927, *Journal of the American Statistical Association* 22, pp. 209–212) with as many independent
    judgements as would have this standard error, and Student's t for the normal. Where the standard error is 0 (every piece
    shows the same agreement) the exact interval of `exact_interval`.
    """
    if not (math.isfinite(share) and math.isfinite(se)) or pieces < 2:
        return math.nan, math.nan
    if se < 1e-12 or not 0 < share < 1:
        return exact_interval(share, pieces)
    variance = share * (1 - share)
    effective = variance / se**2
    c = float(special.stdtrit(pieces - 1, 1 - TAIL))
    whole = 1 + c**2 / effective
    middle = (share + c**2 / (2 * effective)) / whole
    half = c / whole * math.sqrt(se**2 + (c / (2 * effective)) ** 2)
    return middle - half, middle + half


def t_interval(
    value: float, se: float, pieces: float, low: float = -1.0, high: float = 1.0
) -> tuple[float, float]:
    """A 95% interval from Student's t with pieces − 1 degrees of freedom, cut at what the statistic can reach."""
    if not (math.isfinite(value) and math.isfinite(se)) or pieces < 2:
        return math.nan, math.nan
    half = float(special.stdtrit(pieces - 1, 1 - TAIL)) * se
    return min(value, max(low, value - half)), min(high, value + half)


def normal_interval(
    value: float, se: float, low: float = -1.0, high: float = 1.0
) -> tuple[float, float]:
    """A 95% interval from the normal distribution, cut at what the statistic can reach."""
    if not (math.isfinite(value) and math.isfinite(se)):
        return math.nan, math.nan
    half = float(special.ndtri(1 - TAIL)) * se
    return min(value, max(low, value - half)), min(high, value + half)


def exact_interval(share: float, pieces: float) -> tuple[float, float]:
    """The exact 95% interval of a proportion of some pieces (Clopper & Pearson 1934, *Biometrika* 26).

    For the case in which every piece shows the same agreement (all, none, or half of it): the usual interval then has
    no width, as if nothing were uncertain. This one says what so many pieces can bear; full agreement on n pieces, for
    instance, leaves room down to 0.025^(1/n). ``share`` times ``pieces`` need not be a whole number.
    """
    hits = share * pieces
    low = 0.0 if hits <= 0 else float(special.betaincinv(hits, pieces - hits + 1, TAIL))
    high = 1.0 if hits >= pieces else float(special.betaincinv(hits + 1, pieces - hits, 1 - TAIL))
    return low, high
