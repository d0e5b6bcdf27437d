"""Are the verdicts through all links honest? The districts of `benchmarks.verdicts`, told by the many-facet Rasch model.

The promises are the same, for *these raters* and for *this school*: where no school differs, any ``different`` in the whole
family comes in at most 5 % of districts; where a school differs from the others by exactly the margin, ``same`` comes in at most
5 %. Here schools may meet only by way of others: the *ends* are the two schools farthest apart on a chain (at most three links).
The truth is what the schools' raters would award to the whole pool of pieces, each rater counting once, computed and not
simulated. Scores come from normal noise with halo, not from a Rasch model: it is put to work where it is a little wrong.

``python -m benchmarks.verdicts_model --save docs/verdicts-model.json`` keeps what it has after every fifty districts of a row.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from benchmarks.verdicts import (
    CRITERIA,
    CRITERION,
    LEVELS,
    MARGIN,
    NOISE,
    PIECE,
    SCHOOL,
    THESE,
    District,
    ability,
    design,
    severities,
    shown,
)
from calibrate.analysis.comparability_model import beside_on_one_scale, for_schools
from calibrate.analysis.group_difference import DIFFERENT, SAME, verdict_of
from calibrate.analysis.intervals import Estimate, distinct, family_confidence
from calibrate.analysis.one_scale import Beside
from calibrate.analysis.readings import as_scales
from calibrate.analysis.severity import TOTAL

SCALES = as_scales(dict.fromkeys(CRITERIA, tuple(map(float, range(1, LEVELS + 1)))))

#: A pair, chains of three and four schools, and panels in which everybody reads.
TABLE = (
    District(2, 4, 20),
    District(3, 4, 12, chain=True),
    District(3, 5, 10, readers=5),
    District(4, 3, 6, chain=True),
)


#: So many districts of a row are simulated before the next row's turn comes.
PART = 50


def table_of(
    district: District, shift: float, kind: str, rng: np.random.Generator
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """One district's scores as a table, and the severities of its raters; the first school gives ``shift`` more."""
    plan = design(district)
    n = len(plan.link)
    home = plan.link[np.arange(n), rng.integers(0, 2, n)]
    quality = rng.normal(ability(home), PIECE)[:, None]
    quality = quality + rng.normal(0, CRITERION, (n, len(CRITERIA)))
    harsh = severities(district, kind, rng)
    own = rng.normal(0, district.halo, len(plan.piece)) - harsh[plan.school, plan.rater]
    own += shift * (plan.school == 0)
    seen = quality[plan.piece] + own[:, None] + rng.normal(0, NOISE, (len(own), len(CRITERIA)))
    names = np.array(district.names)
    each = len(CRITERIA)
    people = [f"{names[s]}-{r}" for s, r in zip(plan.school, plan.rater, strict=True)]
    rows = pd.DataFrame(
        {
            "piece": np.repeat([f"P{one:04d}" for one in plan.piece], each),
            "_who": np.repeat(people, each),
            "criterion": np.tile(CRITERIA, len(own)),
            "score": np.clip(np.rint(seen), 1, LEVELS).ravel(),
            "rater_school": np.repeat(names[plan.school], each),
            "piece_school": np.repeat(names[home][plan.piece], each),
        }
    )
    return rows, harsh


def awarded(district: District, shift: float, harsh: NDArray[np.float64] | None) -> float:
    """What one school's raters award to the pool on average.

    Parameters
    ----------
    harsh
        Their severities; None for a school whose raters are drawn with the district's spread.
    """
    at = ability(design(district).link).ravel()[:, None] + shift
    steps = np.arange(1, LEVELS) + 0.5
    spread = np.sqrt(PIECE**2 + CRITERION**2 + NOISE**2 + district.halo**2)
    if harsh is None:
        wide = np.sqrt(spread**2 + district.spread**2)
        return float(special.ndtr((at - steps) / wide).sum(axis=-1).mean())
    seen = at[:, None] - harsh[None, :, None]
    return float(special.ndtr((seen - steps) / spread).sum(axis=-1).mean())


@cache
def shift_for_margin(district: District, kind: str) -> float:
    """The shift after which the first school gives exactly the margin more to the pool than any other."""
    harsh = severities(district, THESE, np.random.default_rng(0))[0] if kind == THESE else None
    low, high = 0.0, 2.0
    for _ in range(40):
        middle = (low + high) / 2
        apart = awarded(district, middle, harsh) - awarded(district, 0.0, harsh)
        low, high = (middle, high) if apart < MARGIN else (low, middle)
    return (low + high) / 2


@dataclass(frozen=True)
class Told:
    """The differences of one district, these raters' or the schools', with their verdicts."""

    found: dict[tuple[str, str], Beside]
    verdicts: dict[tuple[str, str], str]

    @classmethod
    def of(cls, rows: pd.DataFrame, kind: str) -> Told:
        """In total, every school against the rest and every pair: one family."""
        all_found, raters = beside_on_one_scale(rows, SCALES, "rater_school", [TOTAL])
        found = {
            (a, b): one if kind == THESE else for_schools(one, raters[TOTAL])
            for (_, a, b), one in all_found.items()
        }
        each = family_confidence(0.95, distinct((one.identity, one.se) for one in found.values()))
        verdicts = {}
        for key, one in found.items():
            estimate = Estimate(one.value, one.se, one.df, 1)
            verdicts[key] = verdict_of(estimate.interval(each), estimate.interval(0.9), MARGIN)
        return cls(found, verdicts)

    def covers(self, pair: tuple[str, str], truth: float) -> bool | None:
        """Whether the plain 95 % interval of a pair holds the truth; None where there is none."""
        one = self.found[pair]
        if one.se != one.se:
            return None
        low, high = Estimate(one.value, one.se, one.df, 1).interval(0.95)
        return low <= truth <= high


