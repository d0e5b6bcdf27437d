"""Where differences between scores come from: the variance components of a generalizability study.

The object of measurement is the piece, or the student where students have several pieces. Raters (and tasks) are drawn from
many like them; criteria are fixed: they are the rubric. The design is found from the table: complete tables go by expected mean
squares, all others by REML. Where every reading has all criteria, REML takes the mean over criteria and the contrasts between
criteria apart (they are independent), which keeps it small and lets a component come out negative.

Source: Brennan (2001), *Generalizability Theory*, chapters 3, 4 and 7; Shavelson & Webb (1991), *Generalizability Theory: A
Primer*.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError
from calibrate.stats.generalizability_balanced import crossed_components, nested_components
from calibrate.stats.generalizability_effects import Effects, effects_of
from calibrate.stats.generalizability_gaps import components_with_gaps
from calibrate.stats.generalizability_squares import MeanSquares, Source, interval
from calibrate.stats.generalizability_table import GTable, g_table

FloatArray = npt.NDArray[np.float64]

_CRITERION: Source = ("criterion",)
EMS = "expected mean squares"
REML = "REML"


@dataclass(frozen=True)
class Component:
    """One source of differences between scores.

    Attributes
    ----------
    source
        ``piece``, ``piece x rater``, ``rater:piece`` (raters of its own for each piece), … The last one holds the error too.
    variance
        In squared points; a negative estimate counts as 0.
    estimate
        As it was estimated.
    share
        Its part of all variances, 0–1.
    se, ci_low, ci_high
        The estimate's standard error and the 95 % interval, squared points; ``nan`` for criteria, which are fixed, and where
        they cannot be told.
    """

    source: str
    variance: float
    estimate: float
    share: float
    se: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan

    @property
    def factors(self) -> Source:
        """The factors of the source."""
        return tuple(self.source.split(" x "))


@dataclass(frozen=True)
class GStudy:
    """The components, and what they rest on.

    Attributes
    ----------
    object
        ``piece`` or ``student``.
    design
        ``crossed`` (every rater read every piece), ``nested`` (raters of its own for each piece) or ``partly crossed``.
    method
        ``expected mean squares`` or ``REML``.
    components
        Empty where ``undefined``.
    notes
        What a reader must know, in words.
    n_objects, n_pieces, n_raters, n_criteria, n_scores
        What was used.
    readings, tasks
        Readings of a piece and tasks of an object (harmonic means): how the scores at hand came about.
    mean
        The mean over pieces of the mean over criteria, in points.
    undefined
        Why there are no components; None where there are.
    evidence
        The mean squares behind the components, criteria (fixed) aside; None where their errors cannot be told.
    """

    object: str
    design: str
    method: str
    components: tuple[Component, ...]
    notes: tuple[str, ...]
    n_objects: int
    n_pieces: int
    n_raters: int
    n_criteria: int
    n_scores: int
    readings: float
    tasks: float
    mean: float
    undefined: str | None = None
    evidence: MeanSquares | None = None

    @cached_property
    def draws(self) -> FloatArray:
        """Components that could be true, shape (draws, sources of the evidence); without evidence there are none."""
        return np.zeros((0, 0)) if self.evidence is None else self.evidence.draws()

    def variance(self, *factors: str) -> float:
        """The variance of one source, 0 where the design has no such source."""
        return next((one.variance for one in self.components if one.factors == factors), 0.0)


def g_study(
    piece: npt.ArrayLike,
    rater: npt.ArrayLike,
    score: npt.ArrayLike,
    criterion: npt.ArrayLike | None = None,
    *,
    student: npt.ArrayLike | None = None,
    task: npt.ArrayLike | None = None,
    method: str | None = None,
) -> GStudy:
    """Estimate the variance components of a table of scores.

    Parameters
    ----------
    piece, rater, score, criterion
        One entry per score, shape (n,); scores that are nan are left out. Without a criterion there is one.
    student
        Whose piece it is: makes the student the object of measurement. Every piece has one.
    task
        The task of each piece. Without it every piece of a student counts as a task of its own.
    method
        ``"REML"`` for a complete table too; otherwise the table decides.

    Raises
    ------
    ArgumentError
        Columns of different lengths, or a method that does not exist.
    DataError
        Two scores of one rater for the same piece and criterion.
    """
    if method not in (None, EMS, REML):
        raise ArgumentError(f"There is no method {method!r}.", fix="It is REML, or leave it out.")
    table = g_table(piece, rater, score, criterion, student=student, task=task)
    effects = effects_of(table)
    if effects.undefined:
        return _study(table, effects, "", {}, (), effects.undefined)
    if float(np.ptp(table.score)) == 0.0:
        reason = "no variation: every score is the same, so there are no differences to explain"
        return _study(table, effects, "", {}, (), reason)
    full = None if method == REML else table.as_array(effects.nested)
    if full is not None:
        squares = (
            nested_components(full)
            if effects.nested
            else crossed_components(full, table.axes_of_array)
        )
        found = dict(zip(squares.sources, squares.estimates.tolist(), strict=True))
        return _study(table, effects, EMS, found, (), None, squares.without(_CRITERION))
    gapped = components_with_gaps(table, effects)
    return _study(table, effects, REML, gapped.components, gapped.notes, None, gapped.evidence)


def _study(
    table: GTable,
    effects: Effects,
    method: str,
    found: Mapping[Source, float],
    notes: tuple[str, ...],
    undefined: str | None = None,
    evidence: MeanSquares | None = None,
) -> GStudy:
    total = sum(max(value, 0.0) for value in found.values())
    # Rounding alone can leave a component a hair below nothing.
    hair = 1e-12 * max(total, 1e-300)
    errors = _errors(evidence)
    components = tuple(
        Component(
            " x ".join(source),
            max(float(value), 0.0),
            float(value),
            max(float(value), 0.0) / total if total > 0 else math.nan,
            *errors.get(source, (math.nan, math.nan, math.nan)),
        )
        for source, value in found.items()
    )
    below = [one.source for one in components if one.estimate < -hair]
    if below:
        verb = "was" if len(below) == 1 else "were"
        notes = (
            *notes,
            f"{', '.join(below)} {verb} estimated below 0 and counted as 0: the scores show none of it.",
        )
    return GStudy(
        object=table.object,
        design=effects.design,
        method=method,
        components=components,
        notes=notes,
        n_objects=table.n_objects,
        n_pieces=table.n_pieces,
        n_raters=table.n_raters,
        n_criteria=table.n_criteria,
        n_scores=len(table.score),
        readings=table.readings,
        tasks=table.tasks,
        mean=table.mean,
        undefined=undefined,
        evidence=evidence,
    )


def _errors(evidence: MeanSquares | None) -> dict[Source, tuple[float, float, float]]:
    """The standard error and the interval of every component.

    A component estimated below 0 has the upper end of one estimated at 0: that chance took it below nothing does not prove
    that it is nothing.
    """
    if evidence is None:
        return {}
    errors = np.sqrt(np.diag(evidence.covariance))
    draws = evidence.unbounded_draws() - np.minimum(evidence.estimates, 0.0)
    return {
        source: (float(errors[i]), *interval(np.maximum(draws[:, i], 0.0)))
        for i, source in enumerate(evidence.sources)
    }
