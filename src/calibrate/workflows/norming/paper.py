"""Paper: what raters wrote on printed sheets, typed in by one person and sealed like any other ballot.

Each sheet goes through the seat of the rater who wrote it: signed with that rater's key, sealed to
the session's key, committed, and logged as entered by hand. Whoever types has the passphrase.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from calibrate.errors import DataError, NotFound, SealError, StaleWrite
from calibrate.model.ids import new_id
from calibrate.model.session import Ballot, BallotState, RoundName
from calibrate.store.repository import Unit
from calibrate.store.sealing import Contents, KeyStore, SessionSecrets
from calibrate.store.sealing.keys import key_fingerprint
from calibrate.workflows.from_paper import PAPER, raters_on_paper
from calibrate.workflows.norming.progress import put_empty_ballot
from calibrate.workflows.norming.scoring import (
    Desk,
    SaveStep,
    load_rules,
    write_ballot,
)
from calibrate.workflows.norming.seats import Seat
from calibrate.workflows.norming.trust import (
    NormingProject,
    Rules,
    check_answer,
    refuse_over,
    require_open,
)


@dataclass(frozen=True, slots=True)
class SheetState:
    """What is stored for one rater in a round: how much, never what.

    Parameters
    ----------
    sequence
        The number of the newest save, 0 where there is none. `enter_sheet` asks for it before it
        puts anything in place of what is stored.
    answered
        How many choices have an answer.
    committed
        Whether it is committed.
    on_paper
        Whether the newest ballot was entered from paper.
    saved_at
        When it was saved.
    """

    sequence: int = 0
    answered: int = 0
    committed: bool = False
    on_paper: bool = False
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """The acknowledgement of a sheet: its receipt, and whether it took the place of something saved."""

    sequence: int
    receipt: str
    replaced: bool


def open_round(project: NormingProject, session_id: str) -> RoundName:
    """The round that takes ballots now.

    Raises
    ------
    SealError
        If none does.
    """
    with project.store.reading() as unit:
        refuse_over(unit.sessions.get(session_id).state)
        rounds = unit.sessions.rounds.all(session_id=session_id)
    for one in rounds:
        if one.revealed_at is None:
            return one.round
    if not rounds:
        raise SealError(
            "This session is not open for scoring yet, so no sheet can be entered.",
            fix="Open it first; the printed sheets stay good.",
        )
    raise SealError(
        "The scores of this round have been revealed, so it takes no more sheets.",
        fix="Sheets of a second round can be entered once that round is started.",
    )


def sheet_states(
    project: NormingProject, session_id: str, round_name: RoundName
) -> dict[str, SheetState]:
    """What is stored for each rater of the panel who has saved anything: rater id to state."""
    with project.store.reading() as unit:
        paper = raters_on_paper(unit, session_id, round_name)
        return {
            row.rater_id: SheetState(
                _newest(unit, row.session_id, round_name, row.rater_id, row),
                row.answered,
                row.state is BallotState.COMMITTED,
                row.state is BallotState.COMMITTED and row.rater_id in paper,
                row.saved_at,
            )
            for row in unit.ballots.of(session_id, round_name)
        }


def seats_on_paper(keystore: KeyStore, session_id: str, secrets: SessionSecrets) -> dict[str, Seat]:
    """The seat of every rater of a session, by rater id: only the passphrase gives them.

    Parameters
    ----------
    secrets
        The session's private halves, from `open_keys` or `recover_keys`.
    """
    print_ = key_fingerprint(secrets.verify_key)
    return {
        rater: Seat(session_id, rater, secret, print_)
        for rater, secret in keystore.open_handouts(session_id, secrets).items()
    }


def enter_sheet(
    project: NormingProject,
    keystore: KeyStore,
    session_id: str,
    round_name: RoundName,
    rater_id: str,
    secrets: SessionSecrets,
    contents: Contents,
    *,
    by: str,
    over: int = 0,
    leave_open: bool = False,
    now: datetime | None = None,
) -> Entered:
    """Save and commit one rater's paper sheet through that rater's own seat.

    Parameters
    ----------
    project, keystore
        The project and its key store.
    session_id, round_name, rater_id
        Whose sheet of which round.
    secrets
        The session's private halves, from `open_keys` or `recover_keys`.
    contents
        What stands on the sheet: a level or code for each piece and criterion, and notes.
    by
        Who typed it in; it is logged.
    over, leave_open
        As in `PaperSheet`.
    now
        The time; by default the clock's.

    Raises
    ------
    DataError, NotFound, StaleWrite, SealError
        As in `enter_sheets`.
    """
    seats = seats_on_paper(keystore, session_id, secrets)
    if rater_id not in seats:
        raise NotFound("This rater is not on the panel that the facilitator signed.")
    sheet = PaperSheet(seats[rater_id], contents, over, leave_open)
    return enter_sheets(project, round_name, [sheet], by=by, now=now)[0]


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """One sheet to enter at a seat from `seats_on_paper`.

    Parameters
    ----------
    contents
        What stands on it.
    over
        The number of the ballot that may be replaced (`SheetState.sequence`), which somebody has
        confirmed; 0 where nothing may be.
    leave_open
        Whether cells that are empty on the paper count as missing; otherwise they are refused.
    """

    seat: Seat
    contents: Contents = field(repr=False)
    over: int = 0
    leave_open: bool = False


def enter_sheets(
    project: NormingProject,
    round_name: RoundName,
    sheets: Sequence[PaperSheet],
    *,
    by: str,
    now: datetime | None = None,
) -> tuple[Entered, ...]:
    """Save and commit paper sheets of one session, all in one transaction or none.

    Raises
    ------
    DataError, NotFound
        If a sheet says what the rubric or the plan does not have, or leaves a cell empty.
    StaleWrite
        If a rater has saved something other than what was confirmed.
    SealError
        If the round does not take ballots, or the keys do not hold.
    """
    at = now or datetime.now(UTC)
    known = [load_rules(project, one.seat) for one in sheets]
    for one, rules in zip(sheets, known, strict=True):
        check_sheet(rules, one.seat.rater_id, one.contents, leave_open=one.leave_open)
    with project.store.transaction() as unit:
        for session in {one.seat.session_id for one in sheets}:
            unit.sessions.lock(session)
            require_open(unit, session, round_name)
        return tuple(
            _enter(unit, project.id, one, round_name, rules, by, at)
            for one, rules in zip(sheets, known, strict=True)
        )


def _enter(
    unit: Unit,
    project: str,
    sheet: PaperSheet,
    round_name: RoundName,
    rules: Rules,
    by: str,
    at: datetime,
) -> Entered:
    seat = sheet.seat
    session, rater = seat.session_id, seat.rater_id
    row = unit.ballots.find(session, round_name, rater)
    stored = _newest(unit, session, round_name, rater, row)
    if stored != sheet.over:
        raise StaleWrite(
            "This rater has saved a ballot of this round already, so the sheet was not put in its place."
            if stored
            else "What this rater had saved is not there any more.",
            fix="Look at what is saved, and confirm it anew if the paper is what counts.",
        )
    sequence = stored
    if stored:
        # Whatever is stored, committed or not, gives way whole: nothing of it is read.
        sequence = put_empty_ballot(unit, project, session, round_name, rater, now=at)
    desk = Desk(session, round_name, rater, sequence, False, Contents(), rules.due(rater))
    step = SaveStep(seat, round_name, rules, new_id("paper"), sequence, at)
    contents = _stamped(sheet.contents, at)
    sealed = write_ballot(unit, project, step, desk, contents, BallotState.COMMITTED)
    circumstance = ", in place of what was saved before" if stored else ""
    unit.audit.log(by, PAPER, session, f"{round_name}, {rater}{circumstance}")
    return Entered(sealed.sequence, sealed.receipt, bool(stored))


def check_sheet(
    rules: Rules, rater_id: str, contents: Contents, *, leave_open: bool = False
) -> None:
    """Refuse a sheet that does not answer exactly what its rater was asked.

    Raises
    ------
    DataError, NotFound
        As in `enter_sheets`.
    """
    due = rules.due(rater_id)
    asked = {piece for piece, _ in due}
    for choice in contents.choices:
        if (choice.piece, choice.criterion) not in due:
            raise DataError("The sheet has a score that this rater was not asked for.")
        piece = rules.pieces[choice.piece]
        check_answer(rules.rubric, piece, choice.criterion, choice.level, choice.code)
    if any(piece not in asked for piece, _ in contents.notes):
        raise DataError("The sheet has a note on a piece that this rater was not asked for.")
    empty = sum(not contents.choice(*pair).answered for pair in due)
    if empty == len(due):
        raise DataError("The sheet is empty.", fix="Without a sheet, reveal without this rater.")
    if empty and not leave_open:
        raise DataError(
            f"{empty} {'cell of this sheet is' if empty == 1 else 'cells of this sheet are'} empty.",
            fix="Fill them in, or say that they are empty on the paper.",
        )


def _newest(
    unit: Unit, session_id: str, round_name: RoundName, rater_id: str, row: Ballot | None
) -> int:
    newest = unit.ballots.newest(session_id, round_name, rater_id)
    return max(newest[0] if newest else 0, row.sequence if row else 0)


def _stamped(contents: Contents, at: datetime) -> Contents:
    when = at.isoformat(timespec="seconds")
    stamped = tuple(
        replace(one, scored_at=when) if one.answered and not one.scored_at else one
        for one in contents.choices
    )
    return Contents(
        tuple(sorted(stamped, key=lambda one: (one.piece, one.criterion))), contents.notes
    )
