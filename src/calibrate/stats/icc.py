"""Intraclass correlations: ICC(1), ICC(A) and ICC(C), of one rater and of an average.

They read scores as numbers and ask what share of the differences between scores is differences between pieces. Which form
answers which question:

- **ICC(A)** (absolute agreement): do raters give the same number? Severity counts against it.
- **ICC(C)** (consistency): do raters space the pieces alike, apart from severity?
- **ICC(1)**: who read a piece does not matter or is not known, as where every piece has raters of its own.

Names and forms: McGraw & Wong (1996), *Psychological Methods* 1, pp. 30–46; Shrout & Fleiss (1979), *Psychological
Bulletin* 86, pp. 420–428, whose ICC(2,1) is ICC(A,1) and whose ICC(3,1) is ICC(C,1).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError
from calibrate.stats.icc_complete import complete_icc
from calibrate.stats.icc_gaps import one_way_icc, two_way_icc
from calibrate.stats.ratings import IntArray, Ratings
from calibrate.stats.results import ALL_THE_SAME, NO_PAIRS, NO_VARIATION, Coefficient
from calibrate.stats.variance_components import (
    Components,
    cannot_separate,
    variance_components,
)

FloatArray = npt.NDArray[np.float64]

_FORMS = {
    "1": "one-way random effects, for raters like these",
    "a": "two-way random effects, absolute agreement, for raters like these",
    "c": "two-way random effects, consistency, for raters like these",
}


def icc_1_1(ratings: Ratings) -> Coefficient:
    """If a piece is scored by any one rater, how much of the score is the piece? ICC(1,1).

    For designs in which every piece has raters of its own (it is then the only ICC there is), or in which nobody knows who
    read what. Severity and chance are one thing to it, so it is at most as high as ICC(A,1) where the same raters read
    everything.

    It misleads when the pieces hardly differ. Undefined when every score is the same. Equal numbers of readings per piece:
    mean squares and the F interval of McGraw & Wong (1996), case 1. Otherwise the ANOVA estimate for unequal groups and the
    interval of Thomas & Hultquist (1978), *Annals of Statistics* 6, pp. 582–587, which says that it is approximate.
    """
    return intraclass(ratings.unit, ratings.rater, _numbers(ratings), form="1")


def icc_1_k(ratings: Ratings, k: float | None = None) -> Coefficient:
    """If a piece gets the average of any k raters, how much of it is the piece? ICC(1,k).

    It misleads where it is taken for one teacher's score: an average always looks better. See :func:`icc_1_1`. Source: McGraw &
    Wong (1996), *Psychological Methods* 1, pp. 30–46, case 1.
    """
    return intraclass(ratings.unit, ratings.rater, _numbers(ratings), form="1", average=True, k=k)


def icc_a_1(ratings: Ratings) -> Coefficient:
    """If one rater scores a piece, how much of the score is the piece, not the rater or chance? ICC(A,1).

    Severity counts against it: a rater who is always one level harsher lowers it, as it should when one teacher's score
    decides. It misleads when the pieces hardly differ (a class set all at level 3 gives a low ICC however well raters
    agree), and where levels are letters rather than numbers. Undefined when every score is the same, and where each rater
    read pieces of their own.

    Complete tables (every rater scored every piece): mean squares and the F interval of McGraw & Wong (1996),
    *Psychological Methods* 1, pp. 30–46, case 2A; the value there may be negative. With gaps: variance components by REML
    and a large-sample interval, which says so.
    """
    return intraclass(ratings.unit, ratings.rater, _numbers(ratings), form="a")


def icc_a_k(ratings: Ratings, k: float | None = None) -> Coefficient:
    """If the scores of k raters are averaged, how much of the average is the piece? ICC(A,k).

    For decisions made on the mean of several readings; it misleads about a single teacher's score, for it always looks
    better than ICC(A,1). k is the number of raters per piece; with gaps, the harmonic mean of the numbers of raters per
    piece (told in the method). See :func:`icc_a_1`. Source: McGraw & Wong (1996), *Psychological Methods* 1, pp. 30–46, case 2A.

    Parameters
    ----------
    ratings
        What was scored.
    k
        How many raters are averaged, if not as many as there were.
    """
    return intraclass(ratings.unit, ratings.rater, _numbers(ratings), form="a", average=True, k=k)


def icc_c_1(ratings: Ratings) -> Coefficient:
    """Apart from severity, how much of one rater's score is the piece? ICC(C,1).

    Right where severity does not matter (ranks within one rater's set, scores corrected for severity); it misleads
    everywhere else, for it flatters: a rater who is always one level harsher costs nothing. The gap to ICC(A,1) is what severity costs.
    Undefined as ICC(A,1) is. Complete tables: the exact F interval of McGraw & Wong (1996), *Psychological Methods* 1,
    pp. 30–46, case 2; with gaps as ICC(A,1).
    """
    return intraclass(ratings.unit, ratings.rater, _numbers(ratings), form="c")


def icc_c_k(ratings: Ratings, k: float | None = None) -> Coefficient:
    """Apart from severity, how much of the average of k raters is the piece? ICC(C,k).

    On a complete table it is Cronbach's alpha with raters in the place of criteria. It misleads where severity stays in the
    average, and about a single score. See :func:`icc_c_1`, :func:`icc_a_k`. Source: McGraw & Wong (1996), *Psychological
    Methods* 1, pp. 30–46, case 2.
    """
    return intraclass(ratings.unit, ratings.rater, _numbers(ratings), form="c", average=True, k=k)


#: The six forms, in the order in which they are shown.
ALL_FORMS: tuple[Callable[[Ratings], Coefficient], ...] = (
    icc_1_1,
    icc_1_k,
    icc_a_1,
    icc_a_k,
    icc_c_1,
    icc_c_k,
)


def intraclass(
    piece: npt.ArrayLike,
    rater: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    form: str,
    average: bool = False,
    k: float | None = None,
) -> Coefficient:
    """An ICC of any numbers: level positions, points, or the total of several criteria.

    Parameters
    ----------
    piece, rater, score
        One entry per score, shape (n,); ids of any kind, numbers without gaps in them.
    form
        ``1``, ``a`` (absolute agreement) or ``c`` (consistency).
    average
        Whether to ask about the average of k raters rather than about one.
    k
        How many raters are averaged (``average`` only).
    """
    return intraclass_forms(piece, rater, score, [(form, average)], k=k)[0]


def intraclass_forms(
    piece: npt.ArrayLike,
    rater: npt.ArrayLike,
    score: npt.ArrayLike,
    forms: Sequence[tuple[str, bool]],
    *,
    k: float | None = None,
) -> list[Coefficient]:
    """Several ICC of the same numbers: with gaps their variance components are searched for once.

    Parameters
    ----------
    piece, rater, score, k
        As for :func:`intraclass`.
    forms
        Each form (``1``, ``a`` or ``c``), and whether it is about an average.
    """
    if unknown := [form for form, _ in forms if form not in _FORMS]:
        raise ArgumentError(f"There is no ICC of the form “{unknown[0]}”.", fix="Choose 1, a or c.")
    if k is not None and not k > 0:
        raise ArgumentError(
            f"An average of {k:g} raters does not exist.", fix="Give a number above 0."
        )
    piece_code = np.unique(np.asarray(piece), return_inverse=True)[1]
    rater_code = np.unique(np.asarray(rater), return_inverse=True)[1]
    y = np.asarray(score, dtype=float)
    components = cache(lambda: variance_components(piece_code, rater_code, y))
    return [
        _one_form(piece_code, rater_code, y, form, average, k, components)
        for form, average in forms
    ]


def _one_form(
    piece: IntArray,
    rater: IntArray,
    y: FloatArray,
    form: str,
    average: bool,
    k: float | None,
    components: Callable[[], Components],
) -> Coefficient:
    readings = np.bincount(piece, minlength=1)
    n_raters = int(rater.max(initial=-1)) + 1
    basis = Coefficient(
        f"icc_{form}_{'k' if average else '1'}",
        None,
        math.nan,
        method=_FORMS[form],
        n_pieces=int((readings >= 2).sum()),
        n_raters=n_raters,
        n_ratings=len(y),
    )
    why = _cannot(form, piece, rater, readings)
    if why is not None:
        return replace(basis, undefined=why)
    if float(np.ptp(y)) == 0.0:
        return replace(basis, undefined=ALL_THE_SAME, flags=(NO_VARIATION,))

    averaged = (k or float(len(readings) / (1 / readings).sum())) if average else 1.0
    told = basis.method
    if average:
        mean = " (harmonic mean)" if k is None and np.ptp(readings) else ""
        told = f"{told}, average of {averaged:.6g} raters{mean}"
    basis = replace(basis, method=told)
    if form == "1":
        return one_way_icc(basis, piece, y, averaged)
    if len(y) == len(readings) * n_raters:
        table = np.empty((len(readings), n_raters))
        table[piece, rater] = y
        return complete_icc(basis, table, form, averaged)
    return two_way_icc(basis, piece, y, form, averaged, components)


def _cannot(form: str, piece: IntArray, rater: IntArray, readings: IntArray) -> str | None:
    """Why this form cannot be worked out in this design; None where it can."""
    if len(piece) == 0:
        return NO_PAIRS
    if form != "1":
        why = cannot_separate(piece, rater)
        nested = why is not None and "pieces of their own" in why
        return f"{why}; ICC(1) is what such readings allow" if nested else why
    if rater.max() < 1:
        return "only one rater"
    if len(readings) < 2:
        return "only one piece"
    double = int((readings >= 2).sum())
    if double == 0:
        return NO_PAIRS
    return "only one piece has scores from two or more raters" if double < 2 else None


def _numbers(ratings: Ratings) -> FloatArray:
    return ratings.levels[ratings.position]
