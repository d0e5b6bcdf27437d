"""The one reader of CSV and XLSX."""

from __future__ import annotations

import contextlib
import io
import zipfile
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.errors import CalibrateError, DataError, ImportRefused
from calibrate.exchange import tables, workbooks
from calibrate.exchange.source_files import SourceFile
from calibrate.exchange.tables import column_letter, is_spoilt_id, read_table, table_of
from tests.exchange.sources import workbook


def of(content: bytes | str):
    return table_of(
        SourceFile("t.csv", content.encode() if isinstance(content, str) else content, "0" * 64)
    )


def test_cells_stay_text_and_codes_are_not_taken_for_missing():
    table = of("piece,score\n001,NA\n002,None\n003,03\n")
    assert table.columns == ("piece", "score")
    assert table.rows == (("001", "NA"), ("002", "None"), ("003", "03"))
    assert table.numbers == (2, 3, 4)
    assert table.warnings == ()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_comma_semicolon_and_tab_are_all_read(separator):
    table = of(separator.join(["a", "b"]) + "\n" + separator.join(["1", "2,5"]).replace(",5", ".5"))
    assert table.rows == (("1", "2.5"),)


def test_a_semicolon_table_may_have_decimal_commas_and_a_line_that_names_the_separator():
    table = of("sep=;\npiece;score\nP1;2,5\n")
    assert table.rows == (("P1", "2,5"),)
    assert table.numbers == (3,)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_in_its_three_forms_is_read_without_a_warning(encoding):
    table = of("a,b\né,“x”\n".encode(encoding))
    assert table.columns == ("a", "b")
    assert table.rows == (("é", "“x”"),)
    assert table.warnings == ()


def test_windows_old_code_is_read_with_a_warning():
    table = of("a,b\né,“x”\n".encode("cp1252"))
    assert table.rows == (("é", "“x”"),)
    assert "cp1252" in table.warnings[0]


def test_trailing_empty_rows_and_columns_are_dropped_and_row_numbers_hold():
    table = of("a,b,,\n1,2,,\n\n,,,\n3,,,\n,,,\n")
    assert table.columns == ("a", "b")
    assert table.rows == (("1", "2"), ("3", ""))
    assert table.numbers == (2, 5)


def test_a_column_without_a_heading_is_left_out_with_a_warning():
    table = of(",a\n0,x\n1,y\n")
    assert table.columns == ("a",)
    assert table.rows == (("x",), ("y",))
    assert table.warnings == ("t.csv: Column A has no heading and was left out.",)


def test_the_same_heading_twice_is_refused_by_letter():
    with pytest.raises(ImportRefused) as caught:
        of("piece,Score,score\n1,2,3\n")
    (problem,) = caught.value.problems
    assert problem.column == "C"
    assert "B and C" in problem.message


def test_every_row_with_too_many_cells_is_named():
    with pytest.raises(ImportRefused) as caught:
        of("a,b\n1,2,3\n1,2\n4,5,6\n")
    assert [problem.row for problem in caught.value.problems] == [2, 4]


def test_an_open_quotation_mark_is_refused_where_it_begins():
    with pytest.raises(DataError) as caught:
        of('a,b\n1,2\n"3,4\n5,6\n')
    assert caught.value.row == 3


def test_quoted_commas_quotes_and_line_breaks_are_kept():
    assert of('a,b\n"1,5","say ""hi""\nthere"\n').rows == (("1,5", 'say "hi"\nthere'),)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "neither CSV nor XLSX"),
        (b"PK\x03\x04 broken", "packed"),
        (b"a,b\n1\x00,2\n", "neither"),
        (b"a,b\n1\x07,2\n", "not read as a table"),
        (b"a,b\n\x81,2\n", "not read as text"),
        (b" \n \n", "empty"),
    ],
)
def test_what_is_no_table_is_named_for_what_it_is(content, words):
    with pytest.raises(DataError) as caught:
        of(content)
    assert words in caught.value.message
    assert caught.value.fix


def test_a_missing_file_a_folder_and_an_empty_file_are_refused(tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    for name, words in (("no.csv", "no such"), (".", "folder"), ("empty.csv", "empty")):
        with pytest.raises(DataError) as caught:
            read_table(tmp_path / name)
        assert words in caught.value.message


def test_sizes_are_capped(monkeypatch):
    for module in (tables, workbooks):
        monkeypatch.setattr(module, "MAX_ROWS", 3)
    with pytest.raises(DataError, match="more than 3 rows"):
        of("a\n1\n2\n3\n4\n")
    assert len(of("a\n1\n2\n3\n").rows) == 3
    with pytest.raises(DataError, match="too many rows"):
        of(workbook([["a"], [1], [2], [3], [4]]))
    assert len(of(workbook([["a"], [1], [2], [3]])).rows) == 3
    with pytest.raises(DataError, match="400 columns"):
        of(",".join(f"c{n}" for n in range(401)) + "\n1\n")


def test_a_workbook_reads_as_the_same_text():
    table = of(
        workbook([["piece", "score", "on"], ["001", 3, datetime(2026, 10, 2)], ["002", 2.5, None]])
    )
    assert table.rows == (("001", "3", "2026-10-02"), ("002", "2.5", ""))
    assert table.numbers == (2, 3)


def test_the_first_sheet_that_holds_anything_is_read_and_others_are_mentioned():
    table = of(workbook([], [["a"], ["1"]], [["b"], ["2"]]))
    assert table.columns == ("a",)
    assert "2 sheets" in table.warnings[0]


def test_numbers_that_excel_cannot_keep_and_error_cells_are_refused_with_their_place():
    with pytest.raises(ImportRefused) as caught:
        of(workbook([["student", "score"], [1234567890123456789, "#REF!"]]))
    assert [(one.row, one.column) for one in caught.value.problems] == [(2, "A"), (2, "B")]


def test_a_workbook_that_unpacks_to_a_flood_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    with pytest.raises(DataError, match="unpacks to far more"):
        of(stream.getvalue())


def test_column_letters_count_as_a_spreadsheet_does():
    assert [column_letter(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_ids_in_scientific_notation_are_recognised():
    assert is_spoilt_id("1.23457E+11")
    assert not is_spoilt_id("1E5")
    assert not is_spoilt_id("P0001")


def test_ten_thousand_rows_of_a_workbook_are_read():
    rows = [["piece", "rater", "score"], *([f"P{n:05d}", "R1", 3] for n in range(10_000))]
    assert len(of(workbook(rows)).rows) == 10_000


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=300))
def test_random_bytes_give_a_table_or_a_clear_error(content):
    try:
        table = of(content)
    except CalibrateError:
        return
    assert all(len(row) == len(table.columns) for row in table.rows)


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet='ab,;\t"\n\r 1é', max_size=200))
def test_random_text_gives_a_table_or_a_clear_error(content):
    try:
        table = of(content)
    except CalibrateError:
        return
    assert len(table.numbers) == len(table.rows)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_workbook_with_damaged_bytes_gives_a_table_or_a_clear_error(data):
    good = bytearray(_GOOD)
    for _ in range(data.draw(st.integers(1, 5))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(good)))
    with contextlib.suppress(CalibrateError):
        of(bytes(good[:cut]))


_GOOD = workbook([["piece", "score"], ["P1", 3], ["P2", 2]])
