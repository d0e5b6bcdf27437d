"""A session from its setting up to its close, as a panel lives it."""

from __future__ import annotations

import random
from datetime import date

import pytest

from calibrate.errors import ArgumentError, DataError, NotFound, SealError, StaleWrite
from calibrate.model.roster import Enrolment, Teaching
from calibrate.model.scores import ReadingPurpose
from calibrate.model.session import RoundName, SessionState
from calibrate.store.sealing import Choice, Mark
from calibrate.workflows.norming import (
    SessionPlan,
    close_session,
    commit,
    make_anchor,
    open_desk,
    open_keys,
    open_scoring,
    progress,
    reveal,
    save_choice,
    save_note,
    set_up_session,
    settle,
    start_second_round,
)
from tests.store.sealing_kit import PASSPHRASE
from tests.support.norming import BLIND, DAY, Room

SECOND = RoundName.AFTER_DISCUSSION


def _reveal(room: Room, round_name: RoundName = BLIND, **more: object):  # type: ignore[no-untyped-def]
    secrets = open_keys(room.keystore, room.session, PASSPHRASE)
    return reveal(room, room.session, round_name, secrets, by="coach", **more)  # type: ignore[arg-type]


def test_a_session_from_setup_to_close(scoring: Room) -> None:
    room = scoring
    for rater, level in (("r2", "2"), ("r3", "3"), ("r4", "3")):
        for piece in ("p1", "p2"):
            room.choose(rater, Choice(piece, "IDEAS", level=level, note=f"seen by {rater}"))
            room.choose(rater, Choice(piece, "CONV", level="1.5", marks=(Mark("text", 2, 7),)))
        room.commit(rater)
    made = _reveal(room)
    assert (made.ballots, made.readings, made.scores, made.missing) == (3, 6, 12, ())
    with room.store.reading() as unit:
        readings = unit.scores.readings.all(session_id=room.session)
        assert {one.purpose for one in readings} == {ReadingPurpose.INDEPENDENT}
        assert {one.round for one in readings} == {"blind"}
        mine = [one for one in readings if one.rater_ids == ("r2",) and one.piece_id == "p1"]
        by_criterion = {one.criterion_id: one for one in unit.scores.all(reading_id=mine[0].id)}
        assert by_criterion["IDEAS"].level_id == "2"
        assert by_criterion["IDEAS"].comment == "seen by r2"
        assert by_criterion["CONV"].level_id == "1.5"
        marks = unit.scores.evidence.all(reading_id=mine[0].id)
        assert [(mark.criterion_id, mark.start, mark.end) for mark in marks] == [("CONV", 2, 7)]
        assert unit.sessions.get(room.session).state is SessionState.REVEALED
        said = [(one.action, one.actor) for one in unit.audit.all(subject=room.session)]
        assert ("session.reveal", "coach") in said and ("session.commit", "r2") in said
    start_second_round(room, room.session, by="coach")
    room.everybody_commits(round_name=SECOND)
    again = _reveal(room, SECOND)
    assert again.readings == 6
    with room.store.reading() as unit:
        after = unit.scores.readings.all(session_id=room.session, round="after_discussion")
        blind = unit.scores.readings.all(session_id=room.session, round="blind")
        assert len(after) == len(blind) == 6 and blind == readings
    for criterion, level in (("IDEAS", "3"), ("CONV", "1.5")):
        settle(room, room.session, "p1", criterion, level_id=level, reason="the ending", by="coach")
    anchors = make_anchor(room, room.session, "p1", commentary="a strong ending", by="coach")
    assert {(one.criterion_id, one.level_id) for one in anchors} == {
        ("IDEAS", "3"),
        ("CONV", "1.5"),
    }
    close_session(room, room.session, by="coach", keystore=room.keystore)
    with room.store.reading() as unit:
        assert unit.sessions.get(room.session).state is SessionState.CLOSED
    with pytest.raises(SealError, match="closed"):
        settle(room, room.session, "p1", "IDEAS", level_id="2", reason="no", by="coach")
    assert not (room.keystore.folder / "pins" / room.session).exists()


def test_nobody_scores_their_own_students(room: Room) -> None:
    with pytest.raises(DataError, match="nothing to score"):
        room.set_up(rater_ids=("r1", "r2"))
    with pytest.raises(DataError, match="written by a student of a rater") as caught:
        room.set_up(rater_ids=("r1", "r2"), assignments={"r1": ("p1",), "r2": ("p1", "p2")})
    assert "P00001" in str(caught.value)
    with room.store.reading() as unit:
        assert unit.sessions.count() == 1


