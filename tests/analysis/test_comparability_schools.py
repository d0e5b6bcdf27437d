"""What is said of the schools themselves: by hand, by another implementation, and whatever the table looks like."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from calibrate.analysis.comparability import compare
from calibrate.analysis.comparability_schools import rater_variance
from calibrate.analysis.group_contrasts import Grid
from tests.analysis.districts import SCALE

SCALES = {"FOC": SCALE, "ORG": SCALE}
COLUMNS = ["piece", "rater", "criterion", "score", "rater_school"]


def crossed(seed=3, pieces=12, raters=3, spread=0.5, schools=("a", "b"), criteria=("FOC",)):
    """Every rater of every school reads every piece."""
    rng = np.random.default_rng(seed)
    harsh = {(s, r): rng.normal(0, spread) for s in schools for r in range(raters)}
    rows = []
    for p in range(pieces):
        quality = rng.normal(2.5, 0.8)
        for (s, r), severity in harsh.items():
            for criterion in criteria:
                score = np.clip(np.rint(quality - severity + rng.normal(0, 0.5)), 1, 4)
                rows.append((f"p{p}", f"{s}{r}", criterion, float(score), s))
    return pd.DataFrame(rows, columns=COLUMNS)


def grid_of(table):
    return Grid.of(table, "rater_school")


def by_hand(table, raters, pieces):
    """Mean squares of the balanced crossed design: raters within schools, and what is left."""
    wide = table.pivot(index="piece", columns=["rater_school", "rater"], values="score")
    y = wide.to_numpy()
    of_rater = y.mean(axis=0)
    of_school = wide.T.groupby(level=0).transform("mean").T.mean(axis=0).to_numpy()
    free = len(of_rater) - wide.columns.get_level_values(0).nunique()
    between = pieces * ((of_rater - of_school) ** 2).sum() / free
    left = y - y.mean(axis=1, keepdims=True) - of_rater + y.mean()
    within = (left**2).sum() / ((pieces - 1) * (len(of_rater) - 1))
    return between, within, free


def test_the_balanced_case_is_the_analysis_of_variance_by_hand():
    table = crossed()
    between, within, free = by_hand(table, 3, 12)
    found = rater_variance(grid_of(table), "FOC")
    assert found.variance == pytest.approx((between - within) / 12)
    assert found.mean_square == pytest.approx(between / 12)
    assert found.reading == pytest.approx(within)
    assert (found.df, found.n_raters) == (pytest.approx(free), 6)
    row = next(one for one in compare(table, SCALES).this_school.pairs if one.criterion == "FOC")
    wide = table.groupby(["piece", "rater_school"])["score"].mean().unstack()
    gaps = wide["a"] - wide["b"]
    assert row.difference == pytest.approx(gaps.mean())
    # No error is believed to be smaller than single judgements allow.
    plain = max(gaps.var(), (1 / 3 + 1 / 3) * within) / 12
    # The school whose raters lie further apart than all do speaks for itself, the other for what all tell.
    of_rater = table.groupby(["rater_school", "rater"])["score"].mean()
    own = 12 * of_rater.groupby(level=0).var()
    assert own.max() > between > own.min()
    expected = plain + (own.max() - within) / 12 / 3 + (between - within) / 12 / 3
    assert row.se == pytest.approx(math.sqrt(expected))
    # Satterthwaite: all of the mean squares between raters with their own degrees of freedom.
    parts = np.array([own.max(), between]) / 12 / 3
    # Three raters of a school bring two, whoever speaks for them; and in all no more than raters give.
    most = parts.sum() ** 2 / (parts**2 / 2).sum()
    parts = parts * min(expected / parts.sum(), 1)
    left = max(expected - parts.sum(), 0)
    df = min(expected**2 / ((parts**2 / 2).sum() + left**2 / 11), most)
    half = stats.t.ppf(0.95, df) * math.sqrt(expected)
    assert row.ci90 == pytest.approx((gaps.mean() - half, gaps.mean() + half))
    assert (row.speaks_for, row.n_shared_pieces) == ("this school", 12)


def test_the_variance_equals_restricted_maximum_likelihood_where_that_is_the_same():
    from statsmodels.regression.mixed_linear_model import MixedLM

    table = crossed(seed=5, pieces=15, raters=4)
    fixed = pd.get_dummies(table[["piece", "rater_school"]], drop_first=True).astype(float)
    fixed.insert(0, "one", 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = MixedLM(table["score"], fixed, groups=table["rater"]).fit(reml=True)
    found = rater_variance(grid_of(table), "FOC")
    assert found.variance == pytest.approx(float(np.asarray(fit.cov_re)[0, 0]), abs=2e-4)
    assert found.reading == pytest.approx(float(fit.scale), abs=1e-4)


def test_the_variance_is_found_on_average_in_a_lopsided_table():
    estimates = []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        harsh = rng.normal(0, 0.5, (3, 4))
        piece = np.repeat(np.arange(24), 3)
        school = np.tile(np.arange(3), 24)
        rater = np.minimum(rng.integers(0, 6, len(piece)), 3)  # the last reads half of all
        score = rng.normal(0, 1, 24)[piece] + 0.8 * school - harsh[school, rater]
        score = score + rng.normal(0, 0.5, len(piece))
        names = ("a", "b", "c")
        grid = Grid.of_codes(
            np.zeros(len(piece), int), piece, school * 4 + rater, school, score, ("FOC",), names
        )
        estimates.append(rater_variance(grid, "FOC").variance)
    assert np.mean(estimates) == pytest.approx(0.25, abs=3 * np.std(estimates) / math.sqrt(120))


def test_where_every_reading_has_a_rater_of_its_own_nothing_is_counted_twice():
    table = crossed(pieces=8, raters=8)
    place = table["piece"].str[1:].astype(int)
    own = table[(place == table["rater"].str[1:].astype(int))]
    extra = crossed(seed=9, pieces=6, raters=8).assign(piece=lambda t: "x" + t["piece"])
    # Pieces that one school alone read tell how its raters differ, and are no part of the contrast.
    both = pd.concat([own, extra[extra["rater_school"] == "a"]])
    found = compare(both, SCALES)
    these = next(one for one in found.pairs if one.criterion == "FOC")
    school = next(one for one in found.this_school.pairs if one.criterion == "FOC")
    assert found.this_school.variance("FOC").variance > 0
    assert school.se == pytest.approx(these.se)


def test_one_rater_cannot_speak_for_a_school_and_it_is_said_how_many_it_would_take():
    table = crossed(schools=("a", "b", "c"), pieces=20, raters=4, spread=0.3)
    alone = table[(table["rater_school"] != "c") | (table["rater"] == "c0")]
    row = next(
        one
        for one in compare(alone, SCALES, labels={"a": "Ash", "c": "Cedar"}).this_school.pairs
        if (one.a, one.b, one.criterion) == ("a", "c", "total")
    )
    assert row.verdict == "cannot tell" and math.isnan(row.se)
    assert "one rater alone cannot speak for a school" in row.sentence
    assert "raters of each" in row.reason


def test_nothing_is_known_of_schools_where_no_two_raters_of_one_met_the_same_work():
    table = crossed(raters=1)
    found = compare(table, SCALES).this_school
    assert {one.verdict for one in (*found.groups, *found.pairs)} == {"cannot tell"}
    assert found.family_size == 0
    assert math.isnan(found.variance("FOC").variance)
    assert "too few raters" in found.variance("FOC").undefined


def test_a_school_that_differs_in_every_rater_is_found_and_equal_ones_are_told_alike():
    table = crossed(seed=1, pieces=40, raters=6, spread=0.05, criteria=("FOC", "ORG"))
    lenient = table.assign(
        score=table["score"].where(table["rater_school"] == "b", (table["score"] + 1).clip(1, 4))
    )
    found = compare(lenient, SCALES, labels={"a": "Ash", "b": "Birch"}).this_school
    assert found.between_pairs()[0].verdict == "different"
    assert "Ash as a school gives" in found.sentence
    alike = compare(table, SCALES, labels={"a": "Ash", "b": "Birch"}).this_school
    assert alike.between_pairs()[0].verdict == "same"
    assert "other raters of Ash and Birch" in alike.sentence


def rough(rows):
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.drop_duplicates(["piece", "rater", "criterion"])


READING = st.tuples(
    st.sampled_from([f"p{i}" for i in range(6)]),
    st.integers(0, 7),
    st.sampled_from(["FOC", "ORG"]),
    st.sampled_from([1.0, 2.0, 3.0, 4.0, math.nan]),
).map(lambda one: (one[0], f"r{one[1]}", one[2], one[3], "abc"[one[1] % 3]))


def numbers(found, names=None):
    names = names or {}
    schools = found.this_school
    return {
        (names.get(one.a, one.a), names.get(one.b, one.b), one.criterion, one.speaks_for): (
            one.difference,
            one.se,
            one.verdict,
        )
        for one in (*found.groups, *found.pairs, *schools.groups, *schools.pairs)
    }


@settings(deadline=None, max_examples=40)
@given(st.lists(READING, max_size=60), st.randoms(use_true_random=False))
def test_whatever_is_missing_nothing_fails_and_neither_order_nor_names_matter(rows, random):
    table = rough(rows)
    found = compare(table, SCALES)
    for one in (*found.this_school.groups, *found.this_school.pairs):
        assert one.sentence.endswith(".") and one.reason
        assert one.verdict == "cannot tell" or not math.isnan(one.se)
    shuffled = table.sample(frac=1, random_state=random.randrange(2**31))
    new = {"a": "x", "b": "y", "c": "z"}
    named = shuffled.assign(
        rater_school=shuffled["rater_school"].map(new), rater="t" + shuffled["rater"].astype(str)
    )
    one, other = numbers(found, new), numbers(compare(named, SCALES))
    assert one.keys() == other.keys()
    for key, (difference, se, verdict) in one.items():
        assert other[key][:2] == pytest.approx((difference, se), nan_ok=True, abs=1e-9)
        assert other[key][2] == verdict


@settings(deadline=None, max_examples=40)
@given(st.lists(READING, max_size=60))
def test_the_schools_are_never_surer_than_these_raters(rows):
    found = compare(rough(rows), SCALES)
    these = {(one.a, one.b, one.criterion): one for one in (*found.groups, *found.pairs)}
    for one in (*found.this_school.groups, *found.this_school.pairs):
        if not math.isnan(one.se):
            assert one.se >= these[one.a, one.b, one.criterion].se - 1e-12
