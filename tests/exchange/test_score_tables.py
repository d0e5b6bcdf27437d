"""Any table of scores is read, or refused with every problem, its row and its column."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from calibrate.errors import ArgumentError, CalibrateError, ImportRefused
from calibrate.exchange.score_tables import read_score_table


@pytest.fixture
def write(tmp_path):
    def to_file(text: str | bytes, name: str = "scores.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return to_file


LONG = """session,round,piece,rater,criterion,score,code,comment,scored_at,school
S1,blind,001,R01,ORG,3,,,2026-10-02T15:04:05Z,Lincoln
S1,blind,001,R02,ORG,2.0,,,2026-10-02T15:04:05Z,
S1,blind,002,R01,ORG,,BLANK,blank page,2026-10-02T15:05:10Z,Lincoln
S1,blind,002,R02,org,4,,,,
"""


def test_a_long_table(write):
    found = read_score_table(write(LONG), levels="1-4")
    frame = found.frame
    assert list(frame.columns[:6]) == ["piece", "rater", "criterion", "score", "code", "row"]
    assert list(frame["piece"]) == ["001", "001", "002", "002"]
    assert set(frame["criterion"]) == {"ORG"}
    assert frame["score"].tolist()[:2] == [3.0, 2.0]
    assert frame["code"].tolist()[2] == "BLANK"
    assert frame["row"].tolist() == [2, 3, 4, 5]
    assert frame["school"].isna().tolist() == [False, True, False, True]
    assert found.levels == {"ORG": (1, 2, 3, 4)}
    assert found.warnings == ()
    assert len(found.sha256) == 64


def test_a_wide_table_with_codes_and_gaps(write):
    path = write("Piece;Rater;ORG;CONV\nP1;A;3;2,5\nP1;B;N/A;b\nP2;A;;1\n")
    found = read_score_table(path, criteria=["ORG", "CONV"], levels="ORG=1-4,CONV=0-4:0.5")
    assert found.frame[["criterion", "score", "code"]].astype(object).where(lambda f: f.notna(), None).values.tolist() == [
        ["ORG", 3.0, None],
        ["CONV", 2.5, None],
        ["ORG", None, "NA"],
        ["CONV", None, "BLANK"],
        ["CONV", 1.0, None],
    ]  # fmt: skip
    assert found.levels["CONV"][-1] == 4
    assert "1 judgement is empty" in found.warnings[0]


def test_columns_under_other_names_and_no_criterion_column(write):
    path = write("Essay,Teacher,Points\nE1,T1,1\nE1,T2,2\n")
    found = read_score_table(path, piece="essay", rater="TEACHER", score="Points", levels="1-2")
    assert set(found.frame["criterion"]) == {"all"}
    assert found.frame["rater"].tolist() == ["T1", "T2"]


def test_a_workbook(tmp_path):
    book = Workbook()
    book.active.append(["piece", "rater", "criterion", "score"])
    book.active.append(["001", "A", "ORG", 3])
    book.active.append(["001", "B", "ORG", 2.5])
    book.save(tmp_path / "scores.xlsx")
    frame = read_score_table(tmp_path / "scores.xlsx", levels="0-4:0.5").frame
    assert frame["piece"].tolist() == ["001", "001"]
    assert frame["score"].tolist() == [3.0, 2.5]


def test_a_file_in_windows_old_code_is_read_with_a_warning(write):
    found = read_score_table(
        write("piece,rater,score\nP1,Renée,1\nP1,B,2\n".encode("cp1252")), levels="1-2"
    )
    assert found.frame["rater"].tolist() == ["Renée", "B"]
    assert "cp1252" in found.warnings[0]


def test_a_mark_at_the_start_of_the_file_is_no_part_of_the_heading(write):
    found = read_score_table(write("piece,rater,score\nP1,A,1\n".encode("utf-8-sig")), levels="1-2")
    assert found.frame["piece"].tolist() == ["P1"]


def test_letters_are_levels_where_they_are_named(write):
    found = read_score_table(
        write("piece,rater,score\nP1,A,p\nP1,B,M\nP2,A,LP\n"), levels="LP,IP,P,M"
    )
    assert found.frame["score"].tolist() == [3.0, 4.0, 1.0]
    assert found.frame["code"].isna().all()


def test_without_levels_the_values_seen_are_used_and_said(write):
    found = read_score_table(write("piece,rater,criterion,score\nP1,A,X,1\nP1,B,X,4\nP1,A,Y,2\n"))
    assert found.levels == {"X": (1, 2, 4), "Y": (1, 2, 4)}
    assert "values seen (1, 2, 4)" in found.warnings[0]


def test_one_value_alone_is_still_a_table(write):
    found = read_score_table(write("piece,rater,score\nP1,A,3\nP1,B,3\n"))
    assert found.levels["all"] == (3, 4)
    assert found.warnings


def test_rounds_and_purposes_are_understood(write):
    text = "piece,rater,score,round,purpose,joint_with\nP1,A,1,1,,\nP1,A,2,After discussion,Own student,B\n"
    frame = read_score_table(write(text), levels="1-2").frame
    assert frame["round"].tolist() == ["blind", "after_discussion"]
    assert frame["purpose"].tolist()[1] == "own_student"
    assert frame["joint"].tolist() == [False, True]


def problems_of(path, **options):
    with pytest.raises(ImportRefused) as refused:
        read_score_table(path, **options)
    return {(one.row, one.column, one.message) for one in refused.value.problems}


def test_every_problem_comes_at_once_with_row_and_column(write):
    path = write(
        "piece,rater,criterion,score,code,round\n"
        "P1,A,ORG,7,,\n"
        ",A,ORG,2,,\n"
        "P1,,ORG,2,,\n"
        "P1,A,,2,,\n"
        "P1,B,ORG,2,BLANK,\n"
        "P1,C,ORG,Sam Oak,,\n"
        "P2,A,ORG,2,,\n"
        "P2,A,ORG,3,,\n"
        "P3,A,ORG,,Sam Oak wrote: my dog!,\n"
        "1.23E+11,A,ORG,2,,\n"
        "P4,A,ORG,2,,later\n"
    )
    found = problems_of(path, levels="1-4")
    assert {(row, column) for row, column, _ in found} == {
        (2, "score"), (3, "piece"), (4, "rater"), (5, "criterion"), (6, "score"), (7, "score"),
        (9, "score"), (10, "code"), (11, "piece"), (12, "round"),
    }  # fmt: skip
    messages = " ".join(message for _, _, message in found)
    assert "The score 7 is not on the scale 1, 2, 3, 4." in messages
    assert "already in row 8" in messages
    assert "Sam" not in messages


def test_a_second_reading_in_another_session_round_or_purpose_is_no_duplicate(write):
    text = "piece,rater,score,session,round,purpose\n"
    rows = ["P1,A,1,S1,1,", "P1,A,2,S1,2,", "P1,A,1,S2,1,", "P1,A,1,,,validity"]
    assert len(read_score_table(write(text + "\n".join(rows)), levels="1-2").frame) == 4


def test_the_same_round_in_two_spellings_is_a_duplicate_and_names_no_piece(write):
    """“blind”, “1” and an empty cell are one round; ids may be children's names."""
    text = "piece,rater,criterion,score,round,purpose\n"
    for first, again in [("blind,", "1,independent"), (",", "Blind,"), ("2,", "After discussion,")]:
        rows = [f"Sam Sample,A,ORG,1,{first}", f"Sam Sample,A,ORG,1,{again}"]
        with pytest.raises(ImportRefused) as refused:
            read_score_table(write(text + "\n".join(rows)), levels="1-2")
        (problem,) = refused.value.problems
        assert (problem.row, problem.column) == (3, "score")
        assert "already in row 2" in problem.message
        assert "Sam" not in str(refused.value)


