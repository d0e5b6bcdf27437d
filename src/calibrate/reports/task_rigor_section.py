"""The district report's section on the rigor of tasks beside the rigor of scoring."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from calibrate.analysis.comparability import Comparison
from calibrate.analysis.task_rigor import DECLARED, RATED, SchoolDemand, TaskDemand, TaskRigor
from calibrate.analysis.wording import signed
from calibrate.reports import blocks
from calibrate.reports.blocks import Block
from calibrate.reports.comparison_section import VERDICTS, points_or_dash
from calibrate.reports.tables import table

_SOURCES = {RATED: "settled by raters", DECLARED: "as listed, not checked"}


def task_rigor_section(
    found: TaskRigor, comparison: Comparison, labels: Mapping[str, str], scale_name: str
) -> Block:
    """Each school's task demand next to its severity, then the tasks, then how far their raters agree.

    Parameters
    ----------
    found, comparison
        The demand of tasks, and the schools' scoring of shared pieces.
    labels
        What schools and tasks are called.
    scale_name
        What the levels of demand are called, such as “Webb's depth of knowledge”.
    """
    made = [
        blocks.section(
            "How demanding are the tasks, and how severe is the scoring?",
            "Rigor has two sides. A school may set demanding tasks and score them kindly, or the "
            "other way round, so the two stand side by side and are never added up.",
            new_page=True,
        )
    ]
    known = [one for one in found.tasks if not math.isnan(one.level)]
    if known:
        made += [
            _schools(found.schools, comparison, labels, scale_name),
        ]
    made.append(blocks.sentence(found.sentence))
    below = _tasks(known, labels, scale_name) if known else Block("")
    if found.agreement is not None:
        below += blocks.note(f"Here a piece is a task. {found.agreement.criteria[0].sentence}")
    made.append(blocks.folded("Task by task, and whether its raters agree", below))
    return blocks.join(made)


def _schools(
    schools: tuple[SchoolDemand, ...],
    comparison: Comparison,
    labels: Mapping[str, str],
    scale_name: str,
) -> Block:
    scoring = {one.a: one for one in comparison.against_rest()}
    frame = pd.DataFrame(
        {
            "School": [labels.get(one.school, one.school) for one in schools],
            "Task demand": [_level(one.mean, 1) for one in schools],
            "Range": [_range(one.lowest, one.highest) for one in schools],
            "Tasks": [one.n_tasks for one in schools],
            "Pieces": [one.n_pieces for one in schools],
            "Points beside others": [
                points_or_dash(scoring[one.school].difference) if one.school in scoring else "–"
                for one in schools
            ],
            "95% interval": [
                _interval(scoring[one.school].ci95) if one.school in scoring else "–"
                for one in schools
            ],
            "Scoring": [
                VERDICTS[scoring[one.school].verdict] if one.school in scoring else "cannot tell"
                for one in schools
            ],
        }
    )
    return table(
        frame,
        caption="The demand of tasks next to the severity of scoring",
        row_name="School",
        notes=[
            f"Task demand: {scale_name}, the mean over the pieces that students handed in. Points "
            "beside others: what the school’s readers give to shared pieces, minus what others give. "
            "Schools that teach other grades set other tasks."
        ],
    )


def _tasks(tasks: list[TaskDemand], labels: Mapping[str, str], scale_name: str) -> Block:
    ordered = sorted(tasks, key=lambda one: (one.level, labels.get(one.task, one.task)))
    frame = pd.DataFrame(
        {
            "Task": [labels.get(one.task, one.task) for one in ordered],
            "Level": [_level(one.level, 0) for one in ordered],
            "Raters said": [_range(one.lowest, one.highest) for one in ordered],
            "Raters": [one.n_raters for one in ordered],
            "As listed": [_level(one.declared, 0) for one in ordered],
            "How it is known": [_SOURCES[one.source] for one in ordered],
        }
    )
    if all(one.source == RATED for one in ordered):
        frame = frame.drop(columns="How it is known")
    return table(frame, caption=f"The tasks, by {scale_name}", row_name="Task")


def _level(value: float, places: int) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:g}" if places == 0 else f"{value:.{places}f}"


def _range(low: float, high: float) -> str:
    if math.isnan(low):
        return "–"
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _interval(ends: tuple[float, float]) -> str:
    return "–" if math.isnan(ends[0]) else f"{signed(ends[0])} to {signed(ends[1])}"
