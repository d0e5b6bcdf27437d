"""Plans that hang together: raters and schools joined by shared pieces, by exchanging readings at equal loads."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from calibrate.analysis.planner_matching import BoolArray, Request, school_meetings

IntArray = npt.NDArray[np.int64]

#: How many exchanges are tried before a link is given up.
TRIES = 3000
#: So many in a row without a gain are enough.
IN_VAIN = 500


def parts_of(given: BoolArray) -> IntArray:
    """The part of every rater: raters whom a chain of shared pieces joins have the same number; −1 without a reading."""
    rater, piece = np.nonzero(given)
    n_raters, n = given.shape[0], sum(given.shape)
    graph = sparse.coo_array((np.ones(len(rater)), (rater, piece + n_raters)), shape=(n, n))
    parts = sparse.csgraph.connected_components(graph, directed=False)[1][:n_raters]
    parts = np.where(given.any(axis=1), parts, -1)
    return np.asarray(np.searchsorted(np.unique(parts[parts >= 0]), parts), dtype=np.int64) - (
        parts < 0
    )


def number_of_parts(given: BoolArray) -> int:
    """How many parts the plan falls into."""
    return int(parts_of(given).max(initial=-1)) + 1


def link(given: BoolArray, request: Request, rng: np.random.Generator) -> BoolArray:
    """Exchange readings until every two schools share enough pieces and one chain joins all raters, as far as can be.

    Nobody's load changes, and no piece loses a reading.
    """
    given = given.copy()
    if request.shared:
        _share(given, request, rng)
    _join(given, request, rng)
    return given


def lacking(given: BoolArray, request: Request) -> int:
    """Shared pieces that pairs of schools lack, in all."""
    meeting = school_meetings(given, request.school)
    short = np.maximum(request.shared - meeting, 0)
    return int(np.triu(short, 1).sum())


def _join(given: BoolArray, request: Request, rng: np.random.Generator) -> None:
    parts = number_of_parts(given)
    short = lacking(given, request)
    # A chain through everything takes a reading for every piece and rater but one.
    enough = given.sum() >= given.any(axis=0).sum() + given.any(axis=1).sum() - 1
    in_vain = 0
    for _ in range(TRIES if enough else 0):
        if parts <= 1 or in_vain > IN_VAIN:
            return
        in_vain += 1
        of = parts_of(given)
        smallest = int(np.argmin(np.bincount(of[of >= 0])))
        one = rng.choice(np.flatnonzero(of == smallest))
        two = rng.choice(np.flatnonzero((of != smallest) & (of >= 0)))
        pieces = _exchange(given, request, int(one), int(two), rng)
        if pieces is None:
            continue
        now, lack = number_of_parts(given), lacking(given, request)
        if now < parts and lack <= short:
            parts, short, in_vain = now, lack, 0
        else:
            _undo(given, int(one), int(two), pieces)


def _share(given: BoolArray, request: Request, rng: np.random.Generator) -> None:
    short, in_vain = lacking(given, request), 0
    for _ in range(TRIES):
        if short == 0 or in_vain > IN_VAIN:
            return
        meeting = school_meetings(given, request.school)
        wants = np.argwhere(np.triu(meeting < request.shared, 1))
        a, b = rng.permutation(rng.choice(wants))
        # Somebody of b takes a piece that a reads already, and gives one away for it.
        has_a = given[request.school == a].any(axis=0) & ~given[request.school == b].any(axis=0)
        one = int(rng.choice(np.flatnonzero(request.school == b)))
        held = given[:, has_a].any(axis=1) & (request.school != b)
        if not held.any():
            continue
        two = int(rng.choice(np.flatnonzero(held)))
        pieces = _exchange(given, request, one, two, rng, has_a)
        if pieces is None:
            continue
        lack = lacking(given, request)
        in_vain = 0 if lack < short else in_vain + 1
        # Where nothing is lost by it the exchange stays: from another plan that lacks as much the search goes on.
        if lack <= short:
            short = lack
        else:
            _undo(given, one, two, pieces)


def _exchange(
    given: BoolArray,
    request: Request,
    one: int,
    two: int,
    rng: np.random.Generator,
    among: BoolArray | None = None,
) -> tuple[int, int] | None:
    """Rater one gives a piece to two and takes another (``among`` these) for it; None where they cannot."""
    free = given & ~request.fixed
    gives = np.flatnonzero(free[one] & request.allowed[two] & ~given[two])
    takes = free[two] & request.allowed[one] & ~given[one]
    taken = np.flatnonzero(takes if among is None else takes & among)
    if not len(gives) or not len(taken):
        return None
    readers = given.sum(axis=0)
    # A piece that only one rater reads joins nobody.
    shared = taken[readers[taken] >= 2]
    give, take = int(rng.choice(gives)), int(rng.choice(shared if len(shared) else taken))
    given[one, give], given[two, give] = False, True
    given[two, take], given[one, take] = False, True
    return give, take


def _undo(given: BoolArray, one: int, two: int, pieces: tuple[int, int]) -> None:
    give, take = pieces
    given[one, give], given[two, give] = True, False
    given[two, take], given[one, take] = True, False
