"""The notebooks of the wall, of the schools beside each other and of the reports run from top to bottom in a project."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest

from calibrate.store.project import Project
from calibrate.workflows.notebooks import hand_out_notebooks
from tests.support.kernels import run_notebook


@pytest.fixture(scope="module")
def project(sample_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample district's project, with its notebooks handed out."""
    folder = tmp_path_factory.mktemp("notebooks") / "sample"
    shutil.copytree(sample_project, folder)
    hand_out_notebooks(folder)
    return folder


def test_the_writing_wall_runs_and_its_still_picture_counts_the_same(project: Path):
    notebook = run_notebook(project / "notebooks" / "writing_wall.ipynb")
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    views = [
        one for one in outputs if "application/vnd.jupyter.widget-view+json" in one.get("data", {})
    ]
    assert len(views) == 1
    widgets = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    (model,) = [one["state"] for one in widgets.values() if "view" in one["state"]]
    total = model["view"]["total"]
    pictures = [one["data"]["text/html"] for one in outputs if one.output_type == "display_data"]
    said = [
        re.search(r"Page \d+ of \d+: .*?(\d+) students; (\d+) at or above", one) for one in pictures
    ]
    assert all(said)
    assert sum(int(one[1]) for one in said if one) == total["children"]
    assert sum(int(one[2]) for one in said if one) == total["above"]


def test_the_schools_beside_each_other_are_one_view_with_its_sentences_for_a_reader_without_a_kernel(
    project: Path,
):
    notebook = run_notebook(project / "notebooks" / "cross_school_rigor.ipynb")
    (output,) = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    assert "application/vnd.jupyter.widget-view+json" in output["data"]
    widgets = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    (model,) = [one["state"] for one in widgets.values() if "view" in one["state"]]
    view = model["view"]
    assert len(view["schools"]) == 4
    assert view["differences"]["rows"] and view["agreement"]["rows"]
    for words in (view["answer"], view["links"]["sentence"], view["silence"]["items"][0]["next"]):
        assert words in output["data"]["text/plain"]


def test_agreement_says_its_sentences_to_a_reader_without_a_kernel(project: Path):
    notebook = run_notebook(project / "notebooks" / "agreement.ipynb", session="S02")
    (output,) = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    told = output["data"]["text/plain"].split("\n")
    assert len(told) == 6
    assert told[-1].startswith("All criteria together: ")
    shown = html.unescape(output["data"]["text/html"])
    assert all(one in shown for one in told)


def test_the_reports_are_a_panel_that_keeps_no_name_in_the_notebook(project: Path):
    path = project / "notebooks" / "calibration_reports.ipynb"
    notebook = run_notebook(path)
    (output,) = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    assert "application/vnd.jupyter.widget-view+json" in output["data"]
    assert "reports of this project" in output["data"]["text/plain"]
    with Project.open(project) as opened, opened.reading() as unit:
        given = {f"{one.given_name} {one.family_name}" for one in unit.people.names.all()}
    saved = str(notebook)
    assert not [one for one in given if one in saved]
    assert not (project / "reports" / "index.html").exists()
