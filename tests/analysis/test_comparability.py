"""Schools of known truth: the lenient one is found, equal ones are left in peace, and no more is
said than shared pieces can tell."""

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.comparability import compare
from calibrate.analysis.intervals import mean_by_piece, share_by_piece
from tests.analysis.districts import SCALE, SCALES, district

LABELS = {
    "lincoln": "Lincoln",
    "roosevelt": "Roosevelt",
    "riverbend": "Riverbend",
    "stone-mill": "Stone Mill",
}


def total(found, a, b=None):
    rows = found.against_rest() if b is None else found.between_pairs()
    return next(one for one in rows if one.a == a and b in (None, one.b))


def test_the_lenient_school_is_found():
    found = compare(district(1, lenient=0.45), SCALES, labels=LABELS)
    row = total(found, "roosevelt")
    assert row.verdict == "different"
    assert row.ci95[0] < 0.45 < row.ci95[1]
    assert "Roosevelt gives" in found.sentence
    assert total(found, "lincoln", "roosevelt").difference < 0


def test_schools_that_share_no_piece_are_not_compared():
    found = compare(district(1), SCALES, labels=LABELS)
    row = total(found, "lincoln", "stone-mill")
    assert row.verdict == "cannot tell"
    assert np.isnan(row.difference)
    assert "meet only through Riverbend and Roosevelt" in row.reason
    assert "Nothing can be said directly about Lincoln and Stone Mill" in found.sentence
    assert found.links.shared("lincoln", "stone-mill") == 0
    assert found.links.linked


def test_equal_schools_are_seldom_called_different():
    wrong = sum(
        any(one.verdict == "different" for one in (*found.groups, *found.pairs))
        for found in (compare(district(seed, n_pieces=12), SCALES) for seed in range(20))
    )
    assert wrong <= 3  # 5% of 20, with room for chance


def test_able_students_do_not_make_a_lenient_school():
    table = district(4, n_pieces=24)
    own = pd.DataFrame(
        [(f"own{i}", "roosevelt-0", c, 4.0, "roosevelt") for i in range(50) for c in SCALES],
        columns=["piece", "rater", "criterion", "score", "rater_school"],
    )
    one, two = compare(table, SCALES), compare(pd.concat([table, own]), SCALES)
    assert total(one, "roosevelt").difference == pytest.approx(total(two, "roosevelt").difference)


def test_a_true_difference_at_the_margin_is_seldom_called_the_same():
    scales = {"FOC": SCALE}
    wrong = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        rows = []
        for piece in range(6):
            quality = rng.normal(2.5, 0.3)
            for school, shift in (("a", 0.375), ("b", 0.0)):
                score = float(np.clip(round(quality + shift + rng.normal(0, 0.6)), 1, 4))
                rows.append((f"p{piece}", school, "FOC", score, school))
        table = pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score", "rater_school"])
        wrong += total(compare(table, scales), "a", "b").verdict == "same"
    assert wrong <= 4


def test_two_shared_pieces_are_too_few():
    table = district(2, schools=("a", "b"), n_pieces=2)
    row = total(compare(table, SCALES), "a", "b")
    assert row.verdict == "cannot tell"
    assert "only 2 pieces" in row.reason


def test_a_difference_of_two_groups_worked_by_hand():
    rows = [
        ("p1", "x", 3, "a"),
        ("p1", "y", 2, "b"),
        ("p2", "x", 3, "a"),
        ("p2", "y", 3, "b"),
        ("p2", "z", 2, "b"),
        ("p3", "x", 4, "a"),
        ("p3", "y", 4, "b"),
    ]
    table = pd.DataFrame(rows, columns=["piece", "rater", "score", "rater_school"]).assign(
        criterion="FOC"
    )
    row = total(compare(table, {"FOC": SCALE}), "a", "b")
    assert row.difference == pytest.approx((1 + 0.5 + 0) / 3)
    assert row.n_shared_pieces == 3
    assert (row.n_raters_a, row.n_raters_b) == (1, 2)
    assert row.margin == pytest.approx(3 / 8)


def test_a_few_pieces_equally_far_apart_by_chance_prove_nothing():
    rows = [
        (f"p{i}", f"{school}{i}", score, school)
        for i in range(4)
        for school, score in (("a", 3.0), ("b", 2.0))
    ]
    table = pd.DataFrame(rows, columns=["piece", "rater", "score", "rater_school"]).assign(
        criterion="FOC"
    )
    row = total(compare(table, {"FOC": SCALE}), "a", "b")
    # Nobody read twice, so nothing is known of single judgements but that they are whole levels: 1/12 each.
    assert row.se == pytest.approx(np.sqrt(2 / 12 / 4))
    alike = table.assign(score=3.0)
    assert total(compare(alike.iloc[:6], {"FOC": SCALE}), "a", "b").verdict == "cannot tell"
    halves = {"FOC": [1, 1.5, 2, 2.5, 3, 3.5, 4]}
    assert total(compare(table, halves), "a", "b").se == pytest.approx(np.sqrt(2 / 48 / 4))


