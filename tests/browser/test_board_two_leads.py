"""What a facilitator sees of another, and how a session is called off, on the board in a real browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from calibrate.store.sealing import Choice
from tests.browser.test_board import NOBODY_OVER, Led, led, shows  # noqa: F401 - fixture
from tests.support import watching
from tests.support.boards import AskedBoard
from tests.support.norming import Room
from tests.support.rooms import ready_database, room  # noqa: F401 - fixtures


def test_a_score_that_somebody_else_has_just_settled_is_shown_before_it_is_replaced(
    led: Led,  # noqa: F811
    page: Page,
    room: Room,  # noqa: F811
) -> None:
    asked = AskedBoard(room)
    session = asked.set_up()
    asked.open()
    room.everybody_commits()
    assert asked.reveal()["done"]
    page.get_by_role("button", name="Back to all sessions").or_(
        page.get_by_role("button", name="Continue")
    ).first.click()
    page.get_by_role("button", name="Agree it…").first.click()
    shows(page, "The panel agrees on")
    about = {"session": session, "piece": "p1", "criterion": "IDEAS"}
    asked.done("settle", **about, level="3", reason="The ending carries it.")
    page.get_by_role("radio", name="1 Level 1").check()
    page.get_by_role("button", name="Save what was agreed").click()
    shows(page, "Somebody else has just settled this score.")
    shows(page, "The ending carries it.")
    with room.store.reading() as unit:
        (kept,) = unit.sessions.consensus.current(session_id=session)
    assert kept.level_id == "3"
    page.get_by_role("button", name="Put ours in its place").click()
    expect(page.get_by_text("1 of 4 scores agreed.")).to_be_visible()
    watching.wait_until(page, lambda: _current_level(room, session) == "1")


def _current_level(room: Room, session: str) -> str | None:  # noqa: F811
    with room.store.reading() as unit:
        (one,) = unit.sessions.consensus.current(session_id=session)
    return one.level_id


def test_a_session_is_called_off_after_one_question_and_its_raters_are_told(
    led: Led,  # noqa: F811
    page: Page,
    room: Room,  # noqa: F811
    axe: Callable[..., list[watching.Violation]],
) -> None:
    asked = AskedBoard(room)
    session = asked.set_up()
    asked.open()
    room.choose("r2", Choice("p1", "IDEAS", level="3"))
    page.get_by_role("button", name="Back to all sessions").or_(
        page.get_by_role("button", name="Continue: Our fall session")
    ).first.click()
    page.get_by_role("button", name="Call this session off…").click()
    expect(page.get_by_role("dialog")).to_contain_text("This cannot be taken back.")
    assert axe(page) == []
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert asked.done("board", session=session)["stage"] == "blind"
    page.get_by_role("button", name="Call this session off…").click()
    page.get_by_label("Why (may stay empty)").fill("The wrong rubric.")
    page.get_by_role("button", name="Call it off").click()
    shows(page, "This session was called off")
    shows(page, "The wrong rubric.")
    assert axe(page) == [] and page.evaluate(NOBODY_OVER)
    page.get_by_role("button", name="← All sessions").click()
    page.get_by_text("Closed sessions (1)").click()
    shows(page, "Called off")
