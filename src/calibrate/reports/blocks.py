"""The building blocks of a report page: each is plain HTML that a notebook cell shows.

A block carries no script and asks nothing of the network, and what comes from data is escaped.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

SUMMARY_MIME = "application/vnd.calibrate.summary+json"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page, ready to show."""

    html: str

    def _repr_html_(self) -> str:
        return self.html

    def __add__(self, other: Block) -> Block:
        return Block(self.html + other.html)


@dataclass(frozen=True, slots=True)
class Summary:
    """The one line that the index says about a report; shown as nothing on the page."""

    title: str
    headline: str
    subtitle: str = ""

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        return {
            SUMMARY_MIME: {
                "title": self.title,
                "headline": self.headline,
                "subtitle": self.subtitle,
            }
        }


def join(blocks: Iterable[Block]) -> Block:
    """Several blocks as one."""
    return Block("".join(block.html for block in blocks))


def masthead(kind: str, title: str, facts: Sequence[str], headline: str) -> Block:
    """The top of a report: what it is, what it is about, and its one sentence."""
    chips = "".join(f"<li>{escape(fact)}</li>" for fact in facts if fact)
    return Block(
        f'<header class="masthead"><p class="kind">{escape(kind)}</p><h1>{escape(title)}</h1>'
        f'<ul class="facts">{chips}</ul><p class="headline">{escape(headline)}</p></header>'
    )


def section(title: str, lead: str = "", *, new_page: bool = False) -> Block:
    """A section's heading, with one sentence that says what the section answers."""
    breaker = ' class="new-page"' if new_page else ""
    text = f'<p class="lead">{escape(lead)}</p>' if lead else ""
    return Block(f"<h2{breaker}>{escape(title)}</h2>{text}")


def subsection(title: str) -> Block:
    """A heading inside a section."""
    return Block(f"<h3>{escape(title)}</h3>")


def paragraph(text: str) -> Block:
    """Plain words."""
    return Block(f"<p>{escape(text)}</p>")


def sentence(text: str) -> Block:
    """The plain sentence that follows every figure and table: one that a teacher can repeat."""
    return Block(f'<p class="sentence">{escape(text)}</p>')


def note(text: str) -> Block:
    """A small remark about the data."""
    return Block(f'<p class="note">{escape(text)}</p>')


def callout(title: str, text: str) -> Block:
    """Something that must not be overlooked."""
    return Block(
        f'<section class="callout" aria-label="{escape(title)}"><p><strong>{escape(title)}</strong> '
        f"{escape(text)}</p></section>"
    )


def bullets(items: Iterable[str], *, empty: str = "") -> Block:
    """A list; ``empty`` is said where there is nothing to list."""
    rows = "".join(f"<li>{escape(item)}</li>" for item in items)
    if not rows:
        return note(empty) if empty else Block("")
    return Block(f'<ul class="plain">{rows}</ul>')


def remarked(items: Iterable[tuple[str, str]]) -> Block:
    """A list of sentences, each with a quieter remark below it, or none."""
    rows = "".join(
        f"<li>{escape(text)}{f'<small>{escape(remark)}</small>' if remark else ''}</li>"
        for text, remark in items
    )
    return Block(f'<ul class="plain">{rows}</ul>') if rows else Block("")


def card(title: str, body: Block) -> Block:
    """A titled box."""
    return Block(f'<section class="card"><h3>{escape(title)}</h3>{body.html}</section>')


def columns(*blocks: Block) -> Block:
    """Blocks side by side; one below the other on a phone."""
    cells = "".join(f"<div>{block.html}</div>" for block in blocks)
    return Block(f'<div class="columns">{cells}</div>')


def answer(*blocks: Block) -> Block:
    """Two blocks side by side, the first wider; one below the other on a phone."""
    cells = "".join(f"<div>{block.html}</div>" for block in blocks)
    return Block(f'<div class="answer">{cells}</div>')


def folded(title: str, body: Block) -> Block:
    """Detail that opens on a click, and is open on paper."""
    return Block(
        f'<details class="folded"><summary>{escape(title)}</summary>{body.html}</details>'
        if body.html
        else ""
    )


def figure(png: bytes, alt: str, plain_sentence: str, *, shape: str = "") -> Block:
    """A picture with its words for those who cannot see it, and its plain sentence.

    ``shape`` is ``wide`` for one that takes the whole width, ``scrolls`` for one that keeps its size
    on a phone and moves sideways there, or both.
    """
    data = base64.b64encode(png).decode("ascii")
    size = f' class="{escape(shape)}"' if shape else ""
    picture = f'<img src="data:image/png;base64,{data}" alt="{escape(alt)}">'
    if "scrolls" in shape:
        picture = (
            '<div class="sideways" role="group" tabindex="0" aria-label="A picture that moves sideways">'
            f"{picture}</div>"
        )
    return Block(
        f"<figure{size}>{picture}"
        f'<figcaption class="sentence">{escape(plain_sentence)}</figcaption></figure>'
    )


def work_excerpt(text: str, *, words: int = 130) -> Block:
    """The beginning of a piece, its line breaks and spelling kept as the child wrote them."""
    parts: list[str] = []
    left = words
    for line in text.strip().splitlines():
        taken = line.split()[:left]
        parts.append(" ".join(taken))
        left -= len(taken)
        if left <= 0:
            parts[-1] += " …"
            break
    return Block(f'<blockquote class="work">{escape(chr(10).join(parts))}</blockquote>')


def work_picture(data: bytes, media_type: str, alt: str) -> Block:
    """A small picture of a piece that is a photo or a scan."""
    encoded = base64.b64encode(data).decode("ascii")
    return Block(
        f'<img class="work" src="data:{escape(media_type)};base64,{encoded}" alt="{escape(alt)}">'
    )
