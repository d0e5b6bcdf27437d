"""Variance components of balanced tables, by expected mean squares.

Two designs: everything crossed with everything (any number of factors), and raters of its own for every piece. Each
component is a sum and difference of mean squares, so it can come out negative; it is handed out as it comes.

Source: Brennan (2001), *Generalizability Theory*, chapter 3 (crossed: its equation 3.9) and section 3.2 (nested); Cornfield
& Tukey (1956), *Annals of Mathematical Statistics* 27, pp. 907–949.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Source = tuple[str, ...]
"""The factors of an effect, in the order of the table's axes."""


def crossed_components(table: FloatArray, names: Sequence[str]) -> dict[Source, float]:
    """The components of a table in which every level of every factor meets every level of the others once.

    Parameters
    ----------
    table
        The scores, one axis per factor, every axis at least 2 long, no gaps.
    names
        What the axes are called.

    Returns
    -------
    dict
        Every non-empty set of factors to its variance in squared points; the set of all factors holds the error too.
    """
    axes = range(table.ndim)
    every = [set_ for size in axes for set_ in combinations(axes, size + 1)]
    squares = {effect: _mean_square(table, effect) for effect in every}
    found: dict[Source, float] = {}
    for effect in every:
        others = [axis for axis in axes if axis not in effect]
        total = 0.0
        for size in range(len(others) + 1):
            for more in combinations(others, size):
                total += (-1) ** size * squares[tuple(sorted((*effect, *more)))]
        among = float(np.prod([table.shape[axis] for axis in others]))
        found[tuple(names[axis] for axis in effect)] = total / among
    return found


def nested_components(table: FloatArray) -> dict[Source, float]:
    """The components where every piece has raters of its own.

    Parameters
    ----------
    table
        Scores by piece, place in the panel and criterion, shape (p, r, c) with p and r at least 2; who sits in which place
        does not matter. c may be 1.

    Returns
    -------
    dict
        ``("piece",)`` and ``("rater:piece",)``; with several criteria ``("criterion",)``, ``("piece", "criterion")`` and
        ``("rater:piece", "criterion")``, the last with the error.
    """
    n_pieces, n_raters, n_criteria = table.shape
    grand, by_piece = table.mean(), table.mean(axis=(1, 2))
    by_reading, by_cell, by_criterion = (
        table.mean(axis=2),
        table.mean(axis=1),
        table.mean(axis=(0, 1)),
    )
    piece = n_raters * n_criteria * float(((by_piece - grand) ** 2).sum()) / (n_pieces - 1)
    within = n_criteria * float(((by_reading - by_piece[:, None]) ** 2).sum())
    within /= n_pieces * (n_raters - 1)
    if n_criteria == 1:
        return {("piece",): (piece - within) / n_raters, ("rater:piece",): within}
    criterion = n_pieces * n_raters * float(((by_criterion - grand) ** 2).sum()) / (n_criteria - 1)
    crossed = by_cell - by_piece[:, None] - by_criterion[None, :] + grand
    both = n_raters * float((crossed**2).sum()) / ((n_pieces - 1) * (n_criteria - 1))
    left = table - by_reading[:, :, None] - by_cell[:, None, :] + by_piece[:, None, None]
    rest = float((left**2).sum()) / (n_pieces * (n_raters - 1) * (n_criteria - 1))
    return {
        ("piece",): (piece - within - both + rest) / (n_raters * n_criteria),
        ("rater:piece",): (within - rest) / n_criteria,
        ("criterion",): (criterion - both) / (n_pieces * n_raters),
        ("piece", "criterion"): (both - rest) / n_raters,
        ("rater:piece", "criterion"): rest,
    }


def _mean_square(table: FloatArray, effect: tuple[int, ...]) -> float:
    """The mean square of one effect: what its means show beyond the means of fewer factors."""
    shown = table
    for axis in range(table.ndim):
        mean = shown.mean(axis=axis, keepdims=True)
        shown = shown - mean if axis in effect else np.broadcast_to(mean, shown.shape)
    freedom = float(np.prod([table.shape[axis] - 1 for axis in effect]))
    return float((shown**2).sum()) / freedom
