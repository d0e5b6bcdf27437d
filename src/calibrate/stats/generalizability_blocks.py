"""The algebra behind REML: covariance in blocks, and what a few effects that run across blocks add to it.

With the error as the unit, V = R + Z G Z'. R is made of blocks (an object's scores), and blocks that look alike share one inverse;
Z G Z' comes from the effects across blocks (raters, tasks). With A = [Z X] everything that a search needs is P = W − W A M⁻¹ A' W,
where W = R⁻¹ and M is A' W A with G⁻¹ added for the effects: small matrices, however many scores there are.

Source: Searle, Casella & McCulloch (1992), *Variance Components*, section 6.4; Henderson's mixed model equations in their chapter 7;
Gilmour, Thompson & Cullis (1995), *Biometrics* 51, pp. 1440–1450 (average information).
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement, pairwise

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


#: With a smaller ratio to the error the short way to an effect's trace loses digits.
_TELLING = 1e-3


@dataclass(frozen=True, eq=False)
class _Size:
    """All blocks of one size: which rows of each pattern share a level of each inner effect, and each block's pattern."""

    size: int
    same: FloatArray  # (patterns, effects, size, size)
    of: IntArray  # (blocks,)


class Blocked:
    """Scores in block order.

    Parameters
    ----------
    y
        Shape (n, m).
    fixed
        Shape (n, f).
    block
        Shape (n,).
    inner, outer
        Levels of the effects, numbered from 0, each of shape (n,).
    """

    def __init__(
        self,
        y: FloatArray,
        fixed: FloatArray,
        block: IntArray,
        inner: list[IntArray],
        outer: list[IntArray],
    ) -> None:
        order, self.sizes = _in_block_order(block, inner)
        self.n, self.m = y.shape
        self.f = fixed.shape[1]
        self.y = y[order]
        self.n_inner = len(inner)
        self.levels = [_indicator(codes[order]) for codes in (*inner, *outer)]
        self.widths = [one.shape[1] for one in self.levels[self.n_inner :]]
        self.across = sparse.hstack(
            [*self.levels[self.n_inner :], sparse.csr_array(fixed[order])], format="csr"
        )
        self.turned = self.across.T.tocsr()
        rows = np.concatenate([np.full(len(one.of) * one.size, one.size) for one in self.sizes])
        self._indptr = np.concatenate([[0], np.cumsum(rows)])
        first = np.repeat(
            np.concatenate([[0], np.cumsum([len(s.of) * s.size for s in self.sizes])[:-1]]),
            [len(s.of) for s in self.sizes],
        ) + np.concatenate([np.arange(len(s.of)) * s.size for s in self.sizes])
        width = np.concatenate([np.full(len(s.of), s.size) for s in self.sizes])
        start = np.repeat(first, width)
        self._indices = np.repeat(start, rows) + (
            np.arange(self._indptr[-1]) - np.repeat(self._indptr[:-1], rows)
        )

        self.n_effects = len(self.levels)
        #: Where effects stand among all variances: inner ones with the error (last), and outer ones.
        self.inner = [*range(self.n_inner), self.n_effects]
        self.outer = list(range(self.n_inner, self.n_effects))
        starts = np.concatenate([[0], np.cumsum(self.widths)]).astype(int)
        #: The columns of A that each outer effect has.
        self.spans = [slice(a, b) for a, b in pairwise(starts)]

    @property
    def width(self) -> int:
        """How many columns A has."""
        return int(self.across.shape[1])

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the error."""
        return int(self.m * (self.n - self.f))

    def spread(self, parts: list[FloatArray]) -> sparse.csr_array:
        """A matrix per pattern, for each size of block, as one matrix over all scores."""
        values = [part[one.of].ravel() for part, one in zip(parts, self.sizes, strict=True)]
        return sparse.csr_array(
            (np.concatenate(values), self._indices, self._indptr), shape=(self.n, self.n)
        )

    def total(self, parts: list[FloatArray]) -> float:
        """The trace of that matrix."""
        return float(
            sum(
                np.trace(part, axis1=1, axis2=2)[one.of].sum()
                for part, one in zip(parts, self.sizes, strict=True)
            )
        )

    def squeezed(self, parts: list[FloatArray]) -> sparse.csr_array:
        """A' (that matrix) A, shape (k, k)."""
        return self.turned @ (self.spread(parts) @ self.across)


