"""Agreement of one pair of raters who scored the same pieces: kappas over their levels.

What treats scores as numbers (concordance, limits of agreement, correlations) is in `concordance`.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError
from calibrate.stats.all_pairs import all_pairs
from calibrate.stats.intervals import fisher_interval, normal_interval, standard_error
from calibrate.stats.ratings import IntArray, Ratings
from calibrate.stats.results import (
    ALL_THE_SAME,
    LEAST_ERROR,
    NO_SPREAD,
    NO_VARIATION,
    ONE_PIECE,
    PERFECT,
    Coefficient,
    without_spread,
)
from calibrate.stats.weights import Weights, weight_matrix

FloatArray = npt.NDArray[np.float64]

#: Why a coefficient of two raters is undefined where they have nothing in common.
NO_SHARED_PIECE = "the two raters share no piece"

#: What to know where a rater used one level alone: chance then explains all agreement, whatever the other rater gives.
ONE_FLAT = (
    "one of the two gave every piece the same level, so kappa is 0 by its making: no interval"
)


def cohen_kappa(
    ratings: Ratings,
    weights: Weights = "quadratic",
    pair: tuple[int, int] | None = None,
    *,
    symmetric: bool = False,
) -> Coefficient:
    """How far do two raters agree beyond luck, if luck means each keeping to how often they use each level?

    The usual coefficient for two teachers and one class set. With quadratic weights (the default) near misses count little
    and wide splits much; that is the "QWK" of automated scoring, and close to a correlation that also sees severity.

    It misleads when most pieces sit at one level (low kappa beside high exact agreement), and it forgives a harsh rater: if
    one rater never gives a 4, chance agreement falls with it. Undefined when every score is the same. More than two raters:
    use :func:`calibrate.stats.agreement.fleiss_kappa` or :func:`calibrate.stats.conger.conger_kappa`, or ask for each pair.

    Sources: Cohen (1968), *Psychological Bulletin* 70, pp. 213–220; both large-sample standard errors are those of Fleiss,
    Cohen & Everitt (1969), *Psychological Bulletin* 72, pp. 323–327: ``se`` for the interval (by piece where a piece has
    several criteria), ``se_null`` for a test of kappa = 0 (not worked out where a piece has several criteria).

    Parameters
    ----------
    ratings
        What was scored.
    weights
        How near two levels are.
    pair
        The numbers of the two raters, as in ``ratings.rater``. May be left out where there are exactly two.
    symmetric
        The normal interval about the value instead of Student's t on Fisher's z scale, which covers better.
    """
    return _of_a_pair("cohen_kappa", "Cohen's kappa", ratings, weights, pair, symmetric)


def scott_pi(
    ratings: Ratings,
    weights: Weights = "quadratic",
    pair: tuple[int, int] | None = None,
    *,
    symmetric: bool = False,
) -> Coefficient:
    """How far do two raters agree beyond luck, if luck means drawing from the levels that the two used together?

    For two raters who are interchangeable. Against Cohen's kappa it does not forgive a harsh rater: different habits of the
    two lower it. With more raters it is Fleiss' kappa.

    It misleads when most pieces sit at one level, as Cohen's kappa does. Undefined when every score is the same. Source:
    Scott (1955), *Public Opinion Quarterly* 19, pp. 321–325; the standard error is Gwet's (2008, *British Journal of
    Mathematical and Statistical Psychology* 61, pp. 29–48), by piece; ``se_null`` is for a test of pi = 0, as for Cohen's kappa.

    Parameters
    ----------
    ratings, weights, pair, symmetric
        As for :func:`cohen_kappa`.
    """
    return _of_a_pair("scott_pi", "Scott's pi", ratings, weights, pair, symmetric)


def light_kappa(ratings: Ratings, weights: Weights = "quadratic") -> Coefficient:
    """What is Cohen's kappa of a pair of raters, on average over the pairs?

    A summary for panels whose pairs are looked at one by one. It misleads where pairs share different amounts of work: a pair
    that shares one piece weighs like a pair that shares fifty, so look at the pairs first. Pairs whose kappa is undefined are left out and counted. It has no interval. Source:
    Light (1971), *Psychological Bulletin* 76, pp. 365–377.
    """
    q = ratings.n_raters
    pairs = all_pairs(ratings, weights)
    kappas = pairs.kappa[np.triu_indices(q, 1)]
    known = kappas[np.isfinite(kappas)]
    basis = Coefficient(
        "light_kappa",
        pairs.weights,
        math.nan,
        method="mean of Cohen's kappa over the pairs of raters",
        n_pieces=ratings.n_shared_pieces,
        n_raters=q,
        n_ratings=ratings.n_shared_ratings,
    )
    if not len(known):
        why = cohen_kappa(ratings, weights).undefined if q == 2 else "no pair has a kappa"
        return replace(basis, undefined=why)
    left_out = len(kappas) - len(known)
    flags = (f"{left_out} of {len(kappas)} pairs without a kappa",) if left_out else ()
    return replace(basis, value=float(known.mean()), flags=flags)


def pair_basis(
    name: str,
    shown: str,
    label: str | None,
    ratings: Ratings,
    pair: tuple[int, int] | None,
    method: str,
) -> tuple[Coefficient, tuple[int, int] | None]:
    """An answer without a value yet, and the pair it is about; no pair where there are not two raters."""
    basis = Coefficient(name, label, math.nan, method=method, n_raters=ratings.n_raters)
    if pair is None and ratings.n_raters != 2:
        there = "is one rater" if ratings.n_raters == 1 else f"are {ratings.n_raters} raters"
        why = f"{shown} compares two raters; here there {there}"
        return replace(basis, undefined=why), None
    return replace(basis, n_raters=2), pair or (0, 1)


def _of_a_pair(
    name: str,
    shown: str,
    ratings: Ratings,
    weights: Weights,
    pair: tuple[int, int] | None,
    symmetric: bool,
) -> Coefficient:
    label, matrix = weight_matrix(weights, ratings.levels, ratings.values)
    scale = "normal interval" if symmetric else "t interval on Fisher's z scale"
    whose = "Fleiss, Cohen & Everitt" if name == "cohen_kappa" else "Gwet"
    told = f"pieces that both raters scored; large-sample standard error ({whose}), {scale}, for these raters"
    basis, found_pair = pair_basis(name, shown, label, ratings, pair, told)
    if found_pair is None:
        return basis
    first, second, piece = both_scored(ratings, *found_pair)
    n, k = len(first), ratings.n_levels
    basis = replace(basis, n_pieces=len(np.unique(piece)), n_ratings=2 * n)
    if n == 0:
        return replace(basis, undefined=NO_SHARED_PIECE)

    table = np.bincount(first * k + second, minlength=k * k).reshape(k, k) / n
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    if name == "scott_pi":
        rows = columns = (rows + columns) / 2
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
    found = replace(basis, value=value, observed=observed, expected=expected)
    if basis.n_pieces < 2:
        return replace(found, flags=(ONE_PIECE,))

    # What each of the k × k cells adds to kappa, beyond its mean.
    margins = (matrix @ columns)[:, None] + (matrix.T @ rows)[None, :]
    if name == "scott_pi":
        margins = (margins + margins.T) / 2
    cell = (matrix * (1 - expected) - margins * (1 - observed)) / (1 - expected) ** 2
    influence = cell[first, second] - float((table * cell).sum())
    if basis.n_pieces < n or name == "scott_pi":
        se = standard_error(influence, piece)
    else:
        se = math.sqrt(float(influence @ influence)) / n
    null = float(rows @ (matrix - margins) ** 2 @ columns) - expected**2
    se_null = math.sqrt(max(null, 0.0) / n) / (1 - expected) if basis.n_pieces == n else math.nan
    found = replace(found, se=se, se_null=se_null)
    if bool((matrix[first, second] == 1.0).all()):
        return replace(found, flags=(PERFECT,))
    if se < LEAST_ERROR:
        flat = name == "cohen_kappa" and max(rows.max(), columns.max()) > 1 - 1e-12
        return without_spread(found, ONE_FLAT if flat else NO_SPREAD)
    if symmetric:
        low, high = normal_interval(value, se)
    else:
        low, high = fisher_interval(value, se, basis.n_pieces)
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
