"""How often do 95% intervals hold the truth? Simulated panels with a known truth; ``python -m benchmarks.coverage``.

*These raters*: the same raters read other pieces in every panel; the truth is their agreement over very many pieces. *Raters
like these*: every panel has other raters too; the truth is the mean over very many panels' raters, for intraclass correlations
that of very many raters. *Raters of their own*: every piece is read by raters whom no other piece has. *Most read once*: these
raters, who read so many pieces twice and many more once, as districts do. A share near 0.95 is
right. ``--save FILE`` keeps the answers; `docs/choosing_numbers.py` makes the page's tables from them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

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
from calibrate.stats.concordance import lin_ccc
from calibrate.stats.conger import conger_kappa
from calibrate.stats.icc import icc_1_1, icc_a_1, icc_c_1
from calibrate.stats.kendall import kendall_w
from calibrate.stats.raters_like_these import for_raters_like_these
from calibrate.stats.ratings import Ratings, prepare_ratings
from calibrate.stats.results import Coefficient
from calibrate.stats.two_raters import cohen_kappa, scott_pi

LEVELS = (1.0, 2.0, 3.0, 4.0)

#: How far raters' severities spread where every panel has raters of its own.
SEVERITY = 0.35

Statistic = Callable[[Ratings], Coefficient]

#: After so many panels the count is kept besides: what a test can work out again.
FIRST = 25


@dataclass(frozen=True)
class Room:
    """How pieces and raters differ: severities in points, the noise of a reading, pieces' spread and mean.

    Where every panel has raters of its own, ``apart`` is how far their severities spread.
    """

    name: str
    severity: tuple[float, ...]
    noise: float = 0.7
    spread: float = 1.0
    mean: float = 2.5
    apart: float = SEVERITY


ROOMS = (
    Room("two raters", (0.2, -0.2)),
    Room("three raters", (0.0, 0.3, -0.3)),
    Room("six raters", (0.0, 0.3, -0.3, 0.5, -0.1, -0.4)),
    Room("near the ceiling", (0.0, 0.2, -0.2), noise=0.5, spread=0.8, mean=3.6),
)

#: Raters drawn anew for each panel who differ twice as much.
FAR_APART = Room("six raters far apart", (0.0,) * 6, apart=2 * SEVERITY)

#: What share of the pieces has two readings where most have one.
READ_TWICE = 0.15

STATISTICS: dict[str, Statistic] = {
    "exact": exact_agreement,
    "adjacent": adjacent_agreement,
    "Fleiss": fleiss_kappa,
    "Conger": conger_kappa,
    "Brennan-Prediger": brennan_prediger,
    "Gwet's AC2": gwet_ac,
    "alpha": partial(krippendorff_alpha, draws=500),
    "Kendall's W": partial(kendall_w, draws=500),
    "ICC(C,1)": icc_c_1,
}

#: For a panel of two.
OF_TWO: dict[str, Statistic] = {"Cohen": cohen_kappa, "Scott": scott_pi, "Lin": lin_ccc}

#: Without their resamples these give their value quickly.
_VALUE: dict[str, Statistic] = {
    "alpha": partial(krippendorff_alpha, draws=0),
    "Kendall's W": partial(kendall_w, draws=0),
}


@dataclass(frozen=True)
class Covered:
    """What a number of panels showed for one coefficient.

    ``held`` of the ``panels − without`` intervals held the truth, ``held_first`` of the first `FIRST` panels; ``width`` is their
    mean width. Panels ``without`` an interval are those in which nobody differs, or everybody agrees.
    """

    who: str
    room: str
    pieces: int
    coefficient: str
    panels: int
    held: int
    held_first: int
    width: float
    without: int

    @property
    def share(self) -> float:
        """The share of intervals that held the truth."""
        return self.held / max(self.panels - self.without, 1)


def panel(random: np.random.Generator, room: Room, pieces: int, severity: np.ndarray) -> Ratings:
    """One panel: every rater reads every piece."""
    score = _scores(random, room, pieces, severity)
    piece, rater = np.indices(score.shape)
    return prepare_ratings(piece.ravel(), rater.ravel(), score.ravel(), LEVELS)


def panel_of_their_own(random: np.random.Generator, room: Room, pieces: int) -> Ratings:
    """One panel: every piece has raters of its own."""
    score = _scores(
        random, room, pieces, random.normal(0, room.apart, (pieces, len(room.severity)))
    )
    piece = np.repeat(np.arange(pieces), score.shape[1])
    return prepare_ratings(piece, np.arange(score.size), score.ravel(), LEVELS)


def panel_mostly_read_once(random: np.random.Generator, room: Room, pieces: int) -> Ratings:
    """One panel: so many pieces with two readings by any of the raters, and the others (`READ_TWICE`) with one."""
    every = round(pieces / READ_TWICE)
    score = _scores(random, room, every, np.array(room.severity))
    turn = random.random(score.shape).argsort(axis=1)
    read = turn < np.where(np.arange(every) < pieces, 2, 1)[:, None]
    piece, rater = np.nonzero(read)
    return prepare_ratings(piece, rater, score[read], LEVELS)


def _scores(
    random: np.random.Generator, room: Room, pieces: int, severity: np.ndarray
) -> np.ndarray:
    quality = random.normal(room.mean, room.spread, (pieces, 1))
    seen = quality + severity + random.normal(0, room.noise, (pieces, severity.shape[-1]))
    return np.clip(np.rint(seen), 1, 4)


def these_raters(
    room: Room, pieces: int, panels: int, *, large: int = 300_000
) -> Iterator[Covered]:
    """The raters stay, the pieces are drawn."""
    chosen = STATISTICS | (OF_TWO if len(room.severity) == 2 else {})
    severity = np.array(room.severity)
    whole = panel(np.random.default_rng(1), room, large, severity)
    truth = {name: (_VALUE.get(name) or one)(whole).value for name, one in chosen.items()}
    drawn = (panel(np.random.default_rng(1000 + i), room, pieces, severity) for i in range(panels))
    yield from _cover("these raters", room, pieces, chosen, truth, drawn)


def raters_like_these(
    room: Room, pieces: int, panels: int, *, large: int = 4_000
) -> Iterator[Covered]:
    """Raters and pieces are drawn."""
    names = ("exact", "adjacent", "Fleiss", "Conger", "Brennan-Prediger", "Gwet's AC2", "alpha")
    icc: dict[str, Statistic] = {"ICC(A,1)": icc_a_1, "ICC(C,1)": icc_c_1}
    many = np.random.default_rng(1)
    q = len(room.severity)
    wholes = [panel(many, room, large, many.normal(0, room.apart, q)) for _ in range(60)]
    truth = {
        name: float(np.mean([(_VALUE.get(name) or STATISTICS[name])(one).value for one in wholes]))
        for name in names
    }
    crowd = panel(many, room, large, many.normal(0, room.apart, 60 * q))
    truth |= {name: form(crowd).value for name, form in icc.items()}
    chosen: dict[str, Statistic] = {name: _for_others(name) for name in names} | icc

    def drawn() -> Iterator[Ratings]:
        for i in range(panels):
            random = np.random.default_rng(1000 + i)
            yield panel(random, room, pieces, random.normal(0, room.apart, q))

    yield from _cover("raters like these", room, pieces, chosen, truth, drawn())


def raters_of_their_own(
    room: Room, pieces: int, panels: int, *, large: int = 100_000
) -> Iterator[Covered]:
    """Every piece brings raters of its own, so pieces and raters are drawn together."""
    chosen = {
        name: STATISTICS[name]
        for name in ("exact", "adjacent", "Fleiss", "Brennan-Prediger", "Gwet's AC2", "alpha")
    } | {"ICC(1,1)": icc_1_1}
    whole = panel_of_their_own(np.random.default_rng(1), room, large)
    truth = {name: (_VALUE.get(name) or one)(whole).value for name, one in chosen.items()}
    drawn = (
        panel_of_their_own(np.random.default_rng(1000 + i), room, pieces) for i in range(panels)
    )
    yield from _cover("raters of their own", room, pieces, chosen, truth, drawn)


def most_read_once(
    room: Room, pieces: int, panels: int, *, large: int = 20_000
) -> Iterator[Covered]:
    """The raters stay, the pieces are drawn, and only some are read twice."""
    names = ("exact", "adjacent", "Fleiss", "Conger", "Brennan-Prediger", "Gwet's AC2", "alpha")
    chosen: dict[str, Statistic] = {name: STATISTICS[name] for name in names}
    whole = panel_mostly_read_once(np.random.default_rng(1), room, large)
    truth = {name: (_VALUE.get(name) or one)(whole).value for name, one in chosen.items()}
    drawn = (
        panel_mostly_read_once(np.random.default_rng(1000 + i), room, pieces) for i in range(panels)
    )
    yield from _cover("most read once", room, pieces, chosen, truth, drawn)


def _for_others(name: str) -> Statistic:
    """The interval for raters like these, as `calibrate agreement --raters-like-these` gives it."""

    def found(ratings: Ratings) -> Coefficient:
        whole = STATISTICS[name](ratings)
        value = _VALUE.get(name) or STATISTICS[name]
        # Left-out raters need the value alone; the error by piece is that of the whole.
        return for_raters_like_these(
            lambda part: whole if part is ratings else value(part), ratings
        )

    return found


def _cover(
    who: str,
    room: Room,
    pieces: int,
    chosen: dict[str, Statistic],
    truth: dict[str, float],
    panels: Iterator[Ratings],
) -> Iterator[Covered]:
    held, first = dict.fromkeys(chosen, 0), dict.fromkeys(chosen, 0)
    known, width = dict.fromkeys(chosen, 0), dict.fromkeys(chosen, 0.0)
    n = 0
    for ratings in panels:
        n += 1
        for name, statistic in chosen.items():
            found = statistic(ratings)
            if found.has_interval:
                inside = int(found.ci_low <= truth[name] <= found.ci_high)
                known[name] += 1
                held[name] += inside
                first[name] += inside if n <= FIRST else 0
                width[name] += found.ci_high - found.ci_low
    for name in chosen:
        yield Covered(
            who,
            room.name,
            pieces,
            name,
            n,
            held[name],
            first[name],
            round(width[name] / max(known[name], 1), 4),
            n - known[name],
        )


#: Whom intervals speak for: how panels are drawn, and in which rooms.
KINDS: dict[str, tuple[Callable[[Room, int, int], Iterator[Covered]], tuple[Room, ...]]] = {
    "these raters": (these_raters, ROOMS),
    "most read once": (most_read_once, (ROOMS[1], ROOMS[2])),
    "raters like these": (raters_like_these, (ROOMS[1], ROOMS[2], FAR_APART)),
    "raters of their own": (raters_of_their_own, (ROOMS[0], ROOMS[1])),
}


def run(
    panels: int, sizes: tuple[int, ...], kinds: tuple[str, ...] = tuple(KINDS)
) -> Iterator[Covered]:
    """Every room and size, for these raters, for raters like these, and for raters of their own."""
    for pieces in sizes:
        for kind in kinds:
            simulate, rooms = KINDS[kind]
            for room in rooms:
                yield from simulate(room, pieces, panels)


def saved(path: Path) -> list[Covered]:
    """The answers that a file keeps."""
    return [Covered(**one) for one in json.loads(path.read_text(encoding="utf-8"))]


def save(path: Path, found: list[Covered]) -> None:
    """Keep answers by kind, room and size; those of the same are replaced, others stay."""
    new = {(one.who, one.room, one.pieces) for one in found}
    old = saved(path) if path.exists() else []
    kept = [one for one in old if (one.who, one.room, one.pieces) not in new]
    rooms = [room.name for room in (*ROOMS, FAR_APART)]
    kinds = list(KINDS)
    in_order = sorted(
        (*kept, *found),
        key=lambda one: (kinds.index(one.who), rooms.index(one.room), one.pieces),
    )
    lines = ",\n".join(json.dumps(asdict(one)) for one in in_order)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    parser.add_argument("--panels", type=int, default=1000)
    parser.add_argument("--pieces", default="5,10,30,100", help="panel sizes")
    parser.add_argument("--only", choices=KINDS, help="one kind of panel")
    parser.add_argument("--save", type=Path, help="keep the answers in this JSON file")
    arguments = parser.parse_args()
    sizes = tuple(int(one) for one in arguments.pieces.split(","))
    start = time.perf_counter()
    kinds = (arguments.only,) if arguments.only else tuple(KINDS)
    answers = list(run(arguments.panels, sizes, kinds))
    if arguments.save:
        save(arguments.save, answers)
    rows: dict[tuple[str, str, int], list[Covered]] = {}
    for one in answers:
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
        f"{arguments.panels} panels each, {time.perf_counter() - start:.0f} s. "
        "Panels without an interval (nobody differs, or everybody agrees) are counted, not covered."
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
