"""The facilitator's board in a real browser, with the real Python and a real project behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from calibrate.model.roster import PersonName
from calibrate.model.session import RoundName
from calibrate.store.project import Project
from calibrate.store.sealing import Choice
from calibrate.widgets.board import NormingBoard
from calibrate.workflows.norming import Handout, open_keystore
from tests.store.sealing_kit import PASSPHRASE
from tests.support import watching
from tests.support.boards import ADDRESS, AskedBoard
from tests.support.desks import hang_work
from tests.support.norming import BLIND, Room
from tests.support.rooms import ready_database, room  # noqa: F401 - fixtures
from tests.support.widget_page import WidgetPage

SECOND = RoundName.AFTER_DISCUSSION
NOTE = "canary-pangolin"
ORIGIN = "http://127.0.0.1:9"
NOBODY_OVER = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
PRINTED = "window.print = () => { window.top.printed = document.body.innerText; }"


class Led:
    """A board on a page, and the room behind it."""

    def __init__(self, page: Page, room: Room, **more: Any) -> None:  # noqa: F811
        self.room = room
        self.page = page
        self.reports: list[str] = []
        wanted: dict[str, Any] = {"by": "coach", "address": lambda: ADDRESS}
        widget = NormingBoard(room, room.keystore, run_report=self._report, **(wanted | more))
        page.add_init_script(PRINTED)
        self.widget = WidgetPage(page, widget, [])

    def _report(self, session: str) -> str:
        self.reports.append(session)
        return "reports/session/index.html"

    def said(self) -> str:
        """Everything that the page got so far."""
        return "".join(self.widget.received)

    def hand_outs(self) -> None:
        """The raters get their slips; the room's raters can come in."""
        for text in self.widget.received:
            for message in json.loads(text).get("messages", []):
                for slip in message["content"].get("slips", []):
                    made = Handout(slip["rater"], slip["code"], slip["pin"])
                    self.room.handouts[slip["rater"]] = made
        self.room.session = self.widget.widget.session_id


@pytest.fixture
def led(page: Page, room: Room) -> Led:  # noqa: F811 - the fixture above
    hang_work(room)
    return Led(page, room)


def reach(page: Page, wanted: Locator) -> Locator:
    """Go to something by the Tab key alone."""
    expect(wanted).to_be_visible()
    for _ in range(160):
        if wanted.evaluate("node => node === document.activeElement"):
            return wanted
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {wanted}")


def press(page: Page, name: str, role: str = "button", key: str = "Enter") -> None:
    """Reach something and press a key on it: no mouse."""
    reach(page, page.get_by_role(role, name=name).first).press(key)  # type: ignore[arg-type]


def write(page: Page, label: str, words: str) -> None:
    """Reach a field and type into it."""
    reach(page, page.get_by_label(label).first)
    page.keyboard.type(words)


def shows(page: Page, words: str) -> None:
    expect(page.get_by_text(words).first).to_be_visible()


def test_a_whole_session_is_led_by_keyboard_alone(page: Page, led: Led) -> None:
    room = led.room  # noqa: F811
    press(page, "Set up a new session")
    for code in ("P00001", "P00002"):
        press(page, code, "checkbox", " ")
    for name in ("staff-2", "staff-3", "staff-4"):
        press(page, name, "checkbox", " ")
    shows(page, "Everybody scores 2 pieces.")
    press(page, "Save this session")
    shows(page, "Open it for scoring")
    write(page, "Choose a passphrase", PASSPHRASE)
    write(page, "The same again", PASSPHRASE)
    press(page, "Open for scoring")
    shows(page, "Hand these out in person")
    led.hand_outs()
    for rater in ("r2", "r3"):
        room.answer_all(rater, note=NOTE)
        room.commit(rater)
    shows(page, "2 of 3 have committed.")
    assert NOTE not in led.said()
    press(page, "Reveal the scores…")
    shows(page, "Not committed yet: staff-4.")
    write(page, "Why without them", "Ill today.")
    write(page, "Your passphrase for this session", PASSPHRASE)
    press(page, "Reveal without them")
    shows(page, "0 of 4 scores agreed.")
    expect(page.get_by_text(NOTE).first).to_be_visible()
    press(page, "Agree it… Ideas")
    reach(page, page.get_by_role("radio", name="2 Level 2"))
    page.keyboard.press("ArrowRight")
    reason = reach(page, page.get_by_label("Because"))
    page.keyboard.press("Control+A")
    page.keyboard.type("The dog’s day is told in order.")
    expect(reason).to_have_value("The dog’s day is told in order.")
    press(page, "Save what was agreed")
    shows(page, "1 of 4 scores agreed.")
    press(page, "Agree the 3 that everybody chose alike")
    shows(page, "4 of 4 scores agreed.")
    press(page, "Second round")
    press(page, "Start the second round")
    shows(page, "0 of 3 have committed.")
    for rater in ("r2", "r3", "r4"):
        room.answer_all(rater, round_name=SECOND)
        room.commit(rater, round_name=SECOND)
    shows(page, "3 of 3 have committed.")
    press(page, "Reveal the scores…")
    write(page, "Your passphrase for this session", PASSPHRASE)
    press(page, "Reveal now")
    press(page, "Anchors")
    press(page, "Make P00001 an anchor")
    write(page, "What makes it a good example", "A plain 3.")
    press(page, "Make it an anchor", key="Enter")
    shows(page, "An anchor")
    press(page, "Minutes and close")
    write(page, "What we agreed", "A 3 tells things in order.")
    press(page, "Close the session…")
    shows(page, "Your minutes are saved first.")
    press(page, "Close it")
    link = page.get_by_role("link", name="Open the session’s report")
    expect(link).to_have_attribute("href", "/reports/session/index.html")
    assert led.reports == [room.session]
    with room.store.reading() as unit:
        agreed = {
            (one.piece_id, one.criterion_id): one
            for one in unit.sessions.consensus.current(session_id=room.session)
        }
        assert len(agreed) == 4
        assert "The dog’s day is told in order." in {one.reason for one in agreed.values()}
        assert [one.text for one in unit.sessions.minutes.all(session_id=room.session)] == [
            "A 3 tells things in order."
        ]
        assert {one.piece_id for one in unit.sessions.anchors.all()} == {"p1"}
        assert unit.sessions.rounds.get(room.session, BLIND).reason == "Ill today."


