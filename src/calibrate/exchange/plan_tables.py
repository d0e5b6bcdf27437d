"""What is to be read and who can read it, from two tables."""

from __future__ import annotations

from pathlib import Path

from calibrate.exchange.cells import Columns, Row
from calibrate.exchange.problems import Problems
from calibrate.exchange.tables import read_table
from calibrate.model.reading_plan import PlanPiece, PlanRater

_YES = {"yes", "y", "1", "true", "x", "anchor"}
_NO = {"", "no", "n", "0", "false"}


def read_plan_pieces(path: Path) -> tuple[list[PlanPiece], list[str]]:
    """Pieces to read, and warnings.

    Columns ``piece`` and, as far as they are there, ``classroom`` or ``piece_classroom`` (whose student wrote it), ``teacher``
    (raters who teach the writer, joined by ``;``), ``readings`` and ``anchor`` (yes or no).
    """
    table = read_table(path)
    problems = Problems(table.file)
    columns = Columns(
        table,
        problems,
        required=("piece",),
        optional=("classroom", "piece_classroom", "teacher", "readings", "anchor"),
        others=True,
    )
    found: list[PlanPiece] = []
    seen: set[str] = set()
    for row in columns:
        piece, readings, anchor = row.id("piece"), _number(row, "readings", 1), _yes(row, "anchor")
        if piece is None or not _once(row, "piece", piece, seen):
            continue
        classroom = row.text("classroom") or row.text("piece_classroom")
        found.append(PlanPiece(piece, classroom, _several(row.text("teacher")), readings, anchor))
    problems.raise_if_any()
    return found, problems.warnings


def read_plan_raters(path: Path) -> tuple[list[PlanRater], list[str]]:
    """Raters, and warnings.

    Columns ``rater`` and, as far as they are there, ``school``, ``classroom`` (theirs, joined by ``;``) and ``capacity``.
    """
    table = read_table(path)
    problems = Problems(table.file)
    columns = Columns(
        table,
        problems,
        required=("rater",),
        optional=("school", "classroom", "capacity"),
        others=True,
    )
    found: list[PlanRater] = []
    seen: set[str] = set()
    for row in columns:
        rater, capacity = row.id("rater"), _number(row, "capacity", 0)
        if rater is None or not _once(row, "rater", rater, seen):
            continue
        found.append(
            PlanRater(rater, row.text("school"), _several(row.text("classroom")), capacity)
        )
    problems.raise_if_any()
    return found, problems.warnings


def _several(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(";") if part.strip())


def _once(row: Row, name: str, value: str, seen: set[str]) -> bool:
    if value in seen:
        row.problem(name, f"This {name} comes twice.", f"List every {name} once.")
        return False
    seen.add(value)
    return True


def _number(row: Row, name: str, least: int) -> int | None:
    text = row.text(name)
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 6 and int(text) >= least:
        return int(text)
    row.problem(name, f"This must be a whole number, at least {least}.")
    return None


def _yes(row: Row, name: str) -> bool:
    text = row.text(name).lower()
    if text not in _YES | _NO:
        row.problem(name, "This must be yes or no.")
    return text in _YES