def test_an_exception_is_logged_and_its_reading_is_of_an_own_student(room: Room) -> None:
    room.set_up(
        rater_ids=("r1", "r2"), own_students={("p1", "r1"): "only she can read the handwriting"}
    )
    room.open()
    room.everybody_commits()
    _reveal(room)
    with room.store.reading() as unit:
        purposes = {
            (one.piece_id, one.rater_ids[0]): one.purpose
            for one in unit.scores.readings.all(session_id=room.session)
        }
        logged = unit.audit.all(action="session.own_student")
    assert purposes == {
        ("p1", "r1"): ReadingPurpose.OWN_STUDENT,
        ("p1", "r2"): ReadingPurpose.INDEPENDENT,
        ("p2", "r2"): ReadingPurpose.INDEPENDENT,
    }
    assert len(logged) == 1 and "handwriting" in logged[0].detail


def test_a_child_who_changed_rooms_is_an_own_student_of_both_teachers(room: Room) -> None:
    with room.store.transaction() as unit:
        unit.people.enrolments.put(
            Enrolment("s2", "maple-3", "03", date(2025, 9, 1), date(2025, 10, 5))
        )
        unit.people.enrolments.add(Enrolment("s2", "birch-4", "04", date(2025, 10, 6)))
        unit.people.teaching.add(Teaching("r2", "birch-4"))
        unit.people.teaching.add(Teaching("r4", "birch-4", date(2024, 9, 1), date(2025, 6, 30)))
    room.set_up()
    with room.store.reading() as unit:
        plan = {
            (one.rater_id, one.piece_id)
            for one in unit.sessions.assignments.all(session_id=room.session)
        }
    assert ("r2", "p2") not in plan and ("r2", "p1") in plan and ("r4", "p2") in plan


