"""The fit of one part of the data: estimates, errors, and the measures of pieces and of elements at the ends of the scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibrate.stats.facets import errors
from calibrate.stats.facets.joint import JointFit, fit_joint
from calibrate.stats.facets.judgements import CRITERION, Judgements
from calibrate.stats.facets.layout import Layout, lies_in, make_layout, nesting
from calibrate.stats.facets.marginal import MarginalFit, fit_marginal
from calibrate.stats.facets.misfit import Squares, squares_at, squares_over
from calibrate.stats.facets.moments import moments, weights_of
from calibrate.stats.facets.patterns import Patterns, find_patterns
from calibrate.stats.facets.pieces import drawn_in, measures_for_totals, weighted_likelihood
from calibrate.stats.facets.solve import Inverse
from calibrate.stats.facets.split import Part

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: An estimate with a greater error than this, logits, is on its way to infinity.
FARTHEST_ERROR = 10.0
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Options:
    """How to estimate.

    Attributes
    ----------
    estimator
        ``mml`` or ``jml``.
    errors
        ``robust`` (sandwich over pieces) or ``information`` (as if the model were wholly true).
    correct_bias
        For ``jml``: shrink all measures by (L − 1)/L, L the mean number of judgements of a piece.
    nodes
        For ``mml``: quadrature nodes for each piece.
    """

    estimator: str = "mml"
    errors: str = "robust"
    correct_bias: bool = False
    nodes: int = 9


@dataclass(frozen=True, eq=False)
class PartFit:
    """One part, fitted.

    Attributes
    ----------
    part
        Which judgements it holds.
    data
        The judgements that were fitted; facets that cannot be told apart from the pieces are left out.
    places
        Where these facets stand among all facets.
    hidden
        Facets that were left out, by place, with the reason.
    layout, full, covariance, inverse
        Parameters, their values, their covariance, and the inverse information.
    estimated, extreme
        For each facet, which elements were estimated, and which stood at an end of the scale, shapes (size,).
    theta, theta_se
        Measure and error of every piece, ``nan`` where there is none, shape (n_pieces,).
    extreme_pieces
        Which pieces stood at an end of the scale, shape (n_pieces,).
    group_means, spread
        Of the pieces (``mml``).
    squares
        For the fit statistics, one entry for each judgement of ``data``.
    log_likelihood, iterations, converged
        How the iterations ended.
    """

    part: Part
    data: Judgements
    places: tuple[int, ...]
    hidden: Mapping[int, str]
    layout: Layout
    full: FloatArray
    covariance: FloatArray
    inverse: Inverse
    estimated: tuple[BoolArray, ...]
    extreme: tuple[BoolArray, ...]
    theta: FloatArray
    theta_se: FloatArray
    extreme_pieces: BoolArray
    group_means: FloatArray | None
    spread: float
    squares: Squares
    log_likelihood: float
    iterations: int
    converged: bool

    @property
    def weights(self) -> FloatArray:
        """``exp(−T)`` of the steps, shape (K, G)."""
        return weights_of(self.layout.cumulative(self.full))

    @property
    def unbounded(self) -> bool:
        """Whether there is no finite estimate, or one about which the data say nothing."""
        known = np.diag(self.inverse.full)[: self.layout.size]
        return self.layout.runs_away(self.full) or bool((known > FARTHEST_ERROR**2).any())

    @property
    def typical(self) -> float:
        """The mean measure of the pieces that are not at an end of the scale: the piece of which fair scores speak."""
        inner = np.where(self.extreme_pieces, np.nan, self.theta)
        return float(np.nanmean(inner)) if np.isfinite(inner).any() else float("nan")

    def measures(self, f: int) -> FloatArray:
        """The measures of the elements of facet f of ``data``."""
        return self.full[self.layout.facet(f)]

    def within(self, f: int) -> dict[int, IntArray]:
        """The further facets in whose elements those of facet f lie (a rater's school, a criterion's strand): the element of each,
        shape (size,), by the further facet's number.
        """
        one, found = self.data.facets[f], {}
        for g, other in enumerate(self.data.facets[CRITERION + 1 :], CRITERION + 1):
            of = None if g == f else lies_in(one.code, one.size, other.code, other.size)
            if of is not None:
                found[g] = of
        return found

    def with_groups(self, f: int) -> FloatArray:
        """The measures of the elements of facet f with those of what they lie in added, shape (size,)."""
        total = self.measures(f).copy()
        for g, of in self.within(f).items():
            total += self.measures(g)[of]
        return total

    def eta(self, data: Judgements | None = None) -> FloatArray:
        """The measure difference of each judgement, ``nan`` where the piece has no measure."""
        judged = self.data if data is None else data
        return np.asarray(self.theta[judged.piece] - self.layout.location(self.full, judged))


def fit_part(
    data: Judgements, part: Part, anchors: Mapping[str, Mapping[str, float]], options: Options
) -> PartFit:
    """Fit one part.

    Parameters
    ----------
    data
        All judgements.
    part
        Which of them belong together; it must be one that can be fitted.
    anchors
        Values to hold, by ``piece`` or the facet's name, and element.
    """
    marginal = options.estimator == "mml"
    judged = data.only(part.usable if marginal else part.core)
    inside, hidden = nesting(judged)
    places = tuple(f for f in range(len(data.facets)) if f not in hidden)
    judged = judged.with_facets([judged.facets[f] for f in places])
    active = [np.bincount(facet.code, minlength=facet.size) > 0 for facet in judged.facets]
    layout = make_layout(judged, anchors, active, inside)
    known = anchors.get("piece", {})
    own = np.array(
        [i for i, one in enumerate(data.pieces) if one in known] if known else [], dtype=np.int64
    )
    patterns = find_patterns(judged, by_group=marginal, own=own)
    held = np.full(patterns.m, np.nan)
    for i, p in enumerate(patterns.piece.tolist() if known else ()):
        held[i] = known.get(data.pieces[p], np.nan)
    kept = held if len(own) else None
    if marginal:
        found = _marginal(patterns, layout, kept, options)
    else:
        found = _joint(patterns, layout, kept, options)
    fit = PartFit(
        part=part,
        data=judged,
        places=places,
        hidden=hidden,
        layout=layout,
        full=found.full,
        covariance=found.covariance[: layout.size, : layout.size],
        inverse=found.inverse,
        estimated=tuple(active),
        extreme=tuple(np.zeros(facet.size, dtype=bool) for facet in judged.facets),
        theta=np.full(data.n_pieces, np.nan),
        theta_se=np.full(data.n_pieces, np.nan),
        extreme_pieces=np.zeros(data.n_pieces, dtype=bool),
        group_means=found.means,
        spread=found.spread,
        squares=found.squares,
        log_likelihood=found.log_likelihood,
        iterations=found.iterations,
        converged=found.converged,
    )
    fit = _measure_pieces(fit, data, patterns, found.theta, held)
    return _measure_extremes(fit, data)


@dataclass(frozen=True, eq=False)
class _Found:
    full: FloatArray
    theta: FloatArray | None
    covariance: FloatArray
    inverse: Inverse
    means: FloatArray | None
    spread: float
    squares: Squares
    log_likelihood: float
    iterations: int
    converged: bool


def _joint(
    patterns: Patterns, layout: Layout, known: FloatArray | None, options: Options
) -> _Found:
    fit: JointFit = fit_joint(patterns, layout, known=known)
    inverse = errors.joint_inverse(fit, layout)
    data = patterns.data
    weights = weights_of(layout.cumulative(fit.full))
    eta = fit.theta[data.piece] - layout.location(fit.full, data)
    covariance = inverse.full
    if options.errors == "robust":
        found = moments(eta, data.step, weights)
        covariance = errors.joint_covariance(inverse, found, patterns, layout)
    squares = squares_at(
        eta[patterns.of_judgement], patterns.every.step, weights, patterns.every.level
    )
    shrink = 1.0
    if options.correct_bias:
        mean_length = patterns.every.n / max(float(patterns.times.sum()), 1.0)
        shrink = (mean_length - 1) / mean_length
    return _Found(
        layout.held + shrink * (fit.full - layout.held),
        fit.theta * shrink
        if known is None
        else np.where(np.isnan(known), fit.theta * shrink, known),
        covariance * shrink**2,
        inverse,
        None,
        np.nan,
        squares,
        fit.log_likelihood,
        fit.iterations,
        fit.converged,
    )


def _marginal(
    patterns: Patterns, layout: Layout, known: FloatArray | None, options: Options
) -> _Found:
    fit: MarginalFit = fit_marginal(patterns, layout, known=known, nodes=options.nodes)
    inverse = errors.marginal_inverse(fit)
    covariance = inverse.full
    if options.errors == "robust":
        covariance = errors.marginal_covariance(inverse, fit, patterns, layout)
    location = layout.location(fit.full, patterns.data)
    weights = weights_of(layout.cumulative(fit.full))
    squares = squares_over(fit, patterns, location, weights, known)
    return _Found(
        fit.full,
        None,
        covariance,
        inverse,
        fit.means,
        fit.spread,
        squares,
        fit.log_likelihood,
        fit.iterations,
        fit.converged,
    )


def _measure_pieces(
    fit: PartFit,
    data: Judgements,
    patterns: Patterns,
    theta: FloatArray | None,
    held: FloatArray,
) -> PartFit:
    """Every piece's measure from the judgements of estimated elements, those at the ends of the scale included.

    Joint estimates (``theta``) are kept as the iterations found them; marginal ones are weighted likelihood estimates.
    """
    measure, se = np.full(data.n_pieces, np.nan), np.full(data.n_pieces, np.nan)
    ends = np.zeros(data.n_pieces, dtype=bool)
    keep = fit.part.usable
    if theta is not None:
        there = patterns.of_piece >= 0
        measure[there] = theta[patterns.of_piece[there]]
        known = np.bincount(fit.data.piece, fit.squares.variance, minlength=data.n_pieces)
        se[there] = known[there] ** -0.5
        keep = keep & ~there[data.piece]
    every = data.only(keep)
    if every.n:
        every = every.with_facets([every.facets[f] for f in fit.places])
        rest_of = find_patterns(every, by_group=False, own=patterns.piece[~np.isnan(held)])
        one, used = rest_of.data, fit.layout.used
        rest = -fit.layout.location(fit.full, one)
        top = used.shape[1] - 1 - np.argmax(used[:, ::-1], axis=1)
        low = np.bincount(one.piece, np.argmax(used, axis=1)[one.step], minlength=rest_of.m)
        high = np.bincount(one.piece, top[one.step], minlength=rest_of.m)
        if theta is None:
            found, information = weighted_likelihood(
                rest_of.total, one.piece, rest, one.step, fit.weights
            )
        else:
            target = drawn_in(rest_of.total, low.astype(float), high.astype(float))
            found, information = measures_for_totals(target, one.piece, rest, one.step, fit.weights)
        there = rest_of.of_piece >= 0
        at = rest_of.of_piece[there]
        measure[there], se[there] = found[at], information[at] ** -0.5
        ends[there] = ((rest_of.total <= low) | (rest_of.total >= high))[at]
    anchored = patterns.piece[~np.isnan(held)]
    measure[anchored] = held[~np.isnan(held)]
    ends[anchored] = False
    return replace(fit, theta=measure, theta_se=se, extreme_pieces=ends)


def _measure_extremes(fit: PartFit, data: Judgements) -> PartFit:
    """Measures of raters and other elements at an end of the scale: where the total, drawn in by 0.3, would be expected."""
    mine = data.only(fit.part.everything)
    mine = mine.with_facets([mine.facets[f] for f in fit.places])
    full, covariance = fit.full.copy(), fit.covariance.copy()
    extreme = [one.copy() for one in fit.extreme]
    used, weights = fit.layout.used, fit.weights
    low = np.argmax(used, axis=1)
    high = used.shape[1] - 1 - np.argmax(used[:, ::-1], axis=1)
    for f in range(len(mine.facets)):
        known = ~np.isnan(fit.theta[mine.piece])
        for g, other in enumerate(mine.facets):
            known &= (~fit.estimated[g][other.code]) if g == f else fit.estimated[g][other.code]
        known &= (used.any(axis=1) & (high > low))[mine.step]
        rows = mine.only(known)
        if not rows.n:
            continue
        who, owner = np.unique(rows.facets[f].code, return_inverse=True)
        rest = fit.theta[rows.piece] - fit.layout.location(full, rows)
        rest += full[fit.layout.facet(f)][rows.facets[f].code]
        total = np.bincount(owner, rows.level).astype(float)
        lowest = np.bincount(owner, low[rows.step]).astype(float)
        highest = np.bincount(owner, high[rows.step]).astype(float)
        measure, information = measures_for_totals(
            drawn_in(total, lowest, highest), owner, rest, rows.step, weights, sign=-1.0
        )
        places = fit.layout.starts[f] + who
        full[places] = measure
        covariance[places, :] = covariance[:, places] = 0.0
        covariance[places, places] = 1 / information
        extreme[f][who] = True
    return replace(fit, full=full, covariance=covariance, extreme=tuple(extreme))
