"""A whole session in the room: three raters and a facilitator in four browsers, from the first choice to the report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from calibrate.analysis.agreement import agreement
from calibrate.analysis.wording import percent
from calibrate.model.session import RoundName
from calibrate.store.project import Project
from calibrate.workflows.score_tables import scales, score_table
from tests.store.sealing_kit import PASSPHRASE
from tests.support import watching
from tests.support.served import Served, make_project
from tests.support.visitors import PATIENT, Visitor

RATERS = ("r2", "r3", "r4")
TITLE = "Our three pieces"
CANARY = "canary-5b0e a dog who lifts one ear"
BLIND = {
    "r2": {"P00001": ("3", "1"), "P00002": ("2", "2"), "P00003": ("4", "0")},
    "r3": {"P00001": ("3", "1"), "P00002": ("2", "2"), "P00003": ("3", "0")},
    "r4": {"P00001": ("1", "1"), "P00002": ("2", "2"), "P00003": ("3", "1")},
}
"""Of three pairs of readers, Ideas: one, three and one alike; Conventions: three, three and one. Twelve of eighteen."""
AFTER = {"P00001": ("3", "1"), "P00002": ("2", "2"), "P00003": ("3", "0")}


@pytest.fixture(autouse=True)
def patient(patience: None) -> None:
    expect.set_options(timeout=PATIENT)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    room = Served(make_project(tmp_path, title=TITLE), tmp_path)
    try:
        room.start()
        yield room
    finally:
        room.stop()


def everything_in_the_file(served: Served) -> bytes:
    return b"".join(path.read_bytes() for path in served.room.folder.glob("calibrate.db*"))


def spread(page: Page, code: str) -> list[str]:
    """What a page shows of how a piece was scored, criterion by criterion: names and rows of counts."""
    page.get_by_role("navigation", name="Agenda").get_by_role("button", name=code).click()
    region = page.locator(".calibrate-reveal")
    expect(region.get_by_role("heading", name=code)).to_be_visible()
    expect(region.locator(".spread")).to_have_count(2)
    cells = region.locator(".spread tbody .unseen")
    return [re.sub(r", you among them|you, ?", "", text) for text in cells.all_text_contents()]


def test_three_raters_and_a_facilitator_hold_a_session(served: Served, browser: Browser) -> None:
    with ExitStack() as stack:
        lead = Visitor(browser, served)
        raters = {rater: Visitor(browser, served) for rater in RATERS}
        for visitor in (lead, *raters.values()):
            stack.callback(visitor.leaves)
        lead.leads()
        lead.page.get_by_role("button", name=f"Continue: {TITLE}").click()
        expect(lead.page.get_by_text("0 of 3 have committed.")).to_be_visible()
        score_blind(served, raters)
        found_nowhere(served, lead, raters)
        reveal_now(lead, "3 of 3 have committed.")
        for visitor in raters.values():
            expect(visitor.page.get_by_role("region", name="The reveal")).to_be_visible()
        all_see_the_same(lead, raters)
        assert CANARY.encode() in everything_in_the_file(served)
        agree(lead, raters)
        second_round(lead, raters)
        close(served, lead, raters)


def score_blind(served: Served, raters: dict[str, Visitor]) -> None:
    """Everybody scores; one reloads in the middle, one goes offline and comes back."""
    for rater, visitor in raters.items():
        visitor.joins(rater)
    first, second, third = raters.values()
    first.scores(BLIND["r2"])
    first.show("P00001")
    first.page.get_by_label("A note on this piece, for the discussion").fill(CANARY)
    expect(first.saved).to_have_text("✓ All saved")
    half = {"P00001": BLIND["r3"]["P00001"]}
    second.scores(half)
    second.page.reload()
    second.ready()
    expect(second.page.locator(".how-far .count")).to_have_text("2 of 6 choices")
    second.scores(BLIND["r3"])
    third.scores({"P00001": BLIND["r4"]["P00001"]})
    third.cable.cut()
    third.show("P00002")
    third.level("Ideas", "2 Level 2").check()
    expect(third.saved).to_have_text("1 choice not saved yet")
    third.cable.mend()
    expect(third.saved).to_have_text("✓ All saved")
    third.scores(BLIND["r4"])
    for visitor in raters.values():
        visitor.commits()


def found_nowhere(served: Served, lead: Visitor, raters: dict[str, Visitor]) -> None:
    """Before the reveal nobody has received what one rater wrote, and the file does not show it."""
    for rater, visitor in raters.items():
        if rater != "r2":
            visitor.never_received(CANARY, after=visitor.page.get_by_text("You have committed."))
    assert CANARY.encode() not in everything_in_the_file(served)
    everybody = lead.page.get_by_text("3 of 3 have committed.")
    lead.never_received(CANARY, '"level"', after=everybody)


def reveal_now(lead: Visitor, when: str) -> None:
    expect(lead.page.get_by_text(when)).to_be_visible()
    lead.page.get_by_role("button", name="Reveal the scores…").click()
    lead.page.get_by_label("Your passphrase for this session").fill(PASSPHRASE)
    lead.page.get_by_role("button", name="Reveal now").click()
    expect(lead.page.locator(".calibrate-reveal")).to_be_visible()


def all_see_the_same(lead: Visitor, raters: dict[str, Visitor]) -> None:
    """The facilitator and every rater see the same counts, and one rater's note."""
    for code in AFTER:

        def same(code: str = code) -> bool:
            seen = {tuple(spread(one.page, code)) for one in (lead, *raters.values())}
            return len(seen) == 1 and seen != {()}

        watching.wait_until(lead.page, same, f"not everybody sees the same of {code}")
    spread(raters["r3"].page, "P00001")
    expect(raters["r3"].page.get_by_text(CANARY).first).to_be_visible()
    for visitor in (lead, *raters.values()):
        visitor.receives(CANARY)


