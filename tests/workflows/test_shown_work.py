"""What of a piece reaches a page: clean HTML, pictures, or the word that a file is missing."""

from __future__ import annotations

from pathlib import Path

from calibrate.model.work import MediaKind, WorkFile
from calibrate.workflows.shown_work import shown_pages


def file(name: str, kind: MediaKind, ordinal: int = 1, media: str = "text/plain") -> WorkFile:
    return WorkFile("p1", ordinal, kind, media, name, "0" * 64, "0" * 64)


def test_typed_words_stay_words(tmp_path: Path):
    (tmp_path / "a.txt").write_text("I <3 my dog & <script>alert(1)</script>", encoding="utf-8")
    (page,) = shown_pages([file("a.txt", MediaKind.TEXT)], tmp_path)
    assert page.html == "<pre>I &lt;3 my dog &amp; &lt;script&gt;alert(1)&lt;/script&gt;</pre>"


def test_a_document_that_was_changed_after_its_import_is_cleaned_again(tmp_path: Path):
    (tmp_path / "a.html").write_text(
        "<p onclick='x()'>Good</p><script>x()</script><img src='https://example.org/a.png'>"
        "<img src='data:image/png;base64,AAAA' alt='a drawing'><a href='https://example.org'>b</a>",
        encoding="utf-8",
    )
    (page,) = shown_pages([file("a.html", MediaKind.HTML)], tmp_path)
    assert "<p>Good</p>" in page.html
    assert "data:image/png;base64,AAAA" in page.html
    for bad in ("script", "onclick", "example.org", "<a"):
        assert bad not in page.html


def test_pages_come_in_order_and_pictures_as_they_lie(tmp_path: Path):
    (tmp_path / "1.jpg").write_bytes(b"one")
    (tmp_path / "2.jpg").write_bytes(b"two")
    files = [
        file("2.jpg", MediaKind.IMAGE, 2, "image/jpeg"),
        file("1.jpg", MediaKind.IMAGE, 1, "image/jpeg"),
    ]
    assert [one.picture for one in shown_pages(files, tmp_path)] == [b"one", b"two"]


def test_a_file_that_is_gone_is_said_to_be_missing_and_the_others_are_shown(tmp_path: Path):
    (tmp_path / "2.txt").write_text("here", encoding="utf-8")
    pages = shown_pages([file("1.txt", MediaKind.TEXT), file("2.txt", MediaKind.TEXT, 2)], tmp_path)
    assert pages[0].missing
    assert pages[1].html == "<pre>here</pre>"


def test_a_piece_without_files_has_no_pages(tmp_path: Path):
    assert shown_pages([], tmp_path) == ()
