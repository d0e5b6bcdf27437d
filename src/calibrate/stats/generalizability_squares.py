"""Components as sums and differences of independent mean squares, and how uncertain that leaves them.

A complete table has mean squares: each is its expectation times a chi-square over its degrees of freedom. From REML they are
rebuilt: the components' covariance (from the expected information) is freed of correlation, beginning with the finest source, which
gives back the very mean squares where the table is complete, and Satterthwaite's degrees of freedom where it is not.

Intervals are generalized (fiducial) intervals: every mean square is turned round into draws of its expectation, and whatever is made
of components (a share, g, phi for any number of raters) is made of the draws too. For g of one rater facet that is the exact F interval.

Source: Brennan (2001), *Generalizability Theory*, section 6.1 (standard errors: its equation 6.1); Weerahandi (1993), *Journal of the
American Statistical Association* 88, pp. 899–905, and Burdick, Borror & Montgomery (2005), *Design and Analysis of Gauge R&R Studies*,
chapter 2 (generalized intervals); Satterthwaite (1946), *Biometrics Bulletin* 2, pp. 110–114.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Source = tuple[str, ...]
"""The factors of an effect, in the order of the table's axes."""

DRAWS = 20_000
_SEED = 20_011


@dataclass(frozen=True, eq=False)
class MeanSquares:
    """Independent mean squares, and the components that they make.

    Attributes
    ----------
    sources
        What each component is of; the last one holds the error too.
    weights
        Components = weights @ squares, shape (components, squares).
    squares
        In squared points, shape (squares,).
    freedom
        Degrees of freedom, above 0, need not be whole, shape (squares,).
    """

    sources: tuple[Source, ...]
    weights: FloatArray
    squares: FloatArray
    freedom: FloatArray

    @property
    def estimates(self) -> FloatArray:
        """The components as they come out, shape (components,); some may be below 0."""
        return np.asarray(self.weights @ self.squares)

    @property
    def covariance(self) -> FloatArray:
        """Of the components (Brennan's equation 6.1), shape (components, components)."""
        spread = 2 * self.squares**2 / (self.freedom + 2)
        return np.asarray((self.weights * spread) @ self.weights.T)

    def draws(self, n: int = DRAWS) -> FloatArray:
        """Components that could be true given these mean squares, at least 0, shape (n, components); always the same ones."""
        return np.maximum(self.unbounded_draws(n), 0.0)

    def unbounded_draws(self, n: int = DRAWS) -> FloatArray:
        """The same before those below 0 are put to 0."""
        chance = np.random.default_rng(_SEED).chisquare(self.freedom, (n, len(self.freedom)))
        expected = self.freedom * self.squares / np.maximum(chance, 1e-300)
        return np.asarray(expected @ self.weights.T)

    def without(self, *sources: Source) -> MeanSquares:
        """The same, some components left out."""
        keep = [i for i, one in enumerate(self.sources) if one not in sources]
        return MeanSquares(
            tuple(self.sources[i] for i in keep), self.weights[keep], self.squares, self.freedom
        )


def rebuilt(
    sources: Sequence[Source], estimates: FloatArray, covariance: FloatArray, levels: Sequence[int]
) -> MeanSquares | None:
    """Mean squares behind components with a covariance.

    Parameters
    ----------
    sources, estimates
        The components, shape (c,), at least 0.
    covariance
        Large-sample, shape (c, c).
    levels
        How many levels each source has: the one with most is the finest.

    Returns
    -------
    MeanSquares | None
        None where the covariance cannot be used.
    """
    if not np.isfinite(covariance).all():
        return None
    order = np.argsort([-one for one in levels], kind="stable")
    inside = covariance[np.ix_(order, order)]
    norm = np.sqrt(np.diag(inside))
    if not (norm > 0).all():
        return None
    scaled = inside / np.outer(norm, norm)
    if np.linalg.eigvalsh(scaled)[0] < 1e-10:
        return None
    factor = norm[:, None] * np.linalg.cholesky(scaled)
    spread = np.diag(factor)
    lower = factor / spread  # C = L D L', L with ones on its diagonal
    squares = np.linalg.solve(lower, estimates[order])
    # A sum that is hardly above 0, or below it, says next to nothing: one degree of freedom around its own error.
    squares = np.maximum(squares, spread / np.sqrt(2))
    freedom = np.maximum(2 * squares**2 / spread**2, 1.0)
    weights = np.empty_like(lower)
    weights[order] = lower
    return MeanSquares(tuple(sources), weights, squares, freedom)


def interval(values: FloatArray, level: float = 0.95) -> tuple[float, float]:
    """The middle of some draws; ``nan`` where they are not numbers."""
    if not np.isfinite(values).all():
        return float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
