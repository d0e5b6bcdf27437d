"""What the facilitator's board works with: choices, plans, the list of sessions, what is agreed, minutes."""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.errors import DataError, SealError, StaleWrite
from calibrate.model.session import MinuteKind, RoundName
from calibrate.store.project import Project
from calibrate.store.sealing import Choice
from calibrate.workflows.norming import (
    Override,
    SessionPlan,
    change_setup,
    close_session,
    commit,
    make_anchor,
    open_desk,
    open_keys,
    reveal,
    settle,
    start_second_round,
)
from calibrate.workflows.norming.board_agreed import view_agreed
from calibrate.workflows.norming.board_choices import (
    PieceFilter,
    choices_for_setup,
    find_pieces,
    suggest_pieces,
)
from calibrate.workflows.norming.board_minutes import (
    Minutes,
    NextStep,
    read_minutes,
    write_minutes,
)
from calibrate.workflows.norming.board_plan import Wishes, linked_groups, spread_evenly
from calibrate.workflows.norming.board_rooms import list_sessions, view_board
from calibrate.workflows.norming.stage import Stage
from tests.store.sealing_kit import PASSPHRASE
from tests.support.norming import BLIND, DAY, Room

SECOND = RoundName.AFTER_DISCUSSION


def show(room: Room, round_name: RoundName = BLIND) -> None:
    secrets = open_keys(room.keystore, room.session, PASSPHRASE)
    reveal(room, room.session, round_name, secrets, by="coach")


@settings(deadline=None, max_examples=60)
@given(
    pieces=st.integers(1, 9), raters=st.integers(1, 8), readings=st.integers(1, 4), data=st.data()
)
def test_a_plan_gives_each_piece_its_readings_and_nobody_their_own_students(
    pieces: int, raters: int, readings: int, data: st.DataObject
):
    piece_ids, rater_ids = [f"p{n}" for n in range(pieces)], [f"r{n}" for n in range(raters)]
    pairs = st.tuples(st.sampled_from(piece_ids), st.sampled_from(rater_ids))
    barred = data.draw(st.sets(pairs, max_size=10))
    plan = spread_evenly(piece_ids, rater_ids, barred, Wishes(readings))
    read = Counter(piece for its in plan.values() for piece in its)
    assert not any((piece, rater) in barred for rater, its in plan.items() for piece in its)
    for piece in piece_ids:
        may = sum((piece, rater) not in barred for rater in rater_ids)
        assert read[piece] == min(readings, may)
    if not barred:
        loads = sorted(len(its) for its in plan.values())
        assert loads[-1] - loads[0] <= 1


def test_without_a_number_everybody_scores_everything_they_may():
    plan = spread_evenly(["p1", "p2"], ["r1", "r2"], {("p1", "r2")})
    assert plan == {"r1": ("p1", "p2"), "r2": ("p2",)}


@pytest.mark.parametrize(("pieces", "raters"), [(6, 6), (8, 7), (12, 8), (5, 4)])
def test_a_plan_of_two_readings_a_piece_keeps_everybody_linked(pieces: int, raters: int):
    plan = spread_evenly(
        [f"p{n}" for n in range(pieces)], [f"r{n}" for n in range(raters)], set(), Wishes(2)
    )
    assert len(linked_groups(plan)) == 1


def test_raters_who_share_nothing_are_in_groups_of_their_own():
    groups = linked_groups({"a": ("p1",), "b": ("p1", "p2"), "c": ("p3",)})
    assert sorted(map(sorted, groups)) == [["a", "b"], ["c"]]


def test_the_sample_district_offers_its_rubric_windows_people_and_pieces(sample_project):
    with Project.open(sample_project) as project:
        choices = choices_for_setup(project, date(2026, 4, 20))
        assert choices.window_id == "2026-spring"
        assert choices.rubrics[0].id == "k8-writing"
        assert len(choices.last_panel) >= 6
        teacher = next(one for one in choices.people if one.name == "Latoya Zielinski")
        assert (teacher.school, teacher.grades) == ("Lincoln Elementary", ("05",))
        spring = PieceFilter(window_id="2026-spring")
        shown = find_pieces(project, spring)
        assert shown and all(one.pages for one in shown)
        assert len(find_pieces(project, PieceFilter("2026-spring", with_work=False))) > 500
        third = find_pieces(project, PieceFilter(window_id="2026-spring", grade="03"))
        assert third and all("Grade 3" in one.facts for one in third)
        some = suggest_pieces(project, spring, chance=random.Random(1))
        assert len(some) == 5 and len({one.task for one in some}) == 1
        assert {one.id for one in some} <= {one.id for one in shown}


