"""The statements of a save, written once: it is asked for a thousand times in an afternoon.

SQLAlchemy takes longer to put such a statement together than the database takes to answer it. Here
each is put together when the module is loaded, and only the values change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from calibrate.model.session import Ballot, BallotState, RoundName, SessionState
from calibrate.store.schema.sealed import ballot, ballot_operation, rater_secret
from calibrate.store.schema.sessions import session, session_round


@dataclass(frozen=True, slots=True)
class Standing:
    """What a rater's save meets.

    Parameters
    ----------
    state
        How far the session is.
    opened, revealed
        Whether the round was opened, and whether it has been revealed.
    ballot
        What is stored now, or None.
    newest
        Sequence number and fingerprint of the newest save, or None.
    stored_as
        Under which sequence number this very operation was stored before, or None.
    """

    state: SessionState
    opened: bool
    revealed: bool
    ballot: Ballot | None
    newest: tuple[int, bytes] | None
    stored_as: int | None


_NAMES = tuple(field.name for field in fields(Ballot))
_values_of = attrgetter(*_NAMES)
_KEY = ("session_id", "round", "rater_id")


def _at(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(f"at_{name}", type_=ballot.c[name].type)


def _here(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == _at(name) for name in _KEY]


_same_operation = ballot_operation.c.operation_id == sa.bindparam("operation", type_=sa.Text)

STORED = sa.select(ballot_operation.c.sequence).where(*_here(ballot_operation), _same_operation)
"""The sequence number of an operation: values of `place`, and ``operation``."""

NEWEST = (
    sa.select(ballot_operation.c.sequence, ballot_operation.c.fingerprint)
    .where(*_here(ballot_operation))
    .order_by(ballot_operation.c.sequence.desc())
    .limit(1)
)
"""The newest operation: values of `place`."""

HOLDER = sa.select(rater_secret.c.session_id, rater_secret.c.rater_id).where(
    rater_secret.c.secret_hash == sa.bindparam("secret", type_=sa.LargeBinary)
)
"""Whose secret it is."""

_newest = NEWEST.subquery("newest")

STANDING = (
    sa.select(
        *(ballot.c[name] for name in _NAMES),
        session.c.state.label("session_state"),
        session_round.c.opened_at,
        session_round.c.revealed_at,
        _newest.c.sequence.label("newest_sequence"),
        _newest.c.fingerprint.label("newest_fingerprint"),
        STORED.scalar_subquery().label("stored_as"),
    )
    .select_from(
        rater_secret.join(session, session.c.id == rater_secret.c.session_id)
        .outerjoin(
            session_round,
            sa.and_(
                session_round.c.session_id == rater_secret.c.session_id,
                session_round.c.round == _at("round"),
            ),
        )
        .outerjoin(
            ballot,
            sa.and_(
                ballot.c.session_id == rater_secret.c.session_id,
                ballot.c.round == _at("round"),
                ballot.c.rater_id == rater_secret.c.rater_id,
            ),
        )
        .outerjoin(_newest, sa.true())
    )
    .where(
        rater_secret.c.session_id == _at("session_id"),
        rater_secret.c.rater_id == _at("rater_id"),
        rater_secret.c.secret_hash == sa.bindparam("secret", type_=sa.LargeBinary),
    )
)
"""Everything that a save looks at, in one question; no row for a secret that the project does not hold."""

SHARE_SESSION = (
    sa.select(session.c.id).where(session.c.id == _at("session_id")).with_for_update(read=True)
)
"""Hold the session still beside other savers, where the database lets in several writers at once."""

REPLACE = (
    sa.update(ballot)
    .where(
        *_here(ballot),
        ballot.c.sequence == sa.bindparam("expected", type_=sa.Integer),
        ballot.c.state == BallotState.DRAFT,
    )
    .values({name: sa.bindparam(f"to_{name}") for name in _NAMES})
)
"""Put a ballot in place of the draft with the number ``expected``: values of `place` and `row`."""

ADD = sa.insert(ballot).values({name: sa.bindparam(f"to_{name}") for name in _NAMES})
"""A rater's first save: values of `row`."""

NOTE = sa.insert(ballot_operation).values(
    {
        name: sa.bindparam(f"to_{name}")
        for name in (*_KEY, "operation_id", "sequence", "fingerprint")
    }
)
"""That an operation was stored."""


def place(session_id: str, round_name: RoundName, rater_id: str) -> dict[str, Any]:
    """Whose ballot a statement is about, as its values."""
    return {"at_session_id": session_id, "at_round": round_name, "at_rater_id": rater_id}


def row(one: Ballot) -> dict[str, Any]:
    """A ballot as the values of `ADD` and `REPLACE`."""
    return {f"to_{name}": value for name, value in zip(_NAMES, _values_of(one), strict=True)}


def standing(found: Mapping[str, Any]) -> Standing:
    """What a row of `STANDING` says."""
    stored = None
    if found["sequence"] is not None:
        stored = Ballot(**{name: found[name] for name in _NAMES})
    newest = None
    if found["newest_sequence"] is not None:
        newest = int(found["newest_sequence"]), found["newest_fingerprint"] or b""
    return Standing(
        state=found["session_state"],
        opened=found["opened_at"] is not None,
        revealed=found["revealed_at"] is not None,
        ballot=stored,
        newest=newest,
        stored_as=None if found["stored_as"] is None else int(found["stored_as"]),
    )
