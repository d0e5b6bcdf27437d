"""The browser harness can fail: what is planted on a page is found."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support import watching
from tests.support.watching import wait_until

CLEAN = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A clean page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"></head>
<body><main><h1>Calibration</h1><p>Eight people, one rubric.</p>{}</main></body></html>
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    def write(planted: str = "") -> str:
        file = tmp_path / "page.html"
        file.write_text(CLEAN.replace("{}", planted), encoding="utf-8")
        return file.as_uri()

    return write


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@watching.both_screens
def test_a_clean_page_passes_on_both_screens(
    page: Page, viewport: dict, seen: watching.Seen, axe: Callable, write: Callable
) -> None:
    page.goto(write())
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("[innerWidth, innerHeight]") == list(viewport.values())
    assert axe(page) == []
    seen.check()


def test_pages_of_this_machine_load(
    page: Page, seen: watching.Seen, write: Callable, served: str
) -> None:
    write("<p id='loaded'>here</p><img alt='' src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>")
    page.goto(f"{served}/page.html")
    expect(page.locator("#loaded")).to_have_text("here")
    seen.check()


@pytest.mark.parametrize(
    ("planted", "rule"),
    [
        ("<img src='data:,'>", "image-alt"),
        ("<button></button>", "button-name"),
        ("<p style='color:#ccc;background:#fff'>pale</p>", "color-contrast"),
        ("<iframe title='work' srcdoc='<input>'></iframe>", "label"),
        ("<iframe title='work' sandbox='' srcdoc='<img src=\"data:,\">'></iframe>", "image-alt"),
    ],
)
def test_a_planted_violation_is_found(
    page: Page, seen: watching.Seen, axe: Callable, write: Callable, planted: str, rule: str
) -> None:
    page.goto(write(planted))
    assert rule in {violation.rule for violation in axe(page)}
    seen.clear()


@pytest.mark.parametrize(
    ("planted", "url"),
    [
        ("<img alt='' src='http://calibrate.invalid/a.png'>", "http://calibrate.invalid/a.png"),
        (
            "<script src='https://calibrate.invalid/a.js'></script>",
            "https://calibrate.invalid/a.js",
        ),
        (
            "<style>@import 'https://calibrate.invalid/a.css';</style>",
            "https://calibrate.invalid/a.css",
        ),
        ("<script>fetch('https://192.0.2.1/a').catch(() => {})</script>", "https://192.0.2.1/a"),
        ("<script>new WebSocket('ws://calibrate.invalid/a')</script>", "ws://calibrate.invalid/a"),
    ],
    ids=["image", "script", "style", "fetch", "socket"],
)
def test_a_planted_outside_request_is_stopped_and_noted(
    page: Page, seen: watching.Seen, write: Callable, planted: str, url: str
) -> None:
    page.goto(write(planted))
    wait_until(page, lambda: seen.outside)
    assert seen.outside == [url]
    with pytest.raises(AssertionError, match="outside this machine"):
        seen.check()
    seen.clear()


@pytest.mark.parametrize(
    ("planted", "text"),
    [
        ("<script>console.error('planted error')</script>", "planted error"),
        ("<script>throw new Error('planted throw')</script>", "planted throw"),
        ("<script>Promise.reject(new Error('planted promise'))</script>", "planted promise"),
    ],
    ids=["console", "exception", "promise"],
)
def test_a_planted_console_error_is_noted(
    page: Page, seen: watching.Seen, write: Callable, planted: str, text: str
) -> None:
    page.goto(write(planted))
    wait_until(page, lambda: any(text in error for error in seen.errors))
    with pytest.raises(AssertionError, match="console"):
        seen.check()
    seen.clear()


def test_a_page_in_a_new_window_is_watched_too(
    page: Page, seen: watching.Seen, write: Callable
) -> None:
    page.goto(write())
    with page.context.expect_page() as opened:
        page.evaluate("() => { window.open('https://calibrate.invalid/popup') }")
    wait_until(opened.value, lambda: "https://calibrate.invalid/popup" in seen.outside)
    seen.clear()