def agree(lead: Visitor, raters: dict[str, Visitor]) -> None:
    """The panel settles one score with a reason, and all that it chose alike; everybody sees it."""
    spread(lead.page, "P00001")
    lead.page.get_by_role("button", name="Agree a score… Ideas").click()
    lead.page.get_by_role("radio", name="3 Level 3").check()
    lead.page.get_by_label("Because").fill("The day is told in order.")
    lead.page.get_by_role("button", name="Save what was agreed").click()
    for visitor in raters.values():
        spread(visitor.page, "P00001")
        expect(visitor.page.locator(".consensus").first).to_contain_text(
            "The day is told in order."
        )
    lead.page.get_by_role("button", name="that everybody chose alike").click()
    expect(lead.page.get_by_text("4 of 6 scores agreed.").first).to_be_visible()


def second_round(lead: Visitor, raters: dict[str, Visitor]) -> None:
    """Everybody scores again, on the same page and without a reload; then that is revealed too."""
    lead.page.get_by_role("button", name="Second round").click()
    lead.page.get_by_role("button", name="Start the second round").click()
    for visitor in raters.values():
        expect(visitor.page.get_by_text("After the discussion: score again.")).to_be_visible()
        visitor.scores(AFTER)
        visitor.page.get_by_role("button", name="Commit my scores…").click()
        sure = visitor.page.get_by_role("dialog").get_by_role("button", name="Commit my scores")
        sure.click()
        expect(sure).to_be_hidden()
    reveal_now(lead, "3 of 3 have committed.")
    for visitor in raters.values():
        expect(visitor.page.get_by_role("row", name="After").first).to_be_visible()
    all_see_the_same(lead, raters)


def close(served: Served, lead: Visitor, raters: dict[str, Visitor]) -> None:
    """The session is closed; its report holds the numbers that the scores give."""
    lead.page.get_by_role("button", name="Minutes and close").click()
    lead.page.get_by_role("button", name="Close the session…").click()
    lead.page.get_by_role("button", name="Close it").click()
    link = lead.page.get_by_role("link", name="Open the session’s report")
    expect(link).to_be_visible(timeout=3 * PATIENT)
    for visitor in raters.values():
        expect(visitor.page.get_by_text("This session is closed")).to_be_visible()
    where = link.get_attribute("href") or ""
    answer = lead.page.goto(f"{lead.cable.address}{where}")
    assert answer is not None and answer.status == 200
    told = " ".join(lead.page.locator("body").inner_text().split())
    with Project.open(served.room.folder) as project:
        table = score_table(project, session=served.room.session)
        with project.reading() as unit:
            rubric = unit.rubrics.get("writing", 1)
    blind = table[table["round"] == str(RoundName.BLIND)]
    computed = agreement(blind, scales(rubric)).total.coefficient("exact_agreement").value
    assert computed == pytest.approx(12 / 18)
    assert f"gave the same score {percent(computed)} of the time" in told
    assert f"agreement went from {percent(computed)} to {percent(1.0)}" in told
    refused = raters["r3"].page.goto(f"{raters['r3'].cable.address}{where}")
    assert refused is not None and refused.status == 404, "the report is the facilitator's"
