"""The one skeleton of all chance-corrected coefficients for many raters: observed, expected, adjusted, interval.

A coefficient supplies only its idea of chance: how much agreement luck alone would give (:class:`Chance`). Everything else,
the counts, the weights, the adjustment (observed − expected) / (1 − expected), and Gwet's standard error, is shared. What
depends on a piece's counts alone is worked out once for each pattern of counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibrate.stats.intervals import fisher_interval, t_interval
from calibrate.stats.ratings import Ratings
from calibrate.stats.results import (
    ALL_THE_SAME,
    LEAST_ERROR,
    NO_PAIRS,
    NO_VARIATION,
    ONE_PIECE,
    PERFECT,
    Coefficient,
    without_spread,
)
from calibrate.stats.weights import Weights, weight_matrix

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Chance:
    """What one idea of chance says.

    Attributes
    ----------
    expected
        The agreement that luck alone would give (0–1).
    influence
        How a unit of each pattern moves that expectation, shape (p,), with mean 0 over the units; zeros where it is constant.
    by_unit
        How each unit moves it besides, shape (n_units,), where that depends on who scored; else None.
    """

    expected: float
    influence: FloatArray
    by_unit: FloatArray | None = None


#: From ratings and a weight matrix to what chance would give.
ChanceModel = Callable[[Ratings, FloatArray], Chance]


def spread_by_piece(
    ratings: Ratings, influence: FloatArray, by_unit: FloatArray | None = None
) -> float:
    """The standard error of a mean over units when whole pieces are drawn.

    Parameters
    ----------
    ratings
        What was scored.
    influence
        What a unit of each pattern adds to the statistic beyond its value, shape (p,); 0 for patterns that do not count.
    by_unit
        What each unit adds besides, shape (n_units,).

    Returns
    -------
    float
        ``sqrt(c / (c − 1) · Σ (sum of influence within a piece)²) / n_units`` with c pieces; with one unit per piece this is
        Gwet's form, ``sqrt(Σ influence² / (n (n − 1)))``. ``nan`` with fewer than two pieces.
    """
    pieces = ratings.n_pieces
    if pieces < 2:
        return math.nan
    patterns = ratings.patterns
    if by_unit is None and not ratings.is_clustered:
        squares = float(patterns.times @ influence**2)
        return math.sqrt(pieces / (pieces - 1) * squares) / ratings.n_units
    return float(np.linalg.norm(moves_by_piece(ratings, influence, by_unit)))


def moves_by_piece(
    ratings: Ratings, influence: FloatArray, by_unit: FloatArray | None = None
) -> FloatArray:
    """How far each piece moves a mean over units, shape (n_pieces,): the root of the sum of squares is `spread_by_piece`."""
    each = influence[ratings.patterns.which]
    each = each if by_unit is None else each + by_unit
    pieces = ratings.n_pieces
    scale = math.sqrt(pieces / (pieces - 1)) / ratings.n_units
    return np.asarray(scale * np.bincount(ratings.piece, weights=each, minlength=pieces))


def chance_corrected(
    name: str,
    ratings: Ratings,
    weights: Weights,
    chance: ChanceModel,
    *,
    symmetric: bool = False,
    when_unanimous: float = math.nan,
) -> Coefficient:
    """One chance-corrected coefficient over all raters, with Gwet's standard error.

    Pieces that only one rater scored count toward chance, as in Gwet (2014, chapters 2 and 3), but cannot show agreement.
    The standard error is Gwet's (2008, *British Journal of Mathematical and Statistical Psychology* 61, pp. 29–48;
    2014, chapter 5), taken by piece, for these raters and other pieces. Where some pieces were scored once we part from him:
    observed agreement is a mean over the shared pieces, whose number varies with the pieces drawn, so it is linearized as a
    ratio. His form holds that number fixed and takes a single reading for a piece without agreement: with one piece in ten
    read twice its error is nearly half too large.

    Parameters
    ----------
    name
        The coefficient's name in the result.
    ratings, weights, chance
        What was scored, how near two levels are, and this coefficient's idea of chance.
    symmetric
        Gwet's own standard error and interval, Student's t about the value, instead of the one on Fisher's z scale that
        covers better.
    when_unanimous
        The value when every score is the same, by convention: 1 for coefficients whose idea of chance allows it, ``nan`` for
        those that become 0/0.
    """
    label, matrix = weight_matrix(weights, ratings.levels, ratings.values)
    scale = "" if symmetric else " on Fisher's z scale"
    basis = Coefficient(
        name,
        label,
        math.nan,
        method=f"mean over pieces; Gwet's standard error by piece, t interval{scale}, for these raters",
        n_pieces=ratings.n_shared_pieces,
        n_raters=ratings.n_raters,
        n_ratings=ratings.n_ratings,
    )
    patterns, n = ratings.patterns, ratings.n_units
    shared = patterns.shared
    n_shared = int(patterns.times[shared].sum())
    if n_shared == 0:
        return replace(basis, undefined=NO_PAIRS)
    agreeing = patterns.agreeing(matrix)
    observed = float(patterns.times @ agreeing / n_shared)
    if not ratings.has_variation:
        return unanimous(basis, when_unanimous)

    model = chance(ratings, matrix)
    expected = model.expected
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

    share = (1.0 - value) / (1.0 - expected)
    by_unit = None if model.by_unit is None else -share * model.by_unit
    pieces = ratings.n_pieces
    if symmetric:
        seen = n / n_shared * (agreeing - expected * shared) / (1.0 - expected) - value
        few = 1.0
    else:
        seen = n / n_shared * (agreeing - observed * shared) / (1.0 - expected)
        few, pieces = few_shared(ratings), basis.n_pieces
    influence = seen - share * model.influence
    found = replace(
        found,
        se=few * spread_by_piece(ratings, influence, by_unit),
        by_piece=few * moves_by_piece(ratings, influence, by_unit),
    )
    if bool((agreeing[shared] == 1.0).all()):
        return replace(found, flags=(PERFECT,))
    if found.se < LEAST_ERROR:
        return without_spread(found)
    interval = t_interval if symmetric else fisher_interval
    low, high = interval(value, found.se, pieces)
    return replace(found, ci_low=low, ci_high=high)


def few_shared(ratings: Ratings) -> float:
    """What a standard error by piece is multiplied by where only shared pieces teach about agreement.

    `spread_by_piece` divides by all pieces less one; with c shared pieces among n it must be c / (c − 1), not n / (n − 1).
    """
    pieces, every = ratings.n_shared_pieces, ratings.n_pieces
    return math.sqrt(pieces / (pieces - 1) * (every - 1) / every)


def unanimous(basis: Coefficient, value: float) -> Coefficient:
    """The answer where every score is the same: ``value`` by convention, or undefined where that is nan."""
    if math.isnan(value):
        return replace(basis, undefined=ALL_THE_SAME, observed=1.0, flags=(NO_VARIATION,))
    return replace(basis, value=value, se=0.0, observed=1.0, flags=(NO_VARIATION,))
