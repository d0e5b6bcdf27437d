"""The real server process, spoken to by websocket as its pages do, and as they do not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from benchmarks.room_client import Page, Refused, come_in
from calibrate.model.session import RoundName
from calibrate.workflows.norming import open_desk
from tests.support.served import Served, make_project

BLIND = RoundName.BLIND


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    base = tmp_path_factory.mktemp("served")
    room = Served(make_project(base), base)
    try:
        room.start()
        yield room
    finally:
        room.stop()


def cookie(served: Served, rater: str) -> str:
    return come_in(served.address, served.room.handouts[rater].token)


def lead_cookie(served: Served) -> str:
    return come_in(served.address, served.lead_link, door="/lead")


def run(steps: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(steps(), 400))


async def opened(served: Served, rater: str) -> Page:
    page = Page(served.address, cookie(served, rater), keep=True)
    await page.open()
    await page.start()
    return page


def choice(piece: str, level: str, seen: int, operation: str, note: str = "") -> dict[str, Any]:
    return {
        "ask": "save",
        "what": "choice",
        "piece": piece,
        "criterion": "IDEAS",
        "level": level,
        "code": None,
        "note": note,
        "marks": [],
        "seen": seen,
        "operation": operation,
    }


def test_a_page_scores_through_its_own_kernel(served: Served) -> None:
    async def steps() -> None:
        page = await opened(served, "r2")
        desk = await page.ask({"ask": "desk"})
        assert desk["open"] and len(desk["pieces"]) == 3
        work = await page.ask({"ask": "work", "piece": "p3"})
        assert [one["kind"] for one in work["files"]] == ["image", "image"]
        saved = await page.ask(choice("p1", "3", desk["sequence"], "op-00000001"))
        assert saved["saved"]
        await page.close()

    run(steps)
    room = served.room
    assert open_desk(room, room.seat("r2"), BLIND).contents.choice("p1", "IDEAS").level == "3"


def test_nothing_of_one_visitor_is_in_what_another_receives(served: Served) -> None:
    canary = "canary-9d1f-the-note-of-marek"

    async def steps() -> None:
        first, second = await opened(served, "r3"), await opened(served, "r4")
        assert first.widget != second.widget
        desk = await first.ask({"ask": "desk"})
        await first.ask(choice("p2", "4", desk["sequence"], "op-00000002", note=canary))
        again = await first.ask({"ask": "desk"})
        assert canary in str(again), "the own note comes back"
        other = await second.ask({"ask": "desk"})
        assert other["choices"] == [] and other["sequence"] == 0
        assert canary not in "".join(second.heard)
        assert served.room.handouts["r3"].token not in "".join(first.heard + second.heard)
        await first.close()
        await second.close()

    run(steps)


def test_a_message_sent_by_hand_to_anothers_desk_reaches_nothing(served: Served) -> None:
    async def steps() -> None:
        victim, attacker = await opened(served, "r3"), await opened(served, "r4")
        assert victim.widget is not None
        before = open_desk(served.room, served.room.seat("r3"), BLIND).sequence
        attacker.heard.clear()
        await attacker.tell(victim.widget, {**choice("p1", "1", before, "op-by-hand"), "id": "x"})
        await attacker.tell(victim.widget, {"ask": "desk", "id": "y"})
        # A question of one's own, answered after them: by then they were dealt with.
        await attacker.ask({"ask": "desk"})
        assert '"to": "y"' not in "".join(attacker.heard)
        assert open_desk(served.room, served.room.seat("r3"), BLIND).sequence == before
        await victim.close()
        await attacker.close()

    run(steps)


def test_another_visitors_kernel_is_refused(served: Served) -> None:
    async def steps() -> None:
        victim = await opened(served, "r3")
        thief = Page(served.address, cookie(served, "r4"), kernel=victim.kernel)
        with pytest.raises(Refused):
            await thief.open()
        lead = Page(served.address, lead_cookie(served), root="/board", kernel=victim.kernel)
        with pytest.raises(Refused):
            await lead.open()
        assert (await victim.ask({"ask": "desk"}))["open"]
        await victim.close()

    run(steps)


def test_when_another_rater_comes_in_at_the_same_browser_the_open_desk_ends(
    served: Served,
) -> None:
    async def steps() -> None:
        left_open = await opened(served, "r4")
        assert (await left_open.ask({"ask": "desk"}))["open"]
        same_browser = {"cookie": cookie(served, "r4"), "origin": served.address}
        form = f"link={served.room.handouts['r3'].token}".encode()
        asked = Request(f"{served.address}/join", data=form, headers=same_browser)
        await asyncio.to_thread(lambda: urlopen(asked, timeout=60).close())
        assert await left_open.ended(), "nobody can go on at the desk of whoever left"
        await left_open.close()

    run(steps)


def test_a_rater_opens_no_kernel_of_the_board_and_the_lead_none_of_a_desk(served: Served) -> None:
    async def steps() -> None:
        with pytest.raises(Refused):
            await Page(served.address, cookie(served, "r2"), root="/board").open()
        with pytest.raises(Refused):
            await Page(served.address, lead_cookie(served), root="/desk").open()
        with pytest.raises(Refused):
            await Page(served.address, "calibrate_seat=nobody").open()

    run(steps)


def test_a_websocket_from_elsewhere_is_refused(served: Served) -> None:
    async def steps() -> None:
        with pytest.raises(Refused):
            await Page(served.address, cookie(served, "r2")).open(origin="http://elsewhere.test")

    run(steps)


def test_code_that_is_sent_by_hand_is_not_run(served: Served, tmp_path: Path) -> None:
    trace = tmp_path / "it-ran"

    async def steps() -> None:
        page = await opened(served, "r2")
        code = f"open({str(trace)!r}, 'w')"
        await page.send("execute_request", {"code": code, "silent": False})
        assert await page.ended(), "such a page is shown out"
        await page.close()

    run(steps)
    assert not trace.exists()


def test_a_widget_that_is_made_by_hand_gives_no_desk_of_another(served: Served) -> None:
    async def steps() -> None:
        page = await opened(served, "r2")
        state = {
            "_model_module": "anywidget",
            "_model_name": "AnyModel",
            "_model_module_version": "*",
        }
        made = {"comm_id": "a" * 32, "target_name": "jupyter.widget", "data": {"state": state}}
        await page.send("comm_open", made)
        await page.tell("a" * 32, {"ask": "desk", "id": "made"})
        assert (await page.ask({"ask": "desk"}))["title"] == "Fall norming"
        assert '"to": "made"' not in "".join(page.heard)
        await page.close()

    run(steps)


@pytest.mark.parametrize(
    "path",
    [
        "/readyz",
        "/resourcez",
        "/desk/readyz",
        "/desk/resourcez",
        "/desk/jupyter/api/kernels/x",
        "/desk/jupyter/api/kernels",
        "/desk/_solara/cdn/react@18/umd/react.js",
        "/desk/static/public/x",
        "/desk/static/..%2f..%2fserver.py",
        "/desk/..%2fboard",
        "/desk/work/wf-p1-1",
        "/desk/anything",
        "/board",
        "/reports/",
    ],
)
def test_what_the_library_would_serve_and_more_is_not_there(served: Served, path: str) -> None:
    request = Request(f"{served.address}{path}", headers={"cookie": cookie(served, "r2")})
    with pytest.raises(HTTPError) as error:
        urlopen(request, timeout=60)
    assert error.value.code == 404


def test_no_cookie_of_the_library_is_set(served: Served) -> None:
    request = Request(f"{served.address}/desk", headers={"cookie": cookie(served, "r2")})
    with urlopen(request, timeout=60) as answer:
        assert answer.headers.get_all("set-cookie") is None
        page = answer.read().decode()
    assert '<html lang="en">' in page and "user-scalable" not in page


def test_it_listens_on_this_machine_alone(served: Served) -> None:
    assert "No other device can reach it" in served.said
    from calibrate.serve.address import lan_address

    address = lan_address()
    if address is not None:
        with socket.socket() as knock:
            knock.settimeout(5)
            assert knock.connect_ex((address, served.port)) != 0


def test_the_log_names_no_token_and_no_rater(served: Served) -> None:
    for rater, handout in served.room.handouts.items():
        assert handout.token not in served.said and handout.pin not in served.said, rater
    assert "Traceback" not in served.said
