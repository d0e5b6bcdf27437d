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

from calibrate.stats.generalizability_squares import MeanSquares, Source

FloatArray = npt.NDArray[np.float64]


def crossed_components(table: FloatArray, names: Sequence[str]) -> MeanSquares:
    """The components of a table in which every level of every factor meets every level of the others once.

    Parameters
    ----------
    table
        The scores, one axis per factor, every axis at least 2 long, no gaps.
    names
        What the axes are called.

    Returns
    -------
    MeanSquares
        A component for every non-empty set of factors; the set of all factors holds the error too.
    """
    axes = range(table.ndim)
    every = [set_ for size in axes for set_ in combinations(axes, size + 1)]
    place = {effect: i for i, effect in enumerate(every)}
    weights = np.zeros((len(every), len(every)))
    for effect in every:
        others = [axis for axis in axes if axis not in effect]
        among = float(np.prod([table.shape[axis] for axis in others]))
        for size in range(len(others) + 1):
            for more in combinations(others, size):
                both = tuple(sorted((*effect, *more)))
                weights[place[effect], place[both]] = (-1) ** size / among
    found = [_mean_square(table, effect) for effect in every]
    return MeanSquares(
        tuple(tuple(names[axis] for axis in effect) for effect in every),
        weights,
        np.array([square for square, _ in found]),
        np.array([freedom for _, freedom in found]),
    )


def nested_components(table: FloatArray) -> MeanSquares:
    """The components where every piece has raters of its own.

    Parameters
    ----------
    table
        Scores by piece, place in the panel and criterion, shape (p, r, c) with p and r at least 2; who sits in which place
        does not matter. c may be 1.

    Returns
    -------
    MeanSquares
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
    freedom = [n_pieces - 1, n_pieces * (n_raters - 1)]
    within /= freedom[1]
    sources: list[Source] = [("piece",), ("rater:piece",)]
    if n_criteria == 1:
        weights = np.array([[1 / n_raters, -1 / n_raters], [0.0, 1.0]])
        return MeanSquares(
            tuple(sources), weights, np.array([piece, within]), np.array(freedom, dtype=float)
        )
    criterion = n_pieces * n_raters * float(((by_criterion - grand) ** 2).sum()) / (n_criteria - 1)
    crossed = by_cell - by_piece[:, None] - by_criterion[None, :] + grand
    both = n_raters * float((crossed**2).sum()) / ((n_pieces - 1) * (n_criteria - 1))
    left = table - by_reading[:, :, None] - by_cell[:, None, :] + by_piece[:, None, None]
    rest = float((left**2).sum()) / (n_pieces * (n_raters - 1) * (n_criteria - 1))
    one, two = 1 / n_raters, 1 / (n_raters * n_criteria)
    weights = np.array(  # over piece, rater within piece, criterion, piece x criterion, rest
        [
            [two, -two, 0, -two, two],
            [0, 1 / n_criteria, 0, 0, -1 / n_criteria],
            [0, 0, one / n_pieces, -one / n_pieces, 0],
            [0, 0, 0, one, -one],
            [0, 0, 0, 0, 1.0],
        ]
    )
    freedom += [n_criteria - 1, *((n_criteria - 1) * each for each in freedom)]
    sources += [("criterion",), ("piece", "criterion"), ("rater:piece", "criterion")]
    squares = np.array([piece, within, criterion, both, rest])
    return MeanSquares(tuple(sources), weights, squares, np.array(freedom, dtype=float))


def _mean_square(table: FloatArray, effect: tuple[int, ...]) -> tuple[float, float]:
    """The mean square of one effect (what its means show beyond the means of fewer factors), and its degrees of freedom."""
    shown = table
    for axis in range(table.ndim):
        mean = shown.mean(axis=axis, keepdims=True)
        shown = shown - mean if axis in effect else np.broadcast_to(mean, shown.shape)
    freedom = float(np.prod([table.shape[axis] - 1 for axis in effect]))
    return float((shown**2).sum()) / freedom, freedom
