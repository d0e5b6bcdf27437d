"""Are the verdicts on schools honest? Simulated districts of known truth, and how often each verdict comes.

Two promises, for *these raters* and for *this school*: where no school differs, *any* ``different`` in the whole family comes
in at most 5 % of districts; where two schools differ by exactly the margin, ``same`` comes in at most 5 %.

Pupils of neighbouring schools lie half a standard deviation apart. Raters of a school differ in severity, see each piece in
their own way (halo: alike on every criterion) and score whole levels. For *these raters* the truth is the difference of the
readings' own raters: every school gets the same spread of severities and each rater reads equally much, so that equal schools
are exactly equal. For *this school* raters are drawn anew in every district, and the truth is what is expected of them. The
expected score of a reading is a sum of normal probabilities, so the shift that makes a difference exactly the margin is
computed, not simulated.

``python -m benchmarks.verdicts --districts 2000 --save docs/verdicts.json`` prints each row as it is done and keeps what
``docs/comparing-schools.md`` shows (``python docs/choosing_numbers.py`` writes the page).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import special

from calibrate.analysis.comparability_schools import rater_variance, school_estimate
from calibrate.analysis.comparability_words import REST
from calibrate.analysis.group_contrasts import Grid, contrasts_of
from calibrate.analysis.group_difference import verdict_of
from calibrate.analysis.intervals import Estimate, distinct, family_confidence
from calibrate.analysis.severity import TOTAL

CRITERIA = ("CONV", "ORG")
MARGIN = 3 / 8
LEVELS = 4
#: Standard deviations in points: of pieces, of a criterion within its piece, of a single judgement.
PIECE, CRITERION, NOISE = 0.7, 0.3, 0.35
#: So many districts of each row are counted apart too: a test makes them again.
FIRST = 10
THESE, SCHOOL = "these raters", "this school"


@dataclass(frozen=True)
class District:
    """What a simulated district is like.

    Parameters
    ----------
    schools, raters
        How many schools, and raters of each.
    shared
        Pieces on each link between two schools, a multiple of ``raters``.
    readers
        How many raters of each of the two schools read a shared piece.
    chain
        Whether only neighbours are linked.
    halo
        The standard deviation of what a rater sees in a piece, on all criteria alike, in points.
    spread
        The standard deviation of severity among a school's raters, in points.
    uneven
        How many times the spread of every second school's raters is as wide as the others'.
    few
        How many raters every second school has, where that is not ``raters``; ``shared`` is a multiple of both.
    """

    schools: int
    raters: int
    shared: int
    readers: int = 1
    chain: bool = False
    halo: float = 0.35
    spread: float = 0.25
    uneven: float = 1.0
    few: int = 0

    def raters_of(self, school: NDArray[np.intp]) -> NDArray[np.intp]:
        """How many raters a school has."""
        return np.where(school % 2 == 1, self.few or self.raters, self.raters)

    @property
    def names(self) -> tuple[str, ...]:
        """Schools in the order of their numbers."""
        return tuple(f"S{i:02d}" for i in range(self.schools))

    @property
    def sides(self) -> list[tuple[str, str]]:
        """Every comparison of the family: each school with the rest, and every pair."""
        return [(one, REST) for one in self.names] + list(combinations(self.names, 2))

    @property
    def met(self) -> list[tuple[str, str]]:
        """Those of `sides` that share pieces: of the others nothing is ever told."""
        near = {one: i for i, one in enumerate(self.names)}
        return [
            (a, b) for a, b in self.sides if b == REST or not self.chain or near[b] - near[a] == 1
        ]

    def spread_of(self, school: NDArray[np.intp]) -> NDArray[np.float64]:
        """How far severities of a school's raters lie apart."""
        return self.spread * np.where(school % 2 == 1, self.uneven, 1.0)


#: Sparse and rich, few and many raters, crossed panels, chains, and the two ends of size.
TABLE = (
    District(2, 2, 4),
    District(3, 4, 4),
    District(2, 2, 6),
    District(2, 2, 20, readers=2),
    District(2, 4, 20),
    District(2, 4, 60, halo=0.0),
    District(2, 8, 40, spread=0.4),
    District(3, 5, 10, readers=5),
    District(4, 3, 6, chain=True),
    District(4, 4, 12, spread=0.5),
    District(8, 4, 8, chain=True),
    District(20, 3, 6, chain=True),
    District(4, 4, 20, uneven=2.0),
    District(2, 12, 36, spread=0.15, uneven=3.0, few=3),
    District(4, 8, 24, spread=0.15, uneven=3.0, few=4),
)


@dataclass(frozen=True)
class Design:
    """Who reads what: one entry a reading."""

    piece: NDArray[np.intp]
    link: NDArray[np.intp]  # of each piece: its two schools
    school: NDArray[np.intp]
    rater: NDArray[np.intp]  # within its school


