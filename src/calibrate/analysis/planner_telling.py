"""Plans that can tell a difference between schools: how many pieces they must share, and what a plan can tell in the end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from calibrate.analysis.planner import ReadingPlan
from calibrate.analysis.planner_limits import SHARED, PlanImpossible
from calibrate.analysis.planner_precision import Precision, told_with
from calibrate.analysis.wording import count, points
from calibrate.errors import ArgumentError
from calibrate.model.reading_plan import PlanRater

THESE_RATERS, SCHOOLS = "raters", "schools"
"""Whom a difference speaks for: these raters, or schools as such, whose other raters might score otherwise."""
FEW_RATERS = "raters a school"


@dataclass(frozen=True)
class Told:
    """What two schools could be told apart by.

    Parameters
    ----------
    a, b
        The schools.
    n_shared_pieces
        Pieces that raters of both read.
    n_raters_a, n_raters_b
        Raters of each who read one of them.
    difference
        The smallest difference that would be told, in points; ``inf`` where they share nothing.
    """

    a: str
    b: str
    n_shared_pieces: int
    n_raters_a: int
    n_raters_b: int
    difference: float


@dataclass(frozen=True)
class PlanTells:
    """What a plan can tell of every two schools.

    Parameters
    ----------
    speaks_for
        ``raters`` or ``schools``.
    shared
        The shared pieces that were asked for, for this precision.
    pairs
        Every two schools, the least sure first.
    sentence
        In words.
    """

    speaks_for: str
    shared: int
    pairs: tuple[Told, ...]
    sentence: str

    def as_dict(self) -> dict[str, object]:
        """The ``plan_tells`` part of the JSON answer."""
        return {
            "speaks_for": self.speaks_for,
            "shared": self.shared,
            "pairs": [
                {
                    "a": one.a,
                    "b": one.b,
                    "n_shared_pieces": one.n_shared_pieces,
                    "n_raters_a": one.n_raters_a,
                    "n_raters_b": one.n_raters_b,
                    "difference": one.difference if math.isfinite(one.difference) else math.nan,
                }
                for one in self.pairs
            ],
            "sentence": self.sentence,
        }


def shared_for(
    precision: Precision, raters: Sequence[PlanRater], n_pieces: int, speaks_for: str = THESE_RATERS
) -> int:
    """How many pieces every two schools must share in a plan that is to tell the difference.

    Parameters
    ----------
    precision
        What the difference takes.
    raters
        Who reads.
    n_pieces
        How many pieces there are to share.
    speaks_for
        ``raters`` or ``schools``.

    Raises
    ------
    PlanImpossible
        Where no plan of these raters and pieces can tell it, with what binds: raters a school, or shared pieces.
    ArgumentError
        If there are no two schools, or nothing is known of ``speaks_for``.
    """
    if speaks_for not in (THESE_RATERS, SCHOOLS):
        raise ArgumentError(
            "A difference is told of raters or of schools.",
            column="--speaks-for",
            fix="raters or schools.",
        )
    sizes = _sizes(raters)
    if len(sizes) < 2:
        raise ArgumentError(
            "There are no two schools that could be told apart.",
            column="--tell",
            fix="Say in a column “school” where raters work.",
        )
    if precision.known.undefined:
        raise ArgumentError(precision.sentence, column="--tell", fix="Give other scores.")
    what = f"To tell {points(precision.difference)} between two schools"
    if speaks_for == THESE_RATERS:
        needed = precision.these_raters
    else:
        if not precision.schools:
            raise ArgumentError(
                precision.sentence,
                column="--speaks-for",
                fix="Give scores of more raters, or let it speak for these raters alone.",
            )
        if precision.fewest_raters is None:
            raise PlanImpossible(
                FEW_RATERS,
                precision.sentence,
                "Let more raters read the same work first, ask for a wider difference, or let it speak for these raters alone.",
            )
        school, fewest = min(sizes.items(), key=lambda one: one[1])
        if fewest < precision.fewest_raters:
            raise PlanImpossible(
                FEW_RATERS,
                f"{what}, whoever of their teachers reads, takes at least {precision.fewest_raters} raters of each, and "
                f"{school} has {fewest}: no number of pieces settles it.",
                "Bring in more raters of each school, ask for a wider difference, or let it speak for these raters alone.",
            )
        needed = precision.with_raters(fewest).n_pieces
    if needed is None or needed > n_pieces:
        many = "more shared pieces than anybody can read" if needed is None else _shared(needed)
        raise PlanImpossible(
            SHARED,
            f"{what} takes {many}, and there are {count(n_pieces, 'piece')}.",
            "Add pieces, or ask for a wider difference.",
        )
    return needed


def what_a_plan_tells(
    plan: ReadingPlan,
    raters: Sequence[PlanRater],
    precision: Precision,
    shared: int,
    speaks_for: str = THESE_RATERS,
) -> PlanTells:
    """What every two schools could be told apart by in a plan.

    Raises
    ------
    PlanImpossible
        If some two could not be told apart by the difference asked.
    """
    school = {one.id: one.school for one in raters if one.school}
    readers: dict[str, dict[str, set[str]]] = {}
    for piece, each in plan.by_piece.items():
        for rater in each:
            if rater in school:
                readers.setdefault(piece, {}).setdefault(school[rater], set()).add(rater)
    free = sum(n - 1 for n in _sizes(raters).values() if n)
    pairs = []
    for a, b, n in plan.school_links:
        both = [there for there in readers.values() if a in there and b in there]
        m_a, m_b = (len(set().union(*(there[one] for there in both))) for one in (a, b))
        least = told_with(precision, n, (m_a, m_b), schools=speaks_for == SCHOOLS, free=free)
        pairs.append(Told(a, b, n, m_a, m_b, least))
    pairs.sort(key=lambda one: (-one.difference, one.a, one.b))
    worst = pairs[0]
    if worst.difference > precision.difference * (1 + 1e-9):
        raise PlanImpossible(
            SHARED if speaks_for == THESE_RATERS else FEW_RATERS,
            f"{worst.a} and {worst.b} would share {count(worst.n_shared_pieces, 'piece')}, read by "
            f"{count(worst.n_raters_a, 'rater')} of the one and {worst.n_raters_b} of the other: too few to tell "
            f"{points(precision.difference)}.",
            "Ask for more readings a piece or more pieces, or for a wider difference.",
        )
    whom = (
        "as these raters score" if speaks_for == THESE_RATERS else "whoever of their teachers reads"
    )
    words = (
        f"With this plan every two schools can be told apart by {points(precision.difference)}, {whom}: {worst.a} and "
        f"{worst.b} share {count(worst.n_shared_pieces, 'piece')}, and it takes {shared}."
    )
    return PlanTells(speaks_for, shared, tuple(pairs), words)


def _sizes(raters: Sequence[PlanRater]) -> dict[str, int]:
    """Raters of each school who can read anything."""
    found: dict[str, int] = {}
    for one in raters:
        if one.school:
            found[one.school] = found.get(one.school, 0) + (
                one.capacity is None or one.capacity > 0
            )
    return dict(sorted(found.items()))


def _shared(n: int) -> str:
    return count(n, "shared piece")
