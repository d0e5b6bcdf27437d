"""The scoring desk's notebook in a real JupyterLab: a link is pasted, a choice is made by keyboard, and it is there again afterwards."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.support.labs import open_notebook, restart_and_run_all, run_all, running_lab, save
from tests.support.sample_sessions import open_like

NOTEBOOK = "blind_scoring.ipynb"
NOTE = "canary-axolotl"


def come_in(page: Page, token: str) -> None:
    """Paste the personal link into the form, and wait for the desk."""
    page.locator(".jp-OutputArea-output input[type=password]").fill(token)
    page.get_by_role("button", name="Start scoring").click()
    expect(page.locator(".calibrate-desk fieldset.criterion").first).to_be_visible()


def levels(page: Page) -> Locator:
    return page.locator(".calibrate-desk fieldset.criterion").first.get_by_role("radio")


def note(page: Page) -> Locator:
    return page.get_by_label("A note on this piece, for the discussion")


def is_there(page: Page) -> None:
    """What was chosen stands on the desk."""
    expect(levels(page).nth(2)).to_be_checked()
    expect(note(page)).to_have_value(NOTE)
    expect(page.locator(".calibrate-desk .saved")).to_have_text("✓ All saved")


def test_a_choice_made_by_keyboard_outlives_the_page_and_the_kernel(
    lab_page: Page, own_sample_project: Path, tmp_path: Path
) -> None:
    page = lab_page
    session = open_like(own_sample_project, "S03", tmp_path / "keys")
    with running_lab(own_sample_project) as lab:
        open_notebook(page, lab, NOTEBOOK)
        run_all(page)
        come_in(page, session.token)
        levels(page).first.focus()
        for key in "123":  # outside the desk JupyterLab makes headings of a cell with them
            page.keyboard.press(key)
            expect(levels(page).nth(int(key) - 1)).to_be_checked()
        note(page).fill(NOTE)
        is_there(page)
        (chosen,) = [one for one in session.contents().choices if one.answered]
        assert chosen.level == "3"
        expect(page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(2)
        expect(page.locator(".jp-Notebook .jp-MarkdownCell")).to_have_count(1)

        save(page)
        file = own_sample_project / "notebooks" / NOTEBOOK
        saved = file.read_text(encoding="utf-8")
        cells = [cell["cell_type"] for cell in json.loads(saved)["cells"]]
        assert cells == ["markdown", "code", "code"]
        for secret in (session.token, NOTE, chosen.piece, session.rater, "widget-state"):
            assert secret not in saved

        open_notebook(page, lab, NOTEBOOK)  # the page is loaded anew; its kernel still runs
        is_there(page)
        run_all(page)
        come_in(page, session.token)
        is_there(page)

        restart_and_run_all(page)
        come_in(page, session.token)
        is_there(page)
        save(page)
        saved = file.read_text(encoding="utf-8")
        assert session.token not in saved and NOTE not in saved
