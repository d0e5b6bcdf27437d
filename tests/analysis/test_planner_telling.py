"""Plans that tell two schools apart as precisely as asked, or the constraint that is in the way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.analysis.planner import plan_readings
from calibrate.analysis.planner_limits import PlanImpossible
from calibrate.analysis.planner_precision import Precision, told_with, what_it_takes
from calibrate.analysis.planner_telling import shared_for, what_a_plan_tells
from calibrate.errors import ArgumentError
from calibrate.model.reading_plan import PlanPiece, PlanRater
from calibrate.stats.generalizability import Component, GStudy


def precision(tell: float, rater: float = 0.02, reading: float = 0.15) -> Precision:
    parts = {"piece": 0.5, "rater": rater, "piece x rater": reading}
    components = tuple(Component(name, value, value, 0.0) for name, value in parts.items())
    study = GStudy("piece", "crossed", "", components, (), 50, 50, 8, 1, 400, 8.0, 1.0, 2.5)
    return what_it_takes(study, tell)


def raters(n: int, schools: int = 2) -> list[PlanRater]:
    return [PlanRater(f"R{i}", f"school{i % schools}") for i in range(n)]


def pieces(n: int) -> list[PlanPiece]:
    return [PlanPiece(f"P{i}") for i in range(n)]


def test_a_plan_is_made_with_the_shared_pieces_that_the_precision_takes():
    wanted, who = precision(0.25), raters(8)
    shared = shared_for(wanted, who, 60)
    assert shared == wanted.these_raters == math.ceil(2 * 0.15 / (0.25 / 2.8015852) ** 2)
    plan = plan_readings(pieces(60), who, readings=2, shared=shared, seed=1)
    told = what_a_plan_tells(plan, who, wanted, shared)
    assert told.pairs[0].n_shared_pieces >= shared
    assert told.pairs[0].difference <= 0.25
    assert "every two schools can be told apart by 0.25 of a point" in told.sentence


def test_what_is_told_is_enough_in_a_simulation():
    wanted = precision(0.4)
    who = raters(10)
    shared = shared_for(wanted, who, 80, "schools")
    plan = plan_readings(pieces(80), who, readings=2, shared=shared, seed=2)
    told = what_a_plan_tells(plan, who, wanted, shared, "schools").pairs[0]
    rng = np.random.default_rng(5)
    severity = [
        rng.normal(0, (0.02 / m) ** 0.5, 20_000) for m in (told.n_raters_a, told.n_raters_b)
    ]
    chance = rng.normal(0, (2 * 0.15 / told.n_shared_pieces) ** 0.5, 20_000)
    gap = told.difference + severity[0] - severity[1] + chance
    se = (0.02 / told.n_raters_a + 0.02 / told.n_raters_b + 2 * 0.15 / told.n_shared_pieces) ** 0.5
    assert np.mean(gap > 1.96 * se) == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize(
    ("tell", "who", "n", "speaks_for", "binds", "words"),
    [
        (0.25, raters(4), 10, "raters", "shared pieces", "there are 10 pieces"),
        (0.25, raters(4), 500, "schools", "raters a school", "school0 has 2"),
        (0.01, raters(4), 900, "raters", "shared pieces", "anybody can read"),
    ],
)
def test_a_precision_that_cannot_be_met_says_what_binds(tell, who, n, speaks_for, binds, words):
    with pytest.raises(PlanImpossible) as refused:
        shared_for(precision(tell), who, n, speaks_for)
    assert refused.value.binds == binds
    assert words in str(refused.value) and refused.value.fix


def test_raters_who_can_read_nothing_do_not_count():
    who = [*raters(12), *[PlanRater(f"X{i}", "school9", capacity=0) for i in range(9)]]
    with pytest.raises(PlanImpossible, match="school9 has 0"):
        shared_for(precision(0.4), who, 500, "schools")


def test_a_plan_that_shares_too_little_after_all_is_refused():
    who = raters(4)
    plan = plan_readings(pieces(12), who, readings=2, shared=1, seed=0)
    with pytest.raises(PlanImpossible) as refused:
        what_a_plan_tells(plan, who, precision(0.2), 1)
    assert refused.value.binds == "shared pieces"
    with pytest.raises(PlanImpossible) as few:
        what_a_plan_tells(plan, who, precision(0.2, rater=0.4), 1, "schools")
    assert few.value.binds == "raters a school"


def test_questions_that_make_no_sense_are_refused():
    with pytest.raises(ArgumentError, match="no two schools"):
        shared_for(precision(0.25), raters(4, schools=1), 50)
    with pytest.raises(ArgumentError, match="raters or of schools"):
        shared_for(precision(0.25), raters(4), 50, "pupils")
    nothing = Precision(0.25, None, (), None, "What it takes cannot be worked out.")
    with pytest.raises(ArgumentError, match="cannot be worked out"):
        shared_for(nothing, raters(4), 50)
    assert told_with(precision(0.25), 0) == math.inf
    assert told_with(precision(0.25), 9, (0, 3)) == math.inf


@settings(deadline=None, max_examples=25)
@given(
    n=st.integers(10, 60),
    readers=st.integers(4, 12),
    schools=st.integers(2, 4),
    readings=st.integers(2, 3),
    tell=st.floats(0.3, 1.5),
    whom=st.sampled_from(["raters", "schools"]),
    seed=st.integers(0, 9),
)
def test_every_plan_tells_what_was_asked_or_names_what_binds(
    n, readers, schools, readings, tell, whom, seed
):
    who = raters(readers, schools)
    wanted = precision(tell)
    try:
        shared = shared_for(wanted, who, n, whom)
        plan = plan_readings(pieces(n), who, readings=readings, shared=shared, seed=seed)
        told = what_a_plan_tells(plan, who, wanted, shared, whom)
    except PlanImpossible as refused:
        assert refused.binds in ("shared pieces", "raters a school", "linked", "capacity")
        assert refused.fix
        return
    assert len(told.pairs) == schools * (schools - 1) // 2
    assert all(one.difference <= tell * (1 + 1e-9) for one in told.pairs)
    assert all(one.n_shared_pieces >= shared for one in told.pairs)
    assert max(plan.loads.values()) - min(plan.loads.values()) <= 1


def test_raters_who_seem_all_alike_leave_the_schools_unknown():
    seen_alike = precision(0.25, rater=0.0)
    assert seen_alike.these_raters == precision(0.25).these_raters
    assert (seen_alike.schools, seen_alike.fewest_raters) == ((), None)
    assert "do not show how far raters differ" in seen_alike.sentence
    assert shared_for(seen_alike, raters(4), 60) == seen_alike.these_raters
    with pytest.raises(ArgumentError, match="cannot be worked out") as refused:
        shared_for(seen_alike, raters(40), 500, "schools")
    assert refused.value.fix
    assert seen_alike.pieces_with(9) is None
    assert told_with(seen_alike, 50, (9, 9)) == math.inf


def test_one_rater_is_not_a_school():
    wanted = precision(0.25, rater=1e-6)
    assert wanted.fewest_raters == 2 and wanted.schools[0].n_pieces is None
    assert "2 raters of each must read" in wanted.sentence
    with pytest.raises(PlanImpossible, match="at least 2 raters of each"):
        shared_for(wanted, raters(2), 500, "schools")
    assert told_with(wanted, 50, (1, 9)) == math.inf


def test_a_severity_that_may_be_nothing_is_called_roughly_known():
    def told(low: float) -> str:
        parts = [
            Component("piece", 0.5, 0.5, 0.0),
            Component("rater", 0.01, 0.01, 0.0, 0.01, low, 0.2),
            Component("piece x rater", 0.15, 0.15, 0.0),
        ]
        return what_it_takes(
            GStudy("piece", "crossed", "", tuple(parts), (), 50, 50, 8, 1, 400, 8.0, 1.0, 2.5), 0.25
        ).sentence

    assert "known only roughly" in told(0.0) and "known only roughly" not in told(0.005)
