"""The stage of a session and its pulse: what every open page watches."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from calibrate.errors import NotFound
from calibrate.model.session import RoundName
from calibrate.store.sealing import Choice
from calibrate.workflows.norming import (
    Pulse,
    Stage,
    close_session,
    make_anchor,
    pulse,
    pulses,
    settle,
    start_second_round,
)
from tests.support.norming import Room

SECOND = RoundName.AFTER_DISCUSSION


def settle_piece(room: Room, level: str = "2") -> None:
    with room.store.reading() as unit:
        found = unit.sessions.consensus.current(session_id=room.session, piece_id="p1")
    seen = {one.criterion_id: one.id for one in found}
    for criterion, chosen in (("IDEAS", level), ("CONV", "1")):
        about = (room, room.session, "p1", criterion)
        words = {"reason": "It tells a story.", "by": "c", "seen": seen.get(criterion)}
        settle(*about, level_id=chosen, **words)


def test_a_session_passes_through_its_stages_in_order(room: Room) -> None:
    room.set_up()
    found = [pulse(room, room.session)]

    def note() -> None:
        found.append(pulse(room, room.session))

    room.open()
    note()
    room.everybody_commits()
    room.reveal()
    note()
    start_second_round(room, room.session, by="coach")
    note()
    room.everybody_commits(round_name=SECOND)
    room.reveal(round_name=SECOND)
    note()
    close_session(room, room.session, by="coach")
    note()
    assert [one.stage for one in found] == [one for one in Stage if one is not Stage.CALLED_OFF]
    assert len({one.mark for one in found}) == len(found)
    assert [one.stage.takes_ballots for one in found] == [False, True, False, True, False, False]
    assert [one.stage.shows_scores for one in found] == [False, False, True, True, True, True]


def test_no_choice_and_no_commit_changes_the_mark_before_the_reveal(scoring: Room) -> None:
    before = pulse(scoring, scoring.session)
    scoring.choose("r2", Choice("p1", "IDEAS", level="4", note="canary-quokka"))
    scoring.everybody_commits()
    assert pulse(scoring, scoring.session) == before


def test_no_choice_of_the_second_round_changes_the_mark(scoring: Room) -> None:
    scoring.everybody_commits()
    scoring.reveal()
    start_second_round(scoring, scoring.session, by="coach")
    before = pulse(scoring, scoring.session)
    scoring.everybody_commits(round_name=SECOND)
    assert pulse(scoring, scoring.session) == before


def test_a_consensus_its_correction_and_an_anchor_change_the_mark_alone(scoring: Room) -> None:
    scoring.everybody_commits()
    scoring.reveal()
    marks = [pulse(scoring, scoring.session)]
    for step in (
        lambda: settle_piece(scoring),
        lambda: settle_piece(scoring, "3"),
        lambda: make_anchor(scoring, scoring.session, "p1", commentary="Clear.", by="coach"),
    ):
        step()
        marks.append(pulse(scoring, scoring.session))
    assert {one.stage for one in marks} == {Stage.REVEALED}
    assert len({one.mark for one in marks}) == 4


def test_one_call_answers_for_many_sessions_and_leaves_out_what_is_not_there(room: Room) -> None:
    first = room.set_up()
    second = room.set_up(title="Winter norming", piece_ids=("p3", "p4"))
    found = pulses(room, [second, first, "nowhere"])
    assert found == {first: pulse(room, first), second: pulse(room, second)}
    assert all(isinstance(one, Pulse) and one.stage is Stage.SETUP for one in found.values())
    assert found[first].mark != found[second].mark
    assert pulses(room, []) == {}


def test_a_session_that_is_not_there_is_said_plainly(room: Room) -> None:
    with pytest.raises(NotFound, match="no such session"):
        pulse(room, "nowhere")


def test_many_sessions_are_looked_at_in_two_questions(scoring: Room) -> None:
    asked = []
    with scoring.store.reading() as unit:
        engine = unit.connection.engine

    def count(*event: object) -> None:
        asked.append(event[2])

    sa.event.listen(engine, "before_cursor_execute", count)
    pulses(scoring, [scoring.session, "fall-1"])
    sa.event.remove(engine, "before_cursor_execute", count)
    assert len([one for one in asked if str(one).startswith("SELECT")]) == 2
