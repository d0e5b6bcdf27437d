"""The facilitator's page asks at every message whether its visitor may still lead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrate.errors import SealError
from calibrate.serve.gate import read_cookies
from calibrate.serve.identity import BOARD
from calibrate.serve.page import Page, show_page
from calibrate.serve.room import Room

KEY = "room.json"


@pytest.fixture
def page(served: Room, as_lead: str) -> Page:
    """The board of somebody who came in with the facilitator's key."""
    served.keystore.write(KEY, {"lead": served.lead})
    return show_page(served, served.who(read_cookies([as_lead])), BOARD)


def asking(page: Page) -> Callable[..., dict[str, Any]]:
    got: list[dict[str, Any]] = []
    board: Any = page.pushed
    board.send = lambda content, buffers=None: got.append(content)

    def ask(number: str, what: str = "sessions") -> dict[str, Any]:
        board._handle_custom_msg({"ask": what, "id": number}, [])
        return got[-1]

    return ask


def test_the_board_answers_while_its_key_is_the_one_of_the_room(page: Page) -> None:
    answer = asking(page)("first")
    assert "refused" not in answer and len(answer["sessions"]) >= 1


def test_a_page_that_was_open_before_the_key_was_changed_gets_no_answer(
    page: Page, served: Room
) -> None:
    ask = asking(page)
    ask("first")
    served.keystore.write(KEY, {"lead": "another" * 6}, replace=True)
    for number in ("first", "second"):
        answer = ask(number)
        assert answer["refused"] and "not open for you any more" in answer["message"]
        assert "sessions" not in answer and answer["to"] == number


def test_a_key_that_was_taken_away_leads_no_more_and_is_not_made_anew(
    page: Page, served: Room
) -> None:
    ask, file = asking(page), served.keystore.folder / KEY
    file.unlink()
    assert ask("first")["refused"]
    assert not file.exists()


def test_a_rater_gets_no_board(served: Room, as_rater: Callable[[str], str]) -> None:
    with pytest.raises(SealError):
        show_page(served, served.who(read_cookies([as_rater("r2")])), BOARD)