def test_scores_below_zero_are_scores_where_the_scale_says_so(write):
    text = "piece,rater,score\nP1,A,-1\nP1,B,−2\nP2,A,0\nP2,B,1\n"
    table = read_score_table(write(text), levels="-2-1")
    assert table.frame["score"].tolist() == [-1, -2, 0, 1]
    assert read_score_table(write(text)).levels == {"all": (-2, -1, 0, 1)}
    with pytest.raises(ImportRefused, match="The score -1 is not on the scale"):
        read_score_table(write(text), levels="0-1")


def test_ids_that_differ_in_capitals_or_spaces_alone_are_told(write):
    text = "piece,rater,score\nP1,A,1\np1,B,2\nP 1,C,2\nP2,A,1\nP2,a,1\n"
    table = read_score_table(write(text), levels="1-2")
    assert len(table.frame["piece"].unique()) == 4
    told = [one for one in table.warnings if "spellings" in one]
    assert len(told) == 2
    assert "1 piece occurs" in told[0] and "1 rater occurs" in told[1]
    plain = "piece,rater,score\nP1,A,1\nP1,B,2\n"
    assert read_score_table(write(plain), levels="1-2").warnings == ()


def test_missing_columns_are_named_with_their_option(write):
    with pytest.raises(ImportRefused) as refused:
        read_score_table(write("a,b,c\n1,2,3\n"), rater="teacher")
    fixes = " ".join(one.fix for one in refused.value.problems)
    assert len(refused.value.problems) == 3
    for option in ("--piece", "--rater", "--score", "--criteria"):
        assert option in fixes


