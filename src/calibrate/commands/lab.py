"""``calibrate lab``: JupyterLab on a project's notebooks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from calibrate import console
from calibrate.errors import ProjectError

app = typer.Typer(help="Open JupyterLab on the notebooks, in a project.")

_SETTINGS = Path(__file__).parent / "jupyter"


@app.command()
def lab(
    project: Annotated[Path, typer.Argument(help="The project's folder.")] = Path(),
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Try this port first; a free one is taken.")
    ] = 8888,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open it in the browser.")
    ] = True,
) -> None:
    """Open JupyterLab on the notebooks, in a project.

    The notebooks are copied into the project's folder `notebooks`, where your changes are yours:
    a notebook that you have changed is never written over. Stop it with Ctrl-C.
    """
    from calibrate.workflows.notebooks import hand_out_notebooks

    found = hand_out_notebooks(project)
    for names, text in (
        (found.new, "New in {}: {}"),
        (found.updated, "Brought up to date in {}: {}"),
        (
            found.beside,
            "You have changed these, so this version's form lies beside yours in {}: {}",
        ),
    ):
        if names:
            console.say(text.format(found.folder, ", ".join(names)))
    command = lab_command(project.resolve(), port=port, browser=browser)
    try:
        answer = subprocess.run(command, env=lab_environment(), check=False)
    except KeyboardInterrupt:  # JupyterLab has heard it too, and stops by itself
        return
    if answer.returncode:
        raise ProjectError(
            "JupyterLab stopped with an error; its own message stands above.",
            fix="If another JupyterLab is in the way, name another port: calibrate lab --port 8890.",
        )


def lab_command(project: Path, *, port: int, browser: bool) -> list[str]:
    """The command that starts JupyterLab for a project, on this machine alone.

    Parameters
    ----------
    project
        The project's folder, absolute.
    port
        The first port to try.
    browser
        Whether a browser window opens.
    """
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={project}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--LabApp.default_url=/lab/tree/notebooks",
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        *([] if browser else ["--no-browser"]),
        *(["--allow-root"] if as_root else []),
    ]


def lab_environment() -> dict[str, str]:
    """The environment that JupyterLab gets: ours, with the settings that keep it from calling out."""
    paths = [str(_SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}