def test_every_rater_has_an_own_order(room: Room) -> None:
    session = set_up_session(
        room,
        SessionPlan(
            "t", "writing", 1, "2025-fall", ("p1", "p2", "p3", "p4"), ("r2", "r3", "r4", "r5")
        ),
        by="coach",
        today=DAY,
        shuffle=random.Random(1),
    )
    with room.store.reading() as unit:
        orders = {
            rater: tuple(
                one.piece_id
                for one in sorted(
                    unit.sessions.assignments.all(session_id=session.id, rater_id=rater),
                    key=lambda one: one.place,
                )
            )
            for rater in ("r2", "r3", "r4", "r5")
        }
    assert len(set(orders.values())) > 1
    assert all(sorted(order) == ["p1", "p2", "p3", "p4"] for order in orders.values())


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        ({"piece_ids": ()}, ArgumentError),
        ({"rater_ids": ("r2", "r2")}, ArgumentError),
        ({"piece_ids": ("p1", "p9")}, NotFound),
        ({"rater_ids": ("r2", "r9")}, NotFound),
        ({"rubric_version": 7}, NotFound),
        ({"own_students": {("p1", "r2"): " "}}, ArgumentError),
        ({"own_students": {("p3", "r2"): "why"}}, ArgumentError),
        ({"assignments": {"r2": ("p3",)}}, ArgumentError),
        ({"assignments": {"r2": ("p1", "p1")}}, ArgumentError),
        ({"assignments": {"r2": ("p1",), "r3": ("p1",), "r4": ("p1",)}}, DataError),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_nothing_is_saved(
    room: Room, plan: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        room.set_up(**plan)
    with room.store.reading() as unit:
        assert unit.sessions.count() == 1 and unit.sessions.assignments.count() == 0


def test_scoring_opens_once(scoring: Room) -> None:
    with pytest.raises(StaleWrite):
        open_scoring(scoring, scoring.keystore, scoring.session, PASSPHRASE, by="coach")
    scoring.choose("r2", Choice("p1", "IDEAS", level="3"))


def test_a_weak_passphrase_leaves_the_session_as_it_was(room: Room) -> None:
    room.set_up()
    with pytest.raises(SealError, match="at least 12"):
        open_scoring(room, room.keystore, room.session, "short", by="coach")
    with room.store.reading() as unit:
        assert unit.sessions.get(room.session).state is SessionState.SETUP
        assert unit.ballots.keys.find(room.session) is None
    room.open()


def test_no_session_starts_without_a_recovery_key(room: Room) -> None:
    class Bare(Room):
        @property
        def recovery_public_key(self) -> str | None:
            return None

    room.set_up()
    bare = Bare(room.id, room.folder, room.store, room.keystore, room.recovery, room.session)
    with pytest.raises(SealError, match="no recovery key"):
        bare.open()


def test_choices_can_be_changed_and_taken_back_until_the_commit(scoring: Room) -> None:
    room = scoring
    room.choose("r2", Choice("p1", "IDEAS", level="3"))
    room.choose("r2", Choice("p1", "IDEAS", level="2", note="on second thoughts"))
    desk = open_desk(room, room.seat("r2"), BLIND)
    assert desk.contents.choice("p1", "IDEAS").level == "2" and desk.sequence == 2
    assert desk.contents.choice("p1", "IDEAS").scored_at
    room.choose("r2", Choice("p1", "IDEAS"))
    desk = open_desk(room, room.seat("r2"), BLIND)
    assert len(desk.open) == len(desk.due) == 4 and not desk.committed
    room.answer_all("r2")
    room.commit("r2")
    assert open_desk(room, room.seat("r2"), BLIND).committed
    with pytest.raises(StaleWrite, match="committed"):
        room.choose("r2", Choice("p1", "IDEAS", level="1"))


def test_notes_on_a_piece_join_its_reading(scoring: Room) -> None:
    room = scoring
    room.answer_all("r2")
    seat = room.seat("r2")
    seen = open_desk(room, seat, BLIND).sequence
    save_note(room, seat, BLIND, "p1", "ask about the dog", operation_id="n1", seen=seen)
    with pytest.raises(DataError):
        save_note(room, seat, BLIND, "p9", "x", operation_id="n2", seen=seen + 1)
    room.commit("r2")
    for rater in ("r3", "r4"):
        room.answer_all(rater)
        room.commit(rater)
    _reveal(room)
    with room.store.reading() as unit:
        notes = {one.note for one in unit.scores.readings.all(session_id=room.session)}
    assert notes == {"", "ask about the dog"}


def test_a_commit_with_open_choices_has_to_be_meant(scoring: Room) -> None:
    room = scoring
    room.choose("r2", Choice("p1", "IDEAS", level="3"))
    room.choose("r2", Choice("p1", "CONV", note="could not decide"))
    with pytest.raises(DataError, match="3 choices are still open"):
        room.commit("r2")
    commit(room, room.seat("r2"), BLIND, operation_id="meant", seen=2, leave_open=True)
    for rater in ("r3", "r4"):
        room.answer_all(rater)
        room.commit(rater)
    _reveal(room)
    with room.store.reading() as unit:
        mine = unit.scores.readings.by_rater("r2", session_id=room.session)
        assert [one.piece_id for one in mine] == ["p1"] and "could not decide" in mine[0].note
        assert [one.criterion_id for one in unit.scores.all(reading_id=mine[0].id)] == ["IDEAS"]


@pytest.mark.parametrize(
    ("choice", "error"),
    [
        (Choice("p9", "IDEAS", level="3"), DataError),
        (Choice("p1", "STYLE", level="3"), DataError),
        (Choice("p1", "IDEAS", level="9"), NotFound),
        (Choice("p1", "IDEAS", code="NOPE"), NotFound),
    ],
)
def test_a_choice_outside_plan_or_rubric_is_refused(
    scoring: Room, choice: Choice, error: type[Exception]
) -> None:
    with pytest.raises(error):
        scoring.choose("r2", choice)
    assert open_desk(scoring, scoring.seat("r2"), BLIND).sequence == 0


def test_a_choice_sent_twice_is_stored_once(scoring: Room) -> None:
    room, seat = scoring, scoring.seat("r2")
    choice = Choice("p1", "IDEAS", level="3")
    first = save_choice(room, seat, BLIND, choice, operation_id="a", seen=0)
    again = save_choice(room, seat, BLIND, choice, operation_id="a", seen=0)
    assert (first.sequence, first.repeated) == (1, False)
    assert (again.sequence, again.repeated) == (1, True)
    room.answer_all("r2")
    seen = open_desk(room, seat, BLIND).sequence
    one = commit(room, seat, BLIND, operation_id="c", seen=seen)
    two = commit(room, seat, BLIND, operation_id="c", seen=seen)
    assert two.repeated and two.receipt == one.receipt and two.sequence == one.sequence


def test_an_older_page_does_not_save_over_a_newer_choice(scoring: Room) -> None:
    room = scoring
    room.choose("r2", Choice("p1", "IDEAS", level="3"))
    with pytest.raises(StaleWrite, match="older page"):
        room.choose("r2", Choice("p1", "IDEAS", level="1"), seen=0)
    with pytest.raises(StaleWrite):
        room.choose("r2", Choice("p1", "IDEAS", level="1"), seen=7)
    assert open_desk(room, room.seat("r2"), BLIND).contents.choice("p1", "IDEAS").level == "3"


def test_progress_counts_and_says_nothing_else(scoring: Room) -> None:
    room = scoring
    room.choose("r2", Choice("p1", "IDEAS", level="3"))
    room.choose("r2", Choice("p1", "CONV", code="OFF"))
    room.answer_all("r3")
    room.commit("r3")
    seen = {
        one.rater_id: (one.answered, one.due, one.committed) for one in progress(room, room.session)
    }
    assert seen == {"r2": (2, 4, False), "r3": (4, 4, True), "r4": (0, 4, False)}
    assert [one.label for one in progress(room, room.session)] == [
        "panel member 1 (teacher)",
        "panel member 2 (teacher)",
        "panel member 3 (teacher)",
    ]
