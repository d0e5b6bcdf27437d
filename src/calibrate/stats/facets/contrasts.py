"""Contrasts of fitted parameters, with errors from what each piece pulls: any of them, and how many pieces carry it.

The robust variance of a contrast is the sum over pieces of the square of the piece's pull (its score, taken through the inverse
information and the contrast's weights): the same sandwich as the errors of single elements, with each score stretched by its
leverage (`leverage`). How evenly the model expects the pieces to pull says how far that sum can be trusted: where three pieces
join two schools, the variance rests on three numbers, and Student's t has about two degrees of freedom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.facets.errors import (
    PieceScores,
    growth,
    joint_scores,
    marginal_scores,
    own_pieces,
)
from calibrate.stats.facets.judgements import RATER
from calibrate.stats.facets.leverage import Stretch, stretched
from calibrate.stats.facets.moments import moments
from calibrate.stats.facets.part_fit import PartFit
from calibrate.stats.facets.patterns import find_patterns
from calibrate.stats.facets.quadrature import posterior

FloatArray = npt.NDArray[np.float64]

#: With fewer degrees of freedom than this behind a contrast its error is at least that of the plain model.
FEW = 30

#: With more pieces than this no single one bends the estimates: scores are then not stretched by their leverage.
MANY = 2_000

#: With more degrees of freedom than this, counted by how evenly pieces pull, leverage takes none of them that matter.
MANY_ENOUGH = 100


@dataclass(frozen=True)
class Contrast:
    """The error of one contrast.

    Attributes
    ----------
    se
        The standard error, in the unit of the contrast; ``nan`` where some part of it is open.
    plain
        The error if the model were wholly true.
    df
        Degrees of freedom of Student's t: about one less than the pieces that the contrast rests on in effect, at least 0.
    """

    se: float
    plain: float
    df: float


class Contrasts:
    """The errors of contrasts among the parameters of one fitted part (without anchors).

    Parameters
    ----------
    fit
        The part. Its posteriors are computed once more here, so that no fit has to keep them.
    nodes
        Quadrature nodes for each piece (``mml``).
    """

    def __init__(self, fit: PartFit, nodes: int = 9) -> None:
        self.fit = fit
        self.size = fit.layout.size
        self._bread = fit.inverse.full
        self._scores = _piece_scores(fit, nodes)
        self._stretch: Stretch | None = None
        if len(np.unique(fit.data.piece)) <= MANY:
            self._stretch = stretched(fit, self._scores.dense(), self._bread)
        self._growth = np.ones(self.width)
        self._growth[: self.size] = growth(own_pieces(fit.data, fit.layout))

    @property
    def width(self) -> int:
        """The length of a contrast's weights: the layout's parameters, then group means and the spread's logarithm."""
        return len(self._bread)

    def of(self, way: FloatArray, *, degrees: bool = True) -> Contrast:
        """The error of ``way · parameters``; ``way`` has shape (width,).

        Without ``degrees`` the degrees of freedom are those of how evenly pieces pull, which is quicker to find.
        """
        if np.abs(way[self.fit.inverse.open]).max(initial=0) > 1e-9:
            return Contrast(math.nan, math.nan, 0.0)
        apart = self._ends(way)
        inside = np.where(self._at_the_ends(), 0.0, way)
        through = self._bread @ inside
        plain = max(float(inside @ through), 0.0)
        told = math.sqrt(plain + apart)
        if plain <= 0:
            return Contrast(told, told, 0.0)
        expected = self._expected(through)
        df = max(float(expected.sum()) ** 2 / float((expected**2).sum()) - 1, 0.0)
        if self._stretch is None:
            pull = self._scores.times(self._bread @ (inside * self._growth))
        else:
            pull = self._stretch.pulls(through)
            if degrees and df < MANY_ENOUGH:
                df = min(self._stretch.degrees(through), df)
        variance = float(pull @ pull)
        if df < FEW:
            variance = max(variance, plain)
        return Contrast(math.sqrt(variance + apart), told, df)

    def _expected(self, through: FloatArray) -> FloatArray:
        """The variance of every piece's pull if the model were true, shape (n_pieces,), thresholds and spread left aside.

        A piece's judgements and its group's mean pull against each other around the piece's own measure: what is left is their
        spread around their weighted mean, each judgement weighing its variance and the group 1/σ².
        """
        fit, data = self.fit, self.fit.data
        along = fit.layout.location(through[: self.size], data)
        weight, n = fit.squares.variance, data.n_pieces
        whole = np.bincount(data.piece, weight, minlength=n).astype(float)
        first = np.bincount(data.piece, weight * along, minlength=n).astype(float)
        second = np.bincount(data.piece, weight * along * along, minlength=n).astype(float)
        if fit.group_means is not None:
            here = whole > 0  # groups of other parts have no mean here
            prior = np.where(here, fit.spread**-2, 0.0)
            mean = through[self.size : -1][np.where(here, data.group, 0)]
            whole, first, second = (
                whole + prior,
                first + prior * mean,
                second + prior * mean * mean,
            )
        return np.asarray(np.maximum(second - first**2 / np.maximum(whole, 1e-300), 0.0))

    def _at_the_ends(self) -> npt.NDArray[np.bool_]:
        out = np.zeros(self.width, dtype=bool)
        place = self.fit.layout.facet(RATER)
        out[place] = self.fit.extreme[RATER]
        return out

    def _ends(self, way: FloatArray) -> float:
        """The variance of raters at an end of the scale: drawn in, they have errors of their own."""
        ends = self._at_the_ends()[: self.size]
        own = np.diag(self.fit.covariance)[ends]
        return float((way[: self.size][ends] ** 2) @ own)


def _piece_scores(fit: PartFit, nodes: int) -> PieceScores:
    marginal = fit.group_means is not None
    patterns = find_patterns(fit.data, by_group=marginal)
    data = patterns.data
    weights = fit.weights
    location = fit.layout.location(fit.full, data)
    if fit.group_means is None:
        eta = fit.theta[patterns.piece][data.piece] - location
        return joint_scores(moments(eta, data.step, weights), patterns, fit.layout)
    mu = np.nan_to_num(fit.group_means)[patterns.group]
    centre = np.where(np.isfinite(fit.theta[patterns.piece]), fit.theta[patterns.piece], mu)
    scale = np.full(patterns.m, max(fit.spread, 1e-3))
    for _ in range(4):
        found = posterior(patterns, location, weights, mu, fit.spread, centre, scale, nodes=nodes)
        centre, scale = found.mean, np.maximum(found.deviation, 1e-6)
    return marginal_scores(found, fit.spread, len(fit.group_means), patterns, fit.layout)
