"""A report as a Word document that a coach can go on writing in."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from docx import Document
from docx.document import Document as DocumentObject
from docx.shared import Inches, Pt

_PAGE_WIDTH = 6.4  # inches between the margins
_LEAF_TEXT = ("p", "figcaption", "dd", "dt", "blockquote", "summary")


def docx_of_page(html: str) -> bytes:
    """Turn one of our pages into a Word document: headings, text, lists, tables and pictures.

    Parameters
    ----------
    html
        A page that `calibrate.reports.page` made.

    Returns
    -------
    bytes
        The .docx file. It names no author.
    """
    page = BeautifulSoup(html, "html.parser")
    document = Document()
    document.core_properties.author = ""
    document.core_properties.title = page.title.get_text(strip=True) if page.title else ""
    document.styles["Normal"].font.size = Pt(10.5)
    for section in document.sections:
        section.left_margin = section.right_margin = Inches(1)
    main = page.find("main")
    if isinstance(main, Tag):
        _walk(document, main)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _children(tag: Tag) -> Iterator[Tag]:
    return (child for child in tag.children if isinstance(child, Tag))


def _walk(document: DocumentObject, parent: Tag) -> None:
    for tag in _children(parent):
        classes = [str(one) for one in tag.get_attribute_list("class") if one]
        if tag.name in ("h1", "h2", "h3"):
            if "new-page" in classes:
                document.add_page_break()
            document.add_heading(_text(tag), level={"h1": 0, "h2": 1, "h3": 2}[tag.name])
        elif tag.name == "ul":
            for item in tag.find_all("li", recursive=False):
                document.add_paragraph(_text(item), style="List Bullet")
        elif tag.name == "table":
            _table(document, tag)
        elif tag.name == "img":
            _picture(document, tag)
        elif tag.name in _LEAF_TEXT:
            _paragraph(document, tag, classes)
        else:
            _walk(document, tag)


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text(" ", strip=True).split())


def _paragraph(document: DocumentObject, tag: Tag, classes: list[str]) -> None:
    text = tag.get_text().strip() if tag.name == "blockquote" else _text(tag)
    if not text:
        return
    style = "Quote" if tag.name == "blockquote" else None
    run = document.add_paragraph(style=style).add_run(text)
    run.bold = "headline" in classes or "sentence" in classes or tag.name in ("dt", "summary")


def _table(document: DocumentObject, tag: Tag) -> None:
    caption = tag.find("caption")
    if isinstance(caption, Tag):
        document.add_paragraph().add_run(_text(caption)).bold = True
    rows = [row for row in tag.find_all("tr") if row.find_parent("tfoot") is None]
    width = max((len(list(_children(row))) for row in rows), default=0)
    if not width:
        return
    grid = document.add_table(rows=0, cols=width, style="Light Grid Accent 1")
    for row in rows:
        cells = grid.add_row().cells
        for cell, source in zip(cells, _children(row), strict=False):
            cell.text = _text(source)
    for remark in tag.select("tfoot td"):
        document.add_paragraph(_text(remark))


def _picture(document: DocumentObject, tag: Tag) -> None:
    source = str(tag.get("src", ""))
    if not source.startswith("data:image/") or ";base64," not in source:
        return
    data = base64.b64decode(source.split(";base64,", 1)[1])
    shape = document.add_picture(io.BytesIO(data), width=Inches(_PAGE_WIDTH))
    if shape.height > Inches(8):
        ratio = Inches(8) / shape.height
        shape.width, shape.height = int(shape.width * ratio), int(Inches(8))
    shape._inline.docPr.set("descr", str(tag.get("alt", "")))
