"""Calling a session off that was opened by mistake: only before its reveal, and for good.

The ballots that were saved stay sealed: there is no reveal for a session that was called off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from calibrate.errors import SealError
from calibrate.model.session import SessionState
from calibrate.store.repository import Unit
from calibrate.store.sealing import KeyStore
from calibrate.workflows.norming.trust import NormingProject, refuse_over

CALLED_OFF = "session.call_off"
"""The log's word for it."""


@dataclass(frozen=True, slots=True)
class CalledOff:
    """That a session was called off: when, by whom, and why if somebody said so."""

    at: datetime
    by: str
    reason: str


def call_off(
    project: NormingProject,
    session_id: str,
    *,
    by: str,
    reason: str = "",
    keystore: KeyStore | None = None,
) -> None:
    """Call a session off: it takes no ballots any more, and those that it has stay sealed. It is logged.

    Parameters
    ----------
    by, reason
        Who does it, and why, for the log.
    keystore
        This machine's key store: it forgets the raters' secrets.

    Raises
    ------
    NotFound
        If the project has no such session.
    SealError
        If its scores were revealed, or it is over.
    """
    with project.store.transaction() as unit:
        unit.sessions.lock(session_id)
        session = unit.sessions.get(session_id)
        refuse_over(session.state)
        if not session.state.may_become(SessionState.CALLED_OFF):
            raise SealError(
                "The scores of this session have been revealed, so it cannot be called off any more.",
                fix="Close it: what was agreed stays, and nothing in it changes any more.",
            )
        unit.sessions.move(session_id, session.state, SessionState.CALLED_OFF)
        unit.audit.log(by, CALLED_OFF, session_id, reason.strip())
    if keystore is not None:
        keystore.forget_raters(session_id)


def called_off(unit: Unit, session_id: str) -> CalledOff | None:
    """When, by whom and why a session was called off; None if it was not."""
    found = unit.audit.first(action=CALLED_OFF, subject=session_id)
    return CalledOff(found.at, found.actor, found.detail) if found else None
