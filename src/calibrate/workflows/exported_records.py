"""Scores of record as a table: one row per piece and criterion, or one per piece."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from calibrate.exchange.written_tables import Cell, Column, WrittenTable, number
from calibrate.model.resolution import RecordState
from calibrate.model.roster import grade_label
from calibrate.model.rubric import Rubric
from calibrate.workflows.exported_people import People
from calibrate.workflows.exported_readings import criterion_columns

_PIECE = (
    Column("piece", "the piece's neutral code"),
    Column(
        "student",
        "the child: a code drawn at random, as the inside reports have it, or the roster's id where it was asked "
        "for; empty for work from outside",
    ),
)
_NAMES = (Column("given_name", "the child's given name"), Column("family_name", "the family name"))
_ABOUT = (
    Column("school", "the school where the child was when the work was collected"),
    Column("grade", "the child's grade then"),
    Column("window", "when the work was collected"),
    Column("task", "the prompt that it answers"),
    Column("rubric", "the rubric that it was scored with"),
    Column("version", "the rubric's version"),
)
_SCORE = (
    Column("criterion", "the criterion's id"),
    Column("score", "the score of record; it may lie between two levels where the rule averages"),
    Column("code", "the condition code, where that is what stands"),
    Column("state", "settled, pending (another reading is due) or missing (nobody has scored it)"),
    Column("by", "consensus, or the rule that made one score of the readings"),
    Column("n_readings", "how many first readings stand behind it"),
)
_REASON = Column("reason", "why: the panel's words, or the rule's")
_WAITS = Column("pending", "criteria whose score is not settled yet, joined by ;")


def long_records(
    table: pd.DataFrame, rubrics: Sequence[Rubric], people: People, *, comments: bool = False
) -> WrittenTable:
    """One row per piece and criterion.

    Parameters
    ----------
    table
        Scores of record (`calibrate.workflows.score_tables.records_of`).
    rubrics
        Every rubric in it.
    people
        What students are called.
    comments
        Whether the reasons are in it.
    """
    rows = [
        [
            *_about(one, people),
            one["criterion"],
            _value(one),
            None if pd.isna(one["code"]) else one["code"],
            one["state"],
            one["by"],
            int(one["n_readings"]),
            *([one["reason"]] if comments else []),
        ]
        for one in table.to_dict("records")
    ]
    columns = (*_about_columns(people), *_SCORE, *((_REASON,) if comments else ()))
    return WrittenTable(columns, rows)


def wide_records(
    table: pd.DataFrame, rubrics: Sequence[Rubric], people: People, *, comments: bool = False
) -> WrittenTable:
    """One row per piece and rubric, with a column for each criterion: a score, a condition code, or empty.

    Reasons are not in it: ``comments`` changes nothing.

    Raises
    ------
    DataError
        If a criterion is called like another column.
    """
    about = _about_columns(people)
    wide = criterion_columns(rubrics, {one.name for one in (*about, _WAITS)})
    at = {one.name: place for place, one in enumerate((*about, *wide))}
    rows: dict[tuple[Any, ...], list[Cell]] = {}
    waits: dict[tuple[Any, ...], list[str]] = {}
    for one in table.to_dict("records"):
        key = (one["piece_id"], one["rubric_id"], int(one["rubric_version"]))
        mine = rows.setdefault(key, [*_about(one, people), *[None for _ in wide]])
        mine[at[one["criterion"]]] = _value(one) if pd.isna(one["code"]) else str(one["code"])
        if one["state"] != RecordState.SETTLED.value:
            waits.setdefault(key, []).append(one["criterion"])
    return WrittenTable(
        (*about, *wide, _WAITS),
        [[*cells, ";".join(waits.get(key, []))] for key, cells in rows.items()],
    )


def _about_columns(people: People) -> tuple[Column, ...]:
    return (*_PIECE, *(_NAMES if people.named else ()), *_ABOUT)


def _about(one: dict[Any, Any], people: People) -> list[Cell]:
    name = people.names.get(str(one["student"]))
    names: list[Cell] = [name.given_name, name.family_name] if name is not None else [None, None]
    return [
        one["piece"],
        people.student(one["student"]),
        *(names if people.named else []),
        *(None if pd.isna(one[key]) else str(one[key]) for key in ("piece_school",)),
        None if pd.isna(one["grade"]) else grade_label(str(one["grade"])),
        *(None if pd.isna(one[key]) else str(one[key]) for key in ("window", "task", "rubric_id")),
        int(one["rubric_version"]),
    ]


def _value(one: dict[Any, Any]) -> Cell:
    return None if math.isnan(one["value"]) else number(float(one["value"]))
