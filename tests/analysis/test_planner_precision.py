"""How many shared pieces and raters it takes to tell two schools apart: beside compare, beside the noncentral t, and in words."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from calibrate.analysis.comparability import compare
from calibrate.analysis.comparability_schools import rater_variance, school_estimate
from calibrate.analysis.group_contrasts import Grid, contrasts_of
from calibrate.analysis.planner_precision import what_it_takes
from calibrate.analysis.planner_variances import ReaderVariances, reader_variances
from calibrate.analysis.rater_spread import own_or_pooled
from calibrate.analysis.readings import independent_blind
from calibrate.analysis.severity import TOTAL
from calibrate.errors import ArgumentError
from tests.analysis.districts import SCALES, district

CERTAIN = 1e9


def known(rater: float, reading: float, df: float = CERTAIN, criteria: int = 1) -> ReaderVariances:
    return ReaderVariances(reading, df, rater + reading / 10, 10.0, df, 8, 2, criteria)


def readings(table: pd.DataFrame) -> pd.DataFrame:
    return independent_blind(table, SCALES).table


def scored(schools: tuple[float, ...], spread: float, seed: int = 1, n: int = 40) -> pd.DataFrame:
    """Two raters of every school read each piece; schools give so many points more, raters lie so far apart."""
    rng = np.random.default_rng(seed)
    quality, rows = rng.normal(2.5, 0.5, n), []
    severity = rng.normal(0, spread, (len(schools), 6))
    for piece, school in ((p, s) for p in range(n) for s in range(len(schools))):
        for rater in rng.permutation(6)[:2]:
            seen = quality[piece] + schools[school] - severity[school, rater] + rng.normal(0, 0.4)
            score = float(np.clip(np.rint(seen), 1, 4))
            rows.append((f"P{piece}", f"S{school}R{rater}", "ORG", score, f"S{school}"))
    return pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score", "school"])


def test_what_schools_differ_by_is_not_what_their_raters_differ_by():
    rows = readings(scored((-0.5, 0.5), spread=0.0))
    apart = reader_variances(rows, SCALES)
    together = reader_variances(rows.drop(columns=["school"]), SCALES)
    assert (apart.n_schools, together.n_schools) == (2, 0)
    assert apart.severity < 0.02 < 0.2 < together.severity
    one, other = what_it_takes(apart, 0.5), what_it_takes(together, 0.5)
    assert one.these_raters < other.these_raters / 1.5
    assert one.fewest_raters is not None and other.fewest_raters is None
    assert "do not say whose school" in other.sentence and "whose school" not in one.sentence


def test_the_variances_and_the_family_are_those_of_compare():
    table = district(3, n_pieces=60)
    rows = readings(table)
    found = reader_variances(rows, SCALES)
    beside = compare(table, SCALES)
    raters = beside.this_school.variance()
    assert found.severity == pytest.approx(raters.variance)
    assert (found.reading, found.df) == (pytest.approx(raters.reading), raters.df)
    assert what_it_takes(found, 0.25).family_size == (4 + 6) * 6 >= beside.family_size


@pytest.mark.parametrize("criteria", [["ORG"], ["ORG", "CONV"]])
@pytest.mark.parametrize(
    "schools", [["lincoln", "roosevelt"], ["lincoln", "roosevelt", "riverbend"]]
)
def test_no_difference_is_counted_more_often_than_compare_counts_it(schools, criteria):
    table = district(3, n_pieces=60)
    table = table[table["rater_school"].isin(schools) & table["criterion"].isin(criteria)]
    planned = what_it_takes(reader_variances(readings(table), SCALES), 0.25, len(schools))
    assert planned.family_size == compare(table, SCALES).family_size


def test_the_error_of_a_plan_is_the_one_that_compare_finds_in_it():
    """A school's raters in turns on pieces that two schools share, drawn many times."""
    rng = np.random.default_rng(2)
    reading, rater, m, n = 0.2, 0.09, 4, 24
    piece = np.tile(np.arange(n), 2)
    school = np.repeat([0, 1], n)
    turn = np.where(school == 0, piece % m, (piece + piece // m) % m)
    errors, for_schools = [], []
    for _ in range(150):
        severity = rng.normal(0, math.sqrt(rater), (2, m))
        score = severity[school, turn] + rng.normal(0, math.sqrt(reading), 2 * n)
        nothing = np.zeros(2 * n, dtype=np.intp)
        grid = Grid.of_codes(nothing, piece, school * m + turn, school, score, ("C",), ("A", "B"))
        (one,) = contrasts_of(grid, [("A", "B")], (TOTAL,), {"C": 0.01}).values()
        errors.append(one.estimate.se**2)
        for_schools.append(school_estimate(one, rater_variance(grid, TOTAL)).se ** 2)
    turns = 2 * rater * (1 - 1 / m) * n / (n - 1)
    assert np.mean(errors) == pytest.approx((2 * reading + turns) / n, rel=0.08)
    found = 2 * reading / n + 2 * rater / m
    # A school whose raters happen to lie further apart speaks for itself.
    wider = own_or_pooled(m, 2 * (m - 1))[0] - 1
    found += 2 * wider * (rater + 2 * reading * m / n) * (n / m - 1) / (n - 1)
    assert np.mean(for_schools) == pytest.approx(found, rel=0.12)


@pytest.mark.parametrize(("tell", "reading", "rater"), [(0.25, 0.15, 0.02), (0.8, 0.3, 0.1)])
def test_what_it_takes_has_the_power_of_the_t_test(tell, reading, rater):
    """Against SciPy's noncentral t distribution, for variances that are certain."""
    found = what_it_takes(known(rater, reading), tell)
    level = 1 - (1 - 0.95 ** (1 / found.family_size)) / 2

    def power(n: int) -> float:
        away = tell / math.sqrt(2 * (reading + rater) / n)
        return float(stats.nct.sf(stats.t.ppf(level, n - 1), n - 1, away))

    n = found.these_raters
    assert power(n) == pytest.approx(0.8, abs=0.02)
    assert found.these.low == found.these.best == n
    assert f"takes {n} shared pieces" in found.sentence


def test_the_pieces_to_plan_for_are_enough_nine_times_in_ten():
    """Estimates drawn about a known truth: the truth's own answer lies under the upper end, and over the lower one."""
    rng = np.random.default_rng(7)
    reading, rater, each, df = 0.2, 0.03, 8.0, (30, 8)
    enough, above, m = [], [], 12
    true = what_it_takes(
        ReaderVariances(reading, CERTAIN, rater + reading / each, each, CERTAIN, 9, 2, 1), 0.3
    )
    wanted = (true.these_raters, true.with_raters(m).n_pieces)
    for _ in range(60):
        seen = reading * rng.chisquare(df[0]) / df[0]
        square = (rater + reading / each) * rng.chisquare(df[1]) / df[1]
        found = what_it_takes(ReaderVariances(seen, df[0], square, each, df[1], 9, 2, 1), 0.3)
        for one, needed in zip((found.these, found.with_raters(m)), wanted, strict=True):
            enough.append(one.n_pieces is None or one.n_pieces >= needed)
            above.append(one.low is not None and one.low <= needed)
            assert one.low is None or one.best is None or one.low <= one.best
    assert np.mean(enough) == pytest.approx(0.9, abs=0.07)
    assert np.mean(above) == pytest.approx(0.9, abs=0.07)


def test_the_answer_is_a_range_with_what_to_plan_for():
    found = what_it_takes(known(0.01, 0.2, df=15, criteria=3), 0.5)
    these = found.these
    assert these.low < these.best < these.n_pieces
    assert (
        f"takes between {these.low} and {these.n_pieces} shared pieces: plan for {these.n_pieces}."
        in found.sentence
    )
    fewest = found.fewest_raters
    assert (
        f"with fewer than {fewest} of each no number of pieces is sure to settle it"
        in found.sentence
    )
    assert f"{found.family_size} differences in all" in found.sentence
    with pytest.raises(ArgumentError):
        what_it_takes(known(0.1, 0.1), 0.0)


def test_raters_known_too_roughly_are_said_to_be():
    few = what_it_takes(known(0.02, 0.2, df=2), 0.4)
    assert few.fewest_raters is None
    assert "if raters differ as they seem to" in few.sentence
    assert "known only roughly here, from 8 raters" in few.sentence
    apart = what_it_takes(known(1.0, 0.2), 0.25)
    assert "let them agree with one another first" in apart.sentence
    assert "known only roughly" not in apart.sentence
    # Near the number of raters that is just enough, pieces run far apart however well the variances are known.
    steep = what_it_takes(known(0.02, 0.2, df=150), 0.25)
    row = steep.with_raters(steep.fewest_raters)
    assert row.n_pieces > 2 * row.low and "known only roughly" not in steep.sentence


def test_what_cannot_be_known_is_said():
    rows = readings(scored((0.0,), 0.1).drop_duplicates("piece").assign(school="S0"))
    found = what_it_takes(reader_variances(rows, SCALES), 0.25)
    assert (
        found.these_raters is None
        and "too few pieces have scores from two or more" in found.sentence
    )
    alone = scored((0.0, 0.2), 0.0)
    alone = alone[alone["rater"].str.endswith("0")]
    one_each = what_it_takes(reader_variances(readings(alone), SCALES), 0.25)
    assert one_each.schools == () and one_each.these_raters
    assert "this cannot be worked out" in one_each.sentence


def test_equal_gaps_on_a_few_pieces_do_not_prove_that_one_piece_is_enough():
    """Two people a point apart on five pieces: an error of 0 was believed before."""
    rows = [(f"P{p}", r, "ORG", 2.0 + r, str(r)) for p in range(5) for r in (0, 1)]
    table = pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score", "school"])
    found = reader_variances(readings(table), SCALES)
    assert found.reading == pytest.approx(1 / 12)
    assert what_it_takes(found, 0.25).these_raters > 20


def test_raters_of_their_own_for_every_piece_may_differ_by_all_that_is_seen():
    rng = np.random.default_rng(3)
    rows = [
        (f"P{p}", f"R{p}{s}{i}", "ORG", float(rng.integers(1, 5)), f"S{s}")
        for p in range(20)
        for s in (0, 1)
        for i in (0, 1)
    ]
    table = pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score", "school"])
    found = reader_variances(readings(table), SCALES)
    assert found.severity == found.reading > 0.5 and found.df == 80 - 20 - 1


def test_a_raters_school_comes_from_the_plan_else_from_a_column_that_is_the_raters():
    table = scored((0.0, 0.0), 0.3)
    rows = readings(table.assign(school=table["piece"]))  # the piece's school, not the rater's
    assert reader_variances(rows, SCALES).n_schools == 0
    given = {one: one[:2] for one in table["rater"]}
    told = reader_variances(rows, SCALES, given)
    assert told == reader_variances(readings(table), SCALES)
    alone = reader_variances(readings(table), SCALES, dict.fromkeys(table["rater"], "S0"))
    assert alone.n_schools == 1
    assert "whose school" not in what_it_takes(alone, 0.5).sentence
    named = readings(table.rename(columns={"school": "rater_school"}))
    assert reader_variances(named, SCALES) == told


@settings(deadline=None, max_examples=10)
@given(rater=st.floats(0, 0.3), reading=st.floats(0.01, 1), tell=st.floats(0.1, 1))
def test_more_raters_never_ask_for_more_pieces_than_the_raters_need(rater, reading, tell):
    found = what_it_takes(known(rater, reading, df=20), tell)
    rows = [(m, found.with_raters(m).n_pieces) for m in (2, 4, 8, 16)]
    for (_, before), (m, after) in pairwise(rows):
        assert before is None or after <= max(before, 2 * m)
    fewest = found.fewest_raters or 99
    assert all((n is None) == (m < fewest) for m, n in rows)
