"""Notebooks run as Run All would run them, by kernels that cannot get into each other's way."""

from __future__ import annotations

import tempfile
from pathlib import Path

import nbformat
import papermill

from calibrate.reports.execute import START_TIMEOUT, kernel_settings


def run_notebook(notebook: Path, **parameters: str) -> nbformat.NotebookNode:
    """Run a notebook from top to bottom in its own folder, with these parameters.

    Its kernel talks through files instead of ports: two kernels that start at once can find the same port free.
    """
    with tempfile.TemporaryDirectory(prefix="calibrate-") as sockets:
        return papermill.execute_notebook(
            notebook,
            notebook.with_name(f"run-{notebook.name}"),
            parameters,
            cwd=notebook.parent,
            progress_bar=False,
            start_timeout=START_TIMEOUT,
            config=kernel_settings(Path(sockets)),
        )
