"""Plans that tell two schools apart as precisely as asked, or the constraint that is in the way."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.analysis.planner import plan_readings
from calibrate.analysis.planner_limits import PlanImpossible
from calibrate.analysis.planner_precision import Precision, told_with, what_it_takes
from calibrate.analysis.planner_telling import shared_for, what_a_plan_tells
from calibrate.analysis.planner_variances import ReaderVariances
from calibrate.errors import ArgumentError
from calibrate.model.reading_plan import PlanPiece, PlanRater


def precision(
    tell: float, rater: float = 0.02, reading: float = 0.15, df: float = 1e9
) -> Precision:
    """Of variances that are known for certain, unless there are few degrees of freedom."""
    each = 10.0
    known = ReaderVariances(reading, df, rater + reading / each, each, df, 8, 2, 1)
    return what_it_takes(known, tell)


def test_raters_are_not_blamed_where_they_cannot_be_told_from_single_readings():
    apart = ReaderVariances(0.6, 5.0, 0.6, math.inf, 5.0, 6, 0, 1)
    said = what_it_takes(apart, 0.25).sentence
    assert "differ too much" not in said and "cannot be told whether raters differ" in said
    told = precision(0.25, rater=2.0).sentence
    assert "differ too much among themselves" in told


def raters(n: int, schools: int = 2) -> list[PlanRater]:
    return [PlanRater(f"R{i}", f"school{i % schools}") for i in range(n)]


def pieces(n: int) -> list[PlanPiece]:
    return [PlanPiece(f"P{i}") for i in range(n)]


def test_a_plan_is_made_with_the_shared_pieces_that_the_precision_takes():
    wanted, who = precision(0.3), raters(8)
    shared = shared_for(wanted, who, 90)
    assert shared == wanted.these_raters
    plan = plan_readings(pieces(90), who, readings=2, shared=shared, seed=1)
    told = what_a_plan_tells(plan, who, wanted, shared)
    assert told.pairs[0].n_shared_pieces >= shared
    assert told.pairs[0].difference <= 0.3
    assert "every two schools can be told apart by 0.30 of a point" in told.sentence


def test_what_a_plan_tells_the_schools_hangs_on_their_raters_and_on_all_schools_together():
    wanted = precision(0.4)
    few, many = (told_with(wanted, 60, (m, m), schools=True) for m in (3, 9))
    assert few > many > told_with(wanted, 60, (9, 9))
    some = told_with(wanted, 60, (6, 6), schools=True)
    assert told_with(wanted, 60, (6, 6), schools=True, free=40) < some
    # Fewer than five raters bring no more certainty than they are, whoever else reads.
    assert told_with(wanted, 60, (3, 3), schools=True, free=16) >= few
    wider = dataclasses.replace(wanted, n_schools=6)
    assert told_with(wider, 60, (9, 9)) > told_with(wanted, 60, (9, 9))


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
    why = "too few pieces"
    nothing = Precision(0.25, ReaderVariances(*[math.nan] * 5, 0, 0, 1, why))
    with pytest.raises(ArgumentError, match="cannot be worked out"):
        shared_for(nothing, raters(4), 50)
    assert told_with(precision(0.25), 0, (3, 3)) == math.inf
    assert told_with(precision(0.25), 9, (0, 3)) == math.inf
    assert told_with(nothing, 9, (3, 3)) == math.inf


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


def test_raters_who_seem_all_alike_are_planned_for_as_far_as_they_may_differ():
    """Before, an estimate of 0 told nothing of schools; now its upper limit counts."""
    seen_alike = precision(0.5, rater=0.0, df=12)
    assert seen_alike.known.severity == 0.0
    row = next(one for one in seen_alike.schools if one.n_raters == 10)
    assert row.best < row.n_pieces
    assert told_with(seen_alike, row.n_pieces, (10, 10), schools=True) <= 0.5
    assert told_with(seen_alike, row.best, (10, 10), schools=True) > 0.5


def test_where_nothing_is_known_of_raters_nothing_is_said_of_schools():
    alone = what_it_takes(ReaderVariances(0.15, 40, *[math.nan] * 2, 0, 2, 2, 1, "", "few"), 0.25)
    assert (alone.schools, alone.fewest_raters, alone.with_raters(9).n_pieces) == ((), None, None)
    assert "do not show how far raters of one school differ, because few" in alone.sentence
    assert shared_for(alone, raters(4), 500) == alone.these_raters
    with pytest.raises(ArgumentError, match="cannot be worked out") as refused:
        shared_for(alone, raters(40), 500, "schools")
    assert refused.value.fix
    assert told_with(alone, 50, (9, 9), schools=True) == math.inf > told_with(alone, 50, (9, 9))


def test_one_rater_is_not_a_school():
    wanted = precision(1.0, rater=1e-6)
    assert wanted.fewest_raters == 2 and wanted.schools[0].n_pieces is None
    with pytest.raises(PlanImpossible, match="at least 2 raters of each"):
        shared_for(wanted, raters(2), 500, "schools")
    assert told_with(wanted, 50, (1, 9), schools=True) == math.inf


def test_a_plan_for_schools_that_nobody_could_be_sure_of_says_so():
    with pytest.raises(PlanImpossible, match="no number of pieces is sure") as refused:
        shared_for(precision(0.25, df=2), raters(40), 500, "schools")
    assert refused.value.binds == "raters a school"
