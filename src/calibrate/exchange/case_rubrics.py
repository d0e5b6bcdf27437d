"""Rubrics from CASE files (JSON): a bare rubric, an answer that holds one, or a package."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from calibrate.errors import DataError
from calibrate.exchange.foreign_rubrics import ForeignCriterion, ForeignLevel, ForeignRubric
from calibrate.exchange.problems import Problems
from calibrate.exchange.rubric_layouts import EXTENSION
from calibrate.exchange.source_files import SourceFile, decode_text
from calibrate.model.roster import GRADES
from calibrate.model.rubric import ConditionCode, Purpose

MAX_VERSION = 1_000_000
"""No rubric has been changed more often than this."""

_CRITERIA = ("CFRubricCriteria", "CFRubricCriterion")


def is_case(content: bytes) -> bool:
    """Whether a file is JSON that speaks of CASE."""
    opens = content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    return (
        opens
        and re.search(rb'"CF(Rubric|Document|Package|Item)', content, re.IGNORECASE) is not None
    )


def case_rubric_of(source: SourceFile, problems: Problems) -> ForeignRubric:
    """Read the one rubric of a CASE file.

    Parameters
    ----------
    source
        The file.
    problems
        Where what is wrong is noted, and what was left out.

    Raises
    ------
    DataError
        If it is no such file; as `ImportRefused` with every problem.
    """
    text, _ = decode_text(source.content, source.name)
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        raise DataError(
            "This is not JSON as CASE has it.", file=source.name, fix="Export it again."
        ) from None
    found = _rubrics(_Node(tree))
    if len(found) != 1:
        many = f"The file holds {len(found)} rubrics." if found else "The file holds no rubric."
        fix = (
            "Keep one in it, and bring in one after the other."
            if found
            else "Many frameworks publish standards alone; write the rubric in YAML then."
        )
        problems.add(many, column="CFRubrics", fix=fix)
        problems.raise_if_any()
    return _rubric(found[0], problems)


class _Node:
    """An object of the file, whatever the capitals of its keys; null is as good as not there."""

    def __init__(self, value: object) -> None:
        held = value if isinstance(value, Mapping) else {}
        self._held = {str(key).casefold(): item for key, item in held.items() if item is not None}

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._held

    def get(self, name: str) -> Any:
        return self._held.get(name.casefold())

    def text(self, name: str) -> str:
        value = self.get(name)
        return value.strip() if isinstance(value, str) else ""

    def number(self, name: str) -> float | None:
        value = self.get(name)
        if isinstance(value, bool):
            return None
        try:
            found = float(value)
        except (TypeError, ValueError, OverflowError):
            return None
        return found if math.isfinite(found) else None

    def nodes(self, *names: str) -> list[_Node]:
        for name in names:
            value = self.get(name)
            if isinstance(value, list):
                return [_Node(one) for one in value if isinstance(one, Mapping)]
        return []

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.get(name)
        return tuple(str(one) for one in value) if isinstance(value, list) else ()

    @property
    def ours(self) -> _Node:
        """What a file from here keeps in its extensions: an object, or on levels a list of them."""
        held = self.get("extensions")
        for one in held if isinstance(held, list) else [held]:
            if isinstance(one, Mapping) and EXTENSION in one:
                return _Node(one[EXTENSION])
        return _Node({})


def _rubrics(tree: _Node) -> list[_Node]:
    if "CFPackage" in tree:
        tree = _Node(tree.get("CFPackage"))
    if any(name in tree for name in _CRITERIA):
        return [tree]
    if "CFRubric" in tree:
        return [_Node(tree.get("CFRubric"))]
    return tree.nodes("CFRubrics")


def _in_order(nodes: list[_Node]) -> list[_Node]:
    """By position; as they stand in the file where somebody has none."""
    places = [one.number("position") for one in nodes]
    if any(place is None for place in places):
        return nodes
    return [nodes[i] for i in sorted(range(len(nodes)), key=lambda i: (places[i] or 0, i))]


def _rubric(node: _Node, problems: Problems) -> ForeignRubric:
    ours = node.ours
    title = node.text("title")
    if not title:
        problems.add("The rubric has no title.", column="title", fix="Give it one.")
    criteria = []
    for number, one in enumerate(_in_order(node.nodes(*_CRITERIA)), start=1):
        if (found := _criterion(one, number, problems)) is not None:
            criteria.append(found)
    if not criteria and not problems.found:
        problems.add("The rubric has no criterion.", column="CFRubricCriteria", fix="Add one.")
    version = _version(ours, problems)
    problems.raise_if_any()
    purpose = ours.text("purpose")
    return ForeignRubric(
        title,
        criteria,
        node.text("description"),
        ours.text("id"),
        version,
        tuple(_code(one) for one in ours.nodes("codes") if one.text("id")),
        Purpose(purpose) if purpose in {one.value for one in Purpose} else Purpose.STUDENT_WORK,
        ours.text("wording") or "theirs",
        tuple(one for one in ours.texts("grades") if one in GRADES),
    )


def _version(ours: _Node, problems: Problems) -> int | None:
    """The version that a file from here keeps; none where it keeps none."""
    if "version" not in ours:
        return None
    found = ours.number("version")
    if found is None or found != int(found) or not 1 <= found <= MAX_VERSION:
        problems.add(
            "The rubric's version is not a whole number as rubrics have it.",
            column="version",
            fix=f"Write one from 1 to {MAX_VERSION:,}, or leave it out.",
        )
        return None
    return int(found)


def _criterion(node: _Node, number: int, problems: Problems) -> ForeignCriterion | None:
    ours = node.ours
    where = f"criterion {number}"
    name, about = node.text("category"), node.text("description")
    if not name:
        name, about = about, ""
    if not name:
        problems.add(
            "The criterion has neither category nor description.", column=where, fix="Name it."
        )
        return None
    levels = _levels(node, where, problems)
    if levels is None:
        return None
    if "CFItemURI" in node:
        problems.warn("The standard that it belongs to was left out.", column=where)
    cut = ours.text("cut") or None
    return ForeignCriterion(
        name, levels, about, None, ours.text("id"), cut, ours.get("interval") is True
    )


def _levels(node: _Node, where: str, problems: Problems) -> list[ForeignLevel] | None:
    nodes = _in_order(node.nodes("CFRubricCriterionLevels", "CFRubricCriterionLevel"))
    scores = [one.number("score") for one in nodes]
    if len(nodes) < 2:
        problems.add("The criterion needs at least two levels.", column=where, fix="Add a level.")
        return None
    if any(one is None for one in scores):
        if any(one is not None for one in scores):
            problems.add(
                "Some levels have a score and some have none.",
                column=where,
                fix="Give all of them a score. What is not a level (blank, off topic) does not belong here.",
            )
            return None
        problems.warn("The levels have no score: they count from 1 in their order.", column=where)
        scores = [float(place) for place in range(1, len(nodes) + 1)]
    if any(one.text("feedback") for one in nodes):
        problems.warn("Feedback beside levels was left out.", column=where)
    return [
        ForeignLevel(
            one.text("quality") or f"{score:g}",
            score or 0.0,
            one.text("description"),
            one.ours.text("id"),
        )
        for one, score in zip(nodes, scores, strict=True)
    ]


def _code(node: _Node) -> ConditionCode:
    return ConditionCode(
        node.text("id"),
        node.text("label") or node.text("id"),
        node.text("meaning"),
        node.texts("scored"),
        node.number("accountability_value"),
        node.text("action"),
    )
