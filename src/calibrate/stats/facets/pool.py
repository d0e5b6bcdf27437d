"""What each rater would award to the whole pool of pieces, in rubric points, and how that hangs on the parameters.

The pool is the pieces as the marginal model found them: a normal distribution for each group of pieces, each weighing as many
pieces as it has. A rater's points are the expected score over the pool, averaged over the criteria.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError
from calibrate.stats.facets.judgements import CRITERION, RATER, distinct
from calibrate.stats.facets.moments import level_chances
from calibrate.stats.facets.part_fit import PartFit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_NODES = 11


@dataclass(frozen=True, eq=False)
class PoolPoints:
    """Points over the pool, and their slopes.

    Attributes
    ----------
    points
        Of each rater, shape (raters,); ``nan`` for one without a measure.
    slopes
        Of each rater's points along every parameter (the layout's, the group means, the logarithm of the spread), shape
        (raters, P + G + 1).
    """

    points: FloatArray
    slopes: FloatArray

    def weighed(self, weights: FloatArray) -> tuple[float, FloatArray]:
        """A weighted sum of raters' points and its slopes, for `contrasts.Contrasts`; weights have shape (raters,)."""
        used = np.flatnonzero(weights)
        value = float(weights[used] @ self.points[used])
        return value, np.asarray(weights[used] @ self.slopes[used])


def pool_points(fit: PartFit) -> PoolPoints:
    """The points of every rater of a part that was fitted by marginal maximum likelihood with raters and criteria alone.

    Raises
    ------
    ArgumentError
        A part fitted by joint estimation, or with further facets.
    """
    data, layout = fit.data, fit.layout
    if fit.group_means is None or len(data.facets) > CRITERION + 1:
        raise ArgumentError("Points over the pool need a marginal fit of raters and criteria.")
    groups, share = _shares(fit)
    nodes, weight = np.polynomial.hermite_e.hermegauss(_NODES)
    weight = weight / weight.sum()
    theta = fit.group_means[groups][:, None] + fit.spread * nodes
    heavy = share[:, None] * weight
    raters = np.flatnonzero(fit.estimated[RATER] | fit.extreme[RATER])
    criteria = np.flatnonzero(fit.estimated[CRITERION])
    severity, hard = fit.measures(RATER)[raters], fit.measures(CRITERION)
    size = layout.size
    width = size + len(fit.group_means) + 1
    points = np.zeros(len(raters))
    slopes = np.zeros((len(raters), width))
    for c in criteria.tolist():
        g, values = int(data.step_of[c]), data.values[c]
        eta = theta[None] - severity[:, None, None] - hard[c]
        flat = eta.reshape(-1)
        chances = level_chances(flat, np.full(len(flat), g), fit.weights)[: len(values)]
        chances = chances.reshape(len(values), *eta.shape)
        expected = np.tensordot(values, chances, 1)
        place = np.arange(len(values), dtype=float)
        slope = np.tensordot(values * place, chances, 1)
        slope -= expected * np.tensordot(place, chances, 1)
        points += (expected * heavy).sum(axis=(1, 2))
        pulled = slope * heavy
        whole = pulled.sum(axis=(1, 2))
        slopes[np.arange(len(raters)), layout.starts[RATER] + raters] -= whole
        slopes[:, layout.starts[CRITERION] + c] -= whole
        slopes[:, size + groups] += pulled.sum(axis=2)
        slopes[:, -1] += (pulled * fit.spread * nodes).sum(axis=(1, 2))
        for j, (of, k) in enumerate(layout.steps.tolist()):
            if of == g:
                moved = chances[k] * (values[k] - expected) * heavy
                slopes[:, layout.starts[-1] + j] -= moved.sum(axis=(1, 2))
    every = np.full(data.facets[RATER].size, np.nan)
    every[raters] = points / len(criteria)
    along = np.full((len(every), width), np.nan)
    along[raters] = slopes / len(criteria)
    return PoolPoints(every, along)


def _shares(fit: PartFit) -> tuple[IntArray, FloatArray]:
    """The groups that pieces of the part belong to, and their shares of the pieces."""
    pieces = distinct(fit.data.piece)[0]
    groups, n = np.unique(fit.data.group[pieces], return_counts=True)
    return groups.astype(np.int64), n / n.sum()
