"""How a piece looks, in little: the words it begins with, or a small picture of its first page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup
from PIL import Image, UnidentifiedImageError

from calibrate.model.work import MediaKind, WorkFile

_WIDEST = 760  # pixels of a small picture
_QUALITY = 70


@dataclass(frozen=True, slots=True)
class WorkView:
    """A small view of a piece: words, or a JPEG picture, or neither where there is no scan.

    ``lost`` says that there should be something to see, and the file is missing or damaged.
    """

    words: str = ""
    jpeg: bytes | None = None
    lost: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show: the score stands without the work."""
        return not self.words and self.jpeg is None


def view_of(files: list[WorkFile], folder: Path) -> WorkView:
    """The small view of a piece's first file that can be shown.

    Parameters
    ----------
    files
        The piece's files, in order.
    folder
        The project's ``work`` folder.
    """
    lost = False
    for file in files:
        path = folder / file.stored_as
        try:
            if file.kind is MediaKind.TEXT:
                return WorkView(words=path.read_text(encoding="utf-8"))
            if file.kind is MediaKind.HTML:
                return WorkView(words=_words_of(path.read_text(encoding="utf-8")))
            if file.kind is MediaKind.IMAGE:
                return WorkView(jpeg=_small(path))
        except (OSError, UnicodeDecodeError, UnidentifiedImageError):
            lost = True  # `calibrate doctor` names missing and damaged files
    return WorkView(lost=lost)


def _words_of(html: str) -> str:
    page = BeautifulSoup(html, "html.parser")
    blocks = page.find_all(["p", "li", "h1", "h2", "h3", "h4", "td"])
    return "\n".join(text for block in blocks if (text := block.get_text(" ", strip=True)))


def _small(path: Path) -> bytes:
    with Image.open(path) as picture:
        picture.thumbnail((_WIDEST, _WIDEST * 2))
        buffer = io.BytesIO()
        picture.convert("RGB").save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()
