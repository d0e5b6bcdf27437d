"""A piece as it is shown in a page: one cleaned HTML text or picture per file, never all pieces at once."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import nh3

from calibrate.exchange.work_files.allowed import ATTRIBUTES, TAGS
from calibrate.model.work import MediaKind, WorkFile

_PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,")


@dataclass(frozen=True, slots=True)
class ShownPage:
    """One file of a piece: ``html`` that can do nothing, or the bytes of a picture.

    ``missing`` is true where the file cannot be read; then both are empty.
    """

    html: str = ""
    picture: bytes = b""
    media_type: str = ""
    missing: bool = False


def shown_pages(files: list[WorkFile], folder: Path) -> tuple[ShownPage, ...]:
    """The files of a piece, in order.

    Parameters
    ----------
    files
        The piece's files; none where a score stands without the work.
    folder
        The project's ``work`` folder.
    """
    return tuple(_page(one, folder) for one in sorted(files, key=lambda one: one.ordinal))


def _page(file: WorkFile, folder: Path) -> ShownPage:
    path = folder / file.stored_as
    try:
        if file.kind is MediaKind.TEXT:
            return ShownPage(html=f"<pre>{escape(path.read_text(encoding='utf-8'))}</pre>")
        if file.kind is MediaKind.HTML:
            return ShownPage(html=_clean(path.read_text(encoding="utf-8")))
        if file.kind is MediaKind.IMAGE:
            return ShownPage(picture=path.read_bytes(), media_type=file.media_type)
    except (OSError, UnicodeDecodeError):
        pass  # `calibrate doctor` names missing and damaged files
    return ShownPage(missing=True)


def _clean(html: str) -> str:
    """Clean again what the import has cleaned: the file may have been changed since."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_own_pictures,
        url_schemes={"data"},
        link_rel=None,
        strip_comments=True,
    )


def _own_pictures(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("img", "src"):
        return value if value.startswith(_PICTURES) else None
    return value
