"""Norming sessions and what belongs to them."""

from __future__ import annotations

import sqlalchemy as sa

from calibrate.errors import DataError, StaleWrite
from calibrate.model.session import (
    Action,
    Assignment,
    Consensus,
    Minute,
    PanelMember,
    Session,
    SessionState,
)
from calibrate.store.schema import sessions as tables
from calibrate.store.unit import Link, Noun, Transaction

_LINKS = (
    Link("piece_ids", tables.session_piece, "session_id", "piece_id"),
    Link("school_ids", tables.session_school, "session_id", "school_id"),
)


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
        self.consensus = ConsensusRows(unit)

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
                f"This session is not in the state {state} any more: it is {now}.",
                fix="Load the page again.",
            )

    def _update(self, records: list[Session]) -> None:
        order = list(SessionState)
        for one in records:
            if order.index(one.state) < order.index(self.get(one.id).state):
                raise DataError(f"Session {one.id} has gone on and cannot go back to {one.state}.")
        super()._update(records)


class ConsensusRows(Noun[Consensus]):
    """What panels agreed; append-only."""

    def __init__(self, unit: Transaction) -> None:
        super().__init__(
            unit,
            Consensus,
            tables.consensus,
            "consensus",
            order=["settled_at", "id"],
            append_only=True,
        )

    def current(self, **where: object) -> list[Consensus]:
        """The rows that no later row replaces, in the order in which they were settled."""
        later = tables.consensus.alias("later")
        query = self._select(where).where(
            ~sa.exists().where(later.c.replaces == tables.consensus.c.id)
        )
        return self._load(query)
