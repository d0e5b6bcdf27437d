"""Raters beside settled scores: which readings count, what is said, and the rule as data."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from calibrate.analysis.anchor_readings import beside_anchors
from calibrate.stats.anchor import QualificationRule

FOUR = {"ORG": (1, 2, 3, 4)}


def settled(levels, session=None) -> pd.DataFrame:
    rows = [(f"P{i}", "ORG", float(level)) for i, level in enumerate(levels)]
    found = pd.DataFrame(rows, columns=["piece", "criterion", "anchor"])
    return found if session is None else found.assign(session=session)


def read(rater, levels, **more) -> pd.DataFrame:
    rows = [(f"P{i}", rater, "ORG", float(level)) for i, level in enumerate(levels)]
    return pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score"]).assign(**more)


LEVELS = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]


def test_a_rater_one_level_above_throughout_is_told_so():
    own = [2, 3, 4, 4, 2, 3, 4, 4, 2, 3, 4, 4]
    (one,) = beside_anchors(read("A", own), settled(LEVELS), FOUR)
    assert (one.criterion, one.found.n, one.verdict) == ("total", 12, "not yet")
    assert one.found.exact.value == pytest.approx(3 / 12)
    assert one.found.bias == pytest.approx(9 / 12)
    assert one.found.bias_low < one.found.bias < one.found.bias_high
    assert "+0.75 points off" in one.sentence
    assert "rule asks for 70%" in one.sentence


def test_the_session_that_settled_a_score_does_not_count_but_a_validity_reading_does():
    there = read("A", LEVELS, session="S1")
    assert beside_anchors(there, settled(LEVELS, "S1"), FOUR) == ()
    elsewhere = read("A", LEVELS, session="S2")
    (one,) = beside_anchors(elsewhere, settled(LEVELS, "S1"), FOUR)
    assert one.found.qualified is True
    check = read("A", [4] * 12, session="S1", purpose="validity")
    (one,) = beside_anchors(pd.concat([there, check]), settled(LEVELS, "S1"), FOUR)
    assert one.found.exact.value == pytest.approx(3 / 12)


def test_scores_after_talking_and_joint_scores_do_not_count():
    after = read("A", LEVELS, round="after_discussion")
    joint = read("A+B", LEVELS, joint=True)
    assert beside_anchors(pd.concat([after, joint]), settled(LEVELS), FOUR) == ()


def test_the_rule_is_data():
    own = [*LEVELS[:9], 1, 4, 3]
    strict = QualificationRule("ours", {4: 0.9})
    assert beside_anchors(read("A", own), settled(LEVELS), FOUR)[0].verdict == "qualified"
    assert (
        beside_anchors(read("A", own), settled(LEVELS), FOUR, rule=strict)[0].verdict == "not yet"
    )
    few = QualificationRule("ours", {4: 0.5}, fewest=13)
    (one,) = beside_anchors(read("A", own), settled(LEVELS), FOUR, rule=few)
    assert (one.verdict, one.as_dict()["qualified"]) == ("cannot tell", None)


def test_criteria_with_different_scales_are_told_apart():
    scales = FOUR | {"CONV": (0, 1, 2)}
    other = read("A", [0, 1, 2, 0]).assign(criterion="CONV")
    anchors = pd.concat(
        [settled(LEVELS), settled([0, 1, 2, 1]).assign(criterion="CONV")], ignore_index=True
    )
    found = beside_anchors(pd.concat([read("A", LEVELS), other]), anchors, scales)
    assert [(one.criterion, one.found.n) for one in found] == [("ORG", 12), ("CONV", 4)]
    assert found[1].found.wanted == 0.8


def test_one_piece_has_no_interval_and_says_null():
    (one,) = beside_anchors(read("A", [2]), settled([3]), FOUR)
    assert math.isnan(one.found.bias_low)
    assert one.as_dict()["bias_low"] is None
    assert "−1.00 points off on average;" in one.sentence
