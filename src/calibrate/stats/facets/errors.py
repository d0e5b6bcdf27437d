"""Standard errors: robust to what raters do (a sandwich over pieces), or as if the model were wholly true.

Criteria that one rater scores on one piece hang together more than the model says (halo). The plain information matrix counts
each as news; the sandwich takes each piece, with all its judgements, as one draw (White 1982, *Econometrica* 50; Huber 1967;
for clusters Liang & Zeger 1986, *Biometrika* 73).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from calibrate.stats.facets.blocks import Blocks, PieceTable
from calibrate.stats.facets.joint import JointFit
from calibrate.stats.facets.judgements import Judgements, distinct
from calibrate.stats.facets.layout import Layout
from calibrate.stats.facets.marginal import MarginalFit
from calibrate.stats.facets.moments import Moments
from calibrate.stats.facets.patterns import Patterns
from calibrate.stats.facets.quadrature import Posterior
from calibrate.stats.facets.solve import Inverse, invert

FloatArray = npt.NDArray[np.float64]

#: With fewer pieces in all, or of one's own, a sandwich is a guess: then the error is at least the plain one.
FEW_PIECES, FEW_OF_ONES_OWN = 30, 10


def joint_inverse(fit: JointFit, layout: Layout) -> Inverse:
    """The inverse information of joint estimates, pieces eliminated, shape (P, P)."""
    return invert(fit.information, layout.basis)


def joint_covariance(
    inverse: Inverse, found: Moments, patterns: Patterns, layout: Layout
) -> FloatArray:
    """The robust covariance of joint estimates; ``found`` holds the moments of the patterns' judgements."""
    scores = joint_scores(found, patterns, layout)
    meat = scores.blocks.cross(scores.table, np.ones(patterns.every.n_pieces))
    return _sandwich(inverse.full, meat, own_pieces(patterns.every, layout))


def marginal_inverse(fit: MarginalFit) -> Inverse:
    """The inverse information of marginal estimates, group means and spread included."""
    return invert(fit.information, fit.basis)


def marginal_covariance(
    inverse: Inverse, fit: MarginalFit, patterns: Patterns, layout: Layout
) -> FloatArray:
    """The robust covariance of marginal estimates, group means and spread included."""
    scores = marginal_scores(fit.posterior, fit.spread, len(fit.means), patterns, layout)
    blocks, table, extra = scores.blocks, scores.table, scores.extra
    size, more = layout.size, extra.shape[1]
    meat = np.zeros((size + more,) * 2)
    meat[:size, :size] = blocks.cross(table, np.ones(patterns.every.n_pieces))
    meat[:size, size:] = blocks.against(table, extra)
    meat[size:, :size] = meat[:size, size:].T
    meat[size:, size:] = (extra.T @ extra).toarray()
    judged = int((patterns.of_piece >= 0).sum())
    own = np.r_[own_pieces(patterns.every, layout), np.full(more, judged)]
    return _sandwich(inverse.full, meat, own)


@dataclass(frozen=True, eq=False)
class PieceScores:
    """The slope of each piece's log-likelihood along every parameter: pieces × parameters.

    Attributes
    ----------
    blocks, table
        Along the parameters of the layout.
    extra
        Along the group means and the spread of the pieces (no columns for joint estimates).
    """

    blocks: Blocks
    table: PieceTable
    extra: sparse.csr_matrix

    def times(self, way: FloatArray) -> FloatArray:
        """What each piece gives along a direction of all parameters, shape (n_pieces,)."""
        size = self.blocks.layout.size
        found = self.blocks.times(self.table, way[:size])
        return np.asarray(found + self.extra @ way[size:])

    def dense(self) -> FloatArray:
        """All of it as one array, shape (n_pieces, P and the rest)."""
        return np.hstack([self.blocks.dense(self.table), self.extra.toarray()])


def joint_scores(found: Moments, patterns: Patterns, layout: Layout) -> PieceScores:
    """The scores of joint estimates; ``found`` holds the moments of the patterns' judgements."""
    data, back = patterns.every, patterns.of_judgement
    blocks = Blocks(data, layout, data.n_pieces)
    by_level = _level_residuals(found.chance[:, back], data.level)
    table = blocks.table(found.mean[back] - data.level, by_level)
    return PieceScores(blocks, table, sparse.csr_matrix((data.n_pieces, 0)))


def marginal_scores(
    found: Posterior, spread: float, groups: int, patterns: Patterns, layout: Layout
) -> PieceScores:
    """The scores of marginal estimates.

    Parameters
    ----------
    found
        Posteriors of the patterns at the estimates.
    spread, groups
        The standard deviation of pieces within their groups, logits, and how many groups there are.
    """
    data, back = patterns.every, patterns.of_judgement
    blocks = Blocks(data, layout, data.n_pieces)
    by_level = _level_residuals(found.chance[:, back], data.level)
    table = blocks.table(found.expected[back] - data.level, by_level)
    rows = np.flatnonzero(patterns.of_piece >= 0)
    which = patterns.of_piece[rows]
    free = (found.deviation > 1e-12).astype(float)
    extra = sparse.csr_matrix(
        (
            np.r_[
                (free * found.prior_mean[0] / spread)[which],
                (free * (found.prior_mean[1] - 1))[which],
            ],
            (np.r_[rows, rows], np.r_[patterns.group[which], np.full(len(rows), groups)]),
        ),
        shape=(data.n_pieces, groups + 1),
    )
    return PieceScores(blocks, table, extra)


def _level_residuals(chance: FloatArray, level: npt.NDArray[np.int64]) -> FloatArray:
    out = chance.copy()
    for k in range(len(out)):
        out[k] -= level == k + 1
    return out


def own_pieces(data: Judgements, layout: Layout) -> FloatArray:
    """How many pieces each parameter's judgements come from, shape (P,)."""
    every = distinct(data.piece)[0]
    out = np.full(layout.size, float(len(every)))
    for f, facet in enumerate(data.facets):
        touched = distinct(data.piece * facet.size + facet.code)[0] % facet.size
        out[layout.facet(f)] = np.bincount(touched, minlength=facet.size)
    return out


def growth(own: FloatArray) -> FloatArray:
    """By how much each parameter's error grows for the ``own`` pieces that it rests on, shape (P,): √(n / (n − 1))."""
    return np.asarray(np.sqrt(own / np.maximum(own - 1, 1)))


def _sandwich(bread: FloatArray, meat: FloatArray, own: FloatArray) -> FloatArray:
    """``bread · meat · bread``, each parameter's error grown by n / (n − 1) for the n pieces that it rests on."""
    found = bread @ meat @ bread
    grow = growth(own)
    found = found * grow[:, None] * grow[None, :]
    few = (own < FEW_OF_ONES_OWN) | (own.max(initial=0) < FEW_PIECES)
    known, plain = np.diag(found), np.diag(bread)
    # A parameter on which hardly any piece pulls gets the plain error, and nothing in common with others.
    some = known > 1e-9 * plain
    lift = np.where(few & some, np.sqrt(np.maximum(plain / np.where(some, known, 1.0), 1.0)), 1.0)
    found = found * lift[:, None] * lift[None, :]
    np.fill_diagonal(found, np.where(few & ~some, plain, np.diag(found)))
    return np.asarray(found)
