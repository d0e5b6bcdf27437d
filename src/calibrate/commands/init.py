"""``calibrate init``: a new project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from calibrate.console import JsonFlag, print_json, say

app = typer.Typer(help="Make a new project folder.")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The new project's folder.", metavar="DIR")],
    name: Annotated[
        str | None, typer.Option(help="What people call the project, such as your district's name.")
    ] = None,
    recovery_file: Annotated[
        Path | None,
        typer.Option(help="Where to write the recovery key; beside the folder, if not given."),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(help="A postgresql:// URL, if the data are not to lie in the folder."),
    ] = None,
    show_words: Annotated[
        bool, typer.Option("--show-words", help="Show the recovery words here, too.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a new project folder, and the recovery key that opens its sealed sessions in need.

    The key is written once, outside the project. Move the file to a stick or print it and lock it
    up: the project keeps no copy.
    """
    from calibrate.workflows.projects import start_project

    made = start_project(folder, name=name, recovery_file=recovery_file, url=url)
    if as_json:
        answer = {
            "folder": str(made.folder),
            "name": made.name,
            "recovery_file": str(made.recovery_file),
            "recovery_label": made.recovery_label,
        }
        print_json(answer | ({"recovery_words": made.recovery_words} if show_words else {}))
        return
    typer.echo(f"{made.name} is ready in {made.folder}")
    say("")
    say(f"Recovery key: {made.recovery_file}  (label {made.recovery_label})")
    say(
        "It opens sealed sessions if a passphrase or computer is lost. Keep it away from the project:"
    )
    say("print it and lock it up, or move it to a stick in a safe. There is no other copy.")
    if show_words:
        typer.echo("")
        for number, line in enumerate(made.recovery_words, start=1):
            typer.echo(f"  {number}.  {line}")
    say("")
    say("Next: bring in your people and rubric, from the project's folder:")
    say("  calibrate import roster roster.csv --check")
    say("  calibrate import rubric rubric.yaml")
