"""What one rater has read, and what everybody else gave to the same pieces."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from calibrate.errors import NotFound
from calibrate.model.roster import Edition, Rater
from calibrate.model.rubric import Rubric, Scale
from calibrate.model.work import Task, Window
from calibrate.store.project import Project
from calibrate.workflows.rubric_in_use import made_with, rubric_in_use
from calibrate.workflows.score_tables import scales, score_table


@dataclass(frozen=True)
class RaterFacts:
    """A rater with her pseudonym, and the scores of every piece that she read."""

    rater: Rater
    pseudonym: str
    rubric: Rubric
    scales: dict[str, Scale]
    windows: tuple[Window, ...]
    window: Window | None
    scores: pd.DataFrame
    tasks: tuple[Task, ...] = ()

    @property
    def n_own(self) -> int:
        """How many pieces she read."""
        own = self.scores[self.scores["rater"] == self.rater.id]
        return int(own["piece"].nunique())


def rater_facts(project: Project, rater_id: str, window_id: str = "") -> RaterFacts:
    """Load what a rater read, in one window or in all.

    Raises
    ------
    NotFound
        If the project has no such rater, or nothing that she read.
    """
    with project.store.transaction() as unit:  # a pseudonym is drawn at the first look
        rater = unit.people.raters.get(rater_id)
        pseudonym = unit.people.pseudonym(Edition.INSIDE, rater.id, "rater")
        windows = tuple(unit.work.windows.all())
        tasks = tuple(unit.work.tasks.all())
        window = unit.work.windows.get(window_id) if window_id else None
    everything = score_table(project, window=window_id or None)
    rubric = rubric_in_use(project, everything[everything["rater"] == rater.id])
    if rubric is None:
        raise NotFound("This rater has not scored anything yet.", fix="Choose somebody who has.")
    everything = made_with(everything, rubric)
    own = set(everything.loc[everything["rater"] == rater.id, "piece"])
    scores = everything[everything["piece"].isin(own)]
    known = scales(rubric)
    return RaterFacts(
        rater,
        pseudonym,
        rubric,
        known,
        windows,
        window,
        scores.reset_index(drop=True),
        tasks,
    )
