"""Evidence is marked in the work at the scoring desk, with the keyboard, the mouse and on pictures."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_desk import (  # noqa: F401 - fixtures
    contents,
    level,
    saved,
    scoring,
    show,
)
from tests.support.desks import TEXT
from tests.support.norming import Room
from tests.support.rooms import ready_database, room  # noqa: F401 - fixtures


def test_sentences_are_marked_as_evidence_without_a_mouse(desk: Page, scoring: Room) -> None:  # noqa: F811
    show(desk, "P00001")
    desk.get_by_role("document", name="The work P00001").focus()
    for key in ("ArrowDown", "ArrowDown", "Shift+ArrowDown"):
        desk.keyboard.press(key)
    desk.keyboard.press("Enter")
    expect(
        desk.get_by_role("group", name="Mark as evidence").get_by_role("button", name="Ideas")
    ).to_be_focused()
    desk.keyboard.press("Enter")
    expect(saved(desk)).to_have_text("✓ All saved")
    (mark,) = contents(scoring).choice("p1", "IDEAS").marks
    wanted = "He sleeps all day! When I call him, he lifts one ear."
    assert TEXT[mark.start : mark.end] == wanted
    expect(desk.locator(".words mark")).to_have_text([wanted])
    expect(desk.locator(".words")).to_have_js_property("textContent", TEXT)
    desk.reload()
    show(desk, "P00001")
    expect(desk.locator(".words mark")).to_have_text(wanted)
    desk.get_by_role("button", name="Remove evidence").click()
    expect(saved(desk)).to_have_text("✓ All saved")
    assert contents(scoring).choice("p1", "IDEAS").marks == ()
    expect(desk.locator(".words mark")).to_have_count(0)


def test_words_in_a_document_are_marked_with_the_mouse(desk: Page, scoring: Room) -> None:  # noqa: F811
    show(desk, "P00002")
    frame = desk.frame_locator("iframe")
    # The desk listens in the frame once that is loaded, and gives it its height then.
    expect(desk.locator("iframe")).to_have_attribute("style", re.compile("height"))
    frame.locator("strong").dblclick()
    desk.get_by_role("group", name="Mark as evidence").get_by_role(
        "button", name="Conventions"
    ).click()
    expect(frame.locator("mark")).to_have_text("bus")
    expect(saved(desk)).to_have_text("✓ All saved")
    (mark,) = contents(scoring).choice("p2", "CONV").marks
    assert (mark.kind, mark.start, mark.end) == ("text", 4, 7)


def test_a_place_on_a_scan_is_marked_by_keyboard_and_by_mouse(desk: Page, scoring: Room) -> None:  # noqa: F811
    show(desk, "P00003")
    expect(desk.locator(".picture img")).to_have_count(2)
    desk.wait_for_function("[...document.images].every((one) => one.complete && one.naturalWidth)")
    second = desk.locator(".picture").nth(1)
    second.get_by_role("button", name="Mark a place").focus()
    desk.keyboard.press("Enter")
    for key in ("ArrowLeft", "Shift+ArrowDown", "Enter", "Enter"):
        desk.keyboard.press(key)
    expect(saved(desk)).to_have_text("✓ All saved")
    (mark,) = contents(scoring).choice("p3", "IDEAS").marks
    assert (mark.kind, mark.file) == ("area", 1)
    assert (mark.x, mark.y, mark.width, mark.height) == (0.28, 0.4, 0.4, 0.14)
    first = desk.locator(".picture").nth(0)
    first.get_by_role("button", name="Turn").click()
    first.get_by_role("button", name="Mark a place").click()
    first.scroll_into_view_if_needed()
    box = first.locator(".layer").bounding_box()
    assert box is not None and box["width"] > box["height"]
    desk.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 5)
    desk.mouse.down()
    desk.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 65, steps=3)
    desk.mouse.up()
    desk.get_by_role("group", name="Mark as evidence").get_by_role(
        "button", name="Conventions"
    ).click()
    expect(saved(desk)).to_have_text("✓ All saved")
    (turned,) = contents(scoring).choice("p3", "CONV").marks
    # Turned to the right, the right edge of the screen is the upper edge of the page.
    assert turned.file == 0 and turned.x < 0.1
    assert turned.y == pytest.approx(0.1, abs=0.02)
    assert turned.height == pytest.approx(0.2, abs=0.02)
    expect(first.locator(".area")).to_have_count(1)
