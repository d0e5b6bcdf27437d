"""How far readings and raters of one school differ, and how surely that is known: what a plan for telling schools apart rests on.

The same estimates as `calibrate.analysis.comparability_schools` has them for the total: within pieces, with schools held fixed, so that
what schools differ by does not pass for what their raters differ by. A sum of squares is its expectation times a chi-square over its
degrees of freedom; turned round, that gives the values which could be true (generalized intervals, Weerahandi 1993, *Journal of
the American Statistical Association* 88, pp. 899–905).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from calibrate.analysis.comparability_schools import rater_variance
from calibrate.analysis.group_contrasts import Grid, Readings
from calibrate.analysis.readings import ScaleLike, as_scales, criteria_in_order
from calibrate.analysis.severity import TOTAL

FloatArray = NDArray[np.float64]

_READING_CASES, _SEVERITY_CASES = 9, 45
"""Equally likely values of the two variances: all pairs of them are what could be true."""
_ROUGHLY = 3
"""Variances of which the upper end is so many times the lower one (of the middle 80 %) are known only roughly."""
_SCHOOL_COLUMNS = ("rater_school", "school")


@dataclass(frozen=True)
class ReaderVariances:
    """How far single readings, and raters of one school, differ; squared points of the mean over criteria.

    Parameters
    ----------
    reading
        Of one reading around its piece and its rater, at least what rounding to levels makes of it.
    reading_df
        Its degrees of freedom.
    mean_square, each, df
        Of raters of one school with ``reading / each`` left in, and its degrees of freedom; nan where nothing is known of raters.
    n_raters, n_schools, n_criteria
        What it rests on. ``n_schools`` is 0 where the scores do not say whose school a rater is of: then differences between
        schools are in ``mean_square`` too.
    undefined
        Why nothing is known of readings; empty where something is.
    unknown
        Why nothing is known of raters; empty where something is.
    """

    reading: float
    reading_df: float
    mean_square: float
    each: float
    df: float
    n_raters: int
    n_schools: int
    n_criteria: int
    undefined: str = ""
    unknown: str = ""

    @property
    def severity(self) -> float:
        """Between raters of one school; an estimate below 0 counts as 0; nan where nothing is known."""
        return _severity(self.mean_square, self.reading, self.each)

    @cached_property
    def could_be(self) -> tuple[FloatArray, FloatArray]:
        """Readings' and raters' variances that could be true, all equally likely, shape (cases,) each."""
        reading = self.reading * _turned(self.reading_df, _READING_CASES)
        if math.isnan(self.mean_square):
            return reading, np.full_like(reading, math.nan)
        raters = self.mean_square * _turned(self.df, _SEVERITY_CASES)
        both = [one.ravel() for one in np.meshgrid(reading, raters)]
        return both[0], np.maximum(both[1] - both[0] / self.each, 0.0)

    @cached_property
    def roughly(self) -> bool:
        """Whether the variances are known only roughly."""
        told = [one for one in self.could_be if not np.isnan(one).any()]
        ends = [np.quantile(one, [0.1, 0.9]) for one in told]
        return any(high >= _ROUGHLY * low for low, high in ends)


def _severity(mean_square: float, reading: float, each: float) -> float:
    return mean_square if math.isnan(mean_square) else max(mean_square - reading / each, 0.0)


def _turned(df: float, n: int) -> FloatArray:
    """Equally likely values of expectation over estimate."""
    share = (np.arange(n) + 0.5) / n
    return np.asarray(df / special.chdtri(df, share), dtype=float)


def reader_variances(
    rows: pd.DataFrame, scales: ScaleLike, school_of: Mapping[str, str] | None = None
) -> ReaderVariances:
    """Estimate them from scores that are there.

    Parameters
    ----------
    rows
        Independent blind readings (`calibrate.analysis.readings.independent_blind`).
    scales
        The scale of every criterion.
    school_of
        The school of a rater. Raters whom it leaves out have the school of a column ``rater_school``, or of ``school`` where
        that is the raters' and not the pieces'.
    """
    known = as_scales(scales)
    criteria = criteria_in_order(known, rows)
    steps = {one: known[one].step for one in criteria}
    schools = _schools(rows, school_of or {})
    if schools.nunique() > 1:
        told = schools.notna()
        found = variances_of(Grid.of(rows[told].assign(_school=schools[told]), "_school"), steps)
        if not found.undefined:
            return found
    found = variances_of(Grid.of(rows.assign(_school="all"), "_school"), steps)
    one = schools.notna().all() and schools.nunique() == 1
    return replace(found, n_schools=1) if one else found


def _schools(rows: pd.DataFrame, school_of: Mapping[str, str]) -> pd.Series:
    """The school of every row's rater; missing where nothing says it."""
    schools = rows["rater"].map(lambda one: school_of.get(one) or None).astype("object")
    for column in _SCHOOL_COLUMNS:
        if column in rows.columns and _of_raters(rows, column):
            told = rows[column].astype("object").where(rows[column].notna(), None)
            schools = schools.where(schools.notna(), told)
    return schools


def _of_raters(rows: pd.DataFrame, column: str) -> bool:
    """Whether a column says something of raters: one value for each, and pieces that meet several."""
    if column == "rater_school":
        return True
    values = rows[rows[column].notna()]
    by_rater = values.groupby("rater")[column].nunique()
    return bool((by_rater == 1).all() and (values.groupby("piece")[column].nunique() > 1).any())


def variances_of(grid: Grid, steps: Mapping[str, float]) -> ReaderVariances:
    """The same of a grid of scores; one group alone stands for schools that nobody knows.

    Parameters
    ----------
    steps
        The distance between neighbouring scores, by criterion: no judgement is believed to vary by less than its rounding to
        a level (step²/12).
    """
    n_schools = len(grid.groups) if len(grid.groups) > 1 else 0
    k = max(len(grid.criteria), 1)
    floor = sum(steps[one] ** 2 for one in grid.criteria) / 12 / k**2
    found = rater_variance(grid, TOTAL)
    shape = (found.n_raters, n_schools, k)
    nan = math.nan
    if found.reading_df >= 1:
        reading = max(found.reading, floor)
        square = max(found.mean_square, floor / found.each)
        return ReaderVariances(
            reading, found.reading_df, square, found.each, found.df, *shape, "", found.undefined
        )
    whole, df = _within(grid.readings_on(TOTAL), grid.group_of)
    if df < 1:
        reason = "too few pieces have scores from two or more raters of a school"
        return ReaderVariances(nan, 0.0, nan, nan, 0.0, *shape, reason)
    # Raters of their own for each piece: all that differs may be either, so it counts as both.
    whole = max(whole, floor)
    return ReaderVariances(whole, df, whole, math.inf, df, *shape)


def _within(found: Readings, group_of: NDArray[np.intp]) -> tuple[float, float]:
    """The variance of readings of one piece, schools held fixed, and its degrees of freedom."""
    if not len(found.piece):
        return math.nan, 0.0
    _, piece = np.unique(found.piece, return_inverse=True)
    sizes = np.bincount(piece)
    home = np.eye(int(group_of.max()) + 1)[group_of[found.rater]]
    columns = np.column_stack([found.centred, home])
    inside = (
        columns - np.stack([np.bincount(piece, one) / sizes for one in columns.T], axis=1)[piece]
    )
    slopes, _, rank, _ = np.linalg.lstsq(inside[:, 1:], inside[:, 0], rcond=1e-9)
    left = inside[:, 0] - inside[:, 1:] @ slopes
    df = float(len(left) - len(sizes) - rank)
    return (float(left @ left) / df if df >= 1 else math.nan), df
