"""The writing wall in a real browser, with the real Python behind it: it filters, follows, opens, and counts right."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from calibrate.analysis.wording import percent
from calibrate.widgets.wall import WritingWall
from calibrate.workflows.wall_views import WallSource, open_wall
from tests.support import watching
from tests.support.widget_page import WidgetPage

TRAITS = ("setup", "choice", "view")


def pick(page: Page, name: str, **option: str) -> None:
    """Choose, and wait until Python has answered and the wall is drawn anew."""
    page.get_by_role("combobox", name=name, exact=True).select_option(**option)
    settled(page)


def settled(page: Page) -> None:
    expect(page.locator(".cw-root")).to_have_attribute("aria-busy", "false")


def drawn(page: Page) -> None:
    """Wait until what the page has laid out is on the screen."""
    page.evaluate(
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
    )


def focused(page: Page) -> str:
    """The key of the card, or the level's number, that has the focus now."""
    return page.evaluate("document.activeElement.dataset.id ?? ''")


def go(page: Page, key: str) -> str:
    """Press a key and wait until it has brought the focus to another card or level; which."""
    before = focused(page)
    page.keyboard.press(key)
    page.wait_for_function(
        "before => (document.activeElement.dataset.id ?? before) !== before", arg=before
    )
    return focused(page)


def card(page: Page, key: str) -> Locator:
    return page.locator(f"[data-id='{key}']")


def first_card(widget: WritingWall, **what: object) -> dict:
    cards = [one for row in widget.view["rows"] for one in row["cards"]]
    return next(one for one in cards if all(one[key] == value for key, value in what.items()))


def with_work(source: WallSource) -> str:
    """The code of a piece of Lincoln's, of the fall, that has typed text."""
    for code, piece in source.pieces.items():
        if (piece.school_id, piece.window_id) == ("lincoln", "2025-fall") and piece.student_id:
            pages = source.work(code) if piece.support else ()
            if pages and pages[0].html:
                return code
    raise AssertionError("the sample district has typed work in the fall")


@pytest.fixture
def wall(page: Page, sample_wall: WallSource) -> WidgetPage:
    return WidgetPage(page, WritingWall(sample_wall, school="lincoln"), TRAITS)


