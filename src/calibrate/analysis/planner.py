"""Who reads what: even workloads, nobody's own students, and a plan that hangs together.

The same request and seed give the same plan. A request that cannot be met is refused with the constraint that binds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibrate.analysis.planner_limits import (
    check_capacity,
    check_own_students,
    check_shared,
    no_room,
    not_even,
    not_linked,
    not_shared,
)
from calibrate.analysis.planner_links import lacking, link, number_of_parts
from calibrate.analysis.planner_matching import (
    BoolArray,
    NoRoom,
    Request,
    hand_out,
    school_meetings,
    uneven,
)
from calibrate.analysis.wording import count
from calibrate.errors import ArgumentError
from calibrate.model.reading_plan import PlanPiece, PlanRater

#: A plan of few readings is dealt so often, from the start, before a link is given up.
_DEALS, _SMALL = 6, 2000
EVERYONE, SPREAD = "everyone", "spread"


@dataclass(frozen=True)
class ReadingPlan:
    """A plan of who reads what.

    Parameters
    ----------
    by_rater
        Rater to pieces, both in the order of the request.
    n_parts
        Parts that no shared piece joins; 1 where everybody can be compared with everybody.
    school_links
        Every two schools with the pieces that raters of both read.
    not_to_everyone
        (Anchor, rater) pairs left out because the piece is of the rater's own student.
    """

    by_rater: Mapping[str, tuple[str, ...]]
    n_parts: int
    school_links: tuple[tuple[str, str, int], ...]
    not_to_everyone: tuple[tuple[str, str], ...]
    seed: int
    sentence: str

    @property
    def by_piece(self) -> dict[str, tuple[str, ...]]:
        """Piece to its raters."""
        found: dict[str, list[str]] = {}
        for rater, pieces in self.by_rater.items():
            for piece in pieces:
                found.setdefault(piece, []).append(rater)
        return {piece: tuple(raters) for piece, raters in found.items()}

    @property
    def loads(self) -> dict[str, int]:
        """How many pieces each rater reads."""
        return {rater: len(pieces) for rater, pieces in self.by_rater.items()}

    def as_dict(self) -> dict[str, object]:
        """The ``plan`` part of the JSON answer."""
        return {
            "readings": [
                {"piece": piece, "rater": rater}
                for rater, pieces in self.by_rater.items()
                for piece in pieces
            ],
            "loads": [{"rater": rater, "n": n} for rater, n in self.loads.items()],
            "connected": self.n_parts <= 1,
            "n_parts": self.n_parts,
            "school_links": [
                {"a": a, "b": b, "n_shared_pieces": n} for a, b, n in self.school_links
            ],
            "not_to_everyone": [
                {"piece": piece, "rater": rater} for piece, rater in self.not_to_everyone
            ],
            "seed": self.seed,
        }


def plan_readings(
    pieces: Sequence[PlanPiece],
    raters: Sequence[PlanRater],
    *,
    readings: int = 2,
    anchors: str = EVERYONE,
    shared: int = 0,
    seed: int = 0,
    barred: Collection[tuple[str, str]] = (),
    even: bool = True,
    linked: bool = True,
    meet_shared: bool = True,
) -> ReadingPlan:
    """Make a plan of who reads what.

    Parameters
    ----------
    pieces, raters
        What is read, and by whom; ids are different.
    readings
        How many raters read a piece that does not say so itself.
    anchors
        ``everyone``: every rater reads every anchor (but for own students). ``spread``: anchors are read like other pieces.
    shared
        Pieces that every two schools must share.
    seed
        Decides among plans that are equally good.
    barred
        Further (piece, rater) pairs that must not be.
    even
        Refuse a plan in which somebody with room has two fewer pieces than somebody else; otherwise it is as even as can be.
    linked
        Refuse a plan that falls into parts which no shared piece joins.
    meet_shared
        Refuse a plan in which two schools share fewer than ``shared`` pieces; otherwise they share as many as can be found.

    Raises
    ------
    PlanImpossible
        With the constraint that binds.
    ArgumentError
        Ids that come twice, nothing to plan, or an unknown way with anchors.
    """
    _check(pieces, raters, readings, anchors, shared)
    rng = np.random.default_rng(seed)
    request, own = _request(pieces, raters, readings, anchors, shared, frozenset(barred))
    check_own_students(request, pieces)
    check_capacity(request, raters)
    if meet_shared:
        check_shared(request)
    for _ in range(_DEALS if request.need.sum() <= _SMALL else 1):
        try:
            given = hand_out(request, rng)
        except NoRoom as stuck:
            raise no_room(stuck, request, pieces, raters) from None
        if even and uneven(given, request) > 1:
            raise not_even(given, request, raters)
        given = link(given, request, rng)
        parts = number_of_parts(given)
        if not (meet_shared and lacking(given, request)) and not (linked and parts > 1):
            break
    else:
        if meet_shared and lacking(given, request):
            raise not_shared(given, request)
        raise not_linked(given, parts)
    return _answer(given, request, pieces, raters, own, parts, seed)


def _request(
    pieces: Sequence[PlanPiece],
    raters: Sequence[PlanRater],
    readings: int,
    anchors: str,
    shared: int,
    barred: frozenset[tuple[str, str]],
) -> tuple[Request, BoolArray]:
    """The request as arrays, and who teaches whose writer."""
    own: BoolArray = np.array(
        [[one.teaches(piece) or (piece.id, one.id) in barred for piece in pieces] for one in raters]
    )
    allowed = ~own
    to_all = np.array([piece.anchor and anchors == EVERYONE for piece in pieces])
    fixed = allowed & to_all[None, :]
    need = np.array([piece.readings or readings for piece in pieces], dtype=np.int64)
    need = np.where(to_all, fixed.sum(axis=0), need)
    most = len(pieces)
    capacity = np.array([most if one.capacity is None else one.capacity for one in raters])
    names = sorted({one.school for one in raters if one.school})
    school = np.array([names.index(one.school) if one.school else -1 for one in raters])
    return (
        Request(allowed, fixed, need, capacity.astype(np.int64), school.astype(np.int64), shared),
        own,
    )


def _check(
    pieces: Sequence[PlanPiece],
    raters: Sequence[PlanRater],
    readings: int,
    anchors: str,
    shared: int,
) -> None:
    if not pieces or not raters:
        raise ArgumentError("A plan needs at least one piece and one rater.")
    for what, ids in (("piece", [p.id for p in pieces]), ("rater", [r.id for r in raters])):
        if len(set(ids)) < len(ids):
            raise ArgumentError(f"A {what} comes twice.", fix=f"List every {what} once.")
    if readings < 1:
        raise ArgumentError("A piece is read at least once.", column="--readings")
    if shared < 0:
        raise ArgumentError("Schools cannot share fewer than 0 pieces.", column="--shared")
    if shared and len({one.school for one in raters if one.school}) < 2:
        raise ArgumentError(
            "There are no two schools that could share pieces.",
            column="--shared",
            fix="Say in a column “school” where raters work.",
        )
    if anchors not in (EVERYONE, SPREAD):
        raise ArgumentError(
            "Anchors go to everyone or are spread.", column="--anchors", fix="everyone or spread."
        )


def _answer(
    given: BoolArray,
    request: Request,
    pieces: Sequence[PlanPiece],
    raters: Sequence[PlanRater],
    own: BoolArray,
    parts: int,
    seed: int,
) -> ReadingPlan:
    by_rater = {
        one.id: tuple(pieces[int(p)].id for p in np.flatnonzero(given[i]))
        for i, one in enumerate(raters)
    }
    names = sorted({one.school for one in raters if one.school})
    meeting = school_meetings(given, request.school)
    links = tuple(
        (a, b, int(meeting[i, j]))
        for i, a in enumerate(names)
        for j, b in enumerate(names)
        if i < j
    )
    to_all = np.asarray(request.fixed.any(axis=0))
    left_out = tuple((pieces[int(p)].id, raters[int(r)].id) for r, p in np.argwhere(own & to_all))
    return ReadingPlan(
        by_rater, parts, links, left_out, seed, _words(given, parts, links, len(left_out))
    )


def _words(
    given: BoolArray, parts: int, links: tuple[tuple[str, str, int], ...], left_out: int
) -> str:
    loads = given.sum(axis=1)
    low, high = int(loads.min()), int(loads.max())
    each = count(low, "piece") if low == high else f"{low} to {high} pieces"
    text = f"{count(int(loads.sum()), 'reading')} for {count(len(loads), 'rater')}: {each} each, none of their own students'."
    if parts == 1:
        text += " Shared pieces join all of them, so everybody can be compared with everybody."
    else:
        text += f" They fall into {parts} parts that no shared piece joins: nothing can be said across parts."
    if links:
        a, b, n = min(links, key=lambda one: one[2])
        text += f" The two schools that share least, {a} and {b}, share {count(n, 'piece')}."
    if left_out:
        text += f" {count(left_out, 'reading')} of an anchor {'was' if left_out == 1 else 'were'} left out: the writer is the rater's own student."
    return text
