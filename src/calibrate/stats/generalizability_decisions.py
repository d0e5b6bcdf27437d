"""What other numbers of raters and tasks would bring: a decision study from variance components.

Criteria are fixed (`calibrate.stats.generalizability_parts`). ``g`` looks at the order of the objects (how severe the raters are does not matter), ``phi`` at the points themselves.

Source: Brennan (2001), *Generalizability Theory*, section 4.3 (fixed facets) and chapter 2 (g and phi; phi at a cut, equation
2.54); Brennan & Kane (1977), *Journal of Educational Measurement* 14, pp. 277–289. Decision consistency: the chance that two
panels agree on which side of the cut an object lies, under the normal distribution (Huynh 1976, *Journal of Educational
Measurement* 13, pp. 253–264, with the normal in the place of the beta). Scores on
levels make means that move in steps, so "the mean is at or above the cut" is "above the middle of the step before it" on the
normal curve: the usual correction for continuity (Feller 1968, *An Introduction to Probability Theory* 1, section VII.3).
What rounding to the levels adds to the variance of a mean, a twelfth of its squared step, is taken off the error (Sheppard 1898).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from calibrate.stats.generalizability import GStudy
from calibrate.stats.generalizability_parts import (
    ALONE,
    RELATIVE,
    Variance,
    divisors,
    error_parts,
    errors_with,
    variance_of_mean,
    weights_of_parts,
)
from calibrate.stats.generalizability_squares import MeanSquares, interval

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Levels:
    """The levels that single scores are given on.

    Attributes
    ----------
    lowest
        The lowest level (its mean over criteria), in points.
    step
        From one level to the next, in points, above 0.
    """

    lowest: float
    step: float

    def step_of_mean(self, n_scores: float) -> float:
        """By how much a mean of so many scores moves, in points."""
        return self.step / max(round(n_scores), 1)

    def border(self, cut: float, n_scores: float) -> float:
        """The middle of the step that takes a mean of so many scores to the cut or over it.

        Parameters
        ----------
        cut
            Means at or above it are proficient; it need not be one that can come about.
        n_scores
            Scores that a mean is of, at least 1.
        """
        step = self.step_of_mean(n_scores)
        first = math.ceil((cut - self.lowest) / step - 1e-9)
        return self.lowest + (first - 0.5) * step

    def unrounded(self, error: Variance, n_scores: float) -> Variance:
        """The error variance of the mean without what rounding adds; a quarter of it stays in any case."""
        less, least = error - self.step_of_mean(n_scores) ** 2 / 12, error / _ROUNDED_MOST
        return less * (less >= least) + least * (less < least)


_ROUNDED_MOST = 4
_DECISION_DRAWS = 4_000
_SEED = 20_013


@dataclass(frozen=True)
class Sure:
    """How sure a coefficient is: its standard error and its 95 % interval, all 0–1; ``nan`` where that cannot be told."""

    se: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan


UNSURE = Sure()
"""Where nothing can be told of it."""


@dataclass(frozen=True)
class Dependability:
    """How far scores can be depended on with so many raters and tasks; ``nan`` where undefined.

    Attributes
    ----------
    n_rater
        Readings of each piece (a mean of a design may lie between whole numbers).
    n_task
        Pieces of each student; 1 where the piece is the object.
    g, phi
        0–1.
    sem
        The standard error of a mean score, in points (absolute).
    phi_cut
        Dependability of being above or below the cut, 0–1; ``nan`` without a cut.
    consistency
        The chance that two such panels decide alike on which side of the cut an object lies, 0–1.
    g_sure, phi_sure
        What the coefficients may be for objects and raters (and tasks) like these: the error by the delta method, the interval
        from the study's mean squares.
    phi_cut_sure, consistency_sure
        The same for the two numbers at the cut: the mean over objects, which they hang on too, is drawn with its own error.
    """

    n_rater: float
    n_task: float
    g: float
    phi: float
    sem: float
    phi_cut: float
    consistency: float
    g_sure: Sure = UNSURE
    phi_sure: Sure = UNSURE
    phi_cut_sure: Sure = UNSURE
    consistency_sure: Sure = UNSURE


def decide(
    study: GStudy,
    n_rater: float,
    n_task: float = 1.0,
    cut: float | None = None,
    levels: Levels | None = None,
) -> Dependability:
    """The dependability of the mean over so many raters (and tasks), criteria fixed.

    Parameters
    ----------
    study
        The components.
    n_rater, n_task
        At least 1 each.
    cut
        The lowest mean over criteria that counts as proficient, in points.
    levels
        What single scores are given on; without it they are taken as fine-grained, and a mean as never just at the cut.
    """
    nan = math.nan
    if study.undefined:
        return Dependability(n_rater, n_task, nan, nan, nan, nan, nan)
    part = error_parts(study)
    true = part["object"]
    relative, absolute = errors_with(part, n_rater, n_task)
    border, error = cut, absolute
    if cut is not None and levels is not None:
        n_scores = n_rater * n_task * study.n_criteria
        border, error = levels.border(cut, n_scores), levels.unrounded(absolute, n_scores)
    evidence = study.evidence
    sure = at_cut = (UNSURE, UNSURE)
    if evidence is not None:
        g_sure, phi_sure = (
            _sure(study, evidence, n_rater, n_task, relative_only=one) for one in (True, False)
        )
        sure = (g_sure, phi_sure)
        if cut is not None:
            at_cut = _sure_at_cut(study, evidence, n_rater, n_task, cut, levels)
    return Dependability(
        n_rater,
        n_task,
        _share(true, relative),
        _share(true, absolute),
        math.sqrt(absolute),
        nan if cut is None else _phi_at(study, part, absolute, cut),
        nan if border is None else float(consistency(study.mean, true, error, border)),
        *sure,
        *at_cut,
    )


def _sure(
    study: GStudy, evidence: MeanSquares, n_rater: float, n_task: float, *, relative_only: bool
) -> Sure:
    """How sure g or phi is."""
    true, error = _true_and_error(study, evidence, n_rater, n_task, relative_only=relative_only)
    now = np.array([study.variance(*source) for source in evidence.sources])
    t, e = float(true @ now), float(error @ now)
    if t + e <= 0:
        return UNSURE
    slope = (e * true - t * error) / (t + e) ** 2
    se = math.sqrt(max(float(slope @ evidence.covariance @ slope), 0.0))
    drawn, lost = study.draws @ true, study.draws @ error
    with np.errstate(invalid="ignore"):
        return Sure(se, *interval(drawn / (drawn + lost)))


def _true_and_error(
    study: GStudy, evidence: MeanSquares, n_rater: float, n_task: float, *, relative_only: bool
) -> tuple[FloatArray, FloatArray]:
    """How true differences and the error are made of the components of the evidence, shape (sources,) each."""
    weights, shrunk = weights_of_parts(study, evidence), divisors(n_rater, n_task)
    error = np.zeros(len(evidence.sources))
    for name in RELATIVE if relative_only else (*RELATIVE, *ALONE):
        error += weights[name] / shrunk[name]
    return weights["object"], error


def _sure_at_cut(
    study: GStudy,
    evidence: MeanSquares,
    n_rater: float,
    n_task: float,
    cut: float,
    levels: Levels | None,
) -> tuple[Sure, Sure]:
    """How sure phi at the cut and the consistency of decisions are: components and mean as they could be."""
    border, n_scores = cut, n_rater * n_task * study.n_criteria
    if levels is not None:
        border = levels.border(cut, n_scores)

    def at_cut(true: FloatArray, error: FloatArray, mean: FloatArray) -> FloatArray:
        # A mean near the cut may lie on either side of it; its distance is never below 0.
        far = np.maximum(mean - cut if study.mean >= cut else cut - mean, 0.0) ** 2
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((true + far) / (true + far + error))

    def alike(true: FloatArray, error: FloatArray, mean: FloatArray) -> FloatArray:
        left = error if levels is None else levels.unrounded(error, n_scores)
        return consistency(mean, true, left, border)

    of_true, of_error = _true_and_error(study, evidence, n_rater, n_task, relative_only=False)
    drawn = study.draws[:: max(len(study.draws) // _DECISION_DRAWS, 1)]
    part = {name: drawn @ one for name, one in weights_of_parts(study, evidence).items()}
    chance = np.random.default_rng(_SEED).standard_normal(len(drawn))
    mean = study.mean + np.sqrt(variance_of_mean(study, part)) * chance
    now = np.array([study.variance(*source) for source in evidence.sources])
    at = np.array([of_true @ now, of_error @ now, study.mean])
    spread = np.zeros((3, 3))
    both = np.stack([of_true, of_error])
    spread[:2, :2] = both @ evidence.covariance @ both.T
    spread[2, 2] = variance_of_mean(study, error_parts(study))
    found = []
    for what in (at_cut, alike):
        values = what(drawn @ of_true, drawn @ of_error, mean)
        found.append(Sure(_by_delta(what, at, spread), *interval(values)))
    return found[0], found[1]


def _by_delta(
    what: Callable[[FloatArray, FloatArray, FloatArray], FloatArray],
    at: FloatArray,
    spread: FloatArray,
) -> float:
    """The standard error of a function of true variance, error variance and mean, whose covariance is known."""
    width = 1e-4 * float(at[0] + at[1])
    if width <= 0:
        return math.nan
    up = at[:, None] + width * np.eye(3)
    down = np.maximum(at[:, None] - width * np.eye(3), [[0.0], [0.0], [-np.inf]])
    slope = (what(*up) - what(*down)) / np.diag(up - down)
    return math.sqrt(max(float(slope @ spread @ slope), 0.0))


def _share(true: float, error: float) -> float:
    return true / (true + error) if true + error > 0 else math.nan


def _phi_at(study: GStudy, part: Mapping[str, float], absolute: float, cut: float) -> float:
    """Phi at the cut, the squared distance of the mean from it freed of the mean's own error."""
    distance = max((study.mean - cut) ** 2 - variance_of_mean(study, part), 0.0)
    return _share(part["object"] + distance, absolute)


def consistency(
    mean: npt.ArrayLike, true: npt.ArrayLike, error: npt.ArrayLike, border: float
) -> FloatArray:
    """The chance that two panels put an object on the same side of the border; ``nan`` where nothing varies.

    Both means are normal about ``mean`` with the variance ``true + error`` and the covariance ``true``; that both lie below
    is Φ(z) − 2·T(z, √((1 − ρ)/(1 + ρ))) with Owen's T function (Owen 1956, *Annals of Mathematical Statistics* 27, pp. 1075–1090).
    """
    mean, true, error = (np.asarray(one, dtype=float) for one in (mean, true, error))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (border - mean) / np.sqrt(true + error)
        # (1 − ρ)/(1 + ρ) with ρ = true/(true + error)
        alike = 1 - 4 * special.owens_t(z, np.sqrt(error / (2 * true + error)))
    return np.asarray(np.clip(alike, 0.0, 1.0))
