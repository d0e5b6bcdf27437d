"""Time two ways of getting the same thing."""

from __future__ import annotations

import math
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Comparison:
    """Seconds that Calibrate and a named peer take for the same thing, and the most megabytes they hold meanwhile.

    ``same`` says whether both gave the same number; None where there is no number. Memory is nan where it was not looked at.
    """

    what: str
    peer: str
    ours: float
    theirs: float
    same: bool | None = None
    our_megabytes: float = math.nan
    their_megabytes: float = math.nan

    @property
    def ratio(self) -> float:
        """How many times as long the peer takes."""
        return self.theirs / self.ours


def best(
    call: Callable[[], Any],
    seconds: float = 2.0,
    most: int = 7,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, Any]:
    """The shortest time of several calls (at least one) by some clock, and the last answer."""
    shortest, until = math.inf, time.perf_counter() + seconds
    for _ in range(most):
        start = clock()
        answer = call()
        shortest = min(shortest, clock() - start)
        if time.perf_counter() > until:
            break
    return shortest, answer


def peak_megabytes(call: Callable[[], Any]) -> float:
    """The most that one call holds at once, as Python and NumPy count it."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def compare_numbers(
    what: str, peer: str, ours: Callable[[], float], theirs: Callable[[], float]
) -> Comparison:
    """Time two ways to the same number, and say whether they agree."""
    our_seconds, our_number = best(ours)
    their_seconds, their_number = best(theirs)
    same = math.isclose(our_number, their_number, rel_tol=1e-9, abs_tol=1e-12)
    return Comparison(
        what,
        peer,
        our_seconds,
        their_seconds,
        same,
        peak_megabytes(ours),
        peak_megabytes(theirs),
    )
