"""Variance components of tables with gaps, by restricted maximum likelihood (REML), for any set of effects.

Fisher scoring: every step solves the expected information for the slopes of the likelihood. A complete table takes one step from
anywhere, others a few; variances stay at or above 0. With many raters the average information takes its place, which costs next to
nothing and ends at the same point. The expected information at the end gives the components' standard errors. What a step costs is told in `calibrate.stats.generalizability_blocks`.

Several columns of scores may share their components: the contrasts between criteria do.

Source: Searle, Casella & McCulloch (1992), *Variance Components*, chapters 6 and 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.generalizability_blocks import Blocked, State

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: A variance ratio to the error beyond this counts as "no error at all".
_LARGEST_RATIO = 1e8
#: A share of the error below this is no variance at all.
_NOTHING = 1e-7
#: Steps, and halvings of a step, before the search is over.
_STEPS, _HALVINGS = 200, 25
#: A step this small, as a part of the whole variance, ends the search.
_STILL = 1e-8
#: With more columns than this the expected information costs more than the few more steps that the average one takes.
_WIDE = 250
#: The deviance is known to this part of itself only: near the end it cannot tell which of two states is the higher.
_HAIR = 1e-12
#: Where the search may begin: shares of the first effect and of the others against the error.
_STARTS = ((0.05, 0.05), (0.2, 0.2), (0.4, 0.4), (0.6, 0.1))


@dataclass(frozen=True, eq=False)
class Fit:
    """What REML finds.

    Attributes
    ----------
    variances
        Every effect to its variance, at least 0, in squared points.
    error
        The variance of what is left.
    coefficients, covariance
        The fixed effects, shape (f, m), and the covariance that each column of them has, shape (f, f).
    of_variances
        The covariance of the effects' variances and the error's (last), from the expected information, shape (q + 1, q + 1);
        ``nan`` where the information is singular.
    """

    variances: dict[str, float]
    error: float
    coefficients: FloatArray
    covariance: FloatArray
    of_variances: FloatArray


def fit_components(
    y: FloatArray,
    fixed: FloatArray,
    block: IntArray,
    inner: Mapping[str, IntArray],
    outer: Mapping[str, IntArray],
    *,
    average: bool | None = None,
) -> Fit:
    """Estimate the variance of every effect.

    Parameters
    ----------
    y
        Scores, shape (n, m): m columns that share the variances and have fixed effects of their own.
    fixed
        The fixed effects' design, shape (n, f), of full rank.
    block
        The block of each row, numbered from 0, shape (n,).
    inner, outer
        For each random effect the level of each row, numbered from 0, shape (n,). No level of an inner effect may lie in
        two blocks. Effects must be separable from each other and from the error (:func:`separable`).
    average
        Whether steps take the average information in place of the expected one; without it where the matrices are large.
    """
    scale = float(np.sqrt(np.mean((y - y.mean(axis=0)) ** 2))) or 1.0
    model = Blocked(y / scale, fixed, block, list(inner.values()), list(outer.values()))
    names = [*inner, *outer]
    starts = [np.array([a, *[b] * (len(names) - 1)][: len(names)]) for a, b in _STARTS]
    begun = (State(model, share / (1 - share)) for share in (starts if names else starts[:1]))
    average = model.width > _WIDE if average is None else average
    at = _climbed(model, min(begun, key=lambda state: state.deviance), average)
    ratio = np.where(at.ratio < _NOTHING, 0.0, at.ratio)
    at = State(model, ratio)
    error = at.error * scale**2
    return Fit(
        {name: float(one * error) for name, one in zip(names, ratio, strict=True)},
        float(error),
        at.coefficients * scale,
        at.of_coefficients * error,
        _inverse(at.expected_information()) * error**2,
    )


def _climbed(model: Blocked, at: State, average: bool) -> State:
    """The state from which no step leads higher."""
    for _ in range(_STEPS if len(at.ratio) else 0):
        step = _step(at, average)
        whole = 1.0 + float(at.ratio.sum())
        length = 1.0
        for _ in range(_HALVINGS):
            moved = np.maximum(np.append(at.ratio, 1.0) + length * step, 0.0)
            moved[-1] = max(moved[-1], moved.max() / _LARGEST_RATIO)
            after = State(model, moved[:-1] / moved[-1])
            if after.deviance <= at.deviance + _HAIR * abs(at.deviance):
                break
            length /= 2
        else:
            return at
        still = float(np.abs(moved - np.append(at.ratio, 1.0)).max()) < _STILL * whole
        at = after
        if still:
            break
    return at


def _step(at: State, average: bool) -> FloatArray:
    """The scoring step in units of the error; effects at 0 that would fall below it stay."""
    score = at.score
    information = at.average_information() if average else at.expected_information()
    free = np.ones(len(score), dtype=bool)
    while True:
        step = np.zeros(len(score))
        inside = information[np.ix_(free, free)]
        step[free] = np.linalg.lstsq(inside, score[free], rcond=1e-12)[0]
        down = free & (np.append(at.ratio, 1.0) <= 0.0) & (step < 0)
        if not down.any():
            return step
        free &= ~down


def _inverse(information: FloatArray) -> FloatArray:
    norm = np.sqrt(np.diag(information))
    if not (np.isfinite(norm).all() and (norm > 0).all()):
        return np.full_like(information, np.nan)
    scaled = information / np.outer(norm, norm)
    if np.linalg.cond(scaled) > 1e12:
        return np.full_like(information, np.nan)
    return np.asarray(np.linalg.inv(scaled) / np.outer(norm, norm))


def separable(effects: Mapping[str, IntArray], n: int) -> list[str]:
    """The effects, in this order, that can be told from those before them, from the error and from the mean.

    Two effects cannot be told apart where the same rows share their levels: what counts is whether the matrices "these two
    rows share a level" are linearly independent.
    """
    known: list[IntArray] = [np.zeros(n, dtype=np.int64), np.arange(n)]
    kept: list[str] = []
    for name, codes in effects.items():
        trial = [*known, codes]
        overlap = np.array([[_shared(a, b) for b in trial] for a in trial], dtype=float)
        norm = np.sqrt(np.diag(overlap))
        if np.linalg.eigvalsh(overlap / np.outer(norm, norm))[0] > 1e-9:
            known.append(codes)
            kept.append(name)
    return kept


def _shared(a: IntArray, b: IntArray) -> float:
    """How many pairs of rows share a level of both."""
    _, sizes = np.unique(a * (int(b.max()) + 1) + b, return_counts=True)
    return float(sizes.astype(float) @ sizes.astype(float))
