"""The scoring desk in a real browser: its own page, the real rules in Python and a real project."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from calibrate.model.session import BallotState
from calibrate.store.sealing import Choice
from calibrate.widgets.desk import ScoringDesk
from calibrate.workflows.norming import open_desk
from tests.support import watching
from tests.support.desks import Bridge, hang_work, open_page
from tests.support.norming import BLIND, Room
from tests.support.rooms import ready_database, room  # noqa: F401 - fixtures
from tests.support.watching import wait_until

CANARY_NOTE = "canary-quokka"
OWN_NOTE = "canary-axolotl"


@pytest.fixture
def scoring(room: Room) -> Room:  # noqa: F811 - the fixture above
    room.set_up(piece_ids=("p1", "p2", "p3"))
    room.open()
    hang_work(room)
    return room


def contents(room: Room, rater: str = "r2"):  # noqa: F811 - a project, not the fixture
    return open_desk(room, room.seat(rater), BLIND).contents


def show(page: Page, code: str) -> None:
    page.get_by_role("navigation", name="Your pieces").get_by_role("button", name=code).click()
    expect(page.get_by_role("heading", name=code)).to_be_visible()


def level(page: Page, criterion: str, name: str):
    return page.get_by_role("group", name=criterion, exact=True).get_by_role(
        "radio", name=name, exact=True
    )


def saved(page: Page):
    return page.locator(".saved")


def in_storage(page: Page) -> str:
    return page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")


def bytes_of(room: Room) -> bytes:  # noqa: F811 - a project, not the fixture
    return b"".join(path.read_bytes() for path in room.folder.rglob("*") if path.is_file())


def test_a_teacher_scores_by_keyboard_and_finds_everything_after_a_reload(
    desk: Page, scoring: Room, bridge: Bridge
) -> None:
    scoring.choose("r3", Choice("p1", "IDEAS", level="1", note=CANARY_NOTE))
    show(desk, "P00001")
    level(desk, "Ideas", "1 Level 1").focus()
    desk.keyboard.press("3")
    expect(level(desk, "Ideas", "3 Level 3")).to_be_checked()
    expect(level(desk, "Ideas", "3 Level 3")).to_be_focused()
    desk.keyboard.press("ArrowRight")
    expect(level(desk, "Ideas", "4 Level 4")).to_be_checked()
    desk.keyboard.press("Enter")
    desk.keyboard.press("2")
    expect(level(desk, "Conventions", "2 Level 2")).to_be_checked()
    expect(saved(desk)).to_have_text("✓ All saved")
    assert contents(scoring).choice("p1", "IDEAS").level == "4"
    desk.get_by_label("A note on this piece, for the discussion").fill(OWN_NOTE)
    expect(saved(desk)).to_have_text("✓ All saved")
    desk.reload()
    show(desk, "P00001")
    expect(level(desk, "Ideas", "4 Level 4")).to_be_checked()
    expect(level(desk, "Conventions", "2 Level 2")).to_be_checked()
    expect(desk.get_by_label("A note on this piece, for the discussion")).to_have_value(OWN_NOTE)
    expect(desk.locator(".count")).to_have_text("2 of 6 choices")
    assert contents(scoring).notes == (("p1", OWN_NOTE),)
    assert CANARY_NOTE not in "".join(bridge.traffic)
    data = bytes_of(scoring)
    assert CANARY_NOTE.encode() not in data and OWN_NOTE.encode() not in data
    assert OWN_NOTE not in in_storage(desk)


def test_half_points_have_keys_too_and_the_desk_says_so(desk: Page, scoring: Room) -> None:
    expect(desk.locator(".keys")).to_contain_text("a point after it its half: 0 and . choose 0.5")
    show(desk, "P00001")
    level(desk, "Conventions", "0 Level 0").focus()
    for keys, chosen in (("1.", "1.5 Level 1.5"), ("0", "0 Level 0"), ("+", "0.5 Level 0.5")):
        for key in keys:
            desk.keyboard.press(key)
        expect(level(desk, "Conventions", chosen)).to_be_checked()
        expect(level(desk, "Conventions", chosen)).to_be_focused()
    desk.keyboard.press("2")
    desk.keyboard.press(".")  # there is no 2.5
    expect(level(desk, "Conventions", "2 Level 2")).to_be_checked()
    for key in "1.5":
        desk.keyboard.press(key)
    desk.keyboard.press("Enter")
    expect(saved(desk)).to_have_text("✓ All saved")
    assert contents(scoring).choice("p1", "CONV").level == "1.5"


def test_what_is_chosen_while_nothing_answers_waits_and_is_saved_afterwards(
    desk: Page, scoring: Room, bridge: Bridge
) -> None:
    show(desk, "P00001")
    bridge.deaf = True
    for name, chosen in (("Ideas", "3 Level 3"), ("Conventions", "1 Level 1")):
        level(desk, name, chosen).check()
    desk.get_by_label("A note on this piece, for the discussion").fill(OWN_NOTE)
    expect(saved(desk)).to_have_text("3 choices not saved yet")
    expect(desk.get_by_role("alert").filter(has_text="sent again by themselves")).to_be_visible()
    assert contents(scoring).answered == 0
    bridge.deaf = False
    expect(saved(desk)).to_have_text("✓ All saved")
    expect(desk.locator(".banner")).to_be_empty()
    assert contents(scoring).choice("p1", "IDEAS").level == "3"
    assert contents(scoring).notes == (("p1", OWN_NOTE),)


def test_a_reload_while_nothing_answers_loses_nothing_and_leaves_nothing_readable(
    desk: Page, scoring: Room, bridge: Bridge
) -> None:
    show(desk, "P00001")
    level(desk, "Ideas", "2 Level 2").check()
    expect(saved(desk)).to_have_text("✓ All saved")
    bridge.mute = True  # it is stored, and the page does not hear of it
    level(desk, "Ideas", "3 Level 3").check()
    expect(saved(desk)).to_have_text("1 choice not saved yet")
    bridge.deaf = True
    bridge.mute = False
    desk.wait_for_function("Object.keys(sessionStorage).length === 1")
    before = in_storage(desk)
    desk.get_by_label("A note on this piece, for the discussion").fill(OWN_NOTE)
    expect(saved(desk)).to_have_text("2 choices not saved yet")
    wait_until(desk, lambda: in_storage(desk) != before)  # sealing what waits takes a moment
    kept = in_storage(desk)
    assert not any(word in kept for word in (OWN_NOTE, "IDEAS", "criterion", scoring.session))
    desk.evaluate("void location.reload()")
    expect(desk.locator(".opening")).to_be_visible()
    bridge.deaf = False
    expect(saved(desk)).to_have_text("✓ All saved")
    show(desk, "P00001")
    expect(level(desk, "Ideas", "3 Level 3")).to_be_checked()
    expect(desk.get_by_label("A note on this piece, for the discussion")).to_have_value(OWN_NOTE)
    assert contents(scoring).notes == (("p1", OWN_NOTE),)
    assert open_desk(scoring, scoring.seat("r2"), BLIND).sequence == 3
    assert in_storage(desk) == "[{},{}]"


def test_where_the_browser_cannot_encrypt_what_waits_is_kept_in_memory_alone(
    context: BrowserContext, seen: watching.Seen, scoring: Room, bridge: Bridge
) -> None:
    context.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page = open_page(context, bridge)
    show(page, "P00001")
    bridge.deaf = True
    level(page, "Ideas", "3 Level 3").check()
    expect(saved(page)).to_have_text("1 choice not saved yet")
    assert in_storage(page) == "[{},{}]"
    page.evaluate("window.again()")  # the page is built anew without a reload
    expect(page.locator(".opening")).to_be_visible()
    bridge.deaf = False
    expect(saved(page)).to_have_text("✓ All saved")
    expect(page.locator(".calibrate-room")).to_have_count(1)
    assert contents(scoring).choice("p1", "IDEAS").level == "3"
    seen.check()


def test_an_older_page_is_told_and_shows_what_is_saved(
    desk: Page, context: BrowserContext, scoring: Room
) -> None:
    show(desk, "P00001")
    level(desk, "Ideas", "1 Level 1").check()
    expect(saved(desk)).to_have_text("✓ All saved")
    newer = open_page(context, Bridge(ScoringDesk(scoring, scoring.seat("r2"))))
    show(newer, "P00001")
    level(newer, "Ideas", "4 Level 4").check()
    expect(saved(newer)).to_have_text("✓ All saved")
    level(desk, "Conventions", "2 Level 2").check()
    told = desk.get_by_role("alert").filter(has_text="A newer choice of yours is stored already")
    expect(told).to_contain_text("1 choice made here was not saved")
    expect(saved(desk)).to_have_text("1 choice not saved yet")
    expect(level(desk, "Conventions", "1 Level 1")).to_be_disabled()
    desk.get_by_role("button", name="Show what is saved").click()
    expect(desk.get_by_role("alert").filter(has_text="Not saved from here")).to_contain_text(
        "P00001, Conventions"
    )
    show(desk, "P00001")
    expect(level(desk, "Ideas", "4 Level 4")).to_be_checked()
    expect(level(desk, "Conventions", "2 Level 2")).not_to_be_checked()
    level(desk, "Conventions", "2 Level 2").check()
    expect(saved(desk)).to_have_text("✓ All saved")
    assert contents(scoring).choice("p1", "CONV").level == "2"


def test_a_code_stands_for_every_criterion_that_it_does_not_spare(
    desk: Page, scoring: Room
) -> None:
    show(desk, "P00002")
    desk.get_by_role("radio", name="Off topic").check()
    expect(saved(desk)).to_have_text("✓ All saved")
    found = contents(scoring)
    assert found.choice("p2", "IDEAS").code == "OFF"
    assert not found.choice("p2", "CONV").answered
    level(desk, "Ideas", "2 Level 2").check()
    expect(desk.get_by_role("radio", name="Yes")).to_be_checked()
    desk.get_by_role("button", name="Take back the choice for Ideas").click()
    expect(saved(desk)).to_have_text("✓ All saved")
    assert not contents(scoring).choice("p2", "IDEAS").answered


def test_a_commit_is_confirmed_and_then_nothing_changes(
    desk: Page, scoring: Room, bridge: Bridge
) -> None:
    for code in ("P00001", "P00002", "P00003"):
        show(desk, code)
        level(desk, "Ideas", "3 Level 3").check()
        level(desk, "Conventions", "0.5 Level 0.5").check()
    expect(desk.locator(".count")).to_have_text("6 of 6 choices")
    desk.get_by_role("button", name="Commit my scores…").click()
    desk.get_by_role("button", name="Not yet").click()
    expect(desk.get_by_role("dialog")).to_be_hidden()
    expect(saved(desk)).to_have_text("✓ All saved")
    desk.get_by_role("button", name="Commit my scores…").click()
    desk.get_by_role("dialog").get_by_role("button", name="Commit my scores").click()
    expect(saved(desk)).to_have_text("✓ Committed")
    with scoring.store.reading() as unit:
        assert unit.ballots.get(scoring.session, BLIND, "r2").state is BallotState.COMMITTED
    answers = [answer for told in bridge.traffic[1::2] for answer, _ in json.loads(told)]
    receipt = next(one["receipt"] for one in answers if one.get("committed"))
    expect(desk.get_by_role("alert").filter(has_text=receipt)).to_be_visible()
    desk.get_by_role("button", name="Read your scores").click()
    expect(level(desk, "Ideas", "1 Level 1")).to_be_disabled()
    desk.reload()
    expect(desk.get_by_role("alert").filter(has_text=receipt)).to_be_visible()
    expect(level(desk, "Ideas", "3 Level 3")).to_be_hidden()
    desk.get_by_role("button", name="Read your scores").click()
    expect(level(desk, "Ideas", "3 Level 3")).to_be_checked()
    expect(level(desk, "Ideas", "1 Level 1")).to_be_disabled()
    expect(desk.get_by_role("button", name="Commit my scores…")).to_be_hidden()


def test_open_choices_are_left_out_only_when_it_is_meant(desk: Page, scoring: Room) -> None:
    level(desk, "Ideas", "3 Level 3").check()
    expect(saved(desk)).to_have_text("✓ All saved")
    desk.get_by_role("button", name="Commit my scores…").click()
    commit = desk.get_by_role("dialog").get_by_role("button", name="Commit my scores")
    expect(commit).to_be_disabled()
    desk.get_by_role("checkbox", name="5 choices have no answer yet.").check()
    commit.click()
    expect(saved(desk)).to_have_text("✓ Committed")


def test_a_commit_waits_for_the_last_choice_and_can_still_be_called_off(
    desk: Page, scoring: Room, bridge: Bridge
) -> None:
    bridge.deaf = True
    level(desk, "Ideas", "3 Level 3").check()
    desk.get_by_role("button", name="Commit my scores…").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Commit my scores").click()
    expect(dialog.get_by_role("alert")).to_have_text(
        "Saving 1 choice first; the commit follows by itself."
    )
    dialog.get_by_role("button", name="Not yet").click()
    bridge.deaf = False
    expect(saved(desk)).to_have_text("✓ All saved")
    with scoring.store.reading() as unit:
        assert unit.ballots.get(scoring.session, BLIND, "r2").state is BallotState.DRAFT
    bridge.deaf = True
    level(desk, "Ideas", "1 Level 1").check()
    desk.get_by_role("button", name="Commit my scores…").click()
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Commit my scores").click()
    bridge.deaf = False
    expect(saved(desk)).to_have_text("✓ Committed")


@watching.both_screens
def test_the_desk_fits_the_screen_and_shuts_nobody_out(
    desk: Page, viewport: dict, axe: Callable
) -> None:
    assert desk.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    for code in ("P00001", "P00002", "P00003"):
        show(desk, code)
        expect(desk.locator(".hint")).to_have_count(0)
        assert axe(desk) == []
    group = desk.get_by_role("group", name="Ideas", exact=True)
    assert group.evaluate("node => node.tagName") == "FIELDSET"
    expect(group.get_by_role("radio")).to_have_count(4)
    desk.locator(".tools button", has_text="Mark a place").first.click()
    assert axe(desk) == []
    desk.get_by_role("button", name="Commit").click()
    expect(desk.get_by_role("dialog", name="Commit your scores?")).to_be_visible()
    assert axe(desk) == []


def test_work_and_notes_from_right_to_left_begin_at_the_right(desk: Page, scoring: Room) -> None:
    show(desk, "P00001")
    hebrew, english = "הכלב שלי זקן. הוא ישן כל היום! 🐕", "He sleeps all day."
    box = desk.get_by_role("document", name="The work P00001")
    places = box.evaluate(
        """(box, lines) => {
          box.textContent = lines.join("\\n");
          const inside = box.getBoundingClientRect();
          return lines.map((line, at) => {
            const first = at ? lines[0].length + 1 : 0;
            const range = document.createRange();
            range.setStart(box.firstChild, first);
            range.setEnd(box.firstChild, first + 1);
            const letter = range.getBoundingClientRect();
            return (letter.left + letter.right) / 2 < (inside.left + inside.right) / 2 ? "left" : "right";
          });
        }""",
        [hebrew, english],
    )
    assert places == ["right", "left"]
    note = desk.get_by_label("A note on this piece, for the discussion")
    note.fill(hebrew)
    expect(saved(desk)).to_have_text("✓ All saved")
    assert contents(scoring).notes == (("p1", hebrew),)
    assert note.evaluate("node => getComputedStyle(node).unicodeBidi") == "plaintext"
