"""Judgements, numbered once: what the many-facet model reads.

Everything is sorted by id, so that neither the order of the rows nor what raters are called changes any result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError, DataError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

RATER, CRITERION = 0, 1
"""The places of the two facets that are always there."""


@dataclass(frozen=True, eq=False)
class Facet:
    """One facet beside the piece: its name, its elements, and which element each judgement has.

    Attributes
    ----------
    name
        ``rater``, ``criterion``, or the column that holds it.
    ids
        The elements' ids, in order.
    code
        The element of each judgement, shape (n,).
    """

    name: str
    ids: tuple[str, ...]
    code: IntArray

    @property
    def size(self) -> int:
        """How many elements the facet has."""
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class Judgements:
    """Checked judgements, sorted by piece; make them with :func:`prepare_judgements`.

    Attributes
    ----------
    pieces
        The pieces' ids, in order.
    piece, level
        Piece and level position (0 the lowest of its scale) of each judgement, shape (n,).
    facets
        ``rater``, ``criterion`` and the further ones.
    step
        Which set of steps each judgement has, shape (n,).
    step_of
        Which set of steps each criterion has, shape (n_criteria,).
    n_levels
        How many levels the scale of each set of steps has, shape (G,).
    values
        For each criterion the values of its levels, lowest first.
    group, group_names
        The group of each piece (its school, grade and window), shape (n_pieces,), and what the groups are.
    """

    pieces: tuple[str, ...]
    piece: IntArray
    level: IntArray
    facets: tuple[Facet, ...]
    step: IntArray
    step_of: IntArray
    n_levels: IntArray
    values: tuple[FloatArray, ...]
    group: IntArray
    group_names: tuple[str, ...]

    @property
    def n(self) -> int:
        """The number of judgements."""
        return len(self.piece)

    @property
    def n_pieces(self) -> int:
        """The number of pieces, judged or not."""
        return len(self.pieces)

    @property
    def n_steps(self) -> int:
        """The number of sets of steps."""
        return len(self.n_levels)

    @property
    def rater(self) -> IntArray:
        """The rater of each judgement, shape (n,)."""
        return self.facets[RATER].code

    @property
    def criterion(self) -> IntArray:
        """The criterion of each judgement, shape (n,)."""
        return self.facets[CRITERION].code

    def only(self, keep: npt.NDArray[np.bool_]) -> Judgements:
        """The judgements where ``keep`` holds; every piece and element keeps its number."""
        if bool(keep.all()):
            return self
        return replace(
            self,
            piece=self.piece[keep],
            level=self.level[keep],
            step=self.step[keep],
            facets=tuple(Facet(f.name, f.ids, f.code[keep]) for f in self.facets),
        )

    def with_facets(self, facets: Sequence[Facet]) -> Judgements:
        """The same judgements with other facets."""
        return replace(self, facets=tuple(facets))


def prepare_judgements(
    piece: npt.ArrayLike,
    rater: npt.ArrayLike,
    criterion: npt.ArrayLike,
    score: npt.ArrayLike,
    levels: Mapping[str, Sequence[float]],
    *,
    further: Mapping[str, npt.ArrayLike] | None = None,
    groups: npt.ArrayLike | None = None,
    model: str = "rating_scale",
) -> Judgements:
    """Check long arrays and number them.

    Parameters
    ----------
    piece, rater, criterion, score
        One entry per judgement, shape (n,); ids of any kind. A score is a value of its criterion's scale; ``nan`` is dropped.
    levels
        The values of each criterion's scale, used or not.
    further
        Further facets by name: what each judgement has (a school, a task, a window), shape (n,).
    groups
        The group of each judgement's piece, shape (n,): pieces of different groups may differ in quality on average. One
        piece with several entries belongs to all of them together.
    model
        ``rating_scale``: criteria with equally many levels share their steps. ``partial_credit``: each has its own.

    Raises
    ------
    ArgumentError
        Arrays of different length, a criterion without levels, or an unknown model.
    DataError
        No score at all, a score that is not a level, or a rater who scored a piece on a criterion twice.
    """
    if model not in ("rating_scale", "partial_credit"):
        raise ArgumentError(
            f"There is no model called {model!r}.", fix="Use rating_scale or partial_credit."
        )
    scores = np.asarray(score, dtype=float)
    columns = [np.asarray(one) for one in (piece, rater, criterion)]
    others = {name: np.asarray(one) for name, one in (further or {}).items()}
    grouping = None if groups is None else np.asarray(groups)
    lengths = {len(scores), *map(len, columns), *map(len, others.values())}
    if len(lengths) > 1 or (grouping is not None and len(grouping) != len(scores)):
        raise ArgumentError("Pieces, raters, criteria and scores must have the same length.")
    there = ~np.isnan(scores)
    if not there.all():
        scores, columns = scores[there], [one[there] for one in columns]
        others = {name: one[there] for name, one in others.items()}
        grouping = None if grouping is None else grouping[there]
    if not len(scores):
        raise DataError("There are no scores.", fix="Check that the table was saved with them.")
    (pieces, p), (raters, r), (criteria, c) = (numbered(one) for one in columns)
    known = {str(name): np.asarray(values, dtype=float) for name, values in levels.items()}
    if missing := [name for name in criteria if name not in known]:
        raise ArgumentError(f"There are no levels for the criterion {missing[0]!r}.")
    order = [name for name in known if name in criteria]  # the rubric's order, not the alphabet's
    place = np.array([order.index(name) for name in criteria], dtype=np.int64)
    c = place[c] if len(c) else c
    values = tuple(np.sort(known[name]) for name in order)
    level = _positions(scores, c, values, order)
    step_of, n_levels = _steps(values, model)

    sort = np.lexsort((c, r, p))
    p, r, c, level = p[sort], r[sort], c[sort], level[sort]
    _refuse_repeats(p, r, c, pieces, raters, order)
    facets = [Facet("rater", raters, r), Facet("criterion", tuple(order), c)]
    for name, column in others.items():
        ids, code = numbered(column[sort])
        facets.append(Facet(name, ids, code))
    group, names = _groups(p, len(pieces), None if grouping is None else grouping[sort])
    return Judgements(
        pieces, p, level, tuple(facets), step_of[c], step_of, n_levels, values, group, names
    )


def numbered(labels: npt.NDArray[np.generic]) -> tuple[tuple[str, ...], IntArray]:
    """Ids as text, and the number of each label among them; whole numbers keep their order, all else goes by text."""
    if labels.dtype.kind in "iu" and len(labels) and labels.min() >= 0:
        top = int(labels.max())
        if top < 4 * len(labels) + 1024:
            used = np.bincount(labels.astype(np.int64)) > 0
            code = (np.cumsum(used) - 1)[labels]
            return tuple(map(str, np.flatnonzero(used).tolist())), code.astype(np.int64)
    if labels.dtype.kind == "O":
        labels = labels.astype(str)
    found, codes = np.unique(labels, return_inverse=True)
    return tuple(map(str, found.tolist())), codes.astype(np.int64)


def distinct(keys: IntArray) -> tuple[IntArray, IntArray]:
    """The different keys in order, and which of them each is; quick where the keys come in order."""
    if not len(keys):
        return keys, keys
    if bool((keys[1:] >= keys[:-1]).all()):
        new = np.concatenate([[True], keys[1:] != keys[:-1]])
        return keys[new], np.cumsum(new) - 1
    order = np.argsort(keys, kind="stable")
    cells, which = distinct(keys[order])
    back = np.empty(len(keys), dtype=np.int64)
    back[order] = which
    return cells, back


def _positions(
    scores: FloatArray, criterion: IntArray, values: tuple[FloatArray, ...], names: Sequence[str]
) -> IntArray:
    level = np.zeros(len(scores), dtype=np.int64)
    for c, known in enumerate(values):
        mine = criterion == c if len(values) > 1 else slice(None)
        own = scores[mine]
        near = np.searchsorted(known, own - 1e-9).clip(max=len(known) - 1)
        if len(own) and (off := np.abs(known[near] - own) > 1e-9).any():
            stray = float(own[np.flatnonzero(off)[0]])
            raise DataError(
                f"The score {stray:g} is not a level of {names[c]}.",
                fix="Correct the score, or give the whole scale.",
            )
        level[mine] = near
    return level


def _steps(values: tuple[FloatArray, ...], model: str) -> tuple[IntArray, IntArray]:
    counts = np.array([len(one) for one in values], dtype=np.int64)
    if model == "partial_credit":
        return np.arange(len(values), dtype=np.int64), counts
    kinds, which = np.unique(counts, return_inverse=True)
    return which.astype(np.int64), kinds


def _refuse_repeats(
    p: IntArray,
    r: IntArray,
    c: IntArray,
    pieces: tuple[str, ...],
    raters: tuple[str, ...],
    criteria: Sequence[str],
) -> None:
    twice = (p[1:] == p[:-1]) & (r[1:] == r[:-1]) & (c[1:] == c[:-1])
    if twice.any():
        at = int(np.flatnonzero(twice)[0])
        raise DataError(
            f"Rater {raters[r[at]]} scored piece {pieces[p[at]]} on {criteria[c[at]]} more than once.",
            fix="Keep one score: two readings by the same rater are not averaged.",
        )


def _groups(
    piece: IntArray, n_pieces: int, grouping: npt.NDArray[np.generic] | None
) -> tuple[IntArray, tuple[str, ...]]:
    """The group of each piece; a piece whose judgements name several belongs to all of them together."""
    if grouping is None:
        return np.zeros(n_pieces, dtype=np.int64), ("all",)
    names, code = numbered(grouping)
    pairs = distinct(piece * len(names) + code)[0]
    of, which = pairs // len(names), pairs % len(names)
    held: dict[int, list[int]] = {}
    for one, mark in zip(of.tolist(), which.tolist(), strict=True):
        held.setdefault(one, []).append(mark)
    found = sorted({tuple(marks) for marks in held.values()})
    number = {marks: i for i, marks in enumerate(found)}
    group = np.zeros(n_pieces, dtype=np.int64)
    for one, marks in held.items():
        group[one] = number[tuple(marks)]
    return group, tuple(" + ".join(names[mark] for mark in marks) for marks in found)
