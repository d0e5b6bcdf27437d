"""Ratings, prepared once: from long arrays to the counts that every coefficient reads.

One ``bincount`` makes the units × levels matrix of counts. A *unit* is what raters agree or disagree about: one piece on one
criterion. Its *piece* is the draw: intervals vary pieces, so five criteria of one piece are five units and one draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError, DataError
from calibrate.stats.patterns import Patterns, collapse

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

#: Up to so many scores of one unit, looking at neighbours is quicker than sorting.
_NEIGHBOURS = 12


@dataclass(frozen=True, eq=False)
class Ratings:
    """Scores in long form, checked and numbered; make it with :func:`prepare_ratings`.

    Attributes
    ----------
    unit, rater, position
        One entry per score, shape (n,): which unit, which rater, which level (0 the lowest). No score appears twice for the
        same unit and rater.
    piece
        The piece of each unit, shape (n_units,), numbered from 0 without gaps.
    levels
        The numbers of the k levels, ascending: positions 1…k, or the values of an interval scale.
    values
        The values of the levels as people write them (half points included), ascending, shape (k,).
    """

    unit: IntArray
    rater: IntArray
    position: IntArray
    piece: IntArray
    levels: FloatArray
    values: FloatArray

    @property
    def n_levels(self) -> int:
        """The number of levels of the scale, used or not."""
        return len(self.levels)

    @property
    def n_units(self) -> int:
        """The number of units that have at least one score."""
        return len(self.piece)

    @property
    def n_pieces(self) -> int:
        """The number of pieces that have at least one score."""
        return int(self.piece.max()) + 1 if len(self.piece) else 0

    @property
    def n_raters(self) -> int:
        """The number of raters who gave at least one score."""
        return int(self.rater.max()) + 1 if len(self.rater) else 0

    @property
    def n_ratings(self) -> int:
        """The number of scores."""
        return len(self.unit)

    @cached_property
    def counts(self) -> IntArray:
        """How many raters gave each level to each unit, shape (n_units, k)."""
        cells = np.bincount(
            self.unit * self.n_levels + self.position, minlength=self.n_units * self.n_levels
        )
        return cells.reshape(self.n_units, self.n_levels).astype(np.int64, copy=False)

    @cached_property
    def patterns(self) -> Patterns:
        """The different rows of `counts`, each once."""
        return collapse(self.counts)

    @cached_property
    def readings(self) -> IntArray:
        """How many raters scored each unit, shape (n_units,), each at least 1."""
        return np.bincount(self.unit, minlength=self.n_units).astype(np.int64, copy=False)

    @cached_property
    def shared(self) -> npt.NDArray[np.bool_]:
        """Which units two or more raters scored: only these can show agreement."""
        return np.asarray(self.readings >= 2)

    @cached_property
    def is_clustered(self) -> bool:
        """Whether some piece holds several units (criteria)."""
        return self.n_units > self.n_pieces

    @cached_property
    def n_shared_pieces(self) -> int:
        """How many pieces have a unit that two or more raters scored."""
        if not self.is_clustered:
            return int(self.shared.sum())
        return int((np.bincount(self.piece, weights=self.shared) > 0).sum())

    @cached_property
    def n_shared_raters(self) -> int:
        """How many raters scored a unit that somebody else scored too."""
        if bool(self.shared.all()):
            return self.n_raters
        return int((np.bincount(self.rater[self.shared[self.unit]], minlength=1) > 0).sum())

    @property
    def n_shared_ratings(self) -> int:
        """How many scores lie on units that two or more raters scored."""
        return int(self.readings[self.shared].sum())

    @cached_property
    def rater_levels(self) -> IntArray:
        """How often each rater gave each level, shape (n_raters, k)."""
        k = self.n_levels
        cells = np.bincount(self.rater * k + self.position, minlength=self.n_raters * k)
        return cells.reshape(self.n_raters, k).astype(np.int64, copy=False)

    @cached_property
    def has_variation(self) -> bool:
        """Whether more than one level was used."""
        return bool((self.counts.sum(axis=0) > 0).sum() > 1)


def prepare_ratings(
    piece: npt.ArrayLike,
    rater: npt.ArrayLike,
    score: npt.ArrayLike,
    levels: npt.ArrayLike,
    *,
    criterion: npt.ArrayLike | None = None,
    interval: bool = False,
) -> Ratings:
    """Check long arrays and number them.

    Parameters
    ----------
    piece, rater, score
        One entry per judgement, shape (n,). Pieces and raters are ids of any kind (whole numbers are quickest); a score is
        a value of the scale, ``nan`` where there is none. Missing scores are dropped; a piece without scores does not count.
    levels
        Every value that the scale has, used or not, shape (k,). Never taken from the scores.
    criterion
        What each score is about, where a piece is scored on several criteria of the same scale: each (piece, criterion) is
        then a unit, and the piece stays the draw.
    interval
        Whether the scale declares that its values are equally spaced numbers. If not (the usual case), statistics work on
        the positions 1…k of the levels.

    Raises
    ------
    ArgumentError
        Arrays of different length, or levels that are not different numbers.
    DataError
        A score that is not a level, or two scores of one rater for the same piece and criterion.
    """
    pieces, raters = np.asarray(piece), np.asarray(rater)
    scores = _as_numbers(score)
    values = _checked_levels(levels)
    criteria = None if criterion is None else np.asarray(criterion)
    columns = [pieces, raters, scores] if criteria is None else [pieces, raters, scores, criteria]
    if len({len(column) for column in columns}) > 1:
        raise ArgumentError("Pieces, raters and scores must have the same length.")

    missing = np.isnan(scores)
    if missing.any():
        there = ~missing
        pieces, raters, scores = pieces[there], raters[there], scores[there]
        criteria = None if criteria is None else criteria[there]

    position = _positions(scores, values, pieces, raters)
    piece_code, n_pieces = _codes(pieces)
    rater_code, n_raters = _codes(raters)
    if criteria is None:
        unit, piece_of_unit = piece_code, np.arange(n_pieces)
    else:
        criterion_code, n_criteria = _codes(criteria)
        unit, n_units = _codes(piece_code * max(n_criteria, 1) + criterion_code)
        piece_of_unit = np.zeros(n_units, dtype=np.int64)
        piece_of_unit[unit] = piece_code
    _refuse_duplicates(unit, rater_code, n_raters, pieces, raters, criteria)

    numbers = values if interval else np.arange(1.0, len(values) + 1.0)
    return Ratings(unit, rater_code, position, piece_of_unit, numbers, values)


def without_rater(ratings: Ratings, rater: int) -> Ratings:
    """The same ratings without one rater's scores; units and raters are numbered anew."""
    return part_of(ratings, ratings.rater != rater)


