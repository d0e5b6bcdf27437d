"""Variance components of pieces × raters with gaps, by restricted maximum likelihood (REML).

score = mean + piece + rater + error, every effect drawn at random: the model behind ICC(A) when not every rater scored
every piece. Complete tables give the ANOVA answer wherever that is not negative.

The likelihood is computed from a few cross-products made once: pieces are eliminated exactly (they only meet raters), and
pieces with the same number of scores share all their terms, so that one evaluation costs raters³ however many pieces there
are. Source: Bates et al. (2015), *Journal of Statistical Software* 67(1), pp. 1–48; Searle, Casella & McCulloch (1992),
*Variance Components*, chapter 6.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import linalg, optimize, sparse

from calibrate.stats.threads import one_thread

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: A variance ratio to the error beyond this counts as "no error at all".
_LARGEST_RATIO = 1e8

#: Where the search may begin: shares of (piece, rater) against error; it begins at the best of them.
_STARTS = tuple((piece, rater) for piece in (0.05, 0.4, 0.8) for rater in (0.005, 0.1, 0.5))


@dataclass(frozen=True, eq=False)
class Components:
    """The variances of pieces, raters and error, in squared points of the scores.

    ``covariance`` is the large-sample covariance of (piece, rater, error), shape (3, 3), from the curvature of the
    likelihood; rows of a component that was estimated as 0 are 0. ``None`` where the curvature cannot be used.
    """

    piece: float
    rater: float
    error: float
    covariance: FloatArray | None


def cannot_separate(piece: IntArray, rater: IntArray) -> str | None:
    """Why pieces, raters and error cannot be told apart in this design; ``None`` where they can.

    Parameters
    ----------
    piece, rater
        The piece and the rater of each score, numbered from 0 without gaps, shape (n,).
    """
    n_pieces, n_raters = int(piece.max()) + 1, int(rater.max()) + 1
    if n_raters < 2:
        return "only one rater"
    if n_pieces < 2:
        return "only one piece"
    readings = np.bincount(piece)
    if readings.max() < 2:
        return "no piece has scores from two or more raters"
    if (readings >= 2).sum() < 2:
        return "only one piece has scores from two or more raters"
    links = sparse.coo_array(
        (np.ones(len(piece)), (piece, rater + n_pieces)), shape=(n_pieces + n_raters,) * 2
    )
    parts, _ = sparse.csgraph.connected_components(links, directed=False)
    if len(piece) - (n_pieces + n_raters - parts) < 1:
        return "each rater read pieces of their own, so raters and chance differences cannot be told apart"
    return None


def variance_components(piece: IntArray, rater: IntArray, score: FloatArray) -> Components:
    """Estimate the three variances by REML.

    Parameters
    ----------
    piece, rater, score
        One entry per score, shape (n,); pieces and raters numbered from 0 without gaps, nobody scoring a piece twice. The
        design must separate them (:func:`cannot_separate`), and some score must differ within a piece.
    """
    with one_thread():
        return _searched(piece, rater, score)


def _searched(piece: IntArray, rater: IntArray, score: FloatArray) -> Components:
    scale = float(np.std(score))
    sums = _CrossProducts.of(piece, rater, (score - score.mean()) / scale)

    def deviance(share: FloatArray) -> float:
        ratio = share / (1 - share)
        log_det, rest = sums.solve(float(ratio[0]), float(ratio[1]))
        return log_det + (sums.n - 1) * math.log(max(rest, 1e-300))

    top = _LARGEST_RATIO / (1 + _LARGEST_RATIO)
    start = min(_STARTS, key=lambda at: deviance(np.array(at)))
    found = optimize.minimize(
        deviance,
        np.array(start),
        method="L-BFGS-B",
        bounds=[(0.0, top)] * 2,
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 500},
    )
    share = _polished(deviance, found.x, top)
    share = np.where(share < 1e-7, 0.0, share)
    ratio = share / (1 - share)
    error = sums.solve(float(ratio[0]), float(ratio[1]))[1] / (sums.n - 1)
    variances = np.array([ratio[0] * error, ratio[1] * error, error])
    covariance = _covariance(sums, variances)
    piece_part, rater_part, error_part = (float(part) for part in variances * scale**2)
    return Components(
        piece_part,
        rater_part,
        error_part,
        covariance=None if covariance is None else covariance * scale**4,
    )


def _polished(deviance: Callable[[FloatArray], float], at: FloatArray, top: float) -> FloatArray:
    """A few Newton steps over what is not at its bound: the search's own slopes are too coarse for the last digits."""
    best = deviance(at)
    for _ in range(4):
        free = np.flatnonzero((at > 1e-6) & (at < top - 1e-6))
        step = 1e-4 * np.minimum(at, 1 - at)
        slope, curve = np.empty(len(free)), np.empty((len(free), len(free)))
        for i, a in enumerate(free):
            for j, b in enumerate(free[: i + 1]):
                da, db = step * (np.arange(2) == a), step * (np.arange(2) == b)
                up, down = deviance(at + da + db), deviance(at - da - db)
                if i == j:
                    slope[i] = (up - down) / (4 * step[a])
                    curve[i, i] = (up - 2 * best + down) / (4 * step[a] ** 2)
                else:
                    across = deviance(at + da - db) + deviance(at - da + db)
                    curve[i, j] = curve[j, i] = (up + down - across) / (4 * step[a] * step[b])
        if len(free) == 0 or not np.isfinite(curve).all() or np.linalg.cond(curve) > 1e10:
            break
        moved = at.copy()
        moved[free] = (at[free] - np.linalg.solve(curve, slope)).clip(0.0, top)
        value = deviance(moved)
        if not value < best:
            break
        at, best = moved, value
    return at


