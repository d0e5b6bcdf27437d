"""One door for every file of work: find out what it is, and clean it."""

from __future__ import annotations

from calibrate.exchange.source_files import looks_like
from calibrate.exchange.work_files.cleaned import CleanFile, refusal
from calibrate.exchange.work_files.markup import clean_docx, clean_markdown, clean_text
from calibrate.exchange.work_files.pdfs import clean_pdf
from calibrate.exchange.work_files.pictures import clean_picture

CLEANER = "1"
"""Rises when cleaning changes, so that work is cleaned again at the next import."""

_SAVE_PICTURE = "Save it as JPEG or PNG."
_REFUSED = {
    "heic": (
        "This is a photo in Apple's own form (HEIC).",
        "Export it as JPEG; on an iPhone: Settings, Camera, Formats, Most Compatible.",
    ),
    "gif": ("This is a GIF.", _SAVE_PICTURE),
    "bmp": ("This is a BMP picture.", _SAVE_PICTURE),
    "tiff": ("This is a TIFF scan.", "Save it as PDF, JPEG or PNG."),
    "webp": ("This is a WebP picture.", _SAVE_PICTURE),
    "rtf": ("This is an RTF document.", "Save it as DOCX or PDF."),
    "ole": ("This is an old Word document (.doc).", "Save it as DOCX or PDF."),
    "odf": ("This is an OpenDocument file.", "Save it as DOCX or PDF."),
    "pages": ("This is a Pages or Keynote file.", "Export it as PDF or Word."),
    "xlsx": ("This is a workbook.", "Print it to a PDF."),
    "zip": ("This is a packed folder.", "Unpack it and name the files in it."),
    "audio_video": (
        "Sound and film cannot be scored here yet.",
        "Write down what is said, or leave the file out.",
    ),
    "binary": ("This kind of file is not known.", "Use text, DOCX, PDF, JPEG or PNG."),
}


def clean_work(content: bytes, *, markdown: bool = False) -> tuple[CleanFile, ...]:
    """Clean one file of student work.

    Parameters
    ----------
    content
        The file. What it is, is judged from here, not from its name.
    markdown
        Whether text in it is to be read as Markdown.

    Returns
    -------
    tuple of CleanFile
        One, or for a PDF one per page.

    Raises
    ------
    DataError
        If it is of a kind that cannot be shown, is damaged, or is too large. It names no file.
    """
    kind = looks_like(content)
    if kind in _REFUSED:
        raise refusal(*_REFUSED[kind])
    if kind == "pdf":
        return clean_pdf(content)
    if kind in ("png", "jpeg"):
        return (clean_picture(content),)
    if kind == "docx":
        return (clean_docx(content),)
    return (clean_markdown(content) if markdown else clean_text(content),)
