"""After the reveal: the second round, what is settled, anchors, and the close."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from calibrate.errors import DataError, NotFound, SealError
from calibrate.model.session import RoundName
from calibrate.store.sealing import Choice
from calibrate.workflows.norming import (
    SettledMeanwhile,
    close_session,
    make_anchor,
    open_desk,
    save_choice,
    settle,
    start_second_round,
)
from tests.support.norming import BLIND, Room

SECOND = RoundName.AFTER_DISCUSSION


def test_the_second_round_waits_for_the_first(scoring: Room) -> None:
    room = scoring
    with pytest.raises(SealError, match="not been revealed"):
        start_second_round(room, room.session, by="coach")
    with pytest.raises(SealError, match="not open"):
        room.choose("r2", Choice("p1", "IDEAS", level="3"), round_name=SECOND)
    room.everybody_commits()
    room.reveal()
    start_second_round(room, room.session, by="coach")
    with pytest.raises(DataError, match="open already"):
        start_second_round(room, room.session, by="coach")


def test_a_consensus_can_be_settled_anew_and_the_earlier_one_stays(scoring: Room) -> None:
    room = scoring
    with pytest.raises(SealError, match="not been revealed"):
        settle(room, room.session, "p1", "IDEAS", level_id="3", reason="x", by="coach")
    room.everybody_commits()
    room.reveal()
    with pytest.raises(DataError, match="reason"):
        settle(room, room.session, "p1", "IDEAS", level_id="3", reason=" ", by="coach")
    with pytest.raises(NotFound):
        settle(room, room.session, "p1", "IDEAS", level_id="9", reason="x", by="coach")
    with pytest.raises(NotFound):
        settle(room, room.session, "p4", "IDEAS", level_id="3", reason="x", by="coach")
    first = settle(room, room.session, "p1", "IDEAS", level_id="3", reason="voice", by="coach")
    again = {"code_id": "OFF", "reason": "reread", "by": "coach", "seen": first.id}
    second = settle(room, room.session, "p1", "IDEAS", **again)
    assert second.replaces == first.id
    with room.store.reading() as unit:
        assert len(unit.sessions.consensus.all(session_id=room.session)) == 2
        assert unit.sessions.consensus.current(session_id=room.session) == [second]


def test_of_two_who_settle_the_same_score_the_second_is_shown_the_first(scoring: Room) -> None:
    room = scoring
    room.everybody_commits()
    room.reveal()
    about = (room, room.session, "p1", "IDEAS")
    start, told = threading.Barrier(2), []

    def lead(level: str) -> None:
        start.wait()
        try:
            told.append(settle(*about, level_id=level, reason=f"so {level}", by=f"lead {level}"))
        except SettledMeanwhile as error:
            told.append(error)

    both = [threading.Thread(target=lead, args=(level,)) for level in ("2", "3")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    (kept,) = [one for one in told if not isinstance(one, SettledMeanwhile)]
    (refused,) = [one for one in told if isinstance(one, SettledMeanwhile)]
    assert refused.settled == kept
    with room.store.reading() as unit:
        assert unit.sessions.consensus.all(session_id=room.session) == [kept]
    # Who says exactly the same says nothing new; who has seen it may put another in its place.
    same = settle(*about, level_id=kept.level_id, reason=f" {kept.reason} ", by="a third")
    assert same == kept
    later = settle(*about, level_id="1", reason="reread", by="lead", seen=kept.id)
    assert later.replaces == kept.id
    with pytest.raises(SettledMeanwhile):
        settle(*about, level_id="3", reason="late", by="lead", seen=kept.id)


def test_an_anchor_needs_a_settled_level_for_every_criterion(scoring: Room) -> None:
    room = scoring
    room.everybody_commits()
    room.reveal()
    with pytest.raises(DataError, match="IDEAS, CONV"):
        make_anchor(room, room.session, "p1", commentary="x", by="coach")
    settle(room, room.session, "p1", "IDEAS", level_id="3", reason="voice", by="coach")
    torn = settle(room, room.session, "p1", "CONV", code_id="BLANK", reason="torn", by="coach")
    with pytest.raises(DataError, match="condition code"):
        make_anchor(room, room.session, "p1", commentary="x", by="coach")
    found = {"level_id": "2", "reason": "found", "by": "coach", "seen": torn.id}
    settle(room, room.session, "p1", "CONV", **found)
    make_anchor(room, room.session, "p1", commentary="x", by="coach")
    make_anchor(room, room.session, "p1", commentary="better words", by="coach")
    with room.store.reading() as unit:
        now = unit.sessions.anchors.current(piece_id="p1")
    assert {one.commentary for one in now} == {"better words"} and len(now) == 2


def test_a_session_closes_only_after_its_reveals(scoring: Room) -> None:
    room = scoring
    with pytest.raises(SealError, match="not been revealed"):
        close_session(room, room.session, by="coach")
    room.everybody_commits()
    room.reveal()
    start_second_round(room, room.session, by="coach")
    room.everybody_commits(round_name=SECOND)
    with pytest.raises(SealError, match="second round"):
        close_session(room, room.session, by="coach")
    room.reveal(round_name=SECOND)
    close_session(room, room.session, by="coach")
    with pytest.raises(SealError, match="closed"):
        close_session(room, room.session, by="coach")


def test_a_reading_says_when_its_last_choice_was_made(scoring: Room) -> None:
    room = scoring
    room.answer_all("r3")
    seat = room.seat("r2")
    for place, (piece, criterion) in enumerate(open_desk(room, seat, BLIND).due):
        save_choice(
            room,
            seat,
            BLIND,
            Choice(piece, criterion, level="1"),
            operation_id=f"t{place}",
            seen=place,
            now=datetime(2025, 10, 14, 12, place, tzinfo=UTC),
        )
    room.commit("r2")
    room.commit("r3")
    room.answer_all("r4")
    room.commit("r4")
    room.reveal()
    with room.store.reading() as unit:
        times = {
            one.scored_at for one in unit.scores.readings.by_rater("r2", session_id=room.session)
        }
    assert times == {
        datetime(2025, 10, 14, 12, 1, tzinfo=UTC),
        datetime(2025, 10, 14, 12, 3, tzinfo=UTC),
    }
