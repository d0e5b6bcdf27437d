"""The one careful reader of tables: CSV and XLSX as text, cell by cell, nothing guessed.

``001`` stays ``001`` and the codes ``NA`` and ``None`` stay what they are. Messages name columns by
their letter until a reader has recognised them, because the first line of a table without headings
may hold a child's name.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from calibrate.errors import DataError
from calibrate.exchange.problems import Problems
from calibrate.exchange.source_files import SourceFile, decode_text, looks_like, read_source

MAX_ROWS = 1_000_000
MAX_COLUMNS = 400
_SPACES = " \t\r\n\u00a0\ufeff\u200b"
_SCIENTIFIC = re.compile(r"^\d+(?:[.,]\d+)?[eE]\+\d+$")
_MISTAKEN = {
    "ole": ("This is an old Excel file (.xls).", "Save it as .xlsx or as CSV."),
    "odf": ("This is an OpenDocument table.", "Save it as .xlsx or as CSV."),
    "docx": ("This is a Word document, not a table.", "Copy its table into a spreadsheet."),
    "pdf": ("This is a PDF, not a table.", "Ask for the table as .xlsx or CSV."),
    "pages": ("This is a Numbers or Pages file.", "Export it as .xlsx or as CSV."),
    "zip": ("This is a packed folder, not a table.", "Unpack it and name the table in it."),
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text.

    Parameters
    ----------
    file
        How messages name it.
    columns
        The headings as they stand in the file, without spaces around them; no two alike.
    rows
        The rows that hold anything, each with one text per column, without spaces around them.
    numbers
        Beside each row, its number as a spreadsheet counts it (the headings are row 1).
    sha256
        The hash of the file.
    warnings
        What was let pass.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    sha256: str
    warnings: tuple[str, ...] = ()


def read_table(path: Path, *, name: str | None = None) -> Table:
    """Read a CSV or XLSX file.

    CSV may be separated by comma, semicolon or tab, in UTF-8, UTF-16 or Windows' old code (with a
    warning). Of a workbook the first sheet that holds anything is read. Empty rows, and columns that
    have neither heading nor content, are dropped.

    Raises
    ------
    DataError
        If it is no table, is too large, or is damaged; as `ImportRefused` with every broken row.
    """
    return table_of(read_source(path, name=name))


def table_of(source: SourceFile) -> Table:
    """Read a table from a file that is already open. See `read_table`."""
    kind = looks_like(source.content)
    problems = Problems(source.name)
    if kind == "xlsx":
        from calibrate.exchange.workbooks import workbook_rows

        raw = workbook_rows(source, problems)
    elif kind == "text":
        raw = _csv_rows(source, problems)
    else:
        message, fix = _MISTAKEN.get(
            kind, ("This is neither CSV nor XLSX.", "Save the table as .xlsx or as CSV.")
        )
        raise DataError(message, file=source.name, fix=fix)
    table = _assemble(source, raw, problems)
    problems.raise_if_any()
    return table


def column_letter(index: int) -> str:
    """The letter of a column as a spreadsheet shows it: 0 is ``A``, 26 is ``AA``."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def is_spoilt_id(text: str) -> bool:
    """Whether a spreadsheet turned a long id into scientific notation, such as ``1.23E+11``."""
    return bool(_SCIENTIFIC.match(text))


def near_spellings(noun: str, ids: Iterable[object]) -> str:
    """A warning of ids that differ in capitals or spaces alone: they are two, and hardly ever meant so; else empty."""
    spellings: dict[str, set[str]] = {}
    for one in dict.fromkeys(map(str, ids)):
        spellings.setdefault("".join(one.split()).casefold(), set()).add(one)
    near = sum(len(found) > 1 for found in spellings.values())
    if not near:
        return ""
    which = f"1 {noun} occurs" if near == 1 else f"{near} {noun}s occur"
    return (
        f"{which} in spellings that differ in capitals or spaces alone (P1 and p1); each spelling counts as a {noun} of its "
        "own. Spell them alike if they are the same."
    )


