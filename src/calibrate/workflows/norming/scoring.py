"""Scoring: a rater's desk, every choice saved as it is made, and the commit.

Each save seals the whole round anew, signs it, and stores it only over the ballot that the rater saw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from calibrate.errors import ArgumentError, DataError, SealError, StaleWrite
from calibrate.model.session import Ballot, BallotState, RoundName
from calibrate.store.ballot_questions import Standing
from calibrate.store.repository import Unit
from calibrate.store.sealing import (
    BallotPlace,
    Choice,
    Contents,
    SealedBallot,
    open_copy,
    seal_ballot,
    seal_copy,
)
from calibrate.store.sealing.encoding import same
from calibrate.workflows.norming.seats import Seat, seat_lost
from calibrate.workflows.norming.trust import (
    NormingProject,
    Rules,
    check_answer,
    check_open,
    read_rules,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a rater finds on coming in.

    Parameters
    ----------
    sequence
        The number of the stored ballot, 0 before the first save. The page sends it back with the
        next choice.
    committed
        Whether the ballot is committed.
    contents
        The rater's own choices.
    due
        The (piece id, criterion id) pairs to be answered, in the rater's own order of pieces.
    """

    session_id: str
    round: RoundName
    rater_id: str
    sequence: int
    committed: bool
    contents: Contents = field(repr=False)
    due: tuple[tuple[str, str], ...] = ()

    @property
    def open(self) -> tuple[tuple[str, str], ...]:
        """The pairs that have no answer yet."""
        return tuple(pair for pair in self.due if not self.contents.choice(*pair).answered)


@dataclass(frozen=True, slots=True)
class Saved:
    """The store's acknowledgement. ``repeated`` says that this operation had been stored before."""

    sequence: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Committed:
    """The acknowledgement of a commit; the rater may keep the receipt."""

    sequence: int
    receipt: str
    repeated: bool = False


def load_rules(project: NormingProject, seat: Seat) -> Rules:
    """The checked rules of the seat's session: a page loads them once and hands them to every save.

    Raises
    ------
    SealError
        If the manifest, the panel or the plan was changed, or the seat is not on the panel.
    """
    with project.store.reading() as unit:
        rules = read_rules(
            unit, project.id, seat.session_id, trusted_fingerprint=seat.manifest_fingerprint
        )
    _check_key(seat, rules)
    return rules


def open_desk(
    project: NormingProject, seat: Seat, round_name: RoundName, *, rules: Rules | None = None
) -> Desk:
    """The rater's own ballot as it is stored: what was chosen is there after a reload or on another machine.

    Parameters
    ----------
    rules
        From `load_rules`; loaded anew, if not given.
    """
    known = rules or load_rules(project, seat)
    with project.store.reading() as unit:
        return _desk(_standing(unit, seat, round_name), project.id, seat, round_name, known)


def save_choice(
    project: NormingProject,
    seat: Seat,
    round_name: RoundName,
    choice: Choice,
    *,
    operation_id: str,
    seen: int,
    now: datetime | None = None,
    rules: Rules | None = None,
) -> Saved:
    """Save one choice: the level or code, the note and the marks for one piece and criterion.

    Parameters
    ----------
    choice
        What was chosen. Neither level nor code takes an earlier answer back.
    operation_id
        The page's id for this choice: sent twice, it is stored once.
    seen
        The sequence number of the ballot that the page shows.
    now
        The time; by default the clock's.
    rules
        From `load_rules`; loaded anew, if not given.

    Raises
    ------
    StaleWrite
        If a newer ballot is stored than the page shows, or the ballot is committed.
    SealError
        If the round does not take ballots, the project does not hold this seat's secret any more,
        the keys do not hold, or the notes are too long.
    """
    known = rules or load_rules(project, seat)

    def change(desk: Desk) -> Contents:
        if (choice.piece, choice.criterion) not in desk.due:
            raise DataError("This piece and criterion are not among those to be scored.")
        piece = known.pieces[choice.piece]
        check_answer(known.rubric, piece, choice.criterion, choice.level, choice.code)
        at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        stamped = choice.scored_at or (at if choice.answered else "")
        return desk.contents.with_choice(replace(choice, scored_at=stamped))

    step = SaveStep(seat, round_name, known, operation_id, seen, now)
    return _save(project, step, change)


