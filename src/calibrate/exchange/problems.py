"""Gather every problem of a file before anything is refused, so that it is mended in one go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from calibrate.errors import CalibrateError, DataError, ImportRefused

_Value = TypeVar("_Value")


class Problems:
    """The problems and warnings of one file, in the order in which they are met.

    Parameters
    ----------
    file
        How messages name the file. Never a file of student work: those names name children.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[CalibrateError] = []
        self.warnings: list[str] = []

    def add(
        self,
        message: str,
        *,
        row: int | None = None,
        column: str | None = None,
        fix: str | None = None,
        file: str | None = None,
    ) -> None:
        """Note a problem. ``message`` states the rule that is broken and quotes no cell."""
        self.found.append(
            DataError(message, file=file or self.file, row=row, column=column, fix=fix)
        )

    def add_error(
        self, error: CalibrateError, *, row: int | None = None, column: str | None = None
    ) -> None:
        """Note a problem that a record's own rule found, and say where it was."""
        self.add(
            error.message,
            row=error.row or row,
            column=error.column or column,
            fix=error.fix,
            file=error.file,
        )

    def warn(self, message: str, *, row: int | None = None, column: str | None = None) -> None:
        """Note something that is let pass but that the reader should know."""
        self.warnings.append(str(DataError(message, file=self.file, row=row, column=column)))

    def take(self, other: Problems) -> None:
        """Add another file's problems and warnings to these."""
        self.found.extend(other.found)
        self.warnings.extend(other.warnings)

    def raise_if_any(self) -> None:
        """Refuse the import if there is any problem, with all of them.

        Raises
        ------
        ImportRefused
            With every problem found.
        """
        if self.found:
            raise ImportRefused(self.found)


def first_repeat(values: Iterable[_Value]) -> _Value | None:
    """The first value that comes a second time, or None."""
    seen: set[_Value] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None
