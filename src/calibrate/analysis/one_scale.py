"""Raters on one scale, and groups of them set beside each other in rubric points, through all chains of shared pieces.

The many-facet Rasch model puts every rater whom a chain of shared pieces joins on one scale. A group's points are the mean over
its raters (each counts once) of what each would award to the whole pool of pieces; pieces of different schools, grades and
windows may differ in quality. Raters of different subsets are never set beside each other.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from calibrate.analysis.intervals import MIN_PIECES
from calibrate.analysis.piece_groups import groups_apart
from calibrate.analysis.readings import Scales
from calibrate.stats.facets import FacetsFit, fit_facets, prepare_judgements
from calibrate.stats.facets.contrasts import Contrasts
from calibrate.stats.facets.judgements import RATER
from calibrate.stats.facets.pool import PoolPoints, pool_points

FloatArray = npt.NDArray[np.float64]

APART = "no chain of shared pieces joins them"
OPEN = "what their readers scored in common is too little to join them"
THIN = "too few pieces carry the chain between them"
UNBOUNDED = "on every shared piece the scores differ the same way, so the model has no finite answer; more pieces will help"
NOTHING = "no piece was read by two raters with scores that would show a difference"


@dataclass(frozen=True)
class Beside:
    """The points that one group awards minus those of another, over the same pool of pieces.

    ``df`` are the degrees of freedom of Student's t: one less than the pieces that the difference rests on in effect. ``n_a``
    and ``n_b`` count the raters it speaks for; ``left_a`` and ``left_b`` those whom nothing joins to them. ``reason`` says why
    there is no number. ``sides`` are the raters it speaks for; whoever knows their schools adds each school's ``shares`` (the
    sum of its raters' squared weights) and the ``identity`` by which one difference under two names is known. ``split`` are
    criteria that no rater scored beside another one, where that is why there is no number for all criteria together.
    """

    value: float
    se: float
    df: float
    n_a: int
    n_b: int
    left_a: int = 0
    left_b: int = 0
    subset: int = 0
    reason: str = ""
    sides: tuple[tuple[str, ...], ...] = ()
    shares: tuple[tuple[str, float], ...] = ()
    identity: frozenset[Hashable] | None = None
    split: tuple[str, ...] = ()


class OneScale:
    """The raters of a table on one scale.

    Parameters
    ----------
    rows
        Independent blind readings: piece, criterion, score, and what tells where pieces come from.
    scales
        The scale of every criterion.
    who
        The column of the rater, or of whatever is to stand on the scale (a rater in one window).
    apart
        The column of the groups that will be set beside each other: pieces that different ones of them read are never taken
        for draws from one group.
    """

    def __init__(
        self,
        rows: pd.DataFrame,
        scales: Scales,
        *,
        apart: str,
        who: str = "rater",
    ) -> None:
        rows = rows.assign(_group=groups_apart(rows, apart))
        rows = rows[~_at_the_ends(rows, scales)]
        self.fit: FacetsFit | None = None
        self._names: tuple[str, ...] = ()
        self._parts: list[tuple[int, PoolPoints, Contrasts]] = []
        self._place: dict[str, int] = {}
        self._alone = _criteria_of_their_own(rows, who)
        if len(rows):
            self._put_on_the_scale(rows, scales, who)

    def _put_on_the_scale(self, rows: pd.DataFrame, scales: Scales, who: str) -> None:
        data = prepare_judgements(
            rows["piece"],
            rows[who],
            rows["criterion"],
            rows["score"],
            {name: scale.values for name, scale in scales.items()},
            groups=rows["_group"],
        )
        self.fit = fit_facets(data)
        self._names = data.facets[RATER].ids
        self._place = {one: i for i, one in enumerate(self._names)}
        self._parts = [
            (number, pool_points(part), Contrasts(part)) for number, part in self.fit.bounded
        ]

    def beside(self, a: Sequence[str], b: Sequence[str]) -> Beside:
        """One group of raters minus another, in the subset that holds most of both."""
        best: tuple[int, int, int] | None = None
        for at, (_, found, _) in enumerate(self._parts):
            n_a, n_b = (len(self._there(found, group)) for group in (a, b))
            if n_a and n_b and (best is None or min(n_a, n_b) > best[0]):
                best = (min(n_a, n_b), n_a + n_b, at)
        if best is None:
            return self._silent(a, b)
        number, found, contrasts = self._parts[best[2]]
        one, two = self._there(found, a), self._there(found, b)
        weights = np.zeros(len(found.points))
        weights[one] += 1 / len(one)
        weights[two] -= 1 / len(two)
        value, way = found.weighed(weights)
        error = contrasts.of(way)
        told = (len(one), len(two), len(a) - len(one), len(b) - len(two), number)
        if math.isnan(error.se):
            return Beside(math.nan, math.nan, 0.0, *told, reason=OPEN, split=self._alone)
        if error.df < MIN_PIECES - 1:
            return Beside(value, math.nan, error.df, *told, reason=THIN)
        sides = tuple(tuple(self._names[i] for i in side) for side in (one, two))
        return Beside(value, error.se, error.df, *told, sides=sides)

    def raters_of(self, subset: int, group: Sequence[str]) -> dict[str, tuple[float, float]]:
        """Points of a group's raters in a subset less the group's mean, each with its error variance.

        Raters whom nothing joins to the subset, or whose error is open, are left out.
        """
        at = next((i for i, (number, _, _) in enumerate(self._parts) if number == subset), None)
        if at is None:
            return {}
        _, found, contrasts = self._parts[at]
        there = self._there(found, group)
        out = {}
        for i in there:
            weights = np.zeros(len(found.points))
            weights[there] -= 1 / len(there)
            weights[i] += 1
            value, way = found.weighed(weights)
            error = contrasts.of(way, degrees=False).se
            if math.isfinite(error):
                out[self._names[i]] = (value, error**2)
        return out

    def _there(self, found: PoolPoints, group: Sequence[str]) -> list[int]:
        places = [self._place[one] for one in group if one in self._place]
        return [i for i in places if math.isfinite(found.points[i])]

    def _silent(self, a: Sequence[str], b: Sequence[str]) -> Beside:
        nan = math.nan
        reason = APART
        if self.fit is None or not self.fit.fits:
            reason = NOTHING
        elif any(part.unbounded for _, part in self.fit.fits):
            homes = [set(one) for one in self.fit.subset_ids()]
            together = any(home & set(a) and home & set(b) for home in homes)
            reason = UNBOUNDED if together else APART
        return Beside(nan, nan, 0.0, 0, 0, len(a), len(b), 0, reason)


def _criteria_of_their_own(rows: pd.DataFrame, who: str) -> tuple[str, ...]:
    """Criteria whose raters scored none of the others, beside those that raters join; none where all are joined.

    Then nobody tells what is the criterion and what its raters, and all criteria together have no scale.
    """
    home: dict[str, set[str]] = {}
    for _, found in rows.groupby(who)["criterion"]:
        together = set(found)
        for one in list(together):
            together |= home.get(one, set())
        home |= dict.fromkeys(together, together)
    parts = {frozenset(one) for one in home.values()}
    widest = max(parts, key=lambda one: (len(one), sorted(one)), default=frozenset())
    return tuple(sorted(set().union(*parts) - widest)) if len(parts) > 1 else ()


def _at_the_ends(rows: pd.DataFrame, scales: Scales) -> npt.NDArray[np.bool_]:
    """Rows of groups of pieces with all scores at one end of the scale: they have no mean, and set nobody beside anybody."""
    low = rows["criterion"].map({name: scale.values[0] for name, scale in scales.items()})
    high = rows["criterion"].map({name: scale.values[-1] for name, scale in scales.items()})
    ends = pd.DataFrame(
        {"group": rows["_group"], "low": rows["score"] <= low, "high": rows["score"] >= high}
    )
    by = ends.groupby("group")
    return np.asarray(by["low"].transform("all") | by["high"].transform("all"), dtype=bool)
