"""Intervals that speak for raters like these, not for these raters alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibrate.stats.bootstrap import SEED
from calibrate.stats.intervals import fisher_interval, share_interval
from calibrate.stats.ratings import IntArray, Ratings, part_of
from calibrate.stats.results import NO_VARIATION, PERFECT, Coefficient

FloatArray = npt.NDArray[np.float64]
Statistic = Callable[[Ratings], Coefficient]

#: With fewer raters nothing can be said about raters like them.
FEWEST_RATERS = 3

#: With fewer raters their spread is itself hardly known.
FEW_RATERS = 8

#: More raters than this are left out in so many groups.
GROUPS = 40

#: Why two raters have no interval.
ONE_PAIR = (
    "2 raters say nothing about raters like them, for one pair cannot show how pairs differ: "
    "no interval"
)

#: Why there is none where pieces do not differ.
ALL_ALIKE = "every piece shows the same agreement: no interval for raters like these"

_SHARES = ("exact_agreement", "adjacent_agreement", "percent_agreement")


def for_raters_like_these(statistic: Statistic, ratings: Ratings) -> Coefficient:
    """What would other raters of this kind show on other pieces of this kind? The same coefficient with an interval for them.

    A panel of four says much about its own four members and less about the school's next four. It misleads with few raters:
    three who happen to be of one mind look as if everybody were. The interval needs three raters, is very wide with three, and
    rough with fewer than eight (flagged).

    The variance is that over pieces (the coefficient's own) plus what raters add. Each rater is left out in turn (jackknife),
    as in Gwet (2008), *Psychometrika* 73, pp. 407–430. The values without each rater differ for two reasons: raters differ, and
    each has luck with the pieces at hand. The second is in the variance over pieces already and is taken out, as two-way
    clustering does: Cameron, Gelbach & Miller (2011), *Journal of Business & Economic Statistics* 29, pp. 238–249. It follows
    from how far each piece moves the value without each rater. What is left is never taken below 0, so that the error is never
    below that over pieces. How two raters suit each other counts more than once in a jackknife of few raters (Efron & Stein
    1981, *Annals of Statistics* 9, pp. 586–596); that is left in, for the careful side. Degrees of freedom are Satterthwaite's:
    those of raters where raters are most of the doubt, and those of pieces where pieces are.

    More raters than `GROUPS` are left out in as many groups of a size, made by lot and always the same.
    ``benchmarks/coverage.py`` shows how often the interval covers the truth.

    Parameters
    ----------
    statistic
        Any coefficient of many raters that has a standard error by piece. Where it does not tell how far each piece moves it
        (`Coefficient.by_piece`), nothing is taken out, and the interval is too wide.
    ratings
        What was scored.
    """
    found = statistic(ratings)
    if not found.is_defined or NO_VARIATION in found.flags:
        return found
    q = ratings.n_raters
    told = found.method.replace("for these raters", "jackknife over raters, for raters like these")
    nothing = replace(found, method=told, se=math.nan, ci_low=math.nan, ci_high=math.nan)
    if q < FEWEST_RATERS:
        return replace(nothing, flags=(*found.flags, ONE_PAIR))
    if not math.isfinite(found.se):
        return replace(nothing, flags=found.flags or (ALL_ALIKE,))
    between, noise, known, groups = _over_raters(statistic, ratings, found)
    flags = found.flags
    if known < groups:
        whom = "raters" if groups == q else "groups of raters"
        flags = (*flags, f"undefined without {groups - known} of {groups} {whom}")
    if known < FEWEST_RATERS:
        return replace(nothing, flags=(*flags, "no interval for raters like these"))
    over_pieces = found.se**2
    variance = over_pieces + max(between - noise, 0.0)
    if q < FEW_RATERS:
        flags = (*flags, f"only {q} raters: a rough interval for raters like these")
    found = replace(nothing, se=math.sqrt(variance), flags=flags)
    if PERFECT in flags:
        return found
    freedom = _freedom(variance, over_pieces, found.n_pieces, between, known)
    interval = share_interval if found.name in _SHARES else fisher_interval
    low, high = interval(found.value, found.se, freedom + 1)
    return replace(found, ci_low=low, ci_high=high)


def _over_raters(
    statistic: Statistic, ratings: Ratings, found: Coefficient
) -> tuple[float, float, int, int]:
    """The jackknife's variance over raters, what chance with the pieces adds to it, and how many of how many groups it rests on."""
    group = _in_groups(ratings.n_raters)[ratings.rater]
    piece = ratings.piece[ratings.unit]
    groups = int(group.max()) + 1
    values: list[float] = []
    squares, together = 0.0, np.zeros(ratings.n_pieces)
    for one in range(groups):
        keep = group != one
        left = statistic(part_of(ratings, keep))
        if not math.isfinite(left.value):
            continue
        values.append(left.value)
        if found.by_piece is not None and left.by_piece is not None:
            there = np.bincount(piece[keep], minlength=ratings.n_pieces) > 0
            together[there] += left.by_piece
            squares += float(left.by_piece @ left.by_piece)
    m = len(values)
    if m < FEWEST_RATERS:
        return math.nan, math.nan, m, groups
    apart = np.array(values) - np.mean(values)
    share = (m - 1) / m
    noise = max(squares - float(together @ together) / m, 0.0)
    return share * float(apart @ apart), share * noise, m, groups


def _in_groups(raters: int) -> IntArray:
    """The group of each rater, shape (raters,): one each, or `GROUPS` groups of a size."""
    groups = min(raters, GROUPS)
    return np.asarray(np.random.default_rng(SEED).permutation(raters) % groups, dtype=np.int64)


def _freedom(
    variance: float, over_pieces: float, pieces: int, between: float, groups: int
) -> float:
    """Satterthwaite's degrees of freedom of a variance over pieces and raters, at least those of the fewer of both."""
    least = min(pieces, groups) - 1
    doubt = over_pieces**2 / (pieces - 1) + between**2 / (groups - 1)
    return max(variance**2 / doubt, least) if doubt > 0 else least
