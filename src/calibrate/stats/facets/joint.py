"""Joint maximum likelihood, as FACETS does it: every piece's measure is a parameter.

Newton steps over all parameters at once; the pieces, whose information is diagonal, are eliminated by a Schur complement
(Wright & Panchapakesan 1969, *EPM* 29, solve the same equations one parameter at a time). The likelihood is concave in these
parameters, so the steps find its one top. Known bias: measures are spread too wide when a piece has few judgements.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.facets.blocks import (
    Blocks,
    PieceTable,
    level_products,
    observed_sums,
    sums,
)
from calibrate.stats.facets.layout import Layout
from calibrate.stats.facets.moments import Moments, moments, weights_of
from calibrate.stats.facets.patterns import Patterns
from calibrate.stats.facets.solve import newton_step
from calibrate.stats.facets.start import start_values

FloatArray = npt.NDArray[np.float64]

#: No measure moves further than this in one step, logits.
_LONGEST = 1.5


@dataclass(frozen=True, eq=False)
class JointFit:
    """What joint estimation found.

    Attributes
    ----------
    full
        All parameters but the pieces', shape (P,).
    theta
        The measure of each pattern, shape (m,).
    log_likelihood
        At the end.
    information
        Of all parameters but the pieces', the pieces eliminated, shape (P, P).
    iterations, converged
        How many Newton steps there were, and whether the last one was small enough.
    """

    full: FloatArray
    theta: FloatArray
    log_likelihood: float
    information: FloatArray
    iterations: int
    converged: bool


def fit_joint(
    patterns: Patterns,
    layout: Layout,
    *,
    known: FloatArray | None = None,
    tolerance: float = 1e-7,
    most: int = 60,
) -> JointFit:
    """Fit by joint maximum likelihood.

    Parameters
    ----------
    patterns
        Patterns without pieces or elements at the ends of the scale (their measures would be infinite).
    layout
        Where the parameters stand.
    known
        Measures of anchored pieces, ``nan`` for those to be found, shape (m,).
    tolerance
        The longest step that still counts as none, logits.
    most
        The most Newton steps.
    """
    data, times = patterns.data, patterns.times
    weight = times[data.piece]
    uniform = bool((times == 1).all())
    blocks = Blocks(data, layout, patterns.m)
    full, theta = start_values(patterns, layout)
    free = np.ones(patterns.m, dtype=bool) if known is None else np.isnan(known)
    if known is not None:
        theta = np.where(free, theta, known)
    observed = observed_sums(patterns.every, layout)

    def at(full: FloatArray, theta: FloatArray) -> tuple[Moments, float]:
        found = moments(
            theta[data.piece] - layout.location(full, data),
            data.step,
            weights_of(layout.cumulative(full)),
        )
        logs = found.log_sum if uniform else found.log_sum * weight
        value = float((times * patterns.total) @ theta - logs.sum())
        return found, value - float(observed @ full)

    found, best = at(full, theta)
    converged, iterations = False, 0
    information = np.zeros((layout.size, layout.size))
    for iterations in range(1, most + 1):  # noqa: B007
        expected = found.mean if uniform else found.mean * weight
        chances = found.chance if uniform else found.chance * weight
        slope = sums(data, layout, expected, chances) - observed
        away = np.where(
            free, patterns.total - np.bincount(data.piece, found.mean, minlength=patterns.m), 0.0
        )
        information, table, spread = profile_information(blocks, found, times, free, uniform)
        pull = np.where(free, away / spread, 0.0)
        slope_left = slope + blocks.total(table, times * pull)
        step = newton_step(information, slope_left, layout.basis)
        theta_step = np.where(free, pull + blocks.times(table, step) / spread, 0.0)
        longest = max(np.abs(step).max(initial=0), np.abs(theta_step).max(initial=0))
        scale = min(1.0, _LONGEST / longest) if longest > 0 else 1.0
        for _ in range(12):
            new_full, new_theta = full + scale * step, theta + scale * theta_step
            new_found, value = at(new_full, new_theta)
            if value >= best - 1e-9 * abs(best):
                break
            scale /= 2
        full, theta, found, best = new_full, new_theta, new_found, value
        if longest * scale < tolerance:
            converged = True
            break
        if layout.runs_away(full):
            break
    information = profile_information(blocks, found, times, free, uniform)[0]
    return JointFit(full, theta, best, information, iterations, converged)


def profile_information(
    blocks: Blocks, found: Moments, times: FloatArray, free: npt.NDArray[np.bool_], uniform: bool
) -> tuple[FloatArray, PieceTable, FloatArray]:
    """The information of the parameters with the pieces eliminated, their sums by piece, and each piece's own information.

    ``times`` counts the pieces of each pattern, ``free`` marks those whose measure is to be found.
    """
    data = blocks.data
    inner = len(found.chance)
    with_level = np.array([found.chance[k] * (k + 1 - found.mean) for k in range(inner)]).reshape(
        inner, data.n
    )
    weight = np.ones(1) if uniform else times[data.piece]
    products = level_products(found.chance, data.step, data.n_steps, weight)
    within = blocks.within(found.variance * weight, with_level * weight, products)
    table = blocks.table(found.variance, with_level)
    spread = np.bincount(data.piece, found.variance, minlength=blocks.n_pieces)
    spread = np.maximum(spread.astype(float), 1e-12)
    share = np.where(free, times / spread, 0.0)
    return within - blocks.cross(table, share), table, spread
