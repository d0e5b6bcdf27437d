"""The one error family of Calibrate.

Every error that a user can meet says what is wrong, where (file, row, column), and what to do.
No message names a child or repeats a child's words.
"""

from __future__ import annotations

from collections.abc import Iterable


class CalibrateError(Exception):
    """Something a user can mend.

    Parameters
    ----------
    message
        What is wrong, in plain words.
    file, row, column
        Where: the file's name, the row as a spreadsheet counts it (the header is row 1), the column's name.
    fix
        What to do about it.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.row = row
        self.column = column
        self.fix = fix

    def __str__(self) -> str:
        where = ", ".join(
            part
            for part in (
                self.file,
                f"row {self.row}" if self.row is not None else None,
                _column(self.column) if self.column is not None else None,
            )
            if part
        )
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} {self.fix}" if self.fix else text

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON error object: message, file, row, column, fix."""
        return {
            "message": self.message,
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "fix": self.fix,
        }


def _column(name: str) -> str:
    """An option of a command stands for itself; a column of a table is called one."""
    return name if name.startswith("--") else f"column {name}"


class ArgumentError(CalibrateError, ValueError):
    """A function was called with a value that it cannot use."""


class UsageError(ArgumentError):
    """A command was called in a way in which it cannot run: the mistake is on the command line."""


class DataError(CalibrateError):
    """A file or table holds something that Calibrate cannot accept."""


class ImportRefused(DataError):
    """An import found problems; nothing was changed.

    ``problems`` holds every one of them, in the order of file and row; ``changed`` says that nothing was.
    """

    changed = "nothing was changed"

    def __init__(self, problems: Iterable[CalibrateError], *, fix: str | None = None) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        count = len(self.problems)
        noun = "problem" if count == 1 else "problems"
        super().__init__(
            f"{count} {noun} found{f'; {self.changed}' if self.changed else ''}. First: {first.message}",
            file=first.file,
            row=first.row,
            column=first.column,
            fix=fix or first.fix,
        )


class TableRefused(ImportRefused):
    """A table that was only to be read has problems; there was nothing to change."""

    changed = ""


class NotFound(CalibrateError, LookupError):
    """Something was asked for that the project does not hold."""


class ProjectError(CalibrateError):
    """The project folder, its settings or its database cannot be used as they are."""


class SealError(CalibrateError):
    """A sealed ballot, key or manifest failed a check, or may not be opened."""


class StaleWrite(CalibrateError):
    """An older copy tried to overwrite a newer choice; the newer one was kept."""
