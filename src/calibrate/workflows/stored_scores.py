"""The independent readings that a project holds, by session, school or window, ready for agreement."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from calibrate.errors import DataError, NotFound
from calibrate.model.rubric import Rubric, Scale
from calibrate.store.project import Project
from calibrate.workflows.rubric_in_use import made_with, rubric_in_use
from calibrate.workflows.score_tables import scales, score_table


@dataclass(frozen=True, eq=False)
class StoredScores:
    """A score table with the scales of its rubric.

    Parameters
    ----------
    table
        Every judgement of the selection that was made with the rubric in use.
    scales, labels
        The scale and the name of each criterion, in the rubric's order.
    notes
        What was left out, in words.
    rubric
        The rubric in use.
    """

    table: pd.DataFrame
    scales: dict[str, Scale]
    labels: dict[str, str]
    notes: tuple[str, ...]
    rubric: Rubric


def stored_scores(
    project: Project,
    *,
    session: str | None = None,
    school: str | None = None,
    window: str | None = None,
) -> StoredScores:
    """Read the scores of a session, of a school (its pieces and its raters), of a window, or all.

    Raises
    ------
    NotFound
        If there is no such session, school or window.
    DataError
        If the selection holds no scores.
    """
    with project.reading() as unit:
        for kind, wanted, known in (
            ("session", session, [one.id for one in unit.sessions.all()]),
            ("school", school, [one.id for one in unit.people.schools.all()]),
            ("window", window, [one.id for one in unit.work.windows.all()]),
        ):
            if wanted is not None and wanted not in known:
                raise NotFound(
                    f"There is no {kind} {wanted!r} in this project.",
                    fix=f"There are: {', '.join(sorted(set(known)))}."
                    if len(set(known)) <= 40
                    else "",
                )
    table = score_table(project, session=session, school=school, window=window)
    rubric = rubric_in_use(project, table)
    if rubric is None:
        raise DataError(
            "There are no scores in this part of the project yet.",
            fix="Bring scores in, or reveal a session.",
        )
    kept = made_with(table, rubric)
    notes: tuple[str, ...] = ()
    if len(kept) < len(table):
        notes = (
            f"{len(table) - len(kept)} judgements made with another rubric are left out: they stand on another scale.",
        )
    labels = {one.id: one.name for one in rubric.criteria}
    return StoredScores(kept, scales(rubric), labels, notes, rubric)
