"""Join links and room codes: how raters find their room."""

from __future__ import annotations

import pytest

from calibrate.errors import ArgumentError
from calibrate.workflows.norming.links import (
    ROOM_LETTERS,
    find_room,
    join_link,
    room_code,
    token_in,
)
from tests.support.norming import Room


def test_a_join_link_keeps_its_token_behind_the_hash_and_gives_it_back():
    link = join_link("http://192.168.1.20:8765/", "abc_DEF-123")
    assert link == "http://192.168.1.20:8765/join#abc_DEF-123"
    assert token_in(link) == "abc_DEF-123"


@pytest.mark.parametrize(
    "wrapped",
    [
        "{}",
        "  {}\n",
        "<{}>",
        "http://127.0.0.1:8000/join/{}",
        "http://127.0.0.1:8000/join/{}/",
        "https://school.example/join?token={}",
        "https://school.example/join#token={}",
        "https://school.example/join#{}",
        "join#{}",
    ],
)
def test_the_token_is_found_in_what_people_paste(wrapped: str) -> None:
    assert token_in(wrapped.format("AbC-_09")) == "AbC-_09"


@pytest.mark.parametrize("address", ["192.168.1.20:8765", "javascript://x", "", "http://"])
def test_a_link_is_only_made_for_an_address_that_a_browser_opens(address: str):
    with pytest.raises(ArgumentError):
        join_link(address, "abc")


def test_a_room_code_is_the_same_every_time_and_differs_between_sessions(room: Room):
    first, second = room.set_up(), room.set_up()
    codes = {room_code(room, first), room_code(room, second)}
    assert len(codes) == 2
    assert codes == {room_code(room, first), room_code(room, second)}
    assert all(len(code) == 6 and set(code) <= set(ROOM_LETTERS) for code in codes)


def test_a_room_is_found_by_its_code_however_it_is_typed_once_it_is_open(room: Room):
    session = room.set_up()
    code = room_code(room, session)
    assert find_room(room, code) is None
    room.open()
    assert find_room(room, f" {code[:3].lower()} {code[3:]}") == session
    assert find_room(room, "BBBBBB") is None
    assert find_room(room, "") is None
