"""The reports panel in a real browser: made, watched, stopped and opened, by keyboard alone too."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from calibrate.widgets.reports_panel import ReportsPanel
from tests.support import watching
from tests.support.shelves import SlowShelf
from tests.support.widget_page import WidgetPage


@pytest.fixture
def shelf() -> SlowShelf:
    return SlowShelf()


@pytest.fixture
def panel(page: Page, shelf: SlowShelf) -> WidgetPage:
    return WidgetPage(page, ReportsPanel(shelf, address="/"), ())


def sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


@watching.both_screens
def test_the_panel_fits_the_screen_and_shuts_nobody_out(
    panel: WidgetPage, shelf: SlowShelf, page: Page, viewport: dict, axe: Callable
) -> None:
    shelf.broken = {"S2"}
    page.get_by_role("radio", name="Norming sessions").check()
    expect(
        page.get_by_role("checkbox", name=re.compile("One.*scores have changed"))
    ).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="All", exact=True).click()
    page.get_by_role("button", name="Make 3 reports").click()
    status = page.get_by_role("status")
    expect(status).to_have_text("Making 1 of 3: One.")
    assert axe(page) == []
    assert sideways(page) <= viewport["width"]
    shelf.let_go()
    expect(status).to_have_text("Making 2 of 3: Two.")
    expect(page.get_by_role("progressbar")).to_have_js_property("value", 1)
    shelf.let_go(2)
    expect(status).to_have_text("Done: 2 reports made, 1 could not be made.")
    expect(page.get_by_text("Nobody scored in this session. Score it first.")).to_be_visible()
    assert axe(page) == []
    assert sideways(page) <= viewport["width"]


def test_everything_is_done_by_keyboard_and_a_run_is_stopped_between_two_reports(
    panel: WidgetPage, shelf: SlowShelf, page: Page
) -> None:
    expect(page.get_by_role("button", name="Make 1 report")).to_be_enabled()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Norming sessions")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    make = page.get_by_role("button", name="Make 3 reports")
    make.focus()
    page.keyboard.press("Enter")
    stop = page.get_by_role("button", name="Stop after this report")
    expect(stop).to_be_visible()
    stop.focus()
    page.keyboard.press("Enter")
    status = page.get_by_role("status")
    expect(status).to_contain_text("Stopping after One")
    shelf.let_go(3)
    expect(status).to_have_text("Stopped: 1 of 3 reports made.")
    expect(make).to_be_focused()
    assert [one[1] for one in shelf.made] == ["S1"]


def test_two_clicks_make_each_report_once(panel: WidgetPage, shelf: SlowShelf, page: Page) -> None:
    make = page.get_by_role("button", name="Make 1 report")
    make.evaluate("(button) => { button.click(); button.click(); }")
    expect(page.get_by_role("status")).to_contain_text("Making 1 of 1")
    expect(make).to_be_disabled()
    shelf.let_go(2)
    expect(page.get_by_role("status")).to_have_text("Done: 1 report made.")
    assert len(shelf.made) == 1


def test_only_what_is_missing_or_old_is_marked_when_that_is_asked_for(
    panel: WidgetPage, shelf: SlowShelf, page: Page
) -> None:
    page.get_by_role("radio", name="Norming sessions").check()
    page.get_by_role("button", name="Missing or out of date").click()
    expect(page.get_by_role("button", name="Make 3 reports")).to_be_enabled()
    shelf.made = [("session", "S2", "", "inside", ())]
    page.get_by_role("button", name="Make 3 reports").click()
    shelf.let_go(3)
    expect(page.get_by_role("status")).to_have_text("Done: 3 reports made.")
    page.get_by_role("button", name="Missing or out of date").click()
    # S1's old entry stands first in this shelf; S2 and S3 are up to date
    expect(page.get_by_role("button", name="Make 1 report")).to_be_enabled()


def test_the_edition_for_anybody_and_a_window_are_chosen_where_they_exist(
    panel: WidgetPage, shelf: SlowShelf, page: Page
) -> None:
    page.get_by_role("radio", name="For anybody").check()
    page.get_by_role("radio", name="Spring").check()
    page.get_by_role("checkbox", name="PDF").check()
    page.get_by_role("button", name="Make 1 report").click()
    shelf.let_go()
    expect(page.get_by_role("status")).to_have_text("Done: 1 report made.")
    assert shelf.made == [("district", "Hill", "spring", "outside", ("pdf",))]
    expect(page.get_by_role("listitem").filter(has_text="for anybody")).to_contain_text("Spring")
    page.get_by_role("radio", name="Rater feedback").check()
    expect(page.get_by_role("radio", name="For anybody")).to_have_count(0)
    expect(page.get_by_text("hand each page to that rater alone")).to_be_visible()


def test_a_link_leads_to_the_report_where_the_page_is_shown(page: Page, shelf: SlowShelf) -> None:
    WidgetPage(page, ReportsPanel(shelf, address="/"), ())
    link = page.get_by_role("link", name=re.compile("^One"))
    expect(link).to_have_attribute("href", "/reports/session/S1%20a/report.html")


def test_without_an_address_the_report_is_named_by_its_place(page: Page, shelf: SlowShelf) -> None:
    WidgetPage(page, ReportsPanel(shelf), ())
    entry = page.get_by_role("listitem").filter(has_text="One")
    expect(entry).to_contain_text("in the project’s folder: reports/session/S1 a/report.html")