class State:
    """The likelihood and its slopes at given ratios of variances to the error.

    Parameters
    ----------
    model
        The scores.
    ratio
        One for each effect, inner ones first, at least 0.
    """

    def __init__(self, model: Blocked, ratio: FloatArray) -> None:
        self._model = model
        self.ratio = ratio
        self._inverse: list[FloatArray] = []
        inside, across = ratio[: model.n_inner], ratio[model.n_inner :]
        log_det = 0.0
        for one in model.sizes:
            block = np.eye(one.size) + np.einsum("e,peij->pij", inside, one.same)
            values = np.linalg.slogdet(block)[1]
            log_det += float(values[one.of].sum())
            self._inverse.append(np.linalg.inv(block))
        self._w = model.spread(self._inverse)
        self._scale = np.concatenate([np.repeat(np.sqrt(across), model.widths), np.ones(model.f)])
        self._seen = (model.turned @ (self._w @ model.across)).toarray()
        small = self._scale[:, None] * self._seen * self._scale
        places = np.arange(len(small) - model.f)
        small[places, places] += 1.0
        self._factor = linalg.cho_factor(small, lower=True, check_finite=False)
        log_det += 2 * float(np.log(np.diag(self._factor[0])).sum())
        self._wy = self._w @ model.y
        self._py = self._projected(self._wy)
        #: y' P y, and the deviance with the error's variance profiled out, up to a constant.
        self.rest = max(float((model.y * self._py).sum()), 0.0)
        self.error = self.rest / model.freedom
        self.deviance = model.m * log_det + model.freedom * math.log(max(self.rest, 1e-300))

    def _solved(self, right: FloatArray) -> FloatArray:
        """M⁻¹ times something."""
        inner = linalg.cho_solve(self._factor, self._scale[:, None] * right, check_finite=False)
        return np.asarray(self._scale[:, None] * inner)

    def _projected(self, weighted: FloatArray) -> FloatArray:
        """P v from W v."""
        model = self._model
        return np.asarray(
            weighted - self._w @ (model.across @ self._solved(model.turned @ weighted))
        )

    @cached_property
    def coefficients(self) -> FloatArray:
        """The fixed effects, shape (f, m)."""
        return self._solved(self._model.turned @ self._wy)[-self._model.f :]

    @cached_property
    def of_coefficients(self) -> FloatArray:
        """Their covariance in units of the error, shape (f, f)."""
        f = self._model.f
        return self._small_inverse[-f:, -f:]

    @cached_property
    def _small_inverse(self) -> FloatArray:
        """M⁻¹, shape (k, k)."""
        half = linalg.lapack.dpotri(self._factor[0], lower=1)[
            0
        ]  # its upper half is what was there before
        whole = np.tril(half) + np.tril(half, -1).T
        return np.asarray(self._scale[:, None] * whole * self._scale)

    @cached_property
    def _seen_by(self) -> list[list[FloatArray]]:
        """W V_i of the inner effects by size of block; the error's is W."""
        model = self._model
        kernels = [[one.same[:, e] for one in model.sizes] for e in range(model.n_inner)]
        return [
            [w @ v for w, v in zip(self._inverse, kernel, strict=True)] for kernel in kernels
        ] + [list(self._inverse)]

    @cached_property
    def _between(self) -> list[sparse.csr_array]:
        """A' W V_i W A of the inner effects and the error."""
        return [
            self._model.squeezed([a @ w for a, w in zip(part, self._inverse, strict=True)])
            for part in self._seen_by
        ]

    @cached_property
    def _turned(self) -> FloatArray:
        """S M⁻¹, where S is A' W A."""
        return np.asarray(self._seen @ self._small_inverse)

    @cached_property
    def score(self) -> FloatArray:
        """The slopes of the likelihood for the effects' variances and the error's (last), in units of the error."""
        model = self._model
        trace = np.empty(model.n_effects + 1)
        for place, part, one in zip(model.inner, self._seen_by, self._between, strict=True):
            trace[place] = model.total(part) - _traced(one, self._small_inverse)
        for one, span in zip(model.outer, model.spans, strict=True):
            trace[one] = self._trace_across(span, float(self.ratio[one]))
        squares = [float(((one.T @ self._py) ** 2).sum()) for one in model.levels]
        squares.append(float((self._py**2).sum()))
        return np.asarray((np.array(squares) / self.error - model.m * trace) / 2)

    def _trace_across(self, span: slice, ratio: float) -> float:
        """The trace of P V_i for an effect across blocks: of its part of A' P A = S − S M⁻¹ S."""
        inverse = self._small_inverse[span, span]
        if ratio > _TELLING:
            return (len(inverse) - float(np.trace(inverse)) / ratio) / ratio
        lost = float((self._turned[span] * self._seen[span]).sum())
        return float(np.trace(self._seen[span, span])) - lost

    def expected_information(self) -> FloatArray:
        """Of the effects' variances and the error's (last), in units of the error, shape (q + 1, q + 1)."""
        model, small = self._model, self._small_inverse
        loss = np.eye(len(small)) - self._turned  # A'P = (I − S M⁻¹) A'W
        kept = loss @ self._seen  # A' P A
        between, seen_by = self._between, self._seen_by
        both = np.empty((model.n_effects + 1,) * 2)
        turned = [one @ small for one in between]  # B_i M⁻¹
        for place, one in zip(model.inner, between, strict=True):
            for other, span in zip(model.outer, model.spans, strict=True):
                wide = (one @ loss[span].T).T
                both[place, other] = both[other, place] = float((wide * loss[span]).sum())
        for one, span in zip(model.outer, model.spans, strict=True):
            for other, more in zip(model.outer, model.spans, strict=True):
                both[one, other] = float((kept[span, more] ** 2).sum())
        for i, j in combinations_with_replacement(range(len(model.inner)), 2):
            a, b = seen_by[i], seen_by[j]
            crossed = [
                x @ z @ w for x, z, w in zip(a, b, self._inverse, strict=True)
            ]  # W V_i W V_j W
            value = model.total([x @ z for x, z in zip(a, b, strict=True)])
            value -= 2 * _traced(model.squeezed(crossed), small)
            value += float((turned[i] * turned[j].T).sum())
            one, other = model.inner[i], model.inner[j]
            both[one, other] = both[other, one] = value
        return np.asarray(model.m * both / 2)

    def average_information(self) -> FloatArray:
        """The mean of the expected and the observed information, which takes no traces: y'P V_i P V_j P y / 2 (Gilmour et al. 1995)."""
        moved = [one @ (one.T @ self._py) for one in self._model.levels] + [self._py]  # V_i P y
        seen = [self._projected(self._w @ one) for one in moved]
        both = [[float((a * b).sum()) for b in seen] for a in moved]
        return np.array(both) / (2 * self.error)


