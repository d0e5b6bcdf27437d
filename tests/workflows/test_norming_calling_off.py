"""A session that was opened by mistake is called off before its reveal; after its end everybody hears it in their own words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from calibrate.errors import CalibrateError, DataError, NotFound, SealError
from calibrate.model.session import SessionState
from calibrate.store.sealing import Choice, Contents
from calibrate.widgets.desk_answers import DeskAnswers
from calibrate.workflows.norming import (
    PaperSheet,
    Stage,
    call_off,
    close_session,
    enter_sheets,
    hand_out_again,
    open_desk,
    open_keys,
    open_round,
    open_scoring,
    pulse,
    reopen_ballot,
    reveal,
    seats_on_paper,
    settle,
    start_second_round,
)
from calibrate.workflows.norming.agreement import forget_closed
from calibrate.workflows.norming.board_minutes import Minutes, read_minutes, write_minutes
from calibrate.workflows.norming.board_rooms import list_sessions, view_board
from calibrate.workflows.norming.links import find_room, room_code
from tests.store.sealing_kit import PASSPHRASE
from tests.support.norming import BLIND, Room


def test_a_session_that_was_called_off_takes_no_ballot_and_none_is_opened(scoring: Room) -> None:
    room = scoring
    secrets = open_keys(room.keystore, room.session, PASSPHRASE)
    room.everybody_commits()
    with room.store.reading() as unit:
        before = unit.ballots.of(room.session)
    call_off(room, room.session, by="coach", reason=" Wrong rubric. ", keystore=room.keystore)
    assert pulse(room, room.session).stage is Stage.CALLED_OFF
    with pytest.raises(SealError, match="called this session off"):
        room.choose("r2", Choice("p1", "IDEAS", level="3"))
    with pytest.raises(SealError, match="called off"):
        reveal(room, room.session, BLIND, secrets, by="coach")
    with room.store.reading() as unit:
        assert unit.ballots.of(room.session) == before
        assert unit.scores.readings.count(session_id=room.session) == 0
        (line,) = unit.audit.all(subject=room.session, action="session.call_off")
    assert (line.actor, line.detail) == ("coach", "Wrong rubric.")
    assert find_room(room, room_code(room, room.session)) is None
    assert not (room.keystore.folder / "pins" / room.session).exists()
    ended = view_board(room, room.session).called_off
    assert ended is not None and (ended.by, ended.reason) == ("coach", "Wrong rubric.")


def test_a_raters_page_says_kindly_that_the_session_was_called_off(scoring: Room) -> None:
    room = scoring
    desk = DeskAnswers(room, room.seat("r2"))
    assert desk.answer({"ask": "desk"})[0]["open"]
    call_off(room, room.session, by="coach")
    assert desk.answer({"ask": "pulse"})[0]["stage"] == "called_off"
    told, _ = desk.answer({"ask": "desk"})
    assert told["refused"] == "closed"
    assert "called this session off" in told["message"] and "Thank you" in told["fix"]
    told, _ = desk.answer({"ask": "reveal"})
    assert "called this session off" in told["message"]
    assert open_desk(room, room.seat("r2"), BLIND).contents == Contents()


def test_a_session_is_called_off_before_it_opens_too_and_only_once(room: Room) -> None:
    session = room.set_up()
    call_off(room, session, by="coach")
    with pytest.raises(SealError, match="called off"):
        call_off(room, session, by="coach")
    with pytest.raises(CalibrateError):
        open_scoring(room, room.keystore, session, PASSPHRASE, by="coach")
    with pytest.raises(NotFound):
        call_off(room, "no-such-session", by="coach")
    with room.store.reading() as unit:
        assert unit.audit.count(subject=session, action="session.call_off") == 1


def test_what_was_revealed_is_not_called_off_and_nothing_comes_back(scoring: Room) -> None:
    room = scoring
    called = room.set_up()
    call_off(room, called, by="coach")
    room.session = next(one.id for one in list_sessions(room) if one.stage is Stage.BLIND)
    room.everybody_commits()
    room.reveal()
    with pytest.raises(SealError, match="Close it"):
        call_off(room, room.session, by="coach")
    close_session(room, room.session, by="coach")
    with pytest.raises(SealError, match="closed"):
        call_off(room, room.session, by="coach")
    for state, session in ((SessionState.CALLED_OFF, room.session), (SessionState.SETUP, called)):
        with room.store.transaction() as unit:
            changed = replace(unit.sessions.get(session), state=state)
            with pytest.raises(DataError):
                unit.sessions.put(changed)


def test_a_session_that_was_called_off_counts_nowhere(scoring: Room) -> None:
    room = scoring
    with room.store.reading() as unit:
        used = unit.sessions.with_pieces(["p1"])["p1"]
    call_off(room, room.session, by="coach")
    with room.store.reading() as unit:
        assert unit.sessions.with_pieces(["p1"]).get("p1", 0) == used - 1
        assert room.session not in {one.id for one in unit.sessions.not_called_off()}
    lines = list_sessions(room)
    assert [one.stage.over for one in lines] == sorted(one.stage.over for one in lines)


def test_secrets_of_a_session_that_was_called_off_are_forgotten_when_the_room_opens(
    scoring: Room,
) -> None:
    call_off(scoring, scoring.session, by="coach")  # cut off before its key store was told
    assert (scoring.keystore.folder / "pins" / scoring.session).exists()
    forget_closed(scoring, scoring.keystore)
    assert not (scoring.keystore.folder / "pins" / scoring.session).exists()


@pytest.mark.parametrize("end", ["closed", "called off"])
def test_after_the_end_whoever_leads_is_not_spoken_to_as_a_rater(scoring: Room, end: str) -> None:
    room = scoring
    session = room.session
    secrets = open_keys(room.keystore, session, PASSPHRASE)
    seat = seats_on_paper(room.keystore, session, secrets)["r2"]
    seen = read_minutes(room, session).mark if end == "called off" else ""
    if end == "closed":
        room.everybody_commits()
        room.reveal()
        seen = read_minutes(room, session).mark
        close_session(room, session, by="coach", keystore=room.keystore)
    else:
        call_off(room, session, by="coach", keystore=room.keystore)
    sheet = PaperSheet(seat, Contents((Choice("p1", "IDEAS", level="3"),)), leave_open=True)
    steps: dict[str, Callable[[], object]] = {
        "reveal": lambda: reveal(room, session, BLIND, secrets, by="coach"),
        "reopen": lambda: reopen_ballot(room, session, BLIND, "r2", by="coach", reason="x"),
        "paper": lambda: enter_sheets(room, BLIND, [sheet], by="coach"),
        "round": lambda: open_round(room, session),
        "link": lambda: hand_out_again(room, room.keystore, session, "r2", secrets, by="coach"),
        "second": lambda: start_second_round(room, session, by="coach"),
        "minutes": lambda: write_minutes(room, session, Minutes({}, ()), seen=seen, by="coach"),
        "settle": lambda: settle(
            room, session, "p1", "IDEAS", level_id="3", reason="x", by="coach"
        ),
    }
    for name, step in steps.items():
        with pytest.raises(SealError) as refused:
            step()
        words = str(refused.value)
        assert end in words and "nothing in it changes any more" in words, (name, words)
        assert "You can still join" not in words and "you had not committed" not in words, name


def test_after_the_close_a_rater_is_not_invited_to_a_next_round(scoring: Room) -> None:
    scoring.everybody_commits()
    scoring.reveal()
    close_session(scoring, scoring.session, by="coach")
    with pytest.raises(SealError, match="closed") as refused:
        scoring.choose("r2", Choice("p1", "IDEAS", level="3"))
    assert "next round" not in str(refused.value)
    assert "still here to read" in str(refused.value)
