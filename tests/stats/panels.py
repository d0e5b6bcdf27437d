"""Panels of scores that several tests of the statistics share."""

from __future__ import annotations

import math

import numpy as np

from calibrate.stats.ratings import Ratings, prepare_ratings

Rows = list[list[float | None]]


def panel(rows: Rows, levels: list[float] | None = None, *, interval: bool = False) -> Ratings:
    """Ratings from a small table, a row per piece and a column per rater; None where a rater did not score."""
    piece, rater, score = [], [], []
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            piece.append(f"P{i:04d}")
            rater.append(f"R{j:02d}")
            score.append(math.nan if value is None else value)
    seen = sorted({value for value in score if not math.isnan(value)})
    return prepare_ratings(piece, rater, score, levels or seen, interval=interval)


def simulated(
    seed: int,
    pieces: int,
    raters: int,
    *,
    spread: float = 1.0,
    noise: float = 0.7,
    missing: float = 0.0,
) -> Rows:
    """A panel on levels 1–4 whose pieces differ by ``spread`` and whose raters err by ``noise``."""
    rng = np.random.default_rng(seed)
    true = rng.normal(2.5, spread, size=(pieces, 1))
    scores = np.clip(np.rint(true + rng.normal(0, noise, size=(pieces, raters))), 1, 4)
    gone = rng.random(scores.shape) < missing
    return [
        [None if gone[i, j] else float(scores[i, j]) for j in range(raters)] for i in range(pieces)
    ]


def same_number(a: float, b: float, tolerance: float = 1e-9) -> bool:
    """Whether two numbers are equal, nan being equal to nan."""
    return (math.isnan(a) and math.isnan(b)) or abs(a - b) <= tolerance
