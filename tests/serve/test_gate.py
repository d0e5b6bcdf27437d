"""The gate: who reaches what, by http and by websocket, and what every answer carries."""

from __future__ import annotations

import pytest

from calibrate.serve.gate import may_reach, read_cookies
from calibrate.serve.identity import Visitor
from calibrate.serve.routes import OWNER_COOKIE, PAGE_COOKIE
from tests.support.asgi import HOME, ask, knock

KERNEL = "0f0f0f0f-1111-4222-8333-444444444444"
DESK_SOCKET = f"/desk/jupyter/api/kernels/{KERNEL}/channels?session_id=page-1"
BOARD_SOCKET = f"/board/jupyter/api/kernels/{KERNEL}/channels?session_id=page-1"
LEAD_ONLY = (
    "/board",
    "/board/here",
    "/board/static/main-vuetify.js",
    "/board/jupyter/nbextensions/anywidget/index.js",
    "/board/_solara/cdn/requirejs@2.3.6/require.js",
    "/reports/index.html",
)


@pytest.mark.parametrize("path", LEAD_ONLY)
def test_a_rater_reaches_nothing_of_the_facilitators(application, kernels, as_rater, path) -> None:
    answer = ask(application, path, cookies=as_rater("r2"))
    assert (answer.status, answer.text) == (404, "There is nothing here.")
    assert kernels.reached == []


def test_a_raters_websocket_to_the_board_is_refused(application, kernels, as_rater) -> None:
    assert knock(application, BOARD_SOCKET, cookies=as_rater("r2")) == ["websocket.close"]
    assert kernels.reached == []


def test_the_facilitator_reaches_the_board_and_goes_there_from_the_desk(
    application, as_lead
) -> None:
    assert ask(application, "/board", cookies=as_lead).status == 200
    answer = ask(application, "/desk", cookies=as_lead)
    assert (answer.status, answer.header("location")) == (303, "/board")
    assert knock(application, DESK_SOCKET, cookies=as_lead) == ["websocket.close"]


@pytest.mark.parametrize("path", ["/desk", "/board"])
def test_whoever_is_not_in_is_sent_to_the_door(application, path) -> None:
    answer = ask(application, path)
    assert (answer.status, answer.header("location")) == (303, "/")


@pytest.mark.parametrize(
    "cookies", ["", "calibrate_seat=abc", "calibrate_lead=abc", "calibrate_seat="]
)
def test_without_a_cookie_that_holds_no_websocket_opens(application, kernels, cookies) -> None:
    assert knock(application, DESK_SOCKET, cookies=cookies) == ["websocket.close"]
    assert knock(application, BOARD_SOCKET, cookies=cookies) == ["websocket.close"]
    assert kernels.reached == []


@pytest.mark.parametrize(
    "origin", ["http://elsewhere.test", "https://room.test:8765", "http://room.test", "null", ""]
)
def test_a_websocket_from_a_page_of_another_place_is_refused(
    application, kernels, as_rater, origin
) -> None:
    found = knock(application, DESK_SOCKET, cookies=as_rater("r2"), headers={"origin": origin})
    assert found == ["websocket.close"]
    assert kernels.reached == []


def test_a_websocket_from_the_rooms_own_page_opens(application, kernels, as_rater) -> None:
    found = knock(application, DESK_SOCKET, cookies=as_rater("r2"), headers={"origin": HOME})
    assert found == ["websocket.accept"]
    assert len(kernels.reached) == 1


@pytest.mark.parametrize("path", ["/enter", "/join", "/lead", "/leave"])
def test_a_form_sent_from_another_place_is_refused(application, as_lead, path) -> None:
    elsewhere = {"origin": "http://elsewhere.test"}
    assert ask(application, path, method="POST", headers=elsewhere, cookies=as_lead).status == 404
    nowhere = {"origin": "", "sec-fetch-site": "cross-site"}
    assert ask(application, path, method="POST", headers=nowhere, cookies=as_lead).status == 404


def test_whose_kernel_it_is_says_the_gate_and_not_the_browser(
    application, kernels, as_rater
) -> None:
    lies = f"{OWNER_COOKIE}=somebody; {OWNER_COOKIE}-lax=somebody; {PAGE_COOKIE}=/board"
    knock(application, DESK_SOCKET, cookies=f"{lies}; {as_rater('r2')}; {lies}")
    knock(application, DESK_SOCKET, cookies=as_rater("r3"))
    told = [dict(scope["headers"])[b"cookie"].decode() for scope in kernels.reached]
    held = [read_cookies([one]) for one in told]
    assert [one[PAGE_COOKIE] for one in held] == ["/desk", "/desk"]
    assert len({one[OWNER_COOKIE] for one in held}) == 2
    assert not any("somebody" in one for one in told)


