"""The rater's page from the commit to the close, in a real browser: what comes into view, when, and for whom."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from calibrate.model.session import RoundName
from calibrate.store.sealing import Choice, Mark
from calibrate.widgets import desk_answers
from calibrate.widgets.board import NormingBoard
from calibrate.widgets.desk import ScoringDesk
from calibrate.workflows.norming import (
    Override,
    call_off,
    close_session,
    make_anchor,
    open_desk,
    pulse,
    settle,
    start_second_round,
)
from tests.support import watching
from tests.support.desks import Bridge, hang_work, open_page
from tests.support.norming import BLIND, Room
from tests.support.rooms import ready_database, room  # noqa: F401 - fixtures
from tests.support.widget_page import WidgetPage

SECOND = RoundName.AFTER_DISCUSSION
CANARY_NOTE = "canary-quokka"
CANARY_MARK = Mark("text", start=10, end=12)


@pytest.fixture
def scoring(room: Room) -> Room:  # noqa: F811 - the fixture above
    """Everybody has committed: r3 and r4 divide from r2, mark the same words and more, and r3 leaves a note."""
    room.set_up(piece_ids=("p1", "p2", "p3"))
    room.open()
    hang_work(room)
    room.answer_all("r2", "1")
    room.answer_all("r3", "2")
    room.answer_all("r4", "2")
    words = Mark("text", start=3, end=8)
    box = Mark("area", file=1, x=0.1, y=0.2, width=0.4, height=0.1)
    room.choose(
        "r3", Choice("p1", "IDEAS", level="4", note=CANARY_NOTE, marks=(words, CANARY_MARK))
    )
    room.choose("r4", Choice("p1", "IDEAS", level="4", marks=(Mark("text", start=3, end=16),)))
    room.choose("r4", Choice("p1", "CONV", level="2", marks=(words,)))
    room.choose("r4", Choice("p3", "IDEAS", level="3", marks=(box,)))
    room.choose("r4", Choice("p2", "IDEAS", level="2", marks=(Mark("text", start=4, end=7),)))
    for rater in ("r3", "r4"):
        room.commit(rater)
    return room


@pytest.fixture
def revealed(scoring: Room) -> Room:
    scoring.commit("r2")
    scoring.reveal()
    return scoring


def reveal_of(page: Page):
    return page.get_by_role("region", name="The reveal")


def show(page: Page, code: str) -> None:
    page.get_by_role("navigation", name="Agenda").get_by_role("button", name=code).click()
    expect(reveal_of(page).get_by_role("heading", name=code)).to_be_focused()
    expect(reveal_of(page).get_by_text("Fetching the work")).to_have_count(0)


def card(page: Page, criterion: str = "Ideas"):
    return (
        reveal_of(page).locator(".spread").filter(has=page.get_by_role("heading", name=criterion))
    )


def has_row(page: Page, name: str, *counts: str) -> None:
    """Wait until a row of the counts says this, level by level."""
    cells = card(page).get_by_role("row", name=name).get_by_role("cell")
    expect(cells).to_have_count(4)
    expect(cells.locator(".unseen")).to_have_text([*counts])


def test_nothing_of_another_comes_before_the_reveal_and_everything_at_once_after_it(
    desk: Page, scoring: Room, bridge: Bridge
) -> None:
    scoring.commit("r2")
    desk.reload()
    waiting = desk.get_by_role("alert").filter(has_text="You have committed.")
    expect(waiting).to_contain_text("The reveal comes when the facilitator opens it")
    expect(desk.get_by_role("group", name="Ideas")).to_be_hidden()
    desk.get_by_role("button", name="Read your scores").click()
    expect(desk.get_by_role("group", name="Ideas", exact=True)).to_be_visible()
    watching.wait_until(desk, lambda: sum('"pulse"' in told for told in bridge.traffic) > 2)
    before = "".join(bridge.traffic)
    assert CANARY_NOTE not in before
    assert not any(hidden in before for hidden in ('"level": "4"', '"level": "2"', '"start": 10'))
    expect(reveal_of(desk)).to_have_count(0)
    scoring.reveal()
    expect(reveal_of(desk)).to_be_visible()
    show(desk, "P00001")
    expect(card(desk)).to_contain_text(CANARY_NOTE)
    has_row(desk, "Blind", "1, you among them", "0", "0", "2")
    for what in (CANARY_NOTE, '"level": "4"', '"start": 10'):
        watching.wait_until(desk, lambda what=what: what in "".join(bridge.traffic)[len(before) :])
    after = "".join(bridge.traffic)[len(before) :]
    assert not any(name in after for name in ('"r3"', '"r4"', "staff-"))


def test_the_evidence_of_all_is_laid_over_the_work_and_can_be_filtered(
    revealed: Room, desk: Page
) -> None:
    show(desk, "P00001")
    marks = reveal_of(desk).locator(".words mark.layers")
    expect(marks.first).to_be_visible()
    expect(marks).to_have_count(4)
    depths = marks.evaluate_all(
        "all => all.map((one) => [one.textContent, one.style.getPropertyValue('--depth'), one.title])"
    )
    assert depths == [
        ["dog 🐕", "2", "Ideas: 2 readers · Conventions: 1 reader"],
        [" i", "1", "Ideas: 1 reader"],
        ["s ", "2", "Ideas: 2 readers"],
        ["old.", "1", "Ideas: 1 reader"],
    ]
    places = desk.locator(".marked button")
    expect(places).to_have_count(1)
    expect(places).to_contain_text("Ideas: 2 readers")
    places.focus()
    expect(reveal_of(desk).locator(".words mark.lit")).to_have_count(4)
    desk.get_by_role("group", name="Show the evidence for").get_by_role(
        "button", name="Conventions"
    ).click()
    expect(marks).to_have_text(["dog 🐕"])
    show(desk, "P00002")
    expect(reveal_of(desk).frame_locator("iframe").locator("mark.layers")).to_have_text("bus")
    show(desk, "P00003")
    area = reveal_of(desk).locator(".picture").nth(1).locator(".area")
    expect(area).to_have_attribute("title", "Ideas: 1 reader")
    area.click()
    expect(desk.locator(".marked button.lit")).to_contain_text("A place on page 2")
    expect(reveal_of(desk).get_by_role("button", name="Mark a place")).to_have_count(0)


def test_a_consensus_is_seen_while_it_is_settled_then_the_second_round_and_the_close(
    revealed: Room, desk: Page
) -> None:
    show(desk, "P00001")
    expect(card(desk).locator(".consensus")).to_have_count(0)
    for criterion, level in (("IDEAS", "4"), ("CONV", "1")):
        settle(
            revealed,
            revealed.session,
            "p1",
            criterion,
            level_id=level,
            reason="It is kept up.",
            by="c",
        )
    make_anchor(revealed, revealed.session, "p1", commentary="Clear.", by="coach")
    expect(card(desk).locator(".consensus")).to_have_text("Agreed: 4 Level 4. It is kept up.")
    expect(desk.get_by_role("navigation", name="Agenda")).to_contain_text("★ anchor · ✓ agreed")
    expect(reveal_of(desk).get_by_role("heading", name="P00001")).to_be_visible()
    start_second_round(revealed, revealed.session, by="coach")
    expect(desk.get_by_text("After the discussion: score again.")).to_be_visible()
    expect(desk.locator(".how-far .count")).to_have_text("0 of 6 choices")
    mine = desk.locator("label.level").filter(has_text="your blind score")
    expect(mine).to_have_text(["1 Level 1your blind score"] * 2)
    desk.get_by_role("button", name="The reveal").click()
    expect(card(desk)).to_be_visible()
    for rater in ("r2", "r3", "r4"):
        revealed.answer_all(rater, "1", round_name=SECOND)
        revealed.choose(rater, Choice("p1", "IDEAS", level="4"), round_name=SECOND)
        revealed.commit(rater, round_name=SECOND)
    revealed.reveal(round_name=SECOND)
    expect(card(desk).get_by_role("row", name="After")).to_be_visible()
    show(desk, "P00001")
    has_row(desk, "Blind", "1, you among them", "0", "0", "2")
    has_row(desk, "After", "0", "0", "0", "3, you among them")
    expect(card(desk)).to_contain_text("1 of 3 readers changed their score.")
    expect(desk.locator(".news")).to_be_empty()
    close_session(revealed, revealed.session, by="coach")
    expect(desk.get_by_text("This session is closed")).to_be_visible()


def test_who_is_late_is_told_and_what_waits_is_kept_and_named(
    desk: Page, scoring: Room, bridge: Bridge
) -> None:
    desk.get_by_role("navigation", name="Your pieces").get_by_role("button", name="P00001").click()
    bridge.deaf = True
    desk.get_by_role("group", name="Ideas", exact=True).get_by_role(
        "radio", name="3 Level 3"
    ).check()
    lost = desk.get_by_text("No connection to Calibrate at the moment.")
    expect(lost).to_be_visible()
    expect(lost).to_contain_text("1 choice not saved yet: kept here until it is back.")
    scoring.reveal(override=Override(frozenset({"r2"}), "The bus was late."))
    bridge.deaf = False
    expect(reveal_of(desk)).to_be_visible()
    expect(lost).to_have_count(0)
    news = desk.locator(".news")
    expect(news).to_contain_text("The scores were revealed without yours.")
    expect(news).to_contain_text("P00001, Ideas")
    expect(reveal_of(desk)).to_contain_text("2 of 3 on the panel scored.")
    assert "The bus was late." not in "".join(bridge.traffic)
    desk.get_by_role("button", name="My scores").click()
    told = desk.get_by_role("alert").filter(has_text="1 choice made here was not saved")
    expect(told).to_be_visible()
    desk.get_by_role("button", name="Show what is saved").click()
    expect(desk.get_by_role("alert").filter(has_text="Not saved from here")).to_contain_text(
        "P00001, Ideas"
    )
    assert open_desk(scoring, scoring.seat("r2"), BLIND).contents.choice("p1", "IDEAS").level == "1"


def test_a_push_is_followed_without_waiting_for_the_next_pulse(
    context: BrowserContext,
    seen: watching.Seen,
    scoring: Room,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desk_answers, "_PUSHED_BEAT_MS", 3_600_000)
    scoring.commit("r2")
    bridge = Bridge(ScoringDesk(scoring, scoring.seat("r2"), pushed=True))
    page = open_page(context, bridge)
    page.wait_for_function("document.querySelector('.calibrate-desk.waits')")
    expect(reveal_of(page)).to_have_count(0)
    scoring.reveal()
    bridge.traffic.clear()
    bridge.widget.push(pulse(scoring, scoring.session))
    page.evaluate("content => window.hear(content)", bridge.pushed())
    expect(reveal_of(page)).to_be_visible()
    asked = [json.loads(text)["ask"] for text in bridge.traffic[::2]]
    assert "reveal" in asked and "pulse" not in asked
    seen.check()


def test_leaving_asks_first_and_leaves_nothing_behind(
    desk: Page, scoring: Room, bridge: Bridge
) -> None:
    desk.get_by_role("navigation", name="Your pieces").get_by_role("button", name="P00001").click()
    bridge.deaf = True
    desk.get_by_label("A note on this piece, for the discussion").fill("canary-axolotl")
    desk.wait_for_function("Object.keys(sessionStorage).length === 1")
    desk.get_by_role("button", name="Leave this desk").click()
    dialog = desk.get_by_role("dialog", name="Leave this desk")
    expect(dialog).to_contain_text("1 choice made here is not saved yet and would be lost.")
    dialog.get_by_role("button", name="Stay").click()
    expect(dialog).to_be_hidden()
    bridge.deaf = False
    expect(desk.locator(".saved")).to_have_text("✓ All saved")
    desk.get_by_role("button", name="Leave this desk").click()
    expect(dialog).to_contain_text("Everything you chose is saved.")
    dialog.get_by_role("button", name="Leave", exact=True).click()
    expect(desk.get_by_text("You have left this desk.")).to_be_focused()
    assert desk.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])") == "[{},{}]"
    expect(desk.locator(".calibrate-room")).to_have_js_property(
        "textContent", "You have left this desk. Nothing of it is kept on this device."
    )
    count = len(bridge.traffic)
    desk.wait_for_timeout(2500)
    assert len(bridge.traffic) == count


def test_leaving_a_room_ends_the_visit_there(
    context: BrowserContext, seen: watching.Seen, scoring: Room
) -> None:
    posted = []
    address = "http://127.0.0.1:9/leave"

    def left(route) -> None:
        posted.append(route.request.method)
        route.fulfill(body="<title>Door</title><p>The door.</p>", content_type="text/html")

    context.route(address, left)
    page = open_page(context, Bridge(ScoringDesk(scoring, scoring.seat("r2"), leave_to="/leave")))
    page.get_by_role("button", name="Leave this desk").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave", exact=True).click()
    expect(page.get_by_text("The door.")).to_be_visible()
    assert posted == ["POST"]
    seen.check()


@watching.both_screens
def test_the_reveal_fits_the_screen_and_shuts_nobody_out(
    revealed: Room, desk: Page, viewport: dict, axe: Callable
) -> None:
    settle(revealed, revealed.session, "p1", "IDEAS", level_id="3", reason="So.", by="coach")
    expect(reveal_of(desk)).to_be_visible()
    for code in ("P00001", "P00002", "P00003"):
        show(desk, code)
        expect(desk.locator(".marked button").first).to_be_visible()
        assert desk.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        assert axe(desk) == []
    table = card(desk).get_by_role("table")
    heads = table.get_by_role("columnheader")
    expect(heads).to_have_count(5)
    for level in (1, 2, 3, 4):
        whole = re.compile(rf"^{level}\s+Level {level}$")
        expect(heads.nth(level)).to_have_text(whole, use_inner_text=True)
    desk.get_by_text("Reader by reader").click()
    readers = reveal_of(desk).get_by_role("row").filter(has_text="(you)")
    expect(readers).to_have_count(1)
    assert axe(desk) == []


@watching.both_screens
def test_words_without_a_gap_make_no_page_wider_than_the_screen(
    context: BrowserContext,
    room: Room,  # noqa: F811 - the fixture above
    viewport: dict,
    page: Page,
) -> None:
    endless = "Unverhältnismäßigkeitsgrundsatz" * 6
    room.set_up(title=f"{endless} 🐕 הכלב שלי", piece_ids=("p1",))
    room.open()
    hang_work(room)
    for rater in ("r2", "r3", "r4"):
        room.answer_all(rater, "2", note=endless)
        room.commit(rater)
    rater = open_page(context, Bridge(ScoringDesk(room, room.seat("r2"))))
    rater.set_viewport_size(viewport)
    WidgetPage(page, NormingBoard(room, room.keystore, by="coach", session_id=room.session), [])
    expect(page.get_by_text("3 of 3 have committed.")).to_be_visible()
    expect(rater.get_by_text("You have committed.")).to_be_visible()

    def fits() -> None:
        for one in (rater, page):
            assert one.evaluate("document.documentElement.scrollWidth") <= viewport["width"]

    fits()
    room.reveal()
    for one in (rater, page):
        expect(one.locator(".notes").first).to_contain_text(endless)
    fits()


def test_a_rater_is_told_that_the_session_was_called_off(desk: Page, scoring: Room) -> None:
    expect(desk.get_by_role("navigation", name="Your pieces")).to_be_visible()
    call_off(scoring, scoring.session, by="coach")
    told = desk.get_by_role("alert").filter(has_text="The facilitator has called this session off")
    expect(told).to_be_visible()
    expect(told).to_contain_text("What you had chosen stays sealed")
    expect(desk.get_by_role("radio")).to_have_count(0)
    desk.reload()
    expect(told).to_be_visible()
