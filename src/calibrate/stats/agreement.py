"""Agreement of any number of raters, each piece scored by some of them: plain, and beyond chance.

Gwet (2014) is K. L. Gwet, *Handbook of Inter-Rater Reliability*, 4th ed. Missing scores are fine everywhere here: a
piece counts with the raters who scored it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibrate.stats.chance import Chance, agreement_by_unit, chance_corrected, level_shares
from calibrate.stats.intervals import exact_interval, standard_error, t_interval
from calibrate.stats.ratings import Ratings
from calibrate.stats.results import NO_PAIRS, NO_VARIATION, ONE_PIECE, Coefficient
from calibrate.stats.weights import Weights, adjacent, weight_matrix

FloatArray = npt.NDArray[np.float64]


def exact_agreement(ratings: Ratings, *, count_single: bool = False) -> Coefficient:
    """How often do two raters of the same piece give exactly the same level?

    The first number a team should look at, and the easiest to say aloud: "on this criterion we chose the same level 7 times
    in 10". Each piece weighs the same, however many raters scored it.

    It misleads when nearly every piece sits at one level (then it is high by luck alone: look at AC1/AC2 beside it) and when
    scales differ (with two levels, guessing already agrees half the time). Source: Gwet (2014),
    chapter 2.

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

    It misleads on short scales: with two levels every pair is adjacent, with four, guessing already gives 0.63.

    Parameters
    ----------
    ratings
        What was scored.
    within
        How far apart two values may be, in points of the scale. By default one level; on a scale with half points one whole
        point (two levels), which is what programs that score in half points use.
    """
    values = ratings.values
    steps = np.diff(values)
    if within is None and len(steps) and bool((steps < 1.0 - 1e-9).any()):
        within = 1.0
    if within is None:
        matrix, told = (
            adjacent(np.arange(ratings.n_levels, dtype=float), 1.0),
            "at most one level apart",
        )
    else:
        matrix, told = (
            adjacent(values, within),
            f"at most {within:g} {'point' if within == 1 else 'points'} apart",
        )
    result = _plain("adjacent_agreement", matrix, "identity", ratings, False)
    flags = (
        (*result.flags, "every pair is adjacent on this scale")
        if bool((matrix == 1).all())
        else result.flags
    )
    return replace(result, flags=flags, method=f"{told}; {result.method}")


def percent_agreement(ratings: Ratings, weights: Weights = "identity") -> Coefficient:
    """Weighted agreement before any correction: the share of pairs that agree, near misses counted in part.

    With identity weights this is exact agreement; with others it is the "observed" half of the chance-corrected
    coefficients. On its own it flatters: quadratic weights give 0.9 to almost any panel. Standard error: Gwet (2014),
    chapter 5.
    """
    label, matrix = weight_matrix(weights, ratings.levels)
    return _plain("percent_agreement", matrix, label, ratings, True)


def fleiss_kappa(ratings: Ratings, weights: Weights = "quadratic") -> Coefficient:
    """How far do many raters agree beyond luck, if luck means drawing from the levels that the panel used?

    Generalizes Scott's pi to any number of raters, who need not be the same for each piece.

    It misleads when almost all pieces sit at one level: luck then explains nearly everything, and kappa falls to zero or
    below although the team hardly ever differs (the "kappa paradox"; Gwet's coefficient is made for that). Undefined when
    every score is the same. Source: Fleiss (1971), *Psychological Bulletin* 76, pp. 378–382; weights and missing scores as
    in Gwet (2014), chapters 2 and 3.
    """
    return chance_corrected("fleiss_kappa", ratings, weights, _shared_distribution)


def brennan_prediger(ratings: Ratings, weights: Weights = "quadratic") -> Coefficient:
    """How far do raters agree beyond luck, if luck means choosing any level of the scale with equal chance?

    The simplest idea of chance, and the same for every panel on the same scale, so it compares well from session to session.

    It misleads when some levels are hardly ever right (a 6-point scale on which only 3 and 4 occur looks better than it is).
    When every score is the same it is 1, flagged. Source: Brennan & Prediger (1981), *Educational and Psychological
    Measurement* 41, pp. 687–699.
    """
    return chance_corrected("brennan_prediger", ratings, weights, _equal_levels, when_unanimous=1.0)


def gwet_ac(ratings: Ratings, weights: Weights = "quadratic") -> Coefficient:
    """How far do raters agree beyond luck, if luck is only possible on pieces that are hard to score?

    Gwet's AC1 (identity weights) and AC2 (any others). It stays close to what people see where kappa collapses because most
    pieces sit at one level, which is common in a class set.

    It misleads when read as kappa: it is usually higher, and the two must not be compared across reports. When every score
    is the same it is 1, flagged. Source: Gwet (2008), *British Journal of Mathematical and Statistical Psychology* 61,
    pp. 29–48; weights: Gwet (2014), chapters 3 and 4.
    """
    return chance_corrected("gwet_ac", ratings, weights, _hard_pieces, when_unanimous=1.0)


def _shared_distribution(ratings: Ratings, weights: FloatArray) -> Chance:
    shares = level_shares(ratings)
    overall = shares.mean(axis=0)
    near = (weights @ overall + weights.T @ overall) / 2
    expected = float(overall @ weights @ overall)
    return Chance(expected, 2 * (shares @ near - expected))


def _equal_levels(ratings: Ratings, weights: FloatArray) -> Chance:
    return Chance(float(weights.sum()) / ratings.n_levels**2, np.zeros(ratings.n_units))


def _hard_pieces(ratings: Ratings, weights: FloatArray) -> Chance:
    k = ratings.n_levels
    shares = level_shares(ratings)
    overall = shares.mean(axis=0)
    factor = float(weights.sum()) / (k * (k - 1))
    expected = factor * float(overall @ (1 - overall))
    return Chance(expected, 2 * (factor * (shares @ (1 - overall)) - expected))


def _plain(
    name: str, matrix: FloatArray, label: str, ratings: Ratings, count_single: bool
) -> Coefficient:
    """The mean agreement of pairs within pieces, with its standard error by piece."""
    kept = ratings if count_single else ratings.shared_only()
    basis = Coefficient(
        name,
        label,
        math.nan,
        method="share of pairs within a piece, mean over pieces; t interval by piece, for these raters",
        n_pieces=ratings.n_shared_pieces,
        n_raters=kept.n_raters,
        n_ratings=kept.n_ratings,
    )
    n_shared = int(kept.shared.sum())
    if n_shared == 0:
        return replace(basis, undefined=NO_PAIRS)
    by_unit = agreement_by_unit(kept, matrix)
    value = float(by_unit.sum() / n_shared)
    flags = () if kept.has_variation else (NO_VARIATION,)
    pieces = len(np.unique(kept.piece))
    found = replace(basis, value=value, observed=value, flags=flags)
    if pieces < 2:
        return replace(found, flags=(*flags, ONE_PIECE))
    se = standard_error(kept.n_units / n_shared * by_unit - value, kept.piece)
    if se < 1e-12:
        low, high = exact_interval(value, ratings.n_shared_pieces)
        told = f"{found.method.rsplit(';', 1)[0]}; exact interval by piece, for these raters"
        return replace(found, se=se, ci_low=low, ci_high=high, method=told)
    low, high = t_interval(value, se, pieces, 0.0, 1.0)
    return replace(found, se=se, ci_low=low, ci_high=high)
