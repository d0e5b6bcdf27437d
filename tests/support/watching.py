"""What a page must not do (ask the network, complain, shut people out), and how tests notice."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, Route, WebSocketRoute

#: Seconds that something may take to happen: a busy machine is not a bug.
PATIENCE = 120

LAPTOP = {"width": 1366, "height": 768}  # a school Chromebook
PHONE = {"width": 390, "height": 844}

#: Decorate a test with this to run it on both screens.
both_screens = pytest.mark.parametrize(
    "viewport", [LAPTOP, PHONE], ids=["1366x768", "390x844"], indirect=True
)

_OWN_SCHEMES = {"about", "blob", "data", "file"}
_AXE = files("axe_playwright_python").joinpath("axe.min.js")


def stays_here(url: str) -> bool:
    """Whether a request stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in _OWN_SCHEMES or parts.hostname == "127.0.0.1"


@dataclass
class Seen:
    """What a test's pages did: requests that would have left the machine (they were stopped), and complaints."""

    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def clear(self) -> None:
        """Forget what was seen: for a test that expected it and has looked at it."""
        self.outside.clear()
        self.errors.clear()

    def check(self) -> None:
        """Fail if there was anything."""
        assert self.outside == [], "the page asked for something outside this machine"
        assert self.errors == [], "the page complained in the console"


def watch(context: BrowserContext) -> Seen:
    """Stop and note every request that would leave the machine; note every error of every page."""
    seen = Seen()

    def request(route: Route) -> None:
        if stays_here(route.request.url):
            route.continue_()
        else:
            seen.outside.append(route.request.url)
            route.abort("blockedbyclient")

    def socket(route: WebSocketRoute) -> None:
        if stays_here(route.url):
            route.connect_to_server()
        else:
            seen.outside.append(route.url)
            route.close()

    context.route("**/*", request)
    context.route_web_socket("**/*", socket)
    context.on(
        "console",
        lambda message: seen.errors.append(message.text) if message.type == "error" else None,
    )
    context.on("weberror", lambda error: seen.errors.append(str(error.error)))
    return seen


def wait_until(
    page: Page, happened: Callable[[], object], otherwise: str = "it did not happen"
) -> None:
    """Let the page go on until something has happened on Python's side: what ``expect`` is for the page's own.

    Raises
    ------
    AssertionError
        If it has not happened after two minutes.
    """
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until, otherwise
        page.wait_for_timeout(50)


@dataclass(frozen=True)
class Violation:
    """One rule of axe-core that the page breaks, and where."""

    rule: str
    impact: str
    help: str
    targets: tuple[str, ...]


def axe(page: Page, *impacts: str, **options: Any) -> list[Violation]:
    """What axe-core finds on the page as it is now.

    Parameters
    ----------
    *impacts
        Which to return; ``serious`` and ``critical`` if none is named.
    **options
        For ``axe.run``, for example ``rules={"region": {"enabled": False}}``.
    """
    page.wait_for_function(_AT_REST)
    wanted = impacts or ("serious", "critical")
    found = _run_axe(page, options, wanted)
    for frame in page.frames:
        if not _takes_scripts(frame):
            # axe cannot look into a frame that runs no scripts: it gets the same content on a page of its own.
            copy = page.context.new_page()
            copy.set_content(frame.content())
            alone = {"rules": {name: {"enabled": False} for name in _OF_WHOLE_PAGES}}
            found += _run_axe(copy, {**alone, **options}, wanted)
            copy.close()
    return found


#: A colour that is still changing is none that anybody has to read; what turns for ever is let turn.
_AT_REST = """document.getAnimations().every(
  (one) => one.playState !== "running" || one.effect?.getComputedTiming().endTime === Infinity)"""

_OF_WHOLE_PAGES = ("document-title", "html-has-lang")


def _takes_scripts(frame: Frame) -> bool:
    if frame.parent_frame is None:
        return True
    sandbox = frame.frame_element().get_attribute("sandbox")
    return (sandbox is None or "allow-scripts" in sandbox) and _takes_scripts(frame.parent_frame)


def _run_axe(page: Page, options: dict[str, Any], impacts: tuple[str, ...]) -> list[Violation]:
    script = _AXE.read_text(encoding="utf-8")
    for frame in filter(_takes_scripts, page.frames):
        frame.evaluate(script)
        # Frames talk to each other by messages, and files have no origin to tell them apart by.
        frame.evaluate("axe.configure({ allowedOrigins: ['<unsafe_all_origins>'] })")
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        Violation(
            rule=found["id"],
            impact=found["impact"],
            help=found["help"],
            targets=tuple(" ".join(map(str, node["target"])) for node in found["nodes"]),
        )
        for found in result["violations"]
        if found["impact"] in impacts
    ]
