"""Run one report notebook with papermill and keep what it made."""

from __future__ import annotations

import os
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from calibrate import resources
from calibrate.places import writing
from calibrate.reports.files import write_private
from calibrate.reports.kinds import ReportJob, report_kind
from calibrate.reports.parameters import refuse_unknown

EXECUTION_TIMEOUT = 600  # seconds for one cell; a report takes a few
START_TIMEOUT = 240  # seconds for a kernel to answer; a busy machine takes its time

_OUR_ERRORS = (
    "CalibrateError",
    "ArgumentError",
    "DataError",
    "NotFound",
    "ProjectError",
    "SealError",
)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a report could not be made, in words that a coach can act on."""

    message: str
    cell: str


@dataclass(frozen=True, slots=True)
class Executed:
    """An executed notebook, and its failure if one cell did not run."""

    notebook: Any
    failure: Failure | None = None


def execute(project: Path, job: ReportJob, output: Path) -> Executed:
    """Execute a report's template with its parameters.

    The executed notebook is written to ``output`` (readable by its owner alone) whether it ran
    through or not. It runs inside the project's folder, so that it holds no path of this machine.

    Parameters
    ----------
    project
        The project's folder.
    job
        Which report.
    output
        Where the executed notebook goes.
    """
    template = resources.template(report_kind(job.kind).template)
    parameters = {
        "project": ".",
        "id": job.id,
        "window": job.window,
        "edition": job.edition.value,
    }
    refuse_unknown(parameters)
    with writing(output):
        output.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        output.touch(mode=0o600)
    failure = None
    try:
        with (
            warnings.catch_warnings(),
            tempfile.TemporaryDirectory(prefix="calibrate-") as sockets,
        ):
            warnings.simplefilter("ignore")  # nbformat's and papermill's, of no use to a coach
            papermill.execute_notebook(
                str(template),
                str(output),
                parameters=parameters,
                report_mode=True,
                progress_bar=False,
                cwd=str(project),
                kernel_name="python3",
                start_timeout=START_TIMEOUT,
                execution_timeout=EXECUTION_TIMEOUT,
                config=kernel_settings(Path(sockets)),
            )
    except PapermillExecutionError as problem:
        failure = _in_plain_words(problem)
    notebook = _without_places(nbformat.read(output, as_version=4))
    write_private(output, nbformat.writes(notebook).encode("utf-8"))
    return Executed(notebook, failure)


def kernel_settings(sockets: Path) -> Config:
    """Let kernels be silent, and talk through files where the system can: TCP ports collide.

    The files lie in a folder of their own. By default every kernel looks for a free name in the
    current folder, and two that start at once find the same one.

    Parameters
    ----------
    sockets
        A folder of the kernel's own, with a short path: a socket's path may have about 100 letters.
    """
    config = Config()
    # A kernel that is ended while it starts a thread would say so in the middle of the progress bar.
    config.NotebookClient.extra_arguments = ["--IPKernelApp.log_level=50"]
    if os.name == "posix":
        config.KernelManager.transport = "ipc"
        config.KernelManager.connection_file = str(sockets / "kernel.json")
    return config


def _without_places(notebook: Any) -> Any:
    """The notebook without this machine's paths: papermill notes where it read and wrote."""
    noted = notebook.metadata.get("papermill", {})
    for key in ("input_path", "output_path"):
        if key in noted:
            noted[key] = Path(str(noted[key])).name
    return notebook


def _in_plain_words(problem: PapermillExecutionError) -> Failure:
    first_line = str(problem.source).strip().partition("\n")[0]
    cell = first_line.removeprefix("# ") if first_line.startswith("#") else "Reading the project"
    if problem.ename in _OUR_ERRORS:
        return Failure(str(problem.evalue), cell)
    return Failure(
        "A step of this report stopped with an error that is not your data's fault. "
        "The notebook beside this page holds the details for whoever looks after Calibrate.",
        cell,
    )
