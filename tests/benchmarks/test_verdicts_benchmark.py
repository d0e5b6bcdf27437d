"""The simulation behind the table of honest verdicts does what it says, and the page shows what it found."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from benchmarks import verdicts
from benchmarks.verdicts import MARGIN, SCHOOL, THESE, District, Honesty
from calibrate.analysis.comparability import compare
from calibrate.analysis.severity import TOTAL
from tests.support.tree import ROOT

SCALES = dict.fromkeys(verdicts.CRITERIA, (1, 2, 3, 4))


def means(district, shift, kind, seed, times=1):
    """What schools give on the link of the first two, over many districts."""
    gaps = []
    for i in range(times):
        _, given = verdicts.grid_of(district, shift, kind, np.random.default_rng([seed, i]))
        plan = verdicts.design(district)
        mine = (plan.link[plan.piece] == (0, 1)).all(axis=1)
        one, two = (given[mine & (plan.school == s)].mean() for s in (0, 1))
        gaps.append(one - two)
    return float(np.mean(gaps)), float(np.std(gaps) / np.sqrt(times))


@pytest.mark.parametrize("kind", [THESE, SCHOOL])
def test_the_computed_shift_makes_the_margin(kind):
    district = District(3, 4, 400, spread=0.4)
    shift = verdicts.shift_for_margin(district, "S01", kind)
    gap, error = means(district, shift, kind, 3, times=40)
    assert gap == pytest.approx(MARGIN, abs=4 * error)
    gap, error = means(district, 0.0, kind, 4, times=40)
    assert gap == pytest.approx(0.0, abs=4 * error)


def test_raters_take_turns_and_read_equally_much():
    plan = verdicts.design(District(4, 3, 6, readers=2, chain=True))
    assert len(plan.link) == 18
    table = pd.DataFrame(
        {"link": plan.link[plan.piece, 0], "school": plan.school, "rater": plan.rater}
    )
    assert set(table.value_counts()) == {4}
    pairs = pd.DataFrame({"piece": plan.piece, "school": plan.school, "rater": plan.rater})
    assert not pairs.duplicated().any()


@pytest.mark.parametrize("district", [District(2, 2, 6), District(4, 3, 9, readers=2, chain=True)])
def test_its_verdicts_are_those_of_compare(district):
    grid, given = verdicts.grid_of(district, 0.4, SCHOOL, np.random.default_rng(8))
    plan = verdicts.design(district)
    table = pd.concat(
        pd.DataFrame(
            {
                "piece": [f"P{one:03d}" for one in plan.piece],
                "rater": [f"{s}-{r}" for s, r in zip(plan.school, plan.rater, strict=True)],
                "criterion": criterion,
                "score": given[:, i],
                "school": [f"S{one:02d}" for one in plan.school],
            }
        )
        for i, criterion in enumerate(verdicts.CRITERIA)
    )
    found = compare(table, SCALES, group="school", margin=MARGIN)
    for kind, rows in (
        (THESE, (*found.groups, *found.pairs)),
        (SCHOOL, (*found.this_school.groups, *found.this_school.pairs)),
    ):
        told = {(one.criterion, one.a, one.b): one.verdict for one in rows}
        assert told == verdicts.verdicts(grid, district.sides, (TOTAL, *verdicts.CRITERIA), kind)


def test_the_verdicts_of_some_districts_are_honest():
    for kind in (THESE, SCHOOL):
        found = verdicts.honesty(District(2, 4, 12), kind, 60, seed=5)
        for broken in (found.any_different, found.same_pair, found.same_rest, found.same_criterion):
            assert verdicts.likely(broken, found.n)[0] <= 0.05


def kept():
    stored = json.loads((ROOT / "docs" / "verdicts.json").read_text(encoding="utf-8"))
    return [
        (District(**one["district"]), Honesty(**one["found"]), Honesty(**one["first"]))
        for one in stored
    ]


def test_what_was_kept_holds_both_promises_wherever_raters_vary_alike_or_not():
    assert {(one.schools, found.kind) for one, found, _ in kept() if one.uneven == 1} == {
        (schools, kind) for schools in (2, 3, 4, 8, 20) for kind in (THESE, SCHOOL)
    }
    for district, found, _ in kept():
        assert found.n >= 500, district
        for broken in (found.any_different, found.same_pair, found.same_rest, found.same_criterion):
            assert verdicts.likely(broken, found.n)[0] <= 0.05


def test_the_kept_simulation_is_the_one_that_the_code_gives():
    """Its first districts, made again, count the same (one may differ: another machine's last digits)."""
    for district, found, first in kept():
        if district.schools > 3:
            continue
        again = verdicts.honesty(district, found.kind, first.n)
        for name in ("any_different", "same_pair", "same_rest", "same_criterion", "same_any"):
            assert abs(getattr(again, name) - getattr(first, name)) <= 1, (district, name)


def test_a_share_is_shown_with_what_chance_allows():
    assert verdicts.shown(20, 400) == "5.0 % (3.1–7.6)"
    assert verdicts.likely(0, 10)[0] == 0.0 and verdicts.likely(10, 10)[1] == 1.0
