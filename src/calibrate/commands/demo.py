"""``calibrate demo [DIR]``: the sample district, with every report."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calibrate import console

if TYPE_CHECKING:
    from calibrate.reports.batch import Made
    from calibrate.workflows.demo import DemoProject

app = typer.Typer()


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where to make it: a new or empty folder.")
    ] = Path("demo"),
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="How many processes make reports at once (default: 2)."),
    ] = None,
    reports: Annotated[
        bool, typer.Option("--reports/--no-reports", help="Make the reports, or only the project.")
    ] = True,
) -> None:
    """Build a sample district, run every report on it, and say what to open.

    Everybody in the district is invented. A folder that an earlier demo made is made afresh; a folder that holds
    anything else is left as it is.
    """
    from calibrate.workflows.demo import build_demo

    made = build_demo(folder, _tell)
    typer.echo(f"The sample district is in {made.folder}:")
    for what, how_many in made.counts.items():
        typer.echo(f"  {how_many:>7,}  {what}")
    for warning in made.warnings:
        console.say(f"Note: {warning}")
    if not reports:
        return
    pages, index = _make_reports(made, workers or min(2, os.cpu_count() or 1))
    good = [page for page in pages if not page.failed]
    typer.echo(f"  {len(good):>7,}  reports")
    for page in pages:
        if page.failed:
            console.say(f"NOT MADE {page.job.kind} {page.job.id}: {page.headline}")
    typer.echo(f"\nOpen {index} in a browser: it links every report.")
    private = [page for page in good if page.job.kind == "rater"]
    if private:
        typer.echo("\nFeedback to raters is private, so it is not linked. Three examples:")
        for page in private:
            typer.echo(f"  {page.page}")
    if len(good) < len(pages):
        raise typer.Exit(console.FINDINGS)


def _tell(words: str) -> None:
    """Say what is going on, to a person who waits at a terminal."""
    if sys.stderr.isatty():
        console.say(f"{words} …")


def _make_reports(made: DemoProject, workers: int) -> tuple[list[Made], Path]:
    """Every report for staff and for the public, and the private feedback of some raters."""
    from calibrate.reports.batch import run_reports
    from calibrate.reports.index import write_index
    from calibrate.reports.kinds import ReportJob
    from calibrate.reports.service import DISTRICT, make_reports
    from calibrate.workflows.demo import TITLE

    jobs = [
        ReportJob(DISTRICT, DISTRICT),
        *(ReportJob("school", one) for one in made.school_ids),
        *(ReportJob("session", one) for one in made.session_ids),
        *(ReportJob("rater", one) for one in made.rater_ids),
    ]
    _tell(f"Making {len(jobs)} reports for staff")
    pages = run_reports(made.folder, jobs, workers=workers)
    _tell("Making the reports for everybody else: small groups hidden, nobody named")
    for kind in (DISTRICT, "school"):
        answer = make_reports(made.folder, kind, every=True, edition="outside", workers=workers)
        pages += answer.made
    return pages, write_index(made.folder / "reports", TITLE)
