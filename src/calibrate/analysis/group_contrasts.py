"""Within-piece contrasts of groups of raters: who of which group read what, and the mean difference on shared pieces."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibrate.analysis.comparability_words import REST
from calibrate.analysis.intervals import Estimate, codes_of, mean_by_piece, residual_variance
from calibrate.analysis.severity import TOTAL


@dataclass(frozen=True)
class Contrast:
    """One group against another on the pieces that raters of both read.

    Parameters
    ----------
    estimate
        The mean over shared pieces, with its error for these raters.
    n_raters_a, n_raters_b
        Raters of each side who read shared pieces.
    uneven_a, uneven_b
        The sum over a side's raters of the squared share of the readings that each made: 1 for a
        single rater, 1/m for m raters who read equally much.
    beyond
        For each school of either side by how much of the variance between its raters the error for the
        schools exceeds ``estimate``'s: what the scatter of the pieces already holds of it is taken off.
    criterion
        Whose readings alone it rests on: the criterion's where a total has only one to go by.
    others
        The schools that stand on the second side: of the rest those alone with which pieces are shared.
    identity
        The scores on either side: two contrasts of the same scores are one, whatever they are called and
        whichever side comes first. None where nothing is shared.
    """

    estimate: Estimate
    n_raters_a: int
    n_raters_b: int
    uneven_a: float
    uneven_b: float
    beyond: Mapping[str, float]
    criterion: str
    others: tuple[str, ...] = ()
    identity: frozenset[bytes] | None = None


@dataclass(frozen=True)
class _Side:
    """One side of a contrast."""

    n_raters: int
    uneven: float
    beyond: dict[str, float]
    groups: tuple[str, ...]
    scores: bytes


@dataclass(frozen=True)
class Readings:
    """One number for each reading.

    Parameters
    ----------
    piece, rater
        Whole numbers from 0; a rater's place is that of `Grid.group_of`.
    score, centred
        The score, and the score less its criteria's means over the table.
    """

    piece: NDArray[np.intp]
    rater: NDArray[np.intp]
    score: NDArray[np.float64]
    centred: NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """Scores by criterion, piece and group, and the readings behind them."""

    criteria: tuple[str, ...]
    groups: tuple[str, ...]
    total: NDArray[np.float64]  # criterion × piece × group
    n: NDArray[np.float64]
    criterion: NDArray[np.intp]  # of each score
    piece: NDArray[np.intp]
    reading: NDArray[np.intp]
    group: NDArray[np.intp]
    score: NDArray[np.float64]
    rater_of: NDArray[np.intp]  # of each reading
    group_of: NDArray[np.intp]  # of each rater

    @classmethod
    def of(cls, rows: pd.DataFrame, group: str) -> Grid:
        """The grid of independent blind readings, each with a group."""
        criteria, groups = sorted(set(rows["criterion"])), sorted(set(rows[group]))
        c, p, g, r = (
            codes_of(rows[column].tolist()) for column in ("criterion", "piece", group, "rater")
        )
        score = rows["score"].to_numpy(dtype=float)
        return cls.of_codes(c, p, r, g, score, tuple(criteria), tuple(groups))

    @classmethod
    def of_codes(
        cls,
        criterion: NDArray[np.intp],
        piece: NDArray[np.intp],
        rater: NDArray[np.intp],
        group: NDArray[np.intp],
        score: NDArray[np.float64],
        criteria: tuple[str, ...],
        groups: tuple[str, ...],
    ) -> Grid:
        """The grid of scores given as whole numbers from 0 for criterion, piece, rater and group."""
        n_pieces = int(piece.max()) + 1 if len(piece) else 0
        shape = (len(criteria), n_pieces, len(groups))
        cell = (criterion * n_pieces + piece) * len(groups) + group
        size = math.prod(shape)
        total = np.bincount(cell, score, size).astype(np.float64).reshape(shape)
        n: NDArray[np.float64] = np.bincount(cell, minlength=size).astype(np.float64).reshape(shape)
        # A rater who scored for two groups counts as one rater of each.
        people, who = np.unique(rater * max(len(groups), 1) + group, return_inverse=True)
        readings, reading = np.unique(piece * max(len(people), 1) + who, return_inverse=True)
        return cls(
            criteria,
            groups,
            total,
            n,
            criterion,
            piece,
            reading.astype(np.intp),
            group,
            score,
            (readings % max(len(people), 1)).astype(np.intp),
            (people % max(len(groups), 1)).astype(np.intp),
        )

    def readings_on(self, criterion: str) -> Readings:
        """Every reading's score on one criterion, or its mean over the criteria that it judged."""
        mine = np.arange(len(self.score))
        if criterion != TOTAL:
            mine = np.flatnonzero(self.criterion == self.criteria.index(criterion))
        size = len(self.rater_of)
        times = np.bincount(self.reading[mine], minlength=size)
        there = times > 0
        # What a criterion is easier than others by must not look like a kind rater who judged it alone.
        each = np.maximum(np.bincount(self.criterion, minlength=len(self.criteria)), 1)
        easy = np.bincount(self.criterion, self.score, len(self.criteria)) / each
        even = self.score - easy[self.criterion]
        plain, centred = (
            np.bincount(self.reading[mine], one[mine], size)[there] / times[there]
            for one in (self.score, even)
        )
        piece = np.zeros(size, dtype=np.intp)
        piece[self.reading] = self.piece
        return Readings(piece[there], self.rater_of[there], plain, centred)

    def judgement_variance(self, criterion: str) -> float:
        """What one judgement varies by around its piece and rater (nan where the readings cannot say)."""
        found = self.readings_on(criterion)
        return residual_variance(found.piece, found.rater, found.score)

    def others(self, a: str, b: str) -> list[int]:
        """The groups of the second side."""
        return [i for i, name in enumerate(self.groups) if (name != a if b == REST else name == b)]

    def contrast(
        self, a: str, b: str, criterion: str, variance: float, steps: Mapping[str, float]
    ) -> Contrast:
        """The mean difference of a and b over shared pieces, and the raters behind it.

        Parameters
        ----------
        variance
            Of a single judgement (`judgement_variance`): no error is believed to be smaller than it allows.
        steps
            The distance between neighbouring scores, by criterion. A score stands for half a step to either
            side, so that no judgement varies by less than step²/12 (Sheppard's correction): four pieces on
            which two people happened to be equally far apart do not prove that they always will be.
        """
        which = list(range(len(self.criteria)))
        if criterion != TOTAL:
            which = [self.criteria.index(criterion)]
        one, other = [self.groups.index(a)], self.others(a, b)
        n_a, n_b = (_sum_of(self.n, which, side) for side in (one, other))
        both = (n_a > 0) & (n_b > 0)
        shared = np.flatnonzero(both.any(axis=0))
        if shared.size == 0:
            return Contrast(mean_by_piece([]), 0, 0, math.nan, math.nan, {}, criterion)
        both, n_a, n_b = both[:, shared], n_a[:, shared], n_b[:, shared]
        total_a, total_b = (_sum_of(self.total, which, side)[:, shared] for side in (one, other))
        safe_a, safe_b = np.where(both, n_a, 1.0), np.where(both, n_b, 1.0)
        gaps = np.where(both, total_a / safe_a - total_b / safe_b, 0.0)
        weights = np.where(both, 1 / safe_a + 1 / safe_b, 0.0)
        judged = both.sum(axis=0)
        rounding = np.array([steps[self.criteria[one]] ** 2 / 12 for one in which])
        floor = float(((rounding @ weights) / judged**2).mean())
        if not math.isnan(variance):
            floor = max(floor, variance * float((weights.sum(axis=0) / judged).mean()))
        estimate = mean_by_piece(gaps.sum(axis=0) / judged, floor)
        mine, theirs = (
            self._side(groups, which, shared, 1 / (safe * judged) * both)
            for groups, safe in ((one, safe_a), (other, safe_b))
        )
        return Contrast(
            estimate,
            mine.n_raters,
            theirs.n_raters,
            mine.uneven,
            theirs.uneven,
            mine.beyond | theirs.beyond,
            criterion,
            theirs.groups,
            frozenset((mine.scores, theirs.scores)),
        )

    def _side(
        self,
        groups: Sequence[int],
        criteria: Sequence[int],
        shared: NDArray[np.intp],
        weight: NDArray[np.float64],
    ) -> _Side:
        """A side's raters, how unevenly they read, the share of their variance that pieces do not show, and its scores.

        ``weight`` is each score's part of its piece's mean, by criterion and shared piece. With a(p, r) a
        rater's part of piece p, ā(r) its mean over the n pieces, severities of variance v make the mean
        vary by v·Σā², of which the scatter of single pieces shows v·Σ(Σa² − n·ā²)/(n·(n − 1)).
        """
        n = len(shared)
        place = np.full(self.n.shape[1], -1, dtype=np.intp)
        place[shared] = np.arange(n)
        row = np.full(len(self.criteria), -1, dtype=np.intp)
        row[list(criteria)] = np.arange(len(criteria))
        mine = np.flatnonzero(
            np.isin(self.group, groups) & (row[self.criterion] >= 0) & (place[self.piece] >= 0)
        )
        part = weight[row[self.criterion[mine]], place[self.piece[mine]]]
        counts = mine[part > 0]
        scores = blake2b(counts.tobytes(), digest_size=16).digest()
        held = tuple(self.groups[one] for one in np.unique(self.group[counts]))
        of_reading = np.bincount(self.reading[mine], part, len(self.rater_of))
        whole = np.bincount(self.rater_of, of_reading, len(self.group_of))
        squares = np.bincount(self.rater_of, of_reading**2, len(self.group_of))
        raters = int((whole > 0).sum())
        uneven = float(((whole / n) ** 2).sum())
        if n == 1:
            return _Side(raters, uneven, dict.fromkeys(held, math.nan), held, scores)
        shown = (whole**2 - squares) / n / (n - 1)
        each = np.bincount(self.group_of, shown, len(self.groups))
        beyond = {name: max(float(each[self.groups.index(name)]), 0.0) for name in held}
        return _Side(raters, uneven, beyond, held, scores)


