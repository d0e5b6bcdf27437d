"""Readings handed out to raters: evenly, and moved along chains where that makes room.

Arrays in, one array out: raters × pieces, true where the rater reads the piece. A reading moves along a *chain* (this rater gives
a piece to that one, who gives another to a third …); when no chain evens the loads any more, no other plan is more even (the
optimality of flows without an augmenting path: Ahuja, Magnanti & Orlin 1993, *Network Flows*, section 9.3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Request:
    """What is asked.

    Attributes
    ----------
    allowed
        Who may read what, shape (raters, pieces).
    fixed
        Readings that are decided already (anchors for everybody), shape (raters, pieces).
    need
        Readings that each piece needs in all, fixed ones included, shape (pieces,).
    capacity
        The most that each rater can read, fixed ones included, shape (raters,).
    school
        The school of each rater, numbered from 0; −1 for none, shape (raters,).
    shared
        Pieces that every two schools should share.
    """

    allowed: BoolArray
    fixed: BoolArray
    need: IntArray
    capacity: IntArray
    school: IntArray
    shared: int


class NoRoom(Exception):
    """A piece cannot get its readings: those who may read it are full, and so is everybody who could relieve them."""

    def __init__(self, piece: int, full: IntArray) -> None:
        super().__init__(piece)
        self.piece = piece
        self.full = full


def hand_out(request: Request, rng: np.random.Generator) -> BoolArray:
    """A plan in which every piece gets its readings and loads are as even as can be.

    Pieces that few may read come first. Each reading goes to whoever has least, among those to whoever links schools that share
    too little, then to whoever shares fewest pieces with the piece's other readers, then by lot.

    Raises
    ------
    NoRoom
        If some piece cannot be given its readings.
    """
    given = request.fixed.copy()
    load = given.sum(axis=1).astype(np.int64)
    together = (given.astype(np.float32) @ given.T.astype(np.float32)).astype(np.int64)
    meeting = school_meetings(given, request.school)
    slack = request.allowed.sum(axis=0) - request.need
    for piece in np.lexsort((rng.random(len(slack)), slack)):
        for _ in range(int(request.need[piece] - given[:, piece].sum())):
            free = request.allowed[:, piece] & ~given[:, piece] & (load < request.capacity)
            if not free.any():
                _make_room(given, load, request, int(piece))
                together = (given.astype(np.float32) @ given.T.astype(np.float32)).astype(np.int64)
                free = request.allowed[:, piece] & ~given[:, piece] & (load < request.capacity)
            who = np.flatnonzero(free)
            readers = np.flatnonzero(given[:, piece])
            lacking = _links_that_lack(request, meeting, who, readers)
            near = together[np.ix_(who, readers)].sum(axis=1)
            best = int(who[np.lexsort((rng.random(len(who)), near, -lacking, load[who]))[0]])
            _note_meeting(meeting, request.school, best, readers)
            together[best, readers] += 1
            together[readers, best] += 1
            given[best, piece] = True
            load[best] += 1
    _even_out(given, load, request)
    return given


def uneven(given: BoolArray, request: Request) -> int:
    """The widest gap between a rater's load and that of one who could read more (at most 1 in an even plan)."""
    load = given.sum(axis=1)
    room = load < request.capacity
    return int(load.max() - load[room].min()) if room.any() and len(load) else 0


def school_meetings(given: BoolArray, school: IntArray) -> IntArray:
    """How many pieces readers of every two schools share, shape (schools, schools)."""
    n = int(school.max(initial=-1)) + 1
    reads = np.zeros((n, given.shape[1]), dtype=np.float32)
    for one in range(n):
        reads[one] = given[school == one].any(axis=0)
    return (reads @ reads.T).astype(np.int64)


def _links_that_lack(
    request: Request, meeting: IntArray, who: IntArray, readers: IntArray
) -> IntArray:
    """With how many of the readers' schools each rater's school still shares too few pieces."""
    if request.shared == 0 or len(readers) == 0:
        return np.zeros(len(who), dtype=np.int64)
    there = np.unique(request.school[readers])
    there = there[there >= 0]
    own = request.school[who]
    lacks = (meeting[np.ix_(own, there)] < request.shared) & (own[:, None] != there[None, :])
    lacks &= (own[:, None] >= 0) & ~np.isin(own, there)[:, None]
    return np.asarray(lacks.sum(axis=1), dtype=np.int64)


def _note_meeting(meeting: IntArray, school: IntArray, rater: int, readers: IntArray) -> None:
    own, there = int(school[rater]), np.unique(school[readers])
    if own < 0 or own in there:
        return
    there = there[there >= 0]
    meeting[own, there] += 1
    meeting[there, own] += 1


def _make_room(given: BoolArray, load: IntArray, request: Request, piece: int) -> None:
    """Free one of those who may read a piece by moving readings along a chain to somebody with room."""
    start = np.flatnonzero(request.allowed[:, piece] & ~given[:, piece])
    chains = _chains(given, request, start)
    room = [one for one in chains if load[one] < request.capacity[one]]
    if not room:
        raise NoRoom(piece, np.array(sorted(chains), dtype=np.int64))
    target = min(room, key=lambda one: int(load[one]))
    _move(given, load, request, chains, target)


def _even_out(given: BoolArray, load: IntArray, request: Request) -> None:
    """Move readings along chains from those with most to those with least, until nothing is gained."""
    done = False
    while not done:
        done = True
        for most in np.argsort(-load, kind="stable"):
            if not ((load <= load[most] - 2) & (load < request.capacity)).any():
                break
            chains = _chains(given, request, np.array([most]))
            less = [
                one
                for one in chains
                if load[one] <= load[most] - 2 and load[one] < request.capacity[one]
            ]
            if less:
                _move(given, load, request, chains, min(less, key=lambda one: int(load[one])))
                done = False
                break


def _chains(given: BoolArray, request: Request, start: IntArray) -> dict[int, int]:
    """Everybody whom a chain from the start reaches, with the one before (−1 at the start)."""
    gives = (given & ~request.fixed).astype(np.float32)
    takes = (request.allowed & ~given).astype(np.float32)
    can = (gives @ takes.T) > 0
    before = {int(one): -1 for one in start}
    edge = list(before)
    while edge:
        further = []
        for one in edge:
            for other in np.flatnonzero(can[one]):
                if int(other) not in before:
                    before[int(other)] = one
                    further.append(int(other))
        edge = further
    return before


def _move(
    given: BoolArray, load: IntArray, request: Request, chains: dict[int, int], target: int
) -> None:
    """Hand one reading along the chain that ends at the target."""
    taker = target
    while chains[taker] >= 0:
        giver = chains[taker]
        can = given[giver] & ~request.fixed[giver] & request.allowed[taker] & ~given[taker]
        piece = int(np.flatnonzero(can)[0])
        given[giver, piece], given[taker, piece] = False, True
        load[giver] -= 1
        load[taker] += 1
        taker = giver
