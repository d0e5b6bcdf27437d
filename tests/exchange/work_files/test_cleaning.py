"""Student work is shown as it is, and nothing hidden in a file comes along."""

from __future__ import annotations

import base64
import contextlib
import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from calibrate.errors import CalibrateError, DataError
from calibrate.exchange.work_files import markup, pdfs, pictures
from calibrate.exchange.work_files.allowed import TAGS
from calibrate.exchange.work_files.cleaning import clean_work
from calibrate.exchange.work_files.worker import Cleaner
from calibrate.model.work import MediaKind
from tests.exchange.work_kit import CANARY, names_in, pages_of, pdf, photo, scan, typed_pdf, word


def test_the_kit_hides_the_name_in_every_file_so_that_these_tests_can_fail():
    assert names_in(photo())
    assert names_in(scan())
    assert names_in(pdf())
    with zipfile.ZipFile(io.BytesIO(word(picture=photo()))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    hiding = {name for name, content in parts.items() if names_in(content)}
    assert {"docProps/core.xml", "word/comments.xml", "word/document.xml"} <= hiding
    assert any(name.startswith("word/header") for name in hiding)
    assert any(name.startswith("word/media/") for name in hiding)


def test_a_photo_is_turned_upright_and_stripped():
    (file,) = clean_work(photo((60, 40), orientation=6))
    assert (file.kind, file.media_type, file.suffix) == (MediaKind.IMAGE, "image/jpeg", "jpg")
    with Image.open(io.BytesIO(file.content)) as picture:
        assert picture.size == (40, 60)
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        red, white = picture.getpixel((20, 5)), picture.getpixel((20, 55))
    assert red[0] > 200 > 60 > red[1]
    assert min(white) > 240
    assert names_in(file.content) == []


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_kind_keeps_its_size_and_loses_its_text(mode):
    (file,) = clean_work(scan(mode))
    assert file.media_type == "image/png"
    with Image.open(io.BytesIO(file.content)) as picture:
        assert picture.size == (30, 20)
        assert picture.mode in ("L", "RGB")
        assert picture.info == {}
    assert names_in(file.content) == []


def test_what_is_clear_in_a_png_becomes_white():
    (file,) = clean_work(scan("RGBA"))
    with Image.open(io.BytesIO(file.content)) as picture:
        assert picture.getpixel((1, 1)) == (255, 255, 255)


def test_a_large_photo_is_made_smaller_and_a_huge_one_refused(monkeypatch):
    (file,) = clean_work(photo((5_000, 100), orientation=1))
    with Image.open(io.BytesIO(file.content)) as picture:
        assert picture.width == pictures.LONGEST_SIDE
    monkeypatch.setattr(pictures, "MAX_PIXELS", 1_000)
    with pytest.raises(DataError, match="million pixels"):
        clean_work(photo())


def test_a_png_that_claims_a_billion_pixels_is_refused():
    header = bytearray(scan("RGB"))
    header[16:24] = (60_000).to_bytes(4, "big") * 2
    with pytest.raises(DataError):
        clean_work(bytes(header))


def test_every_page_of_a_pdf_becomes_a_picture_and_its_author_is_gone():
    content = pdf(3)
    assert pages_of(content) == 3
    files = clean_work(content)
    assert [file.kind for file in files] == [MediaKind.IMAGE] * 3
    with Image.open(io.BytesIO(files[2].content)) as picture:
        assert max(picture.size) <= pdfs.LONGEST_SIDE
        assert picture.getpixel((picture.width // 2, picture.height // 2))[1] < 230  # pink
    assert [names_in(file.content) for file in files] == [[], [], []]


def test_a_typed_page_of_a_pdf_says_how_it_begins():
    (file,) = clean_work(typed_pdf("My dog ran away."))
    assert file.words == "My dog ran away."
    assert file.kind is MediaKind.IMAGE


def test_a_pdf_with_too_many_pages_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr(pdfs, "MAX_PAGES", 2)
    with pytest.raises(DataError, match="3 pages") as caught:
        clean_work(pdf(3))
    assert "split it" in caught.value.fix


def test_a_word_document_becomes_html_without_author_comment_header_or_description():
    (file,) = clean_work(word(picture=photo()))
    html = file.content.decode()
    assert file.kind is MediaKind.HTML
    assert "<p>My dog ran away." in html
    assert "<h1>Chapter &lt;b&gt;1&lt;/b&gt;</h1>" in html
    assert names_in(file.content) == []
    (data,) = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', html)
    picture = base64.b64decode(data)
    assert names_in(picture) == []
    with Image.open(io.BytesIO(picture)) as shown:
        assert not shown.getexif()


def test_a_childs_spelling_and_line_breaks_are_kept():
    (file,) = clean_work("\ufeffI wuz\r\n\r\n  skard\x07 <b>!\n".encode())
    assert file.kind is MediaKind.TEXT
    assert file.content.decode() == "I wuz\n\n  skard <b>!\n"


def test_text_in_windows_old_code_is_read():
    (file,) = clean_work("“caf\u00e9”".encode("cp1252"))
    assert file.content.decode() == "“café”"


def test_markdown_becomes_html_that_can_do_nothing():
    text = """# Title

**bold** <script>alert(1)</script> [x](javascript:alert(1)) ![i](http://x.example/a.png)

| a | b |
|---|---|
| 1 | 2 |
"""
    (file,) = clean_work(text.encode(), markdown=True)
    html = file.content.decode()
    assert "<h1>Title</h1>" in html
    assert "<strong>bold</strong>" in html
    assert "<td>1</td>" in html
    for bad in ("<script", "href", "http", "<img", "<a"):
        assert bad not in html


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00\x00\x00\x18ftypheic" + b"\0" * 40, "HEIC"),
        (b"GIF89a" + b"\0" * 20, "GIF"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
        (b"RIFF\0\0\0\0WAVEfmt ", "Sound and film"),
        (b"ID3\x03\0", "Sound and film"),
        (b"II*\x00\x08", "TIFF"),
        (b"{\\rtf1 hello}", "RTF"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Word"),
        (b"PK\x03\x04 nothing", "packed folder"),
        (b"\x00\x01\x02\x03", "not known"),
        (b"<!DOCTYPE html><p>hi", "web page"),
        (b'{"": "", "doc_id": "1abc", "email": ""}', "link to a Google document"),
        (b"%PDF-1.4\nnothing", "PDF is damaged"),
        (photo()[:300], "picture is damaged"),
        (scan()[:60], "picture is damaged"),
        (b"\xef\xbb\xbf  \n ", "empty"),
    ],
)
def test_what_cannot_be_shown_is_refused_kindly(content, words):
    with pytest.raises(DataError) as caught:
        clean_work(content)
    assert words in caught.value.message
    assert caught.value.fix


def test_a_text_of_a_million_letters_is_refused(monkeypatch):
    monkeypatch.setattr(markup, "MAX_TEXT", 10)
    with pytest.raises(DataError, match="million letters"):
        clean_work(b"hello hello hello")


def test_a_word_document_that_unpacks_to_a_flood_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 40_000_000)
    with pytest.raises(DataError, match="unpacks to far more"):
        clean_work(stream.getvalue())


def test_a_word_document_without_its_main_part_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", b"<not-word/>")
    with pytest.raises(DataError, match="Word document is damaged"):
        clean_work(stream.getvalue())


def test_the_cleaning_process_gives_the_same_files_and_the_same_refusals():
    with Cleaner() as cleaner:
        for content in (photo(), pdf(2), typed_pdf("Hi"), word(), b"plain"):
            assert cleaner.clean(content) == clean_work(content)
        with pytest.raises(DataError, match="PDF is damaged"):
            cleaner.clean(b"%PDF-1.4\nnothing")
        assert cleaner.clean(scan()) == clean_work(scan())


def test_a_file_that_takes_too_long_is_refused_and_the_next_one_is_cleaned():
    cleaner = Cleaner(seconds=0.05)
    with cleaner:
        with pytest.raises(DataError, match="too long"):
            cleaner.clean(photo((4_000, 3_000)))
        cleaner._seconds = 60
        assert cleaner.clean(photo()) == clean_work(photo())


FILES = {"photo": photo(), "scan": scan(), "pdf": pdf(1), "word": word()}


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_damaged_files_are_cleaned_or_refused_clearly(name, data):
    content = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(0, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(content)))
    with contextlib.suppress(CalibrateError):
        for file in clean_work(bytes(content[:cut])):
            if file.kind is MediaKind.IMAGE:
                assert CANARY.encode() not in file.content


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=300), st.booleans())
def test_random_bytes_are_cleaned_or_refused_clearly(content, markdown):
    with contextlib.suppress(CalibrateError):
        clean_work(content, markdown=markdown)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                "<script>",
                "<img src=x onerror=y>",
                "[a](javascript:b)",
                "`x`",
                "&lt;",
                "<svg/onload=z>",
            ]
        )
        | st.text(max_size=10),
        max_size=8,
    ).map("".join)
)
def test_no_markdown_makes_html_that_acts(text):
    try:
        (file,) = clean_work(text.encode("utf-8", "ignore"), markdown=True)
    except DataError:
        return
    tags = re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)([^>]*)>", file.content.decode())
    assert all(tag in TAGS for tag, _ in tags)
    assert not any(re.search(r"\bon\w+\s*=", rest) for _, rest in tags)