def save_note(
    project: NormingProject,
    seat: Seat,
    round_name: RoundName,
    piece_id: str,
    note: str,
    *,
    operation_id: str,
    seen: int,
    now: datetime | None = None,
    rules: Rules | None = None,
) -> Saved:
    """Save the rater's note on a piece as a whole: see `save_choice`."""
    known = rules or load_rules(project, seat)

    def change(desk: Desk) -> Contents:
        if piece_id not in {piece for piece, _ in desk.due}:
            raise DataError("This piece is not among those to be scored.")
        return desk.contents.with_note(piece_id, note)

    step = SaveStep(seat, round_name, known, operation_id, seen, now)
    return _save(project, step, change)


def commit(
    project: NormingProject,
    seat: Seat,
    round_name: RoundName,
    *,
    operation_id: str,
    seen: int,
    leave_open: bool = False,
    now: datetime | None = None,
    rules: Rules | None = None,
) -> Committed:
    """Commit the ballot: from now on it does not change, and the reveal opens it.

    Parameters
    ----------
    operation_id, seen, now, rules
        As in `save_choice`.
    leave_open
        Commit although some choices have no answer; they count as missing.

    Raises
    ------
    DataError
        If choices are open and ``leave_open`` is not set.
    StaleWrite, SealError
        As in `save_choice`.
    """
    step = SaveStep(seat, round_name, rules or load_rules(project, seat), operation_id, seen, now)
    with project.store.transaction() as unit:
        found = _standing(unit, seat, round_name, operation_id)
        desk = _desk(found, project.id, seat, round_name, step.rules)
        if found.stored_as is not None and found.ballot is not None:
            receipt = sealed_of(project.id, found.ballot).receipt
            return Committed(found.stored_as, receipt, repeated=True)
        _refuse_stale(found, desk, seen)
        if desk.open and not leave_open:
            many = len(desk.open)
            raise DataError(
                f"{many} {'choice is' if many == 1 else 'choices are'} still open.",
                fix="Answer them, give a condition code, or commit as it is and leave them out.",
            )
        sealed = write_ballot(unit, project.id, step, desk, desk.contents, BallotState.COMMITTED)
        unit.audit.log(seat.rater_id, "session.commit", seat.session_id, str(round_name))
    return Committed(sealed.sequence, sealed.receipt)


def sealed_of(project: str, row: Ballot) -> SealedBallot:
    """The sealed ballot that a stored row holds."""
    place = BallotPlace(project, row.session_id, str(row.round), row.rater_id)
    return SealedBallot(
        place, row.sequence, str(row.state), row.answered, row.sealed, row.signature
    )


def is_reopened(row: Ballot) -> bool:
    """Whether the facilitator reopened this ballot and nothing was saved since: there is nothing sealed in it."""
    return not row.sealed and not row.signature


def set_back(unit: Unit, project: str, row: Ballot) -> bool:
    """Whether a stored ballot is not the one of the newest save."""
    return differs(unit.ballots.newest(row.session_id, row.round, row.rater_id), project, row)


def differs(newest: tuple[int, bytes] | None, project: str, row: Ballot) -> bool:
    """Whether a stored ballot is not the newest save, of which sequence number and fingerprint are known."""
    if newest is None:
        return True
    sequence, fingerprint = newest
    return sequence != row.sequence or not same(fingerprint, sealed_of(project, row).fingerprint)


@dataclass(frozen=True, slots=True)
class SaveStep:
    """One save: whose, in which round, by which rules, under which id, over which ballot, when."""

    seat: Seat
    round: RoundName
    rules: Rules
    operation_id: str
    seen: int
    now: datetime | None

    def __post_init__(self) -> None:
        if not self.operation_id:
            raise ArgumentError("A choice needs an operation id.")


