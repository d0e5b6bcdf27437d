"""A study's components by what another number of raters or tasks divides them by, criteria fixed.

What a source adds to the mean over k criteria is its own variance and a k-th of its variance by criterion.

Source: Brennan (2001), *Generalizability Theory*, section 4.3 (fixed facets) and chapter 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from calibrate.stats.generalizability import GStudy
from calibrate.stats.generalizability_squares import MeanSquares, Source

FloatArray = npt.NDArray[np.float64]
Variance = TypeVar("Variance", float, FloatArray)
"""One number, or one for each draw."""

RELATIVE = ("rater", "task", "both")
"""What blurs the order of the objects."""
ALONE = ("rater_alone", "task_alone", "both_alone")
"""What blurs their points besides."""
_SOURCES: dict[str, list[Source]] = {
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


def weights_of_parts(study: GStudy, evidence: MeanSquares) -> dict[str, FloatArray]:
    """How every one of `error_parts` is made of the components of the evidence, shape (sources,) each."""
    place = {source: i for i, source in enumerate(evidence.sources)}
    found = {}
    for name, sources in _sources(study.object).items():
        found[name] = np.zeros(len(place))
        for source in sources:
            for one, part in ((source, 1.0), ((*source, "criterion"), 1 / study.n_criteria)):
                if one in place:
                    found[name][place[one]] += part
    return found


def divisors(n_rater: float, n_task: float) -> dict[str, float]:
    """What each part of the error is divided by."""
    each = (n_rater, n_task, n_rater * n_task)
    return {name: by for names in (RELATIVE, ALONE) for name, by in zip(names, each, strict=True)}


def errors_with(
    part: Mapping[str, Variance], n_rater: float, n_task: float
) -> tuple[Variance, Variance]:
    """Relative and absolute error variance of the mean score with so many raters and tasks."""
    shrunk = divisors(n_rater, n_task)
    relative = part["rater"] / shrunk["rater"]
    for name in RELATIVE[1:]:
        relative = relative + part[name] / shrunk[name]
    absolute = relative
    for name in ALONE:
        absolute = absolute + part[name] / shrunk[name]
    return relative, absolute


def variance_of_mean(study: GStudy, part: Mapping[str, Variance]) -> Variance:
    """The error variance of the study's own mean over all objects, raters and tasks."""
    return (
        part["object"] / study.n_objects
        + part["rater_alone"] / study.n_raters
        + part["task_alone"] / study.tasks
        + part["rater"] / (study.n_objects * study.readings)
        + part["task"] / (study.n_objects * study.tasks)
        + (part["both"] + part["both_alone"]) / (study.n_objects * study.readings * study.tasks)
    )


def _sources(measured: str) -> dict[str, list[Source]]:
    return {"object": [(measured,)], **_SOURCES}


def _fixed(study: GStudy, *source: str) -> float:
    return study.variance(*source) + study.variance(*source, "criterion") / study.n_criteria
