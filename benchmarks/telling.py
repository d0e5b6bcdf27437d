"""Is a plan enough? What ``calibrate plan --tell`` asks for after a first round of scoring, carried out and compared.

Districts are those of `benchmarks.verdicts`: whole levels from 1 to 4, pupils of neighbouring schools half a standard deviation apart,
halo, raters of a school of different severity. A first round is drawn, the plan is worked out from its scores, a second round with
other pieces (and, for the schools, other raters) is drawn as the plan asks, with a true difference of the points asked between the first
two schools, and compared with `calibrate compare`'s own interval and family. Told is an interval without 0 on the right side.

``python -m benchmarks.telling --districts 400`` prints each row as it is done. A plan promises four cases of five.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from benchmarks.verdicts import CRITERIA, SCHOOL, THESE, District, expected, grid_of, shown
from calibrate.analysis.comparability_schools import rater_variance, school_estimate
from calibrate.analysis.group_contrasts import contrasts_of
from calibrate.analysis.intervals import family_confidence
from calibrate.analysis.planner_precision import Needed, Precision, what_it_takes
from calibrate.analysis.planner_variances import variances_of
from calibrate.analysis.severity import TOTAL

STEPS = dict.fromkeys(CRITERIA, 1.0)


@dataclass(frozen=True)
class Round:
    """A first round, and what is to be told after it.

    Parameters
    ----------
    first
        The district as it scores first.
    tell
        The difference to tell, in points.
    raters
        Raters a school in the second round; 0 for as many as the plan says it takes at least, with not more than 20 pieces each.
    """

    first: District
    tell: float
    raters: int


TABLE = (
    (Round(District(2, 4, 20, spread=0.25), 0.25, 4), THESE),
    (Round(District(2, 4, 20, spread=0.0), 0.4, 4), THESE),
    (Round(District(4, 3, 12, spread=0.15), 0.4, 6), THESE),
    (Round(District(2, 12, 96, spread=0.1), 0.5, 14), SCHOOL),
    (Round(District(4, 8, 16, spread=0.15), 0.5, 10), SCHOOL),
    (Round(District(4, 12, 24, spread=0.2), 0.5, 0), SCHOOL),
)


@cache
def shift_for(district: District, tell: float, kind: str) -> float:
    """The shift of the first school after which the first two differ by so many points."""
    low, high = 0.0, 3.0
    for _ in range(40):
        middle = (low + high) / 2
        less = expected(district, middle, district.names[1], kind) < tell
        low, high = (middle, high) if less else (low, middle)
    return (low + high) / 2


def planned(one: Round, kind: str, rng: np.random.Generator) -> tuple[Precision, Needed | None]:
    """The plan after a first round; None where there is none within reach."""
    grid = grid_of(one.first, 0.0, SCHOOL, rng)[0]
    precision = what_it_takes(variances_of(grid, STEPS), one.tell)
    if kind == THESE:
        return precision, precision.these
    if one.raters:
        rows = [row for row in precision.schools if row.n_raters == one.raters]
    else:
        rows = [
            row for row in precision.schools if row.n_pieces and row.n_pieces <= 20 * row.n_raters
        ]
    return precision, next(iter(rows), None)


def told(district: District, tell: float, family: int, kind: str, rng: np.random.Generator) -> bool:
    """Whether compare finds the difference in a second round."""
    # The truth does not hang on how many pieces are shared, and computing it does.
    shift = shift_for(replace(district, shared=district.raters), tell, kind)
    grid = grid_of(district, shift, kind, rng)[0]
    pair = (TOTAL, district.names[0], district.names[1])
    contrast = contrasts_of(grid, [pair[1:]], (TOTAL,), STEPS)[pair]
    found = contrast.estimate
    if kind == SCHOOL:
        found = school_estimate(contrast, rater_variance(grid, TOTAL))
    return bool(found.interval(family_confidence(0.95, family))[0] > 0)


@dataclass(frozen=True)
class Kept:
    """How often plans told what they promised.

    Parameters
    ----------
    n
        First rounds after which there was a plan, of ``asked``.
    pieces
        The median of the shared pieces that plans asked for.
    as_planned, as_guessed
        How often the difference was told with the pieces to plan for; and with those of the best guess (of ``guesses``).
    """

    asked: int
    n: int
    pieces: float
    as_planned: int
    as_guessed: int
    guesses: int


def kept(one: Round, kind: str, n: int, seed: int = 1) -> Kept:
    """Plan, score and compare so many times."""
    rng = np.random.default_rng([seed, one.first.schools, one.first.raters, one.first.shared])
    sizes, counts = [], dict.fromkeys(("as_planned", "as_guessed", "guesses"), 0)
    for _ in range(n):
        precision, row = planned(one, kind, rng)
        if row is None:
            continue
        m = one.raters or row.n_raters

        def second(pieces: int, m: int = m) -> District:
            return replace(one.first, raters=m, shared=math.ceil(pieces / m) * m)

        if row.n_pieces is not None:
            sizes.append(row.n_pieces)
            counts["as_planned"] += told(
                second(row.n_pieces), one.tell, precision.family_size, kind, rng
            )
        if row.best is not None:
            counts["guesses"] += 1
            counts["as_guessed"] += told(
                second(row.best), one.tell, precision.family_size, kind, rng
            )
    return Kept(n, len(sizes), float(np.median(sizes)) if sizes else math.nan, **counts)


HEAD = (
    "| schools | raters a school | pieces a link, first | raters’ spread | to tell | speaks for | raters a school, then | "
    "had a plan | pieces, median | told | with the best guess |"
)


def row_of(one: Round, kind: str, found: Kept) -> str:
    """One row of the table."""
    first = one.first
    cells = [
        first.schools,
        first.raters,
        first.shared,
        f"{first.spread:g}",
        f"{one.tell:g}",
        kind,
        one.raters or "as planned",
        f"{found.n} of {found.asked}",
        f"{found.pieces:g}",
        shown(found.as_planned, found.n) if found.n else "–",
        shown(found.as_guessed, found.guesses) if found.guesses else "–",
    ]
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def run(n: int) -> Iterator[tuple[Round, str, Kept]]:
    """Every row as it is done."""
    for one, kind in TABLE:
        yield one, kind, kept(one, kind, n)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--districts", type=int, default=200, help="first rounds a row")
    arguments = parser.parse_args()
    print(f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}", flush=True)
    for one, kind, found in run(arguments.districts):
        print(row_of(one, kind, found), flush=True)


if __name__ == "__main__":
    main()
