"""Projects that are copied instead of made anew, so that tests are quick: an empty one, and one with a small school."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from calibrate.store.project import Project
from tests.support.rooms import committed, ready_database, room, scoring  # noqa: F401 - fixtures
from tests.workflows.import_kit import District


@pytest.fixture(scope="session")
def empty_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project without anything in it, to copy."""
    folder = tmp_path_factory.mktemp("ready") / "project"
    Project.create(folder, project_id="pr-imports").close()
    return folder


@pytest.fixture
def project(empty_project: Path, tmp_path: Path):
    """An empty project."""
    folder = tmp_path / "project"
    shutil.copytree(empty_project, folder)
    with Project.open(folder) as opened:
        yield opened


@pytest.fixture
def district(project: Project, tmp_path: Path) -> District:
    """An empty project, and a folder of files to bring into it."""
    files = tmp_path / "files"
    files.mkdir()
    return District(project, files)