@dataclass(frozen=True)
class Honesty:
    """How many of ``n`` districts broke a promise; how many of ``with_interval`` intervals of the ends hold the truth."""

    kind: str
    n: int
    any_different: int
    same_neighbours: int
    same_ends: int
    told_same: int
    with_interval: int
    covered: int
    bias: float

    def __add__(self, other: Honesty) -> Honesty:
        """Both together; the median error is the mean of both parts', each for what it counts."""
        mine, theirs = asdict(self), asdict(other)
        counts = {name: mine[name] + theirs[name] for name in mine if name not in ("kind", "bias")}
        parts = [one for one in (self, other) if one.with_interval]
        told = sum(one.with_interval for one in parts)
        bias = sum(one.bias * one.with_interval for one in parts) / told if told else float("nan")
        return Honesty(self.kind, **counts, bias=bias)


def honesty(district: District, kind: str, n: int, seed: int = 2, part: int = 0) -> Honesty:
    """How often each verdict comes in ``n`` districts without a difference, and ``n`` with one at the margin."""
    start = [seed, district.schools, district.raters, district.shared, part]
    rng = np.random.default_rng(start)
    names = district.names
    near = (names[0], names[1])
    last = min(district.schools - 1, 3) if district.chain else 1
    ends = (names[0], names[last])
    counts = dict.fromkeys(
        ("any_different", "same_neighbours", "same_ends", "told_same", "with_interval", "covered"),
        0,
    )
    errors = []
    for _ in range(n):
        told = Told.of(table_of(district, 0.0, kind, rng)[0], kind)
        counts["any_different"] += DIFFERENT in told.verdicts.values()
        counts["told_same"] += told.verdicts[ends] == SAME
        rows, harsh = table_of(district, 0.0, SCHOOL, rng)
        told, truth = Told.of(rows, kind), 0.0
        if kind == THESE:
            truth = awarded(district, 0.0, harsh[0]) - awarded(district, 0.0, harsh[last])
        inside = told.covers(ends, truth)
        counts["with_interval"] += inside is not None
        counts["covered"] += bool(inside)
        if inside is not None:
            errors.append(told.found[ends].value - truth)
        rows, _ = table_of(district, shift_for_margin(district, kind), kind, rng)
        told = Told.of(rows, kind)
        counts["same_neighbours"] += told.verdicts[near] == SAME
        counts["same_ends"] += told.verdicts[ends] == SAME
    return Honesty(kind, n, **counts, bias=float(np.median(errors)) if errors else float("nan"))


HEAD = (
    "| schools | raters a school | shared pieces a link | readers a piece and school | links | halo | speaks for | "
    "any “different”, none true | “same” at the margin, neighbours | the ends | “same” where equal, the ends | "
    "95 % interval of the ends holds the truth | its median error |"
)


def row_of(district: District, found: Honesty) -> str:
    """One row of the table."""
    n = found.n
    cells = [
        district.schools,
        district.raters,
        district.shared,
        district.readers,
        "neighbours" if district.chain else "every two",
        f"{district.halo:g}",
        found.kind,
        *(
            shown(k, n)
            for k in (
                found.any_different,
                found.same_neighbours,
                found.same_ends,
                found.told_same,
            )
        ),
        shown(found.covered, found.with_interval)
        + (f", {n - found.with_interval} without" if found.with_interval < n else ""),
        f"{found.bias:+.2f}".replace("-", "−"),
    ]
    return f"| {' | '.join(str(one) for one in cells)} |"


def table(stored: list[dict[str, dict[str, object]]]) -> str:
    """The table of a stored result, in Markdown."""
    rows = [row_of(District(**one["district"]), Honesty(**one["found"])) for one in stored]
    return "\n".join([HEAD, "|" + "---|" * (HEAD.count("|") - 1), *rows])


def run(
    n: int, rows: tuple[District, ...] = TABLE, kinds: tuple[str, ...] = (THESE, SCHOOL)
) -> Iterator[dict[tuple[District, str], Honesty]]:
    """What is found so far, after every `PART` districts of a row: all rows grow by turns."""
    found: dict[tuple[District, str], Honesty] = {}
    for part in range(-(-n // PART)):
        for key in product(rows, kinds):
            more = honesty(*key, min(PART, n - part * PART), part=part)
            found[key] = found[key] + more if key in found else more
            yield found


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.verdicts_model", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--districts", type=int, default=400, help="simulated districts a row")
    parser.add_argument("--rows", default="", help="which rows, counted from 0: 0,3")
    parser.add_argument("--kind", choices=(THESE, SCHOOL), default=None, help="only these")
    parser.add_argument("--save", type=Path, default=None, help="keep the result as JSON")
    arguments = parser.parse_args()
    chosen = tuple(TABLE[int(one)] for one in arguments.rows.split(",") if one) or TABLE
    kinds = (arguments.kind,) if arguments.kind else (THESE, SCHOOL)
    stored: list[dict[str, dict[str, object]]] = []
    for found in run(arguments.districts, chosen, kinds):
        stored = [
            {"district": asdict(district), "found": asdict(one)}
            for (district, _), one in found.items()
        ]
        if arguments.save:
            arguments.save.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    print(table(stored))


if __name__ == "__main__":
    main()
