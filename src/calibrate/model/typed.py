"""What people type or paste: kept as they meant it, without the signs that no database or document takes.

Text that is pasted from a word processor can hold signs that nobody sees: a page's own line breaks,
a bell, half of an emoji that was cut in two. One of them would stop a save, a reveal or a report.
"""

from __future__ import annotations

import re
import unicodedata

_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def typed_text(value: str) -> str:
    """A text as it was typed: every line break is one sign, and signs that mean nothing are gone.

    Letters of every script, emoji, tabs and the marks of a writing direction stay.
    """
    return _UNSEEN.sub("", _BREAKS.sub("\n", value))


def typed_line(value: str) -> str:
    """A text of one line, such as a title: empty where there is nothing in it that can be seen."""
    line = " ".join(typed_text(value).split())
    seen = any(unicodedata.category(sign)[0] not in "CZ" for sign in line)
    return line if seen else ""
