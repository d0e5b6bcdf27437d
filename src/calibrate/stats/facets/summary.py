"""What is told of a fitted model: fair scores, separation, agreement, unexpected judgements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from calibrate.stats.facets.judgements import CRITERION, Judgements, distinct
from calibrate.stats.facets.moments import CHUNK, level_chances
from calibrate.stats.facets.part_fit import PartFit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Separation:
    """How well the measures of a facet's elements are told apart.

    Formulas as in Linacre, *FACETS* guide, Table 7: ``true² = observed variance − mean squared error``,
    ``separation = true / rmse``, ``strata = (4 · separation + 1) / 3``, ``reliability = true² / observed variance``;
    the fixed chi-square asks whether all elements could have one measure (Hedges & Olkin 1985, p. 153). Two raters who are
    centred lie opposite each other whatever they do, so what chance alone would give is taken from the covariance of the
    measures, and the chi-square is scaled to it (Rao & Scott 1984, *Annals of Statistics* 12, first order).

    Attributes
    ----------
    separation, strata, reliability
        See above; reliability 0–1. For raters high is no praise: it means that they differ.
    chi_square, df, p
        The test that all measures are equal.
    n
        How many elements have a measure with an error.
    """

    separation: float
    strata: float
    reliability: float
    chi_square: float
    df: int
    p: float
    n: int


NO_SEPARATION = Separation(math.nan, math.nan, math.nan, math.nan, 0, math.nan, 0)


@dataclass(frozen=True, eq=False)
class Cluster:
    """Measures on one scale, shape (k,), and their covariance, shape (k, k), or (k,) where they are independent."""

    measure: FloatArray
    covariance: FloatArray


def separation(clusters: Sequence[Cluster]) -> Separation:
    """Separation of measures within their subsets (nothing is compared across subsets)."""
    squares = noise = chi = expected = 0.0
    df = n = 0
    for one in clusters:
        own = one.covariance if one.covariance.ndim == 1 else np.diag(one.covariance)
        use = np.flatnonzero(np.isfinite(one.measure) & np.isfinite(own) & (own > 0))
        if not len(use):
            continue
        x, own, k = one.measure[use], own[use], len(use)
        w = 1 / own
        share = w / w.sum()
        if one.covariance.ndim == 1:
            apart = float(own.sum()) * (1 - 1 / k)
            chance = float(k - 1)
        else:
            together = one.covariance[np.ix_(use, use)]
            apart = float(own.sum() - together.sum() / k)
            chance = float(k - share @ together @ w)
        squares += float(((x - x.mean()) ** 2).sum())
        noise += apart
        chi += float((w * (x - share @ x) ** 2).sum())
        expected += chance
        df, n = df + k - 1, n + k
    if df < 1 or expected <= 0 or noise <= 0:
        return NO_SEPARATION
    observed, error = squares / df, noise / df
    true = max(observed - error, 0.0)
    apart = math.sqrt(true / error)
    scaled = chi * df / expected
    return Separation(
        apart,
        (4 * apart + 1) / 3,
        true / observed if observed > 0 else 0.0,
        scaled,
        df,
        float(special.chdtrc(df, scaled)),
        n,
    )


def expected_points(
    eta: FloatArray, criterion: IntArray, fit: PartFit, data: Judgements
) -> FloatArray:
    """Expected scores in the rubric's points, shape (n,); ``nan`` where η is."""
    width = int(data.n_levels.max())
    values = np.zeros((len(data.values), width))
    for c, known in enumerate(data.values):
        values[c, : len(known)] = known
    weights = fit.weights
    out = np.full(len(eta), np.nan)
    fine = np.flatnonzero(np.isfinite(eta))
    for start in range(0, len(fine), CHUNK):
        rows = fine[start : start + CHUNK]
        chances = level_chances(eta[rows], data.step_of[criterion[rows]], weights)
        out[rows] = (chances.T * values[criterion[rows]]).sum(axis=1)
    return out


def fair_scores(eta: FloatArray, fit: PartFit, data: Judgements) -> FloatArray:
    """What each would be given on average over the criteria, by all else average, in points.

    Parameters
    ----------
    eta
        Measure differences before the criterion is taken off, shape (n,): ``θ̄ − severity`` for a rater, ``θ`` for a piece.
    """
    criteria = np.flatnonzero(fit.estimated[CRITERION])
    hard = fit.with_groups(CRITERION)
    total = np.zeros(len(eta))
    for c in criteria.tolist():
        total += expected_points(eta - hard[c], np.full(len(eta), c), fit, data)
    return total / max(len(criteria), 1)


@dataclass(frozen=True)
class ExactAgreement:
    """How often two raters of the same piece and criterion chose the same level, and how often the model expects it.

    ``kappa`` is the Rasch kappa ``(observed − expected) / (1 − expected)`` (Linacre, *FACETS* guide, "Inter-rater agreement"):
    near 0 where raters judge on their own as the model says, well above 0 where they seem to have agreed among themselves.
    """

    observed: float
    expected: float
    kappa: float
    n_pairs: int


def exact_agreement(parts: list[tuple[PartFit, Judgements]]) -> ExactAgreement:
    """Observed and expected exact agreement over all pairs of judgements of the same piece and criterion."""
    pairs = same = expected = 0.0
    for fit, data in parts:
        criteria = data.facets[CRITERION].size
        unit = distinct(data.piece * criteria + data.criterion)[1]
        n = np.bincount(unit).astype(float)
        eta = fit.eta(data)
        weights = fit.weights
        for k in range(len(weights)):
            chance = np.empty(data.n)
            for start in range(0, data.n, CHUNK):
                part = slice(start, start + CHUNK)
                chance[part] = level_chances(eta[part], data.step[part], weights)[k]
            whole, squares = np.bincount(unit, chance), np.bincount(unit, chance * chance)
            expected += float((whole * whole - squares).sum()) / 2
            hits = np.bincount(unit, data.level == k)
            same += float((hits * (hits - 1)).sum()) / 2
        pairs += float((n * (n - 1)).sum()) / 2
    if not pairs:
        return ExactAgreement(math.nan, math.nan, math.nan, 0)
    observed, chance_share = same / pairs, expected / pairs
    kappa = (observed - chance_share) / (1 - chance_share) if chance_share < 1 else math.nan
    return ExactAgreement(observed, chance_share, kappa, int(pairs))
