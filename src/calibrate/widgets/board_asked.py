"""Reading what the board's page sent: nothing in it is believed before it was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from calibrate.errors import DataError
from calibrate.model.typed import typed_line, typed_text
from calibrate.widgets.page_messages import message_in, not_understood, text_in

LONGEST_LINE = 300
LONGEST_TEXT = 4000
MOST = 500


class Asked:
    """One message of the page.

    Parameters
    ----------
    message
        What came; anything may have come.
    """

    def __init__(self, message: object) -> None:
        self._message = message_in(message)

    @property
    def whole(self) -> Mapping[str, Any]:
        """The message as it came."""
        return self._message

    def id(self, name: str) -> str:
        """A text that has to be there and is short, such as an id."""
        return text_in(self._message, name, longest=LONGEST_LINE)

    def id_or_none(self, name: str) -> str | None:
        """The same, or None where the page sent nothing."""
        return None if self._message.get(name) in (None, "") else self.id(name)

    def ids(self, name: str) -> tuple[str, ...]:
        """A list of different ids, perhaps empty."""
        found = tuple(self._each(name, str))
        if any(not 0 < len(one) <= LONGEST_LINE for one in found) or len(set(found)) != len(found):
            raise not_understood()
        return found

    def words(self, name: str, *, longest: int = LONGEST_TEXT) -> str:
        """Words that somebody typed, without the spaces around them; empty where nothing came."""
        value = self._message.get(name, "")
        if not isinstance(value, str):
            raise not_understood()
        if len(value) > longest:
            raise DataError(
                f"A text here has at most {longest:,} letters.", fix="Please shorten it."
            )
        return typed_text(value).strip()

    def line(self, name: str) -> str:
        """A short text of one line; empty where nothing came that can be seen."""
        return typed_line(self.words(name, longest=LONGEST_LINE))

    def lines(self, name: str) -> tuple[str, ...]:
        """The lines of a text that somebody typed, without empty ones."""
        return tuple(one.strip() for one in self.words(name).splitlines() if one.strip())

    def day(self, name: str) -> date | None:
        """A day, or None where none was chosen."""
        value = self._message.get(name)
        if value in (None, ""):
            return None
        try:
            return date.fromisoformat(value if isinstance(value, str) else "no date")
        except ValueError:
            raise DataError(
                "This is not a day.", fix="Choose it anew, or leave it empty."
            ) from None

    def number(self, name: str) -> int | None:
        """A whole number from 1 up, or None where none was sent."""
        value = self._message.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST:
            raise not_understood()
        return value

    def counts(self, name: str) -> dict[str, int]:
        """Whole numbers from 0 up by id; empty where nothing was sent."""
        value = self._message.get(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or len(value) > MOST:
            raise not_understood()
        for key, one in value.items():
            if not isinstance(key, str) or not 0 < len(key) <= LONGEST_LINE:
                raise not_understood()
            if not isinstance(one, int) or isinstance(one, bool) or not 0 <= one <= MOST:
                raise not_understood()
        return dict(value)

    def yes(self, name: str) -> bool:
        """Whether the page said yes, and nothing but yes."""
        return self._message.get(name) is True

    def parts(self, name: str) -> list[Asked]:
        """A list of smaller messages."""
        return [Asked(one) for one in self._each(name, dict)]

    def lists(self, name: str) -> dict[str, tuple[str, ...]] | None:
        """Lists of ids by id, or None where none were sent."""
        value = self._message.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping) or len(value) > MOST:
            raise not_understood()
        inner = Asked(value)
        return {key: inner.ids(key) for key in value if isinstance(key, str)}

    def _each(self, name: str, kind: type) -> list[Any]:
        value = self._message.get(name, [])
        if not isinstance(value, list) or len(value) > MOST:
            raise not_understood()
        if not all(isinstance(one, kind) for one in value):
            raise not_understood()
        return value
