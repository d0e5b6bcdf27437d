"""Agreement statistics from a long table: our own seconds and memory at full size, and named peers beside us.

``python -m benchmarks.agreement`` prints both, ``--save FILE`` keeps what it printed. Peers that cannot live beside pandas 3
(irrCAC, pingouin) run in the interpreter of an environment of their own: that of ``make peers``, or ``--peer-python``; without one
that is said. The processor's own seconds are printed beside the clock's, for machines that do other things too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from benchmarks.timing import Comparison, best, compare_numbers, peak_megabytes
from calibrate.stats.agreement import brennan_prediger, fleiss_kappa, gwet_ac
from calibrate.stats.all_pairs import all_pairs
from calibrate.stats.alpha import krippendorff_alpha, weighted_alpha
from calibrate.stats.conger import conger_kappa
from calibrate.stats.icc import ALL_FORMS
from calibrate.stats.ratings import Ratings, prepare_ratings
from calibrate.stats.two_raters import cohen_kappa

LEVELS = np.arange(1.0, 5.0)

#: The size at which seconds and memory are asked for.
FULL = 1_000_000

#: Peers that run in an environment of their own, the group ``peers`` of pyproject.toml.
PEERS_APART = ("irrCAC", "pingouin")

#: Where ``make peers`` puts it.
PEER_PYTHON = Path(__file__).parents[1] / ".venv-peers" / "bin" / "python"

Long = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Measured:
    """Seconds and peak memory of our own at full size, beside what was asked for (None: not asked).

    ``processor`` is the processor's own time: on a busy machine it says what an idle one would take.
    """

    what: str
    judgements: int
    seconds: float
    processor: float
    megabytes: float
    seconds_wanted: float | None = None
    megabytes_wanted: float | None = None


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


def own(judgements: int) -> Iterator[Measured]:
    """What Calibrate takes for a district's scores, the building of counts included."""
    unit, piece, criterion, rater, score = district(judgements)
    share = judgements / 1_000_000

    def flat() -> Ratings:
        return prepare_ratings(unit, rater, score, LEVELS)

    def many() -> list[Any]:
        ratings = flat()
        statistics = (conger_kappa, fleiss_kappa, brennan_prediger, gwet_ac, weighted_alpha)
        return [statistic(ratings) for statistic in statistics]

    yield measured(
        "alpha, ordinal", judgements, lambda: krippendorff_alpha(flat(), draws=0), 0.2, 250
    )
    yield measured("five many-rater coefficients with errors", judgements, many, 0.3, 400)
    yield measured(
        "1,000 resamples by single unit", judgements, lambda: krippendorff_alpha(flat()), 0.1, None
    )

    def by_piece() -> Ratings:
        return prepare_ratings(piece, rater, score, LEVELS, criterion=criterion)

    yield measured(
        "1,000 resamples by piece, all its criteria",
        judgements,
        lambda: krippendorff_alpha(by_piece()),
        2.0,
        None,
    )
    yield measured(
        "weighted kappa for all pairs of 500 raters",
        judgements,
        lambda: all_pairs(flat()).kappa,
        0.4,
        None,
    )
    crossed = scores(max(2, round(100_000 * share) // 5), 5)
    yield measured(
        "six ICC of a complete table",
        len(crossed[0]),
        lambda: [form(prepare_ratings(*crossed, LEVELS)) for form in ALL_FORMS],
    )


def measured(
    what: str,
    judgements: int,
    call: Callable[[], Any],
    seconds: float | None = None,
    megabytes: float | None = None,
) -> Measured:
    """Best of several runs, and the peak of what one run holds; goals hold at full size."""
    shortest, _ = best(call, seconds=4.0)
    processor, _ = best(call, seconds=4.0, most=5, clock=time.process_time)
    if judgements < FULL:
        seconds = megabytes = None
    return Measured(what, judgements, shortest, processor, peak_megabytes(call), seconds, megabytes)


def compare(judgements: int) -> Iterator[Comparison]:
    """Time ourselves and the peers of this environment on tables of about this many judgements."""
    raters = 5
    long = scores(judgements // raters, raters)

    yield compare_numbers(
        "Krippendorff's alpha, ordinal",
        "krippendorff (wide matrix)",
        lambda: krippendorff_alpha(prepare_ratings(*long, LEVELS), draws=0).value,
        lambda: krippendorff.alpha(
            wide(*long).T, value_domain=LEVELS, level_of_measurement="ordinal"
        ),
    )
    yield compare_numbers(
        "Fleiss' kappa",
        "statsmodels",
        lambda: fleiss_kappa(prepare_ratings(*long, LEVELS), "identity").value,
        lambda: statsmodels_fleiss(aggregate_raters(wide(*long))[0]),
    )
    pair = scores(judgements // 2, 2, seed=8)
    yield compare_numbers(
        "Cohen's kappa, quadratic",
        "scikit-learn",
        lambda: cohen_kappa(prepare_ratings(*pair, LEVELS), "quadratic").value,
        lambda: cohen_kappa_score(*wide(*pair).T, labels=LEVELS, weights="quadratic"),
    )
    yield from _resamples(long)
    yield from _pairs(judgements)


def _resamples(long: Long) -> Iterator[Comparison]:
    """A bootstrap as one has to write it around the krippendorff package: a loop over resampled counts (20 of 1,000)."""
    ratings = prepare_ratings(*long, LEVELS)
    random = np.random.default_rng(1)

    def loop() -> None:
        for _ in range(20):
            counts = ratings.counts[random.integers(0, ratings.n_units, ratings.n_units)]
            krippendorff.alpha(
                value_counts=counts, value_domain=LEVELS, level_of_measurement="ordinal"
            )

    ours, _ = best(lambda: krippendorff_alpha(ratings))
    theirs, _ = best(loop, most=2)
    yield Comparison(
        "1,000 resamples of alpha",
        "a loop over krippendorff",
        ours,
        theirs * 50,
        None,
        peak_megabytes(lambda: krippendorff_alpha(ratings)),
        peak_megabytes(loop),
    )


def _pairs(judgements: int) -> Iterator[Comparison]:
    """All pairs of raters, scikit-learn in a loop over the pairs."""
    raters = 40 if judgements >= 10_000 else 8
    unit, _, _, rater, score = district(judgements, raters=raters)
    ratings = prepare_ratings(unit, rater, score, LEVELS)

    def loop() -> float:
        table = pd.DataFrame({"unit": unit, "rater": rater, "score": score})
        table = table.pivot(index="unit", columns="rater", values="score").to_numpy()
        known, found = ~np.isnan(table), []
        for a, b in combinations(range(table.shape[1]), 2):
            both = known[:, a] & known[:, b]
            if both.sum() > 1:
                with warnings.catch_warnings():  # all scores the same: undefined there as here
                    warnings.simplefilter("ignore")
                    found.append(
                        cohen_kappa_score(
                            table[both, a], table[both, b], labels=LEVELS, weights="quadratic"
                        )
                    )
        return float(np.nansum(found))

    def ours() -> float:
        found = all_pairs(ratings)
        return float(np.nansum(np.where(found.n > 1, found.kappa, np.nan)) / 2)

    yield compare_numbers(
        f"kappa of all pairs of {raters} raters", "a loop over scikit-learn", ours, loop
    )


#: Run by the interpreter of another environment: times one peer on the table that it is given, and prints JSON. Memory is what
#: the process grew by meanwhile, where the system tells (Linux).
_OUTSIDE = """
import json, os, sys, threading, time, warnings
import pandas as pd
warnings.simplefilter("ignore")
long = pd.read_csv(sys.argv[2])
table = long.pivot(index="piece", columns="rater", values="score").reset_index(drop=True)
if sys.argv[1] == "irrCAC":
    from irrCAC.raw import CAC
    def call():
        return CAC(table, weights="quadratic").gwet()["est"]["coefficient_value"]
else:
    import pingouin
    def call():
        found = pingouin.intraclass_corr(long, targets="piece", raters="rater", ratings="score")
        return float(found["ICC"].iloc[1])
def held():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return float("nan")
before = peak = held()
done = threading.Event()
def watch():
    global peak
    while not done.wait(0.002):
        peak = max(peak, held())
watcher = threading.Thread(target=watch)
watcher.start()
start = time.perf_counter()
value = call()
seconds = time.perf_counter() - start
done.set()
watcher.join()
print(json.dumps({"seconds": seconds, "value": float(value), "megabytes": peak - before}))
"""


def outside(python: str | None, judgements: int) -> Iterator[Comparison | str]:
    """Peers that need an environment of their own; a sentence where one does not answer."""
    if python is None:
        yield f"{' and '.join(PEERS_APART)} were not there: make peers, or give --peer-python."
        return
    # pingouin is asked for a table five times as large: the goal of its ratio is set for 100,000 judgements.
    tables = {"irrCAC": scores(judgements // 5, 5), "pingouin": scores(judgements, 5)}
    ours = {
        "irrCAC": (
            "Gwet's AC2 with its error",
            lambda: gwet_ac(prepare_ratings(*tables["irrCAC"], LEVELS)).value,
            1e-4,  # it rounds
        ),
        "pingouin": (
            f"six ICC of {5 * judgements:,}",
            lambda: (
                [form(prepare_ratings(*tables["pingouin"], LEVELS)) for form in ALL_FORMS][2].value
            ),
            1e-6,
        ),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores.csv"
        for peer in PEERS_APART:
            what, call, digits = ours[peer]
            columns = dict(zip(("piece", "rater", "score"), tables[peer], strict=True))
            pd.DataFrame(columns).to_csv(path, index=False)
            try:
                ran = subprocess.run(
                    [python, "-c", _OUTSIDE, peer, str(path)], capture_output=True, text=True
                )
            except OSError as error:
                yield f"{peer} was not there: {error.strerror}"
                continue
            if ran.returncode:
                yield f"{peer} was not there: {' '.join(ran.stderr.strip().splitlines()[-1:])}"
                continue
            answer = json.loads(ran.stdout.strip().splitlines()[-1])
            seconds, value = best(call)
            yield Comparison(
                what,
                peer,
                seconds,
                answer["seconds"],
                abs(value - answer["value"]) < digits,
                peak_megabytes(call),
                answer["megabytes"],
            )


def peer_python() -> str | None:
    """The interpreter that ``make peers`` made, where it was run."""
    return str(PEER_PYTHON) if PEER_PYTHON.exists() else None


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agreement", description=__doc__)
    parser.add_argument(
        "--judgements", default="1000,10000,100000,1000000", help="sizes of our own tables"
    )
    parser.add_argument(
        "--peers", type=int, default=20_000, help="size of the tables that peers get"
    )
    parser.add_argument(
        "--peer-python", default=peer_python(), help="an interpreter that has irrCAC and pingouin"
    )
    parser.add_argument("--save", type=Path, help="keep what is printed in this file")
    arguments = parser.parse_args(argv)
    console = Console(width=118, record=True)
    table = Table(
        "Calibrate alone",
        "judgements",
        "seconds",
        "of the processor",
        "wanted",
        "peak MB",
        "wanted ",
    )
    for size in arguments.judgements.split(","):
        for one in own(int(size)):
            table.add_row(
                one.what,
                f"{one.judgements:,}",
                f"{one.seconds:.3f}",
                f"{one.processor:.3f}",
                "" if one.seconds_wanted is None else f"{one.seconds_wanted:g}",
                f"{one.megabytes:,.1f}",
                "" if one.megabytes_wanted is None else f"{one.megabytes_wanted:g}",
            )
        table.add_section()
    console.print(table)
    table = Table(
        "beside peers",
        "Calibrate",
        "MB",
        "peer",
        "peer takes",
        "its MB",
        "times as long",
        "same answer",
    )
    notes = []
    for one in (
        *compare(arguments.peers),
        *outside(arguments.peer_python, arguments.peers),
    ):
        if isinstance(one, str):
            notes.append(one)
            continue
        table.add_row(
            one.what,
            f"{one.ours * 1000:,.1f} ms",
            f"{one.our_megabytes:,.1f}",
            one.peer,
            f"{one.theirs * 1000:,.1f} ms",
            f"{one.their_megabytes:,.1f}",
            f"{one.ratio:,.1f}",
            {True: "yes", False: "NO", None: ""}[one.same],
        )
    console.print(table)
    for note in notes:
        console.print(note)
    console.print(
        f"Peers got {arguments.peers:,} judgements. Python {sys.version.split()[0]}, {os.cpu_count()} cores with "
        f"{os.getloadavg()[0]:.0f} processes waiting for them, {time.strftime('%Y-%m-%d')}. Best of several runs, the building "
        "of counts included; resamples are of alpha. On a busy machine read the processor's seconds."
    )
    if arguments.save:
        told = console.export_text()
        arguments.save.write_text(
            "\n".join(line.rstrip() for line in told.splitlines()) + "\n", encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
