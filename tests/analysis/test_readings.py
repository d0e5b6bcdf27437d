"""Which judgements count, and that the others are counted too."""

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.readings import independent_blind, prepare
from calibrate.errors import ArgumentError, DataError

SCALES = {"FOC": (1, 2, 3, 4)}


def table(*rows, **columns):
    made = pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score"])
    return made.assign(**columns)


def test_four_columns_are_enough_and_positions_come_from_the_scale():
    data = prepare(table(("p", "r", "FOC", 4)), {"FOC": (2, 3, 4)})
    assert data["position"].tolist() == [3]
    assert data["purpose"].tolist() == ["independent"]


def test_every_reason_for_leaving_out_is_counted_once():
    data = table(*[("p", f"r{i}", "FOC", 2.0) for i in range(7)])
    data["round"] = ["blind"] * 6 + ["after_discussion"]
    data["purpose"] = ["independent", "own_student", "adjudication", *["independent"] * 4]
    data["joint"] = [False] * 3 + [True] + [False] * 3
    data.loc[4, "score"] = np.nan
    data["code"] = [pd.NA] * 4 + ["BL"] + [pd.NA] * 2
    found = independent_blind(data, SCALES)
    assert found.table["rater"].tolist() == ["r0", "r5"]
    assert sum(one.n for one in found.left_out) == 5
    assert all(one.n == 1 for one in found.left_out)
    assert "Used 2 judgements of 7" in found.sentence


def test_a_code_stays_when_asked_for():
    data = table(("p", "r", "FOC", np.nan)).assign(code="BL")
    assert len(independent_blind(data, SCALES, keep_codes=True).table) == 1
    assert len(independent_blind(data, SCALES).table) == 0


def test_a_later_reading_by_the_same_rater_is_no_second_rater():
    data = table(("p", "r", "FOC", 2), ("p", "r", "FOC", 3)).assign(
        session=["s2", "s1"], scored_at=pd.to_datetime(["2026-02-01", "2025-10-01"])
    )
    found = independent_blind(data, SCALES)
    assert found.table["score"].tolist() == [3.0]
    assert found.left_out[0].reason == "read again by the same rater"


def test_the_same_rater_twice_in_one_round_is_refused():
    with pytest.raises(DataError, match="twice"):
        prepare(table(("p", "r", "FOC", 2), ("p", "r", "FOC", 3)), SCALES)


def test_a_score_off_the_scale_is_refused():
    with pytest.raises(DataError, match="not a score of FOC"):
        prepare(table(("p", "r", "FOC", 2.5)), SCALES)


def test_a_missing_column_and_an_unknown_criterion_are_named():
    with pytest.raises(ArgumentError, match="no column 'score'"):
        prepare(pd.DataFrame({"piece": [], "rater": [], "criterion": []}), SCALES)
    with pytest.raises(ArgumentError, match="no scale for the criterion 'ORG'"):
        prepare(table(("p", "r", "ORG", 2)), SCALES)
