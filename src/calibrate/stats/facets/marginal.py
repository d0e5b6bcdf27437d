"""Marginal maximum likelihood: pieces are draws from normal distributions, one mean for each group of pieces.

Each group (a school's grade in one window) has a mean of its own, because with a common one able students would pass for
lenient teachers; the spread within groups is common (a latent regression on group: Adams, Wilson & Wu 1997, *JEBS* 22). Newton
steps on the exact gradient (Fisher's identity) with Louis' information (1982, *JRSS B* 44), whose missing part is taken along the
first two orthogonal directions of each piece's posterior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from calibrate.stats.facets.blocks import Blocks, PieceTable, observed_sums, sums
from calibrate.stats.facets.layout import Layout
from calibrate.stats.facets.moments import moments, weights_of
from calibrate.stats.facets.patterns import Patterns
from calibrate.stats.facets.quadrature import DIRECTIONS, NODES, Posterior, posterior
from calibrate.stats.facets.solve import newton_step
from calibrate.stats.facets.start import start_values

FloatArray = npt.NDArray[np.float64]

#: No measure moves further than this in one step, logits.
_LONGEST = 1.5

#: The spread of pieces never falls below this, logits: pieces that are all alike have none.
_LEAST_SPREAD = 1e-3


@dataclass(frozen=True, eq=False)
class MarginalFit:
    """What marginal estimation found.

    Attributes
    ----------
    full
        All parameters but the pieces', shape (P,).
    means
        The mean of each group of pieces, shape (G,); ``nan`` for a group without pieces.
    spread
        The standard deviation of pieces within their groups, logits.
    posterior
        Of each pattern, at the end.
    log_likelihood
        Marginal, at the end.
    information
        Of (parameters, group means, logarithm of the spread), shape (P + G + 1, P + G + 1).
    basis
        From free parameters to all, group means and spread included.
    iterations, converged
        How many Newton steps there were, and whether the last one was small enough.
    """

    full: FloatArray
    means: FloatArray
    spread: float
    posterior: Posterior
    log_likelihood: float
    information: FloatArray
    basis: FloatArray
    iterations: int
    converged: bool


class _Problem:
    """The pieces of the computation that stay the same from step to step."""

    def __init__(
        self, patterns: Patterns, layout: Layout, known: FloatArray | None, nodes: int
    ) -> None:
        self.patterns, self.layout, self.known, self.nodes = patterns, layout, known, nodes
        self.blocks = Blocks(patterns.data, layout, patterns.m)
        self.observed = observed_sums(patterns.every, layout)
        self.weight = patterns.times[patterns.data.piece]
        free = np.ones(patterns.m, dtype=bool) if known is None else np.isnan(known)
        self.free = free
        self.groups = int(patterns.group.max()) + 1
        self.pieces_in = np.bincount(patterns.group, patterns.times * free, minlength=self.groups)
        member = sparse.csr_matrix(
            (free.astype(float), (np.arange(patterns.m), patterns.group)),
            shape=(patterns.m, self.groups),
        )
        self.member = member
        size = layout.size + self.groups + 1
        has = self.pieces_in > 0
        spread_free = bool((self.pieces_in.sum() - has.sum()) > 0)
        extra = np.eye(self.groups + 1)[:, np.r_[has, spread_free]]
        self.basis = np.zeros((size, layout.basis.shape[1] + extra.shape[1]))
        self.basis[: layout.size, : layout.basis.shape[1]] = layout.basis
        self.basis[layout.size :, layout.basis.shape[1] :] = extra

    def posterior(
        self, full: FloatArray, means: FloatArray, spread: float, at: tuple[FloatArray, FloatArray]
    ) -> Posterior:
        return posterior(
            self.patterns,
            self.layout.location(full, self.patterns.data),
            weights_of(self.layout.cumulative(full)),
            means[self.patterns.group],
            spread,
            *at,
            known=self.known,
            nodes=self.nodes,
        )

    def value(self, found: Posterior, full: FloatArray) -> float:
        return float(self.patterns.times @ found.log_likelihood - self.observed @ full)

    def gradient(self, found: Posterior, spread: float) -> FloatArray:
        data, times = self.patterns.data, self.patterns.times * self.free
        structural = sums(
            data, self.layout, found.expected * self.weight, found.chance * self.weight
        )
        means = np.bincount(
            self.patterns.group, times * found.prior_mean[0] / spread, minlength=self.groups
        )
        width = float(times @ (found.prior_mean[1] - 1))
        return np.asarray(np.r_[structural - self.observed, means, width])

    def information(self, found: Posterior, spread: float) -> FloatArray:
        size, times = self.layout.size, self.patterns.times
        out = np.zeros((size + self.groups + 1,) * 2)
        out[:size, :size] = self.blocks.within(
            found.variance * self.weight, found.with_level * self.weight, found.products
        )
        group = self.patterns.group
        place = np.arange(size, size + self.groups)
        alive = times * self.free
        out[place, place] = self.pieces_in / spread**2
        mixed = np.bincount(group, alive * 2 * found.prior_mean[0] / spread, minlength=self.groups)
        out[place, -1] = out[-1, place] = mixed
        out[-1, -1] = 2 * float(alive @ found.prior_mean[1])
        for d in range(DIRECTIONS):
            table = self.blocks.table(-found.expected_along[d], -found.chance_along[d])
            out -= self._missing(table, found.prior_along[:, d] * self.free, times, spread)
        return out

    def _missing(
        self, table: PieceTable, prior: FloatArray, times: FloatArray, spread: float
    ) -> FloatArray:
        """``Σ times · c cᵀ`` of the covariances c of every parameter's score with one direction."""
        size = self.layout.size
        out = np.zeros((size + self.groups + 1,) * 2)
        out[:size, :size] = self.blocks.cross(table, times)
        mean, width = -prior[0] / spread, -prior[1]
        group = self.patterns.group
        by_mean = self._by_group(table, times * mean)
        out[:size, size:-1] = by_mean
        out[size:-1, :size] = by_mean.T
        place = np.arange(size, size + self.groups)
        out[place, place] = np.bincount(group, times * mean * mean, minlength=self.groups)
        out[:size, -1] = out[-1, :size] = self.blocks.total(table, times * width)
        out[place, -1] = out[-1, place] = np.bincount(
            group, times * mean * width, minlength=self.groups
        )
        out[-1, -1] = float(times @ (width * width))
        return out

    def _by_group(self, table: PieceTable, weight: FloatArray) -> FloatArray:
        scaled = sparse.diags(weight) @ self.member
        return self.blocks.against(table, scaled)