@cache
def design(district: District) -> Design:
    """Raters take turns, so that on every link each reads equally much, in changing company."""
    links = [
        (a, b)
        for a, b in combinations(range(district.schools), 2)
        if not district.chain or b - a == 1
    ]
    turn = np.tile(np.arange(district.shared), len(links))
    link = np.repeat(np.array(links), district.shared, axis=0)
    piece = np.arange(len(turn))
    parts = []
    for side, late in ((0, 0), (1, 1)):
        m = district.raters_of(link[:, side])
        for more in range(district.readers):
            parts.append((piece, link[:, side], (turn + late * (turn // m) + more) % m))
    whole = [np.concatenate([part[i] for part in parts]) for i in range(3)]
    return Design(whole[0], link, whole[1], whole[2])


def ability(school: NDArray[np.intp]) -> NDArray[np.float64]:
    """The mean of a school's pupils: neighbours lie half a standard deviation apart."""
    return 2.5 + 0.5 * PIECE * (school % 2 - 0.5)


def severities(district: District, kind: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """By school and rater: the same in every school for *these raters*, drawn for *this school*."""
    spread = district.spread_of(np.arange(district.schools))[:, None]
    if kind == SCHOOL:
        return rng.normal(0, 1, (district.schools, district.raters)) * spread
    if district.raters == 1:
        return np.zeros((district.schools, 1))
    even = special.ndtri((np.arange(district.raters) + 0.5) / district.raters)
    return np.tile(even / even.std() * district.spread, (district.schools, 1))


def grid_of(
    district: District, shift: float, kind: str, rng: np.random.Generator
) -> tuple[Grid, NDArray[np.float64]]:
    """One district's scores, as codes and in the order of `design`; the first school gives ``shift`` more."""
    plan = design(district)
    n = len(plan.link)
    home = plan.link[np.arange(n), rng.integers(0, 2, n)]
    quality = rng.normal(ability(home), PIECE)[:, None] + rng.normal(
        0, CRITERION, (n, len(CRITERIA))
    )
    harsh = severities(district, kind, rng)[plan.school, plan.rater]
    own = rng.normal(0, district.halo, len(plan.piece)) - harsh + shift * (plan.school == 0)
    seen = quality[plan.piece] + own[:, None] + rng.normal(0, NOISE, (len(own), len(CRITERIA)))
    given = np.clip(np.rint(seen), 1, LEVELS)
    each = len(CRITERIA)
    people = plan.school * district.raters + plan.rater
    grid = Grid.of_codes(
        np.tile(np.arange(each), len(own)),
        np.repeat(plan.piece, each),
        np.repeat(people, each),
        np.repeat(plan.school, each),
        given.ravel(),
        CRITERIA,
        district.names,
    )
    return grid, given


def expected(district: District, shift: float, against: str, kind: str) -> float:
    """The true difference of the first school and the second, or the rest, with that shift."""
    plan = design(district)
    mine = (plan.link == 0).any(axis=1)
    if against != REST:
        mine = (plan.link == (0, district.names.index(against))).all(axis=1)
    spread = np.sqrt(PIECE**2 + CRITERION**2 + NOISE**2 + district.halo**2)
    even = severities(district, THESE, np.random.default_rng(0))

    def mean(school: NDArray[np.intp], more: float) -> float:
        at = ability(plan.link[mine]) + more
        steps = np.arange(1, LEVELS) + 0.5
        if kind == SCHOOL:
            wide = np.sqrt(spread**2 + district.spread_of(school) ** 2)[:, None, None]
            return float(special.ndtr((at[..., None] - steps) / wide).sum(axis=-1).mean())
        seen = at[..., None] - even[school][:, None, :]
        return float(special.ndtr((seen[..., None] - steps) / spread).sum(axis=-1).mean())

    one, two = plan.link[mine].T
    return mean(one, shift) - mean(two, 0.0)


@cache
def shift_for_margin(district: District, against: str, kind: str) -> float:
    """The shift on the underlying scale after which the first school gives exactly the margin more, in points."""
    low, high = 0.0, 2.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if expected(district, middle, against, kind) < MARGIN else (low, middle)
        )
    return (low + high) / 2


def verdicts(
    grid: Grid, sides: list[tuple[str, str]], criteria: tuple[str, ...], kind: str, family: int = 0
) -> dict[tuple[str, str, str], str]:
    """The verdicts of `calibrate.analysis.comparability.compare` by criterion and sides.

    Parameters
    ----------
    family
        The size of the family where it is not all that is asked for.
    """
    found: dict[tuple[str, str, str], Estimate] = {}
    contrasts = contrasts_of(grid, sides, criteria, dict.fromkeys(CRITERIA, 1.0))
    raters = {one: rater_variance(grid, one) for one in criteria} if kind == SCHOOL else {}
    for key, one in contrasts.items():
        found[key] = one.estimate if kind == THESE else school_estimate(one, raters[one.criterion])
    told = distinct((contrasts[key].identity, one.se) for key, one in found.items())
    each = family_confidence(0.95, family or told)
    return {
        key: verdict_of(one.interval(each), one.interval(0.9), MARGIN) for key, one in found.items()
    }


@dataclass(frozen=True)
class Honesty:
    """How many of ``n`` simulated districts broke a promise, or told a true difference.

    Parameters
    ----------
    any_different
        Any ``different`` of the family, where no school differs.
    same_pair, same_rest, same_criterion
        ``same`` where the difference is the margin: of two schools, of one and the rest, of two on one criterion.
    told_same
        ``same`` of the first two schools where there is no difference: what the caution costs.
    same_any
        Any ``same`` of the first school, in total or on a criterion, where it differs by the margin from every
        other: not promised, for ``same`` is told of one comparison, not of a family.
    """

    kind: str
    n: int
    any_different: int
    same_pair: int
    same_rest: int
    same_criterion: int
    told_same: int
    same_any: int


def honesty(district: District, kind: str, n: int, seed: int = 1) -> Honesty:
    """How often each verdict comes in ``n`` districts without a difference and ``n`` with one at the margin."""
    rng = np.random.default_rng([seed, district.schools, district.raters, district.shared])
    pair, rest = (district.names[0], district.names[1]), (district.names[0], REST)
    every = (TOTAL, *CRITERIA)
    counts = dict.fromkeys(
        ("any_different", "same_pair", "same_rest", "same_criterion", "told_same", "same_any"), 0
    )
    others = district.names[1:2] if district.chain else district.names[1:]
    firsts = [(district.names[0], one) for one in (*others, REST)]
    for _ in range(n):
        found = verdicts(grid_of(district, 0.0, kind, rng)[0], district.met, every, kind)
        counts["any_different"] += "different" in found.values()
        counts["told_same"] += found[(TOTAL, *pair)] == "same"
        shift = shift_for_margin(district, pair[1], kind)
        grid = grid_of(district, shift, kind, rng)[0]
        found = verdicts(grid, [pair], (TOTAL, CRITERIA[0]), kind, 3)
        counts["same_pair"] += found[(TOTAL, *pair)] == "same"
        counts["same_criterion"] += found[(CRITERIA[0], *pair)] == "same"
        shift = shift_for_margin(district, REST, kind)
        grid = grid_of(district, shift, kind, rng)[0]
        counts["same_rest"] += verdicts(grid, [rest], (TOTAL,), kind, 3)[(TOTAL, *rest)] == "same"
        shift = max(shift_for_margin(district, other, kind) for _, other in firsts)
        grid = grid_of(district, shift, kind, rng)[0]
        counts["same_any"] += "same" in verdicts(grid, firsts, every, kind, 3).values()
    return Honesty(kind, n, **counts)


def likely(k: int, n: int) -> tuple[float, float]:
    """The exact 95 % interval (Clopper and Pearson) of a share of which k in n were seen."""
    low = 0.0 if k == 0 else float(special.betaincinv(k, n - k + 1, 0.025))
    high = 1.0 if k == n else float(special.betaincinv(k + 1, n - k, 0.975))
    return low, high


def shown(k: int, n: int) -> str:
    """A share with what chance allows it to be: ``2.1 % (1.3–3.2)``."""
    low, high = likely(k, n)
    return f"{k / n:.1%} ({low * 100:.1f}–{high * 100:.1f})".replace("%", " %")


HEAD = (
    "| schools | raters a school | shared pieces a link | readers a piece and school | links | halo | raters’ spread | speaks for | "
    "any “different”, none true | “same” at the margin, pair | against the rest | one criterion | “same” where equal | any “same” of the first |"
)


def row_of(district: District, found: Honesty) -> str:
    """One row of the table."""
    spread = f"{district.spread:g}" + (
        "" if district.uneven == 1 else f" and {district.spread * district.uneven:g}"
    )
    cells = [
        district.schools,
        f"{district.raters} and {district.few}" if district.few else district.raters,
        district.shared,
        district.readers,
        "neighbours" if district.chain else "every two",
        f"{district.halo:g}",
        spread,
        found.kind,
        *(
            shown(k, found.n)
            for k in (
                found.any_different,
                found.same_pair,
                found.same_rest,
                found.same_criterion,
                found.told_same,
                found.same_any,
            )
        ),
    ]
    return f"| {' | '.join(str(one) for one in cells)} |"


def run(n: int, rows: tuple[District, ...] = TABLE) -> Iterator[tuple[District, Honesty]]:
    """Every row as it is done; districts of many schools are fewer."""
    for district in rows:
        few = max(n // 2, 1) if len(district.sides) > 100 else n
        for kind in (THESE, SCHOOL):
            if kind == THESE and (district.uneven != 1 or district.few):
                continue
            yield district, honesty(district, kind, few)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--districts", type=int, default=400, help="simulated districts a row")
    parser.add_argument("--save", type=Path, help="keep the result in this file")
    parser.add_argument("--rows", default="", help="which rows, counted from 0: 0,3")
    arguments = parser.parse_args()
    chosen = tuple(TABLE[int(one)] for one in arguments.rows.split(",") if one) or TABLE
    print(f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}", flush=True)
    kept: list[dict[str, dict[str, object]]] = []
    for district, found in run(arguments.districts, chosen):
        print(row_of(district, found), flush=True)
        first = honesty(district, found.kind, min(FIRST, found.n))
        kept.append({"district": asdict(district), "found": asdict(found), "first": asdict(first)})
        if arguments.save:
            arguments.save.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