def test_a_plan_can_be_changed_until_the_session_is_open(room: Room):
    first = room.set_up()
    plan = SessionPlan("Other", "writing", 1, "2025-fall", ("p2", "p3"), ("r3", "r4"))
    change_setup(room, first, plan, by="coach", today=DAY)
    board = view_board(room, first)
    assert board.session.title == "Other"
    assert {rater: set(its) for rater, its in board.plan.items()} == {
        "r3": {"p2", "p3"},
        "r4": {"p2", "p3"},
    }
    room.open()
    with pytest.raises(StaleWrite):
        change_setup(room, first, plan, by="coach", today=DAY)


def test_the_board_counts_and_never_tells_what_was_chosen(room: Room):
    room.set_up()
    assert view_board(room, room.session).stage is Stage.SETUP
    room.open()
    room.choose("r2", Choice("p1", "IDEAS", level="4", note="canary-heron"))
    board = view_board(room, room.session)
    assert board.stage is Stage.BLIND and board.opened_here
    assert {one.id: one.answered for one in board.panel} == {"r2": 1, "r3": 0, "r4": 0}
    assert "canary-heron" not in repr(board)
    with pytest.raises(SealError):
        view_agreed(room, room.session)


def test_the_board_reads_only_what_belongs_to_its_session(room: Room):
    room.set_up(title="Before", piece_ids=("p1", "p3"))
    room.set_up(piece_ids=("p1", "p2"))
    with room.store.reading() as unit:
        there = [piece for one in unit.sessions.all() for piece in one.piece_ids]
    said: list[str] = []
    sa.event.listen(room.store.engine, "before_cursor_execute", lambda *what: said.append(what[2]))
    board = view_board(room, room.session)
    assert {one.id: one.sessions for one in board.pieces} == {
        one: there.count(one) for one in ("p1", "p2")
    }
    assert there.count("p1") > there.count("p2")
    for table in ("work_file", "task", "window", "piece", "session", "session_piece"):
        asked = [" ".join(one.split()) for one in said]
        asked = [one for one in asked if re.search(rf' FROM "?{table}"?( |$)', one)]
        assert table == "task" or asked, table
        assert not [one for one in asked if " WHERE " not in one], table


def test_sessions_that_still_run_stand_before_those_that_are_closed(room: Room):
    closed = room.set_up(title="Closed", held_on=date(2025, 12, 1))
    room.open()
    room.everybody_commits()
    show(room)
    close_session(room, closed, by="coach")
    room.set_up(title="Runs", held_on=date(2025, 10, 1))
    titles = [one.title for one in list_sessions(room)]
    assert titles.index("Runs") < titles.index("Closed")


def test_only_what_everybody_chose_alike_is_suggested_and_the_second_round_counts_first(
    scoring: Room,
):
    room = scoring
    for rater, level in (("r2", "2"), ("r3", "3"), ("r4", "3")):
        room.answer_all(rater, "1")
        room.choose(rater, Choice("p1", "IDEAS", level=level))
        room.commit(rater)
    show(room)
    lines = {(one.piece_id, one.criterion_id): one for one in view_agreed(room, room.session).lines}
    assert lines["p1", "IDEAS"].unanimous is None
    alike = lines["p1", "CONV"].unanimous
    assert alike and (alike.level_id, alike.readers, alike.round) == ("1", 3, BLIND)
    start_second_round(room, room.session, by="coach")
    for rater in ("r2", "r3", "r4"):
        room.answer_all(rater, "2", round_name=SECOND)
        room.commit(rater, round_name=SECOND)
    before = {
        (one.piece_id, one.criterion_id): one for one in view_agreed(room, room.session).lines
    }
    assert before["p1", "IDEAS"].unanimous is None
    show(room, SECOND)
    after = {(one.piece_id, one.criterion_id): one for one in view_agreed(room, room.session).lines}
    assert after["p1", "IDEAS"].unanimous.level_id == "2"
    assert "after the discussion" in after["p1", "IDEAS"].unanimous.words


