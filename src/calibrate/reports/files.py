"""Writing a report's files: whole or not at all, and readable by their owner alone."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from calibrate.places import writing

PAGE = "report.html"
NOTEBOOK = "report.ipynb"
SUMMARY = "summary.json"


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What is known of a report that was made, kept beside it for the index.

    Parameters
    ----------
    made_at
        When its making began (ISO 8601, UTC): what has changed since is not in it. Empty in
        reports of earlier versions.
    """

    kind: str
    id: str
    window: str
    edition: str
    title: str
    headline: str
    subtitle: str
    failed: bool
    formats: tuple[str, ...]
    made_at: str = ""


def write_private(path: Path, content: bytes) -> None:
    """Write a file through a temporary one beside it, so that a reader never meets a half file."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).replace(path)  # mkstemp made it readable by its owner alone
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def write_summary(folder: Path, summary: ReportSummary) -> None:
    """Keep a report's summary beside it."""
    write_private(folder / SUMMARY, json.dumps(asdict(summary), indent=1).encode())


def read_summary(path: Path) -> ReportSummary | None:
    """The summary kept in a file, or None where the file is not one of ours."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return ReportSummary(**{**values, "formats": tuple(values["formats"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None