def fit_marginal(
    patterns: Patterns,
    layout: Layout,
    *,
    known: FloatArray | None = None,
    tolerance: float = 1e-6,
    most: int = 100,
    nodes: int = NODES,
) -> MarginalFit:
    """Fit by marginal maximum likelihood.

    Parameters
    ----------
    patterns
        Patterns, those at the ends of the scale included.
    layout
        Where the parameters stand.
    known
        Measures of anchored pieces, ``nan`` for those to be found, shape (m,).
    tolerance
        The longest step that still counts as none, logits.
    most
        The most Newton steps.
    nodes
        How many nodes each piece has.
    """
    problem = _Problem(patterns, layout, known, nodes)
    full, theta = start_values(patterns, layout)
    means, spread = _first_groups(problem, theta)
    at = _first_nodes(problem, full, means, spread, theta)
    found = problem.posterior(full, means, spread, at)
    best = problem.value(found, full)
    size = layout.size
    converged, iterations = False, 0
    for iterations in range(1, most + 1):  # noqa: B007
        slope = problem.gradient(found, spread)
        step = newton_step(problem.information(found, spread), slope, problem.basis)
        longest = float(np.abs(step).max(initial=0))
        scale = min(1.0, _LONGEST / longest) if longest > 0 else 1.0
        at = (found.mean, np.maximum(found.deviation, 1e-6))
        for _ in range(12):
            new_full = full + scale * step[:size]
            new_means = means + scale * step[size:-1]
            new_spread = max(spread * float(np.exp(scale * step[-1])), _LEAST_SPREAD)
            new = problem.posterior(new_full, new_means, new_spread, at)
            value = problem.value(new, new_full)
            if np.isfinite(value) and value >= best - 1e-8 * max(1.0, abs(best)):
                break
            scale /= 2
        full, means, spread, found, best = new_full, new_means, new_spread, new, value
        if longest * scale < tolerance or (
            spread <= _LEAST_SPREAD and float(np.abs(step[:-1]).max(initial=0)) < 100 * tolerance
        ):
            converged = True
            break
        if layout.runs_away(full):
            break
    means = np.where(problem.pieces_in > 0, means, np.nan)
    information = problem.information(found, spread)
    return MarginalFit(
        full, means, spread, found, best, information, problem.basis, iterations, converged
    )


def _first_groups(problem: _Problem, theta: FloatArray) -> tuple[FloatArray, float]:
    group, times = problem.patterns.group, problem.patterns.times * problem.free
    many = np.maximum(problem.pieces_in, 1)
    means = np.bincount(group, times * theta, minlength=problem.groups) / many
    rest = times @ (theta - means[group]) ** 2 / max(float(times.sum()), 1.0)
    return means, float(np.clip(np.sqrt(rest), 0.3, 5.0))


def _first_nodes(
    problem: _Problem, full: FloatArray, means: FloatArray, spread: float, theta: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The top of each posterior and its curvature, by a few Newton steps of every pattern at once."""
    patterns, data = problem.patterns, problem.patterns.data
    location = problem.layout.location(full, data)
    weights = weights_of(problem.layout.cumulative(full))
    mu = means[patterns.group]
    width = np.full(patterns.m, spread)
    for _ in range(4):
        found = moments(theta[data.piece] - location, data.step, weights)
        slope = patterns.total - np.bincount(data.piece, found.mean, minlength=patterns.m)
        slope -= (theta - mu) / spread**2
        curve = np.bincount(data.piece, found.variance, minlength=patterns.m) + spread**-2
        theta = theta + np.clip(slope / curve, -1.5, 1.5)
        width = curve**-0.5
    return theta, width
