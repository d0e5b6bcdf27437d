"""The facilitator's notebook in a real JupyterLab: Run All, and the board begins with the list of sessions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.labs import open_notebook, run_all, running_lab


def test_the_board_sets_a_session_up_and_opens_it_in_jupyterlab(
    lab_page: Page,
    own_sample_project: Path,
    tmp_path: Path,
    axe: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CALIBRATE_KEY_STORE", str(tmp_path / "keys"))
    page = lab_page
    with running_lab(own_sample_project) as lab:
        open_notebook(page, lab, "norming_session.ipynb")
        run_all(page)
        board = page.locator(".calibrate-board")
        board.get_by_role("button", name="Set up a new session").click()
        board.get_by_role("button", name="Suggest five").click()
        board.get_by_label("Teaches").select_option(label="Grade 5")
        board.get_by_role("button", name="Add all shown").click()
        expect(board).to_contain_text("Nobody scores their own students")
        title = board.get_by_label("Title")
        title.fill("")
        title.press_sequentially("a5 b6 d")  # a command of JupyterLab's own each, elsewhere
        expect(title).to_have_value("a5 b6 d")
        board.get_by_role("button", name="Save this session").click()
        board.get_by_role("button", name="Open for scoring").click()
        expect(board).to_contain_text("blind_scoring.ipynb")
        expect(board).to_contain_text("have committed")
        assert [one for one in axe(page) if any("board" in at for at in one.targets)] == []
