"""The page that links every report with its headline. A rater's feedback is never on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from calibrate import __version__
from calibrate.model.roster import Edition
from calibrate.reports.files import SUMMARY, ReportSummary, read_summary, write_private
from calibrate.reports.kinds import KINDS
from calibrate.reports.look import render_page

_FORMAT_TITLES = {"docx": "Word document", "pdf": "PDF"}


@dataclass(frozen=True, slots=True)
class Link:
    """Another form of the same report."""

    href: str
    title: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One report on the index."""

    href: str
    title: str
    headline: str
    subtitle: str
    failed: bool
    others: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The reports of one kind."""

    title: str
    entries: tuple[Entry, ...]


def write_index(reports: Path, project_title: str, edition: Edition = Edition.INSIDE) -> Path:
    """Write the index of one edition from the summaries that lie beside the reports.

    Parameters
    ----------
    reports
        The project's ``reports`` folder.
    project_title
        The name of the district, for the heading.
    edition
        The outside edition has an index of its own, in its own folder.

    Returns
    -------
    Path
        The index that was written.
    """
    base = reports / "outside" if edition is Edition.OUTSIDE else reports
    groups = []
    for kind in KINDS.values():
        if not kind.listed:
            continue
        found = sorted((base / kind.folder).glob(f"*/{SUMMARY}"))
        entries = tuple(
            _entry(base, path.parent, summary)
            for path in found
            if (summary := read_summary(path)) is not None and summary.edition == edition.value
        )
        if entries:
            groups.append(Group(kind.title, entries))
    outside = edition is Edition.OUTSIDE
    page = render_page(
        "index.html.j2",
        title=project_title,
        kind="Calibration reports" + (", outside edition" if outside else ""),
        lead=(
            "For anybody: small groups are hidden and no person is named."
            if outside
            else "For staff. Each line is the headline of a report; open it for the rest."
        ),
        groups=groups,
        footer=f"Made with Calibrate {__version__}. "
        + ("" if outside else "These pages are about children: keep them inside the school."),
    )
    path = base / "index.html"
    write_private(path, page.encode("utf-8"))
    return path


def _entry(base: Path, folder: Path, summary: ReportSummary) -> Entry:
    where = folder.relative_to(base).as_posix()
    others = tuple(
        Link(f"{where}/report.{name}", _FORMAT_TITLES[name])
        for name in summary.formats
        if name in _FORMAT_TITLES
    )
    return Entry(
        f"{where}/report.html",
        summary.title,
        summary.headline,
        summary.subtitle,
        summary.failed,
        others,
    )
