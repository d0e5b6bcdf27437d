"""How often two panels decide alike at the cut: what a decision study says beside what is counted, in 180 simulated cells.

Whole levels from 1 to 4, cut 3. Every cell has a middle and a spread of pieces, a noise of readings (half of it what a rater sees in
the piece, on all criteria alike), a number of criteria, and a number of raters in each of two panels; each piece has raters of its
own. Told is `calibrate.stats.generalizability_decisions.decide` from a study of the first 400 pieces, counted is the share of all
pieces that two panels put on the same side.

``python -m benchmarks.decisions`` prints a row for each 5 cells (panels of 1, 2, 3, 4 and 6 raters) and the widest distance.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from calibrate.stats.generalizability import g_study
from calibrate.stats.generalizability_decisions import Levels, decide

CUT, LEVELS = 3.0, Levels(1.0, 1.0)
RATERS = (1, 2, 3, 4, 6)
MIDDLES, SPREADS, NOISES, CRITERIA = (2.1, 2.5, 2.9), (0.5, 0.8), (0.4, 0.7), (1, 2, 4)
STUDIED = 400


@dataclass(frozen=True)
class Table:
    """Scores that are the same for all sizes of panel.

    Parameters
    ----------
    middle, spread
        Of pieces, in points.
    noise
        The standard deviation of a judgement about its piece, in points.
    criteria
        How many.
    """

    middle: float
    spread: float
    noise: float
    criteria: int


@dataclass(frozen=True)
class Cell:
    """What is told and what is counted, 0–1, for panels of so many raters."""

    table: Table
    raters: int
    told: float
    counted: float

    @property
    def apart(self) -> float:
        """Told less counted."""
        return self.told - self.counted


def scores(table: Table, pieces: int, seed: int = 1) -> np.ndarray:
    """Whole levels, shape (pieces, 2 panels of the largest size, criteria)."""
    rng = np.random.default_rng([seed, table.criteria])
    readings = (pieces, 2 * max(RATERS))
    seen = rng.normal(table.middle, table.spread, (pieces, 1, 1)) + rng.normal(
        0, table.noise / np.sqrt(2), (*readings, 1)
    )
    single = rng.normal(0, table.noise / np.sqrt(2), (*readings, table.criteria))
    return np.clip(np.rint(seen + single), 1, 4)


def cells(table: Table, pieces: int) -> Iterator[Cell]:
    """One cell for each size of panel."""
    given = scores(table, pieces)
    few = given[:STUDIED]
    at = np.indices(few.shape).reshape(3, -1)
    study = g_study(at[0], at[1], few.ravel(), at[2])
    for m in RATERS:
        above = [
            given[:, side].mean(axis=(1, 2)) >= CUT - 1e-9
            for side in (slice(0, m), slice(m, 2 * m))
        ]
        told = decide(study, m, cut=CUT, levels=LEVELS).consistency
        yield Cell(table, m, told, float(np.mean(above[0] == above[1])))


def every_table() -> list[Table]:
    """All combinations."""
    return [Table(*one) for one in product(MIDDLES, SPREADS, NOISES, CRITERIA)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pieces", type=int, default=10_000, help="pieces a table")
    arguments = parser.parse_args()
    print(
        "| middle | spread | noise | criteria | "
        + " | ".join(f"{m} a panel: told, counted" for m in RATERS)
        + " |"
    )
    print(f"|{'---|' * (4 + len(RATERS))}")
    seen: list[Cell] = []
    for table in every_table():
        row = list(cells(table, arguments.pieces))
        seen += row
        shown = " | ".join(f"{one.told:.3f}, {one.counted:.3f}" for one in row)
        print(
            f"| {table.middle} | {table.spread} | {table.noise} | {table.criteria} | {shown} |",
            flush=True,
        )
    apart = np.abs([one.apart for one in seen])
    print(
        f"\n{len(seen)} cells: told and counted lie {apart.mean():.3f} apart on average, {np.quantile(apart, 0.95):.3f} in "
        f"19 of 20, {apart.max():.3f} at most."
    )


if __name__ == "__main__":
    main()
