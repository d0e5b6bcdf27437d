"""Judgements drawn from the model itself, with a known truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibrate.stats.facets import Judgements, prepare_judgements

LEVELS = (1.0, 2.0, 3.0, 4.0)
TAU = np.array([-1.5, 0.0, 1.5])


@dataclass
class Drawn:
    """Long arrays: what `prepare_judgements` takes."""

    piece: np.ndarray
    rater: np.ndarray
    criterion: np.ndarray
    score: np.ndarray

    def prepared(self, **more) -> Judgements:
        levels = {str(name): LEVELS for name in np.unique(self.criterion)}
        return prepare_judgements(
            self.piece, self.rater, self.criterion, self.score, levels, **more
        )

    def shuffled(self, seed: int) -> Drawn:
        order = np.random.default_rng(seed).permutation(len(self.piece))
        return Drawn(*(one[order] for one in (self.piece, self.rater, self.criterion, self.score)))

    def without(self, gone: np.ndarray) -> Drawn:
        return Drawn(*(one[~gone] for one in (self.piece, self.rater, self.criterion, self.score)))


def draw(
    seed: int,
    quality: np.ndarray,
    readers: list[list[int]],
    severity: np.ndarray,
    difficulty: np.ndarray,
    *,
    halo: float = 0.0,
    tau: np.ndarray = TAU,
) -> Drawn:
    """Scores of pieces of that quality by the raters who read each, on every criterion (logits)."""
    rng = np.random.default_rng(seed)
    p = np.repeat(np.arange(len(quality)), [len(one) for one in readers])
    r = np.concatenate([np.asarray(one) for one in readers])
    shift = rng.normal(0, halo, len(p))
    c = len(difficulty)
    piece, rater, shift = np.repeat(p, c), np.repeat(r, c), np.repeat(shift, c)
    criterion = np.tile(np.arange(c), len(p))
    eta = quality[piece] - severity[rater] - difficulty[criterion] + shift
    k = np.arange(len(tau) + 1)[:, None]
    chances = np.exp(k * eta - np.r_[0, np.cumsum(tau)][:, None])
    chances /= chances.sum(axis=0)
    level = (rng.random(len(piece)) > np.cumsum(chances, axis=0)).sum(axis=0)
    return Drawn(piece, rater, criterion, level + 1.0)


def panel(
    seed: int = 0, pieces: int = 60, raters: int = 6, each: int = 3, criteria: int = 3, **more
) -> Drawn:
    """A panel in which every piece is read by some of the raters."""
    rng = np.random.default_rng(seed + 1000)
    readers = [list(rng.permutation(raters)[:each]) for _ in range(pieces)]
    return draw(
        seed,
        rng.normal(0, 1.3, pieces),
        readers,
        np.linspace(-0.8, 0.8, raters),
        np.linspace(-0.5, 0.5, criteria),
        **more,
    )
