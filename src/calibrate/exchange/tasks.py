"""Tasks: the prompts that pieces answer, from a table."""

from __future__ import annotations

from calibrate.errors import ArgumentError
from calibrate.exchange.cells import Columns, Row
from calibrate.exchange.problems import Problems
from calibrate.exchange.source_files import SourceFile
from calibrate.exchange.tables import table_of
from calibrate.model.roster import read_grade
from calibrate.model.work import Task


def read_tasks(source: SourceFile, problems: Problems) -> list[Task]:
    """Read ``task,title,prompt,genre,grades,dok``; problems go to ``problems``."""
    mine = Problems(source.name)
    columns = Columns(
        table_of(source),
        mine,
        required=("task", "title"),
        optional=("prompt", "genre", "grades", "dok"),
    )
    found: dict[str, Task] = {}
    for row in columns:
        task_id, title = row.slug("task"), row.needed("title")
        grades, dok = _grades(row), _dok(row)
        if task_id in found:
            row.problem("task", "This task is listed already.", "Remove one of the two rows.")
        if task_id is not None and title is not None:
            found[task_id] = Task(
                task_id, title, row.text("prompt"), row.text("genre"), grades, dok
            )
    problems.take(mine)
    return list(found.values())


def _grades(row: Row) -> tuple[str, ...]:
    found = []
    for text in row.several("grades"):
        try:
            found.append(read_grade(text))
        except ArgumentError as error:
            row.problem("grades", "This is not a list of grades.", error.fix)
            break
    return tuple(found)


def _dok(row: Row) -> int | None:
    text = row.text("dok")
    if not text:
        return None
    if text not in ("1", "2", "3", "4"):
        row.problem("dok", "Depth of knowledge is 1, 2, 3 or 4.", "Use one of them, or leave it.")
        return None
    return int(text)
