"""Chance that can be repeated: a stream of its own for every thing that is drawn.

A stream depends on its keys and on nothing else. A text that is added or a rater who is removed leaves
all other draws as they were.
"""

from __future__ import annotations

import random
from statistics import NormalDist

SEED = 20260922

_STANDARD = NormalDist()


def stream(*keys: object) -> random.Random:
    """A stream of random numbers that these keys name."""
    return random.Random("/".join(str(key) for key in (SEED, *keys)))


def normal(rng: random.Random, mean: float = 0.0, sd: float = 1.0) -> float:
    """A draw from a normal distribution (by inversion: one uniform number each)."""
    return mean + sd * _STANDARD.inv_cdf(min(max(rng.random(), 1e-9), 1 - 1e-9))


def normal_of(*keys: object, mean: float = 0.0, sd: float = 1.0) -> float:
    """The first normal draw of the stream that these keys name."""
    return normal(stream(*keys), mean, sd)


def chance(share: float, *keys: object) -> bool:
    """Whether something that happens in this share of cases happens here."""
    return stream(*keys).random() < share


def uniform_of_normal(value: float) -> float:
    """A standard normal value as a number between 0 and 1."""
    return _STANDARD.cdf(value)
