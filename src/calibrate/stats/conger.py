"""Conger's kappa: many raters, each with habits of their own, and missing scores."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from calibrate.stats.chance import Chance, chance_corrected
from calibrate.stats.ratings import Ratings
from calibrate.stats.results import Coefficient
from calibrate.stats.weights import Weights

FloatArray = npt.NDArray[np.float64]


def conger_kappa(
    ratings: Ratings, weights: Weights = "quadratic", *, symmetric: bool = False
) -> Coefficient:
    """How far do many raters agree beyond luck, if luck means each keeping to how often they use each level?

    Generalizes Cohen's kappa to any number of raters: the right companion of a panel whose members stay the same. With raters
    who are interchangeable, or who each read a few pieces, Fleiss' kappa is the better question.

    It misleads as Cohen's kappa does: it is low where most pieces sit at one level, and it forgives a harsh rater, whose
    habits count as chance. A rater who read very few pieces has margins of chance alone. Undefined when every score is the
    same. Sources: Conger (1980), *Psychological Bulletin* 88, pp. 322–328; missing scores, weights and standard error as in
    Gwet (2014), *Handbook of Inter-Rater Reliability*, 4th ed., chapters 2, 3 and 5.

    Parameters
    ----------
    ratings
        What was scored.
    weights
        How near two levels are.
    symmetric
        Student's t interval about the value instead of the one on Fisher's z scale.
    """
    return chance_corrected("conger_kappa", ratings, weights, _own_habits, symmetric=symmetric)


def _own_habits(ratings: Ratings, weights: FloatArray) -> Chance:
    q, n = ratings.n_raters, ratings.n_units
    nothing = np.zeros(len(ratings.patterns.times))
    if q < 2:
        return Chance(math.nan, nothing)
    scored = ratings.rater_levels.sum(axis=1)
    habits = ratings.rater_levels / scored[:, None]
    near = (weights + weights.T) / 2
    together = habits.sum(axis=0)
    own = (habits @ near * habits).sum(axis=1)
    pairs = q * (q - 1)
    expected = float(together @ near @ together - own.sum()) / pairs
    # What one more score at this level by this rater does to the expected agreement of the rater with the others.
    others = (together[None, :] - habits) @ near
    gain = 2 * n / scored[:, None] * (others - (others * habits).sum(axis=1)[:, None]) / pairs
    by_unit = np.bincount(ratings.unit, weights=gain[ratings.rater, ratings.position], minlength=n)
    return Chance(expected, nothing, np.asarray(by_unit, dtype=float))
