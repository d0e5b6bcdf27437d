"""Paper sheets typed into a spreadsheet: every problem at once, with row and column, and no cell quoted."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from calibrate.errors import ImportRefused
from calibrate.model.roster import PersonName
from calibrate.store.sealing import Choice
from calibrate.workflows.norming.paper_file import TypedSheet, read_sheets
from tests.support.norming import BLIND, Room

WIDE = """rater,piece,Ideas,CONV,note
staff-2,P00001,3,"1,5",a lively start
staff-2,P00002,2,0.5,
staff-3,P00001,B,2,
staff-3,P00002,4,-,
"""


def read(room: Room, text: str, **more: object) -> tuple[TypedSheet, ...]:
    path = room.folder.parent / "typed.csv"
    path.write_text(text, encoding="utf-8")
    return read_sheets(room, room.session, BLIND, path, **more)  # type: ignore[arg-type]


def problems(room: Room, text: str, **more: object) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(ImportRefused) as refused:
        read(room, text, **more)
    found = refused.value.problems
    assert all(one.fix or "both filled" in one.message for one in found)
    return [(one.row, one.column, one.message) for one in found]


def test_a_wide_table_gives_each_rater_a_sheet(scoring: Room) -> None:
    first, second = read(scoring, WIDE)
    assert (first.sheet.rater_id, second.sheet.rater_id) == ("r2", "r3")
    assert first.contents.choice("p1", "CONV").level == "1.5"
    assert first.contents.notes == (("p1", "a lively start"),)
    assert second.contents.choice("p1", "IDEAS").code == "BLANK"
    assert (first.left_empty, second.left_empty) == (0, 1)
    assert not second.contents.choice("p2", "CONV").answered


def test_a_long_table_from_excel_says_the_same(scoring: Room, tmp_path: Path) -> None:
    with scoring.store.transaction() as unit:
        unit.people.names.add(PersonName("r2", "Ada", "Brook"))
    book = Workbook()
    book.active.append(["Rater", "Piece", "Criterion", "Score", "Code"])
    for piece, criterion, score, code in (
        ("P00001", "IDEAS", 3, None),
        ("p00001", "Conventions", 1.5, None),
        ("P00002", "IDEAS", None, "off"),
        ("P00002", "CONV", "Level 2", None),
    ):
        book.active.append(["ada brook", piece, criterion, score, code])
    book.save(tmp_path / "typed.xlsx")
    (only,) = read_sheets(scoring, scoring.session, BLIND, tmp_path / "typed.xlsx")
    assert only.sheet.rater_id == "r2"
    assert [
        (one.piece, one.criterion, one.level, one.code)
        for one in sorted(only.contents.choices, key=lambda one: (one.piece, one.criterion))
    ] == [
        ("p1", "CONV", "1.5", None),
        ("p1", "IDEAS", "3", None),
        ("p2", "CONV", "2", None),
        ("p2", "IDEAS", None, "OFF"),
    ]


def test_every_problem_of_the_table_comes_at_once_and_quotes_no_cell(scoring: Room) -> None:
    text = (
        "rater,piece,Ideas,CONV,note\n"
        "staff-2,P00001,7,1.25,\n"
        "staff-2,P00002,3,,\n"
        "staff-2,P00001,3,1,\n"
        "Quokka,P00001,3,1,\n"
        "staff-3,P00009,3,1,\n"
        "staff-3,P00001,Quokka,1,\n"
    )
    found = problems(scoring, text)
    assert [(row, column) for row, column, _ in found] == [
        (2, "Ideas"),
        (2, "CONV"),
        (3, "CONV"),
        (4, "Ideas"),
        (4, "CONV"),
        (5, "rater"),
        (6, "piece"),
        (7, "Ideas"),
        (7, "rater"),
        (7, "rater"),
    ]
    assert "already in row 2" in found[3][2]
    assert "nothing for P00002, IDEAS" in found[8][2] or "nothing for P00002" in found[8][2]
    assert not any("Quokka" in message for *_, message in found)


def test_strange_columns_are_refused_before_the_rows(scoring: Room) -> None:
    assert [row[:2] for row in problems(scoring, "rater,piece,Mia\nstaff-2,P00001,3\n")] == [
        (1, None),
        (1, "C"),
    ]
    assert "piece" in problems(scoring, "rater,Ideas\nstaff-2,3\n")[0][2]
    assert "score" in problems(scoring, "rater,piece,criterion\nstaff-2,P00001,IDEAS\n")[0][2]
    both = problems(scoring, "rater,piece,Ideas,IDEAS\nstaff-2,P00001,3,3\n")
    assert (1, "D") in [row[:2] for row in both] or "same" in both[0][2]
    assert "no scores" in problems(scoring, "rater,piece,Ideas\n")[0][2]


def test_a_rater_with_a_saved_ballot_is_refused_unless_named(scoring: Room) -> None:
    scoring.choose("r3", Choice("p1", "IDEAS", level="1"))
    (found,) = problems(scoring, WIDE)
    assert found[:2] == (4, "rater") and "on a device" in found[2]
    assert [one.over for one in read(scoring, WIDE, replace=["r3"])] == [0, 1]


def test_a_criterion_that_is_not_scored_for_a_piece_stays_empty(room: Room) -> None:
    with room.store.transaction() as unit:
        piece = unit.work.pieces.get("p2")
        from dataclasses import replace

        unit.work.pieces.put(replace(piece, not_scored=("CONV",)))
    room.set_up()
    room.open()
    text = "rater,piece,IDEAS,CONV\nstaff-2,P00001,3,1\nstaff-2,P00002,3,{}\n"
    assert len(read(room, text.format(""))[0].contents.choices) == 3
    assert "not scored" in problems(room, text.format("1"))[0][2]
