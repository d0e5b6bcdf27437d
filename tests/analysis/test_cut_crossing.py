"""Who would change sides of the cut: by hand, against districts of known truth, and said plainly."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.analysis.comparability import compare
from calibrate.analysis.cut_crossing import cut_crossings, mean_scores, scores_of_record
from tests.analysis.districts import SCALE, SCALES, district

LABELS = {"a": "Ash", "b": "Birch"}


def a_difference(size, low, high, verdict="different", criterion="FOC"):
    table = district(1, schools=("a", "b"), n_pieces=8)
    found = next(one for one in compare(table, SCALES).pairs if one.criterion == criterion)
    return replace(found, difference=size, ci95=(low, high), verdict=verdict, se=0.1)


def given_scores(scores, group="a", criterion="FOC", n=1):
    return pd.DataFrame(
        {
            "group": group,
            "piece": [f"p{i}" for i in range(len(scores))],
            "criterion": criterion,
            "score": scores,
            "n": n,
        }
    )


def test_a_fifth_of_a_point_moves_one_3_in_five_below_the_cut():
    scores = [1.0, 2.0, 3.0, 3.0, 4.0]
    (one,) = cut_crossings(
        [a_difference(0.2, 0.1, 0.3)], given_scores(scores), {"FOC": SCALE}, LABELS
    )
    assert one.change == pytest.approx(-0.2 * 2 / 5)
    assert (one.low, one.high) == (pytest.approx(-0.3 * 2 / 5), pytest.approx(-0.1 * 2 / 5))
    assert (one.pieces_of, one.scored_by, one.cut, one.n_pieces) == ("a", "b", 3.0, 5)
    assert one.sentence.endswith(
        "If Birch had scored the 5 pieces that Ash scored, about 8 of every 100 would fall below "
        "the cut (4 to 12)."
    )


def test_the_other_schools_pieces_move_the_other_way_and_means_of_two_have_half_the_stretch():
    held = given_scores([2.5, 2.5, 3.0, 1.0], group="b", n=2)
    (one,) = cut_crossings([a_difference(0.1, 0.05, 0.15)], held, {"FOC": SCALE}, LABELS)
    # Two pieces at 2.5 stand for 2.25 to 2.75, half of it over 2.5; a tenth more is a fifth of the stretch.
    assert one.pieces_of == "b" and one.change == pytest.approx(0.2 * 2 / 4)


def test_same_and_cannot_tell_are_said_plainly():
    held = given_scores([2.0, 3.0, 3.0, 4.0])
    same = cut_crossings([a_difference(0.02, -0.1, 0.14, "same")], held, {"FOC": SCALE}, LABELS)
    assert (
        "they score alike, and at most 7 of every 100 would change sides of the cut"
        in same[0].sentence
    )
    unsure = cut_crossings(
        [a_difference(0.2, -0.2, 0.6, "cannot tell")], held, {"FOC": SCALE}, LABELS
    )
    assert unsure[0].sentence.endswith(
        "cannot tell, anything from 30 of every 100 that would fall below the cut to 5 of every 100 "
        "that would newly reach the cut is possible."
    )
    small = cut_crossings([a_difference(-0.2, -0.3, -0.1, "same")], held, {"FOC": SCALE}, LABELS)
    assert "alike within the margin; even so about 5 of every 100 would newly reach" in (
        small[0].sentence
    )
    nothing = replace(
        a_difference(0, 0, 0, "cannot tell"), se=math.nan, reason="they share no piece"
    )
    nothing = replace(nothing, difference=math.nan, ci95=(math.nan, math.nan))
    (one,) = cut_crossings([nothing], held, {"FOC": SCALE}, LABELS)
    assert math.isnan(one.change)
    assert one.sentence.endswith("cannot tell, because they share no piece.")


def test_a_range_whose_ends_are_alike_is_one_number():
    held = given_scores([2.0, 2.0, 3.0, 3.0])

    def told(size, low, high, verdict):
        (one,) = cut_crossings([a_difference(size, low, high, verdict)], held, {"FOC": SCALE})
        return one.sentence

    assert told(1.5, 1.2, 1.8, "different").endswith(
        "about 50 of every 100 would fall below the cut."
    )
    assert told(1.5, 1.2, 1.8, "same").endswith("about 50 of every 100 would fall below the cut.")
    assert told(1.5, 1.2, 1.8, "cannot tell").endswith(
        "whatever the difference is, about 50 of every 100 would fall below the cut."
    )
    assert told(1.0, 0.5, 1.5, "different").endswith("would fall below the cut (25 to 50).")
    far = given_scores([1.0, 1.0])
    (one,) = cut_crossings([a_difference(0.1, -0.1, 0.3, "cannot tell")], far, {"FOC": SCALE})
    assert one.sentence.endswith("no piece would change sides of the cut.")


def test_in_total_a_mean_counts_to_the_nearest_level():
    held = pd.concat([given_scores([2.0, 3.0]), given_scores([3.0, 3.0], criterion="ORG")])
    scales = {"FOC": SCALE, "ORG": SCALE}
    (one,) = cut_crossings([a_difference(0.25, 0.2, 0.3, criterion="total")], held, scales)
    # The 2 and 3 make 2.5, for 2.25 to 2.75: half of it is over 2.5, and a quarter of a point less takes all of that under.
    # The two 3s stay over 2.5 with all of 2.5 to 3.0.
    assert one.change == pytest.approx(-0.5 / 2)


def test_without_a_cut_or_with_different_scales_nothing_is_said():
    held = given_scores([2.0, 3.0])
    assert cut_crossings([a_difference(0.2, 0.1, 0.3)], held, {"FOC": (1, 2, 3, 4)}) == ()
    scales = {"FOC": SCALE, "ORG": replace(SCALE, cut="2")}
    assert cut_crossings([a_difference(0.2, 0.1, 0.3, criterion="total")], held, scales) == ()


def test_the_share_is_what_rescoring_simulated_pieces_shows():
    """A lenient school's pieces scored again by the other: predicted from shared pieces' difference alone."""
    rng = np.random.default_rng(4)
    quality = rng.normal(2.6, 0.8, 6000)
    for shift in (0.2, 0.45, -0.3):
        lenient, plain = (
            np.clip(np.rint(quality + more + rng.normal(0, 0.5, len(quality))), 1, 4)
            for more in (shift, 0.0)
        )
        gap = float((lenient - plain).mean())
        (one,) = cut_crossings(
            [a_difference(gap, gap - 0.1, gap + 0.1)], given_scores(lenient), {"FOC": SCALE}
        )
        assert one.change == pytest.approx((plain >= 3).mean() - (lenient >= 3).mean(), abs=0.03)
        assert one.low <= one.change <= one.high


def test_the_readings_of_a_district_give_every_group_its_pieces():
    table = district(1, lenient=0.45)
    found = compare(table, SCALES)
    crossings = cut_crossings(
        (*found.groups, *found.pairs), mean_scores(table, "rater_school"), SCALES
    )
    lead = next(
        one
        for one in crossings
        if (one.pieces_of, one.scored_by, one.criterion) == ("roosevelt", "rest", "total")
    )
    assert lead.change < 0 and lead.n_pieces == 30
    pairs = {(one.pieces_of, one.scored_by) for one in crossings if one.criterion == "total"}
    assert {("lincoln", "roosevelt"), ("roosevelt", "lincoln")} <= pairs


def test_scores_of_record_are_of_the_school_whose_raters_alone_read_the_piece():
    readings = pd.DataFrame(
        [("p1", "a"), ("p1", "a"), ("p2", "a"), ("p2", "b"), ("p3", None), ("p4", "b")],
        columns=["piece", "rater_school"],
    )
    records = pd.DataFrame(
        {"piece": ["p1", "p2", "p3", "p4"], "criterion": "FOC", "value": [3.0, 2.0, 2.0, math.nan]}
    )
    found = scores_of_record(records, readings, "rater_school")
    assert list(found["piece"]) == ["p1", "p4"] and list(found["group"]) == ["a", "b"]
    (one,) = cut_crossings([a_difference(0.2, 0.1, 0.3)], found, {"FOC": SCALE}, LABELS)
    assert (one.pieces_of, one.n_pieces) == ("a", 1)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, math.nan]), min_size=1, max_size=20),
    st.floats(-3, 3),
    st.floats(0, 1),
)
def test_the_share_grows_with_the_difference_and_never_leaves_its_range(scores, size, half):
    found = cut_crossings(
        [a_difference(size, size - half, size + half)], given_scores(scores), {"FOC": SCALE}
    )
    for one in found:
        assert -1 <= one.low <= one.change <= one.high <= 1
        assert one.change * size <= 0