def _sum_of(
    cells: NDArray[np.float64], criteria: Sequence[int], groups: Sequence[int]
) -> NDArray[np.float64]:
    """Criterion × piece, summed over a side's groups."""
    mine = cells[:, :, groups[0]] if len(groups) == 1 else cells[:, :, groups].sum(axis=2)
    return np.asarray(mine[criteria], dtype=float)


def contrasts_of(
    grid: Grid,
    sides: Sequence[tuple[str, str]],
    criteria: Sequence[str],
    steps: Mapping[str, float],
) -> dict[tuple[str, str, str], Contrast]:
    """Every contrast asked for, by criterion and sides, in the order of the criteria.

    Where a total has one criterion alone to go by, it is that criterion's contrast.

    Parameters
    ----------
    steps
        The distance between neighbouring scores, by criterion.
    """
    variances = {one: grid.judgement_variance(one) for one in criteria}
    found = {
        (criterion, a, b): grid.contrast(a, b, criterion, variances[criterion], steps)
        for criterion in criteria
        for a, b in sides
    }
    for (criterion, a, b), one in found.items():
        if criterion == TOTAL or one.identity is None:
            continue
        total = found.get((TOTAL, a, b))
        if total is not None and total.identity == one.identity:
            found[TOTAL, a, b] = one
    return found
