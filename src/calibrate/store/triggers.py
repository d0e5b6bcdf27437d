"""The database's own refusal to change or remove what is append-only, on both engines."""

from __future__ import annotations

import sqlalchemy as sa

from calibrate.store.schema import APPEND_ONLY

REFUSAL = "rows of this table are never changed or removed"
_FUNCTION = (
    "CREATE OR REPLACE FUNCTION calibrate_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
)


def install_triggers(connection: sa.Connection, tables: tuple[str, ...] = APPEND_ONLY) -> None:
    """Make the database refuse UPDATE and DELETE on the append-only tables. Safe to repeat.

    A migration that copies such a table into a new one (as SQLite often needs) loses its triggers
    and has to call this again.
    """
    if connection.dialect.name == "sqlite":
        for table in tables:
            for event in ("UPDATE", "DELETE"):
                name = f"{table}_refuses_{event.lower()}"
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
                connection.exec_driver_sql(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
                )
        return
    connection.exec_driver_sql(_FUNCTION)
    for table in tables:
        name = f"{table}_append_only"
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION calibrate_append_only()"
        )
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}_truncate ON {table}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION calibrate_append_only()"
        )
