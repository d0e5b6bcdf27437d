"""Rubrics as other programs take them: Canvas's rubric CSV, Google Classroom's sheet, CASE, and a plain table to read or print.

None of the first three has room for all that a rubric holds here; `left_behind` says what stays out. YAML
(`calibrate.exchange.rubrics.write_rubric`) holds everything.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from calibrate.errors import DataError
from calibrate.exchange.written_tables import Cell, Column, WrittenTable, number
from calibrate.model.rubric import Criterion, Level, Rubric

EXTENSION = "x-calibrate"
"""Where a CASE file keeps what CASE itself has no room for."""

_MOST_CRITERIA, _MOST_LEVELS = 50, 10


def canvas_rubric(rubric: Rubric) -> WrittenTable:
    """A rubric as Canvas imports it: a row per criterion, its ratings across, the highest first."""
    most = max(len(one.scale.levels) for one in rubric.criteria)
    columns = [
        Column("Rubric Name", "the rubric's title"),
        Column("Criteria Name", "the criterion's name"),
        Column("Criteria Description", "what the criterion looks at"),
        Column("Criteria Enable Range", "false: a rating is one number"),
    ]
    for _ in range(most):
        columns += [
            Column("Rating Name", "the level's label; the highest level comes first"),
            Column("Rating Description", "what work of that level looks like"),
            Column("Rating Points", "the level's value"),
        ]
    rows: list[list[Cell]] = []
    for one in rubric.criteria:
        row: list[Cell] = [rubric.title, one.name, one.description, "false"]
        for level in reversed(one.scale.levels):
            row += [level.label, level.descriptor, number(round(level.value, 2))]
        rows.append([*row, *[None] * (len(columns) - len(row))])
    return WrittenTable(tuple(columns), rows)


def google_rows(rubric: Rubric) -> list[list[Cell]]:
    """A rubric as Google Classroom's sheet: four rows per criterion, after two rows of headings.

    Raises
    ------
    DataError
        If it has more criteria or levels than Classroom takes.
    """
    levels = max(len(one.scale.levels) for one in rubric.criteria)
    if len(rubric.criteria) > _MOST_CRITERIA or levels > _MOST_LEVELS:
        raise DataError(
            f"Google Classroom takes at most {_MOST_CRITERIA} criteria of at most {_MOST_LEVELS} levels.",
            fix="Use another format.",
        )
    rows: list[list[Cell]] = [[rubric.title], ["Leave these two rows as they are."]]
    for one in rubric.criteria:
        up = one.scale.levels
        rows += [
            [None],
            [one.name, *(number(level.value) for level in up)],
            [one.description, *(level.label for level in up)],
            [None, *(level.descriptor for level in up)],
        ]
    width = max(len(row) for row in rows)
    return [[*row, *[None] * (width - len(row))] for row in rows]


def plain_rubric(rubric: Rubric) -> WrittenTable:
    """A rubric as a table: a row per criterion and level, lowest first."""
    columns = (
        Column("rubric", "the rubric's id"),
        Column("version", "its version"),
        Column("criterion", "the criterion's id"),
        Column("name", "what it is called"),
        Column("description", "what it looks at"),
        Column("level", "the level's id"),
        Column("label", "what it is called"),
        Column("value", "the score that stands for it"),
        Column(
            "meets",
            "yes from the first level that meets the standard on; empty where none is named",
        ),
        Column("descriptor", "what work of that level looks like"),
    )
    rows: list[list[Cell]] = [
        [
            rubric.id,
            rubric.version,
            one.id,
            one.name,
            one.description,
            level.id,
            level.label,
            number(level.value),
            _meets(one, level),
            level.descriptor,
        ]
        for one in rubric.criteria
        for level in one.scale.levels
    ]
    return WrittenTable(columns, rows)


def _meets(criterion: Criterion, level: Level) -> str:
    if criterion.scale.cut_value is None:
        return ""
    return "yes" if level.value >= criterion.scale.cut_value else "no"


def case_rubric(rubric: Rubric, *, creator: str, at: datetime) -> str:
    """A rubric as a CASE 1.1 package (JSON).

    What CASE has no room for (our ids, the cut, condition codes) stands under `EXTENSION`.

    Parameters
    ----------
    rubric
        The rubric.
    creator
        Who publishes it.
    at
        When it was last changed.
    """
    stamp = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    root = f"{rubric.id}/{rubric.version}"
    rubric_id = _uuid(root)

    def named(path: str) -> dict[str, Any]:
        identifier = _uuid(path)
        return {
            "identifier": identifier,
            "uri": f"urn:uuid:{identifier}",
            "lastChangeDateTime": stamp,
        }

    criteria = []
    for place, one in enumerate(rubric.criteria, start=1):
        path = f"{root}/{one.id}"
        criteria.append(
            {
                **named(path),
                "category": one.name,
                **({"description": one.description} if one.description else {}),
                "position": place,
                "rubricId": rubric_id,
                "CFRubricCriterionLevels": [
                    {
                        **named(f"{path}/{level.id}"),
                        "quality": level.label,
                        "score": float(level.value),
                        "position": level.position,
                        **({"description": level.descriptor} if level.descriptor else {}),
                        "rubricCriterionId": _uuid(path),
                        "extensions": [{EXTENSION: {"id": level.id}}],
                    }
                    for level in one.scale.levels
                ],
                "extensions": {
                    EXTENSION: {"id": one.id, "cut": one.scale.cut, "interval": one.scale.interval}
                },
            }
        )
    whole = {
        **named(root),
        "title": rubric.title,
        **({"description": rubric.description} if rubric.description else {}),
        "CFRubricCriteria": criteria,
        "extensions": {
            EXTENSION: {
                "id": rubric.id,
                "version": rubric.version,
                "purpose": rubric.purpose.value,
                "wording": rubric.wording,
                "grades": list(rubric.grades),
                "codes": [
                    {
                        "id": one.id,
                        "label": one.label,
                        "meaning": one.meaning,
                        "scored": list(one.scored),
                        "accountability_value": one.accountability_value,
                        "action": one.action,
                    }
                    for one in rubric.codes
                ],
            }
        },
    }
    document = {
        **named(f"{root}/document"),
        "caseVersion": "1.1",
        "creator": creator,
        "title": rubric.title,
    }
    package = {"CFDocument": document, "CFItems": [], "CFAssociations": [], "CFRubrics": [whole]}
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def left_behind(rubric: Rubric, layout: str) -> tuple[str, ...]:
    """What of a rubric a layout has no room for, in sentences."""
    if layout in ("yaml", "case"):
        return ()
    lost = []
    if rubric.codes:
        lost.append("condition codes")
    if any(one.scale.cut is not None for one in rubric.criteria) and layout != "csv":
        lost.append("the level that meets the standard")
    if layout != "csv":
        lost.append("the ids of criteria and levels")
    if any(
        round(level.value, 2) != level.value
        for one in rubric.criteria
        for level in one.scale.levels
    ):
        lost.append("points beyond two decimals")
    if not lost:
        return ()
    words = lost[0] if len(lost) == 1 else f"{', '.join(lost[:-1])} and {lost[-1]}"
    return (f"This format has no room for {words}. --format yaml holds everything.",)


def _uuid(path: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"calibrate:rubric/{path}"))
