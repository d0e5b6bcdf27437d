"""Judgements that lie far from what the model expects of them: where a talk is worth its minutes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.facets.judgements import CRITERION, RATER, Judgements
from calibrate.stats.facets.moments import moments
from calibrate.stats.facets.part_fit import PartFit
from calibrate.stats.facets.summary import expected_points
from calibrate.stats.facets.tables import points_of

FloatArray = npt.NDArray[np.float64]

#: A judgement this many standard deviations away is told (Linacre, *FACETS* guide, "Unexpected responses", tells those beyond 3).
FAR = 2.0


@dataclass(frozen=True)
class Unexpected:
    """One judgement: what was given and what was expected, in rubric points, and the standardized residual z."""

    piece: str
    rater: str
    criterion: str
    score: float
    expected: float
    z: float


def unexpected_judgements(
    parts: list[tuple[PartFit, Judgements]], far: float = FAR
) -> tuple[Unexpected, ...]:
    """All judgements at least ``far`` standard deviations from what was expected, farthest first."""
    rows: list[Unexpected] = []
    for fit, data in parts:
        eta = fit.eta(data)
        found = moments(eta, data.step, fit.weights)
        z = (data.level - found.mean) / np.sqrt(found.variance)
        at = np.flatnonzero(np.abs(z) >= far)
        if not len(at):
            continue
        points = points_of(data)[at]
        expected = expected_points(eta[at], data.criterion[at], fit, data)
        raters, criteria = data.facets[RATER].ids, data.facets[CRITERION].ids
        for i, row in enumerate(at.tolist()):
            rows.append(
                Unexpected(
                    data.pieces[int(data.piece[row])],
                    raters[int(data.rater[row])],
                    criteria[int(data.criterion[row])],
                    float(points[i]),
                    float(expected[i]),
                    float(z[row]),
                )
            )
    return tuple(sorted(rows, key=lambda one: (-abs(one.z), one.piece, one.rater, one.criterion)))
