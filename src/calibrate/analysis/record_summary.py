"""Scores of record by grade, classroom, window and school; children without a piece are counted.

Two steps: `child_levels` gives every child of the roll one level per window and measure (or says
why there is none), and `summarize` counts them. The same table of children feeds the outside
edition (`count_tables`, `suppression`).

The *roll* is a table with one row per child and window: student, window, school, classroom, grade.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.readings import ScaleLike, as_scales
from calibrate.analysis.wording import count, label, listed, percent
from calibrate.errors import ArgumentError
from calibrate.model.rubric import Scale

OVERALL = "overall"
"""The measure of all criteria together: their mean, to the nearest level, a half upwards (as a
crosswalk whose steps begin at the halves reads it)."""

NO_PIECE = "no piece"
PENDING = "not settled yet"
CODE = "condition code"
OUTSIDE_LEVELS = (CODE, PENDING, NO_PIECE)
"""What a child has in place of a level, in the order of the columns that show it."""

_ROLL = ("student", "window", "school", "classroom", "grade")


@dataclass(frozen=True)
class GroupDistribution:
    """The levels of one group of children on one measure.

    Parameters
    ----------
    group
        Its keys, such as ``(("grade", "03"), ("window", "2025-fall"))``.
    counts
        (level label, children) for every level of the scale, lowest first.
    n_students
        Children of the group, those without a level included.
    n_at_or_above
        Children at or above the cut level; None where the scale has no cut.
    share_at_or_above
        Of the children who have a level (0-1); nan where there are none or no cut.
    mean
        Mean score of those children, in rubric points.
    """

    group: tuple[tuple[str, str], ...]
    measure: str
    counts: tuple[tuple[str, int], ...]
    n_students: int
    n_code: int
    n_pending: int
    n_missing: int
    n_at_or_above: int | None
    share_at_or_above: float
    mean: float
    sentence: str

    @property
    def n_scored(self) -> int:
        """Children with a level."""
        return sum(n for _, n in self.counts)

    def key(self, column: str) -> str:
        """The group's value in a column."""
        return dict(self.group)[column]


@dataclass(frozen=True)
class RecordSummary:
    """Distributions of all groups, in order, and everybody together."""

    by: tuple[str, ...]
    measure: str
    levels: tuple[str, ...]
    groups: tuple[GroupDistribution, ...]
    total: GroupDistribution
    sentence: str


def roll_of(records: pd.DataFrame) -> pd.DataFrame:
    """A roll from the records alone, where no other is at hand: nobody is missing from it."""
    known = records[records["student"].notna()]
    return (
        known.rename(columns={"piece_school": "school", "piece_classroom": "classroom"})[[*_ROLL]]
        .drop_duplicates(["student", "window"])
        .reset_index(drop=True)
    )


def measures_of(scales: ScaleLike) -> tuple[str, ...]:
    """What children are counted by: all criteria together where these have the same levels.

    Otherwise each criterion by itself: a 2 of 2 and a 2 of 4 have no mean that means anything.
    """
    known = as_scales(scales)
    levels = {tuple((one.value, one.label) for one in scale.levels) for scale in known.values()}
    return (OVERALL,) if len(levels) == 1 else tuple(known)


