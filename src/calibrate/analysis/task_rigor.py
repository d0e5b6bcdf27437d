"""The rigor of tasks beside the rigor of scoring: how demanding is the work that each school sets?

Raters' ratings of tasks (Webb's depth of knowledge, or another rubric of task demand) are
calibrated like scores: their agreement is told, and the settled level of a task is that of the
project's rule. A school's demand is the mean of the settled levels over the pieces that its
students handed in. It describes those pieces: nothing was sampled, so it has no interval. A higher
level is not better, and demand changes nothing in a verdict on severity, which rests on the very
same pieces.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.agreement import AgreementResult, agreement
from calibrate.analysis.readings import ScaleLike, as_scales, independent_blind
from calibrate.analysis.wording import count, label, listed, percent

FEWEST_RATERS = 2
"""Fewer raters than this settle nothing about a task."""

RATED, DECLARED, UNKNOWN = "rated", "declared", "unknown"
"""Where a task's level comes from: settled by raters, said by whoever listed it, or nowhere."""


@dataclass(frozen=True)
class TaskDemand:
    """How demanding one task is.

    Parameters
    ----------
    level
        The settled value; nan where there is none.
    source
        `RATED`, `DECLARED` (the level of the list of tasks, where too few rated it) or `UNKNOWN`.
    lowest, highest, n_raters
        Over the independent blind ratings; nan where there are none.
    declared
        The level of the list of tasks, whether it counts or not; nan where it gives none.
    """

    task: str
    level: float
    source: str
    lowest: float
    highest: float
    n_raters: int
    declared: float


@dataclass(frozen=True)
class SchoolDemand:
    """The demand of the tasks that a school's pieces answer.

    Parameters
    ----------
    mean, lowest, highest
        Of the levels of the tasks, over pieces; nan where no task's level is known.
    counts
        Pieces by level, lowest first.
    n_pieces, n_tasks
        Pieces whose task has a level, and their tasks.
    n_unknown
        Pieces whose task has none.
    """

    school: str
    mean: float
    lowest: float
    highest: float
    counts: tuple[tuple[float, int], ...]
    n_pieces: int
    n_tasks: int
    n_unknown: int
    sentence: str


@dataclass(frozen=True)
class TaskRigor:
    """Tasks by id, schools by id; ``agreement`` is None where no task was rated by two."""

    criterion: str
    tasks: tuple[TaskDemand, ...]
    schools: tuple[SchoolDemand, ...]
    agreement: AgreementResult | None
    sentence: str

    def school(self, school: str) -> SchoolDemand | None:
        """One school's demand; None where it handed in nothing."""
        return next((one for one in self.schools if one.school == school), None)


