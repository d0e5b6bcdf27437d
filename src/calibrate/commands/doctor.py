"""``calibrate doctor``: checks a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from calibrate.console import FINDINGS, JsonFlag, print_json

app = typer.Typer(help="Check a project's health.")


@app.command()
def doctor(
    folder: Annotated[
        Path | None, typer.Argument(help="The project's folder.", metavar="[DIR]")
    ] = None,
    project: Annotated[Path, typer.Option(help="The same, as in the other commands.")] = Path(),
    as_json: JsonFlag = False,
) -> None:
    """Check a project: its database, links, work files, sealed ballots and versions.

    Ends with 0 if the project is sound and with 1 if something needs repair.
    """
    from calibrate.workflows.doctor import examine_project

    health = examine_project(folder or project)
    if as_json:
        print_json(health.as_dict())
    else:
        if health.project:
            typer.echo(health.project)
        held = ", ".join(_counted(n, what) for what, n in health.counts.items())
        if held:
            typer.echo(f"Holds {held}.")
        typer.echo(", ".join(f"{what} {which}" for what, which in health.versions.items()))
        typer.echo("")
        for finding in health.findings:
            mark = "To repair" if finding.problem else "To know"
            typer.echo(f"{mark} ({finding.check}): {finding.message}")
            if finding.fix:
                typer.echo(f"  {finding.fix}")
        if health.sound:
            typer.echo("The project is sound.")
    if not health.sound:
        raise typer.Exit(FINDINGS)


def _counted(n: int, plural: str) -> str:
    return f"{n:,} {plural.removesuffix('s') if n == 1 else plural}"
