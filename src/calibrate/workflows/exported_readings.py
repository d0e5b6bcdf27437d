"""Every judgement as a table that `calibrate import scores` reads back: long, or one column per criterion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from calibrate.errors import DataError, NotFound
from calibrate.exchange.score_rows import OPTIONAL, REQUIRED
from calibrate.exchange.written_tables import Cell, Column, WrittenTable, moment, number
from calibrate.model.rubric import ConditionCode, Rubric
from calibrate.workflows.exported_people import People

_SESSION = Column("session", "the session in which it was read; empty for scoring outside one")
_ROUND = Column("round", "blind, after_discussion, or operational (outside a session)")
_PIECE = Column("piece", "the piece's neutral code")
_RATER = Column(
    "rater", "who read it: a code drawn at random, or the roster's id where it was asked for"
)
_JOINT = Column("joint_with", "others who agreed this one score with the rater, joined by ;")
_PURPOSE = Column(
    "purpose",
    "why it was read: independent, adjudication, back_read, validity (against an anchor) or own_student (never counted "
    "as reliability)",
)
_WINDOW = Column("window", "when the work was collected")
_RUBRIC = Column("rubric", "the rubric that it was read with")
_VERSION = Column("version", "the rubric's version")
_AT = Column("scored_at", "when the reading was done, in UTC")
_MINUTES = Column("minutes", "how long the whole reading took, where it was measured")
_CRITERION = Column("criterion", "the criterion's id")
_SCORE = Column("score", "the level's value; empty beside a condition code")
_CODE = Column("code", "the condition code; empty beside a score")
_COMMENT = Column("comment", "what the rater wrote beside the score")


def long_readings(
    table: pd.DataFrame, rubrics: Sequence[Rubric], people: People, *, comments: bool = False
) -> WrittenTable:
    """One row per reading and criterion.

    Parameters
    ----------
    table
        A score table.
    rubrics
        Every rubric in it.
    people
        What raters are called.
    comments
        Whether what raters wrote is in it.
    """
    cells = _Cells(rubrics)
    rows: list[list[Cell]] = []
    for one in _in_order(table, rubrics, people):
        rater, others = people.joint(one["rater"])
        coded = not pd.isna(one["code"])
        rows.append(
            [
                *_what_was_read(one),
                rater,
                one["criterion"],
                None if coded else cells.of(one),
                one["code"] if coded else None,
                *_how_it_was_read(one, others),
                *([one["comment"]] if comments else []),
            ]
        )
    columns = (
        _SESSION,
        _ROUND,
        _PIECE,
        _RATER,
        _CRITERION,
        _SCORE,
        _CODE,
        _AT,
        _PURPOSE,
        _WINDOW,
        _MINUTES,
        _JOINT,
        _RUBRIC,
        _VERSION,
        *((_COMMENT,) if comments else ()),
    )
    return WrittenTable(columns, rows)


def wide_readings(
    table: pd.DataFrame, rubrics: Sequence[Rubric], people: People, *, comments: bool = False
) -> WrittenTable:
    """One row per reading, with a column for each criterion: a score, a condition code, or empty.

    Raises
    ------
    DataError
        If a criterion is called like another column, or comments were asked for: one cell has no room for them.
    """
    if comments:
        raise DataError(
            "A table with a column for each criterion has no room for comments.",
            fix="Write --format long, or leave --comments out.",
        )
    wide = criterion_columns(rubrics, {*REQUIRED, *OPTIONAL})
    cells = _Cells(rubrics)
    common = (_SESSION, _ROUND, _PIECE, _RATER)
    after = (_AT, _PURPOSE, _WINDOW, _MINUTES, _JOINT, _RUBRIC, _VERSION)
    rows: list[list[Cell]] = []
    at = {one.name: place for place, one in enumerate((*common, *wide))}
    row: dict[str, list[Cell]] = {}
    for one in _in_order(table, rubrics, people):
        mine = row.get(one["reading"])
        if mine is None:
            rater, others = people.joint(one["rater"])
            mine = [
                *_what_was_read(one),
                rater,
                *[None for _ in wide],
                *_how_it_was_read(one, others),
            ]
            row[one["reading"]] = mine
            rows.append(mine)
        mine[at[one["criterion"]]] = cells.of(one)
    return WrittenTable((*common, *wide, *after), rows)


def criterion_columns(rubrics: Sequence[Rubric], taken: set[str]) -> tuple[Column, ...]:
    """A column for each criterion, in the rubrics' order.

    Raises
    ------
    DataError
        If two would have the same heading, or one is taken.
    """
    names: dict[str, str] = {}
    for rubric in rubrics:
        for one in rubric.criteria:
            names.setdefault(one.id, one.name)
    plain = [one.casefold() for one in names]
    if len(set(plain)) != len(plain) or set(plain) & taken:
        raise DataError(
            "Two columns would have the same heading: a criterion's id is used for something else too.",
            fix="Write --format long.",
        )
    return tuple(
        Column(one, f"{name}: the score, a condition code, or empty") for one, name in names.items()
    )


def _in_order(
    table: pd.DataFrame, rubrics: Sequence[Rubric], people: People
) -> list[dict[Any, Any]]:
    """The rows in an order that rests on what they say alone, so that the same scores make the same file."""
    place = {
        (rubric.id, rubric.version, one.id): index
        for rubric in rubrics
        for index, one in enumerate(rubric.criteria)
    }
    return sorted(
        table.to_dict("records"),
        key=lambda one: (
            one["piece"],
            _or_none(one["session"]) or "",
            one["round"] == "after_discussion",
            people.joint(one["rater"]),
            one["purpose"],
            place[(one["rubric_id"], int(one["rubric_version"]), one["criterion"])],
        ),
    )


class _Cells:
    """How a judgement is written so that it is read as that very judgement."""

    def __init__(self, rubrics: Sequence[Rubric]) -> None:
        self._rubrics = {(one.id, one.version): one for one in rubrics}
        self._known: dict[tuple[Any, ...], Cell] = {}

    def of(self, one: dict[Any, Any]) -> Cell:
        """The level's value, its id where the value means another level, or the condition code."""
        code = None if pd.isna(one["code"]) else str(one["code"])
        position = None if code is not None else int(one["position"])
        key = (one["rubric_id"], int(one["rubric_version"]), one["criterion"], position, code)
        if key not in self._known:
            self._known[key] = self._cell(*key)
        return self._known[key]

    def _cell(
        self, rubric_id: str, version: int, criterion: str, position: int | None, code: str | None
    ) -> Cell:
        rubric = self._rubrics[(rubric_id, version)]
        if position is None:
            text = code or ""
            if isinstance(_read(rubric, criterion, text), ConditionCode):
                return text
            raise DataError(
                f"The condition code {text} is the label of a level of {criterion} too.",
                fix="Write --format long, which keeps codes apart.",
            )
        level = rubric.criterion(criterion).scale.levels[position - 1]
        value = number(level.value)
        return value if _read(rubric, criterion, str(value)) == level else level.id


def _read(rubric: Rubric, criterion: str, text: str) -> object:
    try:
        return rubric.read_cell(criterion, text)
    except NotFound:
        return None


def _or_none(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _what_was_read(one: dict[Any, Any]) -> list[Cell]:
    return [_or_none(one["session"]), one["round"], one["piece"]]


def _how_it_was_read(one: dict[Any, Any], others: str) -> list[Cell]:
    return [
        _at(one),
        one["purpose"],
        one["window"],
        _minutes(one),
        others,
        one["rubric_id"],
        int(one["rubric_version"]),
    ]


def _at(one: dict[Any, Any]) -> str:
    return "" if pd.isna(one["scored_at"]) else moment(one["scored_at"].to_pydatetime())


def _minutes(one: dict[Any, Any]) -> Cell:
    return None if math.isnan(one["minutes"]) else number(float(one["minutes"]))