def _csv_rows(source: SourceFile, problems: Problems) -> list[Sequence[str]]:
    text, guessed = decode_text(source.content, source.name)
    if guessed:
        problems.warn("The file is not in UTF-8; it was read in Windows' old code (cp1252).")
    if any(ord(sign) < 32 and sign not in "\t\r\n\f\v" for sign in set(text)):
        raise DataError(
            "This does not read as a table.", file=source.name, fix="Save it as CSV in UTF-8."
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[Sequence[str]] = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > MAX_ROWS + 1:  # the heading is no row of the table
                raise _too_long(source)
    except csv.Error:
        raise DataError(
            "Quotation marks do not match from here on.",
            file=source.name,
            row=len(rows) + 1,
            fix='Close each "quoted text"; write a quotation mark within it twice ("").',
        ) from None
    if rows and rows[0] and rows[0][0].lower() == "sep=" and not any(rows[0][1:]):
        rows[0] = ()  # a line that tells Excel the separator
    return rows


def _delimiter(text: str) -> str:
    lines = text.splitlines()[:3]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        return lines[0][4]
    head = next((line for line in lines if line.strip(_SPACES)), "")
    unquoted = re.sub(r'"[^"]*"', "", head)
    return max(",;\t", key=unquoted.count)


def _too_long(source: SourceFile) -> DataError:
    return DataError(
        f"The table has more than {MAX_ROWS:,} rows.", file=source.name, fix="Split it."
    )


def _assemble(source: SourceFile, raw: Iterable[Sequence[str]], problems: Problems) -> Table:
    headings: list[str] | None = None
    kept: list[list[str]] = []
    numbers: list[int] = []
    for number, cells in enumerate(raw, start=1):
        row = [cell.strip(_SPACES) for cell in cells]
        while row and not row[-1]:
            row.pop()
        if not row:
            continue
        if headings is None:
            headings = row
            if len(headings) > MAX_COLUMNS:
                raise DataError(
                    f"The table has more than {MAX_COLUMNS} columns.",
                    file=source.name,
                    fix="Check what separates its columns.",
                )
            continue
        kept.append(row)
        numbers.append(number)
    if headings is None:
        raise DataError("The table is empty.", file=source.name, fix="Check that it was saved.")
    width = len(headings)
    for row, number in zip(kept, numbers, strict=True):
        if len(row) > width:
            problems.add(
                f"The row has {len(row)} cells and the headings are {width}.",
                row=number,
                fix="Give each column a heading; put text that holds a comma in quotation marks.",
            )
        row.extend([""] * (width - len(row)))
    return _named(source, headings, kept, numbers, problems)


def _named(
    source: SourceFile,
    headings: list[str],
    rows: list[list[str]],
    numbers: list[int],
    problems: Problems,
) -> Table:
    """Drop columns without a heading, and refuse two with the same one."""
    first: dict[str, int] = {}
    for index, heading in enumerate(headings):
        if not heading:
            continue
        twin = first.setdefault(heading.casefold(), index)
        if twin != index:
            problems.add(
                f"Columns {column_letter(twin)} and {column_letter(index)} have the same heading.",
                row=1,
                column=column_letter(index),
                fix="Rename or remove one of them.",
            )
    unnamed = [index for index, heading in enumerate(headings) if not heading]
    for index in unnamed:
        if any(row[index] for row in rows):
            problems.warn(f"Column {column_letter(index)} has no heading and was left out.")
    if unnamed:
        keep = [index for index, heading in enumerate(headings) if heading]
        rows = [[row[index] for index in keep] for row in rows]
        headings = [headings[index] for index in keep]
    return Table(
        file=source.name,
        columns=tuple(headings),
        rows=tuple(tuple(row) for row in rows),
        numbers=tuple(numbers),
        sha256=source.sha256,
        warnings=tuple(problems.warnings),
    )