def test_missing_or_repeated_criteria_of_a_wide_table_are_named(write):
    path = write("piece,rater,ORG\nP1,A,1\n")
    assert {message for _, _, message in problems_of(path, criteria=["ORG", "CONV", "org"])} == {
        "There is no column called CONV.",
        "A criterion is named twice.",
    }


def test_levels_that_leave_a_criterion_out_are_refused_and_spare_ones_are_told(write):
    path = write("piece,rater,criterion,score\nP1,A,ORG,1\nP1,A,CONV,1\n")
    assert any("CONV" in message for _, _, message in problems_of(path, levels="ORG=1-4"))
    found = read_score_table(path, levels="ORG=1-4,CONV=0-2,VOICE=1-4")
    assert "VOICE" in found.warnings[0]


def test_words_without_levels_say_how_to_name_them(write):
    with pytest.raises(ImportRefused) as refused:
        read_score_table(write("piece,rater,score\nP1,A,P\n"))
    assert "--levels LP,IP,P,E" in refused.value.problems[0].fix


@pytest.mark.parametrize("text", ["piece,rater,score\n", "piece,rater,score\nP1,A,\n"])
def test_a_table_without_scores_is_refused(write, text):
    assert problems_of(write(text))


def test_levels_that_cannot_be_read_are_refused_before_the_file_is_opened(tmp_path):
    with pytest.raises(ArgumentError):
        read_score_table(tmp_path / "none.csv", levels="4-1")


cells = st.one_of(
    st.sampled_from(["", "1", "2", "3", "2.5", "BLANK", "NA", "P1", "A", "ORG", '"', "=1+1", "é", "nan", "1e9"]),
    st.text(max_size=8),
)  # fmt: skip


@settings(deadline=None, max_examples=120)
@given(
    head=st.sampled_from(["piece,rater,criterion,score", "piece;rater;score;code", "piece,rater,ORG,round", ""]),
    rows=st.lists(st.lists(cells, max_size=6), max_size=8),
    levels=st.sampled_from([None, "1-3", "0-4:0.5", "LP,IP,P"]),
    wide=st.booleans(),
)  # fmt: skip
def test_garbage_in_a_table_is_read_or_refused_but_never_crashes(
    tmp_path_factory, head, rows, levels, wide
):
    path = tmp_path_factory.mktemp("garbage") / "scores.csv"
    lines = [head, *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8", errors="ignore", newline="")
    try:
        found = read_score_table(path, levels=levels, criteria=["ORG"] if wide else [])
    except CalibrateError as error:
        assert error.message
        return
    assert isinstance(found.frame, pd.DataFrame)
    on_scale = set().union(*found.levels.values())
    assert set(found.frame["score"].dropna()) <= on_scale


@settings(deadline=None, max_examples=60)
@given(content=st.binary(max_size=400), name=st.sampled_from(["x.csv", "x.xlsx"]))
def test_random_bytes_are_refused_but_never_crash(tmp_path_factory, content, name):
    path = tmp_path_factory.mktemp("bytes") / name
    path.write_bytes(content)
    with pytest.raises(CalibrateError):
        read_score_table(path)
