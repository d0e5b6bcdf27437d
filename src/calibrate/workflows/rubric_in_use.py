"""Which rubric a table of scores was mostly made with."""

from __future__ import annotations

import pandas as pd

from calibrate.model.rubric import Rubric
from calibrate.store.project import Project


def rubric_in_use(project: Project, table: pd.DataFrame) -> Rubric | None:
    """The rubric version behind most rows of a score table; None where the table is empty.

    Scores of different rubrics do not stand on one scale, so a report speaks of one at a time.
    """
    if table.empty:
        return None
    counts = table[["rubric_id", "rubric_version"]].value_counts()
    most = counts.index.to_frame(index=False).iloc[0]
    with project.store.reading() as unit:
        return unit.rubrics.get(str(most["rubric_id"]), int(most["rubric_version"]))


def made_with(table: pd.DataFrame, rubric: Rubric) -> pd.DataFrame:
    """The rows of a score table that were made with this rubric version."""
    same = (table["rubric_id"] == rubric.id) & (table["rubric_version"] == rubric.version)
    return table[same].reset_index(drop=True)
