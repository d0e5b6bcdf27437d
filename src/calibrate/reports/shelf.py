"""The reports of a project as a shelf: what can be made, what lies there, and whether it is still up to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from calibrate.model.roster import Edition
from calibrate.reports.files import SUMMARY, ReportSummary, read_summary
from calibrate.reports.index import write_index
from calibrate.reports.kinds import KINDS, ReportKind
from calibrate.reports.service import DISTRICT, make_reports
from calibrate.store.project import Project
from calibrate.store.repository import Unit
from calibrate.workflows.changes import Changes, latest_changes

_FORMATS = {"pdf": "PDF", "docx": "Word document"}


@dataclass(frozen=True)
class ReportShelf:
    """What a page needs to show reports and to have them made; nothing is kept between two questions.

    Parameters
    ----------
    folder
        The project's folder.
    """

    folder: Path

    def contents(self) -> dict[str, Any]:
        """What can be made and what is there, as plain values.

        A rater's report has no headline here: it is for that rater alone.
        """
        with Project.open(self.folder) as project:
            changes = latest_changes(project)
            with project.reading() as unit:
                kinds = [self._kind(one, unit, project.settings.name) for one in KINDS.values()]
                windows = [{"id": one.id, "title": one.title} for one in unit.work.windows.all()]
                titles = {one.id: one.title for one in unit.work.windows.all()}
            reports = project.reports
        made = [
            found
            for edition in Edition
            for kind in KINDS.values()
            if edition in kind.editions
            for found in self._made(reports, kind, edition, changes, titles)
        ]
        return {
            "kinds": kinds,
            "windows": windows,
            "formats": [{"id": key, "title": title} for key, title in _FORMATS.items()],
            "made": made,
            "index": {
                edition.value: self._path(path)
                for edition, path in (
                    (Edition.INSIDE, reports / "index.html"),
                    (Edition.OUTSIDE, reports / "outside" / "index.html"),
                )
                if path.exists()
            },
            "folder": str(self.folder.resolve()),
        }

    def make(
        self, kind: str, which: str, window: str, edition: str, formats: Sequence[str]
    ) -> tuple[bool, str]:
        """Make one report: whether it was made, and its headline or why not.

        Raises
        ------
        CalibrateError
            If there is no such report to make.
        """
        answer = make_reports(
            self.folder,
            kind,
            which,
            window=window,
            edition=edition,
            formats=("html", *formats),
            progress=False,
        )
        (made,) = answer.made
        if made.failed:
            return False, made.headline
        return True, made.headline if KINDS[kind].listed else ""

    def finish(self, edition: str) -> None:
        """Write the page that links every report of an edition."""
        with Project.open(self.folder) as project:
            write_index(project.reports, project.settings.name, Edition(edition))

    def _kind(self, kind: ReportKind, unit: Unit, district: str) -> dict[str, Any]:
        return {
            "id": kind.id,
            "title": kind.title,
            "editions": [one.value for one in kind.editions],
            "private": not kind.listed,
            "windows": kind.id != "session",
            "things": _things(kind.id, unit, district),
        }

    def _made(
        self,
        reports: Path,
        kind: ReportKind,
        edition: Edition,
        changes: Changes,
        windows: dict[str, str],
    ) -> list[dict[str, Any]]:
        base = reports / "outside" if edition is Edition.OUTSIDE else reports
        found = []
        for path in sorted((base / kind.folder).glob(f"*/{SUMMARY}")):
            summary = read_summary(path)
            if summary is None or summary.edition != edition.value:
                continue
            found.append(self._entry(path, summary, kind, changes, windows))
        return found

    def _entry(
        self,
        path: Path,
        summary: ReportSummary,
        kind: ReportKind,
        changes: Changes,
        windows: dict[str, str],
    ) -> dict[str, Any]:
        made = _made_at(path, summary)
        session = summary.id if kind.id == "session" else None
        return {
            "kind": kind.id,
            "id": summary.id,
            "window": summary.window,
            "window_title": windows.get(summary.window, summary.window),
            "edition": summary.edition,
            "title": summary.title,
            "headline": summary.headline if kind.listed or summary.failed else "",
            "failed": summary.failed,
            "made": made.isoformat(),
            "changed": changes.since(made, session),
            "page": self._path(path.parent / "report.html"),
            "others": [
                {"title": title, "page": self._path(path.parent / f"report.{name}")}
                for name, title in _FORMATS.items()
                if name in summary.formats
            ],
        }

    def _path(self, path: Path) -> str:
        """A file's place below the project's folder."""
        return path.resolve().relative_to(self.folder.resolve()).as_posix()


def _made_at(path: Path, summary: ReportSummary) -> datetime:
    """When a report was made; of one made by an earlier version its file knows."""
    if summary.made_at:
        return datetime.fromisoformat(summary.made_at)
    return datetime.fromtimestamp(path.stat().st_mtime).astimezone()


def _things(kind: str, unit: Unit, district: str) -> list[dict[str, str]]:
    """What there may be a report about: its id and what people call it."""
    if kind == DISTRICT:
        return [{"id": DISTRICT, "title": district}]
    if kind == "school":
        schools = sorted(unit.people.schools.all(), key=lambda one: one.title)
        return [{"id": one.id, "title": one.title} for one in schools]
    if kind == "session":
        return [
            {
                "id": one.id,
                "title": f"{one.title}, {one.held_on.day} {one.held_on:%B %Y}"
                if one.held_on
                else one.title,
            }
            for one in unit.sessions.not_called_off()
        ]
    schools_by_id = {one.id: one.title for one in unit.people.schools.all()}
    names = {
        one.person_id: f"{one.given_name} {one.family_name}" for one in unit.people.names.all()
    }
    found = [
        {
            "id": one.id,
            "title": ", ".join(
                part
                for part in (
                    names.get(one.id, one.source_id),
                    schools_by_id.get(one.school_id or "", "district"),
                )
                if part
            ),
        }
        for one in unit.people.raters.all()
    ]
    return sorted(found, key=lambda one: one["title"])
