"""Rubrics from YAML, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from calibrate.errors import ArgumentError
from calibrate.exchange.problems import Problems, first_repeat
from calibrate.exchange.source_files import SourceFile, read_source
from calibrate.exchange.yaml_trees import MAX_BYTES, Fields, read_yaml
from calibrate.model.roster import read_grade
from calibrate.model.rubric import (
    ConditionCode,
    Criterion,
    Level,
    Purpose,
    Rubric,
    Scale,
    refuse_total,
)

_RUBRIC = [
    "id",
    "version",
    "title",
    "description",
    "purpose",
    "wording",
    "grades",
    "cut",
    "interval",
    "levels",
    "criteria",
    "codes",
]
_LEVEL = ("id", "label", "value", "descriptor")
_CRITERION = ("id", "name", "description", "levels", "descriptors", "cut", "interval")
_CODE = ("id", "label", "meaning", "scored", "accountability_value", "action")


def read_rubric(path: Path) -> Rubric:
    """Read a rubric from a YAML file.

    Raises
    ------
    DataError
        If it is not YAML; as `ImportRefused` with every problem, each with its line as row.
    """
    return rubric_of(read_source(path, limit=MAX_BYTES))


def rubric_of(source: SourceFile) -> Rubric:
    """Read a rubric from a file that is already open. See `read_rubric`."""
    problems = Problems(source.name)
    fields = Fields(read_yaml(source), problems, "rubric", tuple(_RUBRIC))
    rubric_id = fields.needed("id")
    title = fields.needed("title")
    version = fields.whole("version")
    if version is None and not fields.text("version"):
        fields.problem("version", "The rubric needs a version.", "Start with version: 1.")
    purpose = fields.text("purpose", Purpose.STUDENT_WORK.value)
    if purpose not in {one.value for one in Purpose}:
        fields.problem(
            "purpose",
            "This is not a purpose.",
            "Use one of " + ", ".join(one.value for one in Purpose) + ".",
        )
    criteria = _criteria(fields)
    codes = [_code(Fields(one, problems, "code", _CODE)) for one in fields.maps("codes")]
    grades = _grades(fields)
    cut = fields.text("cut")
    if cut and not any(level.id == cut for one in criteria if one for level in one.scale.levels):
        fields.problem("cut", "The cut is not one of the levels.", "Name a level's id.")
    problems.raise_if_any()
    try:
        return Rubric(
            id=rubric_id,
            version=version or 0,
            title=title,
            criteria=tuple(one for one in criteria if one is not None),
            codes=tuple(one for one in codes if one is not None),
            description=fields.text("description"),
            purpose=Purpose(purpose),
            wording=fields.text("wording", "ours"),
            grades=grades,
        )
    except ArgumentError as error:
        problems.add_error(error, row=1)
        problems.raise_if_any()
        raise


def _grades(fields: Fields) -> tuple[str, ...]:
    grades = []
    for text in fields.texts("grades"):
        try:
            grades.append(read_grade(text))
        except ArgumentError as error:
            fields.problem("grades", error.message, error.fix)
    return tuple(grades)


def _criteria(fields: Fields) -> list[Criterion | None]:
    problems = fields.problems
    shared = _levels(fields)
    found = []
    for number, node in enumerate(fields.maps("criteria"), start=1):
        one = Fields(node, problems, f"criterion {number}", _CRITERION)
        found.append(_criterion(one, shared, fields))
    if not found:
        fields.problem("criteria", "The rubric needs at least one criterion.", "Add a criterion.")
    repeat = first_repeat(one.id.casefold() for one in found if one is not None)
    if repeat is not None:
        fields.problem("criteria", "Two criteria have the same id.", "Rename one of them.")
    return found


def _levels(fields: Fields) -> list[Level]:
    """The levels of a rubric or of one criterion, lowest first; values default to ids or places."""
    levels: list[Level] = []
    for position, node in enumerate(fields.maps("levels"), start=1):
        one = Fields(node, fields.problems, f"level {position}", _LEVEL)
        level_id = one.needed("id")
        value = one.number("value")
        if value is None:
            try:
                value = float(level_id)
            except ValueError:
                value = float(position)
        levels.append(
            Level(level_id, one.text("label", level_id), value, position, one.text("descriptor"))
        )
    return levels


def _criterion(one: Fields, shared: list[Level], rubric: Fields) -> Criterion | None:
    levels = _levels(one) or shared
    criterion_id = one.needed("id")
    name = one.text("name", criterion_id)
    if not levels:
        one.problem("levels", "There are no levels for this criterion.", "List the levels.")
        return None
    descriptors = one.map("descriptors")
    known = {level.id for level in levels}
    for key, value in descriptors.items():
        if key not in known:
            one.problems.add(
                "This descriptor is for a level that the criterion has not.",
                row=value.line,
                column="descriptors",
                fix="Its levels are " + ", ".join(level.id for level in levels) + ".",
            )
    worded = tuple(
        Level(
            level.id,
            level.label,
            level.value,
            level.position,
            (descriptors[level.id].text or "").strip()
            if level.id in descriptors
            else level.descriptor,
        )
        for level in levels
    )
    cut = one.text("cut") or None
    if cut is None and rubric.text("cut") in known:
        cut = rubric.text("cut")
    interval = one.yes("interval", rubric.yes("interval"))
    try:
        refuse_total(criterion_id)
        return Criterion(criterion_id, name, Scale(worded, cut, interval), one.text("description"))
    except ArgumentError as error:
        one.problem(None, error.message, error.fix)
        return None


def _code(one: Fields) -> ConditionCode | None:
    code_id = one.needed("id")
    return ConditionCode(
        code_id,
        one.text("label", code_id),
        one.text("meaning"),
        one.texts("scored"),
        one.number("accountability_value"),
        one.text("action"),
    )


def write_rubric(rubric: Rubric) -> str:
    """Write a rubric as YAML; `read_rubric` reads the same rubric from it."""
    first = rubric.criteria[0].scale
    shared = all(_bare(one.scale) == _bare(first) for one in rubric.criteria)
    tree: dict[str, Any] = {
        "id": rubric.id,
        "version": rubric.version,
        "title": rubric.title,
        "description": rubric.description,
        "purpose": rubric.purpose.value,
        "wording": rubric.wording,
        "grades": list(rubric.grades),
        **(_scale(first) if shared else {}),
        "criteria": [
            _without_gaps(
                {
                    "id": one.id,
                    "name": one.name,
                    "description": one.description,
                    **({} if shared else _scale(one.scale)),
                    "descriptors": {
                        level.id: level.descriptor for level in one.scale.levels if level.descriptor
                    },
                }
            )
            for one in rubric.criteria
        ],
        "codes": [
            _without_gaps(
                {
                    "id": code.id,
                    "label": code.label,
                    "meaning": code.meaning,
                    "scored": list(code.scored),
                    "accountability_value": code.accountability_value,
                    "action": code.action,
                }
            )
            for code in rubric.codes
        ],
    }
    return yaml.safe_dump(_without_gaps(tree), sort_keys=False, allow_unicode=True, width=100)


def _bare(scale: Scale) -> object:
    levels = [(level.id, level.label, level.value) for level in scale.levels]
    return levels, scale.cut, scale.interval


def _scale(scale: Scale) -> dict[str, Any]:
    return {
        "levels": [
            {"id": one.id, "label": one.label, "value": _short(one.value)} for one in scale.levels
        ],
        **({"cut": scale.cut} if scale.cut is not None else {}),
        **({"interval": True} if scale.interval else {}),
    }


def _short(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _without_gaps(tree: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tree.items() if value not in ("", [], {}, None)}
