"""Notebooks are handed out into a project, and what somebody changed there stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calibrate import __version__, resources
from calibrate.errors import ProjectError
from calibrate.workflows.notebooks import hand_out_notebooks


def notebook(source: str, outputs: list | None = None) -> str:
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": outputs or []}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "a school's project"
    folder.mkdir()
    (folder / "calibrate.toml").write_text("", encoding="utf-8")
    return folder


@pytest.fixture
def brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The notebooks that this Calibrate brings: one, for the test to change."""
    monkeypatch.setattr(resources, "_root", lambda: tmp_path)
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "wall.ipynb").write_text(notebook("first"), encoding="utf-8")
    return folder


def test_every_notebook_that_calibrate_brings_is_copied(project: Path) -> None:
    found = hand_out_notebooks(project)
    assert list(found.new) == resources.notebook_names()
    for name in found.new:
        assert (project / "notebooks" / name).read_bytes() == resources.notebook(name).read_bytes()


@pytest.mark.usefixtures("brought")
def test_copies_are_for_their_owner_alone(project: Path) -> None:
    hand_out_notebooks(project)
    assert (project / "notebooks" / "wall.ipynb").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("brought")
def test_a_second_time_changes_nothing(project: Path) -> None:
    hand_out_notebooks(project)
    again = hand_out_notebooks(project)
    assert (again.new, again.updated, again.kept, again.beside) == ((), (), (), ())


def test_a_notebook_that_was_only_run_is_brought_up_to_date(project: Path, brought: Path) -> None:
    hand_out_notebooks(project)
    mine = project / "notebooks" / "wall.ipynb"
    mine.write_text(notebook("first", outputs=[{"output_type": "stream", "text": "done"}]))
    (brought / "wall.ipynb").write_text(notebook("second"), encoding="utf-8")
    assert hand_out_notebooks(project).updated == ("wall.ipynb",)
    assert mine.read_text(encoding="utf-8") == notebook("second")


def test_a_changed_notebook_is_kept_and_the_new_one_lies_beside_it(
    project: Path, brought: Path
) -> None:
    hand_out_notebooks(project)
    mine = project / "notebooks" / "wall.ipynb"
    mine.write_text(notebook("my own"), encoding="utf-8")
    assert hand_out_notebooks(project).beside == ()
    (brought / "wall.ipynb").write_text(notebook("second"), encoding="utf-8")
    found = hand_out_notebooks(project)
    assert found.kept == ("wall.ipynb",)
    assert found.beside == (f"wall-{__version__}.ipynb",)
    assert mine.read_text(encoding="utf-8") == notebook("my own")
    beside = project / "notebooks" / found.beside[0]
    assert beside.read_text(encoding="utf-8") == notebook("second")
    assert hand_out_notebooks(project).beside == ()


@pytest.mark.usefixtures("brought")
def test_a_notebook_that_cannot_be_read_counts_as_changed(project: Path) -> None:
    hand_out_notebooks(project)
    mine = project / "notebooks" / "wall.ipynb"
    mine.write_text("{", encoding="utf-8")
    (project / "notebooks" / ".handed-out.json").write_text("{", encoding="utf-8")
    assert hand_out_notebooks(project).kept == ("wall.ipynb",)
    assert mine.read_text(encoding="utf-8") == "{"


def test_a_folder_that_is_no_project_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="calibrate demo demo"):
        hand_out_notebooks(tmp_path)
    assert list(tmp_path.iterdir()) == []