def test_another_visitors_kernel_is_refused_whatever_its_id_is_known_from(
    application, kernels, as_rater, served
) -> None:
    owner = served.who(read_cookies([as_rater("r2")])).owner(served.secret, "/desk")
    kernels.kernels[KERNEL] = owner
    assert knock(application, DESK_SOCKET, cookies=as_rater("r3")) == ["websocket.close"]
    assert kernels.reached == []
    assert knock(application, DESK_SOCKET, cookies=as_rater("r2")) == ["websocket.accept"]
    path = f"/desk/_solara/api/close/{KERNEL}?session_id=page-1"
    ask(application, path, method="POST", cookies=as_rater("r3"))
    assert kernels.closed == []
    ask(application, path, method="POST", cookies=as_rater("r2"))
    assert kernels.closed == [f"{KERNEL} page-1"]


def test_a_fresh_kernel_asks_for_a_place_among_its_own_visitors_and_a_known_one_does_not(
    application, kernels, as_rater, served
) -> None:
    owner = served.who(read_cookies([as_rater("r2")])).owner(served.secret, "/desk")
    assert knock(application, DESK_SOCKET, cookies=as_rater("r2")) == ["websocket.accept"]
    assert kernels.places == [owner]
    kernels.kernels[KERNEL] = owner
    assert knock(application, DESK_SOCKET, cookies=as_rater("r2")) == ["websocket.accept"]
    assert knock(application, DESK_SOCKET, cookies=as_rater("r3")) == ["websocket.close"]
    assert kernels.places == [owner], "neither the known kernel nor the refused visitor needs one"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/desk/nothing/../../board",
        "/desk/static/../../../etc/passwd",
        "/desk//board",
        "/desk/%2e%2e/board",
        "/desk/static\\..\\x",
        "/assets/../run.py",
        "/assets/run.py",
        "/readyz",
        "/resourcez",
        "/jupyter/api/kernels",
        "/docs",
        "/work/wf-p1-1",
        "/deskboard",
    ],
)
def test_everything_else_does_not_exist(application, as_rater, as_lead, path) -> None:
    both = f"{as_rater('r2')}; {as_lead}"
    answer = ask(application, path, cookies=both)
    assert answer.status == 404 or answer.text == "a library"
    if answer.status != 404:
        pytest.fail(f"{path} reached what is inside")


def test_every_answer_keeps_itself_to_itself(application, as_rater) -> None:
    for path in ("/", "/join", "/desk", "/health", "/nothing", "/assets/door.css"):
        answer = ask(application, path, cookies=as_rater("r2"))
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("referrer-policy") == "same-origin"
        assert answer.header("x-frame-options") == "DENY"
        assert answer.header("cache-control") == "no-store"
        policy = answer.header("content-security-policy")
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy


def test_scripts_of_a_page_run_only_with_the_nonce_of_that_answer(application, as_rater) -> None:
    first, second = (ask(application, "/desk", cookies=as_rater("r2")) for _ in range(2))
    nonces = []
    for answer in (first, second):
        policy = answer.header("content-security-policy")
        nonce = policy.partition("'nonce-")[2].partition("'")[0]
        assert len(nonce) >= 16 and "'unsafe-inline'" not in policy.partition("style-src")[0]
        assert answer.text.count("<script") == answer.text.count(f'<script nonce="{nonce}"')
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


def test_the_store_being_away_lets_nobody_in(application, as_rater, served, monkeypatch) -> None:
    from calibrate.errors import ProjectError

    def away(*_: object) -> None:
        raise ProjectError("The project's database cannot be used.")

    monkeypatch.setattr(served.project.store, "reading", away)
    assert ask(application, "/desk", cookies=as_rater("r2")).status == 503
    assert knock(application, DESK_SOCKET, cookies=as_rater("r2")) == ["websocket.close"]


def test_one_function_says_what_a_visitor_may_reach() -> None:
    nobody, lead = Visitor(), Visitor(lead=True)
    assert may_reach(nobody, "/") and not may_reach(nobody, "/desk")
    assert may_reach(lead, "/board/x") and not may_reach(lead, "/desk/x")
    assert not may_reach(lead, "/boardroom") and not may_reach(lead, "/x")
