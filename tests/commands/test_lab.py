"""``calibrate lab`` opens JupyterLab on the project's notebooks, on this machine alone."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibrate import resources
from calibrate.cli import app
from tests.support.labs import PATIENCE, running_lab


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "calibrate.toml").write_text("", encoding="utf-8")
    return tmp_path


def test_jupyterlab_opens_on_the_notebooks_and_calls_nobody(project: Path) -> None:
    with running_lab(project) as lab:

        def get(path: str) -> str:
            request = urllib.request.Request(
                lab.site + path, headers={"Authorization": f"token {lab.token}"}
            )
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.read().decode()

        listing = get("/api/contents/notebooks")
        assert all(name in listing for name in resources.notebook_names())
        page = get("/lab")
        disabled = json.loads(re.search(r'"disabledExtensions": (\[.*?\])', page, re.DOTALL)[1])
        assert "@jupyterlab/apputils-extension:announcements" in disabled
        widgets = json.loads(get("/lab/api/settings/@jupyter-widgets/jupyterlab-manager:plugin"))
        assert widgets["schema"]["properties"]["saveState"]["default"] is False
        assert lab.opens_at == "/lab/tree/notebooks"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"{lab.site}/api/contents", timeout=PATIENCE)


def test_a_folder_that_is_no_project_is_answered_with_what_to_do(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["lab", str(tmp_path)])
    assert answer.exit_code == 1
    assert "calibrate demo demo" in " ".join(answer.output.split())
