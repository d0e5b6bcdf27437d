"""The migrations make the very tables that the code describes, and bring an older project along whole."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from calibrate.store import upgrades
from calibrate.store.engine import sqlite_url
from calibrate.store.repository import Store
from calibrate.store.schema import APPEND_ONLY, REVISIONS, metadata
from tests.support.databases import SHARED


def differences(store: Store) -> list[object]:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return compare_metadata(context, metadata)


def applies(index: Any) -> list[str]:
    return [str(value) for value in index.get("dialect_options", {}).values()]


def triggers(store: Store) -> list[str]:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[store.engine.dialect.name]
    with store.engine.connect() as connection:
        return sorted(connection.execute(sa.text(query)).scalars())


@pytest.fixture
def newest_url(empty_url: str, request: pytest.FixtureRequest) -> str:
    """A database of the same kind with the newest tables, made at once."""
    if empty_url.startswith("sqlite"):
        return sqlite_url(request.getfixturevalue("ready_sqlite"))
    return request.getfixturevalue("postgresql").url(SHARED)


def constraints(store: Store) -> dict[str, object]:
    """What autogenerate does not look at: checks, keys and where an index applies."""
    with store.engine.connect() as connection:
        inspector = sa.inspect(connection)
        found: dict[str, object] = {}
        for table in metadata.tables:
            checks = inspector.get_check_constraints(table)
            indexes = inspector.get_indexes(table)
            found[table] = (
                sorted((one["name"], one["sqltext"]) for one in checks),
                inspector.get_pk_constraint(table)["constrained_columns"],
                sorted((one["name"], applies(one)) for one in indexes),
            )
        return found


def test_the_migrations_and_the_tables_in_the_code_agree(empty_url: str) -> None:
    with Store(empty_url) as store:
        with upgrades.writing(store) as connection:
            upgrades.run_migrations(connection, REVISIONS[-1])
        assert differences(store) == []


def test_a_table_that_the_migrations_forgot_would_be_noticed(empty_url: str) -> None:
    with Store(empty_url) as store:
        with upgrades.writing(store) as connection:
            upgrades.run_migrations(connection, REVISIONS[0])
        assert differences(store) != []


def test_a_new_database_equals_one_that_was_upgraded_step_by_step(
    empty_url: str, newest_url: str
) -> None:
    with Store(empty_url) as old, Store(newest_url) as new:
        for revision in REVISIONS:
            upgrades.upgrade(old, revision)
        assert upgrades.revision_of(old) == upgrades.revision_of(new) == REVISIONS[-1]
        assert constraints(old) == constraints(new)
        assert triggers(old) == triggers(new) != []


def test_the_code_knows_every_revision_there_is() -> None:
    folder = upgrades.MIGRATIONS
    scripts = [one.revision for one in ScriptDirectory(str(folder)).walk_revisions()]
    assert tuple(reversed(scripts)) == REVISIONS


def test_every_append_only_table_exists() -> None:
    assert set(APPEND_ONLY) <= set(metadata.tables)