def _traced(one: sparse.csr_array, other: FloatArray) -> float:
    """The trace of a sparse and a dense symmetric matrix's product."""
    rows = np.repeat(np.arange(one.shape[0]), np.diff(one.indptr))
    return float(one.data @ other[rows, one.indices])


def _indicator(codes: IntArray) -> sparse.csr_array:
    return sparse.csr_array(
        (np.ones(len(codes)), (np.arange(len(codes)), codes)),
        shape=(len(codes), int(codes.max()) + 1),
    )


def _in_block_order(block: IntArray, inner: list[IntArray]) -> tuple[IntArray, list[_Size]]:
    """The rows in block order, blocks of one size together; and the patterns of each size."""
    order = np.lexsort([*reversed(inner), block])
    starts = np.flatnonzero(np.diff(block[order], prepend=-1))
    by_size: dict[int, list[IntArray]] = defaultdict(list)
    for rows in np.split(order, starts[1:]):
        by_size[len(rows)].append(rows)
    found, in_order = [], []
    for size, members in by_size.items():
        rows = np.array(members)  # (blocks, size)
        told = [_by_first_sight(codes[rows]) for codes in inner]
        looks = np.concatenate([np.zeros((len(rows), 1), dtype=np.int64), *told], axis=1)
        patterns, of = np.unique(looks, axis=0, return_inverse=True)
        each = patterns[:, 1:].reshape(len(patterns), len(inner), size)
        same = (each[:, :, :, None] == each[:, :, None, :]).astype(float)
        found.append(_Size(size, same, np.asarray(of, dtype=np.int64).ravel()))
        in_order.append(rows.ravel())
    return np.concatenate(in_order), found


def _by_first_sight(codes: IntArray) -> IntArray:
    """Levels within each row, each named by the place where it is first seen: equal for blocks that look alike."""
    return np.asarray(np.argmax(codes[:, :, None] == codes[:, None, :], axis=2), dtype=np.int64)