@watching.both_screens
def test_the_wall_fits_the_screen_and_shuts_nobody_out(
    wall: WidgetPage, page: Page, viewport: dict, axe: Callable
) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert axe(page) == []
    pick(page, "Cards", value="small")
    assert axe(page) == []
    card_ = first_card(wall.widget, status="")
    card(page, card_["key"]).click()
    expect(page.get_by_role("dialog")).to_contain_text("by convention")
    page.get_by_text("Place it beside an exemplar").click()
    expect(page.get_by_label("Why it belongs there")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Follow on the wall").click()
    expect(page.get_by_role("button", name="Stop following")).to_be_focused()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_the_words_before_the_counts_of_all_students_stay_off_the_first_count(
    wall: WidgetPage, page: Page
) -> None:
    words = page.locator(".cw-total .cw-share > span:last-child")
    expect(words).to_contain_text("at or above")
    row = page.locator(".cw-total")
    told, count = words.bounding_box(), row.locator(".cw-cell").first.bounding_box()
    whole = row.bounding_box()
    assert told and count and whole
    assert told["x"] + told["width"] <= count["x"]
    assert told["y"] + told["height"] <= whole["y"] + whole["height"]
    assert words.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_a_whole_districts_cards_scroll_and_only_those_in_sight_are_there(
    page: Page, sample_wall: WallSource
) -> None:
    widget = WritingWall(sample_wall)
    WidgetPage(page, widget, TRAITS)
    n_children = widget.shown.total.n_children
    assert n_children > 800
    scroller = page.locator(".cw-scroll")
    drawn(page)
    seen: set[str] = set()
    top = -400
    while (top := top + 400) < scroller.evaluate("node => node.scrollHeight"):
        scroller.evaluate(
            "(node, top) => new Promise(done => { node.scrollTop = top;"
            " requestAnimationFrame(() => requestAnimationFrame(done)); })",
            top,
        )
        there = page.locator(".cw-card").evaluate_all("all => all.map(one => one.dataset.id)")
        assert len(there) < 150
        seen.update(there)
    assert len(seen) == n_children


def test_filters_change_the_cards_and_the_counts_in_the_margins(
    wall: WidgetPage, page: Page
) -> None:
    pick(page, "Classroom", value="lincoln-3a")
    pick(page, "Window", label="Fall 2025")
    pick(page, "Criterion strand", label="Conventions")
    expect(page.get_by_role("status").first).to_contain_text("Conventions")
    expect(page.locator(".cw-group")).to_have_count(1)
    total = wall.widget.shown.total
    expect(page.locator(".cw-group .cw-row-head")).to_contain_text(f"{total.n_children} students")
    expect(page.locator(".cw-group .cw-share strong")).to_have_text(
        percent(total.share_at_or_above)
    )
    counts = page.locator(".cw-group .cw-summary .cw-count").evaluate_all(
        "all => all.map(one => parseInt(one.firstChild.textContent) || 0)"
    )
    assert counts == [*total.counts, total.n_children - total.n_placed]


def test_the_wall_is_grouped_by_grade_and_by_growth(wall: WidgetPage, page: Page) -> None:
    pick(page, "Together by", label="grade")
    expect(page.locator(".cw-group .cw-row-words b").first).to_have_text("Kindergarten")
    assert len(wall.widget.view["rows"]) == 6
    pick(page, "Together by", label="growth")
    expect(page.locator(".cw-group .cw-row-words b").first).to_have_text("Grew")
    expect(page.get_by_role("status").first).to_contain_text("more than scoring error explains")


def test_a_child_is_followed_across_the_windows(wall: WidgetPage, page: Page) -> None:
    key = first_card(wall.widget, status="")["key"]
    card(page, key).click()
    page.get_by_role("button", name="Follow on the wall").click()
    path = page.locator(".cw-path")
    expect(path).to_be_visible()
    steps = wall.widget.view["path"]["steps"]
    assert [one["title"] for one in steps] == ["Fall 2025", "Winter 2025-26", "Spring 2026"]
    for step in steps:
        expect(path).to_contain_text(step["words"])
    expect(card(page, key)).to_have_class("cw-card cw-convention cw-followed")
    page.get_by_role("button", name="Stop following").click()
    expect(path).to_have_count(0)


def test_a_click_opens_the_work_in_a_frame_that_can_do_nothing(
    wall: WidgetPage, page: Page, sample_wall: WallSource
) -> None:
    code = with_work(sample_wall)
    words = sample_wall.work(code)[0].html.removeprefix("<pre>")[:25].splitlines()[0]
    pick(page, "Window", label="Fall 2025")
    expect(page.get_by_role("status").first).to_contain_text("Composition")
    key = first_card(wall.widget, piece=code)["key"]
    pick(page, "Classroom", value=sample_wall.pieces[code].classroom_id or "")
    assert not [one for one in wall.received if "<pre>" in one], "work came before it was opened"
    card(page, key).click()
    frame = page.locator(".cw-work iframe")
    expect(frame).to_have_attribute("sandbox", "")
    expect(frame.content_frame.locator("pre")).to_contain_text(words)
    wall.brings("<pre>")
    assert sum("<pre>" in one for one in wall.received) == 1
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(card(page, key)).to_be_focused()


def test_a_level_shows_its_exemplar_with_commentary_and_work(
    wall: WidgetPage, page: Page, sample_wall: WallSource
) -> None:
    exemplar = next(
        one
        for one in sample_wall.continuum.exemplars
        if (one.strand_id, one.level_id) == ("composition", "L5")
    )
    page.locator("[data-id='L5']").click()
    dialog = page.get_by_role("dialog", name="L5 Parts that belong")
    expect(dialog).to_contain_text(exemplar.commentary[:40])
    expect(dialog.locator("iframe, img").first).to_be_visible()


def test_names_reach_the_browser_only_while_they_are_on(
    wall: WidgetPage, page: Page, sample_wall: WallSource
) -> None:
    names = sample_wall.names().values()
    key = first_card(wall.widget, status="")["key"]
    card(page, key).click()
    expect(page.get_by_role("button", name="Follow on the wall")).to_be_visible()
    page.keyboard.press("Escape")
    assert not [name for name in names if any(name in one for one in wall.received)]
    button = page.get_by_role("button", name="Show names")
    button.click()
    settled(page)
    expect(button).to_have_attribute("aria-pressed", "true")
    told = json.loads(wall.brings('"names": {'))["messages"][0]["content"]["names"]
    assert told[key] in names
    expect(card(page, key).locator(".cw-name")).to_have_text(told[key])
    card(page, key).click()
    expect(page.get_by_role("dialog", name=told[key])).to_be_visible()
    page.get_by_role("button", name="Follow on the wall").click()
    settled(page)
    expect(page.locator(".cw-path")).to_contain_text(told[key])
    assert not [name for name in names if name in json.dumps(wall.widget.get_state())]
    page.get_by_role("button", name="Stop following").click()
    settled(page)
    button.click()
    settled(page)
    expect(card(page, key)).to_contain_text("Student ")
    view = wall.brings('"changes": {"')  # the last that changed the wall: its names are off again
    assert '"rows"' in view and not [name for name in names if name in view]


def test_everything_is_reached_by_keyboard(wall: WidgetPage, page: Page) -> None:
    start = wall.widget.view["rows"][0]["cards"][0]["key"]
    page.locator(".cw-grid [tabindex='0']").focus()
    page.keyboard.press("Control+Home")
    expect(card(page, start)).to_be_focused()
    right = go(page, "ArrowRight")
    assert first_card(wall.widget, key=right)["p"] > first_card(wall.widget, key=start)["p"]
    assert go(page, "ArrowLeft") == start
    second = [one["key"] for one in wall.widget.view["rows"][1]["cards"]]
    assert go(page, "PageDown") in second
    last = [one["key"] for one in wall.widget.view["rows"][-1]["cards"]]
    at = go(page, "Control+End")
    assert at in last
    expect(card(page, at)).to_be_in_viewport()
    assert go(page, "Control+Home") == start
    assert go(page, "ArrowUp") == "L1"
    assert go(page, "ArrowRight") == "L2"
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="L2 Sounds to words")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-id='L2']")).to_be_focused()
    go(page, "ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Student")).to_be_visible()
    stops = page.locator(".cw-grid [tabindex='0']")
    expect(stops).to_have_count(1)


