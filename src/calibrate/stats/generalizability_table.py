"""Scores prepared for a generalizability study: numbered columns, and what the design looks like."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError, DataError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GTable:
    """Scores in long form, one entry per score, everything numbered from 0 without gaps.

    Attributes
    ----------
    piece, rater, criterion, score
        Shape (n,).
    reading
        Which rater's reading of which piece, shape (n,).
    student, task
        Shape (n,); None where the piece is the object. ``task`` is None where every piece is a task of its own.
    """

    piece: IntArray
    rater: IntArray
    criterion: IntArray
    score: FloatArray
    reading: IntArray
    student: IntArray | None
    task: IntArray | None

    @property
    def object(self) -> str:
        """What is measured."""
        return "piece" if self.student is None else "student"

    @property
    def block(self) -> IntArray:
        """The object of every score."""
        return self.piece if self.student is None else self.student

    @cached_property
    def n_objects(self) -> int:
        """How many objects have a score."""
        return int(self.block.max()) + 1 if len(self.block) else 0

    @cached_property
    def n_pieces(self) -> int:
        """How many pieces have a score."""
        return int(self.piece.max()) + 1 if len(self.piece) else 0

    @cached_property
    def n_raters(self) -> int:
        """How many raters gave a score."""
        return int(self.rater.max()) + 1 if len(self.rater) else 0

    @cached_property
    def n_criteria(self) -> int:
        """How many criteria have a score."""
        return int(self.criterion.max()) + 1 if len(self.criterion) else 0

    @cached_property
    def first_of_reading(self) -> IntArray:
        """Where each reading begins: an entry that stands for it, shape (n_readings,)."""
        return np.unique(self.reading, return_index=True)[1].astype(np.int64)

    @cached_property
    def readings_of_piece(self) -> IntArray:
        """How many raters read each piece, shape (n_pieces,)."""
        return np.bincount(self.piece[self.first_of_reading], minlength=self.n_pieces)

    @cached_property
    def readings(self) -> float:
        """Readings of a piece, harmonic mean: the error of a mean goes with one over their number."""
        return float(1 / np.mean(1 / self.readings_of_piece)) if self.n_pieces else 0.0

    @cached_property
    def tasks(self) -> float:
        """Pieces of an object, harmonic mean; 1 where the piece is the object."""
        if self.student is None or not self.n_pieces:
            return 1.0
        owner = np.zeros(self.n_pieces, dtype=np.int64)
        owner[self.piece] = self.student
        return float(1 / np.mean(1 / np.bincount(owner)))

    @cached_property
    def mean(self) -> float:
        """The mean over pieces of the mean over their criteria, in points."""
        if not self.n_pieces:
            return float("nan")
        cell = np.unique(self.piece * self.n_criteria + self.criterion, return_inverse=True)[1]
        sizes = np.bincount(cell)
        means = np.bincount(cell, weights=self.score) / sizes
        piece = np.zeros(len(sizes), dtype=np.int64)
        piece[cell] = self.piece
        return float(
            np.mean(np.bincount(piece, weights=means) / np.bincount(piece, minlength=self.n_pieces))
        )

    @cached_property
    def has_whole_readings(self) -> bool:
        """Whether every reading has a score on every criterion."""
        return bool((np.bincount(self.reading) == self.n_criteria).all())

    @property
    def axes_of_array(self) -> tuple[str, ...]:
        """What the axes of a crossed array are called."""
        front = ("piece",) if self.student is None else ("student", "task")
        return (*front, "rater", "criterion")[: len(front) + 1 + (self.n_criteria > 1)]

    def as_array(self, nested: bool) -> FloatArray | None:
        """The scores as an array with an axis per factor; None where the table has gaps.

        Nested: piece, place, criterion, whatever the number of criteria. Crossed: :attr:`axes_of_array`.
        """
        if not self.has_whole_readings:
            return None
        if nested:
            size = int(self.readings_of_piece[0])
            if self.student is not None or (self.readings_of_piece != size).any() or size < 2:
                return None
            order = np.lexsort((self.criterion, self.rater, self.piece))
            return self.score[order].reshape(self.n_pieces, size, self.n_criteria)
        if self.student is not None and self.task is None:
            return None
        columns = [self.piece] if self.student is None else [self.student, self.task]
        codes = [column for column in columns if column is not None]
        codes += [self.rater] + ([self.criterion] if self.n_criteria > 1 else [])
        shape = tuple(int(column.max()) + 1 for column in codes)
        if int(np.prod(shape)) != len(self.score) or min(shape) < 2:
            return None
        full = np.full(shape, np.nan)
        full[tuple(codes)] = self.score
        return None if np.isnan(full).any() else full

    def wide(self) -> FloatArray:
        """Scores by reading and criterion, shape (n_readings, n_criteria); nan where there is none."""
        rows = np.full((len(self.first_of_reading), self.n_criteria), np.nan)
        rows[self.reading, self.criterion] = self.score
        return rows


def g_table(
    piece: npt.ArrayLike,
    rater: npt.ArrayLike,
    score: npt.ArrayLike,
    criterion: npt.ArrayLike | None = None,
    *,
    student: npt.ArrayLike | None = None,
    task: npt.ArrayLike | None = None,
) -> GTable:
    """Number the columns; the parameters are those of `calibrate.stats.generalizability.g_study`."""
    scores = np.asarray(score, dtype=float)
    given = {
        "piece": np.asarray(piece),
        "rater": np.asarray(rater),
        "criterion": np.zeros(len(scores), dtype=np.int64)
        if criterion is None
        else np.asarray(criterion),
        "student": None if student is None else np.asarray(student),
        "task": None if task is None or student is None else np.asarray(task),
    }
    if any(column is not None and len(column) != len(scores) for column in given.values()):
        raise ArgumentError("Pieces, raters, criteria and scores must have the same length.")
    there = ~np.isnan(scores)
    codes = {
        name: None if column is None else _codes(column[there]) for name, column in given.items()
    }
    pieces, raters, criteria = (codes[name] for name in ("piece", "rater", "criterion"))
    assert pieces is not None and raters is not None and criteria is not None
    reading = _codes(pieces * (int(raters.max(initial=0)) + 1) + raters)
    cell = reading * (int(criteria.max(initial=0)) + 1) + criteria
    if len(np.unique(cell)) < len(cell):
        raise DataError(
            "The same rater scored the same piece and criterion more than once.",
            fix="Keep one score: two readings by the same rater are not averaged.",
        )
    students, tasks = codes["student"], codes["task"]
    if students is not None and _levels_within(pieces, students) > 1:
        raise DataError("A piece belongs to two students.", fix="Give each piece its own id.")
    if students is not None and tasks is not None:
        place = _codes(students * (int(tasks.max(initial=0)) + 1) + tasks)
        if _levels_within(pieces, tasks) > 1 or len(np.unique(place)) != len(np.unique(pieces)):
            tasks = None  # a student has two pieces of one task: each piece stands for itself
    return GTable(pieces, raters, criteria, scores[there], reading, students, tasks)


def _codes(labels: npt.NDArray[np.generic]) -> IntArray:
    if labels.dtype.kind == "O":
        labels = labels.astype(str)
    return np.asarray(np.unique(labels, return_inverse=True)[1], dtype=np.int64)


def _levels_within(outer: IntArray, inner: IntArray) -> int:
    """The most different values of ``inner`` within a value of ``outer``."""
    if not len(outer):
        return 0
    pairs = np.unique(outer * (int(inner.max()) + 1) + inner) // (int(inner.max()) + 1)
    return int(np.bincount(pairs).max())
