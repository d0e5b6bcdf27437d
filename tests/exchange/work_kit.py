"""Files of student work that hide a child's name wherever such files can hide one."""

from __future__ import annotations

import io

import docx
import pypdfium2
from PIL import Image
from PIL.PngImagePlugin import PngInfo

CANARY = "Zebulon Quillfeather"
BYTES = (
    CANARY.encode(),
    CANARY.encode("utf-16-le"),
    CANARY.encode("utf-16-be"),
    b"Quillfeather",
    b"Zebulon",
)


def names_in(content: bytes) -> list[bytes]:
    """Which forms of the hidden name stand in these bytes."""
    return [form for form in BYTES if form in content]


def photo(size: tuple[int, int] = (60, 40), *, orientation: int = 6) -> bytes:
    """A JPEG, lying on its side, with the name in its EXIF and its comment and behind its end."""
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = CANARY  # artist
    exif[0x010E] = CANARY  # description
    exif.get_ifd(0x8825)[1] = "N"  # where it was taken
    stream = io.BytesIO()
    picture.save(stream, "JPEG", exif=exif, comment=CANARY, quality=95)
    return stream.getvalue() + CANARY.encode()


def scan(mode: str = "RGBA", size: tuple[int, int] = (30, 20)) -> bytes:
    """A PNG with the name in its text chunks."""
    info = PngInfo()
    info.add_text("Author", CANARY)
    info.add_itxt("Title", CANARY)
    stream = io.BytesIO()
    Image.new(mode, size).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def pdf(pages: int = 2) -> bytes:
    """A PDF of scanned pages whose author and title are the name."""
    first, *rest = [
        Image.new("RGB", (200, 260), ("white", "lightblue", "pink")[n % 3]) for n in range(pages)
    ]
    stream = io.BytesIO()
    first.save(
        stream,
        "PDF",
        save_all=True,
        append_images=rest,
        author=CANARY,
        title=CANARY,
        subject=CANARY,
    )
    return stream.getvalue()


def typed_pdf(text: str) -> bytes:
    """A PDF of one page with this line of text on it."""
    stream = f"BT /F1 18 Tf 40 740 Td ({text}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(content)
    content += b"xref\n0 6\n0000000000 65535 f \n"
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


def word(text: str = "My dog ran away.", *, picture: bytes | None = None) -> bytes:
    """A DOCX with the name as author, in a comment, in the header and as a picture's description."""
    document = docx.Document()
    paragraph = document.add_paragraph(text)
    document.add_heading("Chapter <b>1</b>", level=1)
    document.core_properties.author = CANARY
    document.core_properties.last_modified_by = CANARY
    document.core_properties.title = CANARY
    document.core_properties.comments = CANARY
    document.sections[0].header.paragraphs[0].text = CANARY
    document.sections[0].footer.paragraphs[0].text = CANARY
    document.add_comment(paragraph.runs, text=f"Good work {CANARY}", author=CANARY, initials="ZQ")
    if picture is not None:
        inline = document.add_picture(io.BytesIO(picture))
        inline._inline.docPr.set("descr", CANARY)
        inline._inline.docPr.set("name", CANARY)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def pages_of(content: bytes) -> int:
    """How many pages a PDF has."""
    document = pypdfium2.PdfDocument(content)
    try:
        return len(document)
    finally:
        document.close()