def test_a_card_that_staff_place_beside_an_exemplar_moves_with_its_reason(
    page: Page, own_sample_project: Path
) -> None:
    widget = WritingWall(open_wall(own_sample_project), school="lincoln")
    here = WidgetPage(page, widget, TRAITS)
    pick(page, "Classroom", value="lincoln-3a")
    expect(page.locator(".cw-group")).to_have_count(1)
    key = first_card(widget, p=5)["key"]
    card(page, key).click()
    page.get_by_text("Place it beside an exemplar").click()
    pick(page, "Level", value="L6")
    expect(page.get_by_label("The exemplar’s work").locator("iframe, img")).to_be_visible()
    page.get_by_role("button", name="Place it here").click()
    expect(page.get_by_role("dialog")).to_contain_text("Please say why it belongs there.")
    page.get_by_label("Why it belongs there").fill("Paragraphs, each with a job.")
    page.get_by_role("button", name="Place it here").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(card(page, key)).to_contain_text("beside an exemplar")
    assert first_card(widget, key=key)["p"] == 6
    card(page, key).click()
    expect(page.get_by_role("dialog")).to_contain_text("Paragraphs, each with a job.")
    page.get_by_text("Place it beside an exemplar").click()
    page.get_by_role("button", name="Take the placement back").click()
    expect(card(page, key)).to_contain_text("by convention")
    assert json.loads(here.brings('"changes": {"'))["changes"]["view"]["rows"]


def test_a_card_opened_in_the_moment_another_closes_is_not_emptied(
    wall: WidgetPage, page: Page
) -> None:
    page.locator(".cw-grid [tabindex='0']").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Student")).to_be_visible()
    page.evaluate(
        """() => new Promise((done) => {
          const dialog = document.querySelector("dialog");
          dialog.addEventListener("close", () => setTimeout(done), { once: true });
          dialog.close();  // its event is only queued now …
          document.activeElement.click();  // … and the same card is opened before it comes
        })"""
    )
    expect(page.get_by_role("dialog", name="Student")).to_be_visible()
    expect(page.get_by_role("button", name="Follow on the wall")).to_be_visible()
