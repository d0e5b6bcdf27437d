"""PDFs: every page becomes a picture, so that no author, layer or attachment comes along."""

from __future__ import annotations

import math
import threading
from dataclasses import replace

import pypdfium2

from calibrate.errors import CalibrateError
from calibrate.exchange.work_files.cleaned import CleanFile, refusal
from calibrate.exchange.work_files.pictures import encode_picture

MAX_PAGES = 30
LONGEST_SIDE = 1_700
_FIRST_WORDS = 400
_PDFIUM = threading.Lock()  # PDFium is not thread-safe, not even on different documents


def clean_pdf(content: bytes) -> tuple[CleanFile, ...]:
    """One picture per page.

    Raises
    ------
    DataError
        If it is damaged, locked with a password, empty, or has more than 30 pages.
    """
    with _PDFIUM:
        try:
            return _pages(content)
        except CalibrateError:
            raise
        except Exception:  # noqa: BLE001 - PDFium's wrapper raises whatever a damaged page leads to
            raise refusal(
                "The PDF is damaged or locked with a password.",
                "Open it, print it to a new PDF, and use that.",
            ) from None


def _pages(content: bytes) -> tuple[CleanFile, ...]:
    document = pypdfium2.PdfDocument(content)
    try:
        count = len(document)
        if not count:
            raise refusal("The PDF has no pages.", "Check that it was saved.")
        if count > MAX_PAGES:
            raise refusal(
                f"The PDF has {count} pages; one piece of work has at most {MAX_PAGES}.",
                "If it holds a whole class, split it into one PDF for each piece.",
            )
        document.init_forms()  # what a child typed into a form is drawn as well
        return tuple(_page(document, number) for number in range(count))
    finally:
        document.close()


def _page(document: pypdfium2.PdfDocument, number: int) -> CleanFile:
    page = document[number]
    try:
        width, height = page.get_size()
        longest = max(width, height)
        if (
            not math.isfinite(longest)
            or min(width, height) <= 0
            or longest > 200 * min(width, height)
        ):
            raise refusal("A page of the PDF has no usable size.", "Print it to a new PDF.")
        bitmap = page.render(scale=min(LONGEST_SIDE / longest, 4.0))
        try:
            picture = encode_picture(bitmap.to_pil(), photo=True, longest_side=LONGEST_SIDE)
            return replace(picture, words=_first_words(page))
        finally:
            bitmap.close()
    finally:
        page.close()


def _first_words(page: pypdfium2.PdfPage) -> str:
    text = page.get_textpage()
    try:
        return str(text.get_text_range(0, min(_FIRST_WORDS, text.count_chars())))
    finally:
        text.close()
