"""What people are called where their names are not wanted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from calibrate.model.roster import Edition
from calibrate.store.project import Project


def inside_pseudonyms(
    project: Project, people: Iterable[str], kind: Literal["rater", "student"]
) -> dict[str, str]:
    """What people are called in the inside edition; written only where somebody has no pseudonym yet."""
    wanted = sorted(set(people))
    with project.reading() as unit:
        given = {one.person_id: one.label for one in unit.people.given.all(edition=Edition.INSIDE)}
    if all(one in given for one in wanted):
        return {one: given[one] for one in wanted}
    with project.transaction() as unit:
        return unit.people.pseudonyms(Edition.INSIDE, wanted, kind)
