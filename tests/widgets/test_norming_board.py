"""The board's Python half: every rule holds whatever its page sends, and no score reaches it before the reveal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibrate.errors import DataError
from calibrate.model.session import Anchor, SessionState
from calibrate.store.project import Project
from calibrate.store.sealing import Choice
from calibrate.widgets.board import NormingBoard
from calibrate.workflows.norming import Stage, open_keystore, pulse
from tests.store.sealing_kit import PASSPHRASE
from tests.support.boards import ADDRESS, AskedBoard
from tests.support.norming import BLIND, Room

NOTE = "canary-capybara"


def test_nothing_of_a_session_is_a_trait_that_a_notebook_would_save(board: AskedBoard):
    session = board.set_up()
    board.open()
    state = {name: value for name, value in board.widget.get_state().items() if name[:1] != "_"}
    assert set(state) <= {"comm", "layout", "tabbable", "tooltip"}
    assert session not in repr(state)


def test_a_session_is_led_from_its_set_up_to_its_report_by_messages_alone(board: AskedBoard):
    room = board.room
    session = board.set_up()
    assert board.done("board", session=session)["stage"] == "setup"
    slips = board.open()["slips"]
    assert [slip["link"].split("#")[0] for slip in slips] == [f"{ADDRESS}/join"] * 3
    room.everybody_commits()
    assert all(one["committed"] for one in board.done("board", session=session)["panel"])
    assert board.reveal()["done"]
    agreed = board.done("agreed", session=session)
    assert {one["alike"]["level"] for one in agreed["lines"] if one["alike"]}
    assert board.done("settle-alike", session=session)["count"] == 4
    first = next(one for one in board.done("agreed", session=session)["lines"] if one["settled"])
    assert (first["piece"], first["criterion"]) == ("p1", "IDEAS")
    seen = first["settled"]["id"]
    board.done(
        "settle",
        session=session,
        piece="p1",
        criterion="IDEAS",
        code="OFF",
        reason="x",
        seen=seen,
    )
    settled = {"session": session, "piece": "p1", "criterion": "IDEAS"}
    late = board.ask("settle", **settled, level="3", reason="Yes.")
    assert (late["refused"], late["settled"]["code"], late["settled"]["reason"]) == (
        "stale",
        "OFF",
        "x",
    )
    board.done("settle", **settled, level="3", reason="Yes.", seen=late["settled"]["id"])
    board.done("anchor", session=session, piece="p1", commentary="A plain 3.")
    board.done("second-round", session=session)
    room.everybody_commits(round_name="after_discussion")
    assert board.reveal("after_discussion")["done"]
    seen = board.done("minutes", session=session)["mark"]
    saved = board.done(
        "save-minutes",
        session=session,
        seen=seen,
        agreed="A 3 names its evidence.\n\n",
        steps=[{"who": "Ana", "what": "copies the anchor", "due": "2025-11-02"}],
    )
    stale = board.ask("save-minutes", session=session, seen=seen, agreed="Something else.")
    assert stale["refused"] and "Somebody else" in stale["message"]
    minutes = board.done("minutes", session=session)
    assert minutes["lines"]["agreed"] == ["A 3 names its evidence."]
    assert minutes["mark"] == saved["mark"] != seen
    board.done("close", session=session)
    assert pulse(room, session).stage is Stage.CLOSED
    line = next(one for one in board.done("sessions")["sessions"] if one["id"] == session)
    assert line["stage"] == "closed"


def test_no_score_and_no_note_reaches_the_page_before_the_reveal(board: AskedBoard):
    room, session = board.room, board.set_up()
    board.open()
    for rater in ("r2", "r3", "r4"):
        room.answer_all(rater, note=NOTE)
    room.choose("r2", Choice("p1", "IDEAS", level="4", note=NOTE))
    for rater in ("r2", "r3", "r4"):
        room.commit(rater)
    for question in ("board", "agreed", "reveal", "minutes", "draft", "sessions", "report"):
        board.ask(question, session=session)
    board.ask("reveal", session=session, names=True)
    board.ask("revealed-work", session=session, piece="p1", names=True)
    board.ask("look", piece="p1")
    assert NOTE not in "".join(board.got)
    assert "p1" in "".join(board.got)
    board.reveal()
    board.done("reveal", session=session)
    assert NOTE in board.got[-1]


def test_agreeing_and_minutes_are_refused_before_the_reveal(board: AskedBoard):
    session = board.set_up()
    board.open()
    for question, more in (
        ("agreed", {}),
        ("settle", {"piece": "p1", "criterion": "IDEAS", "level": "3", "reason": "x"}),
        ("settle-alike", {}),
        ("anchor", {"piece": "p1"}),
        ("second-round", {}),
        ("close", {}),
        ("save-minutes", {"agreed": "x", "seen": "0"}),
        ("reveal", {}),
    ):
        answer = board.ask(question, session=session, **more)
        assert answer["refused"] and answer["message"].endswith(".")


def test_the_passphrase_is_asked_for_each_time_and_sent_back_never(board: AskedBoard):
    session = board.set_up()
    assert board.ask("open", session=session)["refused"]
    short = board.ask("open", session=session, passphrase="short", again="short")
    assert "12" in short["message"] + short["fix"]
    differ = board.ask("open", session=session, passphrase=PASSPHRASE, again=PASSPHRASE + "x")
    assert "not the same" in differ["message"]
    board.open()
    board.room.everybody_commits()
    wrong = board.ask("reveal-round", session=session, round="blind", passphrase="another one 12")
    assert "not the passphrase" in wrong["message"]
    with board.room.store.reading() as unit:
        assert unit.sessions.get(session).state is SessionState.SCORING
    assert PASSPHRASE not in "".join(board.got)


def test_who_is_missing_is_named_by_name_and_needs_a_reason(board: AskedBoard):
    room, session = board.room, board.set_up()
    board.open()
    room.answer_all("r2")
    room.commit("r2")
    waits = board.reveal()
    assert "staff-3" in waits["message"] and "panel member" not in waits["message"]
    silent = board.reveal(missing=["r3", "r4"])
    assert "needs a reason" in silent["message"]
    room.answer_all("r3")
    room.commit("r3")
    changed = board.reveal(missing=["r3", "r4"], reason="Ill today.")
    assert "are not those who were named" in changed["message"]
    assert board.reveal(missing=["r4"], reason="Ill today.")["done"]
    panel = {one["id"]: one for one in board.done("board", session=session)["panel"]}
    assert panel["r4"]["absent"] and not panel["r3"]["absent"]


def test_a_question_that_comes_twice_is_done_once(board: AskedBoard):
    message = {
        "ask": "save-setup",
        "id": "the-same",
        "title": "Fall",
        "rubric": "writing",
        "version": 1,
        "window": "2025-fall",
        "pieces": ["p1"],
        "panel": ["r2", "r3"],
    }
    first, second = board.send(message), board.send(message)
    assert first == second
    titles = [one["title"] for one in board.done("sessions")["sessions"]]
    assert titles.count("Fall") == 1


def test_a_lost_link_is_given_again_with_a_new_pin_and_a_ballot_is_reopened_with_a_reason(
    board: AskedBoard,
):
    room, session = board.room, board.set_up()
    first = {one["rater"]: one for one in board.open()["slips"]}
    again = board.done("hand-out", session=session, raters=["r3"], passphrase=PASSPHRASE)
    (slip,) = again["slips"]
    assert slip["link"] == first["r3"]["link"] and slip["pin"] != first["r3"]["pin"]
    room.answer_all("r3")
    room.commit("r3")
    assert board.ask("reopen", session=session, rater="r3", reason=" ")["refused"]
    board.done("reopen", session=session, rater="r3", reason="A slip of the finger.")
    panel = {one["id"]: one for one in board.done("board", session=session)["panel"]}
    assert not panel["r3"]["committed"]


def test_without_a_room_there_are_codes_and_no_links(room: Room):
    board = AskedBoard(room, address=lambda: None)
    board.set_up()
    slips = board.open()["slips"]
    assert all(one["code"] and not one["link"] and not one["qr"] for one in slips)


def test_a_plan_is_shown_even_before_it_is_saved_and_own_students_are_left_out(board: AskedBoard):
    plan = board.done("plan", pieces=["p1", "p2"], panel=["r1", "r2", "r3"])
    rows = {row["rater"]: row for row in plan["rows"]}
    assert rows["r1"]["pieces"] == [] and rows["r1"]["own"] == ["p1", "p2"]
    assert any("nothing to score" in one for one in plan["warnings"])
    refused = board.ask(
        "save-setup",
        title="Fall",
        rubric="writing",
        version=1,
        window="2025-fall",
        pieces=["p1", "p2"],
        panel=["r1", "r2"],
        assignments={"r1": ["p1"], "r2": ["p1", "p2"]},
    )
    assert "student of a rater" in refused["message"]
    made = board.set_up(
        panel=["r1", "r2"],
        assignments={"r1": ["p1"], "r2": ["p1", "p2"]},
        own=[{"piece": "p1", "rater": "r1", "reason": "Nobody else reads Portuguese."}],
    )
    with board.room.store.reading() as unit:
        own = [one for one in unit.sessions.assignments.all(session_id=made) if one.own_student]
        logged = unit.audit.all(subject=made, action="session.own_student")
    assert [(one.rater_id, one.piece_id) for one in own] == [("r1", "p1")]
    assert "Portuguese" in logged[0].detail


DEALT = {"pieces": ["p1", "p2", "p3"], "panel": ["r2", "r3", "r4"], "readings": 2}


def loads(plan: dict[str, Any]) -> dict[str, int]:
    return {row["rater"]: len(row["pieces"]) for row in plan["rows"]}


def test_limits_pieces_for_everybody_and_another_deal_are_planned_and_saved(board: AskedBoard):
    plan = board.done("plan", **DEALT, most={"r2": 1}, everyone=["p1"])
    assert loads(plan)["r2"] == 1 and plan["everyone"] == ["p1"]
    assert plan["readings"] == {"p1": 3, "p2": 2, "p3": 2}
    assert all("p1" in row["pieces"] for row in plan["rows"])
    deals = [board.done("plan", **DEALT, seed=seed)["rows"] for seed in range(1, 7)]
    assert any(one != deals[0] for one in deals)
    made = board.set_up(**DEALT, most={"r2": 1}, everyone=["p1"], seed=3)
    with board.room.store.reading() as unit:
        kept = unit.sessions.assignments.all(session_id=made)
    assert sorted(one.rater_id for one in kept).count("r2") == 1
    assert sum(one.piece_id == "p1" for one in kept) == 3


def test_limits_that_are_in_the_way_are_named_and_not_saved(board: AskedBoard):
    tight = {**DEALT, "most": {"r2": 1, "r3": 1}}
    plan = board.done("plan", **tight)
    assert any("1 too many" in one and "not saved" in one for one in plan["warnings"])
    assert sum(loads(plan).values()) == 6
    wanted = {"title": "Fall", "rubric": "writing", "version": 1, "window": "2025-fall"}
    refused = board.ask("save-setup", **wanted, **tight)
    assert "1 too many" in refused["message"] and "raise capacities" in refused["fix"]
    with board.room.store.reading() as unit:
        assert all(one.title != "Fall" for one in unit.sessions.all())


def test_anchors_go_to_everybody_unless_one_says_otherwise(board: AskedBoard):
    with board.room.store.transaction() as unit:
        unit.sessions.anchors.add(
            Anchor("an1", "p3", "writing", 1, "IDEAS", "2", "", datetime(2025, 9, 1, tzinfo=UTC))
        )
    plan = board.done("plan", **DEALT)
    assert plan["everyone"] == ["p3"] and plan["readings"]["p3"] == 3
    assert board.done("plan", **DEALT, everyone=[])["readings"]["p3"] == 2


@pytest.mark.parametrize("most", [[1], {"r2": -1}, {"r2": True}, {"r2": "3"}, {"": 1}])
def test_limits_that_are_no_numbers_are_not_believed(board: AskedBoard, most: Any):
    assert "refused" in board.ask("plan", **DEALT, most=most)


def test_what_was_set_up_can_be_changed_before_it_is_open(board: AskedBoard):
    session = board.set_up()
    draft = board.done("draft", session=session)["draft"]
    assert [one["id"] for one in draft["pieces"]] == ["p1", "p2"]
    again = board.set_up(session=session, title="Other", pieces=["p3"])
    assert again == session
    assert board.done("board", session=session)["title"] == "Other"


def test_the_report_is_made_by_what_was_handed_in_and_has_to_lie_in_the_project(room: Room):
    made: list[str] = []

    def run(session: str) -> str:
        made.append(session)
        return "reports/session.html" if len(made) == 1 else "/etc/passwd"

    board = AskedBoard(room, run_report=run)
    assert board.done("report", session="se-1")["path"] == "reports/session.html"
    assert board.ask("report", session="se-1")["refused"]
    assert made == ["se-1", "se-1"]

    def fail(session: str) -> str:
        raise DataError("The notebook stopped.", fix="Look at it.")

    answer = AskedBoard(room, run_report=fail).ask("report", session="se-1")
    assert "The notebook stopped." in answer["message"]


def test_the_sample_district_asks_for_no_passphrase_and_another_project_does(
    own_sample_project: Path, tmp_path: Path, room: Room
):
    with Project.open(own_sample_project) as project:
        keys = open_keystore(project, tmp_path / "sample-keys")
        board = AskedBoard(room)
        sample = NormingBoard(project, keys, by="coach")
        heard: list[dict] = []
        sample.send = lambda content, buffers=None: heard.append(content)  # type: ignore[method-assign]
        sample._handle_custom_msg({"ask": "sessions", "id": "1"}, [])
        assert heard[0]["passphrase"] is False
        assert len(heard[0]["sessions"]) == 9
        assert board.done("sessions")["passphrase"] is True


def test_a_page_that_asks_for_no_passphrase_gets_no_session_without_one(room: Room):
    board = AskedBoard(room, passphrase_needed=False)
    session = board.set_up()
    answer = board.ask("open", session=session)
    # Only the sample district opens without one, whatever a page was told.
    assert answer["refused"]
    assert pulse(room, session).stage is Stage.SETUP


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["session", "pieces", "panel", "own", "steps", "raters", "due", "title"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(what=st.sampled_from(["plan", "save-setup", "open", "hand-out", "reveal-round", "settle", "save-minutes", "look", "pieces", "nonsense", "board"]), more=ANYTHING)  # fmt: skip
def test_whatever_a_page_sends_it_is_answered_in_a_sentence(
    room: Room, what: str, more: object, caplog: pytest.LogCaptureFixture
):
    board = AskedBoard(room)
    message = {"ask": what, "id": "x", **(more if isinstance(more, dict) else {"session": more})}
    answer = board.send(message)
    assert answer["to"] == "x"
    if "refused" in answer:
        assert answer["message"].endswith((".", "!"))
    assert not caplog.records, "an error that nobody foresaw"
    board.send(more)


def test_a_committed_ballot_is_never_opened_by_the_page_alone(board: AskedBoard):
    session = board.set_up()
    board.open()
    board.room.everybody_commits()
    assert board.ask("reveal-round", session=session, round="blind")["refused"]
    with board.room.store.reading() as unit:
        assert not unit.scores.readings.all(session_id=session)
        assert len(unit.ballots.of(session, BLIND)) == 3


def test_a_title_is_one_line_that_can_be_seen(board: AskedBoard):
    session = board.set_up(title=" Fall\vnorming\0 🍂 ")
    assert board.done("board", session=session)["title"] == "Fall norming 🍂"
    for unseen in ("\u200b", "\0", "\ud800", "\u202e"):
        answer = board.ask("save-setup", title=unseen, pieces=["p1"], panel=["r2"])
        assert answer["message"] == "The session has no title yet."
