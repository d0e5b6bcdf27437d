"""Who is who in a file that is handed out: codes, unless somebody asked for more."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from calibrate.errors import DataError
from calibrate.model.roster import PersonName
from calibrate.store.project import Project
from calibrate.workflows.pseudonyms import inside_pseudonyms


@dataclass(frozen=True)
class People:
    """What raters and students are called in a file.

    Parameters
    ----------
    raters, students
        By internal id: a code of the inside edition, or the roster's id.
    names
        Students' names by internal id, where they were asked for.
    by_id
        Whether these are the roster's ids.
    """

    raters: dict[str, str]
    students: dict[str, str]
    names: dict[str, PersonName] = field(default_factory=dict, repr=False)
    by_id: bool = False
    named: bool = False

    def student(self, student_id: object) -> str:
        """A student's code; empty for a piece from outside."""
        return self.students.get(str(student_id), "")

    def joint(self, raters: str) -> tuple[str, str]:
        """The first rater of a reading, and the others joined by ``;``."""
        first, *others = (self.raters[one] for one in raters.split("+"))
        return first, ";".join(others)


def people_of(project: Project, table: pd.DataFrame, *, ids: bool, names: bool) -> People:
    """What the people of a table are called.

    Parameters
    ----------
    table
        A score table, or a table of scores of record.
    ids
        The roster's ids in place of codes.
    names
        Students' names too.

    Raises
    ------
    DataError
        If a code that was drawn is somebody's id in the roster.
    """
    students = {str(one) for one in table["student"].dropna()}
    raters = (
        {one for joint in table["rater"].unique() for one in str(joint).split("+")}
        if "rater" in table
        else set()
    )
    with project.reading() as unit:
        rater_ids = {one.id: one.source_id for one in unit.people.raters.all()}
        student_ids = {one.id: one.source_id for one in unit.people.students.all()}
        called = (
            {one.person_id: one for one in unit.people.names.all() if one.person_id in students}
            if names
            else {}
        )
    if ids:
        return People(rater_ids, student_ids, called, by_id=True, named=names)
    codes = inside_pseudonyms(project, raters, "rater")
    if taken := set(codes.values()) & set(rater_ids.values()):
        raise DataError(
            f"{len(taken)} of the codes that were drawn for raters are ids in the roster too.",
            fix="Write the roster's ids in place of codes: --ids.",
        )
    return People(codes, inside_pseudonyms(project, students, "student"), called, named=names)
