"""The index of a folder of student work, with its tasks and windows beside it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath

from calibrate.exchange.cells import Columns, Row
from calibrate.exchange.problems import Problems
from calibrate.exchange.source_files import read_source
from calibrate.exchange.tables import table_of
from calibrate.exchange.tasks import read_tasks
from calibrate.exchange.windows import read_windows
from calibrate.model.work import Task, Window

INDEX, TASKS, WINDOWS = "index.csv", "tasks.csv", "windows.csv"
MAX_FILES = 20
_NOTHING = {"none", "no", "n/a", "-"}
REQUIRED = ("piece", "window")
OPTIONAL = (
    "student",
    "task",
    "genre",
    "language",
    "accommodations",
    "not_scored",
    "collected_on",
    "files",
    "support",
    "next_step",
    "grade",
    "parts",
)


@dataclass(frozen=True, slots=True)
class PieceRow:
    """A piece as the index has it; ids are those of the file.

    ``files`` are paths in the folder; an empty one means a score without scanned work.
    """

    row: int
    piece: str
    student: str
    task: str
    window: str
    genre: str
    language: str
    accommodations: tuple[str, ...]
    not_scored: tuple[str, ...]
    collected_on: date | None
    files: tuple[Path, ...]
    support: str
    next_step: str
    grade: str | None
    parts: tuple[str, ...]


@dataclass(slots=True)
class WorkIndex:
    """A checked index; what is left to check needs the project."""

    pieces: list[PieceRow] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    problems: Problems = field(default_factory=lambda: Problems(INDEX))
    sha256: str = ""


def read_work_index(path: Path) -> WorkIndex:
    """Read ``index.csv`` of a folder of work, and ``tasks.csv`` and ``windows.csv`` where they are.

    Parameters
    ----------
    path
        The folder, or the index in it.

    Raises
    ------
    DataError
        If the index is not there or is no table. Problems of single rows are returned.
    """
    folder = path if path.is_dir() else path.parent
    found = WorkIndex()
    if (folder / WINDOWS).exists():
        found.windows = read_windows(read_source(folder / WINDOWS), found.problems)
    if (folder / TASKS).exists():
        found.tasks = read_tasks(read_source(folder / TASKS), found.problems)
    source = read_source(folder / INDEX if path.is_dir() else path, name=INDEX)
    found.sha256 = source.sha256
    table = table_of(source)
    found.problems.warnings.extend(table.warnings)
    columns = Columns(table, found.problems, required=REQUIRED, optional=OPTIONAL)
    reader = _PieceReader(folder)
    found.pieces = [piece for row in columns if (piece := reader.read(row)) is not None]
    if not table.rows:
        found.problems.add("The table has headings and no rows.", fix="Add the pieces.")
    _warn_of_unlisted(set(reader.names), set(reader.used), found.problems)
    return found


def _warn_of_unlisted(names: set[str], used: set[str], problems: Problems) -> None:
    """Say how many files of the folder no row lists; never which."""
    beside = {INDEX, TASKS, WINDOWS, "thumbs.db", "desktop.ini"}
    left = [
        name
        for name in names - used
        if name.casefold() not in beside and not name.rpartition("/")[2].startswith((".", "~$"))
    ]
    if left:
        noun = "file of the folder is" if len(left) == 1 else "files of the folder are"
        problems.warn(f"{len(left)} {noun} not listed in the index and left out.")


class _PieceReader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = {
            unicodedata.normalize("NFC", one.relative_to(folder).as_posix()): one
            for one in folder.rglob("*")
            if one.is_file()
        }
        self.used: dict[str, int] = {}
        self.pieces: dict[str, int] = {}

    def read(self, row: Row) -> PieceRow | None:
        piece = row.id("piece")
        if piece is not None and (first := self.pieces.setdefault(piece, row.number)) != row.number:
            row.problem("piece", f"This piece is listed in row {first} already.", "Remove one row.")
        student = row.id("student", needed=False)
        window = row.id("window")
        task = row.id("task", needed=False)
        collected_on = row.date("collected_on")
        files = self._files(row)
        grade = row.grade("grade") if row.text("grade") else None
        if piece is None or window is None:
            return None
        return PieceRow(
            row=row.number,
            piece=piece,
            student=student or "",
            task=task or "",
            window=window,
            genre=row.text("genre"),
            language=row.text("language") or "en",
            accommodations=_named(row, "accommodations"),
            not_scored=_named(row, "not_scored"),
            collected_on=collected_on,
            files=files,
            support=row.text("support"),
            next_step=row.text("next_step"),
            grade=grade,
            parts=row.several("parts"),
        )

    def _files(self, row: Row) -> tuple[Path, ...]:
        found: list[Path] = []
        listed = row.several("files")
        if len(listed) > MAX_FILES:
            row.problem("files", f"A piece has at most {MAX_FILES} files.", "Join its pages.")
            return ()
        for number, text in enumerate(listed, start=1):
            name = unicodedata.normalize("NFC", PurePosixPath(text.replace("\\", "/")).as_posix())
            path = self.names.get(name)
            if path is None:
                row.problem(
                    "files",
                    f"File {number} of this row is not in the folder.",
                    "Check how its name is written, and that it lies beside the index or in a folder "
                    "below it.",
                )
            elif not path.resolve().is_relative_to(self.folder.resolve()):
                row.problem(
                    "files", f"File {number} of this row lies outside the folder.", "Copy it."
                )
            elif (first := self.used.get(name)) is not None:
                row.problem(
                    "files",
                    f"File {number} of this row belongs to row {first} already.",
                    "Give each piece its own files.",
                )
            else:
                self.used[name] = row.number
                found.append(path)
        return tuple(found)


def _named(row: Row, column: str) -> tuple[str, ...]:
    return tuple(one for one in row.several(column) if one.casefold() not in _NOTHING)
