"""Who reads what at a district's size: seconds beside the goal, and beside a peer that gives out less.

``python -m benchmarks.plan`` plans 2,000 pieces for 200 raters of ten schools, two readings a piece, nobody's own students, even
workloads, linked, every two schools sharing 15 pieces. The peer is SciPy's HiGHS on the part of it that is a linear program (readings,
workloads within one, own students): it is no planner, and leaves links and shared pieces out.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.timing import Comparison
from calibrate.analysis.planner import ReadingPlan, plan_readings
from calibrate.model.reading_plan import PlanPiece, PlanRater

#: Seconds that 2,000 pieces and 200 raters may take.
GOAL = 10.0


def district(
    pieces: int, raters: int, *, schools: int = 10, anchors: int = 3
) -> tuple[list[PlanPiece], list[PlanRater]]:
    """Two raters to a classroom, and as many pieces of each classroom; some anchors are nobody's."""
    rooms = max(raters // 2, 1)
    what = [
        PlanPiece(f"P{i}", "" if i < anchors else f"room{i % rooms}", anchor=i < anchors)
        for i in range(pieces)
    ]
    who = [
        PlanRater(f"R{i}", f"school{i % schools}", frozenset({f"room{i % rooms}"}))
        for i in range(raters)
    ]
    return what, who


def kept(plan: ReadingPlan, what: list[PlanPiece], who: list[PlanRater], shared: int) -> bool:
    """Whether the plan keeps everything that was asked."""
    loads = list(plan.loads.values())
    teaches = {one.id: one.classrooms for one in who}
    own = any(
        piece.classroom in teaches[rater] for piece in what for rater in plan.by_piece[piece.id]
    )
    read = all(len(plan.by_piece[one.id]) == (len(who) if one.anchor else 2) for one in what)
    links = min((n for _, _, n in plan.school_links), default=shared)
    return (
        max(loads) - min(loads) <= 1 and not own and read and plan.n_parts == 1 and links >= shared
    )


def by_linear_program(what: list[PlanPiece], who: list[PlanRater], readings: int = 2) -> np.ndarray:
    """Readings by raters and pieces, even and without own students, by SciPy's HiGHS; links are not asked for."""
    from scipy import optimize, sparse

    allowed = np.array([[not one.teaches(piece) for piece in what] for one in who])
    rater, piece = np.nonzero(allowed)
    n = len(rater)
    ones = np.ones(n)
    of_piece = sparse.csr_array((ones, (piece, np.arange(n))), shape=(len(what), n))
    of_rater = sparse.csr_array((ones, (rater, np.arange(n))), shape=(len(who), n))
    need = np.array([len(who) if one.anchor else readings for one in what])
    need = np.minimum(need, allowed.sum(axis=0))
    low = need.sum() // len(who)
    high = -(-need.sum() // len(who))
    found = optimize.linprog(
        np.random.default_rng(0).random(n),
        A_ub=sparse.vstack([of_rater, -of_rater]),
        b_ub=np.concatenate([np.full(len(who), high), np.full(len(who), -low)]),
        A_eq=of_piece,
        b_eq=need,
        bounds=(0, 1),
        method="highs-ds",
    )
    given = np.zeros(allowed.shape, dtype=bool)
    given[rater, piece] = found.x > 0.5  # a transport problem: its corners are whole numbers
    return given


def with_highs(pieces: int, raters: int, shared: int = 15) -> Comparison:
    """Both; ``same`` is whether ours keeps everything asked and the peer's workloads are as even."""
    what, who = district(pieces, raters)
    start = time.perf_counter()
    plan = plan_readings(what, who, shared=shared, seed=1)
    ours = time.perf_counter() - start
    start = time.perf_counter()
    given = by_linear_program(what, who)
    theirs = time.perf_counter() - start
    loads = given.sum(axis=1)
    same = kept(plan, what, who, shared) and int(loads.max() - loads.min()) <= 1
    name = f"plan for {pieces:,} pieces, {raters} raters"
    return Comparison(name, "SciPy HiGHS, unlinked", ours, theirs, same)


def compare() -> Iterator[Comparison]:
    """The peer beside us, for ``python -m benchmarks``."""
    yield with_highs(2_000, 200)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plan", description=__doc__)
    parser.add_argument("--pieces", type=int, default=2_000)
    parser.add_argument("--raters", type=int, default=200)
    arguments = parser.parse_args()
    found = with_highs(arguments.pieces, arguments.raters)
    print(
        f"{found.what}: {found.ours:.2f} s (goal at 2,000 and 200: {GOAL:g} s), {found.peer} {found.theirs:.2f} s "
        f"({found.ratio:.1f} times as long), everything kept: {found.same}"
    )
    return 0 if found.same else 1


if __name__ == "__main__":
    raise SystemExit(main())
