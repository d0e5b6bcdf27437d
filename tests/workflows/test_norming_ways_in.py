"""PINs, links and recovery keys: what somebody does not achieve at the door, and how a lost key is mended."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from calibrate.errors import CalibrateError, SealError
from calibrate.store.schema import sealed as tables
from calibrate.store.sealing import (
    KeyStore,
    PinRefused,
    make_join_token,
    make_rater_secret,
    make_recovery_key,
    make_session_secrets,
    read_recovery,
    read_recovery_file,
    seal_for_recovery,
    write_recovery_file,
)
from calibrate.workflows.norming import (
    hand_out_again,
    open_desk,
    open_keys,
    recover_keys,
    reveal,
    seat_from_link,
    seat_from_pin,
)
from tests.store.sealing_kit import CHEAP, PASSPHRASE
from tests.support.district import NOON
from tests.support.norming import BLIND, Room
from tests.support.tampering import (
    nothing_was_written,
    tamper,
)


def test_pins_are_slowed_and_logged_and_leave_nothing_in_the_database(scoring: Room) -> None:
    room = scoring
    pin = room.handouts["r2"].pin
    wrong = f"{(int(pin) + 1) % 10**6:06d}"

    def enter(rater: str | None, typed: str, after: int = 0):  # type: ignore[no-untyped-def]
        moment = NOON + timedelta(seconds=after)
        return seat_from_pin(room, room.keystore, room.session, rater, typed, now=moment)

    assert enter("r2", pin) == room.seat("r2")
    for _ in range(3):
        with pytest.raises(PinRefused, match="do not fit"):
            enter("r2", wrong, 1)
    with pytest.raises(PinRefused, match="15 seconds") as caught:
        enter("r2", pin, 1)
    assert caught.value.wait == timedelta(seconds=15)
    assert enter("r2", pin, 16).rater_id == "r2"
    for rater in ("r5", None, "somebody else"):
        with pytest.raises(PinRefused, match="do not fit"):
            enter(rater, pin, 20)
    with room.store.reading() as unit:
        tries = unit.ballots.tries.all(session_id=room.session)
    assert sorted((one.rater_id or "", one.outcome) for one in tries) == [
        ("", "wrong"),
        ("", "wrong"),
        ("r2", "right"),
        ("r2", "right"),
        ("r2", "too_soon"),
        ("r2", "wrong"),
        ("r2", "wrong"),
        ("r2", "wrong"),
        ("r5", "wrong"),
    ]
    fields = {column.name for table in tables.metadata.tables.values() for column in table.columns}
    assert not any("pin" in name.split("_") for name in fields)


def test_tries_side_by_side_cannot_outrun_the_slowing(scoring: Room) -> None:
    room = scoring
    start, outcomes = threading.Barrier(8), []

    def guess(number: int) -> None:
        start.wait()
        try:
            seat_from_pin(room, room.keystore, room.session, "r2", f"90{number}517", now=NOON)
        except PinRefused as error:
            outcomes.append("late" if error.wait else "tried")

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["late"] * 5 + ["tried"] * 3


def test_a_link_of_another_project_or_session_is_refused(scoring: Room, tmp_path: Path) -> None:
    stranger = make_join_token(make_rater_secret(), make_session_secrets().verify_key)
    with pytest.raises(SealError, match="not one of this project"):
        seat_from_link(scoring, stranger)
    moved = replace(scoring.seat("r2"), secret=make_rater_secret())
    with pytest.raises(SealError, match="not the one of this rater"):
        open_desk(scoring, moved, BLIND)


def test_a_lost_facilitator_key_is_mended_by_file_and_by_words(
    committed: Room, tmp_path: Path
) -> None:
    room = committed
    sheet = tmp_path / "sheet.txt"
    write_recovery_file(sheet, room.recovery, project_title="Maple", project_folder=room.folder)
    lost = KeyStore("pr-test", room.folder, tmp_path / "new", passphrase_cost=CHEAP, pin_cost=CHEAP)
    with pytest.raises(CalibrateError, match="not on this machine"):
        open_keys(lost, room.session, PASSPHRASE)
    public = room.recovery.public_key
    from_file = read_recovery_file(sheet, public_key=public)
    from_words = read_recovery("\n".join(room.recovery.words).upper(), public_key=public)
    token = room.handouts["r4"].token
    opened = [
        recover_keys(room, room.session, key, by="lead", keystore=store, witness=token)
        for key, store in ((from_file, lost), (from_words, room.keystore))
    ]
    assert opened[0] == opened[1] == open_keys(room.keystore, room.session, PASSPHRASE)
    lost.restore_session(room.session, opened[0], "another four words entirely")
    again = open_keys(lost, room.session, "another four words entirely")
    assert reveal(room, room.session, BLIND, again, by="lead").ballots == 3
    with room.store.reading() as unit:
        assert {one.actor for one in unit.audit.all(action="session.recovered")} == {"lead"}
    with pytest.raises(SealError):
        recover_keys(room, room.session, make_recovery_key(), by="lead")


def test_a_forged_recovery_copy_is_noticed_by_the_key_store_or_a_raters_link(
    committed: Room, tmp_path: Path
) -> None:
    room, intruder = committed, make_session_secrets()
    box = seal_for_recovery(intruder, room.id, room.session, recovery_key=room.recovery.public_key)
    keys = tables.session_key
    tamper(room, sa.update(keys).where(keys.c.session_id == room.session).values(recovery_box=box))
    with pytest.raises(SealError, match="other keys"):
        recover_keys(room, room.session, room.recovery, by="lead", keystore=room.keystore)
    elsewhere = KeyStore("pr-test", room.folder, tmp_path / "elsewhere")
    token = room.handouts["r3"].token
    with pytest.raises(SealError, match="other keys"):
        recover_keys(
            room, room.session, room.recovery, by="lead", keystore=elsewhere, witness=token
        )
    forged = recover_keys(room, room.session, room.recovery, by="lead")
    with pytest.raises(SealError, match="was changed"):
        reveal(room, room.session, BLIND, forged, by="lead")
    nothing_was_written(room)


def test_a_changed_recovery_key_stops_the_next_session(scoring: Room) -> None:
    room = scoring
    room.set_up()
    room.recovery = make_recovery_key()
    with pytest.raises(SealError, match="not the one that this machine remembers"):
        room.open()


def test_a_lost_link_is_handed_out_again_and_its_old_pin_ends(scoring: Room) -> None:
    room = scoring
    secrets = open_keys(room.keystore, room.session, PASSPHRASE)
    old = room.handouts["r2"]
    new = hand_out_again(room, room.keystore, room.session, "r2", secrets, by="coach")
    assert new.token == old.token and new.rater_id == "r2"
    seat = seat_from_pin(room, room.keystore, room.session, "r2", new.pin, now=NOON)
    assert seat == room.seat("r2")
    if new.pin != old.pin:
        with pytest.raises(PinRefused):
            seat_from_pin(room, room.keystore, room.session, "r2", old.pin, now=NOON)
    with pytest.raises(SealError, match="not on the panel"):
        hand_out_again(room, room.keystore, room.session, "r5", secrets, by="coach")
    with pytest.raises(SealError):
        hand_out_again(room, room.keystore, room.session, "r2", make_session_secrets(), by="coach")
    with room.store.reading() as unit:
        assert unit.audit.count(action="session.handout") == 1
