"""Differences through all links: chains, disconnected schools, these raters and this school."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.comparability import REST, compare
from calibrate.analysis.comparability_model import (
    ThroughModel,
    compare_through_model,
)
from calibrate.analysis.links import link_map
from calibrate.analysis.model_words import where_they_part
from calibrate.analysis.shared_pieces import widest_chains
from tests.analysis.districts import CRITERIA, SCALES, district, judge

LABELS = {"lincoln": "Lincoln", "roosevelt": "Roosevelt", "stone-mill": "Stone Mill"}


@pytest.fixture(scope="module")
def lenient() -> ThroughModel:
    """Roosevelt gives 0.6 more; Lincoln and Stone Mill share no piece."""
    return compare_through_model(district(3, lenient=0.6, n_pieces=60), SCALES, labels=LABELS)


def pair(found: ThroughModel, a: str, b: str, criterion: str = "total"):
    rows = found.these.between_pairs(criterion)
    return next(one for one in rows if {one.a, one.b} == {a, b})


def test_a_lenient_school_is_found_and_the_size_is_in_points(lenient):
    rest = {one.a: one for one in lenient.these.against_rest()}
    roosevelt = rest["roosevelt"]
    assert roosevelt.verdict == "different"
    assert roosevelt.ci95[0] < 0.55 < roosevelt.ci95[1]
    assert "Roosevelt gives" in roosevelt.sentence and "through all links" in roosevelt.sentence
    assert {rest[one].verdict for one in ("lincoln", "riverbend")} <= {
        "same",
        "cannot tell",
        "different",
    }
    assert all(rest[one].difference < 0.1 for one in ("lincoln", "riverbend", "stone-mill"))


def test_schools_that_meet_only_by_way_of_others_have_an_answer(lenient):
    far = pair(lenient, "lincoln", "stone-mill")
    assert far.n_shared_pieces == 0 and far.n_linking_pieces == 30
    assert math.isfinite(far.se) and abs(far.difference) < 2.5 * far.se
    assert "by way of others, as they share no piece" in far.sentence
    assert far.sentence in lenient.sentence
    direct = compare(district(3, lenient=0.6, n_pieces=60), SCALES).between_pairs()
    assert [one.verdict for one in direct if one.n_shared_pieces == 0] == ["cannot tell"]


def test_where_they_share_pieces_both_ways_agree(lenient):
    direct = compare(district(3, lenient=0.6, n_pieces=60), SCALES, labels=LABELS)
    linked = {(one.a, one.b): one for one in lenient.these.between_pairs()}
    for one in direct.between_pairs():
        if one.n_shared_pieces:
            assert linked[one.a, one.b].difference == pytest.approx(one.difference, abs=0.15)
    assert where_they_part(direct.between_pairs(), lenient.these.between_pairs()) == ()


def test_every_criterion_stands_on_a_scale_of_its_own(lenient):
    told = {one.criterion for one in lenient.these.groups}
    assert told == {"total", *CRITERIA}
    assert lenient.these.family_size == 6 * (4 + 6)
    for criterion in CRITERIA:
        row = pair(lenient, "roosevelt", "riverbend", criterion)
        sign = 1 if row.a == "roosevelt" else -1
        assert 0.2 < sign * row.difference < 1.0


def test_the_schools_themselves_are_less_certain_than_these_raters(lenient):
    these = {(one.a, one.b): one.se for one in lenient.these.between_pairs()}
    for one in lenient.schools.between_pairs():
        assert one.speaks_for == "this school"
        assert one.se >= these[one.a, one.b]
    assert lenient.raters[0].n_raters == 12 and lenient.raters[0].df > 2


def test_schools_that_nothing_joins_are_never_set_beside_each_other():
    table = pd.concat(
        [
            district(1, schools=("a", "b"), n_pieces=20),
            district(2, schools=("c", "d"), n_pieces=20).assign(
                piece=lambda rows: "X" + rows["piece"]
            ),
        ]
    )
    found = compare_through_model(table, SCALES)
    across = pair(found, "a", "c")
    assert math.isnan(across.difference) and math.isnan(across.ci95[0])
    assert across.verdict == "cannot tell"
    assert across.reason == "no chain of shared pieces joins them"
    assert math.isfinite(pair(found, "a", "b").se) and math.isfinite(pair(found, "c", "d").se)
    assert "Nothing joins these parts" in found.sentence


def test_able_students_are_not_taken_for_a_lenient_school():
    rows = []
    rng = np.random.default_rng(4)
    for number in range(110):
        home = "able" if number % 2 else "plain"
        readers = ("able", "plain") if number < 10 else (home,)
        quality = rng.normal(2.9 if home == "able" else 2.1, 0.5) + rng.normal(0, 0.2, 2)
        for school in readers:
            for rater in rng.permutation(3)[:2]:
                for criterion, score in zip(CRITERIA, judge(rng, quality, 0.0), strict=False):
                    rows.append((f"P{number:03d}", f"{school}-{rater}", criterion, score, school))
    table = pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score", "rater_school"])
    found = pair(compare_through_model(table, SCALES), "able", "plain")
    assert found.verdict != "different"
    assert abs(found.difference) < 0.3, "a common mean would make it most of the 0.8"
    assert found.df < 15, "it rests on the ten pieces that both read"


def test_one_rater_cannot_speak_for_a_school():
    table = district(5, raters_per_school=1, n_pieces=40)
    found = compare_through_model(table, SCALES)
    assert all(math.isfinite(one.se) for one in found.these.between_pairs())
    schools = found.schools.between_pairs()
    assert {one.reason for one in schools} == {"one rater alone cannot speak for a school"}
    assert found.schools.family_size == 0


def test_two_pieces_are_too_few_to_carry_a_chain():
    table = district(6, schools=("a", "b"), n_pieces=40)
    shared = table["piece"].isin(["P000", "P001"])
    found = compare_through_model(table[shared | (table["rater_school"] == "a")], SCALES)
    row = found.these.against_rest()[0]
    assert row.verdict == "cannot tell" and math.isnan(row.ci95[0])


def test_scores_that_are_all_alike_set_nobody_beside_anybody():
    found = compare_through_model(district(6, n_pieces=12).assign(score=4.0), SCALES)
    reasons = {one.reason for one in (*found.these.groups, *found.schools.pairs)}
    assert reasons == {"no piece was read by two raters with scores that would show a difference"}


def test_a_school_that_is_always_a_level_above_has_no_finite_answer():
    table = district(6, schools=("a", "b"), raters_per_school=1, n_pieces=20)
    quality = table["piece"].str[1:].astype(int) % 3 + 1.0
    found = compare_through_model(
        table.assign(score=quality + (table["rater_school"] == "a")), SCALES
    )
    assert "no finite answer" in found.these.pairs[0].reason


def test_a_table_of_one_group_and_one_of_no_groups_say_so():
    alone = district(7, schools=("a",), n_pieces=5)
    assert "not two groups" in compare_through_model(alone, SCALES).sentence
    found = compare_through_model(alone.drop(columns="rater_school"), SCALES)
    assert found.these.groups == () and found.left_out[0].n == len(alone)


def test_rows_in_another_order_and_other_names_change_nothing(lenient):
    table = district(3, lenient=0.6, n_pieces=60).sample(frac=1, random_state=2)
    found = compare_through_model(table, SCALES, labels=LABELS)
    for one, two in zip(lenient.these.pairs, found.these.pairs, strict=True):
        assert two.difference == pytest.approx(one.difference, abs=1e-6)
        assert two.se == pytest.approx(one.se, rel=1e-4)


def test_the_json_holds_both_families(lenient):
    told = lenient.as_dict()
    assert told["groups"][0]["against"] == REST
    assert {"n_linking_pieces", "df", "verdict", "difference"} <= set(told["pairs"][0])
    assert told["this_school"]["pairs"][0]["speaks_for"] == "this school"
    assert told["this_school"]["rater_variance"][0]["criterion"] == "total"


def test_the_widest_chain_is_as_wide_as_its_narrowest_link():
    reads = {"a": range(0, 12), "b": range(4, 30), "c": range(20, 40), "d": range(38, 50)}
    rows = [(f"P{p}", school, school) for school, pieces in reads.items() for p in pieces]
    table = pd.DataFrame(rows, columns=["piece", "rater", "rater_school"])
    width = widest_chains(link_map(table))
    assert width[frozenset("ab")] == 8 and width[frozenset("bc")] == 10
    assert width[frozenset("ac")] == 8 and width[frozenset("ad")] == 2


def test_where_the_two_ways_part_it_is_said_what_to_make_of_it(lenient):
    table = district(3, lenient=0.6, n_pieces=60)
    direct = compare(table, SCALES, labels=LABELS).between_pairs()
    flipped = compare(table.assign(score=5 - table["score"]), SCALES, labels=LABELS).between_pairs()
    said = where_they_part(flipped, lenient.these.between_pairs(), LABELS)
    assert said and "Lincoln and Roosevelt come out otherwise directly" in " ".join(said)
    assert len(said) <= len(direct)
