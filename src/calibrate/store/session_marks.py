"""How far sessions have come, and how much was settled in each: two small questions, asked often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from calibrate.model.session import RoundName, SessionState
from calibrate.store.schema.sessions import anchor, consensus, session, session_round
from calibrate.store.unit import Transaction


@dataclass(frozen=True, slots=True)
class SessionMarks:
    """What of a session changes while people watch it.

    Parameters
    ----------
    rounds
        (round, opened at, revealed at or None) of every round that was opened, in the order of names.
    settled, anchored
        How many rows of consensus and of anchors it has; both are only ever added to.
    """

    id: str
    state: SessionState
    rounds: tuple[tuple[RoundName, datetime, datetime | None], ...] = ()
    settled: int = 0
    anchored: int = 0


_WANTED = sa.bindparam("wanted", type_=sa.Text, expanding=True)

_ROUNDS = (
    sa.select(session_round)
    .where(session_round.c.session_id.in_(_WANTED))
    .order_by(session_round.c.round)
)

_settled = (
    sa.select(sa.func.count())
    .select_from(consensus)
    .where(consensus.c.session_id == session.c.id)
    .scalar_subquery()
)

_anchored = (
    sa.select(sa.func.count())
    .select_from(anchor.join(consensus, consensus.c.id == anchor.c.consensus_id))
    .where(consensus.c.session_id == session.c.id)
    .scalar_subquery()
)

_MARKS = sa.select(
    session.c.id, session.c.state, _settled.label("settled"), _anchored.label("anchored")
).where(session.c.id.in_(_WANTED))


def session_marks(unit: Transaction, session_ids: Iterable[str]) -> dict[str, SessionMarks]:
    """The marks of those of the sessions that the project has, by id."""
    wanted = sorted(set(session_ids))
    if not wanted:
        return {}
    rounds: dict[str, list[tuple[RoundName, datetime, datetime | None]]] = {}
    for row in unit.rows(_ROUNDS, {"wanted": wanted}):
        rounds.setdefault(row.session_id, []).append((row.round, row.opened_at, row.revealed_at))
    return {
        row.id: SessionMarks(
            row.id, row.state, tuple(rounds.get(row.id, ())), row.settled, row.anchored
        )
        for row in unit.rows(_MARKS, {"wanted": wanted})
    }
