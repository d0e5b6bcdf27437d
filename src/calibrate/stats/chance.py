"""The one skeleton of all chance-corrected coefficients for many raters: observed, expected, adjusted, interval.

A coefficient supplies only its idea of chance: how much agreement luck alone would give (:class:`Chance`). Everything else,
the counts, the weights, the adjustment (observed − expected) / (1 − expected), and Gwet's standard error, is shared.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibrate.stats.intervals import standard_error, t_interval
from calibrate.stats.ratings import Ratings
from calibrate.stats.results import (
    ALL_THE_SAME,
    NO_PAIRS,
    NO_VARIATION,
    ONE_PIECE,
    PERFECT,
    Coefficient,
)
from calibrate.stats.weights import Weights, weight_matrix

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Chance:
    """What one idea of chance says.

    Attributes
    ----------
    expected
        The agreement that luck alone would give (0–1).
    influence
        How each unit moves that expectation, shape (n_units,), summing to 0; zeros where it is a constant.
    """

    expected: float
    influence: FloatArray


#: From ratings and a weight matrix to what chance would give.
ChanceModel = Callable[[Ratings, FloatArray], Chance]


def agreement_by_unit(ratings: Ratings, weights: FloatArray) -> FloatArray:
    """Weighted agreement over the pairs of raters within each unit, shape (n_units,); 0 for a unit read once."""
    counts = ratings.counts.astype(float)
    n = ratings.readings.astype(float)
    pairs = n * (n - 1)
    agreeing = (counts * (counts @ weights)).sum(axis=1) - counts @ np.diag(weights)
    return np.asarray(np.divide(agreeing, pairs, out=np.zeros_like(pairs), where=pairs > 0))


def level_shares(ratings: Ratings) -> FloatArray:
    """Each unit's scores as shares of the levels, shape (n_units, k): every unit weighs the same."""
    return np.asarray(ratings.counts / ratings.readings[:, None])


def chance_corrected(
    name: str,
    ratings: Ratings,
    weights: Weights,
    chance: ChanceModel,
    *,
    when_unanimous: float = math.nan,
) -> Coefficient:
    """One chance-corrected coefficient over all raters, with Gwet's standard error.

    Pieces that only one rater scored count toward chance, as in Gwet (2014, chapters 2 and 3), but cannot show agreement.
    The standard error is Gwet's (2008, *British Journal of Mathematical and Statistical Psychology* 61, pp. 29–48;
    2014, chapter 5), taken by piece, for these raters and other pieces; the interval is Student's t.

    Parameters
    ----------
    name
        The coefficient's name in the result.
    ratings, weights, chance
        What was scored, how near two levels are, and this coefficient's idea of chance.
    when_unanimous
        The value when every score is the same, by convention: 1 for coefficients whose idea of chance allows it, ``nan`` for
        those that become 0/0.
    """
    label, matrix = weight_matrix(weights, ratings.levels)
    basis = Coefficient(
        name,
        label,
        math.nan,
        method="mean over pieces; Gwet's standard error by piece, t interval, for these raters",
        n_pieces=ratings.n_shared_pieces,
        n_raters=ratings.n_raters,
        n_ratings=ratings.n_ratings,
    )
    shared = ratings.shared
    n, n_shared = ratings.n_units, int(shared.sum())
    if n_shared == 0:
        return replace(basis, undefined=NO_PAIRS)
    by_unit = agreement_by_unit(ratings, matrix)
    observed = float(by_unit.sum() / n_shared)
    if not ratings.has_variation:
        return _unanimous(basis, when_unanimous)

    model = chance(ratings, matrix)
    expected = model.expected
    if 1.0 - expected < 1e-12:
        return replace(basis, undefined=ALL_THE_SAME, observed=observed, expected=expected)
    value = (observed - expected) / (1.0 - expected)

    inflated = n / n_shared * (by_unit - expected * shared) / (1.0 - expected)
    influence = inflated - (1.0 - value) * model.influence / (1.0 - expected) - value
    se = standard_error(influence, ratings.piece)
    found = replace(basis, value=value, observed=observed, expected=expected)
    if basis.n_pieces < 2:
        return replace(found, flags=(ONE_PIECE,))
    found = replace(found, se=se)
    if bool((by_unit[shared] == 1.0).all()):
        return replace(found, flags=(PERFECT,))
    low, high = t_interval(value, se, len(np.unique(ratings.piece)))
    return replace(found, ci_low=low, ci_high=high)


def _unanimous(basis: Coefficient, value: float) -> Coefficient:
    if math.isnan(value):
        return replace(basis, undefined=ALL_THE_SAME, observed=1.0, flags=(NO_VARIATION,))
    return replace(basis, value=value, se=0.0, observed=1.0, flags=(NO_VARIATION,))
