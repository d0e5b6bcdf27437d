"""The posterior of every piece by adaptive Gauss-Hermite quadrature, and what it expects of the judgements.

Nodes stand around each piece's own posterior mean, spread by its own posterior deviation (Naylor & Smith 1982, *Applied
Statistics* 31; Rabe-Hesketh, Skrondal & Pickles 2005, *Journal of Econometrics* 128): a few nodes are then exact to many digits even
where a piece has forty judgements, which fixed nodes would step over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.facets.moments import CHUNK, level_weights
from calibrate.stats.facets.patterns import Patterns

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: How many nodes each piece has.
NODES = 9

#: How many directions of the posterior count in the information: the first is linear in the measure, the second quadratic.
DIRECTIONS = 2


@dataclass(frozen=True, eq=False)
class Posterior:
    """Posteriors of the patterns, and expectations of their judgements under them.

    Attributes
    ----------
    mean, deviation
        Of each pattern's measure, shape (m,).
    log_likelihood
        Of each pattern, without the part of the scores that no piece changes, shape (m,).
    expected, variance
        Posterior mean of each judgement's expected position, and of its variance, shape (n,).
    chance, with_level
        The same for the chances of the inner levels and for ``P_k (k − E)``, shape (K − 2, n).
    products
        Sums over judgements (times the pattern's pieces) of the posterior mean of ``P_k (1[k = l] − P_l)``, (G, K − 2, K − 2).
    expected_along, chance_along
        Posterior covariance of expected position and of chances with each direction, shapes (D, n) and (D, K − 2, n).
    prior_along
        Posterior covariance of ``z`` and ``z²`` (the measure in standard units of its group) with each direction, (2, D, m).
    prior_mean
        Posterior means of ``z`` and ``z²``, shape (2, m).
    """

    mean: FloatArray
    deviation: FloatArray
    log_likelihood: FloatArray
    expected: FloatArray
    variance: FloatArray
    chance: FloatArray
    with_level: FloatArray
    products: FloatArray
    expected_along: FloatArray
    chance_along: FloatArray
    prior_along: FloatArray
    prior_mean: FloatArray


def piece_parts(patterns: Patterns) -> list[tuple[slice, slice]]:
    """Stretches of patterns and of their judgements that fit the cache together."""
    ends = np.cumsum(np.bincount(patterns.data.piece, minlength=patterns.m))
    parts, first, begin = [], 0, 0
    while first < patterns.m:
        last = int(np.searchsorted(ends, begin + CHUNK // 4, side="right"))
        last = max(last, first + 1)
        parts.append((slice(first, last), slice(begin, int(ends[last - 1]))))
        first, begin = last, int(ends[last - 1])
    return parts


def nodes_of(
    log_sum: FloatArray,
    theta: FloatArray,
    log_weight: FloatArray,
    total: FloatArray,
    mu: FloatArray,
    sigma: float,
    fixed: npt.NDArray[np.bool_],
) -> tuple[FloatArray, FloatArray]:
    """Posterior weights of nodes, shape (Q, m), and the logarithm of the integral, shape (m,).

    Parameters
    ----------
    log_sum
        The sum over a pattern's judgements of the log normalizing sums at each node, (Q, m).
    theta, log_weight
        The nodes and the logarithms of their quadrature weights, (Q, m).
    total, mu, fixed
        Of each pattern: the total, the mean of its group, whether its measure is held, (m,).
    sigma
        The standard deviation within groups.
    """
    z = (theta - mu) / sigma
    prior = np.where(fixed, 0.0, -0.5 * z * z - np.log(sigma) - 0.5 * np.log(2 * np.pi))
    height = theta * total - log_sum + prior + log_weight
    top = height.max(axis=0)
    share = np.exp(height - top)
    whole = share.sum(axis=0)
    share /= whole
    return share, top + np.log(whole)


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some patterns at their nodes: who they are, and what the model says there.

    Attributes
    ----------
    of, judged
        The patterns, and their judgements.
    theta, share, log_likelihood
        Nodes and posterior weights, shape (Q, m), and the logarithm of the integral, shape (m,).
    chances
        The chance of every level of each judgement at each node, shape (K, Q, n).
    owner, step
        Of each judgement: its pattern (from 0 in this stretch), and its set of steps.
    """

    of: slice
    judged: slice
    theta: FloatArray
    share: FloatArray
    log_likelihood: FloatArray
    chances: FloatArray
    owner: IntArray
    step: IntArray


def walk(
    patterns: Patterns,
    location: FloatArray,
    weights: FloatArray,
    mu: FloatArray,
    sigma: float,
    centre: FloatArray,
    scale: FloatArray,
    known: FloatArray | None = None,
    nodes: int = NODES,
) -> Iterator[Stretch]:
    """Stretch after stretch of the patterns at their nodes; the parameters are those of `posterior`."""
    data = patterns.data
    points, quadrature = np.polynomial.hermite_e.hermegauss(nodes)
    log_quadrature = (np.log(quadrature) + 0.5 * points**2)[:, None]
    fixed = np.zeros(patterns.m, dtype=bool) if known is None else ~np.isnan(known)
    base = centre if known is None else np.where(fixed, known, centre)
    width = np.where(fixed, 0.0, scale)
    for of, judged in piece_parts(patterns):
        owner = data.piece[judged] - of.start
        starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
        theta = base[of] + points[:, None] * width[of]
        step = data.step[judged]
        chances = level_weights(
            theta[:, owner] - location[judged],
            weights if weights.shape[1] == 1 else weights[:, None, step],
        )
        total = chances.sum(axis=0)
        log_sum = np.add.reduceat(np.log(total), starts, axis=1)
        log_weight = np.where(fixed[of], -np.log(nodes), log_quadrature + np.log(scale[of]))
        share, value = nodes_of(
            log_sum, theta, log_weight, patterns.total[of], mu[of], sigma, fixed[of]
        )
        chances /= total
        yield Stretch(of, judged, theta, share, value, chances, owner, step)


def posterior(
    patterns: Patterns,
    location: FloatArray,
    weights: FloatArray,
    mu: FloatArray,
    sigma: float,
    centre: FloatArray,
    scale: FloatArray,
    known: FloatArray | None = None,
    nodes: int = NODES,
) -> Posterior:
    """All posteriors and expectations at one set of parameters.

    Parameters
    ----------
    patterns
        The patterns.
    location
        What is taken off the piece's measure in each judgement, shape (n,).
    weights
        From `moments.weights_of`, shape (K, G).
    mu
        The mean of each pattern's group, shape (m,).
    sigma
        The standard deviation of pieces within their groups, logits.
    centre, scale
        Where the nodes of each pattern stand and how far they spread, shape (m,).
    known
        Measures of anchored pieces, ``nan`` for others, shape (m,).
    """
    m, n = patterns.m, patterns.data.n
    inner, groups = max(len(weights) - 2, 0), weights.shape[1]
    out = Posterior(
        mean=np.empty(m),
        deviation=np.empty(m),
        log_likelihood=np.empty(m),
        expected=np.empty(n),
        variance=np.empty(n),
        chance=np.empty((inner, n)),
        with_level=np.empty((inner, n)),
        products=np.zeros((groups, inner, inner)),
        expected_along=np.empty((DIRECTIONS, n)),
        chance_along=np.empty((DIRECTIONS, inner, n)),
        prior_along=np.empty((2, DIRECTIONS, m)),
        prior_mean=np.empty((2, m)),
    )
    for one in walk(patterns, location, weights, mu, sigma, centre, scale, known, nodes):
        _fill(out, one, mu[one.of], sigma, patterns.times[one.of])
    return out


def _fill(out: Posterior, one: Stretch, mu: FloatArray, sigma: float, times: FloatArray) -> None:
    of, judged, theta, share, chances = one.of, one.judged, one.theta, one.share, one.chances
    out.log_likelihood[of] = one.log_likelihood
    levels = len(chances)
    mean = (share * theta).sum(axis=0)
    away = theta - mean
    variance = (share * away * away).sum(axis=0)
    deviation = np.sqrt(np.maximum(variance, 1e-300))
    out.mean[of], out.deviation[of] = mean, deviation
    linear = np.where(variance > 1e-14, away / deviation, 0.0)
    skew = (share * linear**3).sum(axis=0)
    curved = linear**2 - skew * linear - (share * linear**2).sum(axis=0)
    length = np.sqrt((share * curved * curved).sum(axis=0))
    curved = np.where(length > 1e-7, curved / np.maximum(length, 1e-7), 0.0)
    along = (share * linear, share * curved)
    z = (theta - mu) / sigma
    for j, power in enumerate((z, z * z)):
        out.prior_mean[j, of] = (share * power).sum(axis=0)
        for d, weight in enumerate(along):
            out.prior_along[j, d, of] = (weight * power).sum(axis=0)
    each = share[:, one.owner]
    each_along = [weight[:, one.owner] for weight in along]
    position = chances[1].copy()
    square = chances[1].copy()
    for k in range(2, levels):
        position += k * chances[k]
        square += (k * k) * chances[k]
    out.expected[judged] = (each * position).sum(axis=0)
    out.variance[judged] = (each * (square - position * position)).sum(axis=0)
    for d, weight in enumerate(each_along):
        out.expected_along[d, judged] = (weight * position).sum(axis=0)
    heavy = times[one.owner]
    for k in range(1, levels - 1):
        shared = each * chances[k]
        out.chance[k - 1, judged] = shared.sum(axis=0)
        out.with_level[k - 1, judged] = (shared * (k - position)).sum(axis=0)
        for d, weight in enumerate(each_along):
            out.chance_along[d, k - 1, judged] = (weight * chances[k]).sum(axis=0)
        for other in range(1, k + 1):
            product = (shared * ((1.0 if other == k else 0.0) - chances[other])).sum(axis=0)
            found = np.bincount(one.step, product * heavy, minlength=len(out.products))
            out.products[:, k - 1, other - 1] += found
            if other < k:
                out.products[:, other - 1, k - 1] += found
