"""Agreement statistics from a long table: our own seconds and memory at full size, and named peers beside us.

``python -m benchmarks.agreement`` prints both, ``--save FILE`` keeps what it printed. Peers that cannot live beside pandas 3
(irrCAC, pingouin) run in the interpreter of an environment of their own: that of ``make peers``, or ``--peer-python``; without one
that is said. The processor's own seconds are printed beside the clock's, for machines that do other things too.
"""

from __future__ import annotations

import argparse
import os
import sys
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

from benchmarks.panels import LEVELS, Long, district, scores, wide
from benchmarks.peers_apart import outside, peer_python
from benchmarks.timing import Comparison, best, compare_numbers, peak_megabytes
from calibrate.stats.agreement import brennan_prediger, fleiss_kappa, gwet_ac
from calibrate.stats.all_pairs import all_pairs
from calibrate.stats.alpha import krippendorff_alpha, weighted_alpha
from calibrate.stats.conger import conger_kappa
from calibrate.stats.icc import ALL_FORMS
from calibrate.stats.ratings import Ratings, prepare_ratings
from calibrate.stats.two_raters import cohen_kappa

#: The size at which seconds and memory are asked for.
FULL = 1_000_000


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
