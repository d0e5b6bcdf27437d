"""Student work: windows, tasks, pieces and their files."""

from __future__ import annotations

from calibrate.model.work import Piece, Task, Window, WorkFile
from calibrate.store.schema import work as tables
from calibrate.store.unit import Link, Noun, Transaction


class Work:
    """Windows, tasks, pieces and files."""

    def __init__(self, unit: Transaction) -> None:
        self.windows = Noun(unit, Window, tables.window, "window", order=["starts", "id"])
        self.tasks = Noun(unit, Task, tables.task, "task")
        self.pieces = Noun(
            unit,
            Piece,
            tables.piece,
            "piece",
            links=[Link("parts", tables.piece_part, "piece_id", "part_id")],
            order=["code"],
        )
        self.files = Noun(unit, WorkFile, tables.work_file, "file")
