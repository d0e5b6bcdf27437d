"""The board's Python half where somebody else was faster, and where a session ends before its reveal."""

from __future__ import annotations

from tests.support.boards import AskedBoard


def test_a_second_facilitator_who_reveals_too_is_told_that_it_is_done(board: AskedBoard):
    board.set_up()
    board.open()
    board.room.everybody_commits()
    assert board.reveal()["done"]
    assert board.reveal()["message"] == "This round is revealed already."
    session = board.room.session
    kept = {"session": session, "piece": "p1", "criterion": "IDEAS", "level": "3"}
    board.done("settle", **kept, reason="Two halves \ud83d and a bell\x07.")
    lines = board.done("agreed", session=session)["lines"]
    told = [one["settled"]["reason"] for one in lines if one["settled"]]
    assert told == ["Two halves  and a bell."]


def test_a_session_is_called_off_from_the_board(board: AskedBoard):
    session = board.set_up()
    board.open()
    board.done("call-off", session=session, reason="The wrong rubric.")
    state = board.done("board", session=session)
    assert (state["stage"], state["called_off"]["reason"]) == ("called_off", "The wrong rubric.")
    assert "called off" in board.ask("call-off", session=session, reason="")["message"]
    assert "called off" in board.reveal()["message"]
    assert board.done("sessions")["sessions"][-1]["stage"] == "called_off"
