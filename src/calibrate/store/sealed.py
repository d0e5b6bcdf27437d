"""Sealed ballots, saved with compare-and-set, and the keys, manifests and hashes they are checked against."""

from __future__ import annotations

from dataclasses import asdict
from functools import cached_property

import sqlalchemy as sa

from calibrate.errors import ArgumentError, StaleWrite
from calibrate.model.sealed import PinTry, RaterSecretHash, SessionKey, StoredManifest
from calibrate.model.session import Ballot, BallotState, RoundName
from calibrate.store import ballot_questions as questions
from calibrate.store.ballot_questions import Standing
from calibrate.store.schema import sealed as tables
from calibrate.store.unit import Noun, Transaction, explained

_STALE = "A newer choice of yours is stored already, so this older one was not saved over it."


class Ballots:
    """Ballots by session, round and rater. They change only by `save` and `reopen`."""

    def __init__(self, unit: Transaction) -> None:
        self._unit = unit

    @cached_property
    def keys(self) -> Noun[SessionKey]:
        """The sessions' public keys."""
        return Noun(self._unit, SessionKey, tables.session_key, "session key")

    @cached_property
    def manifests(self) -> Noun[StoredManifest]:
        """What facilitators signed."""
        return Noun(self._unit, StoredManifest, tables.manifest, "manifest", append_only=True)

    @cached_property
    def secrets(self) -> Noun[RaterSecretHash]:
        """Hashes of the raters' secrets."""
        return Noun(self._unit, RaterSecretHash, tables.rater_secret, "rater's secret")

    @cached_property
    def tries(self) -> Noun[PinTry]:
        """PINs that were tried."""
        return Noun(self._unit, PinTry, tables.pin_try, "try", order=["tried_at", "id"])

    @cached_property
    def _rows(self) -> Noun[Ballot]:
        return Noun(self._unit, Ballot, tables.ballot, "ballot")

    def find(self, session_id: str, round: RoundName, rater_id: str) -> Ballot | None:  # noqa: A002
        """The ballot as it is stored now, or None."""
        return self._rows.find(session_id, round, rater_id)

    def get(self, session_id: str, round: RoundName, rater_id: str) -> Ballot:  # noqa: A002
        """The ballot as it is stored now; `NotFound` if nothing was saved yet."""
        return self._rows.get(session_id, round, rater_id)

    def of(self, session_id: str, round: RoundName | None = None) -> list[Ballot]:  # noqa: A002
        """Every ballot of a session, or of one of its rounds."""
        where = {"session_id": session_id} | ({} if round is None else {"round": round})
        return self._rows.all(**where)

    def stored(
        self,
        session_id: str,
        round: RoundName,  # noqa: A002
        rater_id: str,
        operation_id: str,
    ) -> int | None:
        """The sequence number under which an operation was stored, or None if it never arrived."""
        asked = questions.place(session_id, round, rater_id) | {"operation": operation_id}
        rows = self._unit.rows(questions.STORED, asked)
        return int(rows[0].sequence) if rows else None

    def newest(
        self,
        session_id: str,
        round: RoundName,  # noqa: A002
        rater_id: str,
    ) -> tuple[int, bytes] | None:
        """Sequence number and fingerprint of the newest save, or None. A ballot that differs was set back."""
        rows = self._unit.rows(questions.NEWEST, questions.place(session_id, round, rater_id))
        return (int(rows[0].sequence), rows[0].fingerprint or b"") if rows else None

    def holder(self, secret_hash: bytes) -> tuple[str, str] | None:
        """The session and rater (ids) whose secret this is the hash of, or None."""
        rows = self._unit.rows(questions.HOLDER, {"secret": secret_hash})
        return (rows[0].session_id, rows[0].rater_id) if rows else None

    def standing(
        self,
        session_id: str,
        round: RoundName,  # noqa: A002
        rater_id: str,
        *,
        secret_hash: bytes,
        operation_id: str = "",
    ) -> Standing | None:
        """Everything that a rater's save meets, in one look; None if the project does not hold this secret for the rater.

        In a unit that writes, the session is held still from here on, beside other savers: see
        `Sessions.lock`.
        """
        if self._unit.writable and not self._unit.alone:
            self._unit.rows(questions.SHARE_SESSION, {"at_session_id": session_id})
        asked = questions.place(session_id, round, rater_id)
        asked |= {"secret": secret_hash, "operation": operation_id}
        rows = self._unit.rows(questions.STANDING, asked)
        return questions.standing(rows[0]._asdict()) if rows else None

    def save(self, ballot: Ballot, *, expected: int, operation_id: str, fingerprint: bytes) -> int:
        """Save a ballot in place of the one with the sequence number ``expected``.

        Parameters
        ----------
        ballot
            The new ballot; its sequence is ``expected + 1``.
        expected
            The sequence number of the stored ballot that the rater saw; 0 for the first save.
        operation_id
            The id that the page gave to the choice: what is sent again is stored once.
        fingerprint
            32 bytes that stand for exactly this ballot.

        Returns
        -------
        int
            The sequence number under which the operation is stored.

        Raises
        ------
        StaleWrite
            If another ballot is stored by now, or the stored one is committed. Nothing is changed.
        """
        if ballot.sequence != expected + 1:
            raise ArgumentError("A ballot's sequence number is one more than the one it replaces.")
        if not operation_id:
            raise ArgumentError("A choice needs an operation id.")
        before = self.stored(ballot.session_id, ballot.round, ballot.rater_id, operation_id)
        if before is not None:
            return before
        if expected == 0:
            if self.find(ballot.session_id, ballot.round, ballot.rater_id) is not None:
                raise StaleWrite(_STALE, fix="Load the page again to see what is stored.")
            with explained("A ballot belongs to a session and to a rater of the project."):
                self._unit.write(questions.ADD, [questions.row(ballot)])
        else:
            change = questions.place(ballot.session_id, ballot.round, ballot.rater_id)
            change |= questions.row(ballot) | {"expected": expected}
            if self._unit.write(questions.REPLACE, [change]) != 1:
                self._explain_stale(ballot)
        self._note(ballot, operation_id, fingerprint)
        return ballot.sequence

    def reopen(self, ballot: Ballot, *, operation_id: str, fingerprint: bytes) -> None:
        """Put a ballot with nothing sealed in it in place of whatever is stored, to be saved again.

        Parameters
        ----------
        ballot
            A draft whose sequence is one more than that of the newest save.
        operation_id, fingerprint
            As in `save`.
        """
        table = tables.ballot
        touched = self._unit.write(
            sa.update(table)
            .where(
                table.c.session_id == ballot.session_id,
                table.c.round == ballot.round,
                table.c.rater_id == ballot.rater_id,
            )
            .values(asdict(ballot))
        )
        if touched == 0:
            self._unit.write(sa.insert(table), [asdict(ballot)])
        self._note(ballot, operation_id, fingerprint)

    def _note(self, ballot: Ballot, operation_id: str, fingerprint: bytes) -> None:
        self._unit.write(
            questions.NOTE,
            [
                {
                    "to_session_id": ballot.session_id,
                    "to_round": ballot.round,
                    "to_rater_id": ballot.rater_id,
                    "to_operation_id": operation_id,
                    "to_sequence": ballot.sequence,
                    "to_fingerprint": fingerprint,
                }
            ],
        )

    def _explain_stale(self, ballot: Ballot) -> None:
        now = self.find(ballot.session_id, ballot.round, ballot.rater_id)
        if now is not None and now.state is BallotState.COMMITTED:
            raise StaleWrite("This ballot is committed and does not change any more.")
        raise StaleWrite(_STALE, fix="Load the page again to see what is stored.")
