"""Norming sessions and what belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from calibrate.errors import DataError, StaleWrite
from calibrate.model.session import (
    Action,
    Anchor,
    Assignment,
    Consensus,
    Minute,
    PanelMember,
    Session,
    SessionRound,
    SessionState,
)
from calibrate.store.schema import sessions as tables
from calibrate.store.unit import Link, Noun, Record, Transaction

_LINKS = (
    Link("piece_ids", tables.session_piece, "session_id", "piece_id"),
    Link("school_ids", tables.session_school, "session_id", "school_id"),
)

_AT_ONCE = 5_000
"""How many ids one question to the database names."""


class Sessions(Noun[Session]):
    """Sessions by id; panel, plan, minutes, actions and consensus beside them."""

    def __init__(self, unit: Transaction) -> None:
        super().__init__(
            unit, Session, tables.session, "session", links=_LINKS, order=["held_on", "id"]
        )
        self.panel = Noun(unit, PanelMember, tables.panel_member, "panel member")
        self.assignments = Noun(
            unit,
            Assignment,
            tables.assignment,
            "assignment",
            order=["session_id", "rater_id", "place"],
        )
        self.minutes = Noun(unit, Minute, tables.minute, "line of the minutes")
        self.actions = Noun(unit, Action, tables.action, "action")
        self.consensus = Settled(
            unit, Consensus, tables.consensus, "consensus", order=["settled_at", "id"]
        )
        self.rounds = Noun(unit, SessionRound, tables.session_round, "round")
        self.anchors = Settled(unit, Anchor, tables.anchor, "anchor", order=["settled_at", "id"])

    def not_called_off(self) -> list[Session]:
        """Every session but those that were called off before their reveal: what reports may speak of."""
        return [one for one in self.all() if one.state is not SessionState.CALLED_OFF]

    def with_pieces(self, piece_ids: Sequence[str]) -> dict[str, int]:
        """In how many sessions each of some pieces stands; a piece that stands in none is left out.

        A session that was called off does not count: nobody saw how its pieces were scored.
        """
        piece = tables.session_piece.c.piece_id
        query = (
            sa.select(piece, sa.func.count())
            .select_from(tables.session_piece.join(tables.session))
            .where(tables.session.c.state != SessionState.CALLED_OFF)
            .group_by(piece)
        )
        found: dict[str, int] = {}
        for start in range(0, len(piece_ids), _AT_ONCE):
            some = piece_ids[start : start + _AT_ONCE]
            rows: Sequence[Any] = self._unit.rows(query.where(piece.in_(some)))
            found.update({id_: int(number) for id_, number in rows})
        return found

    def lock(self, session_id: str, *, shared: bool = False) -> None:
        """Hold a session still until the transaction ends: alone, or beside others who share it.

        A reveal takes it alone and a save shares it, so that no ballot slips in between. On SQLite
        a writing transaction is alone from its beginning, and there is nothing to do.
        """
        if self._unit.alone:
            return
        query = sa.select(tables.session.c.id).where(tables.session.c.id == session_id)
        self._unit.rows(query.with_for_update(read=shared))

    def move(self, session_id: str, state: SessionState, later: SessionState) -> None:
        """Move a session on from one state to the next.

        Raises
        ------
        DataError
            If the one state does not follow the other.
        StaleWrite
            If the session is no longer in ``state``.
        """
        if not state.may_become(later):
            raise DataError(f"A session cannot go from {state} to {later}.")
        table = tables.session
        touched = self._unit.write(
            sa.update(table)
            .where(table.c.id == session_id, table.c.state == state)
            .values(state=later)
        )
        if touched == 0:
            now = self.get(session_id).state
            raise StaleWrite(
                f"Somebody has moved this session on meanwhile (from {state} to {now}).",
                fix="Load the page again to see how far it is.",
            )

    def _update(self, records: list[Session]) -> None:
        order = list(SessionState)
        for one in records:
            now = self.get(one.id).state
            late = one.state is SessionState.CALLED_OFF is not now and not now.may_become(one.state)
            if late or order.index(one.state) < order.index(now):
                raise DataError(f"Session {one.id} has gone on and cannot go back to {one.state}.")
        super()._update(records)


class Settled(Noun[Record]):
    """What panels settled, append-only: a later row names the one that it ``replaces``."""

    def __init__(
        self,
        unit: Transaction,
        record: type[Record],
        table: sa.Table,
        what: str,
        *,
        order: Sequence[str],
    ) -> None:
        super().__init__(unit, record, table, what, order=order, append_only=True)

    def current(self, **where: object) -> list[Record]:
        """The rows that no later row replaces, in the order in which they were settled."""
        later = self._table.alias("later")
        query = self._select(where).where(~sa.exists().where(later.c.replaces == self._table.c.id))
        return self._load(query)
