"""What is withheld where few readers stand behind it, and what would give it away."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from calibrate.analysis.comparability import Comparison, compare
from calibrate.analysis.few_readers import ShownComparison, shown_comparison

SCALES = {one: [1, 2, 3, 4] for one in "XY"}
SCHOOL_OF = {"a1": "A", "a2": "A", "b1": "B", "b2": "B", "c1": "C", "c2": "C"}


def one_reader_on_y() -> pd.DataFrame:
    """A reads 15 pieces with B and 15 with C; of those with B only its first reader scores Y."""
    rows = []
    for n in range(30):
        for place, (rater, school) in enumerate(SCHOOL_OF.items()):
            if school == ("C" if n < 15 else "B"):
                continue
            for criterion in "XY":
                if not (n < 15 and rater == "a2" and criterion == "Y"):
                    score = 2 + (n + 2 * place + (criterion == "Y")) % 3 // 2 + n % 2
                    rows.append((f"p{n}", rater, criterion, score, school))
    table = pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score", "rater_school"])
    return table.assign(purpose="independent", round="blind")


@pytest.fixture(scope="module")
def shown() -> ShownComparison:
    return shown_comparison(one_reader_on_y(), SCALES)


def numbers(found: Comparison) -> dict[tuple[str, str, str], float]:
    schools = found.this_school
    return {
        (part, f"{one.a} {one.b}", one.criterion): one.difference
        for part, rows in {
            "these": (*found.groups, *found.pairs),
            "schools": (*schools.groups, *schools.pairs),
        }.items()
        for one in rows
        if not math.isnan(one.difference)
    }


def test_a_pair_of_one_reader_on_a_criterion_is_shown_on_none_and_not_in_total(shown):
    open_pairs = {one for one in numbers(compare(one_reader_on_y(), SCALES)) if one[1] == "A B"}
    assert len(open_pairs) >= 3  # so that there is something to withhold
    assert not [one for one in numbers(shown.comparison) if one[1] == "A B"]
    mine = [one for one in shown.comparison.pairs if (one.a, one.b) == ("A", "B")]
    assert len(mine) == 3 and all(one.withheld for one in mine)
    assert all(
        "one reader alone of one side" in one.sentence and "on Y" in one.sentence for one in mine
    )


def test_what_the_one_reader_gave_on_the_criterion_changes_no_number_that_is_shown(shown):
    table = one_reader_on_y()
    pieces = table["piece"].isin([f"p{n}" for n in range(15)])
    theirs = pieces & (table["criterion"] == "Y") & (table["rater"] == "a1")
    other = table.assign(score=table["score"].where(~theirs, 1))
    before, after = (compare(one, SCALES) for one in (table, other))
    assert numbers(before)["these", "A rest", "Y"] != numbers(after)["these", "A rest", "Y"]
    again = shown_comparison(other, SCALES)
    assert numbers(shown.comparison) == numbers(again.comparison)
    assert numbers(shown.comparison)["these", "A rest", "Y"] == pytest.approx(
        numbers(shown.comparison)["these", "A C", "Y"]
    )


def test_a_school_all_of_whose_pairs_are_withheld_is_not_set_beside_the_others(shown):
    mine = [one for one in shown.comparison.groups if one.a == "B"]
    assert len(mine) == 3 and all(one.withheld for one in mine)


@pytest.mark.parametrize(
    ("fewest", "schools", "words"),
    [
        (4, "ABC", "fewer than 4 readers in each have read"),
        (2, "ABC", "one reader alone in each has read"),
        (2, "A", "one reader alone there has read"),
        (3, "A", "fewer than 3 readers there have read"),
    ],
)
def test_schools_that_are_left_out_are_named_in_a_whole_sentence(fewest, schools, words):
    table = one_reader_on_y()
    if fewest == 2:
        gone = [f"{one.lower()}2" for one in schools]
        table = table[~table["rater"].isin(gone)]
    elif schools == "A":
        more = table[table["rater_school"] != "A"]
        table = pd.concat([table, more.assign(rater=more["rater"] + "x")])
    found = shown_comparison(table, SCALES, fewest=fewest)
    assert found.left_out == tuple(schools)
    assert words in found.sentence
