"""People who come to a served room, each with a browser window of their own on a cable of their own."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, expect

from tests.support import watching
from tests.support.cable import Cable
from tests.support.served import Served

PATIENT = 120_000
"""Milliseconds: on a busy machine everything takes its time."""


class Visitor:
    """A person with a browser of their own, on a cable of their own."""

    def __init__(self, browser: Browser, served: Served, viewport: dict | None = None) -> None:
        self.served = served
        self.cable = Cable(served.port)
        self.context = browser.new_context(
            viewport=viewport or watching.LAPTOP,
            service_workers="block",
            reduced_motion="reduce",
            locale="en-US",
        )
        self.context.set_default_timeout(PATIENT)
        self.seen = watching.Seen()
        self.context.on(
            "request",
            lambda request: (
                None if watching.stays_here(request.url) else self.seen.outside.append(request.url)
            ),
        )
        self.context.on("weberror", lambda error: self.seen.errors.append(str(error.error)))
        self.page = self.context.new_page()

    def joins(self, rater: str) -> Visitor:
        token = self.served.room.handouts[rater].token
        self.page.goto(f"{self.cable.address}/join#{token}")
        self.ready()
        return self

    def ready(self) -> None:
        expect(self.page.locator(".calibrate-desk .rubric fieldset").first).to_be_visible()

    def show(self, code: str) -> None:
        self.page.get_by_role("button", name=code).click()
        expect(self.page.get_by_role("heading", name=code)).to_be_visible()

    def level(self, criterion: str, label: str) -> Locator:
        group = self.page.get_by_role("group", name=criterion, exact=True)
        return group.get_by_role("radio", name=label)

    @property
    def saved(self) -> Locator:
        return self.page.locator(".saved")

    def received(self) -> str:
        """Everything that came down to the browser so far, with the quotes of messages inside messages undone."""
        return self.cable.received.decode("utf-8", "replace").replace('\\"', '"')

    def receives(self, what: str) -> None:
        """Wait until it has come down to the browser: a page can show a heading before what belongs under it comes."""
        watching.wait_until(
            self.page, lambda: what in self.received(), f"{what} did not come to the browser"
        )

    def never_received(self, *what: str, after: Locator) -> None:
        """Nothing of it has come, although the page shows ``after``, which would not have come before it."""
        expect(after.first).to_be_visible()
        found = self.received()
        assert [one for one in what if one in found] == []

    def leaves(self) -> None:
        self.context.close()
        self.cable.close()
        assert self.seen.outside == [], "the page asked for something outside this machine"
        assert self.seen.errors == []

    def leads(self) -> None:
        """Open the facilitator's link."""
        self.page.goto(f"{self.cable.address}/lead#{self.served.lead_link.partition('#')[2]}")
        expect(self.page.get_by_role("heading", name="Norming sessions")).to_be_visible()

    def scores(self, levels: dict[str, tuple[str, str]]) -> None:
        """Choose a level of Ideas and one of Conventions for each piece."""
        for code, (ideas, conventions) in levels.items():
            self.show(code)
            self.level("Ideas", f"{ideas} Level {ideas}").check()
            self.level("Conventions", f"{conventions} Level {conventions}").check()
        expect(self.saved).to_have_text("✓ All saved")

    def commits(self) -> None:
        """Commit the scores."""
        self.page.get_by_role("button", name="Commit my scores…").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Commit my scores").click()
        expect(
            self.page.get_by_role("alert").filter(has_text="You have committed.")
        ).to_be_visible()
