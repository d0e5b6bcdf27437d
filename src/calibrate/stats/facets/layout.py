"""The parameters of the model: where each stands, what is held, and what is centred at zero.

All parameters but the pieces' stand in one long vector: the elements of each facet, then the cumulative thresholds of the levels
between the lowest and the highest used. What is centred is kept centred exactly by working in the space where it is
(``full = held + basis · free``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.facets.judgements import CRITERION, RATER, Judgements, distinct

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

#: Beyond these, in logits, a measure or threshold is on its way to infinity.
FARTHEST_MEASURE, FARTHEST_THRESHOLD = 15.0, 30.0


@dataclass(frozen=True, eq=False)
class Layout:
    """Which parameter stands where.

    Attributes
    ----------
    starts
        Where each facet begins in the long vector, and, last, where the thresholds begin.
    steps
        (set of steps, level) of each free cumulative threshold, shape (n_thresholds, 2).
    used
        Which levels of each set of steps somebody used, shape (G, K).
    known
        Cumulative thresholds that are held (anchors), 0 for sets of steps that are to be found, shape (G, K).
    held
        Values that are held (anchors), 0 elsewhere, shape (P,).
    basis
        From free parameters to all, shape (P, free).
    """

    starts: tuple[int, ...]
    steps: IntArray
    used: BoolArray
    known: FloatArray
    held: FloatArray
    basis: FloatArray

    @property
    def size(self) -> int:
        """How many parameters there are, free or not."""
        return self.starts[-1] + len(self.steps)

    def facet(self, f: int) -> slice:
        """Where the elements of facet f stand."""
        return slice(self.starts[f], self.starts[f + 1])

    @property
    def thresholds(self) -> slice:
        """Where the thresholds stand."""
        return slice(self.starts[-1], self.size)

    def location(self, full: FloatArray, data: Judgements) -> FloatArray:
        """What is taken off the piece's measure in each judgement, shape (n,)."""
        total = np.zeros(data.n)
        for f, facet in enumerate(data.facets):
            total += full[self.facet(f)][facet.code]
        return total

    def cumulative(self, full: FloatArray) -> FloatArray:
        """Cumulative thresholds of every set of steps, ``inf`` at unused levels, shape (G, K)."""
        table = np.where(self.used, self.known, np.inf)
        for value, (g, k) in zip(full[self.thresholds], self.steps.tolist(), strict=True):
            table[g, k] = value
        return table

    def runs_away(self, full: FloatArray) -> bool:
        """Whether a measure or a threshold has left every sensible range: then there is no finite estimate.

        So it is where scores differ the same way without exception, such as one rater always one level above the other
        (Fischer 1981, *Psychometrika* 46, says when estimates exist).
        """
        table = self.cumulative(full)
        with np.errstate(invalid="ignore"):
            gaps = np.abs(np.diff(table, axis=1))
        far = bool((gaps[np.isfinite(gaps)] > FARTHEST_THRESHOLD).any())
        return far or float(np.abs(full[: self.starts[-1]]).max(initial=0)) > FARTHEST_MEASURE


def used_levels(data: Judgements, whole: BoolArray) -> BoolArray:
    """Which levels of each set of steps occur, or are known from held steps (``whole``, shape (G,)), shape (G, K)."""
    width = int(data.n_levels.max())
    counts = np.bincount(data.step * width + data.level, minlength=data.n_steps * width)
    known = whole[:, None] & (np.arange(width) < data.n_levels[:, None])
    return np.asarray((counts.reshape(data.n_steps, width) > 0) | known)


def make_layout(
    data: Judgements,
    anchors: Mapping[str, Mapping[str, float]],
    active: Sequence[BoolArray],
    inside: Mapping[int, IntArray],
) -> Layout:
    """Lay out the parameters of judgements whose elements at the ends of the scale are already taken out.

    Parameters
    ----------
    data
        The judgements.
    anchors
        Values to hold, by facet name and element; steps, by `step_name`, where all of a criterion's are given.
    active
        For each facet, which elements are to be estimated, shape (size,).
    inside
        Facets that lie within another (raters in schools): for each of their elements the part that it is centred in.

    Notes
    -----
    Every facet is centred at zero, but for one with anchors, whose frame they set. Where pieces are anchored, they set the
    frame, and the raters float (Linacre, *FACETS* guide, "Noncenter"; one facet may float, no more).
    """
    sizes = [facet.size for facet in data.facets]
    starts = tuple(np.cumsum([0, *sizes]).tolist())
    known_steps, whole = held_steps(data, anchors.get("step", {}))
    used = used_levels(data, whole)
    steps = np.array(
        [
            (g, k)
            for g in range(data.n_steps)
            for k in np.flatnonzero(used[g])[1:-1].tolist()
            if not whole[g]
        ],
        dtype=np.int64,
    ).reshape(-1, 2)
    total = starts[-1] + len(steps)
    held = np.zeros(total)
    columns: list[tuple[IntArray, FloatArray]] = []
    floating = RATER if holds_pieces(data, anchors) else None
    for f, facet in enumerate(data.facets):
        known = anchors.get(facet.name, {})
        fixed = np.array([one in known for one in facet.ids], dtype=bool)
        for e in np.flatnonzero(fixed).tolist():
            held[starts[f] + e] = known[facet.ids[e]]
        free = np.flatnonzero(active[f] & ~fixed)
        if f == floating or bool((fixed & active[f]).any()):
            columns += [(np.array([starts[f] + e]), np.ones(1)) for e in free.tolist()]
            continue
        parts = inside.get(f, np.zeros(facet.size, dtype=np.int64))
        for part in np.unique(parts[free]).tolist():
            columns += _centred(starts[f] + free[parts[free] == part])
    columns += [(np.array([starts[-1] + j]), np.ones(1)) for j in range(len(steps))]
    basis = np.zeros((total, len(columns)))
    for j, (rows, values) in enumerate(columns):
        basis[rows, j] = values
    return Layout(starts, steps, used, known_steps, held, basis)


