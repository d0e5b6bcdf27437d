"""Fit: how far judgements stray from what the model expects, by element.

Outfit is the mean of the squared standardized residuals, infit weighs them by their information (Wright & Masters 1982, *Rating
Scale Analysis*, pp. 99-101); both are 1 where judgements vary as the model says, above where they are noisier, below where they are
tamer. With marginal estimates they are taken over each piece's posterior (Wu 1997; as TAM's ``msq.itemfit``), so that a
piece with few judgements does not soak up its own residuals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.facets.marginal import MarginalFit
from calibrate.stats.facets.moments import moments, shape_moments
from calibrate.stats.facets.patterns import Patterns
from calibrate.stats.facets.quadrature import walk

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Squares:
    """What each judgement gives to the fit of its elements, shapes (n,).

    Attributes
    ----------
    residual
        The squared residual.
    variance
        What the model expects it to be.
    standardized
        The squared residual over its variance.
    unsure, unsure_standardized
        The variances of ``residual`` and of ``standardized`` under the model.
    """

    residual: FloatArray
    variance: FloatArray
    standardized: FloatArray
    unsure: FloatArray
    unsure_standardized: FloatArray


@dataclass(frozen=True, eq=False)
class Fit:
    """Fit of the elements of one facet, shapes (size,); ``nan`` where nothing can be said.

    ``infit_z`` and ``outfit_z`` are the mean squares as standard normal deviates (Wilson & Hilferty's cube root).
    """

    infit: FloatArray
    outfit: FloatArray
    infit_z: FloatArray
    outfit_z: FloatArray


def squares_at(eta: FloatArray, step: IntArray, weights: FloatArray, level: IntArray) -> Squares:
    """Squares where every piece has one measure (joint estimates)."""
    found = moments(eta, step, weights)
    residual = (level - found.mean) ** 2
    return _with_kurtosis(residual, found.variance, residual / found.variance, eta, step, weights)


def squares_over(
    fit: MarginalFit,
    patterns: Patterns,
    location: FloatArray,
    weights: FloatArray,
    known: FloatArray | None = None,
) -> Squares:
    """Squares over the posteriors of the pieces (marginal estimates)."""
    n = patterns.data.n
    parts = {name: np.empty(n) for name in ("one", "mean", "square", "flat", "tilt", "bend")}
    mu = np.where(np.isnan(fit.means), 0.0, fit.means)[patterns.group]
    at = (fit.posterior.mean, np.maximum(fit.posterior.deviation, 1e-6))
    for part in walk(patterns, location, weights, mu, fit.spread, *at, known=known):
        share = part.share[:, part.owner]
        position = np.zeros(share.shape)
        square = np.zeros(share.shape)
        for k in range(1, len(part.chances)):
            position += k * part.chances[k]
            square += (k * k) * part.chances[k]
        variance = np.maximum(square - position * position, 1e-12)
        steady = share / variance
        for name, value in (
            ("one", share * variance),
            ("mean", share * position),
            ("square", share * position * position),
            ("flat", steady),
            ("tilt", steady * position),
            ("bend", steady * position * position),
        ):
            parts[name][part.judged] = value.sum(axis=0)
    back, x = patterns.of_judgement, patterns.every.level
    residual = x * x - 2 * x * parts["mean"][back] + parts["square"][back]
    standardized = x * x * parts["flat"][back] - 2 * x * parts["tilt"][back] + parts["bend"][back]
    eta = (fit.posterior.mean[patterns.data.piece] - location)[back]
    return _with_kurtosis(
        residual, parts["one"][back], standardized, eta, patterns.every.step, weights
    )


def _with_kurtosis(
    residual: FloatArray,
    variance: FloatArray,
    standardized: FloatArray,
    eta: FloatArray,
    step: IntArray,
    weights: FloatArray,
) -> Squares:
    fourth = shape_moments(eta, step, weights)[1]
    spread = moments(eta, step, weights).variance
    return Squares(residual, variance, standardized, fourth - spread**2, fourth / spread**2 - 1)


def fit_of(squares: Squares, code: IntArray, size: int) -> Fit:
    """Fit by element; ``code`` is the element of each judgement."""

    def add(what: FloatArray) -> FloatArray:
        return np.bincount(code, what, minlength=size).astype(float)

    with np.errstate(divide="ignore", invalid="ignore"):
        n = np.bincount(code, minlength=size).astype(float)
        whole = add(squares.variance)
        infit = add(squares.residual) / whole
        outfit = add(squares.standardized) / n
        infit_q = np.sqrt(add(squares.unsure)) / whole
        outfit_q = np.sqrt(add(squares.unsure_standardized)) / n
        return Fit(infit, outfit, _deviate(infit, infit_q), _deviate(outfit, outfit_q))


def _deviate(mean_square: FloatArray, q: FloatArray) -> FloatArray:
    """Wright & Masters 1982, p. 101: ``(v^⅓ − 1)(3/q) + q/3``."""
    return np.asarray((np.cbrt(mean_square) - 1) * 3 / q + q / 3)
