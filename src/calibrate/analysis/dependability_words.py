"""How dependability is said in words that a teacher can repeat."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from calibrate.analysis.wording import count, listed, percent, upper_first
from calibrate.stats.generalizability import GStudy
from calibrate.stats.generalizability_decisions import Dependability


class Row(NamedTuple):
    """What the sentence needs of a row of the decision study."""

    n_rater: int
    n_task: int
    phi: float
    hours: float
    consistency: float
    low: float
    high: float
    consistency_low: float = math.nan
    consistency_high: float = math.nan


_PLAIN = {
    "piece": "how good the pieces are",
    "student": "how well the students write",
    "rater": "how strict the raters are",
    "task": "how hard the tasks are",
    "criterion": "the criteria themselves",
    "piece x rater": "what a rater sees in a piece",
    "rater:piece": "who happened to read a piece",
    "rater:task:student": "who happened to read a piece",
    "student x rater": "what a rater sees in a student",
    "student x task": "how a student does on a task",
    "task:student": "which of a student's pieces was read",
    "task x rater": "how strict a rater is on a task",
    "student x task x rater": "what a rater sees in a single piece",
    "task:student x rater": "what a rater sees in a single piece",
}
_ORDINALS = ("first", "second", "third", "fourth")
FEW_RATERS = 4
FEW_PIECES = 10
MANY_AT_AN_END = 0.3
"""From this share of scores at one end of the scale on, that is said."""
WIDE = 0.3
"""A range of dependability wider than this says too little to plan by."""


def share_shown(value: float) -> str:
    """A coefficient with two decimals and no zero before the point: ``.61``; ``1.00``."""
    if math.isnan(value):
        return "not known"
    text = f"{value:.2f}"
    return text[1:] if text.startswith("0") else text


def range_shown(low: float, high: float) -> str:
    """``.52–.71``; nothing where it is not known."""
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"{share_shown(low)}–{share_shown(high)}"


def hours_shown(hours: float) -> str:
    """``9 hours``, ``1.5 hours``, ``20 minutes``."""
    if hours < 0.95:
        return count(max(1, round(hours * 60)), "minute")
    rounded = round(hours) if hours >= 9.5 else round(hours * 2) / 2
    return f"{rounded:g} {'hour' if rounded == 1 else 'hours'}"


def source_name(source: str, labels: Mapping[str, str] | None = None) -> str:
    """What a source of differences is called."""
    known = {**_PLAIN, **(labels or {})}
    if source in known:
        return known[source]
    main = source.removesuffix(" x criterion")
    if source != main:
        return f"{known.get(main, main)}, criterion by criterion"
    return "everything else"


def dependability_sentence(
    study: GStudy, now: Dependability, rows: Sequence[Row], labels: Mapping[str, str] | None = None
) -> str:
    """What the study says: where differences come from, and what another rater or task would bring."""
    if study.undefined:
        return (
            f"How far these scores can be depended on cannot be told: {study.undefined}. "
            "It takes at least two pieces that two raters read without talking."
        )
    parts = [_differences(study, labels)]
    if math.isnan(now.phi):
        return " ".join(
            [*parts, "There are no differences that scores could be depended on to show."]
        )
    own = min(max(round(study.tasks), 1), max(row.n_task for row in rows))
    here = [row for row in rows if row.n_task == own]
    parts.append(_raters(here, study, own))
    parts.append(_range(here, study))
    if study.object == "student":
        parts.append(_tasks([row for row in rows if row.n_rater == 2]))
    parts.append(_cut(here, study))
    if study.n_raters < FEW_RATERS or study.n_pieces < FEW_PIECES:
        few = f"{count(study.n_raters, 'rater')} and {count(study.n_pieces, 'piece')}"
        parts.append(f"This rests on {few} only: take it as a first look.")
    return " ".join(part for part in parts if part)


def end_note(at_lowest: float, at_highest: float) -> str:
    """What to know where many scores are the last level there is; empty where few are.

    Parameters
    ----------
    at_lowest, at_highest
        The share of scores that are the lowest, or the highest level of their scale, 0–1.
    """
    share, which = max((at_lowest, "lowest"), (at_highest, "highest"))
    if not share >= MANY_AT_AN_END:
        return ""
    return (
        f"{percent(share)} of the scores are the {which} level. Beyond it levels cannot tell pieces apart, so the ranges of single "
        "sources are somewhat too narrow: in simulations those of what one reading adds held the truth 85 to 90 times of 100, not 95. "
        "Those of dependability and of decisions at the cut held it as promised."
    )


def _differences(study: GStudy, labels: Mapping[str, str] | None) -> str:
    others = sorted(
        (one for one in study.components if one.source not in (study.object, "criterion")),
        key=lambda one: -one.share,
    )
    without = sum(one.variance for one in study.components if one.source != "criterion")
    if without <= 0:
        return "No differences beyond those between criteria were found."
    own = study.variance(study.object) / without
    told = [
        f"{percent(one.variance / without)} from {source_name(one.source, labels)}"
        for one in others
        if " x criterion" not in one.source and one.variance / without >= 0.01
    ][:2]
    text = f"Of the differences between scores, {percent(own)} come from {source_name(study.object, labels)}"
    return f"{text}, {listed(told)}." if told else f"{text}."


def _raters(rows: Sequence[Row], study: GStudy, own: int) -> str:
    by_raters = {row.n_rater: row for row in rows}
    one, two, three = (by_raters.get(n) for n in (1, 2, 3))
    if one is None or two is None or three is None:
        return ""
    on = "piece" if study.object == "piece" else f"of {count(own, 'piece')} a student"
    text = (
        f"A second rater on every {on if study.object == 'piece' else 'piece'} lifts dependability "
        f"from {share_shown(one.phi)} to {share_shown(two.phi)}"
    )
    if study.object == "student":
        text += f" ({on})"
    more = three.phi - two.phi
    gain = f"adds {share_shown(more)}" if more >= 0.005 else "adds next to nothing"
    if math.isnan(one.hours):
        return f"{text}; a third {gain}."
    cost = hours_shown(two.hours - one.hours)
    return f"{text} and costs {cost} of scoring; a third {gain} for {cost} more."


def _range(rows: Sequence[Row], study: GStudy) -> str:
    """How sure that is, for two raters."""
    two = next((row for row in rows if row.n_rater == 2), None)
    if two is None or math.isnan(two.low) or math.isnan(two.high):
        return ""
    text = f"With two raters like these it plausibly lies from {share_shown(two.low)} to {share_shown(two.high)}"
    if two.high - two.low <= WIDE:
        return f"{text}."
    if _tasks_are_vaguer(study):
        return f"{text}, too wide a range to plan by: so few tasks say little about others; more tasks for the same students would narrow it."
    return f"{text}, too wide a range to plan by: more raters who read the same pieces would narrow it."


def _tasks_are_vaguer(study: GStudy) -> bool:
    """Whether how hard tasks are is known less well than how strict raters are."""
    above = {
        one.source: one.ci_high - one.variance
        for one in study.components
        if one.source in ("task", "rater")
    }
    return above.get("task", 0.0) / max(study.tasks, 1.0) > above.get("rater", 0.0) / 2


def _tasks(rows: Sequence[Row]) -> str:
    by_tasks = {row.n_task: row for row in rows}
    one, two = by_tasks.get(1), by_tasks.get(2)
    if one is None or two is None:
        return ""
    text = (
        f"With two raters, a second piece from every student lifts it from {share_shown(one.phi)} "
        f"to {share_shown(two.phi)}"
    )
    if math.isnan(one.hours):
        return f"{text}."
    return f"{text} and costs {hours_shown(two.hours - one.hours)} of scoring."


def _cut(rows: Sequence[Row], study: GStudy) -> str:
    by_raters = {row.n_rater: row for row in rows}
    one, two = by_raters.get(1), by_raters.get(2)
    if one is None or two is None or math.isnan(one.consistency) or math.isnan(two.consistency):
        return ""
    things = "pieces" if study.object == "piece" else "students"
    return upper_first(
        f"read by one rater, {percent(one.consistency)} of {things} would land on the same side of the cut if "
        f"somebody else read them{_plausibly(one)}; by two, {percent(two.consistency)}{_plausibly(two)}."
    )


def _plausibly(row: Row) -> str:
    """Where the share on the same side of the cut plausibly lies; nothing where it is not known."""
    if math.isnan(row.consistency_low) or math.isnan(row.consistency_high):
        return ""
    return f" (plausibly {percent(row.consistency_low)} to {percent(row.consistency_high)})"
