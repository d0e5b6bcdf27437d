"""``calibrate lab`` opens JupyterLab on the project's notebooks, on this machine alone."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibrate import resources
from calibrate.cli import app
from tests.support.tree import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "calibrate.toml").write_text("", encoding="utf-8")
    return tmp_path


@contextlib.contextmanager
def running_lab(project: Path) -> Iterator[str]:
    """Start the command as a teacher would; yield the address that JupyterLab prints."""
    log = project / "lab.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "calibrate",
                "lab",
                str(project),
                "--no-browser",
                "--port",
                "18923",
            ],
            cwd=ROOT / "src",
            env={**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        address = None
        until = time.monotonic() + 60
        while not address and time.monotonic() < until and process.poll() is None:
            address = re.search(r"http://127\.0\.0\.1:\d+/lab\S*\?token=\w+", log.read_text())
            time.sleep(0.1)
        assert address, log.read_text()
        yield address[0]
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def test_jupyterlab_opens_on_the_notebooks_and_calls_nobody(project: Path) -> None:
    with running_lab(project) as address:
        base, _, token = address.partition("?token=")
        site = base.partition("/lab")[0]

        def get(path: str) -> str:
            request = urllib.request.Request(
                site + path, headers={"Authorization": f"token {token}"}
            )
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.read().decode()

        listing = get("/api/contents/notebooks")
        assert all(name in listing for name in resources.notebook_names())
        page = get("/lab")
        disabled = json.loads(re.search(r'"disabledExtensions": (\[.*?\])', page, re.DOTALL)[1])
        assert "@jupyterlab/apputils-extension:announcements" in disabled
        assert "/lab/tree/notebooks" in base
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"{site}/api/contents", timeout=30)


def test_a_folder_that_is_no_project_is_answered_with_what_to_do(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["lab", str(tmp_path)])
    assert answer.exit_code == 1
    assert "calibrate demo demo" in " ".join(answer.output.split())
