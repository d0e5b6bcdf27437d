"""One thread for linear algebra where matrices are small.

The libraries under NumPy and SciPy share out even a matrix of 500 rows over all cores, and their threads wait for each other by
spinning: on a busy machine the same numbers then take thirty times the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np  # noqa: F401  (its libraries must be there before they are looked for)
from scipy import linalg  # noqa: F401
from threadpoolctl import ThreadpoolController


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold linear algebra to one thread inside; outside it is as before."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> ThreadpoolController:
    """Made once: looking for the libraries takes longer than most of what is then computed."""
    return ThreadpoolController()
