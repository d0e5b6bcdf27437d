"""The writing wall's notebook in a real JupyterLab: Run All, filter, follow one child, and the same counts in the still picture."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.labs import open_notebook, run_all, running_lab


def test_the_wall_opens_filters_and_follows_one_child_in_jupyterlab(
    lab_page: Page, own_sample_project: Path, axe: Callable
) -> None:
    page = lab_page
    with running_lab(own_sample_project) as lab:
        open_notebook(page, lab, "writing_wall.ipynb")
        run_all(page)
        page.locator(".cw-card").first.wait_for()
        said = page.locator(".cw-sentence")
        expect(said).to_contain_text(" of 914 ")
        page.get_by_role("combobox", name="School", exact=True).select_option("lincoln")
        expect(said).to_contain_text(" of 272 ")
        page.get_by_role("combobox", name="Grade", exact=True).select_option("03")
        expect(page.locator(".cw-total .cw-share")).to_contain_text("at or above")
        expect(page.locator(".cw-group")).to_have_count(2)
        page.locator(".cw-card.cw-convention").first.click()
        page.get_by_role("button", name="Follow on the wall").click()
        path = page.locator(".cw-path")
        expect(path).to_contain_text("Fall 2025")
        expect(path).to_contain_text("Spring 2026")
        assert [one for one in axe(page) if any("cw-" in at for at in one.targets)] == []
        picture = page.locator(".jp-OutputArea-output figure img").first
        expect(picture).to_have_attribute("alt", re.compile("The writing wall"))
