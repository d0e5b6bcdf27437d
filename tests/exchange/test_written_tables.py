"""Tables that are written: no spreadsheet runs anything in them, and they are read back as they were."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from calibrate.errors import DataError
from calibrate.exchange.source_files import SourceFile
from calibrate.exchange.tables import table_of
from calibrate.exchange.written_tables import (
    csv_bytes,
    guarded,
    n_guarded,
    unguarded,
    writable,
    xlsx_bytes,
)

FORMULAS = ["=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", "'=1", "''-x"]
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@'\t\n,;\""), max_size=12
)


@given(TEXTS | st.sampled_from(FORMULAS))
@settings(max_examples=100)
def test_every_text_comes_back_from_behind_its_apostrophe(text):
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe_in_both_kinds_of_file(text):
    assert csv_bytes([["note"], [text]]).decode("utf-8-sig").splitlines()[1].lstrip('"')[0] == "'"
    (cell,) = sheet(xlsx_bytes([["note"], [text]]))[1]
    assert cell.value.startswith("'")
    assert n_guarded([["note"], [text], [-1]]) == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-cmd", "@SUM(A1)"])
def test_raw_cells_are_exact_and_still_no_formulas_in_a_workbook(text):
    assert csv_bytes([["note"], [text]], raw=True) == f"note\r\n{text}\r\n".encode()
    (cell,) = sheet(xlsx_bytes([["note"], [text]], raw=True))[1]
    assert (cell.value, cell.data_type) == (text, "s")


def test_numbers_stay_numbers_and_negative_ones_have_no_apostrophe():
    rows = [["a", "b", "c"], [3.0, 2.5, -1]]
    assert csv_bytes(rows).decode("utf-8-sig") == "a,b,c\r\n3,2.5,-1\r\n"
    assert [cell.value for cell in sheet(xlsx_bytes(rows))[1]] == [3, 2.5, -1]


def test_excel_knows_the_letters_and_other_programs_meet_no_mark():
    assert csv_bytes([["ä"]]).startswith(b"\xef\xbb\xbf")
    assert csv_bytes([["ä"]], mark=False) == "ä\r\n".encode()
    assert csv_bytes([["ä"]], raw=True) == "ä\r\n".encode()


@pytest.mark.parametrize("write", [csv_bytes, xlsx_bytes])
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
@settings(max_examples=40)
def test_a_table_is_read_back_as_it_was(write, rows):
    content = write([["one", "two", "end"], *[[a, b, "."] for a, b in rows]])
    read = table_of(SourceFile("t", content, ""))
    expected = [tuple(plain(cell) for cell in row) for row in rows]
    assert [tuple(plain(unguarded(cell)) for cell in row[:2]) for row in read.rows] == expected


@pytest.mark.parametrize("write", [csv_bytes, xlsx_bytes])
def test_signs_that_no_table_can_hold_are_left_out(write):
    content = write([["one"], ["a\x00\x07\ud800b"]])
    assert table_of(SourceFile("t", content, "")).rows == (("ab",),)


def test_a_text_too_long_for_a_workbook_is_refused_with_advice_and_fits_a_csv():
    with pytest.raises(DataError, match=r"\.csv"):
        xlsx_bytes([["a"], ["x" * 40_000]])
    assert len(csv_bytes([["a"], ["x" * 40_000]])) > 40_000


def test_ten_thousand_rows_are_written_in_no_time():
    rows = [["piece", "rater", "score"], *[[f"P{n}", "=R", n % 4] for n in range(10_000)]]
    start = time.process_time()
    assert csv_bytes(rows).count(b"'=R") == 10_000
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(rows))) as book:
        assert book.read("xl/worksheets/sheet1.xml").count(b"<row") == 10_001
    assert time.process_time() - start < 10


def plain(text: str) -> str:
    """A cell as readers have it: no spaces around it, one kind of line end."""
    return " ".join(writable(text).split())


def sheet(content: bytes) -> list[tuple]:
    book = load_workbook(io.BytesIO(content))
    return list(book.worksheets[0].iter_rows())
