"""What a piece's own pull on the estimates hides of its score, and how many pieces a sandwich rests on.

Estimates bend towards every piece, the more so the fewer pieces a rater read or a chain hangs on; what is left of the piece's
score is then too small, and a plain sandwich with it. Each score is stretched by the inverse square root of one minus the
piece's leverage (Bell & McCaffrey 2002, *Survey Methodology* 28, "CR2"), after which the variance is unbiased if the model is
true; the degrees of freedom are Satterthwaite's of the same paper. Thresholds and the spread of pieces are left aside: every
piece says a little of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from calibrate.stats.facets.part_fit import PartFit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Up to so many pieces the covariance of their pulls is taken apart into its roots, of which small errors make none negative.
_SMALL = 300

#: A piece that alone decides a direction says nothing of its error; no score is stretched further than this leverage.
_MOST = 0.95


@dataclass(frozen=True, eq=False)
class Stretch:
    """The stretched scores, and the small matrices of every piece, laid end to end.

    Attributes
    ----------
    scores
        Pieces × parameters.
    bread
        The inverse information, shape (width, width).
    piece, row, column
        Where each entry of the small matrices stands: the piece, and the two parameters, shape (entries,).
    stretch, informed
        Entries of each piece's stretch A (transposed), and of its information times that, shape (entries,).
    """

    scores: FloatArray
    bread: FloatArray
    piece: IntArray
    row: IntArray
    column: IntArray
    stretch: FloatArray
    informed: FloatArray

    def pulls(self, through: FloatArray) -> FloatArray:
        """What each piece pulls along a direction that went through the inverse information, shape (pieces,)."""
        return np.asarray(self.scores @ through)

    def degrees(self, through: FloatArray) -> float:
        """Satterthwaite's degrees of freedom of the sum of the squares of the pulls."""
        shape = self.scores.shape
        where = (self.piece, self.row)
        heavy = through[self.column]
        bent = sparse.csr_matrix((self.stretch * heavy, where), shape=shape)
        told = sparse.csr_matrix((self.informed * heavy, where), shape=shape)
        own = np.asarray(bent.multiply(told).sum(axis=1)).ravel()
        shared = told @ self.bread
        common = np.asarray(told.multiply(shared).sum(axis=1)).ravel()
        left = np.maximum(own - common, 0.0)
        if len(own) <= _SMALL:
            whole = -(told @ shared.T)
            np.fill_diagonal(whole, left)
            values = np.linalg.eigvalsh(whole)
            values = values[values > 0]
            return float(values.sum() ** 2 / (values @ values)) if len(values) else 0.0
        across = told.T @ shared
        apart = max(float((across * across.T).sum() - common @ common), 0.0)
        squares = float(left @ left) + apart
        return float(left.sum()) ** 2 / squares if squares > 0 else 0.0


def stretched(fit: PartFit, scores: FloatArray, bread: FloatArray) -> Stretch:
    """Stretch the scores of a part's pieces by their leverage.

    Parameters
    ----------
    fit
        The part.
    scores
        Pieces × parameters, as the estimates left them.
    bread
        The inverse information.
    """
    data, layout = fit.data, fit.layout
    places = np.stack(
        [layout.starts[f] + facet.code for f, facet in enumerate(data.facets)], axis=1
    )
    pieces, first = np.unique(data.piece, return_index=True)
    ends = np.r_[first[1:], data.n]
    out = scores.copy()
    parts: list[tuple[IntArray, IntArray, IntArray, FloatArray, FloatArray]] = []
    for piece, start, end in zip(pieces.tolist(), first.tolist(), ends.tolist(), strict=True):
        touched, design = np.unique(places[start:end], return_inverse=True)
        design = design.reshape(end - start, -1)
        weight = fit.squares.variance[start:end]
        marks = np.zeros((end - start, len(touched)))
        np.add.at(marks, (np.arange(end - start)[:, None], design), 1.0)
        if fit.group_means is not None:
            touched = np.r_[touched, layout.size + data.group[piece]]
            marks = np.block(
                [[marks, np.zeros((len(marks), 1))], [np.eye(1, len(touched), len(touched) - 1)]]
            )
            weight = np.r_[weight, fit.spread**-2]
        mean = weight @ marks / weight.sum()
        away = (marks - mean) * np.sqrt(weight)[:, None]
        information = away.T @ away
        bend = _stretch(information, bread[np.ix_(touched, touched)])
        out[piece, touched] = bend @ scores[piece, touched]
        k = len(touched)
        parts.append(
            (
                np.full(k * k, piece),
                np.repeat(touched, k),
                np.tile(touched, k),
                bend.T.ravel(),
                (information @ bend.T).ravel(),
            )
        )
    piece, row, column, stretch, informed = (
        np.concatenate(one) for one in zip(*parts, strict=True)
    )
    return Stretch(out, bread, piece, row, column, stretch, informed)


def _stretch(information: FloatArray, bread: FloatArray) -> FloatArray:
    """``(1 − information · bread)^(−1/2)`` within the reach of the information, shape (k, k)."""
    values, vectors = np.linalg.eigh(information)
    keep = values > 1e-9 * max(float(values[-1]), 1e-300)
    root = np.sqrt(values[keep])
    side = vectors[:, keep] * root
    leverage, turn = np.linalg.eigh(side.T @ bread @ side)
    longer = (1 - np.clip(leverage, 0.0, _MOST)) ** -0.5 - 1
    inner = (turn * longer) @ turn.T
    return np.asarray(np.eye(len(information)) + side @ inner @ (vectors[:, keep] / root).T)
