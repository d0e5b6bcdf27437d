"""A difference that goes by several names counts once, reads the same everywhere, and says whom the rest was."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.comparability import compare
from calibrate.analysis.comparability_model import compare_through_model
from calibrate.analysis.cut_crossing import cut_crossings, mean_scores
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.short_answer import short_answer
from calibrate.errors import ArgumentError
from tests.analysis.districts import SCALE, judge

SCALES = {"FOC": SCALE, "ORG": SCALE}


def linked(*links, pieces=12, criteria=("FOC", "ORG"), lenient="", seed=1):
    """So many pieces on each link, read by three raters of either school in turns."""
    rng = np.random.default_rng(seed)
    rows = []
    for number, pair in enumerate(links):
        for i in range(pieces):
            quality = rng.normal(2.5, 0.7, len(criteria))
            for late, school in enumerate(pair):
                scores = judge(rng, quality, -0.9 if school == lenient else 0.0)
                turn = (i + late * (i // 3)) % 3
                for criterion, score in zip(criteria, scores, strict=True):
                    rows.append((f"P{number}-{i}", f"{school}-{turn}", criterion, score, school))
    return pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score", "rater_school"])


def both_kinds(found):
    return (found.groups, found.pairs), (found.this_school.groups, found.this_school.pairs)


def test_two_schools_are_one_comparison_on_each_criterion_and_in_total():
    found = compare(linked(("a", "b"), lenient="b"), SCALES)
    assert (found.family_size, found.this_school.family_size) == (3, 3)
    for groups, pairs in both_kinds(found):
        rows = {(one.a, one.criterion): one for one in groups}
        for pair in pairs:
            mine, theirs = rows["a", pair.criterion], rows["b", pair.criterion]
            assert (mine.difference, mine.se, mine.ci95) == (pair.difference, pair.se, pair.ci95)
            assert (theirs.difference, theirs.ci95) == (
                -pair.difference,
                (-pair.ci95[1], -pair.ci95[0]),
            )
            assert mine.verdict == theirs.verdict == pair.verdict


def test_a_single_criterion_is_its_own_total():
    found = compare(linked(("a", "b"), criteria=("FOC",)), SCALES)
    assert (found.family_size, found.this_school.family_size) == (1, 1)
    for groups, pairs in both_kinds(found):
        assert len({(abs(one.difference), one.se, one.verdict) for one in (*groups, *pairs)}) == 1


def test_a_total_with_one_criterion_to_go_by_is_that_criterion():
    both = linked(("a", "b"))
    table = pd.concat([both[both["criterion"] == "FOC"], linked(("b", "c"), seed=2)])
    found = compare(table.drop_duplicates(["piece", "rater", "criterion"]), SCALES)
    rows = {(one.a, one.b, one.criterion): one for one in found.pairs}
    total, alone = rows["a", "b", TOTAL], rows["a", "b", "FOC"]
    assert (total.difference, total.se, total.ci95) == (alone.difference, alone.se, alone.ci95)


def test_schools_at_the_end_of_a_chain_have_one_neighbour_for_a_rest():
    found = compare(linked(("a", "b"), ("b", "c")), SCALES)
    # In total and on two criteria: a with b, b with c, and b with both.
    assert found.family_size == 9
    assert len(found.groups) + len(found.pairs) == 18
    again = compare(linked(("a", "b"), ("b", "c"), ("a", "c")), SCALES)
    assert again.family_size == 18


def test_through_all_links_two_schools_are_one_comparison_too():
    found = compare_through_model(linked(("a", "b"), pieces=40, lenient="b"), SCALES)
    assert (found.these.family_size, found.schools.family_size) == (3, 3)
    rest, pair = found.these.against_rest(), found.these.between_pairs()[0]
    assert rest[0].ci95 == pair.ci95 and rest[1].verdict == pair.verdict
    one = compare_through_model(linked(("a", "b"), pieces=40, criteria=("FOC",)), SCALES)
    assert one.these.family_size == 1


@pytest.fixture(scope="module")
def chain():
    table = linked(("s1", "s2"), ("s2", "s10"), pieces=40, lenient="s10")
    return table, compare(table, SCALES)


def test_it_is_said_whom_the_rest_was(chain):
    table, found = chain
    rows = {one.a: one for one in found.against_rest()}
    assert rows["s10"].rest == ("s2",) and not rows["s10"].whole_rest
    assert rows["s2"].rest == ("s1", "s10") and rows["s2"].whole_rest
    assert "s10 gives" in rows["s10"].sentence and "more than s2 to" in rows["s10"].sentence
    assert "s1 scores the same work as s2 does (it shares none with others)" in found.sentence
    assert rows["s10"].as_dict()["rest"] == ["s2"]
    assert "rest" not in found.pairs[0].as_dict()
    assert "more points than s2 to the same work" in short_answer(found)
    scales = dict.fromkeys(SCALES, SCALE)
    (crossed,) = [
        one
        for one in cut_crossings(found.against_rest(), mean_scores(table, "rater_school"), scales)
        if one.pieces_of == "s10"
    ]
    assert crossed.sentence.startswith("If s2 had scored")


def test_several_with_a_few_others_are_named_with_them():
    table = linked(("a", "b"), ("b", "c"), ("c", "d"), pieces=40)
    found = compare(table, SCALES)
    assert "as those do who share work with them (a with b; b with a and c;" in found.sentence


def test_names_with_numbers_stand_in_the_order_of_the_numbers(chain):
    _, found = chain
    assert [one.a for one in found.against_rest()] == ["s1", "s2", "s10"]
    assert [(one.a, one.b) for one in found.between_pairs()] == [
        ("s1", "s2"),
        ("s1", "s10"),
        ("s2", "s10"),
    ]
    assert found.links.groups == ("s1", "s2", "s10")
    assert [one.a for one in found.within[1:]] == ["s1", "s2", "s10"]


def test_a_criterion_that_two_did_not_share_says_so_though_they_share_pieces():
    table = linked(("a", "b"))
    apart = table[(table["criterion"] == "FOC") | (table["rater_school"] == "a")]
    found = compare(apart, SCALES, labels={"ORG": "Organization"})
    reasons = {one.reason for one in found.pairs if one.criterion == "ORG"}
    assert reasons == {"they share no piece on which both scored Organization"}


def test_a_rubric_of_an_older_project_with_a_criterion_called_total_is_refused_with_advice():
    table = linked(("a", "b")).replace({"criterion": {"ORG": "Total"}})
    for ask in (compare, compare_through_model):
        with pytest.raises(ArgumentError, match="a criterion called total") as caught:
            ask(table, {"FOC": SCALE, "Total": SCALE})
        assert "next version" in (caught.value.fix or "")
