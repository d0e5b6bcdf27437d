"""From an executed notebook to one self-contained page: no code, no script, no network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calibrate.errors import CalibrateError
from calibrate.reports.blocks import SUMMARY_MIME, Block, callout, masthead, paragraph
from calibrate.reports.kinds import ReportJob, report_kind
from calibrate.reports.look import render_page

if TYPE_CHECKING:
    # Every report's kernel imports this module; what runs notebooks takes two seconds to import.
    from calibrate.reports.execute import Failure


@dataclass(frozen=True, slots=True)
class PageSummary:
    """What the index says about a page."""

    title: str
    headline: str
    subtitle: str = ""


def outputs_of(notebook: Any) -> tuple[list[str], PageSummary | None]:
    """The HTML that the notebook's cells showed, in order, and the summary that one of them gave."""
    html: list[str] = []
    summary = None
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if SUMMARY_MIME in data:
                summary = PageSummary(**data[SUMMARY_MIME])
            elif "text/html" in data:
                html.append("".join(data["text/html"]))
    return html, summary


def report_page(notebook: Any) -> tuple[str, PageSummary]:
    """The page of a notebook that ran through, and its summary."""
    html, summary = outputs_of(notebook)
    if summary is None:
        raise CalibrateError("The notebook ran through and gave no summary.")
    return render_page("report.html.j2", title=summary.title, blocks=html), summary


def failure_page(job: ReportJob, failure: Failure) -> tuple[str, PageSummary]:
    """The page of a report that could not be made: what failed, and what to do."""
    kind = report_kind(job.kind)
    title = f"{kind.title}: {job.id}"
    headline = "This report could not be made."
    blocks: list[Block] = [
        masthead(kind.title, job.id, [], headline),
        callout("What failed:", failure.message),
        paragraph(f"It stopped at: {failure.cell}"),
        paragraph(
            "The other reports are not touched by this. Mend what is named above, then run this "
            f"report again: calibrate report {job.kind} {job.id}"
        ),
    ]
    page = render_page("report.html.j2", title=title, blocks=[block.html for block in blocks])
    return page, PageSummary(title, f"{headline} {failure.message}")
