"""The facilitator's notebook: Run All shows the board on the sample district, saves nothing of it, and makes reports."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from calibrate.store.project import Project
from calibrate.workflows.notebooks import hand_out_notebooks
from tests.support.kernels import run_notebook
from tests.support.tree import SOURCE

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def notebook(own_sample_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(SOURCE.parent))
    monkeypatch.setenv("CALIBRATE_KEY_STORE", str(tmp_path / "keys"))
    hand_out_notebooks(own_sample_project)
    return own_sample_project / "notebooks" / "norming_session.ipynb"


def test_the_norming_notebook_opens_the_board_and_its_report_can_be_made_from_there(
    notebook: Path,
):
    project = notebook.parent.parent
    with Project.open(project) as opened, opened.reading() as unit:
        session = unit.sessions.all()[0]
    # What closing a session does in the kernel of the notebook, in which a loop runs already.
    cells = nbformat.read(notebook, as_version=4)
    after = nbformat.v4.new_code_cell(f"session_report(Path(project), {session.id!r})")
    cells.cells.append(after)
    nbformat.write(cells, notebook)
    run = run_notebook(notebook)
    outputs = [out for cell in run.cells for out in cell.get("outputs", [])]
    assert sum(VIEW in out.get("data", {}) for out in outputs) == 1
    path = outputs[-1]["data"]["text/plain"].strip("'")
    assert (project / path).is_file()
    assert session.title in (project / path).read_text(encoding="utf-8")
    (saved,) = [
        one["state"]
        for one in run.metadata["widgets"]["application/vnd.jupyter.widget-state+json"][
            "state"
        ].values()
        if "_esm" in one["state"]
    ]
    told = {name: value for name, value in saved.items() if not name.startswith("_")}
    assert session.id not in json.dumps(told)
    assert set(told) <= {"comm", "layout", "tabbable", "tooltip"}


def test_the_norming_notebook_is_thin_and_opens_with_three_sentences(notebook: Path):
    words, _, code = nbformat.read(notebook, as_version=4).cells
    lines = words.source.split("\n\n", 1)
    assert lines[0].startswith("# ")
    assert lines[1].count(". ") == 2 and lines[1].endswith(".")
    assert len(code.source.splitlines()) <= 8
