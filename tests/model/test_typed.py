"""What people type or paste."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.model.typed import typed_line, typed_text


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("one\r\ntwo\rthree\vfour\u2028five", "one\ntwo\nthree\nfour\nfive"),
        ("a\0b\x07c\x1b", "abc"),
        ("half an emoji \ud83d", "half an emoji "),
        ("a family 👩‍👧, שלום, \u200fنص\tand a tab", "a family 👩‍👧, שלום, \u200fنص\tand a tab"),
    ],
)
def test_signs_that_nobody_sees_go_and_everything_else_stays(pasted: str, kept: str) -> None:
    assert typed_text(pasted) == kept


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("  Fall \n norming ", "Fall norming"),
        ("\u200b", ""),
        ("\0 \u202e", ""),
        ("🧮", "🧮"),
        ("<script>", "<script>"),
    ],
)
def test_a_title_is_one_line_that_can_be_seen(typed: str, line: str) -> None:
    assert typed_line(typed) == line


@given(st.text(st.characters()))
def test_whatever_was_pasted_can_be_stored_and_is_clean_at_once(pasted: str) -> None:
    kept = typed_text(pasted)
    kept.encode("utf-8")
    assert "\0" not in kept
    assert typed_text(kept) == kept
