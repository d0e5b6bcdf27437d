"""The simulation behind the verdicts through all links does what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import verdicts_model
from benchmarks.verdicts import MARGIN, SCHOOL, THESE, District
from calibrate.analysis.comparability_model import compare_through_model


@pytest.mark.parametrize("kind", [THESE, SCHOOL])
def test_the_computed_shift_makes_the_margin_on_the_pool(kind):
    district = District(2, 3, 6000, readers=3, halo=0.3)
    shift = verdicts_model.shift_for_margin(district, kind)
    rng = np.random.default_rng(1)
    gaps = []
    for _ in range(1 if kind == THESE else 40):
        small = district if kind == THESE else replace(district, shared=300)
        rows, _ = verdicts_model.table_of(small, shift, kind, rng)
        one, two = (
            rows.loc[rows["rater_school"] == school, "score"].mean() for school in ("S00", "S01")
        )
        gaps.append(one - two)
    assert np.mean(gaps) == pytest.approx(MARGIN, abs=0.02 if kind == THESE else 0.15)


def test_its_verdicts_are_those_of_compare():
    district = District(3, 2, 10, readers=2, chain=True)
    rows, _ = verdicts_model.table_of(district, 0.3, SCHOOL, np.random.default_rng(3))
    found = compare_through_model(rows.rename(columns={"_who": "rater"}), verdicts_model.SCALES)
    for kind, family in ((THESE, found.these), (SCHOOL, found.schools)):
        told = verdicts_model.Told.of(rows, kind)
        for one in (*family.against_rest(), *family.between_pairs()):
            assert told.found[one.a, one.b].value == pytest.approx(one.difference, nan_ok=True)
            assert told.found[one.a, one.b].se == pytest.approx(one.se, nan_ok=True)


def test_a_few_districts_keep_the_promises_and_make_a_row():
    district = District(3, 3, 12, readers=2, chain=True)
    found = verdicts_model.honesty(district, THESE, 3)
    assert found.n == 3 and found.with_interval <= 3 and found.covered >= 1
    assert verdicts_model.row_of(district, found).count("|") == verdicts_model.HEAD.count("|")
