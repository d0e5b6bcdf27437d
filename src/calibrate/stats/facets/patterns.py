"""Pieces that the model cannot tell apart, counted once.

Under the model all that a piece's scores say about it is their total (Andersen 1977, *Psychometrika* 42; the raw score is
sufficient): pieces judged by the same raters on the same criteria, with the same total and of the same group, share measure,
expected scores and likelihood. So only one of each such pattern is worked on, with the number of its pieces as weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.facets.judgements import Facet, Judgements, distinct

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Patterns:
    """The different patterns of the pieces that were judged.

    Attributes
    ----------
    every
        All judgements.
    data
        The judgements of one piece (without its id) of each pattern; ``data.piece`` is the pattern's number 0…m−1. What they say of single
        levels is that piece's alone: sums of levels are taken from ``every``.
    piece
        One piece of each pattern, shape (m,).
    total
        The total of the positions of each pattern, shape (m,).
    times
        How many pieces have each pattern, shape (m,).
    group
        The group of each pattern, shape (m,).
    of_piece
        The pattern of every piece (−1 for one without judgements), shape (n_pieces,).
    of_judgement
        For every judgement of all pieces, its place in ``data``, shape (n,).
    """

    every: Judgements
    data: Judgements
    piece: IntArray
    total: FloatArray
    times: FloatArray
    group: IntArray
    of_piece: IntArray
    of_judgement: IntArray

    @property
    def m(self) -> int:
        """The number of patterns."""
        return len(self.total)


def find_patterns(data: Judgements, *, by_group: bool, own: IntArray | None = None) -> Patterns:
    """Collapse the pieces of sorted judgements.

    Parameters
    ----------
    data
        Judgements sorted by piece, and within a piece always in the same order of rater and criterion.
    by_group
        Whether pieces of different groups differ (they do where the groups have means).
    own
        Pieces that stay by themselves (anchored ones).
    """
    present, of = distinct(data.piece)
    m = len(present)
    sizes = np.bincount(of, minlength=m)
    starts = np.r_[0, np.cumsum(sizes)[:-1]]
    total = np.bincount(of, weights=data.level, minlength=m)
    key = _design(data, starts) + total.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    key ^= sizes.astype(np.uint64) << np.uint64(48)
    if by_group:
        key += data.group[present].astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    if own is not None and len(own):
        alone = np.isin(present, own)
        key[alone] = np.arange(int(alone.sum()), dtype=np.uint64) * np.uint64(0xD6E8FEB86659FD93)
    _, first, which, times = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    # In the order of the pieces, so that sums over patterns do not depend on the hash.
    rank = np.empty(len(first), dtype=np.int64)
    order = np.argsort(first)
    rank[order] = np.arange(len(first))
    which, first, times = rank[which], first[order], times[order]

    lengths = sizes[first]
    begins = np.r_[0, np.cumsum(lengths)[:-1]]
    kept = np.repeat(starts[first] - begins, lengths) + np.arange(int(lengths.sum()))
    of_judgement = np.arange(data.n) - np.repeat(starts, sizes) + np.repeat(begins[which], sizes)
    of_piece = np.full(data.n_pieces, -1, dtype=np.int64)
    of_piece[present] = which
    collapsed = Judgements(
        ("",) * len(first),
        np.repeat(np.arange(len(first)), lengths),
        data.level[kept],
        tuple(Facet(f.name, f.ids, f.code[kept]) for f in data.facets),
        data.step[kept],
        data.step_of,
        data.n_levels,
        data.values,
        data.group[present[first]],
        data.group_names,
    )
    return Patterns(
        data,
        collapsed,
        present[first],
        total[first].astype(float),
        times.astype(float),
        data.group[present[first]],
        of_piece,
        of_judgement,
    )


def _design(data: Judgements, starts: IntArray) -> npt.NDArray[np.uint64]:
    """A number for who judged each piece on what: the sum of one random 64-bit number for each different judgement's place."""
    code = np.zeros(data.n, dtype=np.int64)
    for facet in data.facets:
        code = code * max(facet.size, 1) + facet.code
    top = int(code.max(initial=0)) + 1
    if top > 4_000_000:
        found, code = np.unique(code, return_inverse=True)
        top = len(found)
    random = np.random.default_rng(20_260_501)
    marks = random.integers(0, 2**63, size=top, dtype=np.int64).astype(np.uint64)
    marks = marks * np.uint64(2) + np.uint64(1)
    return np.asarray(np.add.reduceat(marks[code], starts)) if data.n else np.zeros(0, np.uint64)
