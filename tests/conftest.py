"""What tests of several floors share: the sample district as a project, made once for a whole test run."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.support.ordering import longest_first
from tests.support.tree import SOURCE

if TYPE_CHECKING:
    from calibrate.workflows.wall_views import WallSource

# The same examples on every machine, however slow: what is new to search for is looked for on purpose, with
# --hypothesis-profile=search, and what it finds becomes a test of its own.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "search", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

# Kernels and commands that tests start elsewhere find this package, however the tests were started.
os.environ["PYTHONPATH"] = os.pathsep.join(
    dict.fromkeys([str(SOURCE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start long files first; every process of a parallel run finds the same order."""
    items[:] = longest_first(items)


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

            # Under its own name only when it is whole: whoever waits must not get half of it.
            build_demo(folder.with_name("sample-project-in-the-making"))
            folder.with_name("sample-project-in-the-making").rename(folder)
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
