"""Tasks as things that are rated: each stands in the project as a piece without a child.

How demanding a task is gets rated like student work: blind, by several raters, with a rubric of the
purpose ``task_demand``. So that readings, rounds and rules are the same, a task that is rated has a
piece of its own, with the source ``task`` and the task's id; it belongs to no child and no school.
"""

from __future__ import annotations

from collections.abc import Iterable

from calibrate.model.ids import new_id
from calibrate.model.work import Piece, Task
from calibrate.store.repository import Unit

TASK_SOURCE = "task"
"""The source of a piece that stands for a task."""


class RatedTasks:
    """The pieces that stand for tasks, those that are there and those that are made now.

    Attributes
    ----------
    new
        Pieces that the project does not have yet.
    """

    def __init__(self, unit: Unit, pieces: Iterable[Piece]) -> None:
        pieces = list(pieces)
        self.new: list[Piece] = []
        self._codes = {one.code for one in pieces}
        self._of = {one.source_id: one for one in pieces if one.source == TASK_SOURCE}
        windows = {one.id: one for one in unit.work.windows.all()}
        self._first = min(windows.values(), key=lambda one: one.starts, default=None)
        answered: dict[str, list[str]] = {}
        for one in pieces:
            if one.task_id is not None:
                answered.setdefault(one.task_id, []).append(one.window_id)
        self._window = {
            task: min(set(ids), key=lambda one: windows[one].starts)
            for task, ids in answered.items()
        }

    def piece(self, task: Task) -> Piece | None:
        """The piece that stands for a task; None while the project has no window at all.

        It stands in the first window in which the task was answered, else in the first of all.
        """
        if task.id in self._of:
            return self._of[task.id]
        if self._first is None:
            return None
        made = Piece(
            id=new_id("pc"),
            code=self._code(),
            source=TASK_SOURCE,
            source_id=task.id,
            window_id=self._window.get(task.id, self._first.id),
            task_id=task.id,
            genre=task.genre,
        )
        self._of[task.id] = made
        self.new.append(made)
        return made

    def _code(self) -> str:
        number = len(self._of) + 1
        while f"T{number}" in self._codes:
            number += 1
        self._codes.add(f"T{number}")
        return f"T{number}"
