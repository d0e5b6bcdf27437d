"""Read the first sheet of an XLSX workbook as text."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from calibrate.errors import CalibrateError, DataError
from calibrate.exchange.problems import Problems
from calibrate.exchange.source_files import SourceFile, refuse_zip_bomb
from calibrate.exchange.tables import MAX_COLUMNS, MAX_ROWS, column_letter

_EXACT = 10**15  # Excel keeps 15 digits of a number


def workbook_rows(source: SourceFile, problems: Problems) -> list[Sequence[str]]:
    """The rows of the first visible sheet that holds anything, as text.

    Values are read as they were last computed; formulas are not run. Cells that show an error
    (``#REF!``) and numbers too long for Excel to keep are problems.

    Raises
    ------
    DataError
        If the workbook is damaged, locked, empty or too large.
    """
    refuse_zip_bomb(source.content, source.name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _first_sheet(source, problems)
    except CalibrateError:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises whatever a damaged part leads to
        raise DataError(
            "The workbook is damaged and cannot be read.",
            file=source.name,
            fix="Open it in Excel, save it again, or save it as CSV.",
        ) from None


def _first_sheet(source: SourceFile, problems: Problems) -> list[Sequence[str]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(source.content), read_only=True, data_only=True)
    try:
        filled = []
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()
            if any(cell is not None for row in sheet.iter_rows(values_only=True) for cell in row):
                filled.append(sheet)
        if not filled:
            raise DataError(
                "The workbook holds no table.", file=source.name, fix="Check that it was saved."
            )
        if len(filled) > 1:
            problems.warn(f"The workbook has {len(filled)} sheets; only the first one was read.")
        return _rows_of(filled[0], source, problems)
    finally:
        book.close()


def _rows_of(sheet: Any, source: SourceFile, problems: Problems) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > MAX_ROWS + 1:  # the heading is no row of the table
            raise DataError("The sheet has too many rows.", file=source.name, fix="Split it.")
        row = []
        for index, cell in enumerate(cells[: MAX_COLUMNS + 1]):
            text = _text(cell.value)
            if cell.data_type == "e":
                problems.add(
                    "The cell shows an error of the spreadsheet instead of a value.",
                    row=number,
                    column=column_letter(index),
                    fix="Mend the formula, or type the value.",
                )
            elif text is None:
                problems.add(
                    "The number is longer than Excel can keep, so its last digits are lost.",
                    row=number,
                    column=column_letter(index),
                    fix="Format the column as text and enter the number again.",
                )
            row.append(text or "")
        rows.append(row)
    return rows


def _text(value: Any) -> str | None:
    """A cell as text; None where Excel has lost digits of it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if abs(value) >= _EXACT:
            return None
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
