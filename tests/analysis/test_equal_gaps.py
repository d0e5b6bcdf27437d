"""A few pieces on which the same happened every time do not prove that it always will: whoever takes a mean over pieces knows."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from scipy import stats

from calibrate.analysis.drift import drift
from calibrate.analysis.movement import movement
from calibrate.analysis.own_teachers import own_teachers
from calibrate.analysis.readings import as_scales, independent_blind
from calibrate.analysis.severity import TOTAL, judgement_variance, severity

WHOLE = {"ORG": [1, 2, 3, 4], "CONV": [1, 2, 3, 4]}
COLUMNS = ["piece", "rater", "criterion", "score"]


def always_a_point_apart(n: int = 4) -> pd.DataFrame:
    """Two raters and two criteria: B gives exactly a point more than A on every piece."""
    rows = [
        (f"P{p}", rater, criterion, 1.0 + p % 3 + more)
        for p in range(n)
        for rater, more in (("A", 0), ("B", 1))
        for criterion in WHOLE
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_a_rater_beside_the_panel_has_an_interval_with_a_width():
    found = severity(always_a_point_apart(), WHOLE)
    for row in found.rows:
        floor = (1 / 12 if row.criterion != TOTAL else 1 / 24) * 2
        assert row.se == pytest.approx(math.sqrt(floor / 4))
        assert row.ci_low < abs(row.difference) - 0.2 or row.ci_high > 0.2 - abs(row.difference)
        assert row.ci_high - row.ci_low > 0.5


def test_no_judgement_varies_by_less_than_its_rounding_in_total_by_less_the_more_criteria():
    table = independent_blind(always_a_point_apart(), WHOLE).table
    found = judgement_variance(table, as_scales(WHOLE))
    assert found == pytest.approx({"ORG": 1 / 12, "CONV": 1 / 12, TOTAL: 1 / 24})
    half = independent_blind(table[(table["criterion"] == "ORG") | (table["piece"] == "P0")], WHOLE)
    only = judgement_variance(half.table, as_scales(WHOLE))
    assert only[TOTAL] == pytest.approx((1 / 24 + 3 / 12) / 4)


def test_a_change_over_the_year_is_not_certain_either():
    fall = always_a_point_apart().assign(window="fall")
    spring = always_a_point_apart().assign(window="spring")
    spring["piece"] = "S" + spring["piece"]
    found = drift(pd.concat([fall, spring]), WHOLE, "B", order=["fall", "spring"])
    assert found.change == pytest.approx(0)
    assert found.ci_low < -0.3 and found.ci_high > 0.3


def test_teachers_who_gave_a_point_more_each_time_are_not_sure_to():
    rows = []
    for t in range(4):
        for p in range(3):
            level = 1.0 + (t + p) % 3
            for criterion in WHOLE:
                rows.append((f"P{t}{p}", f"T{t}", criterion, level + 1, "own_student"))
                rows.append((f"P{t}{p}", "R1", criterion, level, "independent"))
                rows.append((f"P{t}{p}", "R2", criterion, level, "independent"))
    table = pd.DataFrame(rows, columns=[*COLUMNS, "purpose"])
    row = next(one for one in own_teachers(table, WHOLE).of("total"))
    assert row.difference == pytest.approx(1)
    assert row.ci95[0] < 0.9 and row.ci95[1] > 1.1


def two_rounds(after: float) -> pd.DataFrame:
    """On five pieces A and B part and C sides with A; after the talk B gives ``after``."""
    rows = []
    for p in range(5):
        for rater, blind in (("A", 2.0), ("B", 3.0), ("C", 2.0)):
            rows.append((f"P{p}", rater, "ORG", blind, "blind"))
            rows.append(
                (f"P{p}", rater, "ORG", after if rater == "B" else blind, "after_discussion")
            )
    return pd.DataFrame(rows, columns=[*COLUMNS, "round"]).assign(session="s1")


def test_agreement_that_rose_alike_on_every_piece_is_told_with_a_range():
    change = movement(two_rounds(2.0), WHOLE).rows[0].change
    assert change.value == pytest.approx(2 / 3)
    up, down = 11 / 18, 1 / 18
    wide = math.sqrt((up + down - (up - down) ** 2) / 3 / 5) * stats.t.ppf(0.975, 4)
    assert change.interval() == pytest.approx((2 / 3 - wide, 2 / 3 + wide))
    still = movement(two_rounds(3.0), WHOLE).rows[0].change
    assert still.value == 0 and still.interval()[0] < 0 < still.interval()[1]


def test_where_pieces_differ_more_than_that_they_decide():
    rows = two_rounds(2.0)
    back = rows["piece"].isin(["P0", "P1"]) & (rows["rater"] == "B") & (rows["round"] != "blind")
    rows.loc[back, "score"] = 4.0
    change = movement(rows, WHOLE).rows[0].change
    gained = pd.Series([0, 0, 2 / 3, 2 / 3, 2 / 3])
    assert change.se == pytest.approx(gained.std() / math.sqrt(5))
