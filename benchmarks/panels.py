"""Score tables of any size that benchmarks run on: crossed panels, and a district's."""

from __future__ import annotations

import numpy as np
import pandas as pd

LEVELS = np.arange(1.0, 5.0)
Long = tuple[np.ndarray, ...]


def scores(n_pieces: int, n_raters: int, *, seed: int = 7) -> Long:
    """Piece, rater and score of a crossed panel: each score is a piece's quality and some noise, on four levels."""
    random = np.random.default_rng(seed)
    quality = random.normal(size=n_pieces)[:, None]
    seen = quality + 0.7 * random.normal(size=(n_pieces, n_raters))
    score = np.clip(np.round(2.5 + seen), 1, 4)
    piece, rater = np.indices(score.shape)
    return piece.ravel(), rater.ravel(), score.ravel()


def district(judgements: int, *, raters: int = 500, criteria: int = 5, seed: int = 7) -> Long:
    """Unit, piece, criterion, rater, score: every unit read by 2 to 4 of many raters."""
    random = np.random.default_rng(seed)
    readings = random.integers(2, 5, size=judgements // 3 + 1)
    units = int(np.searchsorted(np.cumsum(readings), judgements)) + 1
    readings = readings[:units]
    unit = np.repeat(np.arange(units), readings)
    place = np.arange(len(unit)) - np.repeat(np.cumsum(readings) - readings, readings)
    first, step = random.integers(0, raters, units), random.integers(1, raters // 4, units)
    rater = (first[unit] + place * step[unit]) % raters
    quality = random.normal(size=units // criteria + 1)
    seen = quality[unit // criteria] + 0.7 * random.normal(size=len(unit))
    score = np.clip(np.round(2.5 + seen), 1, 4)
    return unit, unit // criteria, unit % criteria, rater, score


def wide(piece: np.ndarray, rater: np.ndarray, score: np.ndarray) -> np.ndarray:
    """The shape that peers ask for: a row for each piece, a column for each rater."""
    long = pd.DataFrame({"piece": piece, "rater": rater, "score": score})
    return long.pivot(index="piece", columns="rater", values="score").to_numpy()
