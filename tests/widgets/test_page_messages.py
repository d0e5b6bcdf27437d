"""What a page sends is read and checked in one place, whichever page it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from calibrate.errors import DataError, StaleWrite
from calibrate.widgets.page_messages import (
    LONGEST_ID,
    LONGEST_NOTE,
    count_in,
    message_in,
    note_from,
    text_in,
    text_or_none_in,
    told,
)


@pytest.mark.parametrize("content", [None, "ask", 7, ["ask"], b"ask"])
def test_what_is_no_message_counts_as_an_empty_one(content: object) -> None:
    assert message_in(content) == {}
    assert message_in({"ask": "desk"}) == {"ask": "desk"}


def test_what_is_fit_is_given_as_it_came() -> None:
    assert text_in({"piece": "p" * LONGEST_ID}, "piece") == "p" * LONGEST_ID
    assert text_in({"piece": "p" * 300}, "piece", longest=300) == "p" * 300
    assert text_or_none_in({"level": "L3"}, "level") == "L3"
    assert text_or_none_in({"level": None}, "level") is None
    assert text_or_none_in({}, "level") is None
    assert (count_in({"seen": 0}, "seen"), count_in({"seen": 12}, "seen")) == (0, 12)
    assert note_from("n" * LONGEST_NOTE) == "n" * LONGEST_NOTE
    assert note_from("") == ""


@pytest.mark.parametrize(
    "read",
    [
        *(partial(text_in, {"it": it}, "it") for it in (None, "", "p" * 201, 3, True, ["p"], {})),
        *(partial(text_or_none_in, {"it": it}, "it") for it in ("", "p" * 201, 3, False)),
        *(partial(count_in, {"it": it}, "it") for it in (None, -1, True, 1.0, "1", [1])),
        partial(text_in, {}, "it"),
        partial(count_in, {}, "it"),
        partial(note_from, None),
        partial(note_from, 3),
    ],
)
def test_what_a_page_of_ours_never_sends_is_not_understood(read: Callable[[], object]) -> None:
    with pytest.raises(DataError, match="does not understand") as refused:
        read()
    assert refused.value.fix == "Load the page again."


def test_a_note_that_is_too_long_is_told_with_its_limit() -> None:
    with pytest.raises(DataError, match="at most 4,000 letters"):
        note_from("n" * (LONGEST_NOTE + 1))


def test_a_page_is_told_what_came_of_it_and_what_helps() -> None:
    stale = StaleWrite("Somebody was faster.", fix="Look again.")
    assert told("refused", "stale", stale) == {
        "refused": "stale",
        "message": "Somebody was faster.",
        "fix": "Look again.",
    }
    assert told("later", True, DataError("No.")) == {"later": True, "message": "No.", "fix": ""}
