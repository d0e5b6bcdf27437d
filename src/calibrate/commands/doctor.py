"""``calibrate doctor``: checks a project, and with ``--room`` whether a room can be held on this computer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calibrate.console import FINDINGS, JsonFlag, print_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calibrate.workflows.doctor import Finding

app = typer.Typer(help="Check a project's health.")


@app.command()
def doctor(
    folder: Annotated[
        Path | None, typer.Argument(help="The project's folder.", metavar="[DIR]")
    ] = None,
    project: Annotated[Path, typer.Option(help="The same, as in the other commands.")] = Path(),
    room: Annotated[
        bool,
        typer.Option("--room", help="Try whether another device can reach this computer."),
    ] = False,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="With --room: the port that the room will use.")
    ] = 8765,
    seconds: Annotated[
        int, typer.Option(min=0, max=3600, help="With --room: how long to wait for a device.")
    ] = 60,
    as_json: JsonFlag = False,
) -> None:
    """Check a project: its database, links, work files, sealed ballots and versions.

    Ends with 0 if the project is sound and with 1 if something needs repair. With --room it tries
    instead, before a meeting, whether a phone or Chromebook can reach this computer, and ends
    with 1 if none came.
    """
    if room:
        from calibrate.commands._doctor_room import check_room

        check_room(folder or project, port, seconds, as_json=as_json)
        return
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
        show_findings(health.findings)
        if health.sound:
            typer.echo("The project is sound.")
    if not health.sound:
        raise typer.Exit(FINDINGS)


def show_findings(findings: Iterable[Finding]) -> None:
    """Print what the doctor saw, each with what to do."""
    for finding in findings:
        mark = "To repair" if finding.problem else "To know"
        typer.echo(f"{mark} ({finding.check}): {finding.message}")
        if finding.fix:
            typer.echo(f"  {finding.fix}")


def _counted(n: int, plural: str) -> str:
    return f"{n:,} {plural.removesuffix('s') if n == 1 else plural}"
