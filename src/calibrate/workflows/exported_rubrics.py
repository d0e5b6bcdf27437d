"""A rubric on its way out of a project: as YAML, which holds everything, or as another program takes it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from calibrate.errors import NotFound, UsageError
from calibrate.exchange.data_dictionaries import FilePage
from calibrate.exchange.rubric_layouts import (
    canvas_rubric,
    case_rubric,
    google_rows,
    left_behind,
    plain_rubric,
)
from calibrate.exchange.rubrics import write_rubric
from calibrate.exchange.written_tables import Column, WrittenTable
from calibrate.model.rubric import Rubric
from calibrate.store.project import Project
from calibrate.workflows.exports import (
    TABLES,
    Export,
    apostrophe_note,
    known_or_refused,
    plain_name,
    suffix_for,
    table_bytes,
)

YAML, CANVAS, GOOGLE, CASE, CSV = "yaml", "canvas", "google", "case", "csv"
FORMATS = {
    YAML: (".yaml", ".yml"),
    CANVAS: (".csv",),
    GOOGLE: (".xlsx", ".csv"),
    CASE: (".json",),
    CSV: TABLES,
}
"""The layouts, and the kinds of file that each is written to."""

_WHAT = {
    YAML: "Calibrate's own file: calibrate import rubric FILE brings it into another project as it is",
    CANVAS: "Canvas: Rubrics, Import rubric; it arrives there as a draft",
    GOOGLE: "Google Classroom: open it in Google Sheets, then Rubric, Import from Sheets. The layout was learned from "
    "sheets that others made: look the rubric over before you save it",
    CASE: "programs that read CASE 1.1",
    CSV: "people who want to read, print or sort it",
}


def export_rubric(
    project: Project,
    rubric_id: str,
    version: int | None = None,
    layout: str = YAML,
    *,
    raw: bool = False,
    to: Path | None = None,
) -> Export:
    """A rubric of a project as a file that is ready to be handed out.

    Parameters
    ----------
    project
        The project.
    rubric_id, version
        Which; the newest version where none is named.
    layout
        One of `FORMATS`.
    raw
        Cells exactly as they are, for another program.
    to
        Where the file will go.

    Raises
    ------
    UsageError
        If there is no such layout, or the file's name does not fit it.
    NotFound
        If the project has no such rubric.
    DataError
        If the rubric cannot stand in that layout.
    """
    if layout not in FORMATS:
        raise UsageError(
            f"There is no --format {layout}.", column="--format", fix=f"Use {', '.join(FORMATS)}."
        )
    suffix = suffix_for(to, FORMATS[layout])
    rubric = _find(project, rubric_id, version)
    content, table = _content(project, rubric, layout, suffix, raw)
    notes = [*left_behind(rubric, layout)]
    if table is not None:
        notes += apostrophe_note(table, raw=raw)
    if rubric.wording != "ours":
        notes.append("Its wording is not yours: mind whose it is before you hand it on.")
    return Export(
        kind="rubric",
        stem=plain_name(rubric.id, f"v{rubric.version}", "" if layout == YAML else layout),
        suffix=suffix,
        content=content,
        page=FilePage(
            title=f"{rubric.title}, version {rubric.version}",
            facts=[("For", _WHAT[layout]), ("Rubric", f"`{rubric.id}`, version {rubric.version}")],
            columns=_columns(table) if layout != GOOGLE else (),
            rubrics=[rubric],
            notes=notes,
        ),
        n_rows=len(rubric.criteria),
        subject=rubric.id,
        detail=f"version {rubric.version}, {layout}",
        unit="criterion",
    )


def _find(project: Project, rubric_id: str, version: int | None) -> Rubric:
    with project.reading() as unit:
        rubrics = unit.rubrics.all()
    known_or_refused("rubric", rubric_id, sorted({one.id for one in rubrics}))
    mine = {one.version: one for one in rubrics if one.id == rubric_id}
    found = mine.get(max(mine) if version is None else version)
    if found is None:
        raise NotFound(
            f"The project has no version {version} of this rubric.",
            fix=f"It has: {', '.join(map(str, sorted(mine)))}.",
        )
    return found


def _content(
    project: Project, rubric: Rubric, layout: str, suffix: str, raw: bool
) -> tuple[bytes, WrittenTable | None]:
    if layout == YAML:
        return write_rubric(rubric).encode(), None
    if layout == CASE:
        text = case_rubric(rubric, creator=project.settings.name, at=datetime.now(UTC))
        return text.encode(), None
    if layout == GOOGLE:
        first, *rest = google_rows(rubric)
        table = WrittenTable(tuple(Column(str(one or ""), "") for one in first), rest)
    else:
        table = canvas_rubric(rubric) if layout == CANVAS else plain_rubric(rubric)
    return table_bytes(table, suffix, raw=raw, mark=layout == CSV), table


def _columns(table: WrittenTable | None) -> tuple[Column, ...]:
    """The columns, those that come again once."""
    if table is None:
        return ()
    return tuple({one.name: one for one in table.columns}.values())
