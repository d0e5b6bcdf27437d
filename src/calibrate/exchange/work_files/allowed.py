"""What of HTML a piece of work may hold: when it is brought in, and again whenever it is shown."""

from __future__ import annotations

TAGS = {"p", "br", "hr", "blockquote", "pre", "code", "ul", "ol", "li"}
TAGS |= {"h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "u", "s", "del", "sub", "sup"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td", "img"}
ATTRIBUTES = {
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
}