def child_levels(
    records: pd.DataFrame, scales: ScaleLike, roll: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One level per child, window and measure (every criterion, and overall).

    Parameters
    ----------
    records
        Scores of record: piece, criterion, state, value, code, student, window, and school,
        classroom and grade of the piece. Pieces without a student are passed over.
    scales
        The scale of every criterion. ``overall`` is given where all have the same levels.
    roll
        Children per window; without it only children with a piece are known.

    Returns
    -------
    Columns student, window, school, classroom, grade, measure, level, value. ``level`` is a level's
    label, or one of `OUTSIDE_LEVELS`. A child with several pieces counts once, by their mean.
    """
    known = as_scales(scales)
    children = roll_of(records) if roll is None else roll
    if lacking := [one for one in _ROLL if one not in children.columns]:
        raise ArgumentError(f"The roll has no column {lacking[0]!r}.", column=lacking[0])
    children = children[[*_ROLL]].drop_duplicates(["student", "window"])
    own = records[records["student"].notna()]
    given = _settle(own)
    same = OVERALL in measures_of(known)
    rows = []
    for entry in children.to_dict("records"):
        child: dict[str, object] = {str(key): value for key, value in entry.items()}
        found = {
            criterion: given.get((str(child["student"]), str(child["window"]), criterion))
            for criterion in known
        }
        marks = [one for one in found.values() if one is not None]
        for criterion, scale in known.items():
            mark = found[criterion]
            if mark is None:
                mark = (math.nan, PENDING) if marks else (math.nan, NO_PIECE)
            rows.append({**child, "measure": criterion, **_level(mark, scale, half_up=False)})
        if same:
            scale = next(iter(known.values()))
            rows.append({**child, "measure": OVERALL, **_level(_all(marks), scale, half_up=True)})
    return pd.DataFrame(rows, columns=[*_ROLL, "measure", "level", "value"])


def _settle(own: pd.DataFrame) -> dict[tuple[str, str, str], tuple[float, str]]:
    """By child, window and criterion: the mean of settled scores, or why there is none."""
    settled = own["state"] == "settled"
    marks = own.assign(
        _value=own["value"].astype(float).where(settled),
        _code=settled & own["code"].notna(),
    )
    found = marks.groupby(["student", "window", "criterion"], as_index=False).agg(
        value=("_value", "mean"), code=("_code", "max")
    )
    given: dict[tuple[str, str, str], tuple[float, str]] = {}
    for one in found.to_dict("records"):
        value = float(one["value"])
        why = "" if not math.isnan(value) else CODE if bool(one["code"]) else PENDING
        given[(str(one["student"]), str(one["window"]), str(one["criterion"]))] = (value, why)
    return given


def _all(marks: list[tuple[float, str]]) -> tuple[float, str]:
    if not marks:
        return math.nan, NO_PIECE
    for status in (PENDING, CODE):
        if any(why == status for _, why in marks):
            return math.nan, status
    return sum(value for value, _ in marks) / len(marks), ""


def _level(mark: tuple[float, str], scale: Scale, *, half_up: bool) -> dict[str, object]:
    value, why = mark
    if why:
        return {"level": why, "value": math.nan}
    if half_up:
        nearest = min(
            scale.levels, key=lambda one: (round(abs(one.value - value), 9), -one.position)
        )
    else:
        nearest = scale.nearest(value)
    return {"level": nearest.label, "value": value}


def summarize(
    children: pd.DataFrame,
    scale: Scale,
    *,
    by: Sequence[str] = ("grade",),
    measure: str = OVERALL,
    labels: Mapping[str, str] | None = None,
) -> RecordSummary:
    """Count levels by groups of children on one measure.

    Parameters
    ----------
    children
        From `child_levels`, narrowed to the windows, schools or grades of interest.
    scale
        The measure's scale.
    by
        Columns that make the groups. Without ``window`` each child counts once, with the latest
        window (in sorted order) in which there is a level, else the latest of all.
    """
    rows = children[children["measure"] == measure]
    names = tuple(level.label for level in scale.levels)
    if "window" not in by:
        has = rows["level"].isin(names)
        rows = (
            rows.assign(_has=has)
            .sort_values(["_has", "window"], kind="stable")
            .drop_duplicates("student", keep="last")
        )
    groups = []
    if by:
        for key, part in rows.groupby(list(by), sort=True):
            pairs = tuple(zip(by, (str(one) for one in key), strict=True))
            groups.append(_distribution(part, pairs, scale, measure, labels))
    total = _distribution(rows, (), scale, measure, labels)
    words = _over_time(groups, scale, labels) if tuple(by) == ("window",) else total.sentence
    return RecordSummary(tuple(by), measure, names, tuple(groups), total, words)


def _over_time(
    groups: Sequence[GroupDistribution], scale: Scale, labels: Mapping[str, str] | None
) -> str:
    """Windows are never added up: a child stands in each of them."""
    told = [one for one in groups if not math.isnan(one.share_at_or_above)]
    if scale.cut is None or not told:
        return " ".join(one.sentence for one in groups)
    shares = [
        f"{percent(one.share_at_or_above)} in {label(labels, one.key('window'))}" for one in told
    ]
    return f"At {scale.level(scale.cut).label} or above: {listed(shares)}."


def _distribution(
    part: pd.DataFrame,
    group: tuple[tuple[str, str], ...],
    scale: Scale,
    measure: str,
    labels: Mapping[str, str] | None,
) -> GroupDistribution:
    seen = part["level"].value_counts()
    counts = tuple((one.label, int(seen.get(one.label, 0))) for one in scale.levels)
    scored = sum(n for _, n in counts)
    above: int | None = None
    if scale.cut is not None:
        cut = scale.level(scale.cut).position
        above = sum(
            n for (_, n), one in zip(counts, scale.levels, strict=True) if one.position >= cut
        )
    share = above / scored if scored and above is not None else math.nan
    missing, pending, coded = (int(seen.get(one, 0)) for one in (NO_PIECE, PENDING, CODE))
    return GroupDistribution(
        group,
        measure,
        counts,
        len(part),
        coded,
        pending,
        missing,
        above,
        share,
        float(part["value"].mean()) if scored else math.nan,
        _sentence(group, scored, len(part), missing, above, share, scale, labels),
    )


def _sentence(
    group: tuple[tuple[str, str], ...],
    scored: int,
    n: int,
    missing: int,
    above: int | None,
    share: float,
    scale: Scale,
    labels: Mapping[str, str] | None,
) -> str:
    where = ", ".join(label(labels, value) for _, value in group)
    where = f"{where}: " if where else ""
    gone = f"; {count(missing, 'student')} without a piece" if missing else ""
    if scored == 0:
        return f"{where}none of {count(n, 'student')} has a settled score{gone}."
    if above is None or scale.cut is None:
        return f"{where}{count(scored, 'student')} with a settled score{gone}."
    cut = scale.level(scale.cut).label
    return (
        f"{where}{above} of {count(scored, 'student')} with a settled score "
        f"({percent(share)}) at {cut} or above{gone}."
    )
