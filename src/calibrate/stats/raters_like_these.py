"""Intervals that speak for raters like these, not for these raters alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from calibrate.stats.bootstrap import SEED
from calibrate.stats.intervals import fisher_interval, share_interval
from calibrate.stats.ratings import Ratings, part_of
from calibrate.stats.results import NO_VARIATION, PERFECT, Coefficient

#: With fewer raters nothing can be said about raters like them.
FEWEST_RATERS = 3

#: With fewer raters their spread is itself hardly known.
FEW_RATERS = 8

#: More raters than this are left out in so many groups.
GROUPS = 40

_SHARES = ("exact_agreement", "adjacent_agreement", "percent_agreement")


def for_raters_like_these(
    statistic: Callable[[Ratings], Coefficient], ratings: Ratings
) -> Coefficient:
    """What would other raters of this kind show on other pieces of this kind? The same coefficient with an interval for them.

    It misleads with few raters, whose spread is itself hardly known: it then errs on the wide side. A panel of four says much about its own four members and little about the school's next four. The variance over pieces
    is the coefficient's own; the variance over raters is found by leaving out each rater in turn (jackknife), as in Gwet
    (2008), *Psychometrika* 73, pp. 407–430; the interval has raters − 1 degrees of freedom. It needs three raters and is rough
    with fewer than eight (flagged). ``benchmarks/coverage.py`` shows how often it covers the truth.

    More raters than `GROUPS` are left out in as many groups of a size, made by lot and always the same.

    Parameters
    ----------
    statistic
        Any coefficient of many raters that has a standard error by piece.
    ratings
        What was scored.
    """
    found = statistic(ratings)
    if not found.is_defined or not math.isfinite(found.se) or NO_VARIATION in found.flags:
        return found
    told = found.method.replace("for these raters", "jackknife over raters, for raters like these")
    found = replace(found, method=told, ci_low=math.nan, ci_high=math.nan)
    q = ratings.n_raters
    if q < FEWEST_RATERS:
        flag = f"{q} raters say nothing about raters like them: no interval"
        return replace(found, se=math.nan, flags=(*found.flags, flag))
    groups = min(q, GROUPS)
    group = np.random.default_rng(SEED).permutation(q) % groups
    of_score = group[ratings.rater]
    left_out = np.array(
        [statistic(part_of(ratings, of_score != one)).value for one in range(groups)]
    )
    known = left_out[np.isfinite(left_out)]
    flags = found.flags
    if len(known) < groups:
        whom = "raters" if groups == q else "groups of raters"
        flags = (*flags, f"undefined without {groups - len(known)} of {groups} {whom}")
    if len(known) < FEWEST_RATERS:
        return replace(found, se=math.nan, flags=(*flags, "no interval for raters like these"))
    m = len(known)
    between = (m - 1) / m * float(((known - known.mean()) ** 2).sum())
    se = math.sqrt(found.se**2 + between)
    if q < FEW_RATERS:
        flags = (*flags, f"only {q} raters: a rough interval for raters like these")
    found = replace(found, se=se, flags=flags)
    if PERFECT in flags:
        return found
    interval = share_interval if found.name in _SHARES else fisher_interval
    low, high = interval(found.value, se, m)
    return replace(found, ci_low=low, ci_high=high)
