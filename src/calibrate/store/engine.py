"""How a database is opened: SQLite in the project folder, or PostgreSQL by its URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url

from calibrate.errors import ProjectError
from calibrate.store.filesystems import network_type

WAIT_SECONDS = 30
WRITING = "calibrate_writing"
"""Execution option: the transaction that begins will write."""


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return sa.URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def open_engine(url: str) -> sa.Engine:
    """An engine with the settings that keep an acknowledged save.

    SQLite: write-ahead log, foreign keys on, ``synchronous=FULL``, writing transactions that take
    the lock at once, 30 seconds of patience. PostgreSQL: the same patience, and sessions in UTC.

    Raises
    ------
    ProjectError
        For any other database, for a SQLite file on a network folder, or if psycopg is missing.
    """
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError:
        raise ProjectError(
            "The database's address is not a URL.",
            column="store.url",
            fix="Leave it out for a file in the project folder, or write "
            "postgresql://user@server/database.",
        ) from None
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed)
    raise ProjectError(
        f"Calibrate keeps its data in SQLite or PostgreSQL, not in {parsed.get_backend_name()}.",
        column="store.url",
        fix="Use a postgresql:// URL, or leave the setting out.",
    )


def _open_sqlite(url: sa.URL) -> sa.Engine:
    if not url.database or url.database == ":memory:":
        raise ProjectError(
            "A SQLite database needs a file.",
            column="store.url",
            fix="Name a file, or leave it out.",
        )
    refuse_network_folder(Path(url.database))
    engine = sa.create_engine(
        url, connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False}
    )
    place = _Place(Path(url.database))

    @event.listens_for(engine, "do_connect")
    def look(*_: Any) -> None:
        place.check()  # SQLite would make a new, empty file where the old one is gone

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        place.remember()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        place.check()
        writing = connection.get_execution_options().get(WRITING, False)
        if connection.info.get(WRITING) is not writing:  # as the file's last user left it
            connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
            connection.info[WRITING] = writing
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


class _Place:
    """Where a SQLite file lies, and whether it is still the one that was opened.

    A file that was deleted or moved away takes every save of whoever has it open, and nobody ever
    finds them again: such a save must not be acknowledged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._known: tuple[int, int] | None = None

    def remember(self) -> None:
        """The file is open now; the first one counts."""
        self._known = self._known or self._look()

    def check(self) -> None:
        """Refuse to go on with a file that is not at its place any more."""
        if self._known is not None and self._look() != self._known:
            raise ProjectError(
                "The project's database was moved, deleted or replaced while it was open here, so "
                "nothing more is saved in it.",
                fix="Put it back where it was; or close Calibrate, and open the project where it is now.",
            )

    def _look(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def _open_postgresql(url: sa.URL) -> sa.Engine:
    try:
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            connect_args={"connect_timeout": WAIT_SECONDS},
        )
    except ModuleNotFoundError:
        raise ProjectError(
            "This project is kept in PostgreSQL, and the package that speaks to it is missing.",
            fix="Install it: pip install 'calibrate[postgres]'.",
        ) from None

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'UTC'")
            cursor.execute(f"SET lock_timeout = '{WAIT_SECONDS}s'")
        connection.commit()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if not connection.get_execution_options().get(WRITING, False):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    return engine


def refuse_network_folder(path: Path) -> None:
    """Refuse a database file on a network folder, where two machines could spoil it.

    Raises
    ------
    ProjectError
        With advice on where else to keep the project.
    """
    kind = network_type(path)
    if kind is not None:
        raise ProjectError(
            f"The project's database lies on a network folder ({kind}). There it could be damaged.",
            fix="Keep the project folder on this computer's own disk and share the pages with "
            "`calibrate serve`; or name a PostgreSQL server under [store] url in calibrate.toml.",
        )