def test_no_score_is_in_anything_the_page_gets_before_the_reveal_and_names_stay_off_after_it(
    page: Page, led: Led
) -> None:
    with led.room.store.transaction() as unit:
        unit.people.names.add(PersonName("r2", "Ana", "Ruiz"))
    asked = AskedBoard(led.room)
    session = asked.set_up()
    asked.open()
    page.get_by_role("button", name="Set up a new session").click()
    page.get_by_role("button", name="All sessions").click()
    page.get_by_role("button", name="Continue: Our fall session").click()
    shows(page, "0 of 3 have committed.")
    led.room.choose("r2", Choice("p1", "IDEAS", level="4", note=NOTE))
    shows(page, "1 of 4, last saved just now")
    for rater in ("r2", "r3", "r4"):
        led.room.answer_all(rater, note=NOTE)
        led.room.commit(rater)
    shows(page, "3 of 3 have committed.")
    assert NOTE not in led.said() and '"level"' not in led.said()
    asked.reveal()
    shows(page, "Reader 1")
    for what in (session, NOTE, '"level"'):
        led.widget.brings(what)
    everything = page.locator(".calibrate-board")
    expect(everything).not_to_contain_text("Ana Ruiz")
    page.get_by_label("Show who gave which score").check()
    expect(everything).to_contain_text("Ana Ruiz")


def test_hand_outs_are_shown_one_at_a_time_and_printed_one_slip_for_each(
    page: Page, led: Led
) -> None:
    asked = AskedBoard(led.room)
    asked.set_up()
    page.get_by_role("button", name="Set up a new session").click()
    page.get_by_role("button", name="All sessions").click()
    page.get_by_role("button", name="Continue: Our fall session").click()
    page.get_by_label("Choose a passphrase").fill(PASSPHRASE)
    page.get_by_label("The same again").fill(PASSPHRASE)
    page.get_by_role("button", name="Open for scoring").click()
    show = page.get_by_role("button", name="Show the link and PIN of staff-3")
    show.click()
    expect(
        page.get_by_role("img", name="QR code with the personal link of staff-3")
    ).to_be_visible()
    expect(page.get_by_label("Personal link", exact=True)).to_have_value(
        re.compile(rf"^{ADDRESS}/join#\S+$")
    )
    expect(page.get_by_text("on this computer alone")).to_have_count(0)
    page.get_by_role("button", name="Print the hand-outs").click()
    page.wait_for_function("window.printed !== undefined")
    printed = page.evaluate("window.printed")
    for name in ("staff-2", "staff-3", "staff-4"):
        assert name in printed
    assert printed.count(f"{ADDRESS}/join#") == 3
    # A reload forgets them, and they are given again.
    page.get_by_role("button", name="All sessions").click()
    page.get_by_role("button", name="Continue: Our fall session").click()
    page.get_by_role("button", name="staff-3 lost the link").click()
    page.get_by_label("Your passphrase for this session").fill("not the right one")
    page.get_by_role("button", name="Give them").click()
    shows(page, "This is not the passphrase of this session.")
    page.get_by_label("Your passphrase for this session").fill(PASSPHRASE)
    page.get_by_role("button", name="Give them").click()
    expect(show).to_be_visible()


