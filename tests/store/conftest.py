"""Every store test that asks for ``store`` runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from calibrate.store.engine import sqlite_url
from calibrate.store.repository import Store
from calibrate.store.upgrades import create_tables
from tests.support.databases import PROJECT_ID, Server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server for this worker; its folder's path is short, because a socket's path has to be."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def ready_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables in it, to copy."""
    path = tmp_path_factory.mktemp("ready") / "calibrate.db"
    with Store(sqlite_url(path)) as store:
        create_tables(store, PROJECT_ID)
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "calibrate.db")
        return
    server = request.getfixturevalue("postgresql")
    url = server.empty()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with the newest tables, and nothing in them."""
    if request.param == "sqlite":
        path = tmp_path / "calibrate.db"
        shutil.copy(request.getfixturevalue("ready_sqlite"), path)
        yield sqlite_url(path)
        return
    server = request.getfixturevalue("postgresql")
    url = server.fresh()
    yield url
    server.drop(url)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A store on either engine."""
    with Store(store_url) as opened:
        yield opened
