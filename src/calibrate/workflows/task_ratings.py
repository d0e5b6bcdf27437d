"""How demanding tasks are: what raters said, what is settled, and which schools' pieces answer which task."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.task_rigor import FEWEST_RATERS
from calibrate.model.rubric import Rubric, Scale
from calibrate.model.work import Task
from calibrate.store.project import Project
from calibrate.workflows.imports_rated_tasks import TASK_SOURCE
from calibrate.workflows.rubric_in_use import made_with, rubric_in_use
from calibrate.workflows.score_tables import records_of, scales, score_table

WEBB = "webb-dok"
"""The rubric on whose scale the list of tasks (``dok``) gives its levels."""

_ANSWERED = ("school", "task", "window", "piece", "student")


@dataclass(frozen=True, eq=False)
class TaskRatings:
    """Everything from which the rigor of tasks is told.

    Parameters
    ----------
    rubric
        The rubric that most ratings were made with; None where no task was rated.
    ratings
        The score table of the ratings, its ``piece`` being the task's id.
    settled
        Columns ``task, criterion, state, value, n_readings``: each task's demand by the project's rule.
    answered
        One row per piece of a school: school, task, window, piece, student.
    """

    rubric: Rubric | None
    scales: dict[str, Scale]
    ratings: pd.DataFrame
    settled: pd.DataFrame
    tasks: tuple[Task, ...]
    answered: pd.DataFrame

    @property
    def labels(self) -> dict[str, str]:
        """What tasks and criteria are called."""
        criteria = self.rubric.criteria if self.rubric else ()
        return {one.id: one.title for one in self.tasks} | {one.id: one.name for one in criteria}

    @property
    def declared(self) -> dict[str, int | None]:
        """The depth of knowledge that the list of tasks gives, where the ratings are on that scale.

        Without any rating it stands for itself; beside another rubric it would not mean the same.
        """
        if self.rubric is not None and self.rubric.id != WEBB:
            return {}
        return {one.id: one.dok for one in self.tasks}

    @property
    def depths(self) -> dict[str, int | None]:
        """Webb's depth of each task, as in the report: settled by two raters or more, else as listed."""
        found = {one.id: one.dok for one in self.tasks}
        if self.rubric is None or self.rubric.id != WEBB:
            return found
        rows = self.settled[
            (self.settled["state"] == "settled") & (self.settled["n_readings"] >= FEWEST_RATERS)
        ]
        for task, value in zip(rows["task"], rows["value"], strict=True):
            if float(value).is_integer():
                found[str(task)] = int(value)
        return found

    @property
    def scale_name(self) -> str:
        """What the levels are called: the rubric's title, or Webb's for the list of tasks alone."""
        return self.rubric.title if self.rubric else "Webb's depth of knowledge"


def task_ratings(project: Project) -> TaskRatings:
    """Load the ratings of a project's tasks."""
    everything = score_table(project, of_tasks=True)
    rubric = rubric_in_use(project, everything)
    ratings, settled = everything, records_of(project, of_tasks=True)
    if rubric is not None:
        ratings, settled = made_with(ratings, rubric), made_with(settled, rubric)
    with project.reading() as unit:
        tasks = tuple(unit.work.tasks.all())
        answered = [
            (one.school_id, one.task_id, one.window_id, one.code, one.student_id)
            for one in unit.work.pieces.all()
            if one.school_id and one.task_id and one.source != TASK_SOURCE
        ]
    return TaskRatings(
        rubric,
        scales(rubric) if rubric else {},
        ratings.assign(piece=ratings["task"]),
        settled[["task", "criterion", "state", "value", "n_readings"]],
        tasks,
        pd.DataFrame(answered, columns=list(_ANSWERED)),
    )
