"""Agreement of one pair of raters who scored the same pieces."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError
from calibrate.stats.intervals import normal_interval, standard_error
from calibrate.stats.ratings import IntArray, Ratings
from calibrate.stats.results import ALL_THE_SAME, NO_VARIATION, ONE_PIECE, PERFECT, Coefficient
from calibrate.stats.weights import Weights, weight_matrix

FloatArray = npt.NDArray[np.float64]


def cohen_kappa(
    ratings: Ratings, weights: Weights = "quadratic", pair: tuple[int, int] | None = None
) -> Coefficient:
    """How far do two raters agree beyond luck, if luck means each keeping to how often they use each level?

    The usual coefficient for two teachers and one class set. With quadratic weights (the default) near misses count little
    and wide splits much; that is the "QWK" of automated scoring, and close to a correlation that also sees severity.

    It misleads when most pieces sit at one level (low kappa beside high exact agreement), and it forgives a harsh rater: if
    one rater never gives a 4, chance agreement falls with it. Undefined when every score is the same. More than two raters:
    use :func:`calibrate.stats.agreement.fleiss_kappa`, or ask for each pair.

    Sources: Cohen (1968), *Psychological Bulletin* 70, pp. 213–220; the large-sample standard error is that of Fleiss,
    Cohen & Everitt (1969), *Psychological Bulletin* 72, pp. 323–327 (by piece where a piece has several
    criteria). It is for intervals; a test of kappa = 0 has another.

    Parameters
    ----------
    ratings
        What was scored.
    weights
        How near two levels are.
    pair
        The numbers of the two raters, as in ``ratings.rater``. May be left out where there are exactly two.
    """
    label, matrix = weight_matrix(weights, ratings.levels)
    basis = Coefficient(
        "cohen_kappa",
        label,
        math.nan,
        method="pieces that both raters scored; large-sample standard error (Fleiss, Cohen & Everitt), for these raters",
    )
    if pair is None and ratings.n_raters != 2:
        there = "one rater" if ratings.n_raters == 1 else f"{ratings.n_raters} raters"
        return replace(
            basis,
            n_raters=ratings.n_raters,
            undefined=f"Cohen's kappa compares two raters; here there are {there}",
        )
    first, second, piece = both_scored(ratings, *(pair or (0, 1)))
    n, k = len(first), ratings.n_levels
    basis = replace(basis, n_pieces=len(np.unique(piece)), n_raters=2, n_ratings=2 * n)
    if n == 0:
        return replace(basis, undefined="the two raters share no piece")

    table = np.bincount(first * k + second, minlength=k * k).reshape(k, k) / n
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed = float((table * matrix).sum())
    expected = float(rows @ matrix @ columns)
    if 1.0 - expected < 1e-12:
        return replace(
            basis,
            undefined=ALL_THE_SAME,
            observed=observed,
            expected=expected,
            flags=(NO_VARIATION,),
        )
    value = (observed - expected) / (1.0 - expected)

    # What each of the k × k cells adds to kappa, beyond its mean.
    margins = (matrix @ columns)[:, None] + (matrix.T @ rows)[None, :]
    cell = (matrix * (1 - expected) - margins * (1 - observed)) / (1 - expected) ** 2
    influence = cell[first, second] - float((table * cell).sum())
    found = replace(basis, value=value, observed=observed, expected=expected)
    if basis.n_pieces < 2:
        return replace(found, flags=(ONE_PIECE,))
    if basis.n_pieces < n:
        se = standard_error(influence, piece)
    else:
        se = math.sqrt(float(influence @ influence)) / n
    found = replace(found, se=se)
    if bool((matrix[first, second] == 1.0).all()):
        return replace(found, flags=(PERFECT,))
    low, high = normal_interval(value, se)
    return replace(found, ci_low=low, ci_high=high)


def both_scored(ratings: Ratings, a: int, b: int) -> tuple[IntArray, IntArray, IntArray]:
    """The level positions of two raters on every unit that both scored, and the units' pieces, each shape (n_both,).

    Raises
    ------
    ArgumentError
        A rater number that is not there, or twice the same rater.
    """
    if a == b or not all(0 <= rater < ratings.n_raters for rater in (a, b)):
        raise ArgumentError(
            f"There is no pair of raters {a} and {b} among {ratings.n_raters} raters."
        )
    level = np.full((2, ratings.n_units), -1, dtype=np.int64)
    for row, rater in enumerate((a, b)):
        of_rater = ratings.rater == rater
        level[row, ratings.unit[of_rater]] = ratings.position[of_rater]
    both = (level >= 0).all(axis=0)
    return level[0, both], level[1, both], ratings.piece[both]
