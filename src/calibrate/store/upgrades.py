"""Making a database, telling how old it is, and bringing an older one up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from calibrate.errors import ProjectError
from calibrate.store.engine import WRITING
from calibrate.store.repository import Store
from calibrate.store.schema import APPEND_ONLY, REVISIONS, logs, metadata
from calibrate.store.triggers import install_triggers

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), primary_key=True),
)


def create_tables(store: Store, project_id: str) -> None:
    """Make every table of the newest version in an empty database, and note whose it is.

    Raises
    ------
    ProjectError
        If the database holds tables already.
    """
    with writing(store) as connection:
        if sa.inspect(connection).get_table_names():
            raise ProjectError(
                "This database is not empty.",
                fix="Give the new project a database of its own.",
            )
        metadata.create_all(connection)
        install_triggers(connection)
        VERSION_TABLE.create(connection)
        connection.execute(sa.insert(VERSION_TABLE).values(version_num=REVISIONS[-1]))
        connection.execute(
            sa.insert(logs.about).values(project_id=project_id, created_at=datetime.now(UTC))
        )


def revision_of(store: Store) -> str | None:
    """The version of the database, or None if it is empty or not one of Calibrate's."""
    with store.engine.connect() as connection:
        if not sa.inspect(connection).has_table(VERSION_TABLE.name):
            return None
        return connection.execute(sa.select(VERSION_TABLE.c.version_num)).scalar()


def project_of(store: Store) -> str | None:
    """The id of the project that the database belongs to."""
    with store.reading() as unit:
        return unit.connection.execute(sa.select(logs.about.c.project_id)).scalar()


def needs_upgrade(store: Store) -> bool:
    """Whether the database is of an older version.

    Raises
    ------
    ProjectError
        If it is of a newer version than this Calibrate knows, or not one of Calibrate's.
    """
    revision = revision_of(store)
    if revision is None:
        raise ProjectError(
            "The project's database is empty or was not made by Calibrate.",
            fix="Put back the database from a backup, or start a new project with `calibrate init`.",
        )
    if revision not in REVISIONS:
        raise ProjectError(
            f"This project was saved by a newer version of Calibrate (its database is {revision}, "
            f"this version knows up to {REVISIONS[-1]}).",
            fix="Install the newer version of Calibrate. Nothing was changed.",
        )
    return revision != REVISIONS[-1]


def upgrade(store: Store, to: str = REVISIONS[-1]) -> None:
    """Bring the database up to a version, in one transaction: all of it, or nothing.

    The caller makes the backup first: see `back_up`.
    """
    with writing(store) as connection:
        run_migrations(connection, to)
        there = set(sa.inspect(connection).get_table_names())
        install_triggers(connection, tuple(name for name in APPEND_ONLY if name in there))


def run_migrations(connection: sa.Connection, to: str) -> None:
    """Run the migrations up to a version on an open connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def back_up(database: Path, revision: str) -> Path:
    """Copy a SQLite database, with what is still in its write-ahead log, beside itself.

    Parameters
    ----------
    database
        The file.
    revision
        Its version, for the copy's name.

    Returns
    -------
    Path
        The copy, such as ``calibrate-0001-20261122T181500.db``, readable by its owner alone.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    copy = database.with_name(f"{database.stem}-{revision}-{stamp}.backup.db")
    copy.touch(mode=0o600, exist_ok=False)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        if target.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise ProjectError(
                "The backup that is made before an upgrade did not succeed; nothing was changed.",
                fix="Check that the disk has room, then open the project again.",
            )
    return copy


@contextmanager
def writing(store: Store) -> Iterator[sa.Connection]:
    """A writing transaction on the bare connection, for what shapes the tables themselves."""
    with store.engine.execution_options(**{WRITING: True}).begin() as connection:
        yield connection
