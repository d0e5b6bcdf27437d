"""Schools beside each other in a real browser, with the real Python behind it: chosen by keyboard, read by everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from calibrate.widgets.cross_school import CrossSchool
from calibrate.workflows.school_comparison import SchoolSource, open_schools
from tests.support import watching
from tests.support.widget_page import WidgetPage

TRAITS = ("setup", "choice", "view")
PAIR = re.compile(r"^Lincoln Elementary and Roosevelt Elementary: \d+")


@pytest.fixture(scope="module")
def source(sample_project: Path) -> SchoolSource:
    return open_schools(sample_project)


@pytest.fixture
def schools(page: Page, source: SchoolSource) -> WidgetPage:
    return WidgetPage(page, CrossSchool(source), TRAITS)


def sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


@watching.both_screens
def test_the_schools_fit_the_screen_and_shut_nobody_out(
    schools: WidgetPage, page: Page, viewport: dict, axe: Callable
) -> None:
    expect(page.get_by_text("Roosevelt Elementary gives").first).to_be_visible()
    assert sideways(page) <= viewport["width"]
    assert axe(page) == []
    page.get_by_role("button", name=PAIR).click()
    expect(page.get_by_role("heading", name="criterion by criterion")).to_be_visible()
    assert sideways(page) <= viewport["width"]
    assert axe(page) == []


@watching.both_screens
def test_a_screen_reader_finds_every_number_in_a_table_with_its_headings(
    schools: WidgetPage, page: Page
) -> None:
    table = page.get_by_role("table", name=re.compile("to the very same pieces"))
    row = table.get_by_role("row", name=re.compile("^Lincoln Elementary ?beside Roosevelt"))
    cells = row.get_by_role("cell")
    shown = next(
        one
        for one in schools.widget.view["differences"]["rows"]
        if (one["a"], one["b"]) == ("lincoln", "roosevelt")
    )
    expect(cells.nth(1)).to_have_text(shown["shown"])
    expect(cells.nth(2)).to_contain_text(shown["range"])
    expect(cells.nth(3)).to_contain_text(str(shown["pieces"]))
    expect(cells.nth(5)).to_have_text("different")
    none = page.get_by_role("button", name="Lincoln Elementary and Stone Mill Middle School")
    expect(none).to_have_accessible_name(re.compile("no shared piece"))


def test_everything_is_chosen_by_keyboard(schools: WidgetPage, page: Page) -> None:
    widget = schools.widget
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="All together")).to_be_focused()
    page.keyboard.press("ArrowRight")
    focus = page.get_by_role("radio", name="Focus and ideas")
    expect(focus).to_be_checked()
    expect(focus).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("Focus and ideas")
    watching.wait_until(page, lambda: widget.choice["criterion"] == "FOC")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Fall 2025")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox", name="School", exact=True)).to_be_focused()
    page.keyboard.press("R")
    expect(page.get_by_role("combobox", name="beside")).to_be_enabled()
    watching.wait_until(page, lambda: widget.choice["school"] == "riverbend")
    page.get_by_role("combobox", name="beside").focus()
    page.keyboard.press("S")
    heading = page.get_by_role("heading", name=re.compile("criterion by criterion"))
    expect(heading).to_have_text(re.compile("Riverbend School beside Stone Mill"))
    page.get_by_role("button", name="Show all schools").focus()
    page.keyboard.press("Enter")
    expect(heading).to_have_count(0)
    expect(page.get_by_role("combobox", name="School", exact=True)).to_be_focused()
    pair = page.get_by_role("button", name=re.compile("^Riverbend School and Roosevelt"))
    pair.focus()
    page.keyboard.press("Enter")
    expect(pair).to_have_attribute("aria-pressed", "true")
    expect(pair).to_be_focused()


def test_what_is_drawn_lies_where_its_numbers_say(schools: WidgetPage, page: Page) -> None:
    found = schools.widget.view["differences"]
    reach = found["scale"]["reach"]
    drawn = page.locator(".cs-differences tbody tr:not(.cs-group) .cs-picture")
    expect(drawn).to_have_count(len(found["rows"]))
    for at, row in enumerate(found["rows"]):
        box = drawn.nth(at).bounding_box()
        marks = drawn.nth(at).locator(".cs-mark")
        if row["value"] is None:
            expect(marks).to_have_count(0)
            continue
        mark = marks.bounding_box()
        assert box and mark
        place = (mark["x"] + mark["width"] / 2 - box["x"]) / box["width"]
        assert place == pytest.approx(0.5 + row["value"] / (2 * reach), abs=0.01)


def test_a_project_that_cannot_be_shown_says_so_and_shows_nothing_else(
    page: Page, tmp_path: Path
) -> None:
    WidgetPage(page, CrossSchool(tmp_path), TRAITS)
    expect(page.get_by_role("alert")).to_contain_text("project")
    expect(page.get_by_role("heading", level=3)).to_have_count(0)
