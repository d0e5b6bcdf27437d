"""Which pieces to exchange next, so that two schools of which nothing can be said yet get an answer.

Half of the pieces come from each school, for work of one school alone is a narrow bridge; of the grades nearest to each other,
of the newest window, from the weakest to the strongest, because on work that everybody calls excellent nobody can differ. Pieces
that readers of one of the two have already read blind come first: they cost one reading instead of two.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from calibrate.analysis.comparability import Comparison, GroupDifference
from calibrate.analysis.readings import ScaleLike, independent_blind
from calibrate.analysis.settling import Settling, what_would_settle
from calibrate.analysis.settling_words import ALIKE, IF_SO
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count, label, listed, some_listed
from calibrate.model.roster import GRADES, grade_label

BEGINNING = 10
"""Pieces to begin with where nothing tells how many it takes."""


@dataclass(frozen=True)
class Offer:
    """Pieces of one school, grade and window to be read by both: their codes, and the tasks that they answer."""

    school: str
    grade: str
    window: str
    tasks: tuple[str, ...]
    pieces: tuple[str, ...]


@dataclass(frozen=True)
class Exchange:
    """What two schools exchange.

    Parameters
    ----------
    n_more
        How many pieces readers of both should read.
    n_readings
        How many readings that takes: one where readers of one school know the piece already.
    offers
        Which pieces; fewer than `n_more` where there are no more.
    joins
        Whether it joins schools that no chain of shared pieces joins yet.
    sentence
        What to do, in words, without a piece's code.
    """

    a: str
    b: str
    n_more: int
    n_readings: int
    offers: tuple[Offer, ...]
    joins: bool
    sentence: str


def exchanges(
    comparison: Comparison,
    readings: pd.DataFrame,
    scales: ScaleLike,
    *,
    windows: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    tasks: Mapping[str, str] | None = None,
    criterion: str = TOTAL,
    through: Sequence[GroupDifference] = (),
) -> tuple[Exchange, ...]:
    """What to exchange for every pair of schools that cannot be told, the most useful first.

    Parameters
    ----------
    comparison
        What `calibrate.analysis.comparability.compare` found in these readings.
    readings
        The score table, with the columns piece_school, grade, window and task.
    windows
        Windows in the order of time; the last comes first here.
    labels, tasks
        What schools and windows are called, and the titles of tasks (left unsaid where not given).
    through
        Pairs through all links: how far two that share too little lie apart, as far as is known.

    Returns
    -------
    First what joins schools that nothing joins; then pairs with a school that cannot be told against the rest; then by how few
    pieces it takes. A pair that no number of pieces within reach would settle is not among them.
    """
    pairs = comparison.between_pairs(criterion)
    asked = askable(pairs, labels, family_size=comparison.family_size, through=through)
    unsure = {one.a for one in comparison.against_rest(criterion) if one.verdict == "cannot tell"}
    pool = _pool(readings, scales, windows)
    home = {one: i for i, part in enumerate(comparison.links.subsets) for one in part}

    def rank(one: Settling) -> tuple[bool, int, int, str, str]:
        more = BEGINNING if one.n_more is None else one.n_more
        return (not apart(one), -len({one.a, one.b} & unsure), more, one.a, one.b)

    def apart(one: Settling) -> bool:
        return home.get(one.a) != home.get(one.b)

    found, joined = [], dict(home)
    for one in sorted(asked, key=rank):
        joins = joined.get(one.a) != joined.get(one.b)
        if joins:
            old, new = joined[one.b], joined[one.a]
            joined = {name: new if part == old else part for name, part in joined.items()}
        found.append(_exchange(one, pool, joins, labels, tasks))
    return tuple(sorted(found, key=lambda one: not one.joins))  # stable: what joins comes first


def askable(
    pairs: Sequence[GroupDifference],
    labels: Mapping[str, str] | None = None,
    *,
    family_size: int = 1,
    through: Sequence[GroupDifference] = (),
) -> tuple[Settling, ...]:
    """What would settle each pair that cannot be told, of those that an exchange of pieces can settle.

    ``n_more`` is None where nothing tells how many it takes, because no pair has been told at all.
    """
    unknown = all(math.isnan(one.se) for one in pairs)
    found = what_would_settle(pairs, labels, family_size=family_size, through=through)
    return tuple(one for one in found if one.n_more is not None or unknown)


def _pool(readings: pd.DataFrame, scales: ScaleLike, windows: Sequence[str]) -> pd.DataFrame:
    """Every piece once, with the schools whose readers know it, how it scored, and how new it is."""
    blind = independent_blind(readings, scales).table
    blind = blind[blind["rater_school"].notna()]
    known = {
        str(piece): frozenset(map(str, schools))
        for piece, schools in blind.groupby("piece")["rater_school"]
    }
    columns = ["piece", "piece_school", "grade", "window", "task"]
    pool = (
        readings.reindex(columns=columns).drop_duplicates("piece").dropna(subset=["piece_school"])
    )
    scored = readings.groupby("piece")["score"].mean()
    order = {one: i for i, one in enumerate(windows)}
    return pool.assign(
        known=pool["piece"].map(lambda one: known.get(str(one), frozenset())),
        score=pool["piece"].map(scored),
        age=[-order.get(str(one), -1) for one in pool["window"]],
        grade=pool["grade"].astype("string").fillna(""),
        window=pool["window"].astype("string").fillna(""),
    ).dropna(subset=["score"])


def _exchange(
    one: Settling,
    pool: pd.DataFrame,
    joins: bool,
    labels: Mapping[str, str] | None,
    tasks: Mapping[str, str] | None,
) -> Exchange:
    wanted = BEGINNING if one.n_more is None else one.n_more
    both = {one.a, one.b}
    unread = np.array([not both <= found for found in pool["known"]], dtype=bool)
    free = pool[pool["piece_school"].isin(both).to_numpy(dtype=bool) & unread]
    free = free.assign(missing=[len(both - found) for found in free["known"]])
    theirs = {name: free[free["piece_school"] == name] for name in (one.a, one.b)}
    n_b = min(wanted // 2, len(theirs[one.b]))
    n_a = min(wanted - n_b, len(theirs[one.a]))
    n_b = min(wanted - n_a, len(theirs[one.b]))
    offers: list[Offer] = []
    readings = 0
    for name, other, n in ((one.a, one.b, n_a), (one.b, one.a, n_b)):
        chosen = _chosen(theirs[name], theirs[other], n)
        readings += int(chosen["missing"].sum())
        offers += _offers(name, chosen)
    sentence = _sentence(one, wanted, readings, offers, labels, tasks)
    return Exchange(one.a, one.b, wanted, readings, tuple(offers), joins, sentence)


def _chosen(own: pd.DataFrame, others: pd.DataFrame, n: int) -> pd.DataFrame:
    """So many pieces of a school: nearest grade, newest window, cheapest; within them from weak to strong."""
    places = {grade: i for i, grade in enumerate(GRADES)}
    across = {places[grade] for grade in others["grade"] if grade in places}
    gap = {
        grade: min((abs(places[grade] - one) for one in across), default=0)
        if grade in places
        else len(GRADES)
        for grade in own["grade"].unique()
    }
    in_class = own.groupby(["grade", "age"])["piece"].transform("size")
    cheap = own["missing"].eq(1).groupby([own["grade"], own["age"]]).transform("sum")
    ranked = own.assign(gap=own["grade"].map(gap), cheap=-cheap, size=-in_class)
    keys = ["gap", "age", "cheap", "size", "grade"]
    taken, left = [], n
    for _, part in ranked.groupby(keys, sort=True):
        if left <= 0:
            break
        part = part.sort_values(["missing", "score", "piece"])
        one_reading = part[part["missing"] == 1]
        source = one_reading if len(one_reading) >= left else part
        taken.append(_spread(source.sort_values(["score", "piece"]), min(left, len(source))))
        left -= len(taken[-1])
    return pd.concat(taken) if taken else ranked.iloc[:0]


def _spread(part: pd.DataFrame, n: int) -> pd.DataFrame:
    """So many rows evenly from the first to the last."""
    if n >= len(part):
        return part
    step = (len(part) - 1) / max(n - 1, 1)
    return part.iloc[sorted({math.floor(i * step + 0.5) for i in range(n)})]


def _offers(school: str, chosen: pd.DataFrame) -> list[Offer]:
    found = []
    for (grade, window), part in chosen.groupby(["grade", "window"], sort=False):
        tasks = part["task"].dropna().astype(str)
        found.append(
            Offer(
                school,
                str(grade),
                str(window),
                tuple(tasks.value_counts().index),
                tuple(sorted(part["piece"].astype(str))),
            )
        )
    return found


def _sentence(
    one: Settling,
    wanted: int,
    readings: int,
    offers: Sequence[Offer],
    labels: Mapping[str, str] | None,
    tasks: Mapping[str, str] | None,
) -> str:
    names = f"{label(labels, one.a)} and {label(labels, one.b)}"
    more = "more " if one.n_shared_pieces else ""
    told = f"Exchange {count(wanted, f'{more}piece', f'{more}pieces')}"
    grades = {_grade(offer.grade) for offer in offers}
    several = len(grades) > 1
    if grades and not several:
        told += f" of {grades.pop()}"
    told += f" between {names}"
    parts = [
        f"{len(offer.pieces)} of {_grade(offer.grade)} from {label(labels, offer.school)}"
        if several
        else f"{len(offer.pieces)} from {label(labels, offer.school)}"
        for offer in offers
    ]
    told += f": {some_listed(parts, 4)}{_about(offers, labels, tasks)}." if parts else "."
    missing = wanted - sum(len(offer.pieces) for offer in offers)
    if missing > 0:
        told += f" {count(missing, 'piece')} must be collected first."
    if one.n_more is None:
        return f"{told} Nothing tells yet how many it takes; this is a beginning."
    will = "it will show" if one.rests_on == ALIKE else _WILL_SHOW.get(one.likely, "it will show")
    if_so = IF_SO[one.rests_on]
    return f"{told} That is {count(readings, 'reading')}; {if_so}, {will} in four cases of five."


_WILL_SHOW = {
    "same": "it will show that they score alike",
    "different": "it will show that they differ",
}


def _about(
    offers: Iterable[Offer], labels: Mapping[str, str] | None, tasks: Mapping[str, str] | None
) -> str:
    offers = list(offers)
    windows = dict.fromkeys(label(labels, one.window) for one in offers if one.window)
    parts = [listed(windows)] if windows else []
    if tasks:
        titles = dict.fromkeys(tasks[task] for one in offers for task in one.tasks if task in tasks)
        if titles:
            parts.append(some_listed([f"“{one}”" for one in titles], 2))
    return f", {', '.join(parts)}" if parts else ""


def _grade(grade: str) -> str:
    if grade not in GRADES:
        return "any grade"
    shown = grade_label(grade)
    return shown[:1].lower() + shown[1:]
