"""What would settle a verdict on the schools themselves: found by simulation to be enough; raters where pieces alone are not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from calibrate.analysis.comparability import compare
from calibrate.analysis.settling import (
    CHANCE,
    MOST,
    MOST_RATERS,
    PIECES_A_RATER,
    raters_needed,
    what_would_settle,
    what_would_settle_schools,
)
from calibrate.analysis.severity import TOTAL
from tests.analysis.districts import SCALE

SCALES = {"FOC": SCALE}


def readings(pieces, raters, spread, seed=2, schools=("a", "b"), noise=0.4):
    """Each school's raters take turns over shared pieces."""
    rng = np.random.default_rng(seed)
    harsh = {school: rng.permutation(np.linspace(-1, 1, raters)) * spread for school in schools}
    rows = []
    for p in range(pieces):
        quality = rng.normal(2.5, 0.7)
        for i, school in enumerate(schools):
            r = (p + i * (p // raters)) % raters
            score = np.clip(np.rint(quality - harsh[school][r] + rng.normal(0, noise)), 1, 4)
            rows.append((f"p{p}", f"{school}{r}", "FOC", score, school))
    return pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score", "rater_school"])


def test_the_raters_asked_for_are_enough_in_four_cases_of_five():
    margin = 0.375
    rng = np.random.default_rng(6)
    for variance in (0.04, 0.09):
        m = raters_needed(variance, margin)
        assert m is not None and m < MOST_RATERS

        def alike(m, variance=variance):
            means = rng.normal(0, math.sqrt(variance), (6000, 2, m))
            gap = means.mean(axis=2) @ [1, -1]
            error = np.sqrt(means.var(axis=2, ddof=1).sum(axis=1) / m)
            return float((np.abs(gap) + stats.t.ppf(0.95, 2 * (m - 1)) * error < margin).mean())

        assert alike(m) > CHANCE - 0.04
        assert alike(m - 2) < CHANCE


def test_nothing_is_asked_where_nothing_is_known_or_nothing_would_do():
    assert raters_needed(math.nan, 0.375) is None
    assert raters_needed(4.0, 0.1) is None
    assert raters_needed(0.0, 0.375) == 2


def test_raters_are_asked_for_where_no_number_of_pieces_is_enough():
    found = compare(readings(24, 2, 0.3, seed=3), SCALES)
    (one,) = what_would_settle_schools(found.this_school, TOTAL)
    assert one.n_raters is not None and 2 < one.n_raters <= MOST_RATERS
    assert one.n_needed and one.n_needed <= max(PIECES_A_RATER * one.n_raters, 25)
    assert f"let {one.n_raters} readers of each school share out" in one.advice
    assert "as schools" in one.sentence


def test_pieces_are_asked_for_where_raters_hardly_differ():
    found = compare(readings(12, 6, 0.0, seed=3), SCALES).this_school
    unsure = replace(found.between_pairs()[0], difference=0.0, verdict="cannot tell")
    held = replace(
        found, pairs=(unsure,), raters=tuple(replace(r, variance=0.0) for r in found.raters)
    )
    (one,) = what_would_settle_schools(held, TOTAL)
    assert one.n_raters is None
    assert one.n_more == one.n_needed - 12 > 0
    assert "let the same readers score" in one.advice


def test_a_difference_at_the_margin_with_raters_far_apart_is_out_of_reach():
    found = compare(readings(20, 3, 1.2), SCALES, margin=0.05).this_school
    near = replace(found.pairs[0], difference=0.04, margin=0.05)
    (one,) = what_would_settle_schools(replace(found, pairs=(near,)), TOTAL)
    assert (one.n_needed, one.n_raters, one.likely) == (None, None, "")
    assert "let the readers of each school agree with one another first" in one.advice
    alike = compare(readings(20, 3, 0.0), SCALES).this_school
    near = replace(alike.pairs[0], difference=0.049, margin=0.05, verdict="cannot tell")
    held = replace(
        alike, pairs=(near,), raters=tuple(replace(r, variance=0.0) for r in alike.raters)
    )
    (one,) = what_would_settle_schools(held, TOTAL)
    assert one.n_needed is None and "lies too near the 0.05 that would matter" in one.advice


def test_schools_that_share_nothing_learn_from_the_others():
    table = readings(24, 4, 0.2, schools=("a", "b", "c"))
    place = table["piece"].str[1:].astype(int) % 2
    table = table[~((table["rater_school"] == "a") & (place == 0))]
    table = table[~((table["rater_school"] == "c") & (table["piece"].str[1:].astype(int) % 2 == 1))]
    found = compare(table, SCALES)
    told = {(one.a, one.b): one for one in what_would_settle_schools(found.this_school, TOTAL)}
    apart = told["a", "c"]
    assert apart.n_shared_pieces == 0 and apart.n_needed == apart.n_more
    assert apart.n_raters is not None and "would show it" in apart.advice


def test_these_raters_are_asked_for_what_settles_the_difference_as_it_looks():
    (pair,) = compare(readings(10, 2, 0.0), SCALES).between_pairs()
    unsure = replace(pair, verdict="cannot tell", se=0.2, n_shared_pieces=10)
    for size, likely in ((0.0, "same"), (0.9, "different")):
        (one,) = what_would_settle([replace(unsure, difference=size)])
        assert one.likely == likely and one.n_more and one.n_needed == 10 + one.n_more
    (one,) = what_would_settle([replace(unsure, difference=0.38)], family_size=600)
    (alone,) = what_would_settle([replace(unsure, difference=0.38)])
    assert one.n_needed > alone.n_needed  # to hold over more comparisons takes more
    (one,) = what_would_settle([replace(unsure, difference=0.01, margin=0.02)])
    assert one.n_needed is None and "no number of pieces within reach" in one.advice


@settings(deadline=None, max_examples=60)
@given(
    st.floats(-2, 2),
    st.floats(0.01, 1),
    st.integers(3, 200),
    st.floats(0.05, 1),
    st.integers(1, 600),
)
def test_more_pieces_are_always_more_and_never_beyond_what_people_can_read(
    size, se, n, margin, family
):
    (pair,) = compare(readings(4, 2, 0.0), SCALES).between_pairs()
    unsure = replace(
        pair, verdict="cannot tell", difference=size, se=se, n_shared_pieces=n, margin=margin
    )
    (one,) = what_would_settle([unsure], family_size=family)
    assert one.sentence.endswith(".")
    if one.n_needed is not None:
        assert n < one.n_needed == n + one.n_more <= max(MOST, n + 1)
    else:
        assert one.likely == ""


@pytest.mark.parametrize("raters", [1, 2])
def test_where_nothing_is_known_of_raters_several_readers_are_asked_for(raters):
    table = readings(6, raters, 0.0)
    if raters == 2:
        table["rater"] = table["rater_school"] + table["piece"]  # nobody reads twice
    (one,) = what_would_settle_schools(compare(table, SCALES).this_school, TOTAL)
    assert one.n_needed is None and "several readers of each school" in one.advice
