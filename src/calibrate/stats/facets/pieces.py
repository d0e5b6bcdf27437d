"""A piece's own measure, when raters, criteria and steps are known; and that of an element at the end of the scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibrate.stats.facets.moments import moments, shape_moments

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: By how much of a point an extreme total is drawn in (Linacre, *FACETS* guide, "Xtreme").
EXTREME = 0.3

#: No measure is told beyond this, logits.
FARTHEST = 15.0


def measures_for_totals(
    target: FloatArray,
    owner: IntArray,
    rest: FloatArray,
    step: IntArray,
    weights: FloatArray,
    sign: float = 1.0,
) -> tuple[FloatArray, FloatArray]:
    """The measures at which expected totals are the totals given, and the information there.

    Parameters
    ----------
    target
        The totals of positions to be met, shape (m,), strictly between the ends.
    owner
        Whose each judgement is, shape (n,).
    rest
        All else in each judgement: ``η = sign · measure + rest``, shape (n,).
    step, weights
        As in `moments.moments`.
    sign
        +1 for pieces, −1 for raters and other elements.
    """
    m = len(target)
    measure = np.zeros(m)
    many = np.maximum(np.bincount(owner, minlength=m), 1)
    measure -= sign * np.bincount(owner, rest, minlength=m) / many
    information = np.ones(m)
    for _ in range(60):
        found = moments(sign * measure[owner] + rest, step, weights)
        information = np.maximum(np.bincount(owner, found.variance, minlength=m), 1e-9)
        slope = target - np.bincount(owner, found.mean, minlength=m)
        move = np.clip(sign * slope / information, -1.0, 1.0)
        measure = np.clip(measure + move, -FARTHEST, FARTHEST)
        if np.abs(move).max(initial=0) < 1e-9:
            break
    return measure, information


def weighted_likelihood(
    total: FloatArray, owner: IntArray, rest: FloatArray, step: IntArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Warm's weighted likelihood estimates (1989, *Psychometrika* 54, eq. 7) of pieces, and the information there.

    Finite at the ends of the scale too, and hardly biased; nothing about the piece's school enters.
    """
    m = len(total)
    many = np.maximum(np.bincount(owner, minlength=m), 1)
    measure = -np.bincount(owner, rest, minlength=m) / many
    information = np.ones(m)
    for _ in range(60):
        eta = measure[owner] + rest
        found = moments(eta, step, weights)
        third, _ = shape_moments(eta, step, weights)
        information = np.maximum(np.bincount(owner, found.variance, minlength=m), 1e-9)
        lean = np.bincount(owner, third, minlength=m) / (2 * information)
        slope = total - np.bincount(owner, found.mean, minlength=m) + lean
        move = np.clip(slope / information, -1.0, 1.0)
        measure = np.clip(measure + move, -FARTHEST, FARTHEST)
        if np.abs(move).max(initial=0) < 1e-8:
            break
    return measure, information


def drawn_in(
    total: FloatArray, lowest: FloatArray, highest: FloatArray, by: float = EXTREME
) -> FloatArray:
    """Totals at an end of the scale drawn in by 0.3 of a point; others as they are."""
    half = np.minimum(by, (highest - lowest) / 4)
    return np.clip(total, lowest + half, highest - half)
