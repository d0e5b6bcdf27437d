"""How many shared pieces would settle what cannot be told: found by simulation to be enough, and no more than that."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy import stats

from calibrate.analysis.comparability import compare
from calibrate.analysis.settling import CHANCE, pieces_needed, what_would_settle
from tests.analysis.districts import SCALES, district

LABELS = {"lincoln": "Lincoln", "stone-mill": "Stone Mill", "roosevelt": "R", "riverbend": "V"}


def found_alike(n: int, spread: float, margin: float, times: int = 4000) -> float:
    """How often two schools that score alike are found alike with that many pieces."""
    gaps = np.random.default_rng(11).normal(0, spread, (times, n))
    half = stats.t.ppf(0.95, n - 1) * gaps.std(axis=1, ddof=1) / math.sqrt(n)
    return float((np.abs(gaps.mean(axis=1)) + half < margin).mean())


def test_the_pieces_asked_for_are_enough_in_four_cases_of_five() -> None:
    for spread in (0.4, 0.6, 1.0):
        n = pieces_needed(spread, 0.375)
        assert n is not None
        assert found_alike(n, spread, 0.375) > CHANCE - 0.04
        assert found_alike(n - 3, spread, 0.375) < CHANCE + 0.02


def test_wider_spread_and_a_smaller_margin_ask_for_more_pieces() -> None:
    few, many = pieces_needed(0.4, 0.375), pieces_needed(0.8, 0.375)
    smaller = pieces_needed(0.4, 0.2)
    assert few is not None and many is not None and smaller is not None
    assert few < many and few < smaller


def test_nothing_is_asked_where_nothing_is_known() -> None:
    assert pieces_needed(math.nan, 0.375) is None
    assert pieces_needed(0.4, 0.0) is None
    assert pieces_needed(50.0, 0.01) is None


def test_only_pairs_that_cannot_be_told_are_spoken_of_and_those_without_pieces_learn_from_others() -> (
    None
):
    pairs = compare(district(5), SCALES, labels=LABELS).between_pairs()
    found = what_would_settle(pairs, LABELS)
    assert {(one.a, one.b) for one in found} == {
        (one.a, one.b) for one in pairs if one.verdict == "cannot tell"
    }
    (apart,) = [one for one in found if one.n_shared_pieces == 0]
    assert {apart.a, apart.b} == {"lincoln", "stone-mill"}
    assert apart.n_needed == apart.n_more
    assert apart.n_needed and str(apart.n_needed) in apart.sentence
    assert "Lincoln and Stone Mill" in apart.sentence


def test_where_no_pair_shares_a_piece_ten_are_a_beginning() -> None:
    table = district(3, schools=("lincoln", "stone-mill"))
    table["piece"] = table["piece"] + table["rater_school"]
    (one,) = what_would_settle(compare(table, SCALES, labels=LABELS).between_pairs(), LABELS)
    assert one.n_needed is None
    assert "ten shared pieces are a beginning" in one.sentence


def test_two_that_share_nothing_are_as_far_apart_as_all_links_say() -> None:
    pairs = compare(district(5), SCALES, labels=LABELS).between_pairs()
    apart = next(one for one in pairs if one.n_shared_pieces == 0)
    linked = replace(apart, difference=0.9, se=0.2, n_shared_pieces=0)
    (alike,) = [one for one in what_would_settle(pairs, LABELS) if one.a == apart.a]
    (found,) = [
        one for one in what_would_settle(pairs, LABELS, through=[linked]) if one.a == apart.a
    ]
    assert (alike.rests_on, alike.likely) == ("scoring alike", "same")
    assert (found.rests_on, found.likely) == ("all links", "different")
    assert "if they score as all links say" in found.sentence
    assert found.as_dict()["rests_on"] == "all links"
    # What both read goes before what all links say.
    near = next(one for one in pairs if one.n_shared_pieces)
    unsure = replace(near, verdict="cannot tell", difference=0.05)
    far = replace(near, difference=0.9)
    (direct,) = what_would_settle([unsure], LABELS, through=[far])
    assert (direct.rests_on, direct.likely) == ("shared pieces", "same")