def part_of(ratings: Ratings, keep: npt.NDArray[np.bool_]) -> Ratings:
    """The same ratings with some of the scores, shape (n,); units, raters and pieces are numbered anew."""
    return _numbered(
        ratings.unit[keep],
        ratings.rater[keep],
        ratings.position[keep],
        ratings.piece,
        ratings.levels,
        ratings.values,
    )


def _as_numbers(score: npt.ArrayLike) -> FloatArray:
    try:
        return np.asarray(score, dtype=float)
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            "Scores must be numbers (nan where there is none).",
            fix="Give letters their values, lowest first, before asking for agreement.",
        ) from error


def _checked_levels(levels: npt.ArrayLike) -> FloatArray:
    try:
        values = np.sort(np.asarray(levels, dtype=float).ravel())
    except (TypeError, ValueError) as error:
        raise ArgumentError("Levels must be numbers.") from error
    if len(values) == 0 or not np.isfinite(values).all() or (np.diff(values) <= 1e-9).any():
        raise ArgumentError("Levels must be different numbers, at least one.")
    return values


def _positions(
    scores: FloatArray,
    values: FloatArray,
    pieces: npt.NDArray[np.generic],
    raters: npt.NDArray[np.generic],
) -> IntArray:
    nearest = _nearest(scores, values)
    off = np.abs(values[nearest] - scores) > 1e-9
    if off.any():
        where = int(np.flatnonzero(off)[0])
        raise DataError(
            f"The score {scores[where]:g} (piece {pieces[where]}, rater {raters[where]}) is not a level of the scale "
            f"{', '.join(f'{value:g}' for value in values)}.",
            fix="Correct the score, or give the whole scale.",
        )
    return nearest