def task_rigor(
    ratings: pd.DataFrame,
    scales: ScaleLike,
    settled: pd.DataFrame,
    answered: pd.DataFrame,
    *,
    declared: Mapping[str, int | None] | None = None,
    tasks: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> TaskRigor:
    """How demanding tasks are, and the tasks that each school's pieces answer.

    Parameters
    ----------
    ratings, scales
        A score table whose pieces are tasks, and the scale of each criterion; the first criterion
        is the one that is told.
    settled
        Columns ``task, criterion, state, value``.
    answered
        One row per piece: ``school`` and ``task``.
    declared
        The level that the list of tasks gives, on the same scale, used where raters settled none.
    tasks
        All tasks; those that are rated or answered if not given.
    labels
        What tasks and schools are called in sentences.
    """
    known = as_scales(scales)
    criterion = next(iter(known), "")
    blind = ratings.iloc[0:0]
    agreed = None
    if criterion and len(ratings):
        blind = independent_blind(ratings, known).table
        if len(blind) and blind.groupby(["piece", "criterion"])["rater"].nunique().max() > 1:
            agreed = agreement(blind, known, labels=labels)
        blind = blind[blind["criterion"] == criterion]
    ids = tasks if tasks is not None else sorted({*blind["piece"], *answered["task"]})
    level = settled[(settled["criterion"] == criterion) & (settled["state"] == "settled")]
    values = {str(t): float(v) for t, v in zip(level["task"], level["value"], strict=True)}
    demands = tuple(_task(one, blind, values, (declared or {}).get(one)) for one in ids)
    of = {one.task: one for one in demands}
    schools = tuple(
        _school(str(name), rows["task"].tolist(), of, labels)
        for name, rows in answered.groupby("school", sort=True)
    )
    return TaskRigor(
        criterion, demands, schools, agreed, _sentence(demands, schools, agreed, labels)
    )


def _task(
    task: str, blind: pd.DataFrame, settled: Mapping[str, float], declared: int | None
) -> TaskDemand:
    mine = blind[blind["piece"] == task]
    n = int(mine["rater"].nunique())
    low, high = (
        (float(mine["score"].min()), float(mine["score"].max())) if n else (math.nan, math.nan)
    )
    value = settled.get(task, math.nan)
    said = math.nan if declared is None else float(declared)
    if n >= FEWEST_RATERS and not math.isnan(value):
        return TaskDemand(task, value, RATED, low, high, n, said)
    source = UNKNOWN if declared is None else DECLARED
    return TaskDemand(task, said, source, low, high, n, said)


def _school(
    school: str,
    tasks: Sequence[str],
    of: Mapping[str, TaskDemand],
    labels: Mapping[str, str] | None,
) -> SchoolDemand:
    found = [(one, of[one].level) for one in tasks if one in of]
    known = [(task, value) for task, value in found if not math.isnan(value)]
    name = label(labels, school)
    unknown = len(tasks) - len(known)
    if not known:
        words = f"{name}: cannot tell, because no task that its pieces answer has a level."
        return SchoolDemand(school, math.nan, math.nan, math.nan, (), 0, 0, unknown, words)
    values = [value for _, value in known]
    mean, n_tasks = sum(values) / len(values), len({task for task, _ in known})
    counts = tuple(sorted(Counter(values).items()))
    words = (
        f"{name}: {count(len(known), 'piece')} answer {count(n_tasks, 'task')}, at level {mean:.1f} "
        f"on average ({_span(values)})."
    )
    return SchoolDemand(
        school, mean, min(values), max(values), counts, len(known), n_tasks, unknown, words
    )


def _span(values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    return f"all at {low:g}" if low == high else f"from {low:g} to {high:g}"


def _sentence(
    tasks: Sequence[TaskDemand],
    schools: Sequence[SchoolDemand],
    agreed: AgreementResult | None,
    labels: Mapping[str, str] | None,
) -> str:
    rated = [one for one in tasks if one.source == RATED]
    declared = [one for one in tasks if one.source == DECLARED]
    unknown = [one for one in tasks if one.source == UNKNOWN]
    if not rated and not declared:
        return "Nobody has rated how demanding the tasks are yet, so nothing can be said about it."
    parts = []
    if rated:
        readers = sorted({one.n_raters for one in rated})
        each = f"{readers[0]}" if len(readers) == 1 else f"{readers[0]} to {readers[-1]}"
        parts.append(f"{count(len(rated), 'task')} rated blind by {each} raters each")
        exact = agreed.criteria[0].coefficient("exact_agreement") if agreed else None
        if exact is not None and not math.isnan(exact.value):
            parts[-1] += f", who chose the same level {percent(exact.value)} of the time"
    if declared:
        n = count(len(declared), "task")
        parts.append(f"{n} at the level of the list of tasks, which nobody has checked")
    if unknown:
        parts.append(f"{count(len(unknown), 'task')} without a level")
    text = "; ".join(parts) + "."
    known = [one for one in schools if not math.isnan(one.mean)]
    if len(known) > 1:
        means = [f"{label(labels, one.school)} {one.mean:.1f}" for one in known]
        text += f" The tasks that students answered lie on average at {listed(means)}."
    return text + (
        " A higher level is not better: a year needs all of them. How demanding a task is says "
        "nothing about how severely it is scored."
    )
