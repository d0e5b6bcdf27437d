"""Fixtures of a small session that is open for scoring: import them in a folder's conftest."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from calibrate.store.engine import sqlite_url
from calibrate.store.repository import Store
from calibrate.store.sealing import KeyStore
from calibrate.store.upgrades import create_tables
from tests.store.sealing_kit import CHEAP
from tests.support.norming import Room, make_room


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


@pytest.fixture
def committed(scoring: Room) -> Room:
    """The same: everybody has committed, and nothing is revealed."""
    scoring.everybody_commits()
    return scoring
