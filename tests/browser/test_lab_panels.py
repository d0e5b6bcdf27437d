"""The notebooks of the schools and of the reports in a real JupyterLab: Run All, choose, make a report, open it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.labs import open_notebook, run_all, running_lab

HEAR = """node => {
  const said = [];
  new MutationObserver(() => said.push(node.textContent)).observe(node, { childList: true, subtree: true, characterData: true });
  return said;
}"""
"""Everything that a line says while it changes: some of it stands there for a moment alone."""


def test_the_schools_are_compared_and_a_report_is_made_and_opened_in_jupyterlab(
    lab_page: Page, own_sample_project: Path, axe: Callable
) -> None:
    page = lab_page
    with running_lab(own_sample_project) as lab:
        open_notebook(page, lab, "cross_school_rigor.ipynb")
        run_all(page)
        expect(page.locator(".cs-answer")).to_contain_text("Roosevelt Elementary gives")
        page.get_by_role("radio", name="Fall 2025").check()
        expect(page.locator(".cs-note").first).to_contain_text("Fall 2025")
        page.get_by_role("button", name=re.compile("^Lincoln Elementary and Roosevelt")).click()
        expect(
            page.get_by_role("heading", name=re.compile("criterion by criterion"))
        ).to_be_visible()
        assert [one for one in axe(page) if any("cs-" in at for at in one.targets)] == []

        open_notebook(page, lab, "calibration_reports.ipynb")
        run_all(page)
        page.get_by_role("radio", name="Norming sessions").check()
        page.get_by_role("checkbox", name=re.compile("Lincoln K-2: small moments")).check()
        status = page.locator(".cr-status")
        said = status.evaluate_handle(HEAR)
        page.get_by_role("button", name="Make 1 report").click()
        # the page stays alive: another kind can be looked at while the report is being made
        page.get_by_role("radio", name="Schools").check()
        expect(
            page.get_by_role("checkbox", name=re.compile("Roosevelt Elementary"))
        ).to_be_visible()
        expect(status).to_have_text("Done: 1 report made.")
        assert any("Making 1 of 1: Lincoln K-2" in one for one in said.json_value())
        assert [one for one in axe(page) if any("cr-" in at for at in one.targets)] == []
        with page.context.expect_page() as opened:
            page.get_by_role("link", name=re.compile("^Lincoln K-2: small moments")).click()
        report = opened.value
        expect(report.get_by_role("heading", level=1)).to_contain_text("small moments")
        report.close()
    assert (own_sample_project / "reports" / "sessions" / "S01" / "report.html").is_file()
