"""Open a source file with its limits, and know what it is by its content, not by its name."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from calibrate.errors import DataError

_ZIP_MEMBERS = 4_000
_ZIP_BYTES = 300_000_000
_ZIP_RATIO = 200


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes of a file, how messages name it, and its hash (SHA-256, hexadecimal)."""

    name: str
    content: bytes
    sha256: str


def read_source(path: Path, *, name: str | None = None, limit: int = 64_000_000) -> SourceFile:
    """Read a file whole.

    Parameters
    ----------
    path
        The file.
    name
        How messages name it; its own name where nothing is given.
    limit
        The most bytes that are accepted.

    Raises
    ------
    DataError
        If it is not there, is a folder, may not be read, is empty, or is larger than ``limit``.
    """
    shown = path.name if name is None else name
    try:
        if path.is_dir():
            raise DataError("This is a folder, not a file.", file=shown, fix="Name the file in it.")
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except FileNotFoundError:
        raise DataError(
            "There is no such file.", file=shown, fix="Check the name and the folder."
        ) from None
    except OSError:
        raise DataError(
            "The file cannot be opened.",
            file=shown,
            fix="Close it in other programs, or copy it somewhere else, and try again.",
        ) from None
    except ValueError:  # a name that no file can have
        raise DataError("There is no such file.", file=shown, fix="Check the name.") from None
    if len(content) > limit:
        raise DataError(
            f"The file is larger than {limit / 1_000_000:g} MB.",
            file=shown,
            fix="Split it, or save it in a smaller form.",
        )
    if not content:
        raise DataError("The file is empty.", file=shown, fix="Check that it was saved.")
    return SourceFile(shown, content, hashlib.sha256(content).hexdigest())


def looks_like(content: bytes) -> str:
    """What a file is by its first bytes.

    Returns
    -------
    str
        ``pdf``, ``png``, ``jpeg``, ``gif``, ``bmp``, ``tiff``, ``webp``, ``heic``, ``rtf``, ``ole`` (old Office),
        ``audio_video``, ``zip``, ``xlsx``, ``docx``, ``odf``, ``pages``, ``text``, or ``binary``.
    """
    head = content[:1024]
    starts = (
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff", "jpeg"),
        (b"GIF8", "gif"),
        (b"BM", "bmp"),
        (b"II*\x00", "tiff"),
        (b"MM\x00*", "tiff"),
        (b"{\\rtf", "rtf"),
        (b"\xd0\xcf\x11\xe0", "ole"),
        (b"ID3", "audio_video"),
        (b"OggS", "audio_video"),
        (b"\x1aE\xdf\xa3", "audio_video"),
    )
    if b"%PDF-" in head:
        return "pdf"
    if head[:4] == b"RIFF":
        return "webp" if head[8:12] == b"WEBP" else "audio_video"
    if head[4:8] == b"ftyp":
        return "heic" if head[8:12] in _HEIC_BRANDS else "audio_video"
    if head[:4] == b"PK\x03\x04":
        return _zip_kind(content)
    for magic, kind in starts:
        if head.startswith(magic) and not (kind == "bmp" and b"\x00" not in head):
            return kind
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    return "binary" if b"\x00" in content else "text"


_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif"}


def _zip_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return "zip"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "word/document.xml" in names:
        return "docx"
    if "content.xml" in names and "mimetype" in names:
        return "odf"
    return "pages" if any(name.startswith("Index/") for name in names) else "zip"


def refuse_zip_bomb(content: bytes, file: str) -> None:
    """Refuse a packed file (XLSX, DOCX) that unpacks to far more than a school's file does.

    Raises
    ------
    DataError
        If it is damaged, locked with a password, has too many parts, or swells beyond the limits.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise DataError(
            "The file is damaged and cannot be opened.",
            file=file,
            fix="Open it in the program that made it and save it again.",
        ) from None
    if any(member.flag_bits & 1 for member in members):
        raise DataError(
            "The file is locked with a password.", file=file, fix="Save it without a password."
        )
    unpacked = sum(member.file_size for member in members)
    swollen = unpacked > 2_000_000 and unpacked > _ZIP_RATIO * len(content)
    if len(members) > _ZIP_MEMBERS or unpacked > _ZIP_BYTES or swollen:
        raise DataError(
            "The file unpacks to far more than it should.",
            file=file,
            fix="Open it in the program that made it and save it again, or leave it out.",
        )


def decode_text(content: bytes, file: str) -> tuple[str, bool]:
    """Decode text: UTF-8 with or without its mark, UTF-16 with its mark, else Windows' old code.

    Returns
    -------
    text, guessed
        The text, and whether the old Windows code (cp1252) had to be assumed.

    Raises
    ------
    DataError
        If it is none of these.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates: tuple[tuple[str, bool], ...] = (("utf-16", False),)
    else:
        candidates = (("utf-8-sig", False), ("cp1252", True))
    for encoding, guessed in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text, guessed
    raise DataError(
        "This does not read as text.", file=file, fix="Save it as text or CSV in UTF-8."
    )
