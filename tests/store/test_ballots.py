"""Ballots in the database, on both engines: saved over what was seen, or not at all."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from calibrate.errors import ArgumentError, DataError, StaleWrite
from calibrate.model.sealed import RaterSecretHash
from calibrate.model.session import (
    Anchor,
    Ballot,
    BallotState,
    RoundName,
    SessionRound,
    SessionState,
)
from calibrate.store.ballot_questions import Standing
from calibrate.store.repository import Store
from calibrate.store.sealing import Choice, KeyStore
from tests.store.sealing_kit import CHEAP, PASSPHRASE
from tests.support.district import NOON, add_district
from tests.support.norming import BLIND, Room, make_room

SCORING = SessionState.SCORING
FIRST = Ballot("fall-1", RoundName.BLIND, "r2", 1, b"one", b"s1", answered=1, own_copy=b"c1")


@pytest.fixture
def filled(store: Store) -> Store:
    with store.transaction() as unit:
        add_district(unit)
    return store


def _save(store: Store, ballot: Ballot, operation: str) -> int:
    with store.transaction() as unit:
        return unit.ballots.save(
            ballot,
            expected=ballot.sequence - 1,
            operation_id=operation,
            fingerprint=ballot.sealed.ljust(32),
        )


def _stored(store: Store) -> Ballot:
    with store.reading() as unit:
        return unit.ballots.get("fall-1", RoundName.BLIND, "r2")


def test_a_ballot_is_saved_over_the_one_that_was_seen(filled: Store) -> None:
    _save(filled, FIRST, "a")
    second = replace(FIRST, sequence=2, sealed=b"two", saved_at=NOON)
    assert _save(filled, second, "b") == 2
    assert _stored(filled) == second
    with filled.reading() as unit:
        assert unit.ballots.newest("fall-1", RoundName.BLIND, "r2") == (2, b"two".ljust(32))
        assert unit.ballots.newest("fall-1", RoundName.BLIND, "r3") is None


@pytest.mark.parametrize("sequence", [1, 2, 4])
def test_a_stale_ballot_changes_nothing(filled: Store, sequence: int) -> None:
    _save(filled, FIRST, "a")
    _save(filled, replace(FIRST, sequence=2, sealed=b"two"), "b")
    with pytest.raises(StaleWrite):
        _save(filled, replace(FIRST, sequence=sequence, sealed=b"late"), "c")
    assert _stored(filled).sealed == b"two"
    with filled.reading() as unit:
        assert unit.ballots.stored("fall-1", RoundName.BLIND, "r2", "c") is None


def test_one_look_tells_everything_that_bears_on_a_save(filled: Store) -> None:
    def look(operation: str = "", rater: str = "r2") -> Standing | None:
        with filled.transaction() as unit:
            return unit.ballots.standing(
                "fall-1", RoundName.BLIND, rater, secret_hash=b"h2", operation_id=operation
            )

    assert look() is None
    with filled.transaction() as unit:
        unit.ballots.secrets.add(RaterSecretHash("fall-1", "r2", b"h2", b"v2"))
    assert look(rater="r3") is None
    assert look() == Standing(SCORING, False, False, None, None, None)
    opened = SessionRound("fall-1", RoundName.BLIND, NOON, "coach")
    with filled.transaction() as unit:
        unit.sessions.rounds.add(opened)
    assert look() == Standing(SCORING, True, False, None, None, None)
    _save(filled, FIRST, "a")
    second = replace(FIRST, sequence=2, sealed=b"two", saved_at=NOON)
    _save(filled, second, "b")
    assert look("c") == Standing(SCORING, True, False, second, (2, b"two".ljust(32)), None)
    assert look("a") == Standing(SCORING, True, False, second, (2, b"two".ljust(32)), 1)
    with filled.transaction() as unit:
        unit.sessions.rounds.put(replace(opened, revealed_at=NOON, revealed_by="coach"))
    found = look()
    assert found is not None and found.revealed


def test_an_operation_is_stored_once(filled: Store) -> None:
    assert _save(filled, FIRST, "a") == 1
    assert _save(filled, replace(FIRST, sequence=2, sealed=b"other"), "a") == 1
    assert _stored(filled) == FIRST
    with pytest.raises(ArgumentError):
        _save(filled, FIRST, "")


def test_a_committed_ballot_changes_only_when_it_is_reopened(filled: Store) -> None:
    _save(filled, replace(FIRST, state=BallotState.COMMITTED, committed_at=NOON), "a")
    with pytest.raises(StaleWrite, match="committed"):
        _save(filled, replace(FIRST, sequence=2), "b")
    with filled.transaction() as unit:
        unit.ballots.reopen(
            replace(FIRST, sequence=2, sealed=b"", signature=b""),
            operation_id="re",
            fingerprint=b"r" * 32,
        )
    assert _stored(filled).state is BallotState.DRAFT and _stored(filled).own_copy == b"c1"
    assert _save(filled, replace(FIRST, sequence=3), "c") == 3


def test_a_ballot_of_nobody_is_refused(filled: Store) -> None:
    with pytest.raises(DataError):
        _save(filled, replace(FIRST, rater_id="r99"), "a")


def test_only_one_of_many_devices_saves(filled: Store) -> None:
    _save(filled, FIRST, "a")
    start, outcomes = threading.Barrier(5), []

    def device(number: int) -> None:
        start.wait()
        try:
            sealed = f"device {number}".encode()
            _save(filled, replace(FIRST, sequence=2, sealed=sealed), f"d{number}")
            outcomes.append(sealed)
        except StaleWrite:
            outcomes.append(b"")

    threads = [threading.Thread(target=device, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [sealed for sealed in outcomes if sealed]
    assert len(outcomes) == 5 and len(winners) == 1 and _stored(filled).sealed == winners[0]


def test_a_reveal_waits_for_saves_that_hold_the_session_and_they_for_it(filled: Store) -> None:
    """Whoever locks the session alone sees every save that came before, and none comes in between."""
    order: list[str] = []
    inside = threading.Event()

    def reveal() -> None:
        with filled.transaction() as unit:
            unit.sessions.lock("fall-1")
            inside.set()
            threading.Event().wait(0.2)
            order.append("reveal")

    thread = threading.Thread(target=reveal)
    thread.start()
    inside.wait()
    with filled.transaction() as unit:
        unit.sessions.lock("fall-1", shared=True)
        order.append("save")
    thread.join()
    assert order == ["reveal", "save"]


def test_rounds_and_anchors_come_back_as_they_went_in(filled: Store) -> None:
    opened = SessionRound("fall-1", RoundName.BLIND, NOON, "coach")
    revealed = replace(
        opened, revealed_at=NOON, revealed_by="coach", missing=("r2", "r3"), reason="ill"
    )
    anchor = Anchor("an1", "p1", "writing", 1, "IDEAS", "3", "voice", NOON)
    with filled.transaction() as unit:
        unit.sessions.rounds.add(opened)
        unit.sessions.rounds.put(revealed)
        unit.sessions.anchors.add(anchor)
        unit.sessions.anchors.add(replace(anchor, id="an2", level_id="4", replaces="an1"))
    with filled.reading() as unit:
        assert unit.sessions.rounds.get("fall-1", RoundName.BLIND) == revealed
        assert [one.id for one in unit.sessions.anchors.current()] == ["an2"]
        assert unit.sessions.anchors.get("an1") == anchor
    with pytest.raises(DataError), filled.transaction() as unit:
        unit.sessions.anchors.add(replace(anchor, id="an3", level_id="99"))


def test_a_choice_asks_the_database_no_more_than_it_has_to(store: Store, tmp_path: Path) -> None:
    """A room of thirty saves thirty choices a second: a look, the ballot, the operation, and little else."""
    from calibrate.workflows.norming import load_rules, save_choice

    folder = tmp_path / "project"
    folder.mkdir()
    keys = KeyStore("pr-test", folder, tmp_path / "k", passphrase_cost=CHEAP, pin_cost=CHEAP)
    room: Room = make_room(store, folder, keys)
    room.set_up()
    room.open()
    room.choose("r2", Choice("p1", "IDEAS", level="1"))
    seat, asked = room.seat("r2"), []
    rules = load_rules(room, seat)
    with store.transaction():
        pass  # as the room's connections are: used before

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(store.engine, "before_cursor_execute", hear)
    choice = Choice("p1", "IDEAS", level="2")
    save_choice(room, seat, BLIND, choice, operation_id="counted", seen=1, rules=rules)
    event.remove(store.engine, "before_cursor_execute", hear)
    assert len(asked) <= 5, asked
    assert sum(one.startswith("UPDATE ballot ") for one in asked) == 1
    assert sum(one.startswith("INSERT INTO ballot_operation ") for one in asked) == 1


def test_a_whole_session_works_on_either_engine(store: Store, tmp_path: Path) -> None:
    from calibrate.workflows.norming import open_keys, reveal, start_second_round

    folder = tmp_path / "project"
    folder.mkdir()
    keys = KeyStore("pr-test", folder, tmp_path / "k", passphrase_cost=CHEAP, pin_cost=CHEAP)
    room: Room = make_room(store, folder, keys)
    room.set_up()
    room.open()
    room.everybody_commits()
    secrets = open_keys(keys, room.session, PASSPHRASE)
    assert reveal(room, room.session, BLIND, secrets, by="coach").scores == 12
    start_second_round(room, room.session, by="coach")
    room.everybody_commits(round_name=RoundName.AFTER_DISCUSSION)
    again = reveal(room, room.session, RoundName.AFTER_DISCUSSION, secrets, by="coach")
    assert again.readings == 6
