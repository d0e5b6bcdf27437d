"""How often do 95% intervals hold the truth? Simulated panels with a known truth; ``python -m benchmarks.coverage``.

*These raters*: the same raters read other pieces in every panel; the truth is their agreement over very many pieces. *Raters
like these*: every panel has other raters too; the truth is the mean over very many panels' raters. A share near 0.95 is right.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from calibrate.stats.agreement import (
    adjacent_agreement,
    brennan_prediger,
    exact_agreement,
    fleiss_kappa,
    gwet_ac,
)
from calibrate.stats.alpha import krippendorff_alpha
from calibrate.stats.conger import conger_kappa
from calibrate.stats.icc import icc_a_1
from calibrate.stats.raters_like_these import for_raters_like_these
from calibrate.stats.ratings import Ratings, prepare_ratings
from calibrate.stats.results import Coefficient
from calibrate.stats.two_raters import cohen_kappa

LEVELS = (1.0, 2.0, 3.0, 4.0)
Statistic = Callable[[Ratings], Coefficient]


@dataclass(frozen=True)
class Room:
    """How pieces and raters differ: severities in points, the noise of a reading, pieces' spread and mean."""

    name: str
    severity: tuple[float, ...]
    noise: float = 0.7
    spread: float = 1.0
    mean: float = 2.5


ROOMS = (
    Room("two raters", (0.2, -0.2)),
    Room("three raters", (0.0, 0.3, -0.3)),
    Room("six raters", (0.0, 0.3, -0.3, 0.5, -0.1, -0.4)),
    Room("near the ceiling", (0.0, 0.2, -0.2), noise=0.5, spread=0.8, mean=3.6),
)

#: How far raters' severities spread where every panel has raters of its own.
SEVERITY = 0.35

STATISTICS: dict[str, Statistic] = {
    "exact": exact_agreement,
    "adjacent": adjacent_agreement,
    "Fleiss": fleiss_kappa,
    "Conger": conger_kappa,
    "Brennan-Prediger": brennan_prediger,
    "Gwet AC2": gwet_ac,
    "alpha": lambda ratings: krippendorff_alpha(ratings, draws=500),
}


@dataclass(frozen=True)
class Covered:
    """What a number of panels showed for one coefficient."""

    who: str
    room: str
    pieces: int
    coefficient: str
    share: float
    width: float
    without: int


def panel(random: np.random.Generator, room: Room, pieces: int, severity: np.ndarray) -> Ratings:
    """One panel: every rater reads every piece."""
    quality = random.normal(room.mean, room.spread, (pieces, 1))
    seen = quality + severity + random.normal(0, room.noise, (pieces, len(severity)))
    score = np.clip(np.rint(seen), 1, 4)
    piece, rater = np.indices(score.shape)
    return prepare_ratings(piece.ravel(), rater.ravel(), score.ravel(), LEVELS)


def _point(statistic: Statistic, name: str, ratings: Ratings) -> float:
    if name == "alpha":
        return krippendorff_alpha(ratings, draws=0).value
    return statistic(ratings).value


def these_raters(
    room: Room, pieces: int, panels: int, *, large: int = 300_000
) -> Iterator[Covered]:
    """The raters stay, the pieces are drawn."""
    chosen = dict(STATISTICS)
    if len(room.severity) == 2:
        chosen["Cohen"] = cohen_kappa
    severity = np.array(room.severity)
    whole = panel(np.random.default_rng(1), room, large, severity)
    truth = {name: _point(statistic, name, whole) for name, statistic in chosen.items()}
    yield from _cover(
        "these raters",
        room,
        pieces,
        chosen,
        truth,
        (panel(np.random.default_rng(1000 + i), room, pieces, severity) for i in range(panels)),
    )


def raters_like_these(
    room: Room, pieces: int, panels: int, *, large: int = 4_000
) -> Iterator[Covered]:
    """Raters and pieces are drawn."""
    chosen: dict[str, Statistic] = {
        name: lambda ratings, s=statistic: for_raters_like_these(s, ratings)  # type: ignore[misc]
        for name, statistic in STATISTICS.items()
        if name in ("exact", "Fleiss", "Gwet AC2")
    }
    chosen["ICC(A,1)"] = icc_a_1
    many = np.random.default_rng(1)
    q = len(room.severity)
    wholes = [panel(many, room, large, many.normal(0, SEVERITY, q)) for _ in range(60)]
    truth = {
        name: float(
            np.mean(
                [(icc_a_1 if name[0] == "I" else STATISTICS[name])(one).value for one in wholes]
            )
        )
        for name in chosen
    }

    def drawn() -> Iterator[Ratings]:
        for i in range(panels):
            random = np.random.default_rng(1000 + i)
            yield panel(random, room, pieces, random.normal(0, SEVERITY, q))

    yield from _cover("raters like these", room, pieces, chosen, truth, drawn())


def _cover(
    who: str,
    room: Room,
    pieces: int,
    chosen: dict[str, Statistic],
    truth: dict[str, float],
    panels: Iterator[Ratings],
) -> Iterator[Covered]:
    inside = dict.fromkeys(chosen, 0)
    known, width = dict.fromkeys(chosen, 0), dict.fromkeys(chosen, 0.0)
    n = 0
    for ratings in panels:
        n += 1
        for name, statistic in chosen.items():
            found = statistic(ratings)
            if found.has_interval:
                known[name] += 1
                inside[name] += found.ci_low <= truth[name] <= found.ci_high
                width[name] += found.ci_high - found.ci_low
    for name in chosen:
        there = max(known[name], 1)
        yield Covered(
            who, room.name, pieces, name, inside[name] / there, width[name] / there, n - known[name]
        )


def run(panels: int, sizes: tuple[int, ...]) -> Iterator[Covered]:
    """Every room and size, for these raters and for raters like these."""
    for room in ROOMS:
        for pieces in sizes:
            yield from these_raters(room, pieces, panels)
    for room in (ROOMS[1], ROOMS[2]):
        for pieces in sizes:
            yield from raters_like_these(room, pieces, max(panels // 4, 1))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    parser.add_argument("--panels", type=int, default=1000)
    parser.add_argument("--pieces", default="5,10,30,100", help="panel sizes")
    arguments = parser.parse_args()
    sizes = tuple(int(one) for one in arguments.pieces.split(","))
    start = time.perf_counter()
    rows: dict[tuple[str, str, int], list[Covered]] = {}
    for one in run(arguments.panels, sizes):
        rows.setdefault((one.who, one.room, one.pieces), []).append(one)
    console = Console(width=118)
    table = Table("whom", "room", "pieces", "covered (mean width)")
    for (who, room, pieces), found in rows.items():
        told = "  ".join(
            f"{one.coefficient} {one.share:.1%} ({one.width:.2f}{f', {one.without} without' if one.without else ''})"
            for one in found
        )
        table.add_row(who, room, str(pieces), told)
    console.print(table)
    console.print(
        f"{arguments.panels} panels each (a quarter of it for raters like these), {time.perf_counter() - start:.0f} s. "
        "Panels without an interval (nobody differs, or everybody agrees) are counted, not covered."
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
