"""Student groups: a bias that was put in is found and its size is right; weaker work and strict schools are not taken for bias."""

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.student_groups import (
    MIN_READERS,
    QUESTION,
    memberships,
    student_groups,
)
from tests.analysis.grouped_districts import SCALES, grouped

LABELS = {"oak": "Oak School", "newcomers": "newcomers to English"}


def look(seed, *, min_students=10, labels=None, **put_in):
    table, members = grouped(seed, **put_in)
    return student_groups(table, SCALES, members, min_students=min_students, labels=labels)


def cell(found, school):
    return next(one for one in found.cells if one.school == school)


@pytest.fixture(scope="module")
def biased():
    return look(3, bias=1.8, labels=LABELS)


def test_a_bias_is_found_where_it_is_and_worded_as_a_question(biased):
    oak = cell(biased, "oak")
    assert oak.flagged and biased.flagged[0] is oak
    assert oak.value == pytest.approx(1.8, abs=2 * oak.se)
    assert oak.points < 0 and oak.ci95[1] < 0
    assert "Oak School's readers give work of the group newcomers to English" in oak.sentence
    assert oak.sentence.endswith(f"{QUESTION}.")
    assert "Of 3 pairs of a school and a student group looked at" in biased.sentence
    assert "cannot be told from scores" in biased.sentence


def test_counts_are_those_of_pieces_shared_with_other_schools(biased):
    table, members = grouped(3, bias=1.8)
    mean = table.groupby("piece")["score"].transform("mean")
    telling = (mean > 1) & (mean < 4)  # a piece at an end of the scale shows no difference
    inside = table[table["piece"].isin(members["piece"]) & telling]
    oak = inside[inside["rater_school"] == "oak"]
    found = cell(biased, "oak")
    assert found.n_pieces == oak["piece"].nunique()
    assert found.n_students == oak["student"].nunique() < found.n_pieces
    assert found.n_readers == oak["rater"].nunique()


def test_weaker_work_and_a_strict_school_are_no_bias():
    p = [one.p for seed in range(12) for one in look(seed, gap=2.0, severe=1.5).cells]
    assert len(p) == 36
    assert sum(one < 0.05 for one in p) <= 5  # 5% of 36, with room for chance


def test_small_groups_are_not_looked_at():
    found = look(1, min_students=30, n_pieces=60)
    assert found.cells == () and found.n_too_small == 3
    assert found.sentence.startswith("Nothing can be said about student groups")
    assert "fewer than 30 students" in found.sentence


def test_a_school_with_few_readers_is_not_looked_at():
    table, members = grouped(2)
    lone = table["rater_school"] == "elm"
    table.loc[lone, "rater"] = "elm" + (table.index[lone] % (MIN_READERS - 1)).astype(str)
    table = table.drop_duplicates(["piece", "rater", "criterion"])
    found = student_groups(table, SCALES, members)
    assert {one.school for one in found.cells} == {"ash", "oak"}
    assert found.n_too_small == 1


def test_pieces_that_one_school_read_alone_say_nothing():
    table, members = grouped(2)
    alone = table[table["rater_school"] == "oak"]
    found = student_groups(alone, SCALES, members)
    assert found.cells == () and found.n_too_small == 0


def test_the_order_of_rows_changes_nothing():
    table, members = grouped(5, n_pieces=90)
    first = student_groups(table, SCALES, members, min_students=5)
    mixed = table.sample(frac=1, random_state=np.random.RandomState(0))
    again = student_groups(mixed, SCALES, members.iloc[::-1], min_students=5)
    assert [one.p for one in again.cells] == pytest.approx([one.p for one in first.cells])


def test_a_cell_may_name_several_groups_and_the_common_one_is_what_others_are_beside():
    pieces = [f"P{n}" for n in range(6)]
    values = ["en", "en", "en", "en", "es", pd.NA]
    assert memberships(pieces, values, "language")["group"].tolist() == ["es"]
    several = memberships(pieces, ["scribed; word bank", "", "", "scribed", "", ""], "help")
    assert sorted(several.itertuples(index=False, name=None)) == [
        ("help", "scribed", "P0"),
        ("help", "scribed", "P3"),
        ("help", "word bank", "P0"),
    ]
