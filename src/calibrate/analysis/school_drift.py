"""Whether a school's scoring has moved since the last window, in rubric points; only where earlier pieces were read again.

A school that becomes harsher looks like students who become weaker, unless pieces of an earlier window are read again in a later
one: these alone tie the windows together. Every rater in every window stands on the scale as a rater of its own; a school's
place in a window is the mean of its raters there, whoever they are, and the change is told in points on one pool of pieces.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.intervals import MIN_PIECES, Estimate, family_confidence
from calibrate.analysis.one_scale import APART, THIN, Beside, OneScale
from calibrate.analysis.readings import (
    BLIND_ROUNDS,
    ScaleLike,
    Scales,
    as_scales,
    prepare,
    reading_window,
)
from calibrate.analysis.severity import TOTAL, margin_of
from calibrate.analysis.wording import count, label, listed, natural, points, signed

HIGHER, LOWER, STEADY, CANNOT_TELL = "higher", "lower", "steady", "cannot tell"

_BETWEEN = "\x1f"


@dataclass(frozen=True)
class SchoolDrift:
    """How far one school's scoring of the same work moved from one window to the next in which it read.

    ``change`` is in rubric points over all criteria, later minus earlier: positive gives more now. ``ci_low`` and ``ci_high``
    hold together over all schools of the table. ``verdict`` is ``higher``, ``lower``, ``steady`` (surely too little to matter)
    or ``cannot tell``, with the reason. ``n_reread`` are the pieces of an earlier window read again in the later one, by
    anybody; ``n_same`` the school's raters who read in both.
    """

    school: str
    first: str
    last: str
    change: float
    se: float
    ci_low: float
    ci_high: float
    margin: float
    n_reread: int
    n_first: int
    n_last: int
    n_same: int
    verdict: str
    reason: str
    sentence: str

    def as_dict(self) -> dict[str, object]:
        """The fields for JSON; nan stays nan for the writer to turn into null."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class SchoolDrifts:
    """Every school's change, and one sentence; no rows where the table tells no two windows."""

    schools: tuple[SchoolDrift, ...]
    family_size: int
    sentence: str

    def of(self, school: str) -> SchoolDrift | None:
        """One school's change; None where it read nothing."""
        return next((one for one in self.schools if one.school == school), None)