def _nearest(scores: FloatArray, values: FloatArray) -> IntArray:
    """The place of the level that a score may be, by arithmetic where levels are equally far apart."""
    steps = np.diff(values)
    if len(steps) and np.ptp(steps) < 1e-12:
        place = np.rint((scores - values[0]) / steps[0])
        return np.asarray(np.clip(place, 0, len(values) - 1, out=place), dtype=np.int64)
    found = np.searchsorted(values, scores - 1e-9).clip(max=len(values) - 1)
    return np.asarray(found, dtype=np.int64)


def _codes(labels: npt.NDArray[np.generic]) -> tuple[IntArray, int]:
    """Number labels 0…m−1 in sorted order; and m."""
    if (
        labels.dtype.kind in "iu"
        and len(labels)
        and labels.min() >= 0
        and labels.max() < 4 * len(labels) + 1024
    ):
        used = np.bincount(labels) > 0
        if used.all():
            return labels.astype(np.int64, copy=False), len(used)
        return (np.cumsum(used) - 1)[labels].astype(np.int64, copy=False), int(used.sum())
    if labels.dtype.kind == "O":
        labels = labels.astype(str)
    found, codes = np.unique(labels, return_inverse=True)
    return codes.astype(np.int64, copy=False), len(found)


def _refuse_duplicates(
    unit: IntArray,
    rater: IntArray,
    n_raters: int,
    pieces: npt.NDArray[np.generic],
    raters: npt.NDArray[np.generic],
    criteria: npt.NDArray[np.generic] | None,
) -> None:
    place = _scored_again(unit, rater, n_raters)
    if place is not None:
        on = "" if criteria is None else f" on {criteria[place]}"
        raise DataError(
            f"Rater {raters[place]} scored piece {pieces[place]}{on} more than once.",
            fix="Keep one score: two readings by the same rater are not averaged.",
        )


def _scored_again(unit: IntArray, rater: IntArray, n_raters: int) -> int | None:
    """Where a rater's second score of a unit stands; None where there is none."""
    if len(unit) and bool((unit[1:] >= unit[:-1]).all()):
        # Tables mostly come piece by piece: then a unit's scores are neighbours, and few.
        most = int(np.bincount(unit).max())
        if most <= _NEIGHBOURS:
            for apart in range(1, most):
                twice = rater[apart:] == rater[:-apart]
                twice &= unit[apart:] == unit[:-apart]
                if twice.any():
                    return int(np.argmax(twice)) + apart
            return None
    key = unit * max(n_raters, 1) + rater
    # Half the width sorts in two thirds of the time.
    in_order = np.sort(key.astype(np.int32) if len(key) and key.max() < 2**31 else key)
    twice = in_order[1:] == in_order[:-1]
    if not twice.any():
        return None
    return int(np.flatnonzero(key == in_order[int(np.argmax(twice))])[1])


def _numbered(
    unit: IntArray,
    rater: IntArray,
    position: IntArray,
    piece_of_unit: IntArray,
    levels: FloatArray,
    values: FloatArray,
) -> Ratings:
    """Ratings again after some scores were dropped: units, raters and pieces renumbered without gaps."""
    new_unit, n_units = _codes(unit)
    piece = np.zeros(n_units, dtype=np.int64)
    piece[new_unit] = piece_of_unit[unit]
    return Ratings(new_unit, _codes(rater)[0], position, _codes(piece)[0], levels, values)