def test_a_set_up_that_was_begun_is_gone_on_with_until_one_starts_afresh(
    page: Page,
    room: Room,  # noqa: F811
) -> None:
    hang_work(room)
    page.route(f"{ORIGIN}/", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto(f"{ORIGIN}/")  # a page that has an address has a memory
    Led(page, room)
    page.get_by_role("button", name="Set up a new session").click()
    page.get_by_role("checkbox", name="P00001").check()
    page.get_by_role("checkbox", name="staff-3").check()
    shows(page, "1 piece · 1 person")
    page.wait_for_function("JSON.stringify({...sessionStorage}).includes('P00001')")
    assert "staff-3" not in page.evaluate("JSON.stringify({...sessionStorage})")
    page.get_by_role("button", name="All sessions").click()
    page.get_by_role("button", name="Set up a new session").click()
    shows(page, "You are going on with what you had begun.")
    expect(page.get_by_role("checkbox", name="staff-3").first).to_be_checked()
    shows(page, "1 piece · 1 person")
    page.get_by_role("button", name="Start afresh").click()
    shows(page, "0 pieces · 0 people")


def test_a_plan_is_dealt_by_limits_and_pieces_for_everybody_and_is_saved_so(
    page: Page, led: Led
) -> None:
    page.get_by_role("button", name="Set up a new session").click()
    for code in ("P00001", "P00002"):
        page.get_by_role("checkbox", name=code).first.check()
    for name in ("staff-2", "staff-3", "staff-4"):
        page.get_by_role("checkbox", name=name).first.check()
    shows(page, "Everybody scores 2 pieces.")
    page.get_by_role("radio", name="Each piece is scored by").check()
    shows(page, "Everybody scores 1 to 2 pieces.")
    limit = page.get_by_label("The most pieces staff-2 can score")
    limit.fill("0")
    limit.blur()
    shows(page, "staff-2 would have nothing to score")
    page.get_by_role("checkbox", name="Everybody scores P00001", exact=True).check()
    shows(page, "Until then the limits are left aside")
    page.get_by_role("button", name="Save this session").click()
    shows(page, "Everyone reads every anchor")
    limit.fill("1")
    limit.blur()
    expect(page.get_by_text("Until then the limits are left aside")).to_be_hidden()
    page.get_by_role("button", name="Deal again").click()
    page.get_by_role("button", name="Save this session").click()
    shows(page, "Open it for scoring")
    with led.room.store.reading() as unit:
        kept = unit.sessions.assignments.all(session_id=led.widget.widget.session_id)
    assert [one.piece_id for one in kept if one.rater_id == "r2"] == ["p1"]
    assert sum(one.piece_id == "p1" for one in kept) == 3
    assert sum(one.piece_id == "p2" for one in kept) == 2


@pytest.fixture
def sample(own_sample_project: Path, tmp_path: Path):
    with Project.open(own_sample_project) as project:
        yield Room(
            project.id,
            project.folder,
            project.store,
            open_keystore(project, tmp_path / "keys"),
            recovery=_Recovery(project.recovery_public_key),
        )


class _Recovery:
    def __init__(self, public_text: str | None) -> None:
        self.public_text = public_text


@watching.both_screens
def test_every_step_can_be_read_and_reached_on_a_laptop_and_on_a_phone(
    page: Page, sample: Room, axe: Callable[..., list[watching.Violation]]
) -> None:
    led = Led(page, sample, address=lambda: "http://127.0.0.1:8765")

    def fine(step: str) -> None:
        assert axe(page) == [], step
        assert page.evaluate(NOBODY_OVER), f"{step} is wider than the screen"

    shows(page, "Norming sessions")
    page.get_by_text("Closed sessions (9)").click()
    fine("the list")
    page.get_by_role("button", name="Set up a new session").click()
    page.get_by_role("button", name="Suggest five").click()
    shows(page, "with the same task")
    page.get_by_label("Teaches").select_option(label="Grade 4")
    page.locator(".part").nth(2).get_by_label("School").select_option(label="Lincoln Elementary")
    page.get_by_role("button", name="Add all shown").click()
    shows(page, "Nobody scores their own students")
    fine("setting up")
    page.get_by_role("radio", name="Each piece is scored by").check()
    expect(page.get_by_role("button", name="Deal again")).to_be_visible()
    fine("a plan that is dealt out")
    page.get_by_role("radio", name="Everybody scores every piece").check()
    expect(page.get_by_role("button", name="Deal again")).to_be_hidden()
    page.get_by_role("button", name="Look at").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    fine("a look at the work")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Save this session").click()
    shows(page, "This is the sample district: it needs no passphrase.")
    fine("opening")
    page.get_by_role("button", name="Open for scoring").click()
    page.get_by_role("button", name="Show the link").first.click()
    shows(page, "The room is open on this computer alone")
    fine("hand-outs and progress")
    led.hand_outs()
    sample.everybody_commits()
    page.get_by_role("button", name="Reveal the scores…").click()
    expect(page.get_by_role("button", name="Reveal now")).to_be_visible()
    fine("the reveal is asked for")
    page.get_by_role("button", name="Reveal now").click()
    page.get_by_role("button", name="Agree it…").first.click()
    shows(page, "The panel agrees on")
    fine("the discussion")
    page.get_by_role("button", name="Anchors").click()
    fine("anchors")
    page.get_by_role("button", name="Minutes and close").click()
    fine("minutes")