@dataclass(frozen=True, eq=False)
class _CrossProducts:
    """All that the likelihood needs, by groups of pieces that have the same number of scores."""

    n: int
    total: float  # y'y
    readings: FloatArray  # scores per piece in each group, shape (g,)
    n_pieces: FloatArray  # pieces in each group, shape (g,)
    raters: FloatArray  # rater × rater: pieces that both read, by group, shape (g, q · q)
    own: FloatArray  # pieces of each group that a rater read, shape (g, q)
    rater_sums: (
        FloatArray  # for each rater, the piece sums of the pieces they read, by group, shape (g, q)
    )
    sums: FloatArray  # sum of the piece sums, by group, shape (g,)
    squares: FloatArray  # sum of squared piece sums, by group, shape (g,)
    of_rater: FloatArray  # scores per rater, shape (q,)
    rater_y: FloatArray  # sum of scores per rater, shape (q,)

    @classmethod
    def of(cls, piece: IntArray, rater: IntArray, y: FloatArray) -> _CrossProducts:
        n_pieces, q = int(piece.max()) + 1, int(rater.max()) + 1
        readings = np.bincount(piece, minlength=n_pieces)
        piece_sums = np.bincount(piece, weights=y, minlength=n_pieces)
        who = sparse.csr_array((np.ones(len(y)), (piece, rater)), shape=(n_pieces, q))
        groups = np.unique(readings)
        members = [np.flatnonzero(readings == group) for group in groups]
        blocks = [who[rows] for rows in members]
        raters = np.stack([(block.T @ block).toarray() for block in blocks])
        return cls(
            n=len(y),
            total=float(y @ y),
            readings=groups.astype(float),
            n_pieces=np.array([len(rows) for rows in members], dtype=float),
            raters=raters.reshape(len(groups), -1),
            own=np.einsum("gqq->gq", raters).copy(),
            rater_sums=np.stack(
                [block.T @ piece_sums[rows] for block, rows in zip(blocks, members, strict=True)]
            ),
            sums=np.array([piece_sums[rows].sum() for rows in members]),
            squares=np.array([float(piece_sums[rows] @ piece_sums[rows]) for rows in members]),
            of_rater=np.bincount(rater, minlength=q).astype(float),
            rater_y=np.bincount(rater, weights=y, minlength=q).astype(float),
        )

    def solve(self, piece_ratio: float, rater_ratio: float) -> tuple[float, float]:
        """The log determinant of the mixed-model equations, and the weighted rest sum of squares (y is centred)."""
        q = len(self.of_rater)
        inner = 1.0 + piece_ratio * self.readings
        gain = piece_ratio / inner
        root = math.sqrt(rater_ratio)
        # Symmetric, and read by its lower half alone.
        equations = np.empty((q + 1, q + 1), order="F")
        equations[:q, :q] = ((-rater_ratio * gain) @ self.raters).reshape(q, q).T
        equations[np.arange(q), np.arange(q)] += 1.0 + rater_ratio * self.of_rater
        equations[q, :q] = root * (self.of_rater - (gain * self.readings) @ self.own)
        equations[q, q] = self.n - float(gain @ (self.readings**2 * self.n_pieces))
        right = np.empty(q + 1)
        right[:q] = root * (self.rater_y - gain @ self.rater_sums)
        right[q] = -float(gain @ (self.readings * self.sums))
        factor, failed = linalg.lapack.dpotrf(equations, lower=1, overwrite_a=1, clean=0)
        if failed:
            raise linalg.LinAlgError("The mixed-model equations are not positive definite.")
        half = linalg.lapack.dtrtrs(factor, right, lower=1)[0]
        log_det = float(self.n_pieces @ np.log(inner)) + 2 * float(np.log(np.diag(factor)).sum())
        return log_det, self.total - float(gain @ self.squares) - float(half @ half)


def _covariance(sums: _CrossProducts, variances: FloatArray) -> FloatArray | None:
    """Twice the inverse curvature of the deviance at the estimate, over the components that are not 0."""

    def deviance(at: FloatArray) -> float:
        log_det, rest = solved(float(at[0] / at[2]), float(at[1] / at[2]))
        return log_det + (sums.n - 1) * math.log(at[2]) + rest / float(at[2])

    if variances[2] < 1e-9:
        return None
    solved = cache(sums.solve)
    free = np.flatnonzero(variances > 0)
    step = 1e-4 * np.maximum(variances, 1e-3 * variances[2])
    hessian = np.empty((len(free), len(free)))
    for i, a in enumerate(free):
        for j, b in enumerate(free[: i + 1]):
            da, db = np.zeros(3), np.zeros(3)
            da[a], db[b] = step[a], step[b]
            corners = (
                deviance(variances + da + db)
                - deviance(variances + da - db)
                - deviance(variances - da + db)
                + deviance(variances - da - db)
            )
            hessian[i, j] = hessian[j, i] = corners / (4 * step[a] * step[b])
    if not np.isfinite(hessian).all() or np.linalg.cond(hessian) > 1e10:
        return None
    part = 2 * np.linalg.inv(hessian)
    if not np.isfinite(part).all() or (np.diag(part) <= 0).any():
        return None
    covariance = np.zeros((3, 3))
    covariance[np.ix_(free, free)] = part
    return covariance
