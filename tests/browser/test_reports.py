"""The index and a report of each kind, opened in a real browser that is cut off from the network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from calibrate.reports.kinds import ReportJob
from tests.support import watching
from tests.support.reports import JOBS, page_of


@pytest.fixture(params=[*JOBS, "index", "outside index"], ids=str)
def file(request: pytest.FixtureRequest, sample_reports: Path) -> Path:
    if isinstance(request.param, ReportJob):
        return page_of(sample_reports, request.param)
    folder = "outside" if request.param == "outside index" else ""
    return sample_reports / "reports" / folder / "index.html"


@watching.both_screens
def test_a_page_opens_offline_fits_the_screen_and_is_accessible(
    page: Page, viewport: dict, axe: Callable, file: Path
) -> None:
    page.goto(file.as_uri())
    expect(page.locator("h1")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    broken = page.evaluate(
        "Array.from(document.images).filter(i => !i.complete || !i.naturalWidth).length"
    )
    assert broken == 0
    assert axe(page) == []


def test_every_link_of_the_index_leads_to_a_page(page: Page, sample_reports: Path) -> None:
    index = sample_reports / "reports" / "index.html"
    page.goto(index.as_uri())
    links = page.eval_on_selector_all("a", "all => all.map(a => a.getAttribute('href'))")
    assert len(links) >= 3
    for link in links:
        page.goto(index.as_uri())
        page.click(f"a[href='{link}']")
        # The index has an h1 too: first the address, then the heading.
        page.wait_for_url(urljoin(index.as_uri(), link))
        expect(page.locator("h1")).to_have_count(1)


def test_a_report_can_be_read_with_the_keyboard_alone(page: Page, sample_reports: Path) -> None:
    page.goto((sample_reports / "reports" / "index.html").as_uri())
    page.keyboard.press("Tab")
    expect(page.locator("a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/report.html")
    expect(page.locator("h1")).to_have_count(1)


def test_a_report_prints_without_losing_anything(page: Page, sample_reports: Path) -> None:
    job = ReportJob("session", "S01")
    page.goto(page_of(sample_reports, job).as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    printed = page.pdf(format="Letter")
    assert printed.startswith(b"%PDF")


def test_folded_detail_opens_with_the_keyboard_and_is_open_on_paper(
    page: Page, sample_reports: Path
) -> None:
    page.goto(page_of(sample_reports, ReportJob("school", "lincoln")).as_uri())
    inside = page.locator("details.folded img").first
    expect(inside).to_be_hidden()
    page.locator("details.folded > summary").first.focus()
    page.keyboard.press("Enter")
    expect(inside).to_be_visible()
    page.keyboard.press("Enter")
    expect(inside).to_be_hidden()
    page.emulate_media(media="print")
    expect(inside).to_be_visible()
