"""The door: by link, by room code with name and PIN, and out again."""

from __future__ import annotations

import asyncio
import threading
import time
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from calibrate.serve import doors
from calibrate.serve.entry import panel_member, plain
from calibrate.serve.identity import Visitor
from calibrate.workflows.norming.links import join_link, room_code, token_in
from tests.support.asgi import ask

SCRIPT = {"accept": "application/json"}


def post(application, path, headers=None, cookies="", scheme="http", **form):
    body = urlencode(form).encode()
    return ask(
        application, path, method="POST", body=body, headers=headers, cookies=cookies, scheme=scheme
    )


def slip(norming, rater: str, name: str) -> dict[str, str]:
    code = room_code(norming, norming.session)
    return {"code": code, "name": name, "pin": norming.handouts[rater].pin}


def cookie_of(answer) -> str:
    (cookie,) = answer.cookies
    return cookie.partition(";")[0]


def test_a_link_gives_a_cookie_that_no_script_reads_and_no_other_site_sends(
    application, norming
) -> None:
    token = norming.handouts["r2"].token
    answer = post(application, "/join", headers=SCRIPT, link=token)
    assert (answer.status, answer.json()) == (200, {"to": "/desk"})
    (cookie,) = answer.cookies
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert parts == {"httponly", "path=/", "samesite=strict"}
    assert ask(application, "/desk", cookies=cookie_of(answer)).status == 200
    safe = post(application, "/join", headers=SCRIPT, link=token, scheme="https")
    assert "; secure" in safe.cookies[0].lower()


def test_a_pasted_link_is_taken_whole_or_as_its_end(application, norming) -> None:
    token = norming.handouts["r2"].token
    for pasted in (token, join_link("http://192.0.2.7:8765", token), f" <http://x/join#{token}> "):
        assert token_in(pasted) == token
        answer = post(application, "/join", link=pasted)
        assert (answer.status, answer.header("location")) == (303, "/desk")


@pytest.mark.parametrize("link", ["", "abc", "http://x/join#", "x" * 5000, "\x00"])
def test_a_link_that_opens_nothing_is_said_plainly(application, link) -> None:
    answer = post(application, "/join", link=link)
    assert answer.status == 403 and "does not open anything here" in answer.text
    assert answer.cookies == []
    told = post(application, "/join", headers=SCRIPT, link=link)
    assert told.status == 403 and "Copy it whole" in told.json()["problem"]


def test_the_token_of_a_link_never_comes_back(application, norming) -> None:
    token = norming.handouts["r2"].token
    wrong = post(application, "/lead", link=token)
    assert wrong.status == 403 and token not in wrong.text
    page = ask(application, "/join")
    assert page.status == 200 and "/assets/join.js" in page.text


@pytest.mark.parametrize(
    "name", ["Zoë Quist-Brandt", "zoe  quist brandt", "Quist-Brandt, Zoë", "ZOE", "staff-2"]
)
def test_code_name_and_pin_come_in_like_the_link(application, norming, name) -> None:
    answer = post(application, "/enter", **slip(norming, "r2", name))
    assert (answer.status, answer.header("location")) == (303, "/desk")
    assert cookie_of(answer) == f"calibrate_seat={norming.handouts['r2'].token}"
    assert "httponly" in answer.cookies[0].lower()


def test_a_name_that_two_raters_share_is_not_guessed(served, norming) -> None:
    assert panel_member(served.project, norming.session, "Odell") is None
    assert panel_member(served.project, norming.session, "Pilar Odell") == "r4"
    assert panel_member(served.project, norming.session, "Ines") is None, "not on the panel"
    assert panel_member(served.project, norming.session, "  ") is None
    assert plain("Zoë  QUIST-Brandt,") == "zoe quist brandt"


def test_a_small_code_with_spaces_is_read(application, norming) -> None:
    sent = slip(norming, "r3", "Marek")
    sent["code"] = f" {sent['code'][:3].lower()} {sent['code'][3:].lower()}"
    assert post(application, "/enter", **sent).status == 303


def test_a_wrong_room_code_is_said_and_costs_no_try(application, norming, served) -> None:
    answer = post(application, "/enter", **{**slip(norming, "r2", "Zoë"), "code": "AAAAAA"})
    assert answer.status == 403 and "no open session with this room code" in answer.text
    with served.project.reading() as unit:
        assert unit.ballots.tries.count(session_id=norming.session) == 0


def test_wrong_pins_are_logged_and_slowed(application, norming, served) -> None:
    wrong = {**slip(norming, "r2", "Zoë"), "pin": "not it"}
    said = [post(application, "/enter", **wrong) for _ in range(4)]
    assert [answer.status for answer in said] == [403, 403, 403, 429]
    assert "Too many wrong PINs" in said[-1].text
    assert all(answer.cookies == [] for answer in said)
    assert "not it" not in "".join(answer.text for answer in said)
    right = post(application, "/enter", **slip(norming, "r2", "Zoë"))
    assert right.status == 429, "the right PIN has to wait too"
    with served.project.reading() as unit:
        tries = unit.ballots.tries.all(session_id=norming.session)
    assert [one.outcome for one in tries] == ["wrong"] * 3 + ["too_soon"] * 2
    assert {one.rater_id for one in tries} == {"r2"}
    assert post(application, "/enter", **slip(norming, "r3", "Marek")).status == 303


