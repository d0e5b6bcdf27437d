"""Text, Markdown and Word documents, as text or as HTML that can do nothing."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import mammoth
import nh3
from markdown_it import MarkdownIt

from calibrate.errors import CalibrateError, DataError
from calibrate.exchange.source_files import decode_text, refuse_zip_bomb
from calibrate.exchange.work_files.allowed import ATTRIBUTES, TAGS
from calibrate.exchange.work_files.cleaned import PLACE, CleanFile, refusal
from calibrate.exchange.work_files.pictures import clean_picture
from calibrate.model.work import MediaKind

MAX_TEXT = 1_000_000
_MAX_PICTURES = 30
_OUR_PICTURE = re.compile(r"^data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=]+$")
_CONTROLS = dict.fromkeys(n for n in [*range(32), *range(0x7F, 0xA0)] if chr(n) not in "\t\n")


def clean_text(content: bytes) -> CleanFile:
    """Plain text, word for word: only the ends of lines and unprintable signs are tidied.

    Raises
    ------
    DataError
        If it is longer than a million letters, is a web page or a link to an online document.
    """
    return CleanFile(MediaKind.TEXT, "text/plain; charset=utf-8", "txt", _text(content).encode())


def clean_markdown(content: bytes) -> CleanFile:
    """Markdown as HTML; HTML written in it stays visible text, pictures and links are left out."""
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(_text(content))
    return _html(html, pictures=False)


def clean_docx(content: bytes) -> CleanFile:
    """A Word document as HTML.

    Its author, comments, headers and footers, deleted passages and links are left out; pictures stay,
    written anew.

    Raises
    ------
    DataError
        If it is damaged, locked, swollen, or has more than 30 pictures.
    """
    refuse_zip_bomb(content, PLACE)
    keeper = _PictureKeeper()
    try:
        found = mammoth.convert_to_html(
            io.BytesIO(content),
            convert_image=mammoth.images.img_element(keeper.keep),
            include_embedded_style_map=False,
        )
    except CalibrateError:
        raise
    except (Exception, RecursionError):  # noqa: BLE001 - mammoth raises whatever a damaged part leads to
        raise refusal(
            "The Word document is damaged or locked with a password.",
            "Open it in Word or Google Docs and save it again as DOCX or PDF.",
        ) from None
    return _html(found.value, pictures=True)


class _PictureKeeper:
    """Turns the pictures of a document into clean ones, inside the page itself."""

    def __init__(self) -> None:
        self.count = 0

    def keep(self, picture: Any) -> dict[str, str]:
        self.count += 1
        if self.count > _MAX_PICTURES:
            raise refusal(
                f"The document has more than {_MAX_PICTURES} pictures.", "Save it as a PDF."
            )
        try:
            with picture.open() as stream:
                clean = clean_picture(stream.read(), longest_side=1_400)
        except (CalibrateError, OSError, KeyError, ValueError):
            return {"alt": "a picture that could not be read"}
        data = base64.b64encode(clean.content).decode()
        return {"src": f"data:{clean.media_type};base64,{data}", "alt": "a picture in the work"}


def _html(html: str, *, pictures: bool) -> CleanFile:
    clean = nh3.clean(
        html,
        tags=TAGS if pictures else TAGS - {"img"},
        attributes=ATTRIBUTES if pictures else {k: v for k, v in ATTRIBUTES.items() if k != "img"},
        attribute_filter=_only_ours,
        url_schemes={"data"},
        link_rel=None,
        strip_comments=True,
    )
    return CleanFile(MediaKind.HTML, "text/html; charset=utf-8", "html", clean.encode())


def _only_ours(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("img", "src"):
        return value if _OUR_PICTURE.match(value) else None
    return value


def _text(content: bytes) -> str:
    try:
        text, _ = decode_text(content, PLACE)
    except DataError:
        raise refusal("The text cannot be read.", "Save it as plain text in UTF-8.") from None
    if len(text) > MAX_TEXT:
        raise refusal(
            "The text is longer than a million letters.", "Check that it is the right file."
        )
    start = text[:500].lstrip().casefold()
    if start.startswith(("<!doctype html", "<html")):
        raise refusal("This is a web page.", "Print it to a PDF, or copy its text into a file.")
    if start.startswith("{") and '"doc_id"' in start:
        raise refusal(
            "This is only a link to a Google document.",
            "In Google Docs choose File, Download, then DOCX or PDF.",
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    if not text.strip():
        raise refusal("The text is empty.", "Check that it was saved, or leave the file out.")
    return text
