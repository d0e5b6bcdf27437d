"""What the steps between levels say of the rubric's wording: advice, never a verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from calibrate.analysis.wording import count, label, some_listed
from calibrate.stats.facets import FacetsFit

FEW = 10
"""A level given less often has a place that nobody can be sure of (Linacre 2002, *J. Applied Measurement* 3, guideline 1)."""


_FOR_EACH_LEVEL = 5


@dataclass(frozen=True)
class LevelAdvice:
    """One piece of advice: ``kind`` is ``unused``, ``rare`` or ``disordered``; ``level`` is the level it is about."""

    criterion: str
    level: float
    kind: str
    n: int
    sentence: str


def level_advice(
    fit: FacetsFit, labels: Mapping[str, str] | None = None
) -> tuple[LevelAdvice, ...]:
    """Levels that nobody used or hardly anybody, and levels that are never the likeliest one (disordered thresholds)."""
    found: dict[tuple[str, float, str], LevelAdvice] = {}
    data = fit.data
    width = int(data.n_levels.max())
    counts = np.bincount(data.criterion * width + data.level, minlength=len(data.values) * width)
    used = {
        (c, k): int(counts[c * width + k])
        for c, values in enumerate(data.values)
        for k in range(len(values))
    }
    few = set(too_few_scores(fit))
    for (c, k), n in used.items():
        if n >= FEW or data.facets[1].ids[c] in few:
            continue
        name, level = data.facets[1].ids[c], float(data.values[c][k])
        kind = "rare" if n else "unused"
        said = f"was given only {count(n, 'time')}" if n else "was never given"
        why = (
            "its place on the scale is a guess"
            if n
            else "if some work deserved it, its wording may ask too much or too little"
        )
        found[name, level, kind] = LevelAdvice(
            name, level, kind, n, f"{label(labels, name)}: level {level:g} {said}; {why}."
        )
    by_criterion: dict[tuple[str, int], list[tuple[float, float, int]]] = {}
    for step in fit.steps:
        by_criterion.setdefault((step.criterion, step.subset), []).append(
            (step.level, step.threshold, step.n)
        )
    for (name, _), steps in by_criterion.items():
        if name in few:
            continue
        for (level, here, n), (_, after, _) in pairwise(steps):
            if math.isfinite(here) and math.isfinite(after) and here > after:
                found[name, level, "disordered"] = LevelAdvice(
                    name,
                    level,
                    "disordered",
                    n,
                    f"{label(labels, name)}: level {level:g} is nowhere the likeliest level; raters may not tell it from its "
                    "neighbours, so look at how it is worded.",
                )
    return tuple(found[key] for key in sorted(found))


def too_few_scores(fit: FacetsFit) -> list[str]:
    """The criteria with so few scores that an unused level says nothing of its wording: fewer than five for each level."""
    data = fit.data
    n = np.bincount(data.criterion, minlength=len(data.values)).tolist()
    return [
        name
        for name, many, values in zip(data.facets[1].ids, n, data.values, strict=True)
        if many < _FOR_EACH_LEVEL * len(values)
    ]


def advice_sentences(
    advice: Sequence[LevelAdvice], labels: Mapping[str, str] | None = None
) -> list[str]:
    """The advice for a screen: unused and disordered levels one by one, rarely used ones in one sentence."""
    rare = [f"{label(labels, one.criterion)} {one.level:g}" for one in advice if one.kind == "rare"]
    told = [one.sentence for one in advice if one.kind != "rare"]
    if rare:
        told.append(
            f"Given fewer than {FEW} times, so that their places on the scale are guesses: {some_listed(rare, 6)}."
        )
    return told