def holds_pieces(data: Judgements, anchors: Mapping[str, Mapping[str, float]]) -> bool:
    """Whether some piece of these judgements is held; an anchor of a piece that is not here sets no frame."""
    known = anchors.get("piece", {})
    return bool(known) and any(data.pieces[p] in known for p in distinct(data.piece)[0].tolist())


def held_steps(data: Judgements, anchors: Mapping[str, float]) -> tuple[FloatArray, BoolArray]:
    """Cumulative thresholds of the sets of steps whose every threshold is held, and which sets these are.

    A level of such a set stays possible though nobody gave it this time: the scale is the known one.
    """
    known = np.zeros((data.n_steps, int(data.n_levels.max())))
    whole = np.zeros(data.n_steps, dtype=bool)
    for c, name in enumerate(data.facets[CRITERION].ids):
        g = int(data.step_of[c])
        names = [step_name(name, value) for value in data.values[c][1:].tolist()]
        if not whole[g] and names and all(one in anchors for one in names):
            known[g, 1 : len(names) + 1] = np.cumsum([anchors[one] for one in names])
            whole[g] = True
    return known, whole


def step_name(criterion: str, level: float) -> str:
    """What the step into a level of a criterion is called among anchors: ``ORG:3``."""
    return f"{criterion}:{level:g}"


def _centred(places: IntArray) -> list[tuple[IntArray, FloatArray]]:
    """One column for each element but the last, which takes what the others give: they sum to zero."""
    return [(np.array([one, places[-1]]), np.array([1.0, -1.0])) for one in places[:-1].tolist()]


def nesting(data: Judgements) -> tuple[dict[int, IntArray], dict[int, str]]:
    """Which facets lie within which, and which cannot be told apart from the pieces or from another facet.

    Returns
    -------
    inside
        For a facet whose every element has one element of a further facet (raters in schools, criteria in strands, schools in
        regions): that element, for each.
    hidden
        Further facets that say nothing beyond the piece (every piece has one task) or beyond another facet, with the reason.
    """
    inside: dict[int, IntArray] = {}
    hidden: dict[int, str] = {}
    for f in range(CRITERION + 1, len(data.facets)):
        facet = data.facets[f]
        if len(distinct(np.sort(facet.code))[0]) < 2:
            hidden[f] = f"there is only one {facet.name}"
        elif lies_in(data.piece, data.n_pieces, facet.code, facet.size) is not None:
            hidden[f] = (
                f"every piece has one {facet.name}, so nothing tells a hard {facet.name} from weak pieces"
            )
        elif (same := _same_as(data, f, hidden)) is not None:
            hidden[f] = (
                f"each {facet.name} goes with one {same} and each {same} with one {facet.name}, so nothing tells the two apart"
            )
    for f, facet in enumerate(data.facets):
        for g in range(CRITERION + 1, len(data.facets)):
            if g == f or f in hidden or g in hidden:
                continue
            other = data.facets[g]
            parts = lies_in(facet.code, facet.size, other.code, other.size)
            if parts is not None:
                inside[f] = parts if f not in inside else inside[f] * other.size + parts
    return inside, hidden


def _same_as(data: Judgements, f: int, hidden: Mapping[int, str]) -> str | None:
    """The facet before f whose elements are f's under other names, if there is one."""
    one = data.facets[f]
    for g, other in enumerate(data.facets[:f]):
        if g in hidden:
            continue
        there = lies_in(one.code, one.size, other.code, other.size)
        if there is not None and lies_in(other.code, other.size, one.code, one.size) is not None:
            return other.name
    return None


def lies_in(code: IntArray, size: int, other: IntArray, other_size: int) -> IntArray | None:
    """For each number of ``code`` its one partner in ``other``; None if some have several."""
    pairs = distinct(code * other_size + other)[0]
    owner = pairs // other_size
    if len(np.unique(owner)) < len(owner):
        return None
    parts = np.zeros(size, dtype=np.int64)
    parts[owner] = pairs % other_size
    return parts
