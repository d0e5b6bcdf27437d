"""Typing paper sheets in, in a real browser, by keyboard alone: the page as it is shipped, the real rules, a real project."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from calibrate.model.roster import PersonName
from calibrate.store.sealing import Choice
from calibrate.widgets.board import NormingBoard
from calibrate.widgets.paper_entry import PaperEntry
from calibrate.workflows.norming import open_desk
from tests.store.sealing_kit import PASSPHRASE
from tests.support import watching
from tests.support.desks import hang_work
from tests.support.norming import BLIND, Room
from tests.support.rooms import ready_database, room  # noqa: F401 - fixtures
from tests.support.widget_page import WidgetPage

CANARY = "canary-dunnock"


@pytest.fixture
def scoring(room: Room) -> Room:  # noqa: F811 - the fixture above
    with room.store.transaction() as unit:
        unit.people.names.add(PersonName("r2", "Ada", "Brook"))
        unit.people.names.add(PersonName("r3", "Ben", "Cole"))
    room.set_up(piece_ids=("p1", "p2", "p3"))
    room.open()
    hang_work(room)
    return room


@pytest.fixture
def entry(page: Page, scoring: Room) -> WidgetPage:
    widget = PaperEntry(scoring, scoring.keystore, scoring.session, by="typist")
    return WidgetPage(page, widget, ())


def keys(page: Page, *pressed: str) -> None:
    for one in pressed:
        page.keyboard.press(one)


def unlock(page: Page) -> None:
    page.get_by_label("The passphrase of this session").focus()
    page.keyboard.type(PASSPHRASE)
    keys(page, "Enter")
    expect(page.get_by_role("button", name="Enter the sheet of Ada Brook")).to_be_focused()


def begin(page: Page) -> None:
    unlock(page)
    keys(page, "Enter")
    expect(page.get_by_role("heading", name="The sheet of Ada Brook")).to_be_visible()
    expect(cells(page).first).to_be_focused()


def cells(page: Page) -> Locator:
    return page.locator("input.cell")


def shows(page: Page, *first: str) -> None:
    """Wait until the first cells hold this."""
    for at, wanted in enumerate(first):
        expect(cells(page).nth(at)).to_have_value(wanted)


def own(room: Room, rater: str = "r2"):  # type: ignore[no-untyped-def]  # noqa: F811
    return open_desk(room, room.seat(rater), BLIND)


def first_piece(room: Room, rater: str = "r2") -> str:  # noqa: F811
    return own(room, rater).due[0][0]


def test_a_sheet_is_typed_read_back_and_sealed_by_keyboard_alone(
    entry: WidgetPage, page: Page, scoring: Room
) -> None:
    begin(page)
    # Half points: 1 waits for a point, and is settled by the next digit where none comes.
    page.keyboard.type("31.5" + "20.5")
    shows(page, "3", "1.5", "2", "0.5", "", "")
    expect(page.locator(".count")).to_contain_text("4 of 6 cells typed")
    page.keyboard.type("b1")
    expect(cells(page).nth(5)).to_have_class("cell waiting")
    keys(page, "Enter")
    expect(page.get_by_role("button", name="Read back")).to_be_focused()
    shows(page, "3", "1.5", "2", "0.5", "B", "1")
    keys(page, "Enter")
    expect(page.get_by_role("heading", name="Read back")).to_be_visible()
    expect(page.get_by_role("checkbox").first).to_be_focused()
    seal = page.get_by_role("button", name="Seal this sheet")
    expect(seal).to_be_disabled()
    keys(page, "Enter", "Space", "Tab", "Enter")
    expect(seal).to_be_focused()
    assert not own(scoring).committed
    keys(page, "Enter")
    expect(page.get_by_role("status")).to_contain_text("The sheet of Ada Brook is sealed. Receipt")
    expect(page.get_by_role("row", name="Ada Brook")).to_contain_text("Entered from paper")
    expect(page.get_by_role("button", name="Enter the sheet of Ben Cole")).to_be_focused()
    desk = own(scoring)
    assert desk.committed
    assert [(desk.contents.choice(*pair).level, desk.contents.choice(*pair).code) for pair in desk.due] == [
        ("3", None), ("1.5", None), ("2", None), ("0.5", None), (None, "BLANK"), ("1", None),
    ]  # fmt: skip


def test_mistakes_are_undone_cleared_and_never_taken_for_a_level(
    entry: WidgetPage, page: Page
) -> None:
    begin(page)
    keys(page, "7")
    expect(page.get_by_role("status")).to_contain_text("7 is not on the scale of Ideas: 1, 2, 3, 4")
    expect(cells(page).first).to_be_focused()
    expect(cells(page).first).to_have_attribute("aria-invalid", "true")
    page.keyboard.type("32")
    shows(page, "3", "2", "")
    keys(page, "Control+z")
    shows(page, "3", "")
    expect(cells(page).nth(1)).to_be_focused()
    keys(page, "Control+z", "Control+z")
    shows(page, "")
    expect(page.get_by_role("status")).to_contain_text("nothing to undo")
    page.keyboard.type("4")
    keys(page, "ArrowLeft", "Backspace")
    shows(page, "")
    page.keyboard.type("4")
    keys(page, "1", "+")  # a half written as 1+
    shows(page, "4", "1.5")
    keys(page, "ArrowUp", "-")
    shows(page, "–")


def test_a_code_for_the_whole_piece_leaves_what_still_gets_a_level(
    entry: WidgetPage, page: Page
) -> None:
    begin(page)
    keys(page, "Shift+B")
    shows(page, "B", "B", "", "", "", "")
    expect(cells(page).nth(2)).to_be_focused()
    keys(page, "Shift+O")  # off topic: conventions are still scored
    shows(page, "B", "B", "O", "", "", "")
    expect(cells(page).nth(3)).to_be_focused()
    keys(page, "Control+z", "Control+z")
    shows(page, *[""] * 6)


def test_an_empty_cell_is_named_and_a_half_typed_sheet_waits(
    entry: WidgetPage, page: Page, scoring: Room
) -> None:
    begin(page)
    page.keyboard.type("31.5")
    page.get_by_role("button", name="Read back").focus()
    keys(page, "Enter")
    expect(page.get_by_role("alert")).to_contain_text("4 cells have nothing typed yet")
    expect(cells(page).nth(2)).to_be_focused()
    note = page.get_by_role("textbox", name="Note on").first
    note.fill("a note")
    page.get_by_role("button", name="Back to the list").click()
    expect(page.get_by_role("row", name="Ada Brook")).to_contain_text(
        "2 of 6 typed, not sealed yet"
    )
    page.get_by_role("button", name="Enter the sheet of Ada Brook").click()
    shows(page, "3", "1.5", "")
    expect(note).to_have_value("a note")
    assert own(scoring).sequence == 0


def test_what_was_saved_on_a_device_gives_way_only_when_it_is_confirmed(
    entry: WidgetPage, page: Page, scoring: Room
) -> None:
    piece = first_piece(scoring)
    scoring.choose("r2", Choice(piece, "IDEAS", level="1", note=CANARY))
    page.get_by_label("The passphrase of this session").fill(PASSPHRASE)
    keys(page, "Enter")
    page.get_by_role("button", name="Enter the sheet of Ada Brook").click()
    expect(page.locator(".warning")).to_contain_text("Begun on a device: 1 answer")
    page.keyboard.type("42" * 3)
    keys(page, "Enter")
    expect(page.get_by_role("checkbox").first).to_be_focused()
    for _ in range(3):
        keys(page, "Enter")
    over = page.get_by_role("checkbox", name="Put this sheet in its place")
    expect(over).to_be_focused()
    seal = page.get_by_role("button", name="Seal this sheet")
    expect(seal).to_be_disabled()
    # The rater goes on at the device meanwhile: what was confirmed is no longer what is saved.
    keys(page, "Space")
    expect(seal).to_be_enabled()
    scoring.choose("r2", Choice(piece, "CONV", level="1"))
    seal.click()
    expect(page.get_by_role("alert")).to_contain_text("saved a ballot of this round already")
    expect(page.locator(".warning")).to_contain_text("2 answers")
    assert own(scoring).contents.choice(piece, "IDEAS").level == "1"
    for one in page.get_by_role("checkbox").all():
        one.check()
    seal.click()
    expect(page.get_by_role("status")).to_contain_text("is sealed")
    assert own(scoring).contents.choice(piece, "IDEAS").level == "4"
    assert CANARY not in "".join(entry.received)


def test_a_wrong_passphrase_is_told_and_the_door_stays_shut(entry: WidgetPage, page: Page) -> None:
    page.get_by_label("The passphrase of this session").fill("some other passphrase")
    keys(page, "Enter")
    expect(page.get_by_role("alert")).to_contain_text("not the passphrase")
    expect(page.get_by_role("button", name="Enter the sheet of Ada Brook")).to_be_disabled()
    expect(page.get_by_label("The passphrase of this session")).to_have_value("")
    unlock(page)
    page.get_by_role("button", name="I am done").click()
    expect(page.get_by_role("status")).to_contain_text("keys are put away")
    expect(page.get_by_role("button", name="Enter the sheet of Ada Brook")).to_be_disabled()


def test_keys_that_were_put_away_are_asked_for_again_and_nothing_typed_is_lost(
    entry: WidgetPage, page: Page, scoring: Room
) -> None:
    begin(page)
    page.keyboard.type("42" * 3)
    expect(page.get_by_role("button", name="Read back")).to_be_focused()
    entry.widget._answers._seats = {}  # as after fifteen minutes
    keys(page, "Enter")
    expect(page.get_by_role("alert")).to_contain_text("put away")
    page.keyboard.type(PASSPHRASE)
    keys(page, "Enter")
    expect(page.get_by_role("heading", name="Read back")).to_be_visible()
    expect(page.get_by_role("checkbox").first).to_be_focused()
    for _ in range(4):
        keys(page, "Enter")
    expect(page.get_by_role("status")).to_contain_text("is sealed")
    assert own(scoring).contents.answered == 6


@watching.both_screens
def test_the_page_fits_the_screen_and_shuts_nobody_out(
    entry: WidgetPage, page: Page, viewport: dict, axe: Callable
) -> None:
    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        assert axe(page) == []

    expect(page.get_by_label("The passphrase of this session")).to_be_visible()
    fits()
    begin(page)
    # Levels and codes can be touched, too.
    legend = page.get_by_role("group", name="Levels and codes")
    legend.get_by_role("button", name="3").click()
    legend.get_by_role("button", name="1.5").click()
    legend.get_by_role("button", name="B Blank").click()
    legend.get_by_role("button", name="left empty").click()
    shows(page, "3", "1.5", "B", "–")
    page.keyboard.type("9")
    fits()
    page.keyboard.type("40.5")
    page.get_by_role("button", name="Read back").click()
    expect(page.get_by_role("heading", name="Read back")).to_be_visible()
    fits()


def test_the_board_folds_the_sheets_out_and_counts_what_was_sealed(
    page: Page, scoring: Room, axe: Callable
) -> None:
    board = NormingBoard(scoring, scoring.keystore, by="coach", session_id=scoring.session)
    WidgetPage(page, board, ())
    fold = page.get_by_role("button", name="Somebody scored on paper")
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "true")
    unlock(page)
    keys(page, "Enter")
    expect(cells(page).first).to_be_focused()
    page.keyboard.type("42" * 3)
    keys(page, "Enter")
    expect(page.get_by_role("checkbox").first).to_be_focused()
    assert axe(page) == []
    for _ in range(4):
        keys(page, "Enter")
    expect(page.get_by_text("The sheet of Ada Brook is sealed")).to_be_visible()
    expect(page.get_by_text("1 of 3 have committed")).to_be_visible()
    fold.click()
    expect(page.get_by_role("heading", name="Sheets from paper")).to_have_count(0)
    with scoring.store.reading() as unit:
        (line,) = unit.audit.all(action="session.paper")
    assert (line.actor, line.detail) == ("coach", "blind, r2")
    fold.click()
    expect(page.get_by_label("The passphrase of this session")).to_be_visible()
