"""Sums by piece and parameter: the blocks from which gradients, information and sandwiches are put together.

A judgement touches one element of each facet and, through its level, the thresholds of its set of steps. Facets with few
elements are kept as dense columns, those with many (raters) as a sparse table whose places are worked out once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from calibrate.stats.facets.judgements import Judgements, distinct
from calibrate.stats.facets.layout import Layout

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: A facet with more elements than this is kept sparse.
_FEW = 24


@dataclass(frozen=True, eq=False)
class PieceTable:
    """A table of pieces × parameters: its sparse and its dense columns."""

    wide: sparse.csr_matrix
    narrow: FloatArray


def sums(data: Judgements, layout: Layout, along: FloatArray, by_level: FloatArray) -> FloatArray:
    """Sums by parameter, shape (P,).

    Parameters
    ----------
    data, layout
        The judgements, and where the parameters stand.
    along
        What each judgement gives to its elements, shape (n,).
    by_level
        What it gives to the threshold of each inner level (row j is level j + 1), shape (K − 2, n).
    """
    out = np.zeros(layout.size)
    for f, facet in enumerate(data.facets):
        out[layout.facet(f)] = np.bincount(facet.code, along, minlength=facet.size)
    place = layout.starts[-1]
    for k in sorted(set(layout.steps[:, 1].tolist())):
        found = np.bincount(data.step, by_level[k - 1], minlength=data.n_steps)
        mine = np.flatnonzero(layout.steps[:, 1] == k)
        out[place + mine] = found[layout.steps[mine, 0]]
    return out


def observed_sums(data: Judgements, layout: Layout) -> FloatArray:
    """What the scores themselves give to each parameter: totals of positions, and counts of the inner levels, shape (P,)."""
    inner = max(int(data.n_levels.max()) - 2, 0)
    by_level = np.array([(data.level == k + 1).astype(float) for k in range(inner)])
    return sums(data, layout, data.level.astype(float), by_level.reshape(inner, data.n))


class Blocks:
    """Puts sums over judgements where they belong, for one set of judgements and one layout."""

    def __init__(self, data: Judgements, layout: Layout, n_pieces: int) -> None:
        self.data = data
        self.layout = layout
        self.n_pieces = n_pieces
        self._wide = [f for f, facet in enumerate(data.facets) if facet.size > _FEW]
        self._few = [f for f, facet in enumerate(data.facets) if facet.size <= _FEW]
        self._cells: list[tuple[IntArray, IntArray]] = []
        columns, offset = [], 0
        for f in self._wide:
            facet = data.facets[f]
            cells, which = distinct(data.piece * facet.size + facet.code)
            self._cells.append((which, cells))
            columns.append((cells // facet.size, cells % facet.size + offset))
            offset += facet.size
        self._shape = (n_pieces, offset)
        if columns:
            rows = np.concatenate([one[0] for one in columns])
            places = np.concatenate([one[1] for one in columns])
            marked = sparse.csr_matrix(
                (np.arange(1.0, len(rows) + 1), (rows, places)), shape=self._shape
            )
            self._take = (marked.data - 1).astype(np.int64)
            self._pointers, self._indices = marked.indptr, marked.indices
        steps = layout.steps
        self._levels = sorted(set(steps[:, 1].tolist()))
        self._order = np.concatenate(
            [
                *[np.arange(layout.starts[f], layout.starts[f + 1]) for f in self._wide],
                *[np.arange(layout.starts[f], layout.starts[f + 1]) for f in self._few],
                np.arange(layout.starts[-1], layout.size),
            ]
        ).astype(np.int64)

    def table(self, along: FloatArray, by_level: FloatArray) -> PieceTable:
        """The same sums as `sums`, for each piece: pieces × parameters."""
        n, step = self.n_pieces, self.data.step
        if self._wide:
            values = np.concatenate(
                [np.bincount(which, along, minlength=len(cells)) for which, cells in self._cells]
            )
            wide = sparse.csr_matrix(
                (values[self._take], self._indices, self._pointers), shape=self._shape
            )
        else:
            wide = sparse.csr_matrix((n, 0))
        columns: list[FloatArray] = []
        for f in self._few:
            facet = self.data.facets[f]
            sums = np.bincount(self.data.piece * facet.size + facet.code, along, n * facet.size)
            columns.append(sums.reshape(n, facet.size).astype(float))
        groups = self.data.n_steps
        for k in self._levels:
            sums = np.bincount(self.data.piece * groups + step, by_level[k - 1], n * groups)
            mine = self.layout.steps[self.layout.steps[:, 1] == k, 0]
            columns.append(sums.reshape(n, groups)[:, mine].astype(float))
        narrow = np.hstack([np.zeros((n, 0)), *columns])
        return PieceTable(wide, self._sorted_steps(narrow))

    def _sorted_steps(self, narrow: FloatArray) -> FloatArray:
        """Threshold columns come level by level; put them into the layout's order."""
        n_steps = len(self.layout.steps)
        if not n_steps or self.data.n_steps == 1:
            return narrow
        came = [j for k in self._levels for j in np.flatnonzero(self.layout.steps[:, 1] == k)]
        back = np.argsort(came)
        first = narrow.shape[1] - n_steps
        return np.hstack([narrow[:, :first], narrow[:, first:][:, back]])

    def cross(self, table: PieceTable, weight: FloatArray) -> FloatArray:
        """``Σ weight · rowᵀ row`` over pieces, shape (P, P)."""
        wide, narrow = table.wide, table.narrow
        heavy = narrow * weight[:, None]
        a, b = wide.shape[1], narrow.shape[1]
        out = np.zeros((a + b, a + b))
        if a:
            scaled = wide.copy()
            scaled.data = scaled.data * np.repeat(weight, np.diff(wide.indptr))
            out[:a, :a] = (wide.T @ scaled).toarray()
            out[:a, a:] = wide.T @ heavy
            out[a:, :a] = out[:a, a:].T
        out[a:, a:] = narrow.T @ heavy
        return self._in_layout(out)

    def total(self, table: PieceTable, weight: FloatArray) -> FloatArray:
        """``Σ weight · row`` over pieces, shape (P,)."""
        out = np.zeros(self.layout.size)
        out[self._order] = np.r_[table.wide.T @ weight, table.narrow.T @ weight]
        return out

    def against(self, table: PieceTable, other: sparse.csr_matrix) -> FloatArray:
        """``tableᵀ @ other`` for a sparse table of the same pieces, shape (P, columns)."""
        out = np.zeros((self.layout.size, other.shape[1]))
        wide = (table.wide.T @ other).toarray()
        out[self._order] = np.vstack([wide, (other.T @ table.narrow).T])
        return out

    def times(self, table: PieceTable, full: FloatArray) -> FloatArray:
        """``table @ full`` for a vector of all parameters, shape (n_pieces,)."""
        ordered = full[self._order]
        a = table.wide.shape[1]
        return np.asarray(table.wide @ ordered[:a] + table.narrow @ ordered[a:])

    def dense(self, table: PieceTable) -> FloatArray:
        """The table as one array in the layout's order, shape (n_pieces, P)."""
        out = np.empty((self.n_pieces, self.layout.size))
        out[:, self._order] = np.hstack([table.wide.toarray(), table.narrow])
        return out

    def within(
        self, variance: FloatArray, with_level: FloatArray, level_level: FloatArray
    ) -> FloatArray:
        """Information of the parameters if every piece were known, shape (P, P).

        Parameters
        ----------
        variance
            Variance of each judgement's position, shape (n,).
        with_level
            ``P_k (k − E)`` of each inner level, shape (K − 2, n).
        level_level
            Sums of ``P_k (1[k = l] − P_l)`` by set of steps, shape (G, K − 2, K − 2).
        """
        out = np.zeros((self.layout.size, self.layout.size))
        facets, layout = self.data.facets, self.layout
        for f, one in enumerate(facets):
            place = layout.facet(f)
            out[place, place] = np.diag(np.bincount(one.code, variance, minlength=one.size))
            for g in range(f):
                other = facets[g]
                sums = np.bincount(
                    one.code * other.size + other.code, variance, one.size * other.size
                )
                out[place, layout.facet(g)] = sums.reshape(one.size, other.size)
                out[layout.facet(g), place] = out[place, layout.facet(g)].T
            for k in self._levels:
                groups = self.data.n_steps
                sums = np.bincount(
                    one.code * groups + self.data.step, with_level[k - 1], one.size * groups
                ).reshape(one.size, groups)
                mine = np.flatnonzero(layout.steps[:, 1] == k)
                columns = layout.starts[-1] + mine
                out[place, columns] = sums[:, layout.steps[mine, 0]]
                out[columns, place] = out[place, columns].T
        for i, (g, k) in enumerate(layout.steps.tolist()):
            for j, (h, other_level) in enumerate(layout.steps.tolist()):
                if g == h:
                    out[layout.starts[-1] + i, layout.starts[-1] + j] = level_level[
                        g, k - 1, other_level - 1
                    ]
        return out

    def _in_layout(self, found: FloatArray) -> FloatArray:
        out = np.empty_like(found)
        out[np.ix_(self._order, self._order)] = found
        return out


def level_products(
    chance: FloatArray, step: IntArray, groups: int, weight: FloatArray
) -> FloatArray:
    """Sums of ``P_k (1[k = l] − P_l)`` over judgements by set of steps, shape (G, K − 2, K − 2)."""
    inner = len(chance)
    out = np.zeros((groups, inner, inner))
    for k in range(inner):
        heavy = chance[k] * weight
        for other in range(k + 1):
            if groups == 1:
                own = float(heavy.sum()) if other == k else 0.0
                out[0, k, other] = out[0, other, k] = own - float(heavy @ chance[other])
                continue
            product = heavy * ((1.0 if other == k else 0.0) - chance[other])
            out[:, k, other] = np.bincount(step, product, minlength=groups)
            out[:, other, k] = out[:, k, other]
    return out
