"""Changing a session's rows as somebody with the database file could."""

from __future__ import annotations

import sqlalchemy as sa

from calibrate.model.session import SessionState
from calibrate.store.schema import sealed as tables
from calibrate.store.triggers import install_triggers
from calibrate.workflows.norming import (
    open_keys,
    reveal,
)
from tests.store.sealing_kit import PASSPHRASE
from tests.support.norming import BLIND, Room

BALLOT = tables.ballot


def reveal_blind(room: Room, **more: object):  # type: ignore[no-untyped-def]
    secrets = open_keys(room.keystore, room.session, PASSPHRASE)
    return reveal(room, room.session, BLIND, secrets, by="coach", **more)  # type: ignore[arg-type]


def tamper(room: Room, *statements: sa.Executable) -> None:
    """Change rows as somebody with the file could: the database's own refusals are taken off first."""
    with room.store.transaction() as unit:
        names = unit.connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        )
        for (name,) in names.all():
            unit.connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            unit.connection.execute(statement)
        install_triggers(unit.connection)


def ballot_of(rater: str) -> sa.Update:
    return sa.update(BALLOT).where(BALLOT.c.rater_id == rater)


def row_of(room: Room, rater: str) -> dict[str, object]:
    with room.store.reading() as unit:
        query = sa.select(BALLOT).where(BALLOT.c.rater_id == rater)
        return dict(unit.connection.execute(query).mappings().one())


def nothing_was_written(room: Room) -> None:
    with room.store.reading() as unit:
        assert unit.scores.readings.count() == unit.scores.count() == 0
        assert unit.sessions.get(room.session).state is SessionState.SCORING
        assert unit.sessions.rounds.get(room.session, BLIND).revealed_at is None
        assert unit.audit.count(action="session.reveal") == 0
