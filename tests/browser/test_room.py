"""The room as it is served: real browsers, the real process, a network that fails and a server that is killed."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from calibrate.model.session import RoundName
from calibrate.store.sealing import Choice
from calibrate.workflows.norming import Contents, open_desk, open_keys, reveal
from tests.store.sealing_kit import PASSPHRASE
from tests.support import watching
from tests.support.served import Served, make_project
from tests.support.visitors import PATIENT, Visitor

BLIND = RoundName.BLIND
CANARY = "canary-7c41 the ending surprised me"


@contextlib.contextmanager
def serving(base: Path) -> Iterator[Served]:
    room = Served(make_project(base), base)
    try:
        room.start()
        yield room
    finally:
        room.stop()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A room of the test's own."""
    with serving(tmp_path) as room:
        yield room


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A room for tests that only look."""
    with serving(tmp_path_factory.mktemp("room")) as room:
        yield room


@pytest.fixture(autouse=True)
def patient(patience: None) -> None:
    expect.set_options(timeout=PATIENT)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    came: list[Visitor] = []

    def comes(room: Served, viewport: dict | None = None) -> Visitor:
        came.append(Visitor(browser, room, viewport))
        return came[-1]

    yield comes
    for visitor in came:
        visitor.leaves()


def stored(served: Served, rater: str) -> Contents:
    return open_desk(served.room, served.room.seat(rater), BLIND).contents


def bytes_of(served: Served) -> bytes:
    files = list(served.room.folder.glob("calibrate.db*"))
    assert any(path.name.endswith("-wal") for path in files)
    return b"".join(path.read_bytes() for path in files)


def test_one_comes_by_link_and_one_with_a_slip_and_both_score(served: Served, visit) -> None:
    by_link = visit(served).joins("r2")
    expect(by_link.page).to_have_url(f"{by_link.cable.address}/desk")
    by_slip = visit(served)
    by_slip.page.goto(by_slip.cable.address)
    by_slip.page.get_by_label("Room code").fill(served.code.lower())
    by_slip.page.get_by_label("Your name").fill("marek odell")
    by_slip.page.get_by_label("PIN").fill("000000")
    by_slip.page.get_by_role("button", name="Come in", exact=True).click()
    expect(by_slip.page.get_by_role("alert")).to_contain_text("do not fit together")
    expect(by_slip.page.get_by_label("PIN")).to_be_focused()
    by_slip.page.get_by_label("PIN").fill(served.room.handouts["r3"].pin)
    by_slip.page.get_by_role("button", name="Come in", exact=True).click()
    by_slip.ready()
    for visitor, chosen in ((by_link, "3 Level 3"), (by_slip, "1 Level 1")):
        visitor.show("P00001")
        visitor.level("Ideas", chosen).check()
        expect(visitor.saved).to_have_text("✓ All saved")
    assert stored(served, "r2").choice("p1", "IDEAS").level == "3"
    assert stored(served, "r3").choice("p1", "IDEAS").level == "1"
    by_slip.page.reload()
    by_slip.ready()
    by_slip.show("P00001")
    expect(by_slip.level("Ideas", "1 Level 1")).to_be_checked()
    expect(by_slip.level("Ideas", "3 Level 3")).not_to_be_checked()
    cookies = by_slip.context.cookies()
    assert {one["name"] for one in cookies} == {"calibrate_seat"}
    assert all(one["httpOnly"] and one["sameSite"] == "Strict" for one in cookies)
    assert by_slip.page.evaluate("document.cookie") == ""


def test_a_link_that_is_cut_off_is_said_and_leads_to_the_door(standing: Served, visit) -> None:
    visitor = visit(standing)
    token = standing.room.handouts["r2"].token
    visitor.page.goto(f"{visitor.cable.address}/join#{token[:40]}")
    expect(visitor.page.get_by_role("alert")).to_contain_text("Copy it whole")
    assert token[:40] not in visitor.page.url
    visitor.page.get_by_role("link", name="To the door").click()
    expect(visitor.page.get_by_role("heading", name="Come in to score")).to_be_visible()
    visitor.page.get_by_label("Your link").fill(standing.join_link("r2"))
    visitor.page.get_by_role("button", name="Come in with the link").click()
    visitor.ready()


@pytest.mark.parametrize("sealed", [True, False], ids=["https", "plain http"])
def test_offline_nothing_is_lost_and_it_is_said(served: Served, visit, sealed: bool) -> None:
    visitor = visit(served)
    if not sealed:  # in a school's network a page comes by plain http, where browsers seal nothing
        visitor.context.add_init_script(
            "Object.defineProperty(crypto, 'subtle', { value: undefined })"
        )
    visitor.joins("r2")
    visitor.show("P00001")
    visitor.level("Ideas", "2 Level 2").check()
    expect(visitor.saved).to_have_text("✓ All saved")
    visitor.cable.cut()
    visitor.level("Ideas", "4 Level 4").check()
    visitor.level("Conventions", "1 Level 1").check()
    expect(visitor.saved).to_have_text("2 choices not saved yet")
    assert stored(served, "r2").choice("p1", "IDEAS").level == "2"
    visitor.cable.mend()
    expect(visitor.saved).to_have_text("✓ All saved")
    found = stored(served, "r2")
    assert found.choice("p1", "IDEAS").level == "4"
    assert found.choice("p1", "CONV").level == "1"


def test_a_network_that_stalls_in_silence_heals_without_a_reload(served: Served, visit) -> None:
    visitor = visit(served).joins("r2")
    visitor.show("P00001")
    visitor.cable.stall()
    visitor.level("Ideas", "3 Level 3").check()
    expect(visitor.saved).to_have_text("1 choice not saved yet")
    visitor.cable.mend()
    expect(visitor.saved).to_have_text("✓ All saved")
    assert stored(served, "r2").choice("p1", "IDEAS").level == "3"


@pytest.mark.parametrize("sealed", [True, False], ids=["https", "plain http"])
def test_a_killed_server_that_comes_back_finds_every_choice(
    served: Served, visit, sealed: bool
) -> None:
    visitor = visit(served)
    if not sealed:
        visitor.context.add_init_script(
            "Object.defineProperty(crypto, 'subtle', { value: undefined })"
        )
    visitor.joins("r2")
    visitor.show("P00001")
    visitor.level("Ideas", "2 Level 2").check()
    expect(visitor.saved).to_have_text("✓ All saved")
    visitor.page.evaluate("window.sameDocument = true")
    served.kill()
    visitor.level("Ideas", "3 Level 3").check()
    visitor.level("Conventions", "0.5 Level 0.5").check()
    expect(visitor.saved).to_have_text("2 choices not saved yet")
    served.start()
    expect(visitor.saved).to_have_text("✓ All saved")
    visitor.show("P00001")
    expect(visitor.level("Ideas", "3 Level 3")).to_be_checked()
    found = stored(served, "r2")
    assert found.choice("p1", "IDEAS").level == "3"
    assert found.choice("p1", "CONV").level == "0.5"
    assert visitor.page.evaluate("window.sameDocument") is True, "it healed without a reload"


def choices_in(visitor: Visitor) -> set[tuple[str, str]]:
    """Piece and level of every choice that came down to a browser so far, in the answers that hold choices."""
    text = visitor.received()
    found = set()
    for at in re.finditer(r'"choices": ?(?=\[)', text):
        with contextlib.suppress(json.JSONDecodeError):  # the rest of it is still on its way
            choices, _ = json.JSONDecoder().raw_decode(text, at.end())
            found |= {(one["piece"], one["level"]) for one in choices}
    return found


def test_before_the_reveal_a_browser_receives_no_choices_but_its_own(served: Served, visit) -> None:
    own = {"r2": ("P00002", "p2", "3"), "r3": ("P00001", "p1", "1")}
    raters = {rater: visit(served).joins(rater) for rater in own}
    lead = visit(served)
    lead.leads()
    lead.page.get_by_role("button", name="Continue").first.click()
    expect(lead.page.get_by_text("0 of 3 have committed.")).to_be_visible()
    for rater, (code, _, level) in own.items():
        raters[rater].show(code)
        raters[rater].level("Ideas", f"{level} Level {level}").check()
        expect(raters[rater].saved).to_have_text("✓ All saved")
    for rater, (_, piece, level) in own.items():
        raters[rater].page.reload()
        raters[rater].ready()
        watching.wait_until(raters[rater].page, lambda one=raters[rater]: choices_in(one))
        own_alone = {(piece, level)}
        assert choices_in(raters[rater]) == own_alone, "its own choice came back, and no other"
    begun = lead.page.get_by_text("1 of 6, last saved")
    expect(begun).to_have_count(len(own))
    lead.never_received('"choices": [', '"choices":[', '"level"', after=begun)
    for rater in served.room.handouts:
        for pair in open_desk(served.room, served.room.seat(rater), BLIND).due:
            served.room.choose(rater, Choice(*pair, level="1"))
        served.room.commit(rater)
    secrets = open_keys(served.room.keystore, served.room.session, PASSPHRASE)
    reveal(served.room, served.room.session, BLIND, secrets, by="coach")
    for visitor in (*raters.values(), lead):
        expect(visitor.page.locator(".calibrate-reveal")).to_be_visible()
        visitor.receives('"level"')


def test_no_score_is_in_what_others_receive_or_in_the_file_before_the_reveal(
    served: Served, visit
) -> None:
    writer, reader = visit(served).joins("r2"), visit(served).joins("r3")
    writer.show("P00002")
    writer.level("Ideas", "3 Level 3").check()
    writer.page.get_by_label("A note on this piece, for the discussion").fill(CANARY)
    expect(writer.saved).to_have_text("✓ All saved")
    assert stored(served, "r2").notes == (("p2", CANARY),)
    reader.page.reload()
    reader.ready()
    reader.show("P00002")
    expect(reader.level("Ideas", "3 Level 3")).not_to_be_checked()
    writer.page.reload()
    writer.ready()
    writer.receives(CANARY)  # one's own note comes back: the search can find
    reader.never_received(CANARY, after=reader.page.get_by_role("heading", name="P00002"))
    assert CANARY.encode() not in bytes_of(served)
    for rater in served.room.handouts:
        room = served.room
        for pair in open_desk(room, room.seat(rater), BLIND).due:
            room.choose(rater, Choice(*pair, level="1"))
        room.commit(rater)
    assert CANARY.encode() not in bytes_of(served)
    secrets = open_keys(served.room.keystore, served.room.session, PASSPHRASE)
    reveal(served.room, served.room.session, BLIND, secrets, by="coach")
    assert CANARY.encode() in bytes_of(served)


def test_a_rater_who_types_the_facilitators_address_finds_nothing(standing: Served, visit) -> None:
    visitor = visit(standing).joins("r2")
    answer = visitor.page.goto(f"{visitor.cable.address}/board")
    assert answer is not None and answer.status == 404
    expect(visitor.page.locator("body")).to_have_text("There is nothing here.")


def test_whoever_leaves_leaves_nothing_for_the_next(served: Served, visit) -> None:
    visitor = visit(served).joins("r2")
    visitor.show("P00001")
    visitor.level("Ideas", "3 Level 3").check()
    expect(visitor.saved).to_have_text("✓ All saved")
    visitor.page.goto(visitor.cable.address)
    visitor.page.get_by_role("button", name="Leave this computer").click()
    expect(visitor.page.get_by_role("heading", name="You are in already")).to_have_count(0)
    assert visitor.context.cookies() == []
    visitor.page.goto(f"{visitor.cable.address}/desk")
    expect(visitor.page.get_by_role("heading", name="Come in to score")).to_be_visible()
    visitor.joins("r3")
    visitor.show("P00001")
    expect(visitor.level("Ideas", "3 Level 3")).not_to_be_checked()


def test_everything_from_the_door_to_the_commit_goes_by_keyboard(served: Served, visit) -> None:
    visitor = visit(served)
    visitor.page.goto(visitor.cable.address)
    keys = visitor.page.keyboard
    keys.press("Tab")
    expect(visitor.page.get_by_label("Room code")).to_be_focused()
    keys.type(served.code)
    keys.press("Tab")
    keys.type("Pilar")
    keys.press("Tab")
    keys.type(served.room.handouts["r4"].pin)
    keys.press("Enter")
    visitor.ready()
    first = visitor.page.locator(".calibrate-desk .rubric input[type=radio]").first
    for _ in range(40):
        keys.press("Tab")
        if first.evaluate("node => node === document.activeElement"):
            break
    expect(first).to_be_focused()
    for _ in range(3):
        keys.press("3")
        keys.press("Enter")
        keys.press("1")
        keys.press("Enter")
        if not visitor.page.get_by_role("button", name="Next").is_disabled():
            keys.press("Enter")
            first = visitor.page.locator(".calibrate-desk .rubric input[type=radio]").first
            for _ in range(40):
                keys.press("Tab")
                if first.evaluate("node => node === document.activeElement"):
                    break
    expect(visitor.page.locator(".count")).to_have_text("6 of 6 choices")
    expect(visitor.saved).to_have_text("✓ All saved")
    expect(visitor.page.get_by_role("button", name="Commit")).to_be_focused()
    keys.press("Enter")
    keys.press("Enter")
    expect(visitor.saved).to_have_text("✓ Committed")


@watching.both_screens
def test_every_page_shuts_nobody_out(
    standing: Served, visit, viewport: dict, axe: Callable
) -> None:
    visitor = visit(standing, viewport)
    page: Page = visitor.page
    page.goto(visitor.cable.address)
    assert axe(page) == []
    page.get_by_label("Room code").fill("AAAAAA")
    page.get_by_label("Your name").fill("Somebody")
    page.get_by_label("PIN").fill("111222")
    page.get_by_role("button", name="Come in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert axe(page) == []
    page.goto(f"{visitor.cable.address}/join#x")
    expect(page.get_by_role("alert")).to_be_visible()
    assert axe(page) == []
    visitor.joins("r2")
    expect(page.locator("main")).to_have_count(1)
    expect(page.locator("h1")).to_have_text("Scoring desk")
    expect(page.locator(".hint")).to_have_count(0)
    rules = ("serious", "critical", "moderate")
    # Whichever of the pieces comes first for this rater; the text has no frame, which is a document of its own.
    for code in ("P00002", "P00003", "P00001"):
        visitor.show(code)
        page.wait_for_function("document.getAnimations().length === 0")
        assert axe(page) == []
    assert [
        one for one in axe(page, *rules) if one.rule in ("region", "page-has-heading-one")
    ] == []
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
