"""Which sources of differences a design can tell apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.generalizability_reml import separable
from calibrate.stats.generalizability_squares import Source
from calibrate.stats.generalizability_table import GTable
from calibrate.stats.variance_components import cannot_separate

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Effects:
    """The sources of a design, criteria aside: every one of them can vary by criterion too.

    Attributes
    ----------
    inner, outer
        Each source that lies within an object, or runs across objects, and its level in every score, shape (n,).
    last
        What a single reading is called: the source that holds the error.
    design
        ``crossed``, ``nested`` or ``partly crossed``.
    not_told
        Sources that the design cannot tell from others.
    undefined
        Why the design tells nothing; empty where it does.
    """

    inner: dict[Source, IntArray]
    outer: dict[Source, IntArray]
    last: Source
    design: str
    not_told: tuple[Source, ...] = ()
    undefined: str = ""

    @property
    def nested(self) -> bool:
        """Whether raters cannot be told from their single readings."""
        return self.design == "nested"


def effects_of(table: GTable) -> Effects:
    """Find the design of a table."""
    crossed = len(table.first_of_reading) == table.n_pieces * table.n_raters
    design = "crossed" if crossed else "partly crossed"
    reason = _too_little(table)
    if reason:
        return Effects({}, {}, (), design, undefined=reason)
    first = table.first_of_reading
    piece, rater = table.piece[first], table.rater[first]
    alone = cannot_separate(piece, rater) is not None
    if alone:
        design = "nested"
    if table.student is None:
        outer: dict[Source, IntArray] = {} if alone else {("rater",): table.rater}
        last: Source = ("rater:piece",) if alone else ("piece", "rater")
        return Effects({("piece",): table.piece}, outer, last, design)
    return _of_students(table, table.student, design)


def _of_students(table: GTable, student: IntArray, design: str) -> Effects:
    task, rater = table.task, table.rater
    own = ("task:student",) if task is None else ("student", "task")
    inner: dict[Source, IntArray] = {("student",): student, own: table.piece}
    outer: dict[Source, IntArray] = {}
    if design != "nested":
        outer[("rater",)] = rater
    if task is not None:
        outer[("task",)] = task
    if design != "nested":
        inner[("student", "rater")] = _both(student, rater)
        if task is not None:
            outer[("task", "rater")] = _both(task, rater)
    order: list[Source] = [("student",), own, ("rater",), ("task",)]
    order += [("student", "rater"), ("task", "rater")]
    every = {**inner, **outer}
    wanted = [source for source in order if source in every]
    first = table.first_of_reading
    kept = separable({" x ".join(s): every[s][first] for s in wanted}, len(first))
    lost = tuple(source for source in wanted if " x ".join(source) not in kept)
    if ("student",) in lost or own in lost:
        reason = "students cannot be told from their single pieces"
        return Effects({}, {}, (), design, undefined=reason)
    last = ("rater:task:student",) if design == "nested" else (*own, "rater")
    return Effects(
        {source: codes for source, codes in inner.items() if source not in lost},
        {source: codes for source, codes in outer.items() if source not in lost},
        last,
        design,
        lost,
    )


def _too_little(table: GTable) -> str:
    """Why nothing can be told, in words; empty where something can."""
    if not len(table.score):
        return "there are no scores"
    if table.n_raters < 2:
        return "only one rater scored"
    if table.n_objects < 2:
        return f"only one {table.object} was scored"
    twice = int((table.readings_of_piece >= 2).sum())
    if twice == 0:
        return "no piece has scores from two or more raters"
    if twice == 1:
        return "only one piece has scores from two or more raters"
    return ""


def _both(a: IntArray, b: IntArray) -> IntArray:
    _, codes = np.unique(a * (int(b.max()) + 1) + b, return_inverse=True)
    return np.asarray(codes, dtype=np.int64)
