"""Scores from long and wide tables."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.errors import CalibrateError, ImportRefused, NotFound
from calibrate.exchange.score_rows import read_cell, read_score_rows, score_rows_of
from calibrate.exchange.source_files import SourceFile
from calibrate.model.rubric import ConditionCode, Criterion, Level, Rubric, Scale
from calibrate.model.scores import ReadingPurpose
from tests.exchange.sources import workbook

CRITERIA = ("ORG", "CONV")
LONG = """session,round,piece,rater,criterion,score,code,comment,scored_at
S1,blind,P0001,R01,ORG,3,,,2026-10-02T15:04:05Z
S1,blind,P0002,R01,ORG,,BLANK,blank page,2026-10-02T15:05:10-04:00
"""


def of(content: str | bytes):
    raw = content.encode() if isinstance(content, str) else content
    return score_rows_of(SourceFile("scores.csv", raw, "0" * 64), CRITERIA)


def scale(*values: float) -> Scale:
    return Scale(tuple(Level(f"{v:g}", f"Level {v:g}", v, n + 1) for n, v in enumerate(values)))


RUBRIC = Rubric(
    "r",
    1,
    "R",
    (
        Criterion("ORG", "O", scale(0, 0.5, 1, 1.5, 2, 2.5, 3)),
        Criterion("CONV", "C", scale(0, 1, 2)),
    ),
    (ConditionCode("BLANK", "Blank"), ConditionCode("NA", "Not assessed")),
)


def test_the_long_table_is_read_with_session_round_code_comment_and_time_in_utc():
    found = of(LONG)
    assert found.layout == "long"
    assert found.problems.found == []
    first, second = found.rows
    assert (first.session, first.round, first.piece, first.raters) == (
        "S1",
        "blind",
        "P0001",
        ("R01",),
    )
    assert (first.criterion, first.cell, first.must_be_code) == ("ORG", "3", False)
    assert (second.cell, second.must_be_code, second.comment) == ("BLANK", True, "blank page")
    assert second.scored_at == datetime(2026, 10, 2, 19, 5, 10, tzinfo=UTC)
    assert first.row == 2


def test_the_wide_table_is_read_and_empty_cells_are_no_scores():
    found = of("piece,rater,org,CONV,minutes\nP1,R1,3,NA,12.5\nP2,R1,,2,\n")
    assert found.layout == "wide"
    assert [(r.piece, r.criterion, r.cell, r.column) for r in found.rows] == [
        ("P1", "ORG", "3", "ORG"),
        ("P1", "CONV", "NA", "CONV"),
        ("P2", "CONV", "2", "CONV"),
    ]
    assert [r.minutes for r in found.rows] == [12.5, 12.5, None]
    assert all(r.round == "operational" for r in found.rows)


def test_a_workbook_is_read_as_the_same(tmp_path):
    path = tmp_path / "scores.xlsx"
    path.write_bytes(workbook([["Piece", "Rater", "ORG"], ["P1", "R1", 2.5]]))
    (row,) = read_score_rows(path, CRITERIA).rows
    assert row.cell == "2.5"


def test_headings_of_another_system_can_be_mapped(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("Paper No,Scorer,Trait,Points\nP1,R1,ORG,3\n")
    mapping = {"piece": "Paper No", "rater": "Scorer", "criterion": "Trait", "score": "Points"}
    (row,) = read_score_rows(path, CRITERIA, mapping=mapping).rows
    assert (row.piece, row.raters, row.criterion, row.cell) == ("P1", ("R1",), "ORG", "3")


def test_one_agreed_score_of_two_teachers_is_one_row_of_two_raters():
    (row,) = of("piece,rater,criterion,score,joint_with\nP1,R1,ORG,3,R2; R3\n").rows
    assert row.raters == ("R1", "R2", "R3")


def test_purpose_and_numbered_rounds_are_read():
    (row,) = of(
        "session,round,piece,rater,criterion,score,purpose\nS1,2,P1,R1,ORG,3,Back read\n"
    ).rows
    assert (row.round, row.purpose) == ("after_discussion", ReadingPurpose.BACK_READ)


@pytest.mark.parametrize(
    ("header", "row", "column", "words"),
    [
        ("piece,rater,criterion,score,code", "P1,R1,ORG,3,BLANK", "code", "both filled"),
        ("piece,rater,criterion,score,code", "P1,R1,ORG,,", "score", "both empty"),
        ("piece,rater,criterion,score", ",R1,ORG,3", "piece", "must not be empty"),
        ("piece,rater,criterion,score", "P1,,ORG,3", "rater", "must not be empty"),
        ("piece,rater,criterion,score", "1.5E+12,R1,ORG,3", "piece", "scientific"),
        ("piece,rater,criterion,score,round", "P1,R1,ORG,3,third", "round", "not known"),
        ("piece,rater,criterion,score,round", "P1,R1,ORG,3,blind", "round", "session"),
        ("piece,rater,criterion,score,session", "P1,R1,ORG,3,S1", "round", "need the round"),
        ("piece,rater,criterion,score,purpose", "P1,R1,ORG,3,fun", "purpose", "not known"),
        ("piece,rater,criterion,score,scored_at", "P1,R1,ORG,3,noon", "scored_at", "not a date"),
        ("piece,rater,criterion,score,minutes", "P1,R1,ORG,3,-1", "minutes", "not a number"),
        ("piece,rater,criterion,score,joint_with", "P1,R1,ORG,3,R1", "joint_with", "twice"),
    ],
)
def test_each_rule_of_a_row_is_held(header, row, column, words):
    (problem,) = of(f"{header}\n{row}\n").problems.found
    assert (problem.file, problem.row, problem.column) == ("scores.csv", 2, column)
    assert words in problem.message
    assert problem.fix


def test_a_table_without_pieces_raters_or_scores_is_refused():
    with pytest.raises(ImportRefused) as caught:
        of("a,b\n1,2\n")
    assert [one.message for one in caught.value.problems] == [
        "The column piece is missing.",
        "The column rater is missing.",
    ]
    (problem,) = of("piece,rater,VOICE\nP1,R1,3\n").problems.found
    assert "neither a column score nor a column for any criterion" in problem.message


@pytest.mark.parametrize(
    ("cell", "value"),
    [("2+", 2.5), ("3-", 2.5), ("2/3", 2.5), ("3-2", 2.5), ("2", 2), ("1,5", 1.5)],
)
def test_halves_are_unfolded_when_the_option_is_given(cell, value):
    (row,) = of(f'piece,rater,criterion,score\nP1,R1,ORG,"{cell}"\n').rows
    found = read_cell(RUBRIC, row, halves=True)
    assert found.value == value


@pytest.mark.parametrize("cell", ["2+", "2/3", "1/3", "++"])
def test_halves_are_refused_without_the_option_or_where_they_mean_nothing(cell):
    (row,) = of(f"piece,rater,criterion,score\nP1,R1,ORG,{cell}\n").rows
    with pytest.raises(NotFound):
        read_cell(RUBRIC, row, halves=cell in ("1/3", "++"))


def test_a_half_on_a_scale_of_whole_points_is_refused():
    (row,) = of("piece,rater,criterion,score\nP1,R1,CONV,1+\n").rows
    with pytest.raises(NotFound, match="not a score of this scale"):
        read_cell(RUBRIC, row, halves=True)


def test_a_code_may_stand_among_scores_but_a_score_not_among_codes():
    code, level = of("piece,rater,criterion,score,code\nP1,R1,ORG,na,\nP1,R1,CONV,,2\n").rows
    assert read_cell(RUBRIC, code, halves=False).id == "NA"
    with pytest.raises(NotFound, match="column for condition codes"):
        read_cell(RUBRIC, level, halves=False)


def test_an_unknown_criterion_is_refused_without_repeating_it():
    (row,) = of("piece,rater,criterion,score\nP1,R1,Zebulon,3\n").rows
    with pytest.raises(NotFound) as caught:
        read_cell(RUBRIC, row, halves=False)
    assert "Zebulon" not in str(caught.value)


def test_ten_thousand_rows_are_read():
    rows = "\n".join(f"P{n:05d},R{n % 60},{n % 4},{n % 3}" for n in range(10_000))
    assert len(of("piece,rater,ORG,CONV\n" + rows).rows) == 20_000


cells = st.sampled_from(
    ["", "P1", "R1", "ORG", "3", "BLANK", "blind", "S1", "-4", "1E+9", '"', ";"]
)


@settings(deadline=None, max_examples=120)
@given(st.lists(st.lists(cells, min_size=3, max_size=11), max_size=8))
def test_random_tables_are_read_or_refused_clearly(rows):
    text = LONG.splitlines()[0] + "\n" + "\n".join(",".join(row) for row in rows)
    try:
        found = of(text)
    except CalibrateError:
        return
    assert found.rows or found.problems.found
