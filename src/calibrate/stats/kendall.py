"""Kendall's W: do raters put the same pieces in the same order?"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy import special, stats

from calibrate.stats.ratings import Ratings
from calibrate.stats.results import ALL_THE_SAME, NO_PAIRS, NO_VARIATION, ONE_PIECE, Coefficient


def kendall_w(ratings: Ratings, *, ties: bool = True) -> Coefficient:
    """How alike do raters rank the pieces? From 0 (no common order) to 1 (the same order).

    It sees order alone: a rater who is one level harsher throughout changes nothing. It compares whole rankings, so it rests
    on the pieces that **every** rater scored; how many those are is told, and with gaps there may be none.

    It misleads on short scales, where most pieces are tied and the correction for ties does much of the work, and with few
    pieces, where W is high by luck (its expected value under chance is 1 / raters). ``p_null`` is the chance of a W this high
    if raters ranked at random (large-sample chi-square). There is no interval. Undefined when every rater gave every piece
    the same score. Source: Kendall & Gibbons (1990), *Rank Correlation Methods*, 5th ed., chapter 6.

    Parameters
    ----------
    ratings
        What was scored.
    ties
        Whether to correct for tied ranks, as one should.
    """
    m = ratings.n_raters
    everyone = ratings.readings == m
    rows = everyone[ratings.unit]
    n = int(everyone.sum())
    shared_pieces = len(np.unique(ratings.piece[everyone]))
    basis = Coefficient(
        "kendall_w",
        None,
        math.nan,
        method=f"pieces that all {m} raters scored, ties corrected, for these raters",
        n_pieces=shared_pieces,
        n_raters=m,
        n_ratings=n * m,
    )
    if m < 2 or not ratings.shared.any():
        return replace(basis, n_pieces=0, n_ratings=0, undefined=NO_PAIRS)
    if n == 0:
        return replace(basis, undefined="no piece was scored by every rater")
    if n < 2:
        return replace(basis, undefined="only one piece was scored by every rater")
    place = np.zeros(ratings.n_units, dtype=np.int64)
    place[everyone] = np.arange(n)
    table = np.empty((n, m))
    table[place[ratings.unit[rows]], ratings.rater[rows]] = ratings.position[rows]
    ranks = stats.rankdata(table, axis=0)
    sums = ranks.sum(axis=1)
    largest = float(m**2 * (n**3 - n))
    if ties:
        tied = 0.0
        for rater in range(m):
            _, times = np.unique(table[:, rater], return_counts=True)
            tied += float((times**3 - times).sum())
        largest -= m * tied
    if largest <= 1e-9:
        return replace(basis, undefined=ALL_THE_SAME, flags=(NO_VARIATION,))
    value = (12 * float(sums @ sums) - 3 * m**2 * n * (n + 1) ** 2) / largest
    value = min(1.0, max(0.0, value))
    p = float(special.chdtrc(n - 1, m * (n - 1) * value))
    flags = ["no interval is known for W"]
    if shared_pieces < ratings.n_shared_pieces:
        flags.append(
            f"{ratings.n_shared_pieces - shared_pieces} pieces that not every rater scored do not count"
        )
    if shared_pieces < 2:
        flags[0] = ONE_PIECE
    return replace(basis, value=value, p_null=p, flags=tuple(flags))
