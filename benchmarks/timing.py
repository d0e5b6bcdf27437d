"""Time two ways of getting the same thing."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Comparison:
    """Seconds that Calibrate and a named peer take for the same thing.

    ``same`` says whether both gave the same number; None where there is no number.
    """

    what: str
    peer: str
    ours: float
    theirs: float
    same: bool | None = None

    @property
    def ratio(self) -> float:
        """How many times as long the peer takes."""
        return self.theirs / self.ours


def best(call: Callable[[], Any], seconds: float = 2.0, most: int = 7) -> tuple[float, Any]:
    """The shortest time of several calls (at least one), and the last answer."""
    shortest, until = math.inf, time.perf_counter() + seconds
    for _ in range(most):
        start = time.perf_counter()
        answer = call()
        shortest = min(shortest, time.perf_counter() - start)
        if time.perf_counter() > until:
            break
    return shortest, answer


def compare_numbers(
    what: str, peer: str, ours: Callable[[], float], theirs: Callable[[], float]
) -> Comparison:
    """Time two ways to the same number, and say whether they agree."""
    our_seconds, our_number = best(ours)
    their_seconds, their_number = best(theirs)
    same = math.isclose(our_number, their_number, rel_tol=1e-9, abs_tol=1e-12)
    return Comparison(what, peer, our_seconds, their_seconds, same)
