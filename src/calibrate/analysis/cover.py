"""The cheapest cells to hide so that one hidden count can have another value.

The idea: find a change of the smallest counts that alters the secret by one child, keeps every
count at zero or more and every fixed sum as it is, and touches as little as possible of what is
shown. What it touches is hidden; then the table before the change and the table after it look the
same from outside, so neither the secret nor anything hidden with it is determined.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Cover:
    """A change of the smallest counts, and which of the shown sums it alters."""

    change: Matrix
    touched: NDArray[np.bool_]
    cost: float


def least_cover(
    secret: Matrix, shown: Matrix, costs: Matrix, fixed: Matrix, counts: Matrix
) -> Cover | None:
    """The cheapest change that alters a secret; None where the fixed sums allow none.

    Parameters
    ----------
    secret
        The secret as a sum of the smallest counts (one row).
    shown, costs
        The shown sums (rows) and what hiding each of them costs.
    fixed
        Sums that must stay as they are (rows).
    counts
        The true smallest counts; none may fall below zero.
    """
    for way in (1.0, -1.0):
        if (found := _cheapest(way, secret, shown, costs, fixed, counts)) is not None:
            return found
    return None


def _cheapest(
    way: float, secret: Matrix, shown: Matrix, costs: Matrix, fixed: Matrix, counts: Matrix
) -> Cover | None:
    n, m = len(counts), len(shown)
    rows = sparse.csr_array(shown)
    size = sparse.eye_array(m)
    held = sparse.csr_array(np.vstack([fixed, secret[None, :]]))
    # What a shown sum gains and what it loses are two variables that are not negative.
    equal = sparse.vstack(
        [
            sparse.hstack([held, sparse.csr_array((held.shape[0], 2 * m))]),
            sparse.hstack([rows, -size, size]),
        ],
        format="csr",
    )
    least = np.concatenate([-counts, np.zeros(2 * m)])
    answer = linprog(
        np.concatenate([np.zeros(n), costs, costs]),
        A_eq=equal,
        b_eq=np.concatenate([np.zeros(len(fixed)), [way], np.zeros(m)]),
        bounds=np.column_stack([least, np.full(n + 2 * m, np.inf)]),
        method="highs",
    )
    if answer.x is None:
        return None
    change = np.asarray(answer.x[:n])
    return Cover(change, np.abs(shown @ change) > 1e-6, float(answer.fun))
