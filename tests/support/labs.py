"""A JupyterLab of a test's own: settings, workspaces and sockets that no other one shares."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.support.ports import free_port

#: Seconds until it has to answer: on a busy machine it takes its time.
PATIENCE = 240


@dataclass(frozen=True)
class Lab:
    """Where a running JupyterLab answers."""

    site: str
    token: str
    opens_at: str

    def notebook(self, name: str) -> str:
        """The address that opens one notebook of the project, and nothing from before."""
        return f"{self.site}/lab/tree/notebooks/{name}?reset&token={self.token}"


@contextlib.contextmanager
def running_lab(project: Path) -> Iterator[Lab]:
    """``calibrate lab`` on a project, started as a teacher would."""
    # A short path, because a socket's path has to be.
    own = Path(tempfile.mkdtemp(prefix="lab", dir="/tmp" if os.name == "posix" else None))
    log = own / "lab.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "calibrate", "lab", str(project)),
                *("--no-browser", "--port", str(free_port())),
            ],
            env={**os.environ, **_settings(own)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield _wait(process, log)
    finally:
        _end(process)
        shutil.rmtree(own, ignore_errors=True)


def _settings(own: Path) -> dict[str, str]:
    """Folders of its own for everything that JupyterLab keeps, and kernels that talk through files."""
    (own / "config").mkdir()
    if os.name == "posix":
        (own / "config" / "jupyter_server_config.json").write_text(
            json.dumps({"KernelManager": {"transport": "ipc"}}), encoding="utf-8"
        )
    return {
        "JUPYTER_CONFIG_DIR": str(own / "config"),
        "JUPYTER_DATA_DIR": str(own / "data"),
        "JUPYTER_RUNTIME_DIR": str(own / "run"),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
        "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
        "IPYTHONDIR": str(own / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }


def _wait(process: subprocess.Popen[bytes], log: Path) -> Lab:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        found = re.search(
            r"(http://127\.0\.0\.1:\d+)(/lab\S*)\?token=(\w+)", log.read_text(encoding="utf-8")
        )
        if found:
            return Lab(site=found[1], token=found[3], opens_at=found[2])
        time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, with its kernels; after a while, make it."""
    for how, seconds in ((signal.SIGTERM, 60), (signal.SIGKILL, 60)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
            return


def open_notebook(page: Page, lab: Lab, name: str) -> None:
    """Open a notebook and wait until its kernel is there."""
    page.goto(lab.notebook(name))
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()


def run_all(page: Page) -> None:
    """Run All, from JupyterLab's own menu."""
    page.locator(".lm-MenuBar-item", has_text="Run").first.click()
    page.locator("li[data-command='runmenu:run-all']").click()


def restart_and_run_all(page: Page) -> None:
    """A fresh kernel, then Run All: what somebody does who comes back the next day."""
    page.locator(".lm-MenuBar-item", has_text="Kernel").first.click()
    page.locator("li[data-command='runmenu:restart-and-run-all']").click()
    page.locator(".jp-Dialog .jp-mod-accept").click()


def save(page: Page) -> None:
    """Save the notebook, from JupyterLab's own menu, and wait until it is saved."""
    with page.expect_response(
        lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url
    ):
        page.locator(".lm-MenuBar-item", has_text="File").first.click()
        page.locator("li[data-command='docmanager:save']").click()