def test_a_name_that_nobody_has_is_answered_like_a_wrong_pin_and_logged(
    application, norming, served
) -> None:
    nobody = post(application, "/enter", **slip(norming, "r2", "Somebody Else"))
    wrong = post(application, "/enter", **{**slip(norming, "r2", "Zoë"), "pin": "000000"})
    assert nobody.status == wrong.status == 403
    assert "The name and PIN do not fit together." in nobody.text
    assert "The name and PIN do not fit together." in wrong.text
    with served.project.reading() as unit:
        tries = unit.ballots.tries.all(session_id=norming.session)
    assert {one.rater_id for one in tries} == {None, "r2"}


def test_a_whole_panel_that_comes_at_once_with_pins_is_let_in_a_few_at_a_time(
    served, monkeypatch
) -> None:
    inside, most, lock = 0, 0, threading.Lock()
    several = threading.Event()

    def slow(*asked: object) -> str:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            if inside > 1:
                several.set()
        several.wait(60)  # nobody is done before a second one has come, however long that takes
        time.sleep(0.02)
        with lock:
            inside -= 1
        return "token"

    async def comes(door: doors.Door) -> int:
        async def receive():
            return {"type": "http.request", "body": b"code=A&name=B&pin=1", "more_body": False}

        scope = {"type": "http", "method": "POST", "path": "/enter", "query_string": b""}
        scope |= {"headers": [(b"host", b"room.test")], "calibrate.visitor": Visitor()}
        return (await door.enter(Request(scope, receive))).status_code

    async def all_come() -> list[int]:
        door = doors.Door(served, close_kernels=lambda owner: None)
        return await asyncio.gather(*(comes(door) for _ in range(30)))

    monkeypatch.setattr(doors, "token_by_pin", slow)
    assert asyncio.run(all_come()) == [303] * 30
    assert 1 < most <= doors.PINS_AT_ONCE


def test_another_raters_pin_opens_nothing(application, norming) -> None:
    mixed = {**slip(norming, "r2", "Marek Odell")}
    assert post(application, "/enter", **mixed).status == 403


def test_what_was_typed_is_shown_as_text(application, norming) -> None:
    sent = {**slip(norming, "r2", "<script>alert(1)</script>")}
    answer = post(application, "/enter", **sent)
    assert "<script>alert" not in answer.text and "&lt;script&gt;" in answer.text
    assert sent["pin"] not in answer.text


def test_the_facilitators_link_opens_the_board_and_nothing_of_a_rater(application, served) -> None:
    answer = post(application, "/lead", headers=SCRIPT, link=f"http://x/lead#{served.lead}")
    assert (answer.status, answer.json()) == (200, {"to": "/board"})
    assert cookie_of(answer) == f"calibrate_lead={served.lead}"
    assert post(application, "/join", link=served.lead).status == 403


def test_leaving_ends_the_cookies_and_the_kernels(
    application, as_rater, as_lead, kernels, served
) -> None:
    both = f"{as_rater('r2')}; {as_lead}"
    answer = post(application, "/leave", cookies=both)
    assert (answer.status, answer.header("location")) == (303, "/")
    assert len(answer.cookies) == 2 and all("Max-Age=0" in one for one in answer.cookies)
    assert len(set(kernels.closed)) == 2


def test_leaving_reaches_the_board_that_was_open_before_its_facilitator_sat_down_to_score(
    application, as_rater, as_lead, kernels, served
) -> None:
    opened = visitor_of(served, as_lead).owner(served.secret, "/board")
    post(application, "/leave", cookies=f"{as_rater('r2')}; {as_lead}")
    assert opened in kernels.closed


def test_whoever_comes_in_at_the_same_browser_shuts_the_desk_of_the_one_before(
    application, norming, as_rater, kernels, served
) -> None:
    before = visitor_of(served, as_rater("r2")).owner(served.secret, "/desk")
    again = post(application, "/join", cookies=as_rater("r2"), link=norming.handouts["r2"].token)
    assert again.status == 303 and kernels.closed == [], "the same rater, in a second tab"
    post(application, "/join", cookies=as_rater("r2"), link=norming.handouts["r3"].token)
    assert kernels.closed == [before]
    kernels.closed.clear()
    post(application, "/enter", cookies=as_rater("r2"), **slip(norming, "r3", "Marek Odell"))
    assert kernels.closed == [before]


def visitor_of(served, cookie: str):
    return served.who(dict([cookie.split("=", 1)]))


def test_the_door_shows_whoever_is_in_the_way_on(application, as_rater, as_lead) -> None:
    assert "You are in already" not in ask(application, "/").text
    rater = ask(application, "/", cookies=as_rater("r2")).text
    assert "Go to your desk" in rater and "Go to the board" not in rater
    assert "Go to the board" in ask(application, "/", cookies=as_lead).text


def test_a_form_that_is_too_long_is_not_read(application) -> None:
    assert post(application, "/enter", code="x" * 9000, name="a", pin="1").status == 403
