"""Variance components of tables with gaps, by restricted maximum likelihood (REML), for any set of effects.

Effects that lie inside a block (a piece, or a student: the object of measurement) are eliminated exactly, block by block, and
blocks of one pattern share one small matrix; effects that run across blocks (raters, tasks) are then added by their own small
matrix (Woodbury). So an evaluation costs raters³ and a sparse product, however many pieces there are.

Several columns of scores may share their components: the contrasts between criteria do.

Source: Searle, Casella & McCulloch (1992), *Variance Components*, chapter 6; Bates et al. (2015), *Journal of Statistical
Software* 67(1), pp. 1–48.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg, optimize, sparse

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: A variance ratio to the error beyond this counts as "no error at all".
_LARGEST_RATIO = 1e8
#: A share below this is no variance at all.
_NOTHING = 1e-7


@dataclass(frozen=True, eq=False)
class Fit:
    """What REML finds.

    Attributes
    ----------
    variances
        Every effect to its variance, at least 0, in squared points.
    error
        The variance of what is left.
    coefficients, covariance
        The fixed effects, shape (f, m), and the covariance that each column of them has, shape (f, f).
    """

    variances: dict[str, float]
    error: float
    coefficients: FloatArray
    covariance: FloatArray


def fit_components(
    y: FloatArray,
    fixed: FloatArray,
    block: IntArray,
    inner: Mapping[str, IntArray],
    outer: Mapping[str, IntArray],
) -> Fit:
    """Estimate the variance of every effect.

    Parameters
    ----------
    y
        Scores, shape (n, m): m columns that share the variances and have fixed effects of their own.
    fixed
        The fixed effects' design, shape (n, f), of full rank.
    block
        The block of each row, numbered from 0, shape (n,).
    inner, outer
        For each random effect the level of each row, numbered from 0, shape (n,). No level of an inner effect may lie in
        two blocks. Effects must be separable from each other and from the error (:func:`separable`).
    """
    scale = float(np.sqrt(np.mean((y - y.mean(axis=0)) ** 2))) or 1.0
    model = _Blocked(y / scale, fixed, block, list(inner.values()), list(outer.values()))
    names = [*inner, *outer]
    top = _LARGEST_RATIO / (1 + _LARGEST_RATIO)
    share = np.zeros(0)
    if names:
        starts = [np.full(len(names), at) for at in (0.05, 0.2, 0.4)]
        starts.append(np.array([0.6] + [0.1] * (len(names) - 1)))
        start = min(starts, key=model.deviance)
        found = optimize.minimize(
            model.deviance,
            start,
            method="L-BFGS-B",
            jac="3-point",
            bounds=[(0.0, top)] * len(names),
            options={"ftol": 1e-14, "gtol": 1e-8, "maxiter": 300},
        )
        share = np.where(found.x < _NOTHING, 0.0, found.x)
    ratio = share / (1 - share)
    state = model.solve(ratio)
    error = state.rest / model.freedom
    return Fit(
        {name: float(one * error * scale**2) for name, one in zip(names, ratio, strict=True)},
        float(error * scale**2),
        state.coefficients * scale,
        state.inverse * error * scale**2,
    )


def separable(effects: Mapping[str, IntArray], n: int) -> list[str]:
    """The effects, in this order, that can be told from those before them, from the error and from the mean.

    Two effects cannot be told apart where the same rows share their levels: what counts is whether the matrices "these two
    rows share a level" are linearly independent.
    """
    known: list[IntArray] = [np.zeros(n, dtype=np.int64), np.arange(n)]
    kept: list[str] = []
    for name, codes in effects.items():
        trial = [*known, codes]
        overlap = np.array([[_shared(a, b) for b in trial] for a in trial], dtype=float)
        norm = np.sqrt(np.diag(overlap))
        if np.linalg.eigvalsh(overlap / np.outer(norm, norm))[0] > 1e-9:
            known.append(codes)
            kept.append(name)
    return kept


def _shared(a: IntArray, b: IntArray) -> float:
    """How many pairs of rows share a level of both."""
    _, sizes = np.unique(a * (int(b.max()) + 1) + b, return_counts=True)
    return float(sizes.astype(float) @ sizes.astype(float))


@dataclass(frozen=True, eq=False)
class _State:
    log_det: float
    rest: float
    coefficients: FloatArray
    inverse: FloatArray


@dataclass(frozen=True, eq=False)
class _Pattern:
    """Blocks that look alike: how many, how large, and which of their rows share a level of each inner effect."""

    first: int
    n_blocks: int
    size: int
    same: FloatArray  # (effects, size, size)


class _Blocked:
    """The data in block order, and the likelihood over ratios of variances to the error."""

    def __init__(
        self,
        y: FloatArray,
        fixed: FloatArray,
        block: IntArray,
        inner: list[IntArray],
        outer: list[IntArray],
    ) -> None:
        order, self._patterns = _patterns(block, inner)
        self._n, self._m = y.shape
        self._f = fixed.shape[1]
        self._both = np.hstack([y, fixed])[order]
        self._n_inner = len(inner)
        self._sizes = [int(codes.max()) + 1 for codes in outer]
        self._z = (
            sparse.hstack(
                [
                    sparse.csr_array(
                        (np.ones(self._n), (np.arange(self._n), codes[order])),
                        shape=(self._n, size),
                    )
                    for codes, size in zip(outer, self._sizes, strict=True)
                ],
                format="csr",
            )
            if outer
            else None
        )
        widths = np.concatenate([np.full(p.n_blocks * p.size, p.size) for p in self._patterns])
        self._indptr = np.concatenate([[0], np.cumsum(widths)])
        self._indices = np.concatenate(
            [
                np.broadcast_to(
                    (p.first + np.arange(p.n_blocks) * p.size)[:, None, None]
                    + np.arange(p.size)[None, None, :],
                    (p.n_blocks, p.size, p.size),
                ).ravel()
                for p in self._patterns
            ]
        )

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the error."""
        return int(self._m * (self._n - self._f))

    def deviance(self, share: FloatArray) -> float:
        """−2 log restricted likelihood, the error's variance profiled out, up to a constant."""
        state = self.solve(share / (1 - share))
        return float(self._m * state.log_det + self.freedom * math.log(max(state.rest, 1e-300)))

    def solve(self, ratio: FloatArray) -> _State:
        """Generalized least squares at these ratios."""
        inside, across = ratio[: self._n_inner], ratio[self._n_inner :]
        log_det, values = 0.0, []
        for p in self._patterns:
            block = np.eye(p.size) + np.tensordot(inside, p.same, axes=1)
            factor = linalg.cho_factor(block, lower=True, check_finite=False)
            log_det += p.n_blocks * 2 * float(np.log(np.diag(factor[0])).sum())
            inverse = linalg.cho_solve(factor, np.eye(p.size), check_finite=False)
            values.append(np.tile(inverse.ravel(), p.n_blocks))
        w = sparse.csr_array(
            (np.concatenate(values), self._indices, self._indptr), shape=(self._n, self._n)
        )
        weighted = w @ self._both
        cross = self._both.T @ weighted
        if self._z is not None:
            root = np.repeat(np.sqrt(across), self._sizes)
            small = root[:, None] * (self._z.T @ (w @ self._z)).toarray() * root
            small[np.diag_indices_from(small)] += 1.0
            factor = linalg.cho_factor(small, lower=True, check_finite=False)
            log_det += 2 * float(np.log(np.diag(factor[0])).sum())
            right = root[:, None] * (self._z.T @ weighted)
            cross = cross - right.T @ linalg.cho_solve(factor, right, check_finite=False)
        m = self._m
        yy, xy, xx = cross[:m, :m], cross[m:, :m], cross[m:, m:]
        inverse = np.linalg.inv(xx)
        coefficients = inverse @ xy
        rest = float(np.trace(yy) - (xy * coefficients).sum())
        return _State(
            log_det + float(np.linalg.slogdet(xx)[1]), max(rest, 0.0), coefficients, inverse
        )


def _patterns(block: IntArray, inner: list[IntArray]) -> tuple[IntArray, list[_Pattern]]:
    """The rows in block order, blocks of one pattern together; and the patterns."""
    order = np.lexsort([*reversed(inner), block])
    starts = np.flatnonzero(np.diff(block[order], prepend=-1))
    alike: dict[bytes, list[IntArray]] = defaultdict(list)
    for rows in np.split(order, starts[1:]):
        told = [np.unique(codes[rows], return_inverse=True)[1] for codes in inner]
        key = np.array([len(rows), *np.concatenate([[0], *told])], dtype=np.int64).tobytes()
        alike[key].append(rows)
    rows_in_order: list[IntArray] = []
    found: list[_Pattern] = []
    first = 0
    for members in alike.values():
        rows, size = members[0], len(members[0])
        same = [(codes[rows][:, None] == codes[rows][None, :]).astype(float) for codes in inner]
        stack = np.array(same).reshape(len(inner), size, size)
        found.append(_Pattern(first, len(members), size, stack))
        rows_in_order.extend(members)
        first += len(members) * size
    return np.concatenate(rows_in_order).astype(np.int64), found
