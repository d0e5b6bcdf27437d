"""Known measures to hold, from a small table: which facet, which element, how many logits."""

from __future__ import annotations

import math
from pathlib import Path

from calibrate.errors import ImportRefused
from calibrate.exchange.cells import plain_heading
from calibrate.exchange.problems import Problems
from calibrate.exchange.tables import read_table

COLUMNS = ("facet", "id", "measure")


def read_anchors(path: Path) -> dict[str, dict[str, float]]:
    """Read anchors from CSV or XLSX with the columns facet, id and measure.

    Parameters
    ----------
    path
        The file; ``facet`` is piece, rater, criterion, the name of a further facet, or step (whose ``id`` is the criterion, a
        colon and the level: ``ORG:3``); ``measure`` is in logits.

    Returns
    -------
    The measures to hold, by facet and id.

    Raises
    ------
    ImportRefused
        With every problem of its columns and rows.
    """
    table = read_table(path)
    problems = Problems(table.file)
    headings = [plain_heading(heading) for heading in table.columns]
    for name in COLUMNS:
        if name not in headings:
            problems.add(
                f"There is no column called {name}.",
                row=1,
                fix="A table of anchors has the columns facet, id and measure.",
            )
    problems.raise_if_any()
    places = [headings.index(name) for name in COLUMNS]
    held: dict[str, dict[str, float]] = {}
    for number, cells in zip(table.numbers, table.rows, strict=True):
        facet, one, text = (cells[at].strip() for at in places)
        if not facet or not one:
            problems.add("The facet or the id is missing.", row=number, fix="Fill it in.")
            continue
        measure = _number(text)
        if measure is None:
            problems.add(
                "This measure is not a number.",
                row=number,
                column="measure",
                fix="Write logits, such as -0.35.",
            )
            continue
        facet = plain_heading(facet)
        if one in held.setdefault(facet, {}):
            problems.add("This id is held twice.", row=number, column="id", fix="Keep one of them.")
            continue
        held[facet][one] = measure
    if not held and not problems.found:
        problems.add("The table holds no anchors.", fix="Check that it was saved.")
    if problems.found:
        raise ImportRefused(problems.found)
    return held


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", ".").replace("−", "-"))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
