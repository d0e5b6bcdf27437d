"""Rows of counts that are the same, counted once.

A thousand pieces that two raters scored on four levels show at most ten different rows of counts. Everything that depends
on a piece's counts alone is worked out once for each pattern; a bootstrap is a multinomial over patterns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: With no more possible patterns than this, a table of all of them is quicker than sorting.
_TABLE = 1 << 20


@dataclass(frozen=True, eq=False)
class Patterns:
    """The different rows of a units × levels table of counts.

    Attributes
    ----------
    counts
        How many raters gave each level, shape (p, k).
    which
        The pattern of each unit, shape (n_units,).
    times
        How many units have each pattern, shape (p,).
    """

    counts: IntArray
    which: IntArray
    times: IntArray

    @cached_property
    def readings(self) -> FloatArray:
        """How many raters scored a unit of this pattern, shape (p,)."""
        return np.asarray(self.counts.sum(axis=1), dtype=float)

    @cached_property
    def shared(self) -> npt.NDArray[np.bool_]:
        """Whether two or more raters scored a unit of this pattern, shape (p,)."""
        return np.asarray(self.readings >= 2)

    @cached_property
    def shares(self) -> FloatArray:
        """The scores as shares of the levels, shape (p, k): every unit weighs the same."""
        return np.asarray(self.counts / self.readings[:, None])

    @property
    def n_units(self) -> int:
        """How many units there are."""
        return len(self.which)

    def mean(self, values: FloatArray) -> FloatArray:
        """The mean over units of a value for each pattern, shape (p, …) to shape (…)."""
        return np.asarray(np.tensordot(self.times, values, axes=1) / self.n_units)

    def agreeing(self, weights: FloatArray) -> FloatArray:
        """Weighted agreement over the pairs of raters of a unit, shape (p,); 0 where only one rater scored."""
        counts = self.counts.astype(float)
        pairs = self.readings * (self.readings - 1)
        alike = (counts * (counts @ weights)).sum(axis=1) - counts @ np.diag(weights)
        return np.asarray(np.divide(alike, pairs, out=np.zeros_like(pairs), where=pairs > 0))


def collapse(counts: IntArray) -> Patterns:
    """Find the different rows of a table of small counts, shape (n_units, k)."""
    base = int(counts.max(initial=0)) + 1
    width = counts.shape[1]
    if width * math.log2(base) >= 62:
        found, which, times = np.unique(counts, axis=0, return_inverse=True, return_counts=True)
        return Patterns(found, which, times)
    digits = base ** np.arange(width, dtype=np.int64)
    keys = counts @ digits
    if base**width <= _TABLE:
        occurs = np.bincount(keys, minlength=1)
        used = np.flatnonzero(occurs)
        place = np.zeros(len(occurs), dtype=np.int64)
        place[used] = np.arange(len(used))
        return Patterns(used[:, None] // digits % base, place[keys], occurs[used])
    _, first, which, times = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    return Patterns(counts[first], which, times)
