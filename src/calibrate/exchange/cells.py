"""Read the cells of a checked table: columns by name, dates, numbers, ids, lists."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from calibrate.errors import ArgumentError, ImportRefused
from calibrate.exchange.problems import Problems
from calibrate.exchange.tables import Table, column_letter, is_spoilt_id
from calibrate.model.ids import check_slug
from calibrate.model.roster import read_grade

_AMERICAN = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")
MAX_ID = 128


def plain_heading(heading: str) -> str:
    """A heading as readers compare it: lower case, words joined by ``_``."""
    return re.sub(r"[\s-]+", "_", heading.strip().casefold())


class Columns:
    """The columns of a table under the names that a reader knows.

    Parameters
    ----------
    table
        The table.
    required, optional
        Names of columns. A missing required one refuses the table; another column is left out with
        a warning, unless ``others`` says that they have a meaning.
    mapping
        From our names to the headings of the file, where they differ.
    """

    def __init__(
        self,
        table: Table,
        problems: Problems,
        *,
        required: tuple[str, ...],
        optional: tuple[str, ...] = (),
        others: bool = False,
        mapping: Mapping[str, str] | None = None,
    ) -> None:
        self.table = table
        self.problems = problems
        own = {plain_heading(theirs): ours for ours, theirs in (mapping or {}).items()}
        found: dict[str, int] = {}
        self.others: list[tuple[int, str]] = []
        for index, heading in enumerate(table.columns):
            plain = plain_heading(heading)
            name = own.get(plain, plain)
            if name in (*required, *optional) and name not in found:
                found[name] = index
            else:
                self.others.append((index, heading))
        missing = [name for name in required if name not in found]
        for name in missing:
            problems.add(
                f"The column {name} is missing.",
                row=1,
                fix="The first row must hold the headings; needed are " + ", ".join(required) + ".",
            )
        if missing:
            raise ImportRefused(problems.found)
        if self.others and not others:
            letters = ", ".join(column_letter(index) for index, _ in self.others)
            noun = "Column" if len(self.others) == 1 else "Columns"
            problems.warn(f"{noun} {letters} not known here and left out.")
        self.found = found

    def __contains__(self, name: str) -> bool:
        return name in self.found

    def __iter__(self) -> Iterator[Row]:
        for number, cells in zip(self.table.numbers, self.table.rows, strict=True):
            yield Row(number, cells, self)


class Row:
    """One row; what cannot be read is noted as a problem and comes back as None."""

    __slots__ = ("_columns", "cells", "number")

    def __init__(self, number: int, cells: tuple[str, ...], columns: Columns) -> None:
        self.number = number
        self.cells = cells
        self._columns = columns

    def text(self, name: str) -> str:
        """The cell as it stands; empty where the table has no such column."""
        index = self._columns.found.get(name)
        return "" if index is None else self.cells[index]

    def problem(self, name: str | None, message: str, fix: str | None = None) -> None:
        """Note a problem of this row."""
        self._columns.problems.add(message, row=self.number, column=name, fix=fix)

    def warn(self, name: str | None, message: str) -> None:
        """Note a warning about this row."""
        self._columns.problems.warn(message, row=self.number, column=name)

    def needed(self, name: str) -> str | None:
        """The cell; an empty one is a problem."""
        value = self.text(name)
        if not value:
            self.problem(name, "This cell must not be empty.", "Fill it in.")
            return None
        return value

    def id(self, name: str, *, needed: bool = True) -> str | None:
        """An id: not empty, not spoilt by a spreadsheet, on one line, at most 128 signs."""
        value = self.needed(name) if needed else (self.text(name) or None)
        if value is None:
            return None
        if is_spoilt_id(value):
            self.problem(
                name,
                "A spreadsheet turned this id into scientific notation, so its digits are lost.",
                "Format the column as text and enter the ids again.",
            )
            return None
        if len(value) > MAX_ID or not value.isprintable():
            self.problem(name, "This cannot be an id.", f"Use at most {MAX_ID} letters or digits.")
            return None
        return value

    def slug(self, name: str, *, needed: bool = True) -> str | None:
        """An id of our own kind: letters, digits, dots, dashes and underscores, at most 64."""
        value = self.id(name, needed=needed)
        if value is None:
            return None
        try:
            return check_slug(value, name)
        except ArgumentError as error:
            self.problem(name, "This cannot be used as an id.", error.fix)
            return None

    def grade(self, name: str) -> str | None:
        """The code of a grade written as schools write it."""
        value = self.needed(name)
        if value is None:
            return None
        try:
            return read_grade(value)
        except ArgumentError as error:
            self.problem(name, "This is not a grade.", error.fix)
            return None

    def date(self, name: str, *, needed: bool = False) -> date | None:
        """A day as ``2026-10-02`` or ``10/2/2026`` (month first)."""
        value = self.needed(name) if needed else self.text(name)
        if not value:
            return None
        day = read_day(value)
        if day is None:
            self.problem(name, "This is not a date.", "Write dates like 2026-10-02.")
        return day

    def moment(self, name: str) -> datetime | None:
        """A moment such as ``2026-10-02T15:04:05Z``, in UTC; without a zone it is taken as UTC."""
        value = self.text(name)
        if not value:
            return None
        moment = read_moment(value)
        if moment is None:
            self.problem(
                name, "This is not a date and time.", "Write them like 2026-10-02T15:04:05Z."
            )
        return moment

    def number_at_least(self, name: str, least: float) -> float | None:
        """A number that is not below ``least``; None where the cell is empty."""
        value = self.text(name)
        if not value:
            return None
        try:
            number = float(value.replace(",", ".", 1))
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number >= least):
            self.problem(name, f"This is not a number from {least:g} up.", "Write it in digits.")
            return None
        return number

    def several(self, name: str) -> tuple[str, ...]:
        """Entries joined by ``;``, without empty ones."""
        return tuple(part.strip() for part in self.text(name).split(";") if part.strip())


def read_day(value: str) -> date | None:
    """A day as ``2026-10-02`` or ``10/2/2026`` (month first), or None."""
    if american := _AMERICAN.match(value):
        month, day, year = (int(part) for part in american.groups())
    else:
        parts = value.split("-")
        if len(value) != 10 or len(parts) != 3 or not all(part.isdecimal() for part in parts):
            return None
        year, month, day = (int(part) for part in parts)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_moment(value: str) -> datetime | None:
    """An ISO 8601 moment or day in UTC, or None."""
    if (day := read_day(value)) is not None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
