"""What other numbers of raters and tasks would bring: a decision study from variance components.

Criteria are fixed: what a source adds to the mean over k criteria is its own variance and a k-th of its variance by criterion.
``g`` looks at the order of the objects (how severe the raters are does not matter), ``phi`` at the points themselves.

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
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from calibrate.stats.generalizability import GStudy
from calibrate.stats.generalizability_squares import Source, interval

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

    def unrounded(self, error: float, n_scores: float) -> float:
        """The error variance of the mean without what rounding adds; a quarter of it stays in any case."""
        return max(error - self.step_of_mean(n_scores) ** 2 / 12, error / _ROUNDED_MOST)


_ROUNDED_MOST = 4


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
    true, relative, absolute = _parts(study, n_rater, n_task)
    border, error = cut, absolute
    if cut is not None and levels is not None:
        n_scores = n_rater * n_task * study.n_criteria
        border, error = levels.border(cut, n_scores), levels.unrounded(absolute, n_scores)
    return Dependability(
        n_rater,
        n_task,
        _share(true, relative),
        _share(true, absolute),
        math.sqrt(absolute),
        nan if cut is None else _phi_at(study, true, absolute, cut),
        nan if border is None else _consistency(study.mean, true, error, border),
        _sure(study, n_rater, n_task, relative_only=True),
        _sure(study, n_rater, n_task, relative_only=False),
    )


def error_parts(study: GStudy) -> dict[str, float]:
    """Variances of the mean over the study's criteria, by what they are divided by.

    Returns
    -------
    dict
        ``object`` (true differences), ``rater``, ``task``, ``both`` (a single reading of a single task) in the relative error;
        ``rater_alone``, ``task_alone``, ``both_alone`` are what severity and difficulty add to the absolute error.
    """
    return {
        name: sum((_fixed(study, *source) for source in sources), 0.0)
        for name, sources in _sources(study.object).items()
    }


def _sources(measured: str) -> dict[str, list[Source]]:
    return {
        "object": [(measured,)],
        "rater": [("piece", "rater"), ("rater:piece",), ("student", "rater")],
        "task": [("student", "task"), ("task:student",)],
        "both": [
            ("student", "task", "rater"),
            ("task:student", "rater"),
            ("rater:task:student",),
        ],
        "rater_alone": [("rater",)],
        "task_alone": [("task",)],
        "both_alone": [("task", "rater")],
    }


def _parts(study: GStudy, n_rater: float, n_task: float) -> tuple[float, float, float]:
    """True variance, relative error and absolute error of the mean score."""
    part = error_parts(study)
    shrunk = _divisors(n_rater, n_task)
    relative = sum((part[name] / shrunk[name] for name in _RELATIVE), 0.0)
    alone = sum((part[name] / shrunk[name] for name in _ALONE), 0.0)
    return part["object"], relative, relative + alone


_RELATIVE = ("rater", "task", "both")
_ALONE = ("rater_alone", "task_alone", "both_alone")


def _divisors(n_rater: float, n_task: float) -> dict[str, float]:
    """What each part of the error is divided by."""
    each = (n_rater, n_task, n_rater * n_task)
    return {name: by for names in (_RELATIVE, _ALONE) for name, by in zip(names, each, strict=True)}


def _sure(study: GStudy, n_rater: float, n_task: float, *, relative_only: bool) -> Sure:
    evidence = study.evidence
    if evidence is None:
        return UNSURE
    place = {source: i for i, source in enumerate(evidence.sources)}

    def weights(name: str) -> FloatArray:
        found = np.zeros(len(place))
        for source in _sources(study.object)[name]:
            for one, part in ((source, 1.0), ((*source, "criterion"), 1 / study.n_criteria)):
                if one in place:
                    found[place[one]] += part
        return found

    shrunk = _divisors(n_rater, n_task)
    true = weights("object")
    error = np.zeros(len(place))
    for name in _RELATIVE if relative_only else (*_RELATIVE, *_ALONE):
        error += weights(name) / shrunk[name]
    now = np.array([study.variance(*source) for source in evidence.sources])
    t, e = float(true @ now), float(error @ now)
    if t + e <= 0:
        return UNSURE
    slope = (e * true - t * error) / (t + e) ** 2
    se = math.sqrt(max(float(slope @ evidence.covariance @ slope), 0.0))
    drawn, lost = study.draws @ true, study.draws @ error
    with np.errstate(invalid="ignore"):
        return Sure(se, *interval(drawn / (drawn + lost)))


def _fixed(study: GStudy, *source: str) -> float:
    return study.variance(*source) + study.variance(*source, "criterion") / study.n_criteria


def _share(true: float, error: float) -> float:
    return true / (true + error) if true + error > 0 else math.nan


def _phi_at(study: GStudy, true: float, absolute: float, cut: float) -> float:
    """Phi at the cut, the squared distance of the mean from it freed of the mean's own error."""
    part = error_parts(study)
    of_mean = (
        true / study.n_objects
        + part["rater_alone"] / study.n_raters
        + part["task_alone"] / study.tasks
        + part["rater"] / (study.n_objects * study.readings)
        + part["task"] / (study.n_objects * study.tasks)
        + (part["both"] + part["both_alone"]) / (study.n_objects * study.readings * study.tasks)
    )
    distance = max((study.mean - cut) ** 2 - of_mean, 0.0)
    return _share(true + distance, absolute)


def _consistency(mean: float, true: float, absolute: float, border: float) -> float:
    whole = true + absolute
    if whole <= 0:
        return math.nan
    if absolute == 0:
        return 1.0
    z = (border - mean) / math.sqrt(whole)
    phi = true / whole
    covariance = np.array([[1.0, phi], [phi, 1.0]])
    both_below = float(stats.multivariate_normal.cdf([z, z], cov=covariance))
    return min(1.0, max(0.0, 1 - 2 * float(special.ndtr(z)) + 2 * both_below))
