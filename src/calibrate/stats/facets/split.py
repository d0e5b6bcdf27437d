"""What can be estimated, and what stands apart: elements at the ends of the scale, and subsets that nothing joins.

A piece or rater with only lowest (or only highest) scores has no finite measure and says nothing about the others; taking it out
can leave others so. What stays falls into subsets of raters whom chains of shared pieces join; each is fitted alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.facets.judgements import RATER, Judgements
from calibrate.stats.facets.layout import used_levels
from calibrate.stats.facets.links import subsets

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


def at_the_ends(
    data: Judgements, anchored: Mapping[int, BoolArray], anchored_pieces: BoolArray
) -> tuple[BoolArray, list[BoolArray]]:
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
        used = used_levels(kept)
        width = used.shape[1]
        low = np.argmax(used, axis=1)
        high = width - 1 - np.argmax(used[:, ::-1], axis=1)
        above = kept.level > low[kept.step]
        below = kept.level < high[kept.step]
        changed = False
        for f, facet in enumerate(kept.facets):
            ends = _only_one_end(facet.code, facet.size, above, below)
            ends &= ~anchored.get(f, np.zeros(facet.size, dtype=bool))
            changed |= bool((ends & ~out[f]).any())
            out[f] |= ends
        ends = _only_one_end(kept.piece, data.n_pieces, above, below) & ~anchored_pieces
        changed |= bool((ends & ~out_pieces).any())
        out_pieces |= ends
        if not changed:
            return out_pieces, out


def _only_one_end(code: IntArray, size: int, above: BoolArray, below: BoolArray) -> BoolArray:
    n = np.bincount(code, minlength=size)
    up = np.bincount(code, above, minlength=size)
    down = np.bincount(code, below, minlength=size)
    return np.asarray((n > 0) & ((up == 0) | (down == 0)))


def split(data: Judgements, anchors: Mapping[str, Mapping[str, float]]) -> tuple[Part, ...]:
    """The parts of the data that can each be put on one scale, greatest first.

    Raters are joined by shared pieces that are not at the ends of the scale; anchored raters, and raters of anchored pieces,
    stand on one scale without that.
    """
    anchored = {
        f: np.array([one in anchors.get(facet.name, {}) for one in facet.ids], dtype=bool)
        for f, facet in enumerate(data.facets)
    }
    known = anchors.get("piece", {})
    anchored_pieces = np.zeros(data.n_pieces, dtype=bool)
    if known:
        anchored_pieces[:] = [one in known for one in data.pieces]
    out_pieces, out = at_the_ends(data, anchored, anchored_pieces)
    usable = np.ones(data.n, dtype=bool)
    for f, facet in enumerate(data.facets):
        usable &= ~out[f][facet.code]
    core = usable & ~out_pieces[data.piece]
    n_raters = data.facets[RATER].size
    tied = np.unique(
        np.r_[np.flatnonzero(anchored[RATER]), data.rater[anchored_pieces[data.piece]]]
    )
    home = subsets(data.piece[core], data.rater[core], n_raters, tied)
    home = _take_along(data, home, core, usable)
    parts = []
    for one in np.unique(home).tolist():
        raters = np.flatnonzero(home == one)
        mine = home[data.rater] == one
        informed = np.unique(data.rater[core & mine])
        fits = len(informed) > 1 or bool(np.isin(informed, tied).any())
        parts.append(Part(raters, core & mine & fits, usable & mine & fits, mine))
    return tuple(sorted(parts, key=lambda part: (-len(part.raters), part.raters[0])))


def _take_along(data: Judgements, home: IntArray, core: BoolArray, usable: BoolArray) -> IntArray:
    """Raters without judgements that say something go with those who read the same pieces."""
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
