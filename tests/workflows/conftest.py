"""Projects that are copied instead of made anew, so that tests are quick: an empty one, and one with a small school."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from calibrate.store.engine import sqlite_url
from calibrate.store.project import Project
from calibrate.store.repository import Store
from calibrate.store.sealing import KeyStore
from calibrate.store.upgrades import create_tables
from tests.store.sealing_kit import CHEAP
from tests.support.norming import Room, make_room
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


@pytest.fixture(scope="session")
def ready_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the tables in it, to copy."""
    path = tmp_path_factory.mktemp("ready") / "calibrate.db"
    with Store(sqlite_url(path)) as store:
        create_tables(store, "pr-test")
    return path


@pytest.fixture
def room(tmp_path: Path, ready_database: Path) -> Iterator[Room]:
    """A project with raters, pieces and a rubric; no session yet."""
    folder = tmp_path / "project"
    (folder / "work").mkdir(parents=True)
    (folder / "reports").mkdir()
    keystore = KeyStore("pr-test", folder, tmp_path / "keys", passphrase_cost=CHEAP, pin_cost=CHEAP)
    shutil.copy(ready_database, folder / "calibrate.db")
    with Store(sqlite_url(folder / "calibrate.db")) as store:
        yield make_room(store, folder, keystore)


@pytest.fixture
def scoring(room: Room) -> Room:
    """The same, with a session of three raters and two pieces that is open for scoring."""
    room.set_up()
    room.open()
    return room
