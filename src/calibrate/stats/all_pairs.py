"""Every pair of raters at once: exact agreement, weighted kappa, and which levels are confused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.ratings import IntArray, Ratings
from calibrate.stats.weights import Weights, weight_matrix

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AllPairs:
    """Agreement of each pair of raters, as symmetric matrices of q × q; nan on the diagonal and where there is nothing.

    Attributes
    ----------
    n
        How many units (a piece on one criterion) both scored.
    exact
        The share of those on which both gave the same level.
    kappa
        Cohen's kappa; nan also where all their scores are the same.
    weights
        The weights of kappa.
    """

    n: IntArray
    exact: FloatArray
    kappa: FloatArray
    weights: str


def all_pairs(ratings: Ratings, weights: Weights = "quadratic") -> AllPairs:
    """How does each rater agree with each other one, on what both scored?

    For seeing who reads alike; it misleads where a pair shares few pieces, which shows mostly luck, so look at ``n`` first. Kappa
    as :func:`calibrate.stats.two_raters.cohen_kappa` gives it (Cohen 1968, *Psychological Bulletin* 70, pp. 213–220), for
    hundreds of raters in one pass over the scores.
    """
    label, matrix = weight_matrix(weights, ratings.levels, ratings.values)
    q = ratings.n_raters
    tables = _tables(ratings)
    total = tables.sum(axis=(1, 2), dtype=float)
    shared = np.flatnonzero(total)
    part, n = tables[shared].astype(float), total[shared]
    part /= n[:, None, None]
    observed = np.einsum("pij,ij->p", part, matrix)
    rows, columns = part.sum(axis=2), part.sum(axis=1)
    expected = np.einsum("pi,ij,pj->p", rows, matrix, columns)
    room = 1 - expected
    kappa = np.full(q * q, np.nan)
    exact = np.full(q * q, np.nan)
    exact[shared] = np.einsum("pii->p", part)
    kappa[shared] = np.divide(
        observed - expected, room, out=np.full(len(shared), np.nan), where=room > 1e-12
    )
    both = total.astype(np.int64).reshape(q, q)
    return AllPairs(
        both + both.T, _mirrored(exact.reshape(q, q)), _mirrored(kappa.reshape(q, q)), label
    )


def confusion(ratings: Ratings) -> FloatArray:
    """Which level is confused with which? Shares of pairs of scores of one unit, shape (k, k), symmetric, summing to 1.

    Every unit weighs the same however many raters scored it. The diagonal is exact agreement, level by level; row i off the
    diagonal says what others gave where one rater gave level i. All nan where no unit has two scores.
    """
    patterns = ratings.patterns
    shared = patterns.shared
    n = float(patterns.times[shared].sum())
    k = ratings.n_levels
    if n == 0:
        return np.full((k, k), np.nan)
    counts = patterns.counts[shared].astype(float)
    pairs = patterns.readings[shared] * (patterns.readings[shared] - 1)
    weight = patterns.times[shared] / pairs / n
    found = (counts * weight[:, None]).T @ counts
    found -= np.diag(weight @ counts)
    return np.asarray(np.maximum(found, 0.0))


def level_agreement(ratings: Ratings) -> FloatArray:
    """Where one rater gives this level, how often does another give it too? One share per level, shape (k,).

    Also called specific agreement; it misleads for a level that is rarely given, where one piece moves it far; nan for a level that nobody gave to a shared unit. Source: Cicchetti & Feinstein (1990),
    *Journal of Clinical Epidemiology* 43, pp. 551–558.
    """
    table = confusion(ratings)
    used = table.sum(axis=1)
    shares = np.full(len(used), np.nan)
    np.divide(np.diag(table), used, out=shares, where=used > 0)
    return shares


def _tables(ratings: Ratings) -> IntArray:
    """For each pair (a, b) with a < b the k × k table of a's level against b's, shape (q · q, k, k)."""
    q, k = ratings.n_raters, ratings.n_levels
    unit, rater, level = ratings.unit, ratings.rater, ratings.position
    if len(unit) and bool((unit[1:] < unit[:-1]).any()):
        order = np.argsort(unit, kind="stable")
        unit, rater, level = unit[order], rater[order], level[order]
    keys = []
    for apart in range(1, int(ratings.readings.max(initial=1))):
        same = np.flatnonzero(unit[apart:] == unit[:-apart])
        one, other = same, same + apart
        swap = rater[one] > rater[other]
        first, second = np.where(swap, other, one), np.where(swap, one, other)
        pair = rater[first] * q + rater[second]
        keys.append((pair * k + level[first]) * k + level[second])
    found = np.concatenate(keys) if keys else np.empty(0, dtype=np.int64)
    return np.bincount(found, minlength=q * q * k * k).reshape(q * q, k, k)


def _mirrored(upper: FloatArray) -> FloatArray:
    return np.where(np.isnan(upper), upper.T, upper)
