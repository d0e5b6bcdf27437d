"""The writing wall's notebook in a real JupyterLab: Run All, filter, follow one child, and the same counts in the still picture."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support import watching
from tests.support.tree import SOURCE

PATIENCE = 120_000
"""Milliseconds: on a busy machine a kernel takes its time."""


@contextlib.contextmanager
def running_lab(project: Path) -> Iterator[str]:
    """JupyterLab on a project, started as a teacher would; yields the address that it prints."""
    log = project / "lab.log"
    command = [sys.executable, "-m", "calibrate", "lab", str(project), "--no-browser"]
    paths = [str(SOURCE.parent), os.environ.get("PYTHONPATH", "")]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--port", "18990"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        found = None
        until = time.monotonic() + 90
        while not found and time.monotonic() < until and process.poll() is None:
            found = re.search(
                r"(http://127\.0\.0\.1:\d+)/lab\S*\?token=(\w+)", log.read_text(encoding="utf-8")
            )
            time.sleep(0.2)
        assert found, log.read_text(encoding="utf-8")
        yield f"{found[1]}/lab/tree/notebooks/writing_wall.ipynb?token={found[2]}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def lab_page(context, seen: watching.Seen) -> Iterator[Page]:
    """A page for JupyterLab, whose own remarks in the console are not ours to mend."""
    yield context.new_page()
    assert seen.outside == [], "the notebook asked for something outside this machine"
    assert [one for one in seen.errors if "wall" in one or "anywidget" in one] == []


def test_the_wall_opens_filters_and_follows_one_child_in_jupyterlab(
    lab_page: Page, own_sample_project: Path, axe: Callable
) -> None:
    page = lab_page
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    with running_lab(own_sample_project) as address:
        page.goto(address)
        page.get_by_role("heading", name="The writing wall").wait_for()
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        page.locator(".lm-MenuBar-item", has_text="Run").first.click()
        page.locator("li[data-command='runmenu:run-all']").click()
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
