"""How far raters of one school lie apart, and what that adds to the error of a difference between schools.

What raters of one school vary by is taken from all schools together, which takes few raters of each. But schools need not be
alike in this: one with few raters far apart beside many with raters close together would seem far surer than it is. So where
a school's own raters lie further apart than raters do on the whole, they speak for themselves, with the few degrees of freedom
that they have; and fewer than five, who cannot show how far raters lie apart, never bring more than that. The t distribution of a
difference takes Satterthwaite's degrees of freedom over these parts (Satterthwaite 1946; with a variance for each school that
is Welch's test), and never more than the raters give: a few who happen to be alike do not prove that others would be.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import betainc, betaln

FEWEST_RATERS = 2
"""One rater cannot speak for a school."""

ALONE = "one rater alone cannot speak for a school"
"""Why nothing is said of a school with fewer."""

FEWEST_FREE = 2
"""With fewer raters beyond one a school, over all schools, nothing is known of how raters vary."""

ENOUGH_TO_SHOW = 5
"""Fewer raters than this cannot show how far those of their school lie apart."""


@dataclass(frozen=True)
class Spread:
    """How far raters of one school lie apart, in squared rubric points.

    Parameters
    ----------
    variance
        With the readings' part taken off.
    mean_square
        With the readings' part left in: what the estimate's certainty rests on.
    df
        Degrees of freedom of ``mean_square``.
    own
        Whether only raters of that school speak here; otherwise those of all schools together.
    """

    variance: float
    mean_square: float
    df: float
    own: bool = False


@dataclass(frozen=True)
class Spreads:
    """How far raters lie apart: over all schools together, and at each school.

    Parameters
    ----------
    pooled
        Over all schools together; nan where nothing is known.
    schools
        Of each school with several raters, as far as its own raters tell.
    """

    pooled: Spread
    schools: Mapping[str, Spread] = field(default_factory=dict)

    def of(self, school: str) -> Spread:
        """What to believe of a school: its own raters where they lie further apart than raters do on the whole."""
        own = self.schools.get(school)
        if math.isnan(self.pooled.variance):
            return self.pooled
        if own is not None and own.variance > self.pooled.variance:
            return own
        df = 1.0 if own is None else own.df
        if df >= ENOUGH_TO_SHOW - 1:
            return self.pooled
        few = min(max(df, 1.0), self.pooled.df)
        return Spread(self.pooled.variance, self.pooled.mean_square, few, own=True)

    def with_more(self, more: Mapping[str, int]) -> Spreads:
        """The same, had some schools so many more raters, who vary as raters do on the whole."""
        pooled = replace(self.pooled, df=self.pooled.df + sum(more.values()))
        nothing = replace(self.pooled, df=0.0, own=True)
        return Spreads(
            pooled,
            {
                name: self._grown(self.schools.get(name, nothing), more.get(name, 0))
                for name in {*self.schools, *more}
            },
        )

    def _grown(self, own: Spread, more: int) -> Spread:
        df = own.df + more
        if not more:
            return own
        variance, mean_square = (
            whole + (mine - whole) * own.df / df
            for mine, whole in (
                (own.variance, self.pooled.variance),
                (own.mean_square, self.pooled.mean_square),
            )
        )
        return Spread(variance, mean_square, df, own=True)

    @property
    def wider(self) -> tuple[str, ...]:
        """Schools that are not taken to be like the others."""
        found = self.schools.items()
        return tuple(name for name, one in found if one.variance > self.pooled.variance)


def spread_of(squares: float, free: int, errors: Sequence[float], noise: float) -> Spread:
    """The spread of one school's raters.

    Parameters
    ----------
    squares
        The sum of squares of the raters' severities around their school's mean.
    free
        Its degrees of freedom.
    errors
        The error variance of each rater's severity: unequal ones cost degrees of freedom.
    noise
        What the errors alone would make ``squares``.
    """
    mean_square = squares / free
    variance = max(mean_square - noise / free, 0.0)
    parts = variance + np.asarray(errors, dtype=float)
    even = float(parts.sum() ** 2 / (parts**2).sum()) / len(parts) if parts.any() else 1.0
    return Spread(variance, mean_square, free * even, own=True)


def with_raters(
    plain: float, df: float, parts: Iterable[tuple[float, Spread]]
) -> tuple[float, float]:
    """The variance of a difference between schools, and its degrees of freedom.

    Parameters
    ----------
    plain, df
        The variance for these raters, and its degrees of freedom.
    parts
        For each school by how much of its raters' variance that falls short.
    """
    shared: dict[Spread, float] = {}
    own: list[tuple[float, Spread]] = []
    for share, spread in parts:
        if spread.own:
            own.append((share, spread))
        else:
            shared[spread] = shared.get(spread, 0.0) + share
    every = [*own, *((share, spread) for spread, share in shared.items())]
    whole = plain + sum(share * spread.variance for share, spread in every)
    of_raters = [share * spread.mean_square for share, spread in every]
    total = sum(of_raters)
    if not every or total <= 0:
        return whole, min([df, *(spread.df for _, spread in every)])
    free = sum(one**2 / spread.df for one, (_, spread) in zip(of_raters, every, strict=True))
    believed = min(1.0, whole / total)
    weight = (whole - believed * total) ** 2 / df + believed**2 * free
    return whole, min(whole**2 / weight, total**2 / free)


def own_or_pooled(n_raters: int, free: int) -> tuple[float, float]:
    """What `Spreads.of` makes of a school's raters where raters of all schools are in truth alike.

    A school speaks for itself where its raters happen to lie further apart, so what is believed lies above the truth on average.
    With own and others' mean squares as independent chi-squares over their degrees of freedom a and b, the share of the own sum of
    squares is a beta variable, whose mean deviation is known (Johnson, Kotz & Balakrishnan 1995, *Continuous Univariate
    Distributions* 2, section 25.2).

    Parameters
    ----------
    n_raters
        Raters of the school, at least 2.
    free
        Degrees of freedom over all schools that are compared, its own among them.

    Returns
    -------
    tuple[float, float]
        How many times the truth the mean square believed is, on average (1 or more), and the degrees of freedom that it brings: half
        of them where two such schools share what all schools give together.
    """
    own = float(n_raters - 1)
    others = free - own
    if others <= 0:
        return 1.0, own
    p, q = own / 2, others / 2
    above = math.exp(
        p * math.log(p) + q * math.log(q) - betaln(p, q) - (p + q + 1) * math.log(p + q)
    )
    alone = 1.0 if own < ENOUGH_TO_SHOW - 1 else float(betainc(q, p, q / (p + q)))
    return 1 + above * (p + q) / p, 1 / (alone / own + (1 - alone) * 2 / free)
