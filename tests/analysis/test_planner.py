"""Who reads what: what holds for every plan, which constraint binds where there is none, and what is joined."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.analysis.planner import plan_readings
from calibrate.analysis.planner_limits import PlanImpossible
from calibrate.analysis.planner_repair import what_would_connect
from calibrate.errors import ArgumentError
from calibrate.model.reading_plan import PlanPiece, PlanRater


def pieces(n: int, classrooms: int = 0, anchors: int = 0) -> list[PlanPiece]:
    return [
        PlanPiece(f"P{i}", f"room{i % classrooms}" if classrooms else "", anchor=i < anchors)
        for i in range(n)
    ]


def raters(n: int, schools: int = 0, classrooms: int = 0, capacity=None) -> list[PlanRater]:
    return [
        PlanRater(
            f"R{i}",
            f"school{i % schools}" if schools else "",
            frozenset({f"room{i % classrooms}"}) if classrooms else frozenset(),
            capacity,
        )
        for i in range(n)
    ]


@settings(deadline=None, max_examples=40)
@given(
    n_pieces=st.integers(1, 30),
    n_raters=st.integers(2, 9),
    classrooms=st.integers(0, 12),
    anchors=st.integers(0, 3),
    readings=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_every_plan_keeps_what_it_promises(n_pieces, n_raters, classrooms, anchors, readings, seed):
    what, who = pieces(n_pieces, classrooms, anchors), raters(n_raters, 3, classrooms)
    try:
        plan = plan_readings(what, who, readings=readings, seed=seed)
    except PlanImpossible as refused:
        assert refused.binds in ("own students", "capacity", "even workloads", "linked")
        return
    assert max(plan.loads.values()) - min(plan.loads.values()) <= 1
    teachers = {one.id: one for one in who}
    for piece in what:
        readers = plan.by_piece[piece.id]
        may = [one.id for one in who if not one.teaches(piece)]
        assert set(readers) <= set(may)
        assert len(readers) == len(set(readers)) == (len(may) if piece.anchor else readings)
    assert plan.n_parts == 1
    assert all(teachers[rater].teaches(what[int(p[1:])]) for p, rater in plan.not_to_everyone)
    again = plan_readings(what, who, readings=readings, seed=seed)
    assert again == plan


def test_another_seed_gives_another_plan():
    one, two = (plan_readings(pieces(30), raters(6), seed=seed) for seed in (1, 2))
    assert one.by_rater != two.by_rater


def test_capacities_are_kept_and_the_others_stay_even():
    who = [PlanRater("busy", capacity=2), *raters(4)]
    loads = plan_readings(pieces(20), who, readings=2).loads
    assert loads["busy"] == 2
    assert {n for rater, n in loads.items() if rater != "busy"} <= {9, 10}


def test_anchors_are_spread_where_that_is_asked():
    plan = plan_readings(pieces(12, anchors=2), raters(6), readings=2, anchors="spread")
    assert len(plan.by_piece["P0"]) == 2
    assert len(plan_readings(pieces(12, anchors=2), raters(6)).by_piece["P0"]) == 6


def test_a_piece_can_ask_for_its_own_number_of_readings_and_a_teacher_by_name():
    what = [PlanPiece("A", teachers=frozenset({"R0"}), readings=3), *pieces(9)]
    plan = plan_readings(what, raters(4), readings=1, linked=False)
    assert set(plan.by_piece["A"]) == {"R1", "R2", "R3"}


@settings(deadline=None, max_examples=60)
@given(
    n_pieces=st.integers(2, 24),
    n_raters=st.integers(2, 8),
    readings=st.integers(1, 3),
    shared=st.integers(0, 4),
    anchors=st.sampled_from(["everyone", "spread"]),
    seed=st.integers(0, 99),
    data=st.data(),
)
def test_limits_further_bars_and_readings_of_their_own_are_kept_too(
    n_pieces, n_raters, readings, shared, anchors, seed, data
):
    of_its_own = data.draw(
        st.dictionaries(st.integers(0, n_pieces - 1), st.integers(1, 3), max_size=4)
    )
    limits = data.draw(
        st.dictionaries(st.integers(0, n_raters - 1), st.integers(0, 20), max_size=3)
    )
    pairs = st.tuples(st.integers(0, n_pieces - 1), st.integers(0, n_raters - 1))
    barred = {(f"P{p}", f"R{r}") for p, r in data.draw(st.sets(pairs, max_size=10))}
    what = [PlanPiece(f"P{i}", readings=of_its_own.get(i), anchor=i == 0) for i in range(n_pieces)]
    who = [PlanRater(f"R{i}", f"school{i % 2}", capacity=limits.get(i)) for i in range(n_raters)]
    asked = {
        "readings": readings,
        "anchors": anchors,
        "shared": shared,
        "seed": seed,
        "barred": barred,
    }
    try:
        plan = plan_readings(what, who, **asked)
    except PlanImpossible as refused:
        assert refused.binds in (
            "own students", "capacity", "even workloads", "linked", "shared pieces",
        )  # fmt: skip
        assert refused.fix
        return
    room = [n for rater, n in plan.loads.items() if limits.get(int(rater[1:])) != n]
    if room:
        assert max(plan.loads.values()) - min(room) <= 1
    assert all(plan.loads[f"R{one}"] <= limit for one, limit in limits.items())
    for piece in what:
        readers = plan.by_piece[piece.id]
        assert not {(piece.id, one) for one in readers} & barred
        everybody = sum((piece.id, one.id) not in barred for one in who)
        to_all = piece.anchor and anchors == "everyone"
        assert len(set(readers)) == (everybody if to_all else piece.readings or readings)
    assert plan.n_parts == 1
    assert all(n >= shared for _, _, n in plan.school_links)
    assert plan_readings(what, who, **asked) == plan


@pytest.mark.parametrize(("schools", "n", "shared"), [(3, 30, 10), (3, 60, 20), (4, 30, 5)])
def test_shared_pieces_are_found_where_every_meeting_counts(schools, n, shared):
    plan = plan_readings(pieces(n), raters(3 * schools, schools=schools), shared=shared, seed=1)
    assert {n for _, _, n in plan.school_links} == {shared}


def test_every_two_schools_share_what_is_asked():
    plan = plan_readings(pieces(60), raters(12, schools=4), readings=2, shared=9, seed=3)
    assert min(n for _, _, n in plan.school_links) >= 9
    assert "share" in plan.sentence


def test_a_plan_for_a_district_is_made_in_time():
    start = time.process_time()
    plan = plan_readings(pieces(2000, 100, 3), raters(200, 10, 100), readings=2, shared=15, seed=1)
    assert time.process_time() - start < 10
    assert max(plan.loads.values()) - min(plan.loads.values()) <= 1
    assert plan.n_parts == 1 and min(n for _, _, n in plan.school_links) >= 15


@pytest.mark.parametrize(
    ("what", "who", "asked", "binds", "told"),
    [
        (pieces(4), raters(2), {"readings": 3}, "capacity", "there are 2"),
        (pieces(10), raters(4, capacity=4), {}, "capacity", "4 too many"),
        (pieces(4, 1), raters(3, classrooms=1), {}, "own students", "needs 2 readings"),
        (pieces(6, anchors=3), raters(3, capacity=2), {}, "capacity", "Everyone reads every"),
        (pieces(8), raters(8), {"readings": 1}, "linked", "at least 15"),
        (pieces(6), raters(6, schools=3), {"shared": 9}, "shared pieces", "allow 6"),
        (
            pieces(6, 1),
            [*raters(3), PlanRater("own", classrooms=frozenset({"room0"}))],
            {},
            "even workloads",
            "rater own can be given no pieces",
        ),
        (
            [*pieces(4, 1), *[PlanPiece(f"Q{i}") for i in range(8)]],
            [
                PlanRater("a", capacity=3),
                PlanRater("b", capacity=3),
                *[PlanRater(f"t{i}", classrooms=frozenset({"room0"})) for i in range(4)],
            ],
            {},
            "capacity",
            "these raters can do 6",
        ),
    ],
)
def test_a_request_that_cannot_be_met_says_which_constraint_binds(what, who, asked, binds, told):
    with pytest.raises(PlanImpossible) as refused:
        plan_readings(what, who, **asked)
    assert refused.value.binds == binds
    assert told in str(refused.value)
    assert refused.value.fix


def test_what_may_be_uneven_or_unlinked_is_planned_all_the_same():
    own = [*raters(3), PlanRater("own", classrooms=frozenset({"room0"}))]
    plan = plan_readings(pieces(6, 1), own, even=False)
    assert sorted(plan.loads.values()) == [0, 4, 4, 4]
    alone = plan_readings(pieces(8), raters(8), readings=1, linked=False)
    assert alone.n_parts == 8 and "8 parts" in alone.sentence


@pytest.mark.parametrize(
    ("what", "who", "asked"),
    [
        ([], raters(2), {}),
        (pieces(2) * 2, raters(2), {}),
        (pieces(2), raters(2) * 2, {}),
        (pieces(2), raters(2), {"readings": 0}),
        (pieces(2), raters(2), {"anchors": "some"}),
        (pieces(2), raters(2), {"shared": -1}),
        (pieces(2), raters(2), {"shared": 1}),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(what, who, asked):
    with pytest.raises(ArgumentError):
        plan_readings(what, who, **asked)


def test_a_piece_and_a_rater_check_themselves():
    for wrong in (
        lambda: PlanPiece(""),
        lambda: PlanPiece("P", readings=0),
        lambda: PlanRater(""),
        lambda: PlanRater("R", capacity=-1),
    ):
        with pytest.raises(ArgumentError):
            wrong()


def table(*readings: str) -> pd.DataFrame:
    return pd.DataFrame([one.split() for one in readings], columns=["rater", "piece"])


def test_disconnected_scores_take_one_reading_fewer_than_there_are_parts():
    rows = table("a 1", "b 1", "b 2", "c 3", "d 3", "e 4")
    repair = what_would_connect(rows)
    assert repair.subsets == (("a", "b"), ("c", "d"), ("e",))
    assert len(repair.further) == 2 and not repair.linked
    assert "2 further readings would join them" in repair.sentence
    more = table(*(f"{one.rater} {one.piece}" for one in repair.further))
    assert what_would_connect(pd.concat([rows, more])).linked


def test_own_students_turn_the_joining_reading_round():
    rows = table("a 1", "b 1", "c 2")
    assert what_would_connect(rows).further[0].rater == "c"
    turned = what_would_connect(rows, barred={("1", "c")}).further
    assert (turned[0].piece, turned[0].rater in ("a", "b")) == ("2", True)
    stuck = what_would_connect(rows, barred={("1", "c"), ("2", "a"), ("2", "b")})
    assert stuck.further == () and "cannot be joined" in stuck.sentence


def test_scores_that_hang_together_need_nothing_and_none_are_nothing():
    assert what_would_connect(table("a 1", "b 1")).further == ()
    assert "Nobody has read" in what_would_connect(table()).sentence


@settings(deadline=None, max_examples=40)
@given(readings=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=20))
def test_the_further_readings_join_everything_and_one_fewer_would_not(readings):
    rows = pd.DataFrame(readings, columns=["rater", "piece"]).astype(str)
    repair = what_would_connect(rows)
    assert len(repair.further) == len(repair.subsets) - 1
    more = table(*(f"{one.rater} {one.piece}" for one in repair.further))
    assert what_would_connect(pd.concat([rows, more])).linked
    if len(more):
        assert not what_would_connect(pd.concat([rows, more.iloc[1:]])).linked
