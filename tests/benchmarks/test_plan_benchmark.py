"""The benchmark of the planner measures what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks import plan
from calibrate.analysis.planner import plan_readings


def test_both_keep_what_they_promise_and_are_timed():
    found = plan.with_highs(120, 20, shared=2)
    assert found.same and found.ours > 0 and found.theirs > 0


def test_the_peer_reads_every_piece_and_nobodys_own_students():
    what, who = plan.district(60, 12, schools=3)
    given = plan.by_linear_program(what, who)
    assert (given.sum(axis=0) == [12 if one.anchor else 2 for one in what]).all()
    own = np.array([[one.teaches(piece) for piece in what] for one in who])
    assert not (given & own).any()


def test_a_plan_that_breaks_a_promise_is_seen():
    what, who = plan.district(60, 12, schools=3)
    made = plan_readings(what, who, shared=2, seed=1)
    assert plan.kept(made, what, who, 2)
    first, *rest = made.by_rater.values()
    broken = dict(zip(made.by_rater, [first[:-2], *rest], strict=True))
    assert not plan.kept(replace(made, by_rater=broken), what, who, 2)
    assert not plan.kept(replace(made, n_parts=2), what, who, 2)
