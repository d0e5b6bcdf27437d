"""Windows of the year in which work is collected, from a table."""

from __future__ import annotations

from calibrate.errors import ArgumentError
from calibrate.exchange.cells import Columns
from calibrate.exchange.problems import Problems
from calibrate.exchange.source_files import SourceFile
from calibrate.exchange.tables import table_of
from calibrate.model.work import Window


def read_windows(source: SourceFile, problems: Problems) -> list[Window]:
    """Read ``window,title,school_year,starts,ends``; problems go to ``problems``."""
    mine = Problems(source.name)
    columns = Columns(
        table_of(source),
        mine,
        required=("window", "title", "school_year", "starts", "ends"),
    )
    found: dict[str, Window] = {}
    for row in columns:
        window_id, title, year = row.slug("window"), row.needed("title"), row.needed("school_year")
        starts, ends = row.date("starts", needed=True), row.date("ends", needed=True)
        if window_id in found:
            row.problem("window", "This window is listed already.", "Remove one of the two rows.")
        if window_id is None or title is None or year is None or starts is None or ends is None:
            continue
        try:
            found[window_id] = Window(window_id, title, year, starts, ends)
        except ArgumentError as error:
            row.problem("ends", error.message, error.fix)
    problems.take(mine)
    return list(found.values())
