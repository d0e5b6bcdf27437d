"""Rubrics from Canvas's rubric CSV: one row per criterion, with name, description and points of each rating across."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass

from calibrate.errors import DataError
from calibrate.exchange.foreign_rubrics import ForeignCriterion, ForeignLevel, ForeignRubric
from calibrate.exchange.problems import Problems
from calibrate.exchange.source_files import SourceFile, decode_text
from calibrate.exchange.written_tables import unguarded

_RUBRIC, _CRITERION, _ABOUT, _RANGE = (
    "rubric name",
    "criteria name",
    "criteria description",
    "criteria enable range",
)
_PARTS = ("rating name", "rating description", "rating points")


@dataclass(frozen=True, slots=True)
class _Layout:
    rubric: int
    criterion: int
    about: int | None
    ranged: int | None
    ratings: tuple[tuple[int, int | None, int | None], ...]


def is_canvas_rubric(content: bytes) -> bool:
    """Whether a file's first line is that of Canvas's rubric CSV."""
    head = content[:4096].decode("utf-8-sig", "ignore").casefold().splitlines()
    return bool(head) and _RUBRIC in head[0] and _CRITERION in head[0]


def canvas_rubric_of(source: SourceFile, problems: Problems) -> ForeignRubric:
    """Read a rubric from Canvas's CSV.

    Parameters
    ----------
    source
        The file.
    problems
        Where what is wrong is noted, with its row.

    Raises
    ------
    DataError
        If it is no such table; as `ImportRefused` with every problem.
    """
    text, _ = decode_text(source.content, source.name)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise DataError(
            "Quotation marks do not match.",
            file=source.name,
            fix="Export the rubric from Canvas again.",
        ) from None
    cells = [[unguarded(cell.strip()) for cell in row] for row in rows]
    layout = _layout(cells[0] if cells else [], problems)
    titles: dict[str, None] = {}
    criteria = []
    for number, row in enumerate(cells[1:], start=2):
        if not any(row):
            continue
        titles.setdefault(_at(row, layout.rubric))
        if (found := _criterion(row, number, layout, problems)) is not None:
            criteria.append(found)
    if "" in titles:
        problems.add("A row has no rubric name.", column="Rubric Name", fix="Fill it in.")
    if len(titles) > 1:
        problems.add(
            f"The file holds {len(titles)} rubrics.",
            fix="Keep the rows of one in it, and bring in one after the other.",
        )
    if not titles:
        problems.add("The file holds no criterion.", fix="Export the rubric from Canvas again.")
    problems.raise_if_any()
    return ForeignRubric(next(iter(titles)), criteria)


def _layout(headings: list[str], problems: Problems) -> _Layout:
    plain = [one.casefold() for one in headings]
    place = {
        name: plain.index(name) if name in plain else None
        for name in (_RUBRIC, _CRITERION, _ABOUT, _RANGE)
    }
    names = [at for at, one in enumerate(plain) if _PARTS[0] in one]
    rubric, criterion = place[_RUBRIC], place[_CRITERION]
    if rubric is None or criterion is None or not names:
        problems.add(
            "The headings are not those of Canvas's rubric file.",
            row=1,
            fix="Needed are Rubric Name, Criteria Name, and Rating Name, Rating Description, Rating Points for each rating.",
        )
        problems.raise_if_any()
    ratings = []
    for at, following in zip(names, [*names[1:], len(plain)], strict=True):
        mine = {part: [i for i in range(at, following) if part in plain[i]] for part in _PARTS[1:]}
        first = [found[0] if found else None for found in mine.values()]
        ratings.append((at, first[0], first[1]))
    return _Layout(rubric or 0, criterion or 0, place[_ABOUT], place[_RANGE], tuple(ratings))


def _criterion(
    row: list[str], number: int, layout: _Layout, problems: Problems
) -> ForeignCriterion | None:
    name = _at(row, layout.criterion)
    if not name:
        problems.add(
            "The criterion has no name.", row=number, column="Criteria Name", fix="Fill it in."
        )
    if _at(row, layout.ranged).casefold() in ("true", "1"):
        problems.warn(
            "Canvas gives a range of points here; each level has the one number that stands in its cell.",
            row=number,
        )
    levels = []
    for at, about, points in layout.ratings:
        label, said = _at(row, at), _at(row, points)
        if not (label or said or _at(row, about)):
            continue
        value = _points(said)
        if not label and value is not None:
            label = said
            problems.warn(
                f"A rating has {said} points and no name, so it is called {said}.", row=number
            )
        if value is None:
            problems.add(
                f"A rating has a {'name' if label else 'description'} and no points.",
                row=number,
                column="Rating Points",
                fix="Write one number for each rating, also where Canvas hides points.",
            )
            continue
        levels.append(ForeignLevel(label, value, _at(row, about)))
    if len(levels) < 2 and name:
        problems.add("The criterion needs at least two ratings.", row=number, fix="Add a rating.")
        return None
    return ForeignCriterion(name, levels, _at(row, layout.about), number) if name else None


def _at(row: list[str], at: int | None) -> str:
    return row[at] if at is not None and at < len(row) else ""


def _points(text: str) -> float | None:
    try:
        value = float(text.replace(",", ".", 1))
    except ValueError:
        return None
    return round(value, 2) if math.isfinite(value) else None
