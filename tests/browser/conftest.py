"""A real browser for every test in this folder: cut off from the network, and watched.

``page`` is a Playwright page on a laptop's screen (``both_screens`` adds a phone's). When a test ends, what its pages did is
checked: no request that leaves the machine, no error in the console. ``seen`` holds both lists while the test runs.
After an action a test waits for what it wants to see, with ``expect`` or ``wait_for_url``: nothing is read at once.
``axe(page)`` lists what axe-core finds serious or critical.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from calibrate.widgets.desk import ScoringDesk
from tests.support import browsers, watching
from tests.support.desks import Bridge, open_page
from tests.support.norming import Room

#: Milliseconds that an action, a page or an expectation may take: a busy machine is not a bug.
PATIENCE = 90_000

#: The same where a kernel has to start and to load everything first.
LAB_PATIENCE = 240_000


@pytest.fixture(autouse=True)
def patience() -> None:
    """Wait alike in every test, whatever an earlier one has set."""
    expect.set_options(timeout=PATIENCE)


# One browser per file, not per session: while Playwright runs, its event loop is the thread's, and other tests need theirs.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = browsers.provide()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=executable,
            headless=True,
            args=browsers.flags(),
            timeout=LAB_PATIENCE,
        )
        yield running
        running.close()


@pytest.fixture
def viewport(request: pytest.FixtureRequest) -> dict[str, int]:
    return getattr(request, "param", watching.LAPTOP)


@pytest.fixture
def context(browser: Browser, viewport: dict[str, int]) -> Iterator[BrowserContext]:
    fresh = browser.new_context(
        viewport=viewport, service_workers="block", reduced_motion="reduce", locale="en-US"
    )
    fresh.set_default_timeout(PATIENCE)
    yield fresh
    fresh.close()


@pytest.fixture
def seen(context: BrowserContext) -> watching.Seen:
    return watching.watch(context)


@pytest.fixture
def page(context: BrowserContext, seen: watching.Seen) -> Iterator[Page]:
    yield context.new_page()
    seen.check()


@pytest.fixture
def lab_page(context: BrowserContext, seen: watching.Seen) -> Iterator[Page]:
    """A page for JupyterLab, whose own remarks in the console are not ours to mend."""
    page = context.new_page()
    page.set_default_timeout(LAB_PATIENCE)
    expect.set_options(timeout=LAB_PATIENCE)
    yield page
    assert seen.outside == [], "the notebook asked for something outside this machine"
    ours = ("anywidget", "calibrate", "desk", "wall")
    assert [one for one in seen.errors if any(word in one for word in ours)] == []


@pytest.fixture
def axe() -> Callable[..., list[watching.Violation]]:
    return watching.axe


@pytest.fixture
def bridge(scoring: Room) -> Bridge:
    """The desk of r2 in a session that is open: the module's own fixture ``scoring``."""
    return Bridge(ScoringDesk(scoring, scoring.seat("r2")))


@pytest.fixture
def desk(context: BrowserContext, seen: watching.Seen, bridge: Bridge) -> Iterator[Page]:
    """Its page, open; at the end nothing may have gone wrong that nobody looked at."""
    page = open_page(context, bridge)
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    seen.check()
