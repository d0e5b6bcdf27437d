"""How many shared pieces, and how many raters a school, it takes to tell a difference between two schools.

What `calibrate compare` would make of so many readings is worked out as it does it. n pieces that a rater of each school
reads, m raters a school in turns:

- *these raters*: single pieces scatter by 2·(σ²(reading) + σ²(raters)·(1 − 1/m)·n/(n − 1)), and the error is that over n, with
  n − 1 degrees of freedom (where m is not known, as if every piece had raters of its own);
- *the schools*: the error is 2·σ²(reading)/n + 2·σ²(raters)/m, and no number of pieces takes the second part away; a school whose
  raters happen to lie further apart than others' speaks for itself, so the second part is larger than that as a rule, and surely
  known only so far (`calibrate.analysis.rater_spread.own_or_pooled`). Satterthwaite's degrees of freedom count the mean square
  between raters whole, and are never more than its own.

A difference is told when the interval, which holds together over compare's family (every school against the rest and every
pair, each criterion and the total), leaves out 0; it is to come in at least four cases of five. Source: the power of the t
test, the noncentral t by its normal approximation (Johnson & Welch 1940, *Biometrika* 31, pp. 362–389; Abramowitz & Stegun
26.7.10).

The variances are known only so well (`calibrate.analysis.planner_variances`). So an answer is a range, the middle 80 % of what
could be true, and its upper end is what to plan for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special

from calibrate.analysis.intervals import MIN_PIECES, family_confidence
from calibrate.analysis.planner_variances import ReaderVariances
from calibrate.analysis.planner_words import precision_sentence
from calibrate.analysis.rater_spread import own_or_pooled
from calibrate.analysis.settling import CHANCE, MOST, MOST_RATERS
from calibrate.errors import ArgumentError

FloatArray = NDArray[np.float64]

FEWEST_RATERS = 2
"""With fewer raters a school nothing can be said of the school itself: they would be the school."""
SHOWN_RATERS = 12
"""As many raters a school as the table goes to at least."""
SURE = 0.9
"""The share of what could be true in which a plan is enough: the upper end of the middle 80 %."""


@dataclass(frozen=True)
class Needed:
    """What it takes with so many raters a school.

    Parameters
    ----------
    n_raters
        Raters of each school who read shared pieces.
    n_pieces
        Shared pieces to plan for: the upper end of the range. None where no number within reach is sure to be enough.
    low, best
        The lower end, and what the variances as estimated ask for; None where no number is enough.
    """

    n_raters: int
    n_pieces: int | None
    low: int | None = None
    best: int | None = None

    def as_dict(self) -> dict[str, int | None]:
        """The fields of the JSON answer."""
        return {
            "n_raters": self.n_raters,
            "n_pieces": self.n_pieces,
            "low": self.low,
            "best": self.best,
        }


@dataclass(frozen=True)
class Precision:
    """What it takes to tell a difference between two schools.

    Parameters
    ----------
    difference
        The difference to tell, in rubric points of the mean over criteria.
    known
        The variances that it rests on.
    n_schools
        How many schools `calibrate compare` would look at together.
    """

    difference: float
    known: ReaderVariances
    n_schools: int = 2

    @property
    def family_size(self) -> int:
        """How many different differences `calibrate compare` would make of so many schools and these criteria.

        Two schools make one (either against the rest, and the pair, are the same scores), and a criterion alone is the total.
        """
        k, criteria = self.n_schools, self.known.n_criteria
        sides = 1 if k == 2 else k + k * (k - 1) // 2
        return sides * (1 if criteria == 1 else 1 + criteria)

    @cached_property
    def these(self) -> Needed | None:
        """What it takes for these raters, however many they are; None where nothing is known."""
        return None if self.known.undefined else self._needed(0)

    @property
    def these_raters(self) -> int | None:
        """The shared pieces to plan for, for these raters; None where nothing is known or it is more than anybody can read."""
        return None if self.these is None else self.these.n_pieces

    @cached_property
    def fewest_raters(self) -> int | None:
        """With fewer raters of each no number of pieces is sure to settle it; None where nothing is known, or nobody has so many."""
        if self.known.undefined or math.isnan(self.known.severity):
            return None
        for m in range(FEWEST_RATERS, MOST_RATERS + 1):
            if self._enough(np.full(len(self._cases[0]), float(MOST)), m).mean() >= SURE:
                return m
        return None

    @cached_property
    def schools(self) -> tuple[Needed, ...]:
        """For schools as such, by raters a school; empty where nothing is known of how far raters differ."""
        if self.known.undefined or math.isnan(self.known.severity):
            return ()
        fewest = self.fewest_raters
        top = SHOWN_RATERS if fewest is None else max(SHOWN_RATERS, min(fewest + 4, MOST_RATERS))
        return tuple(self.with_raters(m) for m in range(1, top + 1))

    @property
    def sentence(self) -> str:
        """In words."""
        return precision_sentence(self)

    def with_raters(self, n_raters: int) -> Needed:
        """What it takes for schools with so many raters each."""
        unknown = self.known.undefined or math.isnan(self.known.severity)
        if unknown or n_raters < FEWEST_RATERS:
            return Needed(n_raters, None)
        return self._needed(n_raters)

    def as_dict(self) -> dict[str, object]:
        """The ``precision`` part of the JSON answer."""
        these = self.these
        return {
            "difference": self.difference,
            "these_raters": self.these_raters,
            "these_raters_low": None if these is None else these.low,
            "these_raters_best": None if these is None else these.best,
            "fewest_raters": self.fewest_raters,
            "schools": [one.as_dict() for one in self.schools],
            "family_size": self.family_size,
            "n_schools": self.n_schools,
            "rater_variance": self.known.severity,
            "reading_variance": self.known.reading,
            "schools_apart": self.known.n_schools > 0,
            "sentence": self.sentence,
        }

    @cached_property
    def _cases(self) -> tuple[FloatArray, FloatArray]:
        return self.known.could_be

    @cached_property
    def _each(self) -> float:
        return family_confidence(0.95, self.family_size)

    def _enough(self, n: FloatArray, m: int, only_best: bool = False) -> NDArray[np.bool_]:
        """Whether n shared pieces tell the difference, for every case of what could be true; m is 0 for these raters."""
        reading, raters = self._best if only_best else self._cases
        sides = None if m == 0 else (m, m)
        free = self.n_schools * (m - 1)
        told = smallest_told(self._each, reading, raters, n, sides, free, schools=m > 0)
        return np.asarray(told <= self.difference * (1 + 1e-9))

    @property
    def _best(self) -> tuple[FloatArray, FloatArray]:
        return np.array([self.known.reading]), np.array([self.known.severity])

    def _needed(self, m: int) -> Needed:
        low = max(MIN_PIECES, m)
        every = _fewest(lambda n: self._enough(n, m), len(self._cases[0]), low)
        (best,) = _fewest(lambda n: self._enough(n, m, only_best=True), 1, low)
        ends = np.quantile(every, [1 - SURE, SURE], method="inverted_cdf")
        return Needed(m, _within(ends[1]), _within(ends[0]), _within(best))


def what_it_takes(known: ReaderVariances, difference: float, n_schools: int = 0) -> Precision:
    """Shared pieces and raters a school for telling a difference of so many points.

    Parameters
    ----------
    known
        How far readings and raters differ.
    difference
        In rubric points, above 0.
    n_schools
        How many schools would be compared; 0 for as many as the scores are from.
    """
    if not (math.isfinite(difference) and difference > 0):
        raise ArgumentError("A difference to tell is a number above 0.", column="--tell")
    return Precision(difference, known, max(n_schools or known.n_schools, 2))


def told_with(
    precision: Precision,
    n_pieces: int,
    raters: tuple[int, int],
    *,
    schools: bool = False,
    free: int | None = None,
) -> float:
    """The smallest difference that so many shared pieces are sure to tell.

    Parameters
    ----------
    precision
        Holds what is known.
    n_pieces
        Pieces that raters of both schools read.
    raters
        How many raters of each read them.
    schools
        Whether the difference is to speak for the schools, not for these raters alone.
    free
        Raters beyond one a school, over all schools that are compared; without it over these two.

    Returns
    -------
    float
        In points; ``inf`` with too few shared pieces, and of schools with one rater or where nothing is known of how far raters differ.
    """
    known = precision.known
    if n_pieces < MIN_PIECES or min(raters) < 1 or known.undefined:
        return math.inf
    if schools and (min(raters) < FEWEST_RATERS or math.isnan(known.severity)):
        return math.inf
    each = family_confidence(0.95, precision.family_size)
    reading, severity = known.could_be
    beyond = sum(raters) - 2 if free is None else free
    told = smallest_told(
        each,
        reading,
        severity,
        np.full(len(reading), float(n_pieces)),
        raters,
        beyond,
        schools=schools,
    )
    return float(np.quantile(told, SURE, method="inverted_cdf"))


def smallest_told(
    each: float,
    reading: FloatArray,
    raters: FloatArray,
    n: FloatArray,
    sides: tuple[int, int] | None,
    free: int,
    *,
    schools: bool,
) -> FloatArray:
    """The difference that is told in four cases of five.

    Parameters
    ----------
    each
        The confidence of one interval.
    reading, raters
        Variances of a single reading and between raters of one school; nan for raters counts as 0 for these raters.
    n
        Shared pieces, at least 2.
    sides
        Raters of each school; None where every piece has raters of its own.
    free
        Degrees of freedom of the variance between raters.
    schools
        Whether it is to speak for the schools.
    """
    raters = np.nan_to_num(raters)
    parts = [1.0, 1.0] if sides is None else [1 - 1 / m for m in sides]
    turns = raters * sum(parts) * (n / (n - 1) if sides is not None else 1.0)
    scatter = (2 * reading + turns) / n
    if not schools or sides is None:
        return np.asarray(np.sqrt(scatter) * _away(n - 1, each))
    whole = 2 * reading / n + raters * sum(1 / m for m in sides)
    # The part of the raters' variance that pieces do not show, and how surely compare will know it (its `beyond` and `each`).
    of_raters, sure = np.zeros_like(whole), 0.0
    for m in sides:
        wider, own_df = own_or_pooled(m, free)
        hidden = np.maximum(n / m - 1, 0) / (n - 1)
        mean_square = raters + reading * 2 * m / n
        whole = whole + hidden * (wider - 1) * mean_square
        of_raters += hidden * wider * mean_square
        sure += own_df
    of_raters = np.minimum(of_raters, whole)
    weight = of_raters**2 / sure + (whole - of_raters) ** 2 / (n - 1)
    return np.asarray(np.sqrt(whole) * _away(np.minimum(whole**2 / weight, sure), each))


def _away(df: FloatArray, each: float) -> FloatArray:
    """How many errors the truth must lie from 0 to be told in four cases of five."""
    t = special.stdtrit(df, 0.5 + each / 2)
    z = float(special.ndtri(CHANCE))
    return np.asarray(t * (1 - 1 / (4 * df)) + z * np.sqrt(1 + t**2 / (2 * df)))


def _fewest(enough: Callable[[FloatArray], NDArray[np.bool_]], size: int, low: int) -> FloatArray:
    """The fewest pieces in every case; infinity where `MOST` are not enough."""
    under, over = np.full(size, float(low - 1)), np.full(size, float(MOST))
    out = ~enough(over)
    while (open_ := over - under > 1).any():
        middle = np.floor((under + over) / 2)
        there = enough(np.maximum(middle, low))
        over = np.where(open_ & there, middle, over)
        under = np.where(open_ & ~there, middle, under)
    return np.where(out, np.inf, over)


def _within(n: float) -> int | None:
    return int(n) if math.isfinite(n) else None
