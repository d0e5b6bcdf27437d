"""What can be estimated, and what stands apart: elements at the ends of the scale, and subsets that nothing joins.

A piece or rater with only lowest (or only highest) scores has no finite measure and says nothing about the others; taking it out
can leave others so. What stays falls into subsets of raters whom chains of shared pieces hold together; each is fitted alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.facets.judgements import RATER, Judgements
from calibrate.stats.facets.layout import held_steps, used_levels
from calibrate.stats.facets.links import held_together, subsets

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Part:
    """Judgements that stand on one scale.

    Attributes
    ----------
    raters
        The raters of the part, those at the ends of the scale included, ascending.
    core
        Judgements of pieces and elements that are not at the ends of the scale, shape (n,).
    usable
        The same with the pieces at the ends, shape (n,).
    everything
        All judgements of the part's raters, shape (n,).
    """

    raters: IntArray
    core: BoolArray
    usable: BoolArray
    everything: BoolArray

    @property
    def can_be_fitted(self) -> bool:
        """Whether at least two raters have judgements that say something."""
        return bool(self.core.any())


@dataclass(frozen=True, eq=False)
class Anchored:
    """What is held: elements of each facet, pieces, and whole sets of steps (all of whose levels are then possible)."""

    elements: Mapping[int, BoolArray]
    pieces: BoolArray
    steps: BoolArray


def at_the_ends(data: Judgements, held: Anchored) -> tuple[BoolArray, list[BoolArray]]:
    """Which pieces, and which elements of each facet, have only lowest or only highest scores; taken out until none is left."""
    out_pieces = np.zeros(data.n_pieces, dtype=bool)
    out = [np.zeros(facet.size, dtype=bool) for facet in data.facets]
    while True:
        keep = ~out_pieces[data.piece]
        for f, facet in enumerate(data.facets):
            keep &= ~out[f][facet.code]
        kept = data.only(keep)
        if not kept.n:
            return out_pieces, out
        above, below = _room(kept, held)
        changed = False
        for f, facet in enumerate(kept.facets):
            ends = _only_one_end(facet.code, facet.size, above, below) & ~held.elements[f]
            changed |= bool((ends & ~out[f]).any())
            out[f] |= ends
        ends = _only_one_end(kept.piece, data.n_pieces, above, below) & ~held.pieces
        changed |= bool((ends & ~out_pieces).any())
        out_pieces |= ends
        if not changed:
            return out_pieces, out


def _room(data: Judgements, held: Anchored) -> tuple[BoolArray, BoolArray]:
    """Whether each score lies above the lowest and below the highest level in use, shapes (n,)."""
    used = used_levels(data, held.steps)
    low = np.argmax(used, axis=1)
    high = used.shape[1] - 1 - np.argmax(used[:, ::-1], axis=1)
    return data.level > low[data.step], data.level < high[data.step]


def _only_one_end(code: IntArray, size: int, above: BoolArray, below: BoolArray) -> BoolArray:
    n = np.bincount(code, minlength=size)
    up = np.bincount(code, above, minlength=size)
    down = np.bincount(code, below, minlength=size)
    return np.asarray((n > 0) & ((up == 0) | (down == 0)))


def split(data: Judgements, anchors: Mapping[str, Mapping[str, float]]) -> tuple[Part, ...]:
    """The parts of the data that can each be put on one scale, greatest first.

    Raters are joined by shared pieces that hold them from both sides (`links.held_together`); anchored raters, and raters of
    anchored pieces, stand on one scale without that.
    """
    known = anchors.get("piece", {})
    anchored_pieces = np.zeros(data.n_pieces, dtype=bool)
    if known:
        anchored_pieces[:] = [one in known for one in data.pieces]
    held = Anchored(
        {
            f: np.array([one in anchors.get(facet.name, {}) for one in facet.ids], dtype=bool)
            for f, facet in enumerate(data.facets)
        },
        anchored_pieces,
        held_steps(data, anchors.get("step", {}))[1],
    )
    parts = _parts(data, np.ones(data.n, dtype=bool), held)
    return tuple(sorted(parts, key=lambda part: (-len(part.raters), part.raters[0])))


def _parts(data: Judgements, rows: BoolArray, held: Anchored) -> list[Part]:
    """The parts among some judgements; what falls apart is looked at again, because it may use fewer levels."""
    out_pieces, out = at_the_ends(data.only(rows), held)
    usable = rows.copy()
    for f, facet in enumerate(data.facets):
        usable &= ~out[f][facet.code]
    core = usable & ~out_pieces[data.piece]
    n_raters = data.facets[RATER].size
    home, core = _homes(data, core, held)
    home = _take_along(data, home, core, usable, rows)
    found = np.unique(home[data.rater[rows]]).tolist()
    fixed = np.zeros(n_raters, dtype=bool) | held.elements[RATER]
    fixed[data.rater[held.pieces[data.piece]]] = True
    parts: list[Part] = []
    for one in found:
        mine = rows & (home[data.rater] == one)
        informed = np.unique(data.rater[core & mine])
        fits = len(informed) > 1 or bool(fixed[informed].any())
        if len(found) > 1 and fits:
            parts += _parts(data, mine, held)
        else:
            raters = np.unique(data.rater[mine])
            parts.append(Part(raters, core & mine & fits, usable & mine & fits, mine))
    return parts


def _homes(data: Judgements, core: BoolArray, held: Anchored) -> tuple[IntArray, BoolArray]:
    """The part of every rater, shape (n_raters,), and the judgements that do not lead out of their part."""
    n_raters = data.facets[RATER].size
    kept = data.only(core)
    above, below = _room(kept, held)
    tied = np.unique(
        np.r_[np.flatnonzero(held.elements[RATER]), data.rater[held.pieces[data.piece]]]
    )
    inner = above & below
    home = subsets(kept.piece[inner], kept.rater[inner], n_raters, tied)
    if len(np.unique(home[kept.rater])) < 2:
        return home, core
    fixed = np.r_[np.flatnonzero(held.pieces), data.n_pieces + np.flatnonzero(held.elements[RATER])]
    every = held_together(kept.piece, kept.rater, above, below, data.n_pieces, n_raters, fixed)
    pieces, home = every[: data.n_pieces], every[data.n_pieces :]
    inside = core.copy()
    inside[core] = pieces[kept.piece] == home[kept.rater]
    return home, inside


def _take_along(
    data: Judgements, home: IntArray, core: BoolArray, usable: BoolArray, rows: BoolArray
) -> IntArray:
    """Raters without judgements that say something go with those who read the same pieces."""
    data, core = data.only(rows), core[rows]
    inside = np.zeros(len(home), dtype=bool)
    inside[data.rater[core]] = True
    home = home.copy()
    while True:
        of_piece = np.full(data.n_pieces, -1, dtype=np.int64)
        placed = inside[data.rater]
        of_piece[data.piece[placed]] = home[data.rater[placed]]
        found = of_piece[data.piece]
        join = ~placed & (found >= 0)
        if not join.any():
            break
        # The smallest number among the pieces' parts, so that the order of rows does not matter.
        best = np.full(len(home), np.iinfo(np.int64).max)
        np.minimum.at(best, data.rater[join], found[join])
        new = best < np.iinfo(np.int64).max
        home[new] = best[new]
        inside |= new
    alone = ~inside
    if alone.any():
        rest = ~inside[data.rater]
        design = subsets(data.piece[rest], data.rater[rest], len(home))
        home[alone] = design[alone] + len(home)
    return home
