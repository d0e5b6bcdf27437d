"""Tables that Calibrate writes: CSV and XLSX that spreadsheets open without running anything, and that come back as they were."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from calibrate.errors import DataError
from calibrate.exchange.tables import MAX_ROWS

Cell = str | int | float | None
Row = Sequence[Cell]

#: A cell that begins like this is taken for a formula by one spreadsheet or another.
_FORMULA = re.compile(r"^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_GUARDED = re.compile(r"^'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")

#: Signs that no table can hold: XLSX has no way to write them, and readers take a file with them for no text.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

#: The most signs that a cell of a workbook holds.
_LONGEST = 32_767


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table that is written: its heading, and what stands in it."""

    name: str
    meaning: str


@dataclass(frozen=True)
class WrittenTable:
    """A table on its way into a file.

    Parameters
    ----------
    columns
        Its columns, in order.
    rows
        One cell per column. Numbers are written as numbers, None as an empty cell.
    above
        Rows between the headings and the first row, as some other program's layout wants them.
    """

    columns: tuple[Column, ...]
    rows: Sequence[Row]
    above: Sequence[Row] = field(default=())

    @property
    def headings(self) -> list[str]:
        """The first row."""
        return [one.name for one in self.columns]


def guarded(text: str) -> str:
    """A text with an apostrophe before it where a spreadsheet would take it for a formula.

    A text that begins with apostrophes and then such a sign gets one more, so that `unguarded` gives every text back.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text as it was before `guarded`."""
    return text[1:] if _GUARDED.match(text) else text


def writable(text: str) -> str:
    """A text without signs that no table can hold."""
    return _UNWRITABLE.sub("", text)


def moment(at: datetime | None) -> str:
    """A moment as tables have it, such as ``2026-10-02T15:04:05Z``; empty where there is none."""
    return "" if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def number(value: float) -> int | float:
    """A number without a needless ``.0``."""
    return int(value) if value == int(value) else value


def n_guarded(rows: Iterable[Row]) -> int:
    """How many cells begin like a formula."""
    return sum(
        isinstance(cell, str) and _FORMULA.match(cell) is not None for row in rows for cell in row
    )


def csv_bytes(rows: Iterable[Row], *, raw: bool = False, mark: bool = True) -> bytes:
    """Rows as CSV in UTF-8, with RFC 4180's commas, quotation marks and line ends.

    Parameters
    ----------
    rows
        The rows, the headings among them.
    raw
        Cells exactly as they are. Otherwise those that begin like a formula are `guarded`.
    mark
        Whether the file begins with the mark by which Excel knows UTF-8; never where ``raw``.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_text(cell, raw) for cell in row])
    return out.getvalue().encode("utf-8-sig" if mark and not raw else "utf-8")


def xlsx_bytes(rows: Iterable[Row], *, raw: bool = False, sheet: str = "Table") -> bytes:
    """Rows as a workbook of one sheet; a text is written as text, whatever it begins with.

    Raises
    ------
    DataError
        If it is too large for a workbook, or a text for one of its cells.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    ready = [[_text(one, raw) if isinstance(one, str) else one for one in row] for row in rows]
    if len(ready) > MAX_ROWS + 1:
        raise DataError("The table has too many rows for a workbook.", fix="Write it as .csv.")
    if any(isinstance(one, str) and len(one) > _LONGEST for row in ready for one in row):
        raise DataError(
            "A text is longer than a cell of a workbook can hold.", fix="Write the table as .csv."
        )
    book = Workbook(write_only=True)
    book.properties.creator = "Calibrate"
    page = book.create_sheet(sheet)
    for row in ready:
        cells = []
        for one in row:
            cell = WriteOnlyCell(page, None if isinstance(one, str) else one)
            if isinstance(one, str) and one:
                cell.value = one
                cell.data_type = "s"  # openpyxl would make a formula of what begins with "="
            cells.append(cell)
        page.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(cell: Cell, raw: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = writable(cell)
        return text if raw else guarded(text)
    return str(number(cell)) if isinstance(cell, float) else str(cell)
