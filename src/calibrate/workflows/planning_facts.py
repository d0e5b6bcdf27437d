"""What a plan needs of a project: the scores that are there, and whose students wrote the pieces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from calibrate.analysis.own_students import Barred
from calibrate.model.rubric import Scale
from calibrate.store.project import Project
from calibrate.workflows.district_facts import rater_pseudonyms
from calibrate.workflows.norming.setup import own_student_pairs
from calibrate.workflows.stored_scores import stored_scores


@dataclass(frozen=True, eq=False)
class PlanningFacts:
    """Scores of a project, raters under the pseudonyms of inside reports.

    Parameters
    ----------
    table, scales, notes
        As `calibrate.workflows.stored_scores.StoredScores` has them.
    barred
        Who must not read what, from the roster.
    """

    table: pd.DataFrame
    scales: dict[str, Scale]
    notes: tuple[str, ...]
    barred: Barred


def planning_facts(project: Project, today: date, *, window: str | None = None) -> PlanningFacts:
    """Read what a project holds.

    Parameters
    ----------
    project
        The project.
    today
        Decides who teaches where now.
    window
        Only this window; otherwise all.
    """
    found = stored_scores(project, window=window)
    table = found.table
    raters = [one for one in table["rater"].unique() if "+" not in one]
    names = rater_pseudonyms(project, raters)
    codes = dict(zip(table["piece_id"], table["piece"], strict=True))
    with project.reading() as unit:
        pieces = unit.work.pieces.all(id=sorted(codes))
        pairs = own_student_pairs(unit, pieces, raters, today)
        known = bool(unit.people.teaching.count())
    return PlanningFacts(
        table.assign(rater=table["rater"].map(lambda one: names.get(one, one))),
        found.scales,
        found.notes,
        Barred(frozenset((codes[piece], names.get(rater, rater)) for piece, rater in pairs), known),
    )
