"""Standard errors: robust to what raters do (a sandwich over pieces), or as if the model were wholly true.

Criteria that one rater scores on one piece hang together more than the model says (halo). The plain information matrix counts
each as news; the sandwich takes each piece, with all its judgements, as one draw (White 1982, *Econometrica* 50; Huber 1967;
for clusters Liang & Zeger 1986, *Biometrika* 73).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from calibrate.stats.facets.blocks import Blocks
from calibrate.stats.facets.joint import JointFit
from calibrate.stats.facets.judgements import distinct
from calibrate.stats.facets.layout import Layout
from calibrate.stats.facets.marginal import MarginalFit
from calibrate.stats.facets.moments import Moments
from calibrate.stats.facets.patterns import Patterns
from calibrate.stats.facets.solve import Inverse, invert

FloatArray = npt.NDArray[np.float64]

#: With fewer pieces a sandwich is a guess: then each error is at least the plain one.
FEW_PIECES = 30


def joint_inverse(fit: JointFit, layout: Layout) -> Inverse:
    """The inverse information of joint estimates, pieces eliminated, shape (P, P)."""
    return invert(fit.information, layout.basis)


def joint_covariance(
    inverse: Inverse, found: Moments, patterns: Patterns, layout: Layout
) -> FloatArray:
    """The robust covariance of joint estimates; ``found`` holds the moments of the patterns' judgements."""
    data = patterns.every
    back = patterns.of_judgement
    along = found.mean[back] - data.level
    by_level = _level_residuals(found.chance[:, back], data.level)
    blocks = Blocks(data, layout, data.n_pieces)
    table = blocks.table(along, by_level)
    meat = blocks.cross(table, np.ones(data.n_pieces))
    return _sandwich(inverse.full, meat, len(distinct(data.piece)[0]))


def marginal_inverse(fit: MarginalFit) -> Inverse:
    """The inverse information of marginal estimates, group means and spread included."""
    return invert(fit.information, fit.basis)


def marginal_covariance(
    inverse: Inverse, fit: MarginalFit, patterns: Patterns, layout: Layout
) -> FloatArray:
    """The robust covariance of marginal estimates, group means and spread included."""
    data, back = patterns.every, patterns.of_judgement
    found = fit.posterior
    along = found.expected[back] - data.level
    by_level = _level_residuals(found.chance[:, back], data.level)
    blocks = Blocks(data, layout, data.n_pieces)
    table = blocks.table(along, by_level)
    groups = len(fit.means)
    rows = np.flatnonzero(patterns.of_piece >= 0)
    which = patterns.of_piece[rows]
    free = (found.deviation > 1e-12).astype(float)
    extra = sparse.csr_matrix(
        (
            np.r_[
                (free * found.prior_mean[0] / fit.spread)[which],
                (free * (found.prior_mean[1] - 1))[which],
            ],
            (np.r_[rows, rows], np.r_[patterns.group[which], np.full(len(rows), groups)]),
        ),
        shape=(data.n_pieces, groups + 1),
    )
    size = layout.size
    meat = np.zeros((size + groups + 1,) * 2)
    meat[:size, :size] = blocks.cross(table, np.ones(data.n_pieces))
    meat[:size, size:] = blocks.against(table, extra)
    meat[size:, :size] = meat[:size, size:].T
    meat[size:, size:] = (extra.T @ extra).toarray()
    return _sandwich(inverse.full, meat, len(rows))


def _level_residuals(chance: FloatArray, level: npt.NDArray[np.int64]) -> FloatArray:
    out = chance.copy()
    for k in range(len(out)):
        out[k] -= level == k + 1
    return out


def _sandwich(bread: FloatArray, meat: FloatArray, pieces: int) -> FloatArray:
    found = bread @ meat @ bread * (pieces / max(pieces - 1, 1))
    if pieces < FEW_PIECES:
        plain = np.diag(bread)
        lift = np.sqrt(np.maximum(plain / np.maximum(np.diag(found), 1e-300), 1.0))
        found = found * lift[:, None] * lift[None, :]
    return np.asarray(found)
