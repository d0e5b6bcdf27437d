"""Who scores what in a session: limits, pieces for everybody, schools that meet, and another deal."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.analysis.planner_limits import PlanImpossible
from calibrate.workflows.norming.board_plan import Wishes, linked_groups, spread_evenly


def ids(letter: str, n: int) -> list[str]:
    return [f"{letter}{one}" for one in range(n)]


@settings(deadline=None, max_examples=60)
@given(
    n_pieces=st.integers(1, 12),
    n_raters=st.integers(2, 8),
    readings=st.integers(1, 4),
    schools=st.integers(0, 3),
    seed=st.integers(0, 20),
    data=st.data(),
)
def test_every_wish_is_kept_or_the_one_in_the_way_is_named(
    n_pieces, n_raters, readings, schools, seed, data
):
    pieces, raters = ids("p", n_pieces), ids("r", n_raters)
    pairs = st.tuples(st.sampled_from(pieces), st.sampled_from(raters))
    barred = data.draw(st.sets(pairs, max_size=8))
    most = data.draw(st.dictionaries(st.sampled_from(raters), st.integers(0, 12), max_size=3))
    everyone = data.draw(st.sets(st.sampled_from(pieces), max_size=2))
    where = {one: f"school{i % schools}" for i, one in enumerate(raters)} if schools else {}
    wishes = Wishes(readings, most, everyone, where, seed)
    try:
        plan = spread_evenly(pieces, raters, barred, wishes)
    except PlanImpossible as refused:
        assert most and refused.binds == "capacity" and refused.fix
        return
    assert plan == spread_evenly(pieces, raters, barred, wishes)
    assert not any((piece, rater) in barred for rater, its in plan.items() for piece in its)
    assert all(len(plan[rater]) <= limit for rater, limit in most.items())
    read = Counter(piece for its in plan.values() for piece in its)
    for piece in pieces:
        may = sum((piece, rater) not in barred for rater in raters)
        assert read[piece] == (may if piece in everyone else min(readings, may))
    if not barred and not most:
        loads = [len(its) for its in plan.values()]
        assert max(loads) - min(loads) <= 1


def test_raters_of_different_schools_meet():
    pieces, raters = ids("p", 8), ids("r", 6)
    where = {one: "east" if i < 3 else "west" for i, one in enumerate(raters)}
    plan = spread_evenly(pieces, raters, set(), Wishes(2, schools=where))
    for piece in pieces:
        assert {where[one] for one in raters if piece in plan[one]} == {"east", "west"}
    assert len(linked_groups(plan)) == 1


def test_another_seed_is_another_deal():
    pieces, raters = ids("p", 9), ids("r", 6)
    plans = [spread_evenly(pieces, raters, set(), Wishes(2, seed=seed)) for seed in range(4)]
    assert any(one != plans[0] for one in plans[1:])


def test_a_refusal_speaks_of_people_and_pieces_by_their_names():
    wishes = Wishes(2, most={"r0": 1, "r1": 1, "r2": 1}, everyone=["p0", "p1"])
    called = {"r0": "Ada Lund", "r1": "Ada Lund", "p0": "P00001"}
    with pytest.raises(PlanImpossible, match="for rater Ada Lund, who can read 1"):
        spread_evenly(["p0", "p1"], ["r0", "r1", "r2"], set(), wishes, called)


def test_where_everybody_scores_everything_limits_wait():
    plan = spread_evenly(["p0", "p1"], ["r0", "r1"], set(), Wishes(most={"r0": 1}))
    assert plan == {"r0": ("p0", "p1"), "r1": ("p0", "p1")}


def test_a_piece_that_nobody_may_score_is_left_out():
    plan = spread_evenly(["p0", "p1"], ["r0", "r1"], {("p0", "r0"), ("p0", "r1")}, Wishes(2))
    assert plan == {"r0": ("p1",), "r1": ("p1",)}
    assert spread_evenly(["p0"], ["r0"], {("p0", "r0")}) == {"r0": ()}
    assert spread_evenly([], ["r0"], set()) == {"r0": ()}
