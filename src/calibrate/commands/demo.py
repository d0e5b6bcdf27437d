"""``calibrate demo [DIR]``: the sample district, with every report."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from calibrate import console

app = typer.Typer()


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where to make it; a new or empty folder.")
    ] = Path("demo"),
    workers: Annotated[
        int, typer.Option(min=1, help="How many processes make reports at once.")
    ] = min(2, os.cpu_count() or 1),
) -> None:
    """Build a sample district, run every report on it, and say what to open.

    Everybody in the district is invented. A folder that an earlier demo made is made afresh; a folder that holds
    anything else is left as it is.
    """
    from calibrate.reports.batch import run_reports
    from calibrate.reports.index import write_index
    from calibrate.reports.kinds import KINDS, ReportJob
    from calibrate.reports.release import release_tables
    from calibrate.model.roster import Edition
    from calibrate.store.project import Project
    from calibrate.workflows.demo import TITLE, build_demo

    def tell(words: str) -> None:
        if sys.stderr.isatty():
            console.say(f"{words} …")

    made = build_demo(folder, tell)
    reports = made.folder / "reports"
    tell("Making the reports")
    jobs = [
        ReportJob("district", "district"),
        *(ReportJob("school", one) for one in made.school_ids),
        *(ReportJob("session", one) for one in made.session_ids),
        *(ReportJob("rater", one) for one in made.rater_ids),
    ]
