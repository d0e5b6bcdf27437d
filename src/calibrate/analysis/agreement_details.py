"""Where raters agree and where they part: piece by piece, level by level, and two raters' scores in points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.analysis.wording import count, percent
from calibrate.stats.agreement import near_levels
from calibrate.stats.all_pairs import confusion, level_agreement
from calibrate.stats.concordance import Limits, limits_of_agreement
from calibrate.stats.ratings import Ratings

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PieceAgreement:
    """How far the readers of one piece agreed: shares of pairs of scores, over its criteria.

    Parameters
    ----------
    piece
        Its code.
    n_ratings
        Scores on what two or more raters scored.
    exact, adjacent
        Shares of pairs at the same level, and at most one level (on half-point scales one point) apart.
    """

    piece: str
    n_ratings: int
    exact: float
    adjacent: float


@dataclass(frozen=True, eq=False)
class LevelConfusion:
    """Which level is confused with which.

    Parameters
    ----------
    values
        The levels, lowest first.
    shares
        Shares of pairs of scores, shape (k, k), symmetric, summing to 1.
    agreement
        For each level: where one rater gave it, how often another gave it too; nan where nobody did.
    """

    values: tuple[float, ...]
    shares: FloatArray
    agreement: FloatArray

    @property
    def sentence(self) -> str:
        """The two levels that are taken for each other most often; empty where raters never differed."""
        apart = np.triu(2 * self.shares, 1)
        if not np.isfinite(apart).all() or not apart.any():
            return ""
        low, high = np.unravel_index(int(np.argmax(apart)), apart.shape)
        return (
            f"The levels taken for each other most often are {self.values[low]:g} and {self.values[high]:g}: "
            f"in {percent(float(apart[low, high]))} of the pairs of scores."
        )


@dataclass(frozen=True, eq=False)
class AgreementDetails:
    """What lies behind the numbers of one criterion, or of all together.

    Parameters
    ----------
    pieces
        Pieces that two or more raters scored; those on which they agreed least come first.
    levels
        None where the criteria have different scales.
    limits
        Bland and Altman's limits; None where there are not two raters.
    first, second
        The two raters: differences are the first minus the second.
    """

    pieces: tuple[PieceAgreement, ...]
    levels: LevelConfusion | None
    limits: Limits | None
    first: str = ""
    second: str = ""

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer."""
        found: dict[str, object] = {
            "by_piece": [
                {
                    "piece": one.piece,
                    "n_ratings": one.n_ratings,
                    "exact_agreement": one.exact,
                    "adjacent_agreement": one.adjacent,
                }
                for one in self.pieces
            ]
        }
        if self.levels is not None:
            found["by_level"] = {
                "levels": list(self.levels.values),
                "confusion": [[_known(v) for v in row] for row in self.levels.shares],
                "agreement": [_known(v) for v in self.levels.agreement],
            }
        if self.limits is not None:
            found["limits_of_agreement"] = {
                "first": self.first,
                "second": self.second,
                "difference": _known(self.limits.difference),
                "ci_low": _known(self.limits.difference_low),
                "ci_high": _known(self.limits.difference_high),
                "lower": _known(self.limits.lower),
                "upper": _known(self.limits.upper),
                "n_pieces": self.limits.n_pieces,
                "undefined": self.limits.undefined,
            }
        return found

    @property
    def limits_sentence(self) -> str:
        """How far the two raters' scores may lie apart, in points; empty where there are not two."""
        found = self.limits
        if found is None:
            return ""
        if found.undefined:
            return (
                f"How far the two raters' scores may lie apart cannot be told: {found.undefined}."
            )
        return (
            f"{self.first} scores {_points(found.difference)} points beside {self.second} on average "
            f"({_points(found.difference_low)} to {_points(found.difference_high)}); about 95% of the differences lie "
            f"between {_points(found.lower)} and {_points(found.upper)} ({count(found.n_pieces, 'piece')})."
        )


def agreement_details(
    ratings: Ratings,
    pieces: Sequence[str],
    raters: Sequence[str],
    *,
    same_scale: bool = True,
    numbers: Ratings | None = None,
) -> AgreementDetails:
    """Agreement by piece and by level, and the limits of agreement where two raters scored.

    Parameters
    ----------
    ratings
        What was scored.
    pieces, raters
        What the pieces and the raters of ``ratings`` are called, in the order of their numbers.
    same_scale
        Whether the levels of all units are of one scale.
    numbers
        What the limits are about, if not ``ratings``: whole scores, where there are several criteria.
    """
    about = ratings if numbers is None else numbers
    two = ratings.n_raters == 2
    values = tuple(float(v) for v in ratings.values)
    levels = LevelConfusion(values, confusion(ratings), level_agreement(ratings))
    return AgreementDetails(
        _by_piece(ratings, pieces),
        levels if same_scale else None,
        limits_of_agreement(about) if two else None,
        *(raters if two else ()),
    )


def _by_piece(ratings: Ratings, names: Sequence[str]) -> tuple[PieceAgreement, ...]:
    patterns, shared = ratings.patterns, ratings.shared
    piece = ratings.piece[shared]
    many = ratings.n_pieces
    units = np.bincount(piece, minlength=many)
    scores = np.bincount(piece, weights=ratings.readings[shared], minlength=many)
    kinds = (np.eye(ratings.n_levels), near_levels(ratings)[0])
    exact, near = (
        np.bincount(piece, weights=patterns.agreeing(kind)[patterns.which][shared], minlength=many)
        for kind in kinds
    )
    found = [
        PieceAgreement(
            str(names[i]), int(scores[i]), float(exact[i] / units[i]), float(near[i] / units[i])
        )
        for i in np.flatnonzero(units).tolist()
    ]
    return tuple(sorted(found, key=lambda one: (one.exact, one.adjacent, one.piece)))


def _points(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
