"""A rater's seat in a session: who comes in, by link or by PIN."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from calibrate.errors import SealError
from calibrate.model.ids import new_id
from calibrate.model.sealed import PinTry as StoredTry
from calibrate.store.repository import Unit
from calibrate.store.sealing import KeyStore, RaterSecret, enter_with_pin, read_join_token
from calibrate.store.sealing.keys import key_fingerprint
from calibrate.store.sealing.pin import STARTED, TOO_SOON, PinTry, wait_for
from calibrate.workflows.norming.trust import NormingProject

NOBODY = "nobody"
"""Stands, at the door, for a name that no rater of the session has."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who may score: session, rater, secret, and the fingerprint of the key that must have signed the manifest."""

    session_id: str
    rater_id: str
    secret: RaterSecret = field(repr=False)
    manifest_fingerprint: bytes = field(repr=False)


def seat_from_link(project: NormingProject, token: str) -> Seat:
    """The seat that a personal join link gives.

    Raises
    ------
    SealError
        If the link was not copied whole, or is not of this project.
    """
    secret, fingerprint = read_join_token(token)
    with project.store.reading() as unit:
        found = unit.ballots.secrets.first(secret_hash=secret.hash)
    if found is None:
        raise SealError(
            "This join link is not one of this project.",
            fix="Ask the facilitator for your link to this session.",
        )
    return Seat(found.session_id, found.rater_id, secret, fingerprint)


def seat_from_pin(
    project: NormingProject,
    keystore: KeyStore,
    session_id: str,
    rater_id: str | None,
    pin: str,
    *,
    now: datetime | None = None,
) -> Seat:
    """The seat that a name and PIN give; tries are slowed and logged.

    Parameters
    ----------
    session_id, rater_id
        Whose PIN it is said to be; None for a name that nobody has, which is tried, slowed and
        logged like any other.

    Raises
    ------
    PinRefused
        If the PIN is wrong or came too soon.
    """
    secret = enter_with_pin(
        keystore,
        StoredPinLog(project),
        session_id,
        rater_id or NOBODY,
        pin,
        now=now or datetime.now(UTC),
    )
    with project.store.reading() as unit:
        stored = unit.ballots.secrets.first(session_id=session_id, secret_hash=secret.hash)
    if stored is None or stored.rater_id != rater_id:
        raise SealError("This PIN belongs to keys that the session does not use.")
    public = keystore.session_public(session_id)
    return Seat(session_id, stored.rater_id, secret, key_fingerprint(public.verify_key))


def check_seat(unit: Unit, seat: Seat) -> None:
    """Refuse a seat whose secret the project does not hold for exactly this rater and session.

    Raises
    ------
    SealError
        If it is somebody else's, or no longer there.
    """
    if unit.ballots.holder(seat.secret.hash) != (seat.session_id, seat.rater_id):
        raise seat_lost()


def seat_lost() -> SealError:
    """What is said to a page whose seat the project does not hold."""
    return SealError(
        "This page is not open for this rater any more.",
        fix="Come in again with your own link.",
    )


class StoredPinLog:
    """The log of PIN tries in the project's database: `calibrate.store.sealing.pin.PinLog`."""

    def __init__(self, project: NormingProject) -> None:
        self._project = project

    def begin(self, session: str, rater: str, at: datetime) -> tuple[str | None, timedelta]:
        """Log a try, in the same transaction that decides whether it comes too soon."""
        with self._project.store.transaction() as unit:
            unit.sessions.lock(session)
            whose = rater if unit.people.raters.find(rater) is not None else None
            entries = unit.ballots.tries.all(session_id=session)
            room = [PinTry(one.tried_at, one.outcome) for one in entries]
            own = [PinTry(one.tried_at, one.outcome) for one in entries if one.rater_id == whose]
            wait = wait_for(own, room, at)
            late = wait > timedelta(0)
            line = StoredTry(new_id("pt"), session, whose, at, TOO_SOON if late else STARTED)
            unit.ballots.tries.add(line)
        return (None, wait) if late else (line.id, wait)

    def end(self, try_id: int | str, outcome: str) -> None:
        """Log how a try went."""
        with self._project.store.transaction() as unit:
            line = unit.ballots.tries.get(try_id)
            unit.ballots.tries.put(
                StoredTry(line.id, line.session_id, line.rater_id, line.tried_at, outcome)
            )
