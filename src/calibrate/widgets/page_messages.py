"""What a page sends, read and checked, and what it is told: nothing that comes is believed before it was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calibrate.errors import CalibrateError, DataError
from calibrate.model.typed import typed_text

Answer = dict[str, Any]
"""What a page is sent."""

Files = list[bytes]
"""Contents of files that go with an answer."""

LONGEST_ID = 200
LONGEST_NOTE = 4000


def message_in(content: object) -> Mapping[str, Any]:
    """A page's message; one that is no message at all counts as empty."""
    return content if isinstance(content, Mapping) else {}


def text_in(asked: Mapping[str, Any], name: str, *, longest: int = LONGEST_ID) -> str:
    """A text that has to be there and is short, such as an id.

    Raises
    ------
    DataError
        If it is missing, empty, longer than `longest` letters, or no text.
    """
    value = asked.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise not_understood()
    return value


def text_or_none_in(asked: Mapping[str, Any], name: str) -> str | None:
    """The same, or None where the page sent nothing."""
    return None if asked.get(name) is None else text_in(asked, name)


def count_in(asked: Mapping[str, Any], name: str) -> int:
    """A whole number from 0 up that has to be there.

    Raises
    ------
    DataError
        If it is missing or no such number.
    """
    value = asked.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise not_understood()
    return value


def note_from(value: object) -> str:
    """A note as somebody typed it.

    Raises
    ------
    DataError
        If it is no text, or longer than `LONGEST_NOTE` letters.
    """
    if not isinstance(value, str):
        raise not_understood()
    if len(value) > LONGEST_NOTE:
        raise DataError(
            f"A note has at most {LONGEST_NOTE:,} letters.", fix="Please shorten this note."
        )
    return typed_text(value)


def told(outcome: str, value: str | bool, error: CalibrateError) -> Answer:
    """What a page is told when something was not done: what came of it, why, and what helps."""
    return {outcome: value, "message": error.message, "fix": error.fix or ""}


def not_understood() -> DataError:
    """What is said to a page that sent something strange."""
    return DataError(
        "This page sent something that Calibrate does not understand.", fix="Load the page again."
    )
