"""The inside view of the writing wall as a table: one row per card, by the piece's code."""

from __future__ import annotations

import math
from pathlib import Path

from calibrate.analysis.wall import Card
from calibrate.exchange.data_dictionaries import FilePage
from calibrate.exchange.written_tables import Cell, Column, WrittenTable, number
from calibrate.model.continuum import PlacedBy
from calibrate.model.roster import grade_label
from calibrate.store.project import Project
from calibrate.workflows.exports import (
    TABLES,
    Export,
    apostrophe_note,
    known_or_refused,
    plain_name,
    suffix_for,
    table_bytes,
)
from calibrate.workflows.wall_views import WallSource, open_wall

_COLUMNS = (
    Column("window", "when the work was collected"),
    Column("strand", "the thread of the continuum"),
    Column("school", "the school where the child was then"),
    Column("classroom", "the room's id in the roster"),
    Column("grade", "the child's grade then"),
    Column("piece", "the piece's neutral code; empty where the child has no piece in that window"),
    Column("student", "a code drawn at random, as the inside reports have it"),
    Column(
        "status",
        "placed, or why there is no place: no piece, not settled yet, condition code, no crosswalk row",
    ),
    Column("level", "the academic level's id"),
    Column("label", "what the level is called"),
    Column("position", "its place on the continuum, from 1"),
    Column(
        "steps", "levels above (+) or below (-) the one expected at the end of the child's grade"
    ),
    Column("score", "the mean score of record over the strand's criteria"),
    Column(
        "placed_by",
        "crosswalk (by convention), rubric (the rubric's own levels) or exemplar (by staff)",
    ),
)


def export_wall_inside(
    project: Project,
    *,
    window: str | None = None,
    school: str | None = None,
    strand: str | None = None,
    raw: bool = False,
    to: Path | None = None,
) -> Export:
    """The cards of the wall as a file that is ready to be handed to staff.

    Parameters
    ----------
    project
        The project.
    window, school, strand
        Only these, where given.
    raw
        Cells exactly as they are, for another program.
    to
        Where the file will go.

    Raises
    ------
    UsageError
        If the file's name does not fit a table.
    NotFound
        If there is no such window, school or strand, nothing was scored, or the project has no continuum.
    """
    suffix = suffix_for(to, TABLES)
    source = open_wall(project.folder)
    chosen = {"window": window, "school": school, "strand": strand}
    known = {
        "window": [one.id for one in source.facts.windows],
        "school": [one.id for one in source.facts.schools],
        "strand": [one.id for one in source.continuum.strands],
    }
    for kind, wanted in chosen.items():
        if wanted is not None:
            known_or_refused(kind, wanted, known[kind])
    cards = [
        one
        for one in source.cards
        if window in (None, one.window)
        and school in (None, one.school)
        and strand in (None, one.strand)
    ]
    order = {one: place for place, one in enumerate(known["window"])}
    cards.sort(
        key=lambda one: (order[one.window], one.strand, one.school, one.classroom, one.piece or "~")
    )
    table = WrittenTable(_COLUMNS, [_row(one, source) for one in cards])
    said = [f"{kind} {wanted}" for kind, wanted in chosen.items() if wanted]
    return Export(
        kind="wall",
        stem=plain_name("wall", "inside", *(one for one in chosen.values() if one)),
        suffix=suffix,
        content=table_bytes(table, suffix, raw=raw),
        page=FilePage(
            title=f"Writing wall of {project.settings.name}, inside",
            facts=[
                ("District", project.settings.name),
                ("Chosen", ", ".join(said) or "everything"),
                ("Continuum", source.continuum.title),
                ("One row is", "one card: a piece in one strand, or a child without a piece"),
            ],
            columns=table.columns,
            notes=[
                "For staff who work with these children: a row is about one child. To hand numbers to anybody else, use "
                "calibrate export wall --outside.",
                *apostrophe_note(table, raw=raw),
            ],
        ),
        n_rows=len(table.rows),
        subject=", ".join(said),
        detail=f"inside, {len(table.rows)} rows, codes",
    )


def _row(card: Card, source: WallSource) -> list[Cell]:
    level = None if card.level is None else source.continuum.level(card.level)
    return [
        card.window,
        card.strand,
        card.school,
        card.classroom,
        grade_label(card.grade),
        card.piece,
        source.pseudonyms[card.student],
        card.status,
        None if level is None else level.id,
        None if level is None else level.label,
        card.position,
        card.steps,
        None if math.isnan(card.score) else number(round(card.score, 4)),
        None if card.by is None else PlacedBy(card.by).value,
    ]
