"""The kinds of report, where each lies in the project, and who may have it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from calibrate.errors import UsageError
from calibrate.model.roster import Edition


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A kind of report.

    Parameters
    ----------
    template
        The notebook in ``templates/`` that makes it.
    folder
        Where its reports lie, below ``reports/`` (or ``reports/outside/``).
    editions
        The editions that exist: a session's and a rater's report are for staff alone.
    listed
        Whether the index names it. A rater's feedback is private and never listed.
    """

    id: str
    title: str
    template: str
    folder: str
    editions: tuple[Edition, ...]
    listed: bool = True


KINDS: dict[str, ReportKind] = {
    kind.id: kind
    for kind in (
        ReportKind(
            "district",
            "District",
            "district_report.ipynb",
            "district",
            (Edition.INSIDE, Edition.OUTSIDE),
        ),
        ReportKind(
            "school",
            "Schools",
            "school_report.ipynb",
            "schools",
            (Edition.INSIDE, Edition.OUTSIDE),
        ),
        ReportKind(
            "session", "Norming sessions", "session_report.ipynb", "sessions", (Edition.INSIDE,)
        ),
        ReportKind(
            "rater",
            "Rater feedback",
            "rater_feedback.ipynb",
            "private",
            (Edition.INSIDE,),
            listed=False,
        ),
    )
}
"""Every kind of report, in the order of the index."""


def report_kind(kind_id: str) -> ReportKind:
    """The kind of that id; `UsageError` lists them."""
    try:
        return KINDS[kind_id]
    except KeyError:
        raise UsageError(
            f"There is no {kind_id!r} report.", fix="The kinds are " + ", ".join(KINDS) + "."
        ) from None


@dataclass(frozen=True, slots=True)
class ReportJob:
    """One report to make: of what kind, about what, for whom."""

    kind: str
    id: str
    window: str = ""
    edition: Edition = Edition.INSIDE

    def folder(self, reports: Path) -> Path:
        """The report's own folder below the project's ``reports`` folder."""
        base = reports / "outside" if self.edition is Edition.OUTSIDE else reports
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", self.id).strip("-.") or "all"
        if self.window:
            name += "-" + re.sub(r"[^A-Za-z0-9._-]+", "-", self.window)
        return base / report_kind(self.kind).folder / name
