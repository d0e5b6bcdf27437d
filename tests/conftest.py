"""What tests of several floors share: the sample district as a project, made once for a whole test run."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from calibrate.workflows.wall_views import WallSource


@pytest.fixture(scope="session")
def sample_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample district's project, without reports. Read it only: all tests share it.

    The processes of a parallel run share it too: whoever comes first makes it, the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / "sample-project"
    with (shared / "sample-project.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            from calibrate.workflows.demo import build_demo

            build_demo(folder)
    return folder


@pytest.fixture(scope="session")
def sample_wall(sample_project: Path) -> WallSource:
    """The sample district's writing wall, loaded once for each process. Read it only: place nothing on it."""
    from calibrate.workflows.wall_views import open_wall

    return open_wall(sample_project)


@pytest.fixture
def own_sample_project(sample_project: Path, tmp_path: Path) -> Path:
    """A copy of the sample district's project for one test, which may change it."""
    folder = tmp_path / "sample"
    shutil.copytree(sample_project, folder)
    return folder


@pytest.fixture(scope="session")
def sample_reports(sample_project: Path) -> Path:
    """The sample district's project with a report of each kind and edition, made once for a whole test run."""
    folder = sample_project.parent / "sample-reports"
    with (folder.parent / "sample-reports.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            from tests.support.reports import make_sample_reports

            shutil.copytree(sample_project, folder, dirs_exist_ok=True)
            make_sample_reports(folder)
            (folder / "whole").touch()
    return folder