def test_two_who_scored_again_are_not_everybody(scoring: Room):
    room = scoring
    for rater, level in (("r2", "1"), ("r3", "4"), ("r4", "4")):
        room.answer_all(rater, "1")
        room.choose(rater, Choice("p1", "IDEAS", level=level))
        room.commit(rater)
    show(room)
    start_second_round(room, room.session, by="coach")
    for rater in ("r3", "r4"):
        for criterion, level in (("IDEAS", "4"), ("CONV", "2")):
            room.choose(rater, Choice("p1", criterion, level=level), round_name=SECOND)
        seat = room.seat(rater)
        seen = open_desk(room, seat, SECOND).sequence
        commit(room, seat, SECOND, operation_id=f"again-{rater}-0001", seen=seen, leave_open=True)
    secrets = open_keys(room.keystore, room.session, PASSPHRASE)
    reveal(
        room,
        room.session,
        SECOND,
        secrets,
        by="coach",
        override=Override(frozenset({"r2"}), "Had to leave."),
    )
    alike = {(one.piece_id, one.criterion_id): one for one in view_agreed(room, room.session).lines}
    assert alike["p1", "IDEAS"].unanimous is None, "r2 gave a 1 and was not asked again"
    assert alike["p1", "CONV"].unanimous is None
    untouched = alike["p2", "CONV"].unanimous
    assert untouched and (untouched.level_id, untouched.readers, untouched.round) == ("1", 3, BLIND)


def test_a_piece_is_ready_to_be_an_anchor_once_every_criterion_is_settled(scoring: Room):
    room = scoring
    room.everybody_commits()
    show(room)
    for criterion, level in (("IDEAS", "2"), ("CONV", "1")):
        settle(room, room.session, "p1", criterion, level_id=level, reason="seen", by="coach")
    ready = {one.piece_id: one for one in view_agreed(room, room.session).anchors}
    assert (ready["p1"].settled, ready["p1"].due, ready["p1"].is_anchor) == (2, 2, False)
    assert ready["p2"].settled == 0
    make_anchor(room, room.session, "p1", commentary="A clear 2.", by="coach")
    ready = {one.piece_id: one for one in view_agreed(room, room.session).anchors}
    assert (ready["p1"].is_anchor, ready["p1"].commentary) == (True, "A clear 2.")


def test_minutes_are_written_after_the_reveal_and_read_back_until_the_close(scoring: Room):
    room = scoring
    wanted = Minutes(
        {
            MinuteKind.AGREED: ("A 3 names its evidence.", "  "),
            MinuteKind.OPEN: ("What of poems?",),
        },
        (NextStep("Ana", "Copy the anchor", date(2025, 11, 1)), NextStep("", "")),
    )
    with pytest.raises(SealError):
        write_minutes(room, room.session, wanted, seen=Minutes().mark, by="coach")
    room.everybody_commits()
    show(room)
    seen = read_minutes(room, room.session).mark
    write_minutes(room, room.session, wanted, seen=seen, by="coach")
    write_minutes(room, room.session, wanted, seen=seen, by="coach")  # its answer was lost
    kept = read_minutes(room, room.session)
    assert kept.lines[MinuteKind.AGREED] == ("A 3 names its evidence.",)
    assert kept.steps == (NextStep("Ana", "Copy the anchor", date(2025, 11, 1)),)
    half = Minutes({}, (NextStep("Ana", ""),))
    with pytest.raises(DataError):
        write_minutes(room, room.session, half, seen=kept.mark, by="coach")
    close_session(room, room.session, by="coach")
    with pytest.raises(SealError):
        write_minutes(room, room.session, wanted, seen=kept.mark, by="coach")


def test_of_two_who_write_the_minutes_the_second_does_not_overwrite_the_first(scoring: Room):
    room = scoring
    room.everybody_commits()
    show(room)
    seen = read_minutes(room, room.session).mark
    hers = Minutes({MinuteKind.AGREED: ("Hers.",)})
    his = Minutes({MinuteKind.AGREED: ("His.",)}, (NextStep("Ana", "calls"),))
    kept = write_minutes(room, room.session, hers, seen=seen, by="coach")
    with pytest.raises(StaleWrite, match="Somebody else saved these minutes") as refused:
        write_minutes(room, room.session, his, seen=seen, by="other coach")
    assert "still here" in (refused.value.fix or "")
    assert read_minutes(room, room.session) == kept
    both = Minutes({MinuteKind.AGREED: ("Hers.", "His.")}, his.steps)
    write_minutes(room, room.session, both, seen=kept.mark, by="other coach")
    assert read_minutes(room, room.session).lines[MinuteKind.AGREED] == ("Hers.", "His.")
