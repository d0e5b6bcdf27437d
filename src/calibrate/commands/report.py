"""``calibrate report session|school|district|rater [ID | --all]``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from calibrate import console

app = typer.Typer(
    help="Make calibration reports for sessions, schools, the district, or one rater."
)


@app.command()
def report(
    kind: Annotated[str, typer.Argument(help="session, school, district or rater.")],
    which: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Which one, for example S01 or lincoln.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Make them all.")] = False,
    window: Annotated[str, typer.Option(help="Only this window, for example 2025-fall.")] = "",
    edition: Annotated[
        str, typer.Option(help="inside (for staff) or outside (small groups hidden, nobody named).")
    ] = "inside",
    workers: Annotated[int, typer.Option(min=1, help="How many processes work at once.")] = 1,
    formats: Annotated[
        str, typer.Option("--format", help="html, and also pdf or docx: html,pdf,docx.")
    ] = "html",
    project: Annotated[Path, typer.Option(help="The project's folder.")] = Path(),
    as_json: console.JsonFlag = False,
) -> None:
    """Make calibration reports and the page that links them.

    A report that cannot be made does not stop the others: its page says what failed, and the
    command ends with 1.
    """
    from calibrate.reports.service import make_reports

    answer = make_reports(
        project,
        kind,
        which,
        every=every,
        window=window,
        edition=edition,
        workers=workers,
        formats=tuple(one.strip() for one in formats.split(",") if one.strip()),
    )
    if as_json:
        console.print_json(answer.as_dict())
    else:
        for line in answer.lines():
            typer.echo(line)
    raise typer.Exit(console.FINDINGS if answer.failed else 0)