def school_drift(
    table: pd.DataFrame,
    scales: ScaleLike,
    *,
    group: str = "rater_school",
    column: str | None = None,
    order: Sequence[str] | None = None,
    margin: float | None = None,
    labels: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> SchoolDrifts:
    """Each school's change from the window before to the last in which it read.

    Parameters
    ----------
    table, scales
        A score table and the scale of every criterion.
    group
        The column of the rater's school, or other group.
    column
        The column that tells when a reading was made (default: ``reading_window`` where the table has it, else ``window``; a
        piece that was read again in a later window has that window in the rows of that reading).
    order
        The windows in the order of time (default: as text, which suits ids that begin with the year).
    margin
        The change too small to matter, in rubric points (default: an eighth of the range, averaged over the criteria).
    labels
        What schools and windows are called in sentences.
    """
    known = as_scales(scales)
    when = column or reading_window(table)
    rows = _readings(table, known, group, when)
    windows = [str(one) for one in (order or sorted(rows[when].unique()))]
    rows = rows[rows[when].isin(windows)]
    limit = margin_of(known, TOTAL) if margin is None else margin
    read = {
        str(school): [one for one in windows if one in set(part[when])]
        for school, part in rows.groupby(group)
    }
    if len(set(rows[when])) < 2:
        return SchoolDrifts(
            (), 0, "The scores come from one window, so nothing can be said of change."
        )
    scale: OneScale | None = None
    if bool((rows.groupby("piece")[when].nunique() > 1).any()):
        rows = rows.assign(_place=rows[group] + _BETWEEN + rows[when])
        scale = OneScale(rows, known, apart="_place", who="_who")
    drafts = [
        _draft(rows, scale, school, spans, group, when)
        for school, spans in sorted(read.items(), key=lambda one: natural(one[0]))
    ]
    family = sum(math.isfinite(one.beside.se) for one in drafts)
    each = family_confidence(confidence, family)
    found = tuple(_judged(one, limit, each, labels) for one in drafts)
    return SchoolDrifts(found, family, _whole(found, labels))


def _readings(table: pd.DataFrame, known: Scales, group: str, when: str) -> pd.DataFrame:
    rows = prepare(table, known)
    for column in (group, when):
        if column not in rows.columns:
            rows[column] = pd.array([pd.NA] * len(rows), dtype="string")
    rows = rows[rows["round"].isin(BLIND_ROUNDS) & (rows["purpose"] == "independent")]
    rows = rows[rows["position"].notna() & rows[when].notna() & rows[group].notna()]
    rows = rows[~rows["joint"]]
    rows = rows.assign(**{when: rows[when].astype(str), group: rows[group].astype(str)})
    rows = rows.assign(_who=rows["rater"] + _BETWEEN + rows[group] + _BETWEEN + rows[when])
    return rows.drop_duplicates(["piece", "_who", "criterion"])


@dataclass(frozen=True)
class _Draft:
    school: str
    first: str
    last: str
    beside: Beside
    n_reread: int
    n_same: int


def _draft(
    rows: pd.DataFrame,
    scale: OneScale | None,
    school: str,
    spans: Sequence[str],
    group: str,
    when: str,
) -> _Draft:
    nothing = Beside(math.nan, math.nan, 0.0, 0, 0)
    last = spans[-1]
    if len(spans) < 2:
        why = "its teachers read in one window only"
        return _Draft(school, last, last, _with(nothing, why), 0, 0)
    first = spans[-2]
    then, now = set(rows.loc[rows[when] == first, "piece"]), rows[rows[when] == last]
    reread = len(then & set(now["piece"]))
    mine = rows[rows[group] == school]
    before = mine.loc[mine[when] == first]
    after = mine.loc[mine[when] == last]
    same = len(set(before["rater"]) & set(after["rater"]))
    if 0 < reread < MIN_PIECES:
        why = f"only {count(reread, 'piece')} of the earlier window {'was' if reread == 1 else 'were'} read again"
        return _Draft(school, first, last, _with(nothing, why), reread, same)
    if scale is None:
        why = "no piece of an earlier window was read again in a later one"
        return _Draft(school, first, last, _with(nothing, why), 0, same)
    found = scale.beside(sorted(set(after["_who"])), sorted(set(before["_who"])))
    if found.reason == APART:
        found = _with(found, "no chain of pieces read again joins the two windows")
    elif found.reason == THIN:
        found = _with(found, "too few pieces that were read again carry the link")
    return _Draft(school, first, last, found, reread, same)


def _with(one: Beside, reason: str) -> Beside:
    return Beside(
        one.value, one.se, one.df, one.n_a, one.n_b, one.left_a, one.left_b, one.subset, reason
    )


def _judged(
    draft: _Draft, margin: float, each: float, labels: Mapping[str, str] | None
) -> SchoolDrift:
    one = draft.beside
    estimate = Estimate(one.value, one.se, one.df, draft.n_reread)
    low, high = estimate.interval(each)
    near = estimate.interval(0.90)
    verdict, reason = CANNOT_TELL, one.reason
    if not math.isnan(low):
        if -margin < near[0] and near[1] < margin:
            verdict = STEADY
        elif low > 0 or high < 0:
            verdict = HIGHER if low > 0 else LOWER
        else:
            reason = "the interval holds both no change and one that would matter"
    return SchoolDrift(
        draft.school,
        draft.first,
        draft.last,
        one.value,
        one.se,
        low,
        high,
        margin,
        draft.n_reread,
        one.n_b,
        one.n_a,
        draft.n_same,
        verdict,
        reason,
        _sentence(draft, (low, high), verdict, reason, labels),
    )


def _sentence(
    draft: _Draft,
    interval: tuple[float, float],
    verdict: str,
    reason: str,
    labels: Mapping[str, str] | None,
) -> str:
    name = label(labels, draft.school)
    if math.isnan(interval[0]):
        return f"{name}: cannot tell whether its scoring has moved, because {reason}."
    one = draft.beside
    then = label(labels, draft.first)
    on = f"95% interval {signed(interval[0])} to {signed(interval[1])}, " + (
        f"{count(draft.n_reread, 'piece')} read again"
        if draft.n_reread
        else "through pieces read again in other windows"
    )
    if not draft.n_same:
        on += "; none of its teachers read in both"
    if verdict == STEADY:
        return f"{name} scores the same work as it did in {then} ({on}: less than would matter)."
    if verdict == CANNOT_TELL:
        return f"{name}: cannot tell whether its scoring has moved since {then} ({on})."
    way = "more" if one.value > 0 else "less"
    return f"{name} gives {points(one.value)} {way} than in {then} to the same work ({on})."


def _whole(found: Sequence[SchoolDrift], labels: Mapping[str, str] | None) -> str:
    if not found:
        return "No school's readings tell when they were made."
    moved = [one.sentence.rstrip(".") for one in found if one.verdict in (HIGHER, LOWER)]
    steady = [label(labels, one.school) for one in found if one.verdict == STEADY]
    unsure = [one for one in found if one.verdict == CANNOT_TELL]
    parts = list(moved)
    if steady:
        parts.append(f"{listed(steady)} {'scores' if len(steady) == 1 else 'score'} as before")
    if unsure:
        reasons = {one.reason for one in unsure}
        names = listed([label(labels, one.school) for one in unsure])
        why = f", because {unsure[0].reason}" if len(reasons) == 1 else ""
        parts.append(f"for {names} nobody can tell whether the scoring has moved{why}")
    return "; ".join(parts)[:1].upper() + "; ".join(parts)[1:] + "."
