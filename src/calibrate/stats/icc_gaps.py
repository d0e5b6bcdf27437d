"""ICC where not every rater scored every piece: variance components, and the one-way forms for any design."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from calibrate.stats.icc_complete import (
    CANCEL_OUT,
    TOO_FEW,
    delta_se,
    ratio_interval,
    step_up,
    stepped_up,
)
from calibrate.stats.intervals import TAIL
from calibrate.stats.results import PERFECT, Coefficient, without_spread
from calibrate.stats.variance_components import Components

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_APPROXIMATE = "approximate interval: not every rater scored every piece"


def one_way_icc(basis: Coefficient, piece: IntArray, y: FloatArray, averaged: float) -> Coefficient:
    """ICC(1) of scores within pieces, whoever gave them; exact F interval where pieces have equally many scores."""
    readings = np.bincount(piece).astype(float)
    n, total = len(readings), float(len(y))
    means = np.bincount(piece, weights=y) / readings
    within = float(((y - means[piece]) ** 2).sum()) / (total - n)
    if within < 1e-12 * float(y.var()):
        return replace(basis, value=1.0, se=0.0, flags=(PERFECT,))
    between = float(readings @ (means - y.mean()) ** 2) / (n - 1)
    # With unequal numbers of scores: the number that makes the ANOVA estimate unbiased (the plain number otherwise).
    usual = (total - float(readings @ readings) / total) / (n - 1)

    def icc(pieces: Any, error: Any) -> Any:
        own = (pieces - error) / usual
        return own / (own + error / averaged)

    own = (between - within) / usual
    if own + within / averaged <= 1e-9 * (between + within):
        return replace(basis, undefined=CANCEL_OUT)
    found = replace(
        basis,
        value=float(icc(between, within)),
        se=delta_se(icc, [between, within], [n - 1, total - n]),
    )
    if between < 1e-12 * within:
        return without_spread(found)
    flags: tuple[str, ...] = ()
    balanced = float(np.ptp(readings)) == 0.0
    if balanced:
        low, high = ratio_interval(between / within, n - 1, int(total) - n, usual)
        told = "exact F interval (McGraw & Wong)"
    else:
        harmonic = n / float((1 / readings).sum())
        ratio = harmonic * float(means.var(ddof=1)) / within
        low, high = ratio_interval(ratio, n - 1, int(total) - n, harmonic)
        single = own / (own + within)
        low, high = min(low, single), max(high, single)
        told = f"unequal numbers of scores per piece (harmonic mean {harmonic:g}); F interval (Thomas & Hultquist)"
        flags = ("approximate interval: pieces have unequal numbers of scores",)
    return stepped_up(found, low, high, averaged, told, flags)


def two_way_icc(
    basis: Coefficient,
    piece: IntArray,
    y: FloatArray,
    form: str,
    averaged: float,
    components: Callable[[], Components],
) -> Coefficient:
    """ICC(A) (``form`` a) or ICC(C) (c) from variance components by REML, which are worked out where they are needed."""
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
    parts = components()
    if parts.error < 1e-6 * (parts.piece + parts.rater):
        return replace(basis, undefined="too few scores: raters differ by constant amounts only")
    severity = parts.rater if form == "a" else 0.0
    whole = parts.piece + severity + parts.error
    single = parts.piece / whole
    found = replace(basis, value=step_up(single, averaged))
    if parts.piece == 0.0:
        return replace(found, flags=("no differences between pieces found: no interval",))
    if parts.covariance is None:
        return replace(found, flags=(TOO_FEW,))
    # One rater's interval on Fisher's z scale, from the curvature of the likelihood; then stepped up like the value.
    against = -parts.piece if form == "a" else 0.0
    slope = np.array([severity + parts.error, against, -parts.piece]) / whole**2
    se = math.sqrt(float(slope @ parts.covariance @ slope))
    half = float(special.ndtri(1 - TAIL)) * se / (1 - single**2)
    low, high = (math.tanh(math.atanh(single) + side) for side in (-half, half))
    if 1 + (averaged - 1) * low <= 1e-9:
        return replace(found, flags=(TOO_FEW,))
    return replace(
        found,
        se=se * averaged / (1 + (averaged - 1) * single) ** 2,
        ci_low=step_up(low, averaged),
        ci_high=step_up(high, averaged),
        flags=(_APPROXIMATE,),
    )
