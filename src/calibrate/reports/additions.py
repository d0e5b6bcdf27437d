"""The part of a session report that the coach writes herself, kept as a small text beside it."""

from __future__ import annotations

from pathlib import Path

import nh3
from markdown_it import MarkdownIt

from calibrate.reports.blocks import Block
from calibrate.reports.files import write_private

NAME = "my-notes.md"

_INVITATION = """\
<!-- Your part of the report. Write here what the team should read, in your own words; everything
     between these marks stays out. Then make the report again: calibrate report session {id} -->
"""


def read_additions(folder: Path, session_id: str) -> Block | None:
    """The coach's own words, or None while she has not written any.

    The file is made, with a line that says what it is for, the first time the report is made; it
    is never overwritten.
    """
    path = folder / NAME
    if not path.exists():
        write_private(path, _INVITATION.format(id=session_id).encode())
        return None
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    html = nh3.clean(
        MarkdownIt("commonmark", {"html": True}).enable("table").render(text),
        tags={
            "p",
            "ul",
            "ol",
            "li",
            "strong",
            "em",
            "h3",
            "blockquote",
            "br",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        },
        attributes={},
    )
    return Block(html) if html.strip() else None
