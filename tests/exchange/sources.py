"""Small files for the tests of this folder."""

from __future__ import annotations

import hashlib
import io

import openpyxl

from calibrate.exchange.source_files import SourceFile


def source(content: bytes | str, name: str = "file.csv") -> SourceFile:
    """A file that is already open."""
    raw = content.encode() if isinstance(content, str) else content
    return SourceFile(name, raw, hashlib.sha256(raw).hexdigest())


def workbook(*sheets: list[list[object]]) -> bytes:
    """An XLSX file with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