def test_agreement_within_and_between_keeps_schools_apart():
    rows = [
        ("p", "x", 3, "a"),
        ("p", "y", 3, "a"),
        ("p", "z", 4, "b"),
        ("q", "x", 2, "a"),
        ("q", "y", 2, "a"),
        ("q", "z", 4, "b"),
    ]
    table = pd.DataFrame(rows, columns=["piece", "rater", "score", "rater_school"]).assign(
        criterion="FOC"
    )
    found = compare(table, {"FOC": SCALE})
    assert found.within[0].agreement.exact.value == 1.0
    assert found.within[0].agreement.exact.ci_low < 0.5  # two pieces prove little
    assert found.between[0].agreement.exact.value == 0.0
    assert found.between[0].agreement.adjacent.value == 0.5
    lone = next(one for one in found.within if one.a == "b")
    assert "cannot tell" in lone.sentence


def test_raters_without_a_school_are_counted_out():
    table = district(3, n_pieces=6)
    table.loc[table["rater_school"] == "riverbend", "rater_school"] = None
    found = compare(table, SCALES)
    assert any("no group" in one.reason for one in found.left_out)
    assert "riverbend" not in found.links.groups


def test_order_of_rows_changes_nothing_and_names_only_swap_signs():
    table = district(9, lenient=0.3, schools=("a", "b"), n_pieces=10)
    shuffled = table.sample(frac=1, random_state=1)
    assert compare(table, SCALES) == compare(shuffled, SCALES)
    swapped = table.assign(rater_school=table["rater_school"].map({"a": "b", "b": "a"}))
    one, two = total(compare(table, SCALES), "a", "b"), total(compare(swapped, SCALES), "a", "b")
    assert one.difference == pytest.approx(-two.difference)


def test_one_group_or_nothing_at_all_is_said_so():
    alone = district(1, schools=("a",), n_pieces=3)
    assert "not two groups" in compare(alone, SCALES).sentence
    told = compare(alone, SCALES, labels={"a": "Hill School"})
    assert told.sentence.startswith("Only Hill School has scored work so far")
    assert told.between[0].sentence.endswith("because no piece was read by raters of two schools.")
    nobody = compare(alone.iloc[:0], SCALES, labels={})
    assert nobody.sentence.startswith("No school has scored work so far")
    assert nobody.within[0].sentence.endswith("no piece was read by two raters of one school.")
    assert compare(alone.iloc[:0], SCALES).pairs == ()


def test_the_json_has_the_promised_fields():
    held = compare(district(1, n_pieces=8), SCALES).as_dict()
    assert set(held) == {
        "linked",
        "family_size",
        "groups",
        "pairs",
        "bridges",
        "sentence",
        "this_school",
    }
    assert set(held["this_school"]["pairs"][0]) == set(held["pairs"][0])
    assert held["groups"][0]["against"] == "rest"
    assert set(held["pairs"][0]) == {
        "a",
        "b",
        "criterion",
        "scale",
        "difference",
        "se",
        "ci95",
        "ci90",
        "speaks_for",
        "margin",
        "n_shared_pieces",
        "verdict",
        "reason",
    }


def test_an_interval_never_vanishes_because_few_pieces_agreed():
    assert mean_by_piece([0.0, 0.0, 0.0], floor_variance=0.3).interval()[1] > 0.5
    share = share_by_piece([True] * 10, ["p", "q"] * 5)
    assert share.ci_low < 0.5


def test_the_interval_of_a_share_covers_it():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        truth = rng.beta(6, 4, 12)
        hits = rng.random((12, 10)) < truth[:, None]
        share = share_by_piece(hits.ravel(), np.repeat(np.arange(12), 10))
        held += share.ci_low <= 0.6 <= share.ci_high
    assert held >= 184


def test_the_same_is_said_with_the_interval_that_decides_it():
    row = total(compare(district(1), SCALES, labels=LABELS), "riverbend")
    assert row.verdict == "same"
    assert -row.margin < row.ci90[0] < row.ci90[1] < row.margin
    assert "less than the 0.38 that would matter" in row.sentence


def test_what_cannot_be_told_begins_a_sentence_of_its_own_with_a_capital():
    rows = [(f"p{i}", rater, 1 + (i + k) % 4) for i in range(4) for k, rater in enumerate("ab")]
    table = pd.DataFrame(rows, columns=["piece", "rater", "score"]).assign(
        criterion="ORG", rater_school=[f"S{rater}" for _, rater, _ in rows]
    )
    found = compare(table, {"ORG": (1, 2, 3, 4)})
    assert found.sentence.startswith("For Sa and Sb the shared pieces cannot tell.")
