"""Where the iterations begin: measures from plain shares of the possible points, on the logit scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibrate.stats.facets.layout import Layout
from calibrate.stats.facets.patterns import Patterns

FloatArray = npt.NDArray[np.float64]


def start_values(patterns: Patterns, layout: Layout) -> tuple[FloatArray, FloatArray]:
    """Starting values of all parameters, shape (P,), and of each pattern's measure, shape (m,).

    A piece or an element starts at the logit of its share of the points that could be had (after Cohen 1979, *BJMSP* 32, the
    approximation known as PROX, without its expansion); thresholds start at the logarithms of the levels' counts.
    """
    data = patterns.every
    low = np.array([np.flatnonzero(row)[0] if row.any() else 0 for row in layout.used])
    high = np.array([np.flatnonzero(row)[-1] if row.any() else 0 for row in layout.used])
    bottom, reach = low[data.step].astype(float), (high - low)[data.step].astype(float)
    full = layout.held.copy()
    got = data.level - bottom
    for f, facet in enumerate(data.facets):
        have = np.bincount(facet.code, got, minlength=facet.size)
        could = np.bincount(facet.code, reach, minlength=facet.size)
        logits = -np.log((have + 0.5) / (could - have + 0.5))
        mine = layout.facet(f)
        free = layout.basis[mine].any(axis=1)
        if free.any():
            centre = float(logits[free].mean())
            full[mine] = np.where(free, logits - centre, full[mine])
    basis = layout.basis
    if basis.shape[1]:
        centred = np.linalg.solve(basis.T @ basis, basis.T @ (full - layout.held))
        full = layout.held + basis @ centred
    width = layout.used.shape[1]
    counts = np.bincount(data.step * width + data.level, minlength=data.n_steps * width).reshape(
        -1, width
    )
    logs = []
    for g, k in layout.steps.tolist():
        share = (k - low[g]) / (high[g] - low[g])
        between = (1 - share) * np.log(counts[g, low[g]]) + share * np.log(counts[g, high[g]])
        logs.append(between - np.log(counts[g, k]))
    full[layout.thresholds] = logs
    one = patterns.data
    points = np.bincount(one.piece, (high - low)[one.step].astype(float), minlength=patterns.m)
    got_here = patterns.total - np.bincount(one.piece, low[one.step], minlength=patterns.m)
    judged = np.maximum(np.bincount(one.piece, minlength=patterns.m), 1)
    where = np.bincount(one.piece, layout.location(full, one), minlength=patterns.m) / judged
    return full, np.log((got_here + 0.5) / (points - got_here + 0.5)) + where
