"""Agreement of any number of raters, each piece scored by some of them: plain, and beyond chance.

Gwet (2014) is K. L. Gwet, *Handbook of Inter-Rater Reliability*, 4th ed. Missing scores are fine everywhere here: a
piece counts with the raters who scored it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibrate.stats.chance import (
    Chance,
    chance_corrected,
    few_shared,
    moves_by_piece,
    spread_by_piece,
)
from calibrate.stats.intervals import share_interval, t_interval
from calibrate.stats.ratings import Ratings
from calibrate.stats.results import LEAST_ERROR, NO_PAIRS, NO_VARIATION, ONE_PIECE, Coefficient
from calibrate.stats.weights import Weights, adjacent, weight_matrix

FloatArray = npt.NDArray[np.float64]


def exact_agreement(ratings: Ratings, *, count_single: bool = False) -> Coefficient:
    """How often do two raters of the same piece give exactly the same level?

    The first number a team should look at, and the easiest to say aloud: "on this criterion we chose the same level 7 times
    in 10". Each piece weighs the same, however many raters scored it.

    It misleads when nearly every piece sits at one level (then it is high by luck alone: look at AC1/AC2 beside it) and when
    scales differ (with two levels, guessing already agrees half the time). Sources: the agreement of pairs within a piece is that
    of Fleiss (1971), *Psychological Bulletin* 76, pp. 378–382; missing scores as in Gwet (2014), chapter 2.

    Parameters
    ----------
    ratings
        What was scored.
    count_single
        Gwet's standard error counts a piece that was scored once as one that shows no agreement, which widens the interval
        for nothing where most pieces are read once. By default such pieces are left out; ``True`` gives his form.
    """
    return _plain("exact_agreement", np.eye(ratings.n_levels), "identity", ratings, count_single)


def adjacent_agreement(ratings: Ratings, within: float | None = None) -> Coefficient:
    """How often are two raters of the same piece at most one level apart?

    Many districts call a second reading only when two scores are further apart than this. High adjacent agreement with low
    exact agreement says that the team shares the shape of the scale, but not the borders between levels.

    It misleads on short scales: with two levels every pair is adjacent, with four, guessing already gives 0.63. What studies of
    rubrics found: Jonsson & Svingby (2007), *Educational Research Review* 2, pp. 130–144.

    Parameters
    ----------
    ratings
        What was scored.
    within
        How far apart two values may be, in points of the scale. By default one level; on a scale with half points one whole
        point (two levels), which is what programs that score in half points use.
    """
    matrix, told = near_levels(ratings, within)
    result = _plain("adjacent_agreement", matrix, "identity", ratings, False)
    flags = (
        (*result.flags, "every pair is adjacent on this scale")
        if bool((matrix == 1).all())
        else result.flags
    )
    return replace(result, flags=flags, method=f"{told}; {result.method}")


def near_levels(ratings: Ratings, within: float | None = None) -> tuple[FloatArray, str]:
    """Which levels count as adjacent, as a matrix of 0 and 1, and that in words (see :func:`adjacent_agreement`)."""
    values = ratings.values
    steps = np.diff(values)
    if within is None and len(steps) and bool((steps < 1.0 - 1e-9).any()):
        within = 1.0
    if within is None:
        places = np.arange(ratings.n_levels, dtype=float)
        return adjacent(places, 1.0), "at most one level apart"
    points = "point" if within == 1 else "points"
    return adjacent(values, within), f"at most {within:g} {points} apart"


def percent_agreement(
    ratings: Ratings, weights: Weights = "identity", *, symmetric: bool = False
) -> Coefficient:
    """How often do pairs of raters agree before any correction, near misses counted in part?

    With identity weights this is exact agreement; with others it is the "observed" half of the chance-corrected
    coefficients. On its own it misleads: quadratic weights give 0.9 to almost any panel. Sources: weights as in Cohen (1968),
    *Psychological Bulletin* 70, pp. 213–220; standard error: Gwet (2014), chapter 5; it counts a piece that was scored once as one that shows no agreement. ``symmetric`` asks for his interval.
    """
    label, matrix = weight_matrix(weights, ratings.levels, ratings.values)
    return _plain("percent_agreement", matrix, label, ratings, True, symmetric)


def fleiss_kappa(
    ratings: Ratings, weights: Weights = "quadratic", *, symmetric: bool = False
) -> Coefficient:
    """How far do many raters agree beyond luck, if luck means drawing from the levels that the panel used?

    Generalizes Scott's pi to any number of raters, who need not be the same for each piece.

    It misleads when almost all pieces sit at one level: luck then explains nearly everything, and kappa falls to zero or
    below although the team hardly ever differs (the "kappa paradox"; Gwet's coefficient is made for that). Undefined when
    every score is the same. Source: Fleiss (1971), *Psychological Bulletin* 76, pp. 378–382; weights and missing scores as
    in Gwet (2014), chapters 2 and 3. ``se_null`` (identity weights, equally many scores per piece) is for a test of
    kappa = 0: Fleiss, Nee & Landis (1979), *Psychological Bulletin* 86, pp. 974–977.
    """
    found = chance_corrected(
        "fleiss_kappa", ratings, weights, _shared_distribution, symmetric=symmetric
    )
    return replace(found, se_null=_null_error(ratings, found))


def brennan_prediger(
    ratings: Ratings, weights: Weights = "quadratic", *, symmetric: bool = False
) -> Coefficient:
    """How far do raters agree beyond luck, if luck means choosing any level of the scale with equal chance?

    The simplest idea of chance, and the same for every panel on the same scale, so it compares well from session to session.

    It misleads when some levels are hardly ever right (a 6-point scale on which only 3 and 4 occur looks better than it is).
    When every score is the same it is 1, flagged. Source: Brennan & Prediger (1981), *Educational and Psychological
    Measurement* 41, pp. 687–699.
    """
    return chance_corrected(
        "brennan_prediger", ratings, weights, _equal_levels, symmetric=symmetric, when_unanimous=1.0
    )


def gwet_ac(
    ratings: Ratings, weights: Weights = "quadratic", *, symmetric: bool = False
) -> Coefficient:
    """How far do raters agree beyond luck, if luck is only possible on pieces that are hard to score?

    Gwet's AC1 (identity weights) and AC2 (any others). It stays close to what people see where kappa collapses because most
    pieces sit at one level, which is common in a class set.

    It misleads when read as kappa: it is usually higher, and the two must not be compared across reports. When every score
    is the same it is 1, flagged. Source: Gwet (2008), *British Journal of Mathematical and Statistical Psychology* 61,
    pp. 29–48; weights: Gwet (2014), chapters 3 and 4.
    """
    return chance_corrected(
        "gwet_ac", ratings, weights, _hard_pieces, symmetric=symmetric, when_unanimous=1.0
    )


def _shared_distribution(ratings: Ratings, weights: FloatArray) -> Chance:
    shares = ratings.patterns.shares
    overall = ratings.patterns.mean(shares)
    near = (weights @ overall + weights.T @ overall) / 2
    expected = float(overall @ weights @ overall)
    return Chance(expected, 2 * (shares @ near - expected))


def _null_error(ratings: Ratings, found: Coefficient) -> float:
    """The standard error of Fleiss' kappa if the truth is 0; nan where no formula is known."""
    readings = ratings.patterns.readings
    if found.weights != "identity" or not found.is_defined or ratings.is_clustered:
        return math.nan
    if float(np.ptp(readings)) != 0.0:
        return math.nan
    share = ratings.patterns.mean(ratings.patterns.shares)
    apart = share * (1 - share)
    pairs = ratings.n_units * float(readings[0]) * (float(readings[0]) - 1)
    whole = float(apart.sum())
    return math.sqrt(2 * (whole**2 - float(apart @ (1 - 2 * share))) / pairs) / whole


def _equal_levels(ratings: Ratings, weights: FloatArray) -> Chance:
    return Chance(float(weights.sum()) / ratings.n_levels**2, np.zeros(len(ratings.patterns.times)))


def _hard_pieces(ratings: Ratings, weights: FloatArray) -> Chance:
    k = ratings.n_levels
    shares = ratings.patterns.shares
    overall = ratings.patterns.mean(shares)
    factor = float(weights.sum()) / (k * (k - 1))
    expected = factor * float(overall @ (1 - overall))
    return Chance(expected, 2 * (factor * (shares @ (1 - overall)) - expected))


def _plain(
    name: str,
    matrix: FloatArray,
    label: str,
    ratings: Ratings,
    count_single: bool,
    symmetric: bool = False,
) -> Coefficient:
    """The mean agreement of pairs within pieces, with its standard error by piece."""
    patterns = ratings.patterns
    shared = patterns.shared
    n_shared = int(patterns.times[shared].sum())
    basis = Coefficient(
        name,
        label,
        math.nan,
        method="share of pairs within a piece, mean over pieces; Wilson interval by piece, for these raters",
        n_pieces=ratings.n_shared_pieces,
        n_raters=ratings.n_raters if count_single else ratings.n_shared_raters,
        n_ratings=ratings.n_ratings if count_single else ratings.n_shared_ratings,
    )
    if n_shared == 0:
        return replace(basis, undefined=NO_PAIRS)
    agreeing = patterns.agreeing(matrix)
    value = float(patterns.times @ agreeing / n_shared)
    used = patterns.counts[slice(None) if count_single else shared].sum(axis=0) > 0
    flags = () if used.sum() > 1 else (NO_VARIATION,)
    found = replace(basis, value=value, observed=value, flags=flags)
    if basis.n_pieces < 2:
        return replace(found, flags=(*flags, ONE_PIECE))
    if count_single:
        pieces = ratings.n_pieces
        few, influence = 1.0, ratings.n_units / n_shared * agreeing - value
    else:
        # Units that were scored once move nothing: the spread is that of the shared pieces alone.
        pieces = basis.n_pieces
        influence = np.where(shared, ratings.n_units / n_shared * (agreeing - value), 0.0)
        few = few_shared(ratings)
    se = few * spread_by_piece(ratings, influence)
    found = replace(found, se=se, by_piece=few * moves_by_piece(ratings, influence))
    if symmetric:
        low, high = t_interval(value, se, pieces, 0.0, 1.0)
        told = basis.method.replace("Wilson", "t")
        return replace(found, ci_low=low, ci_high=high, method=told)
    low, high = share_interval(value, se, pieces)
    if se >= LEAST_ERROR:
        return replace(found, ci_low=low, ci_high=high)
    # All pieces alike: the exact interval knows how far it may be off, their spread does not.
    told = basis.method.replace("Wilson", "exact")
    sure = replace(found, ci_low=low, ci_high=high, method=told)
    return sure if value > 1 - 1e-12 else replace(sure, se=math.nan)
