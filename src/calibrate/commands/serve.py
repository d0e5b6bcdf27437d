"""``calibrate serve``: the room in which a panel scores."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Open the room: the scoring pages for a panel, and the facilitator's page.")


@app.command()
def serve(
    project: Annotated[Path, typer.Option("--project", help="The project's folder.")] = Path(),
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8765,
    lan: Annotated[
        bool, typer.Option("--lan", help="Let other devices in this network reach the room.")
    ] = False,
    key_store: Annotated[
        Path | None, typer.Option("--key-store", help="The folder for keys, outside the project.")
    ] = None,
) -> None:
    """Open the room: the scoring pages for a panel, and the facilitator's page.

    Raters come in with their personal link, or with room code, name and PIN. Until Ctrl-C is pressed
    the room stays open; whatever it has acknowledged is stored.
    """
    from calibrate.serve.run import run_room

    run_room(project, port=port, lan=lan, key_store=key_store)
