"""Agreement weights: how near two different levels are (1 the same, 0 as far apart as can be).

Weights are for the chance-corrected coefficients. ``ordinal`` here is Gwet's set (Gwet 2014, *Handbook of Inter-Rater
Reliability*, 4th ed., chapter 3); it is not Krippendorff's ordinal metric, which depends on how often each level was used.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError

FloatArray = npt.NDArray[np.float64]

#: The named sets of weights.
NAMES = ("identity", "linear", "quadratic", "ordinal", "ratio")

#: What callers may give: a name, or a square matrix of their own.
Weights = str | Sequence[Sequence[float]] | FloatArray


def identity(levels: FloatArray) -> FloatArray:
    """Only the same level agrees: for levels without an order, and for "exactly the same"."""
    return np.eye(len(levels))


def linear(levels: FloatArray) -> FloatArray:
    """Each step apart costs the same: 1 − distance / greatest distance."""
    return 1.0 - _distances(levels)


def quadratic(levels: FloatArray) -> FloatArray:
    """Distance squared: one level apart costs little, a wide split much. The usual choice for rubric levels."""
    return np.asarray(1.0 - _distances(levels) ** 2)


def ordinal(levels: FloatArray) -> FloatArray:
    """Gwet's ordinal weights: the number of pairs of levels between the two, over the greatest such number."""
    position = np.arange(len(levels), dtype=float)
    apart = np.abs(position[:, None] - position[None, :])
    pairs = (apart + 1) * apart / 2
    greatest = pairs.max(initial=0.0)
    return np.asarray(1.0 - pairs / greatest) if greatest > 0 else np.ones_like(pairs)


def ratio(levels: FloatArray) -> FloatArray:
    """Squared differences relative to the sum: 1 and 2 are further apart than 3 and 4.

    For scales whose values have a true zero (counts, minutes); they mean nothing for positions of rubric levels.
    """
    together = levels[:, None] + levels[None, :]
    apart = np.abs(levels[:, None] - levels[None, :])
    share = np.divide(apart, together, out=np.zeros_like(apart), where=together != 0) ** 2
    # Gwet's set divides by the distance of the outermost levels; with a level 0 every level is as far from it as can be.
    greatest = share.max(initial=0.0)
    return np.asarray(1.0 - share / greatest) if greatest > 0 else np.ones_like(share)


def adjacent(levels: FloatArray, within: float) -> FloatArray:
    """1 where two levels lie at most ``within`` apart, else 0."""
    return (np.abs(levels[:, None] - levels[None, :]) <= within + 1e-9).astype(float)


def weight_matrix(
    weights: Weights, levels: FloatArray, values: FloatArray | None = None
) -> tuple[str, FloatArray]:
    """The name and the matrix of a set of weights.

    Parameters
    ----------
    weights
        ``identity``, ``linear``, ``quadratic``, ``ordinal``, ``ratio``, or a matrix of shape (k, k) with ones on the diagonal,
        symmetric, every entry from 0 to 1.
    levels
        The numbers of the k levels in order, shape (k,): positions 1…k, or values where the scale is an interval scale.
    values
        The values of the levels as people write them, shape (k,), for ``ratio`` weights alone: these ask how far a value is from
        0, which a position never says. By default ``levels``.

    Raises
    ------
    ArgumentError
        Unknown name, a matrix that cannot serve as weights, or ``ratio`` for a scale with a value below 0.
    """
    if isinstance(weights, str):
        makers = {
            "identity": identity,
            "linear": linear,
            "quadratic": quadratic,
            "ordinal": ordinal,
            "ratio": ratio,
        }
        if weights not in makers:
            raise ArgumentError(
                f"There are no weights called “{weights}”.",
                fix=f"Choose one of {', '.join(NAMES)}.",
            )
        if weights != "ratio":
            return weights, makers[weights](levels)
        numbers = levels if values is None else values
        if numbers.min(initial=0.0) < 0:
            raise ArgumentError(
                "Ratio weights need a scale with a true zero, and this one has values below 0.",
                fix="Choose quadratic weights.",
            )
        return weights, ratio(numbers)
    return "given", _checked(weights, len(levels))


def _checked(weights: Sequence[Sequence[float]] | FloatArray, k: int) -> FloatArray:
    try:
        matrix = np.asarray(weights, dtype=float)
    except (TypeError, ValueError) as error:
        raise ArgumentError("The weights are not a table of numbers.") from error
    if matrix.shape != (k, k):
        raise ArgumentError(
            f"The weights have the shape {matrix.shape}, but the scale has {k} levels.",
            fix=f"Give a table of {k} rows and {k} columns, one for each level.",
        )
    if not np.isfinite(matrix).all() or matrix.min() < 0 or matrix.max() > 1:
        raise ArgumentError("Weights must be numbers from 0 to 1.")
    if not np.array_equal(np.diag(matrix), np.ones(k)):
        raise ArgumentError(
            "The same level must agree with itself: put 1 on the diagonal of the weights."
        )
    if not np.allclose(matrix, matrix.T, rtol=0, atol=1e-12):
        raise ArgumentError("The weights must be the same both ways (a symmetric table).")
    return matrix


def _distances(levels: FloatArray) -> FloatArray:
    """Distances between levels as shares of the greatest distance, shape (k, k)."""
    apart = np.abs(levels[:, None] - levels[None, :])
    greatest = apart.max(initial=0.0)
    return np.asarray(apart / greatest) if greatest > 0 else np.zeros_like(apart)
