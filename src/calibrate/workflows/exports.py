"""Files that are handed out of a project: never over another file unasked, whole or not at all, private, and logged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from calibrate import __version__
from calibrate.errors import NotFound, ProjectError, UsageError
from calibrate.exchange.data_dictionaries import FilePage, page_text
from calibrate.exchange.written_tables import WrittenTable, csv_bytes, n_guarded, xlsx_bytes
from calibrate.places import try_writing, writing
from calibrate.store.project import Project
from calibrate.store.sealing.files import make_private_folder, write_private

FOLDER = "exports"
"""Where files go that are given no place: a folder in the project's reports."""

TABLES = (".csv", ".xlsx")
"""The kinds of file that a table is written to."""

ACTOR = "export"
"""How the log names what was handed out."""


@dataclass(frozen=True)
class Export:
    """A file that is ready to be handed out.

    Parameters
    ----------
    kind
        ``scores``, ``rubric`` or ``wall``.
    stem, suffix
        Its name where none is given.
    content
        Its bytes.
    page
        What lies beside it.
    n_rows, unit
        How many it holds, and of what.
    subject, detail
        What the log says of it; no name of a file, which may name somebody.
    """

    kind: str
    stem: str
    suffix: str
    content: bytes
    page: FilePage
    n_rows: int
    subject: str = ""
    detail: str = ""
    unit: str = "row"


def suffix_for(to: Path | None, allowed: Sequence[str]) -> str:
    """The kind of file that is asked for; the first allowed one where nothing is.

    Raises
    ------
    UsageError
        If the name ends in something else.
    """
    if to is None or _is_folder(to):
        return allowed[0]
    suffix = to.suffix.lower()
    if suffix not in allowed:
        raise UsageError(
            f"This cannot be written to a file whose name ends in {suffix or 'nothing'}.",
            column="--to",
            fix=f"Let it end in {' or '.join(allowed)}.",
        )
    return suffix


def table_bytes(table: WrittenTable, suffix: str, *, raw: bool, mark: bool = True) -> bytes:
    """A table as the bytes of a CSV file or a workbook."""
    rows = [table.headings, *table.above, *table.rows]
    if suffix == ".xlsx":
        return xlsx_bytes(rows, raw=raw)
    return csv_bytes(rows, raw=raw, mark=mark)


def apostrophe_note(table: WrittenTable, *, raw: bool) -> tuple[str, ...]:
    """A note where cells were changed so that no spreadsheet runs them."""
    count = n_guarded([table.headings, *table.above, *table.rows])
    if not count or raw:
        return ()
    begins = "1 cell begins" if count == 1 else f"{count:,} cells begin"
    return (
        f"{begins} with a sign that a spreadsheet would take for a formula, so an apostrophe was put before it. "
        "Calibrate takes it away again on import; --raw leaves it out.",
    )


def plain_name(*parts: str) -> str:
    """A file's name from ids, with nothing in it that a disk could stumble over."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(part for part in parts if part)).strip("-.")


def known_or_refused(kind: str, wanted: str, known: Sequence[str]) -> None:
    """Refuse an id that the project does not have.

    Raises
    ------
    NotFound
        Which names those there are.
    """
    if wanted not in known:
        listed = ", ".join(sorted(known)[:40])
        more = ", …" if len(known) > 40 else ""
        raise NotFound(
            f"There is no {kind} {wanted!r} in this project.",
            fix=f"There are: {listed}{more}." if known else f"There is no {kind} yet.",
        )


def place_for(
    project: Project, name: str, to: Path | None = None, *, force: bool = False
) -> tuple[Path, Path]:
    """Where a file and the page beside it go, once it is sure that they can be written.

    Parameters
    ----------
    project
        The project it comes from.
    name
        The file's name where none is given.
    to
        The file, or a folder for it; by default ``reports/exports/`` in the project.
    force
        Whether files that are there may be written over.

    Raises
    ------
    ProjectError
        If one of them is there already, or nothing can be written there.
    """
    target = _target(project, name, to)
    beside = target.with_name(f"{target.name}.README.md")
    for path in (target, beside):
        if _is_folder(path):
            raise ProjectError(f"{path} is a folder.", fix="Name another file with --to.")
        with writing(path):
            there = path.exists()
        if there and not force:
            raise ProjectError(
                f"{path} is there already, and nothing was written.",
                fix="Name another file with --to, or say --force to write over it.",
            )
        try_writing(path)
    return target, beside


def hand_out(
    project: Project, export: Export, to: Path | None = None, *, force: bool = False
) -> tuple[Path, Path]:
    """Write an export and the page beside it, and log it.

    Parameters
    ----------
    project
        The project it comes from.
    export
        What is written.
    to
        The file, or a folder for it; by default ``reports/exports/`` in the project.
    force
        Whether files that are there may be written over.

    Returns
    -------
    tuple of Path
        The file and the page beside it.

    Raises
    ------
    ProjectError
        If one of them is there already, or cannot be written; then neither is.
    """
    target, beside = place_for(project, f"{export.stem}{export.suffix}", to, force=force)
    facts = [
        *export.page.facts,
        ("Made", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC by Calibrate {__version__}"),
    ]
    page = page_text(replace(export.page, facts=facts)).encode()
    fresh = not beside.exists()
    with project.transaction() as unit:  # a file that cannot be written is not logged either
        unit.audit.log(ACTOR, f"export.{export.kind}", export.subject, export.detail)
        write_private(beside, page, replace=force)
        try:
            write_private(target, export.content, replace=force)
        except BaseException:
            if fresh:
                beside.unlink(missing_ok=True)
            raise
    return target, beside


def _target(project: Project, name: str, to: Path | None) -> Path:
    if to is None:
        folder = project.reports / FOLDER
        make_private_folder(folder)
        return folder / name
    return to / name if _is_folder(to) else to


def _is_folder(path: Path) -> bool:
    with writing(path):
        return path.is_dir()
