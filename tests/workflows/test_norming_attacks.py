"""What somebody who can write to the database, or guess at the door, does not achieve."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from calibrate.errors import SealError, StaleWrite
from calibrate.store.schema import sealed as tables
from calibrate.store.sealing import (
    BallotPlace,
    Choice,
    Contents,
    Manifest,
    make_rater_secret,
    seal_ballot,
)
from calibrate.workflows.norming import (
    RevealRefused,
    open_desk,
    progress,
    reopen_ballot,
    save_choice,
)
from tests.support.district import NOON
from tests.support.norming import BLIND, Room
from tests.support.tampering import (
    BALLOT,
    ballot_of,
    nothing_was_written,
    reveal_blind,
    row_of,
    tamper,
)


def _swap_sealed(room: Room) -> None:
    one, two = row_of(room, "r2"), row_of(room, "r3")
    fields = ("sealed", "signature", "sequence", "answered")
    tamper(
        room,
        ballot_of("r2").values({name: two[name] for name in fields}),
        ballot_of("r3").values({name: one[name] for name in fields}),
    )


def _cut(room: Room) -> None:
    tamper(room, ballot_of("r2").values(sealed=bytes(row_of(room, "r2")["sealed"])[:-100]))  # type: ignore[call-overload]


def _flip(room: Room) -> None:
    sealed = bytearray(row_of(room, "r2")["sealed"])  # type: ignore[call-overload]
    sealed[500] ^= 1
    tamper(room, ballot_of("r2").values(sealed=bytes(sealed)))


def _forge(room: Room, signer: str | None) -> None:
    """A ballot that favours somebody, sealed properly, but signed with another key."""
    secret = make_rater_secret() if signer is None else room.seat(signer).secret
    with room.store.reading() as unit:
        manifest = Manifest.from_bytes(unit.ballots.manifests.get(room.session).body)
    sequence = int(str(row_of(room, "r2")["sequence"]))
    forged = seal_ballot(
        Contents((Choice("p1", "IDEAS", level="4"),)),
        BallotPlace(room.id, room.session, "blind", "r2"),
        sequence,
        "committed",
        session_key=manifest.session_key,
        signing_key=secret.signing_key,
        size=manifest.ballot_size,
    )
    operation = tables.ballot_operation
    tamper(
        room,
        ballot_of("r2").values(sealed=forged.sealed, signature=forged.signature, answered=1),
        sa.update(operation)
        .where(operation.c.rater_id == "r2", operation.c.sequence == sequence)
        .values(fingerprint=forged.fingerprint),
    )


@pytest.mark.parametrize(
    ("attack", "whose"),
    [
        (_swap_sealed, ("r2", "r3")),
        (_cut, ("r2",)),
        (_flip, ("r2",)),
        (lambda room: _forge(room, None), ("r2",)),
        (lambda room: _forge(room, "r3"), ("r2",)),
        (lambda room: tamper(room, ballot_of("r2").values(answered=1)), ("r2",)),
        (lambda room: tamper(room, ballot_of("r2").values(sequence=2)), ("r2",)),
        (lambda room: tamper(room, ballot_of("r2").values(signature=b"\0" * 64)), ("r2",)),
        (lambda room: tamper(room, ballot_of("r2").values(sealed=b"", signature=b"")), ("r2",)),
    ],
)
def test_one_bad_ballot_stops_the_whole_reveal_and_nothing_is_written(
    committed: Room, attack: Callable[[Room], None], whose: tuple[str, ...]
) -> None:
    room = committed
    attack(room)
    with pytest.raises(RevealRefused, match="has to be committed again") as caught:
        reveal_blind(room)
    assert caught.value.raters == whose
    said = str(caught.value)
    assert "panel member 1 (teacher)" in said
    assert not any(level in said for level in ("level", "IDEAS", "CONV", "p1"))
    nothing_was_written(room)


def test_a_bad_ballot_is_reopened_committed_again_from_the_own_copy_and_revealed(
    committed: Room,
) -> None:
    room = committed
    _flip(room)
    with pytest.raises(RevealRefused):
        reveal_blind(room)
    reopen_ballot(room, room.session, BLIND, "r2", by="coach", reason="damaged")
    assert not {p.rater_id: p.committed for p in progress(room, room.session)}["r2"]
    with pytest.raises(RevealRefused, match="1 of 3 have not committed"):
        reveal_blind(room)
    assert open_desk(room, room.seat("r2"), BLIND).open == ()
    room.commit("r2")
    assert reveal_blind(room).ballots == 3
    with room.store.reading() as unit:
        assert "damaged" in unit.audit.all(action="session.reopen")[0].detail


def test_a_ballot_set_back_to_an_older_one_is_noticed(scoring: Room) -> None:
    room = scoring
    room.answer_all("r2", "1")
    room.commit("r2")
    old = row_of(room, "r2")
    reopen_ballot(room, room.session, BLIND, "r2", by="coach", reason="a slip")
    room.answer_all("r2", "2")
    room.commit("r2")
    for rater in ("r3", "r4"):
        room.answer_all(rater)
        room.commit(rater)
    tamper(room, ballot_of("r2").values(old))
    with pytest.raises(RevealRefused, match="panel member 1"):
        reveal_blind(room)
    with pytest.raises(SealError, match="set it back"):
        open_desk(room, room.seat("r2"), BLIND)
    reopen_ballot(room, room.session, BLIND, "r2", by="coach", reason="it was set back")
    room.answer_all("r2", "2")
    room.commit("r2")
    reveal_blind(room)
    with room.store.reading() as unit:
        levels = {one.level_id for one in unit.scores.all() if one.criterion_id == "IDEAS"}
    assert levels == {"2"}


def test_a_ballot_that_was_taken_away_is_missing_and_its_rater_is_told(committed: Room) -> None:
    room = committed
    with room.store.engine.connect() as connection:
        raw = connection.connection
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("PRAGMA query_only=OFF")
        raw.execute("DELETE FROM ballot WHERE rater_id = 'r2'")
        raw.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(RevealRefused, match="1 of 3"):
        reveal_blind(room)
    with pytest.raises(SealError, match="took it away"):
        open_desk(room, room.seat("r2"), BLIND)
    reopen_ballot(room, room.session, BLIND, "r2", by="coach", reason="it was taken away")
    room.answer_all("r2")
    room.commit("r2")
    assert reveal_blind(room).ballots == 3


def test_a_draft_marked_as_committed_is_refused(scoring: Room) -> None:
    room = scoring
    room.answer_all("r2")
    for rater in ("r3", "r4"):
        room.answer_all(rater)
        room.commit(rater)
    tamper(room, ballot_of("r2").values(state="committed", committed_at=NOON))
    with pytest.raises(RevealRefused, match="panel member 1"):
        reveal_blind(room)
    nothing_was_written(room)


def test_a_ballot_of_another_session_does_not_count_here(committed: Room) -> None:
    room, first = committed, committed.session
    before = row_of(room, "r2")
    room.set_up()
    room.open()
    room.everybody_commits()
    fields = ("sealed", "signature", "sequence", "answered")
    tamper(
        room,
        ballot_of("r2")
        .where(BALLOT.c.session_id == room.session)
        .values({name: before[name] for name in fields}),
    )
    with pytest.raises(RevealRefused, match="panel member 1"):
        reveal_blind(room)
    room.session = first
    assert reveal_blind(room).ballots == 3


def test_a_replayed_save_changes_nothing(scoring: Room) -> None:
    room, seat = scoring, scoring.seat("r2")
    save_choice(room, seat, BLIND, Choice("p1", "IDEAS", level="1"), operation_id="a", seen=0)
    with room.store.reading() as unit:
        old = unit.ballots.get(room.session, BLIND, "r2")
    save_choice(room, seat, BLIND, Choice("p1", "IDEAS", level="3"), operation_id="b", seen=1)
    for expected, operation in ((0, "c"), (0, "a")):
        if operation == "c":
            with pytest.raises(StaleWrite), room.store.transaction() as unit:
                unit.ballots.save(old, expected=expected, operation_id=operation, fingerprint=b"x")
        else:
            save_choice(
                room, seat, BLIND, Choice("p1", "IDEAS", level="1"), operation_id="a", seen=0
            )
    assert open_desk(room, seat, BLIND).contents.choice("p1", "IDEAS").level == "3"


def test_two_devices_that_save_at_once_store_one_choice_and_tell_the_other(scoring: Room) -> None:
    room, seat = scoring, scoring.seat("r2")
    start, outcomes = threading.Barrier(4), []

    def device(number: int) -> None:
        choice = Choice("p1", "IDEAS", level=str(number))
        start.wait()
        try:
            saved = save_choice(room, seat, BLIND, choice, operation_id=f"d{number}", seen=0)
            outcomes.append((number, saved.sequence))
        except StaleWrite:
            outcomes.append((number, 0))

    threads = [threading.Thread(target=device, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [number for number, sequence in outcomes if sequence == 1]
    assert len(outcomes) == 4 and len(winners) == 1
    stored = open_desk(room, seat, BLIND).contents.choice("p1", "IDEAS").level
    assert stored == str(winners[0])