def _save(project: NormingProject, step: SaveStep, change: Callable[[Desk], Contents]) -> Saved:
    with project.store.transaction() as unit:
        found = _standing(unit, step.seat, step.round, step.operation_id)
        if found.stored_as is not None:
            return Saved(found.stored_as, repeated=True)
        desk = _desk(found, project.id, step.seat, step.round, step.rules)
        _refuse_stale(found, desk, step.seen)
        sealed = write_ballot(unit, project.id, step, desk, change(desk), BallotState.DRAFT)
    return Saved(sealed.sequence)


def _standing(unit: Unit, seat: Seat, round_name: RoundName, operation_id: str = "") -> Standing:
    """What is stored at a seat, which has to hold."""
    found = unit.ballots.standing(
        seat.session_id,
        round_name,
        seat.rater_id,
        secret_hash=seat.secret.hash,
        operation_id=operation_id,
    )
    if found is None:
        raise seat_lost()
    return found


def _refuse_stale(found: Standing, desk: Desk, seen: int) -> None:
    check_open(found.state, found.opened, found.revealed)
    if desk.committed:
        raise StaleWrite("This ballot is committed and does not change any more.")
    if seen != desk.sequence:
        raise StaleWrite(
            "A newer choice of yours is stored already, so this older page did not save over it.",
            fix="Load the page again to see what is stored.",
        )


def _check_key(seat: Seat, rules: Rules) -> None:
    if rules.manifest.session != seat.session_id or not same(
        rules.manifest.verify_key(seat.rater_id), seat.secret.verify_key
    ):
        raise SealError("This link is not the one of this rater.")


def _desk(found: Standing, project: str, seat: Seat, round_name: RoundName, rules: Rules) -> Desk:
    _check_key(seat, rules)
    row = found.ballot
    sequence, committed, contents = 0, False, Contents()
    if row is not None:
        sequence, committed = row.sequence, row.state is BallotState.COMMITTED
        contents = _own_contents(found, project, seat, row)
    elif found.newest is not None:
        raise SealError(_GONE, fix=_TELL)
    due = rules.due(seat.rater_id)
    return Desk(seat.session_id, round_name, seat.rater_id, sequence, committed, contents, due)


_GONE = (
    "The stored ballot is not the newest one that was saved: somebody set it back or took it away."
)
_TELL = "Tell the facilitator, who can reopen the ballot so that you can commit it again."


def _own_contents(found: Standing, project: str, seat: Seat, row: Ballot) -> Contents:
    if differs(found.newest, project, row):
        raise SealError(_GONE, fix=_TELL)
    if row.own_copy is None:
        return Contents()
    place = BallotPlace(project, row.session_id, str(row.round), row.rater_id)
    try:
        sequence, state, contents = open_copy(row.own_copy, place, copy_key=seat.secret.copy_key)
    except SealError:
        if is_reopened(row):
            return Contents()
        raise
    if (sequence, state) != (row.sequence, str(row.state)) and not is_reopened(row):
        raise SealError(_GONE, fix=_TELL)
    return contents


def write_ballot(
    unit: Unit, project: str, step: SaveStep, desk: Desk, contents: Contents, state: BallotState
) -> SealedBallot:
    """Seal contents anew over the ballot that the desk shows, sign and store them."""
    seat, manifest = step.seat, step.rules.manifest
    place = BallotPlace(project, seat.session_id, str(desk.round), seat.rater_id)
    sequence, at = desk.sequence + 1, step.now or datetime.now(UTC)
    sealed = seal_ballot(
        contents,
        place,
        sequence,
        str(state),
        session_key=manifest.session_key,
        signing_key=seat.secret.signing_key,
        size=manifest.ballot_size,
    )
    copy = seal_copy(
        contents,
        place,
        sequence,
        str(state),
        copy_key=seat.secret.copy_key,
        size=manifest.ballot_size,
    )
    row = Ballot(
        session_id=seat.session_id,
        round=desk.round,
        rater_id=seat.rater_id,
        sequence=sequence,
        sealed=sealed.sealed,
        signature=sealed.signature,
        state=state,
        answered=sealed.answered,
        own_copy=copy,
        saved_at=at,
        committed_at=at if state is BallotState.COMMITTED else None,
    )
    unit.ballots.save(
        row,
        expected=desk.sequence,
        operation_id=step.operation_id,
        fingerprint=sealed.fingerprint,
    )
    return sealed
