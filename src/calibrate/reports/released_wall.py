"""The writing wall's counts in the outside edition: by school and by grade, decided in the same pass as every other table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from calibrate.analysis.count_tables import TableSpec, placements_of
from calibrate.analysis.wall import Card, build_wall
from calibrate.errors import DataError
from calibrate.workflows.district_facts import DistrictFacts

PREFIX = "wall/"
ROWS = ("school", "grade")
"""What makes the rows: no room, because a room with its levels is a handful of children each."""


def wall_table(by: str, window: str, strand: str) -> str:
    """The id of a table of the wall."""
    return f"{PREFIX}{by}/{window}/{strand}"


def wall_tables(
    facts: DistrictFacts, cards: Sequence[Card]
) -> tuple[Iterable[pd.DataFrame], list[TableSpec]]:
    """The children on the wall and every table of them; nothing where there is no continuum.

    Raises
    ------
    DataError
        If two academic levels are called alike: their counts could not be told apart.
    """
    if facts.continuum is None:
        return [], []
    levels = tuple(one.label for one in facts.continuum.levels)
    if len(set(levels)) != len(levels):
        raise DataError(
            "Two academic levels of the continuum have the same label.", fix="Rename one of them."
        )
    children: list[pd.DataFrame] = []
    specs: list[TableSpec] = []
    for strand in facts.continuum.strands:
        for window in facts.windows:
            wall = build_wall(
                cards, facts.continuum, strand=strand.id, window=window.id, labels=facts.labels
            )
            children.append(placements_of(wall))
            specs += [
                TableSpec(
                    wall_table(by, window.id, strand.id),
                    f"Writing wall by {by}, {window.title}, {strand.title}",
                    f"placement:{strand.id}",
                    levels,
                    (by,),
                    (("window", window.id),),
                )
                for by in ROWS
            ]
    return children, specs
