"""The same differences for *this school*: what other raters of the same schools would be expected to find.

These raters are a sample of those whom a school has or will have, so the variance between raters of one school is added
to the error of each difference. It is estimated within pieces: with P the pieces, S the schools and R the raters as fixed
effects, the sum of squares R(raters | pieces, schools) has the expectation trace · σ²(rater) + df · σ²(reading) (Henderson's
method III; Searle, Casella & McCulloch 1992, *Variance Components*, section 5.3). Pieces may hang together as they like, and
schools may differ. That is pooled over all schools; a school whose own raters lie further apart than that speaks for itself
(`rater_spread`). The t distribution of a difference takes Satterthwaite's degrees of freedom, in which all of the mean square
between raters counts: taking the readings' part off it makes it no more certain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from calibrate.analysis.comparability_words import (
    REST,
    Labels,
    other_side,
    school_reason,
    school_words,
    schools_sentence,
    why_nothing,
)
from calibrate.analysis.difference_family import DifferenceFamily
from calibrate.analysis.group_contrasts import Contrast, Grid
from calibrate.analysis.group_difference import (
    REASONS,
    GroupDifference,
    rest_of,
    scale_of,
    verdict_of,
)
from calibrate.analysis.intervals import MIN_PIECES, Estimate, distinct, family_confidence
from calibrate.analysis.links import LinkMap
from calibrate.analysis.rater_spread import (
    ALONE,
    FEWEST_FREE,
    FEWEST_RATERS,
    Spread,
    Spreads,
    spread_of,
    with_raters,
)
from calibrate.analysis.settling import raters_needed
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count, label


@dataclass(frozen=True)
class RaterVariance:
    """How much raters of one school differ in severity, in squared rubric points.

    Parameters
    ----------
    variance
        Between raters of the same school; negative estimates stand as 0. nan where nothing is known.
    mean_square
        The same with the readings' part left in: what the estimate's certainty rests on.
    reading
        Of a single reading around its piece and rater.
    df
        Degrees of freedom of ``mean_square``.
    n_raters
        Raters whose readings meet another's.
    each, reading_df
        Readings a rater, as far as they tell raters of one school apart (nan where nothing is known), and degrees of freedom
        of ``reading``.
    schools
        The same for each school with several such raters, from its own raters alone.
    """

    criterion: str
    variance: float
    mean_square: float
    reading: float
    df: float
    n_raters: int
    undefined: str = ""
    each: float = math.nan
    reading_df: float = 0.0
    schools: Mapping[str, Spread] = field(default_factory=dict)

    @property
    def spreads(self) -> Spreads:
        """What to believe of each school."""
        return Spreads(Spread(self.variance, self.mean_square, self.df), self.schools)

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer."""
        return {
            "criterion": self.criterion,
            "variance": self.variance,
            "df": self.df,
            "n_raters": self.n_raters,
            "wider": list(self.spreads.wider),
            "undefined": self.undefined,
        }


def rater_variance(grid: Grid, criterion: str) -> RaterVariance:
    """The variance between raters of one school, within pieces and pooled over schools.

    Parameters
    ----------
    criterion
        A criterion's id, or ``total``: then of a reading's mean over its criteria.
    """
    found = grid.readings_on(criterion)
    met = np.bincount(found.piece)[found.piece] > 1 if len(found.piece) else np.array([], bool)
    _, piece = np.unique(found.piece[met], return_inverse=True)
    people, rater = np.unique(found.rater[met], return_inverse=True)
    y = found.centred[met]
    few = "too few raters of one school read the same work as others"
    if len(people) == 0:
        return RaterVariance(criterion, math.nan, math.nan, math.nan, 0.0, 0, few)
    sizes = np.bincount(piece)
    of_rater = np.zeros((len(people), len(sizes)))
    np.add.at(of_rater, (rater, piece), 1.0)
    # Pieces swept out: the raters' normal equations, and the schools' within them.
    normal = np.diag(np.bincount(rater).astype(float)) - (of_rater / sizes) @ of_rater.T
    inside = y - (np.bincount(piece, y) / sizes)[piece]
    right = np.bincount(rater, inside, len(people))
    home = np.eye(len(grid.groups))[grid.group_of[people]]
    of_school = home.T @ normal @ home
    upper, rank = _pseudo_inverse(normal)
    lower, schools = _pseudo_inverse(of_school)
    explained = float(right @ upper @ right)
    by_school = float((home.T @ right) @ lower @ (home.T @ right))
    free, left = rank - schools, len(y) - len(sizes) - rank
    if free < FEWEST_FREE or left < 1:
        reason = few if free < FEWEST_FREE else "too few pieces were read by several raters"
        alone = max(float(inside @ inside) - explained, 0.0) / left if left > 0 else math.nan
        return RaterVariance(
            criterion,
            math.nan,
            math.nan,
            alone,
            free,
            len(people),
            reason,
            reading_df=float(max(left, 0)),
        )
    reading = max(float(inside @ inside) - explained, 0.0) / left
    across = normal @ home
    swept = normal - across @ lower @ across.T
    trace = float(np.trace(swept))
    each = trace / free  # readings a rater, as far as they tell raters of one school apart
    mean_square = max(explained - by_school, 0.0) / free
    variance = max((mean_square - reading) / each, 0.0)
    spread = np.linalg.eigvalsh(swept)[-free:] * variance + reading
    even = float(spread.sum() ** 2 / (spread**2).sum()) if spread.any() else float(free)
    own = _by_school(grid, grid.group_of[people], of_rater, upper, upper @ right, reading)
    return RaterVariance(
        criterion,
        variance,
        mean_square / each,
        reading,
        even,
        len(people),
        schools=own,
        each=each,
        reading_df=float(left),
    )


def _by_school(
    grid: Grid,
    home: NDArray[np.intp],
    of_rater: NDArray[np.float64],
    errors: NDArray[np.float64],
    severity: NDArray[np.float64],
    reading: float,
) -> dict[str, Spread]:
    """How far raters of each school lie apart, among those whom chains of shared pieces join.

    Parameters
    ----------
    home, of_rater, severity
        Each rater's school, readings by piece, and estimated severity.
    errors
        The severities' covariance, in variances of a single reading.
    """
    _, part = connected_components(of_rater @ of_rater.T > 0, directed=False)
    found = {}
    for school, name in enumerate(grid.groups):
        squares = noise = 0.0
        free, every = 0, []
        for one in np.unique(part[home == school]):
            mine = np.flatnonzero((home == school) & (part == one))
            if len(mine) < FEWEST_RATERS:
                continue
            around = severity[mine] - severity[mine].mean()
            own = errors[np.ix_(mine, mine)]
            own = own - own.mean(axis=0) - own.mean(axis=1)[:, None] + own.mean()
            squares += float(around @ around)
            noise += reading * float(np.trace(own))
            every += list(reading * np.diag(own))
            free += len(mine) - 1
        if free:
            found[name] = spread_of(squares, free, every, noise)
    return found


def _pseudo_inverse(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """The pseudo-inverse of a symmetric matrix without negative eigenvalues, and its rank."""
    values, vectors = np.linalg.eigh(matrix)
    kept = values > 1e-9 * max(float(values[-1]), 1e-300) * len(values)
    vectors = vectors[:, kept]
    return (vectors / values[kept]) @ vectors.T, int(kept.sum())


def school_estimate(contrast: Contrast, raters: RaterVariance) -> Estimate:
    """The mean difference with its error for the schools; without one where there are too few raters."""
    these = contrast.estimate
    fewest = min(contrast.n_raters_a, contrast.n_raters_b)
    if math.isnan(these.se):
        return these
    if fewest < FEWEST_RATERS or math.isnan(raters.variance):
        reason = ALONE
        if fewest >= FEWEST_RATERS:
            reason = raters.undefined
        return Estimate(these.value, math.nan, 0, these.n_pieces, reason)
    spreads = raters.spreads
    parts = [(share, spreads.of(school)) for school, share in contrast.beyond.items() if share > 0]
    whole, df = with_raters(these.se**2, these.df, parts)
    return Estimate(these.value, math.sqrt(whole), df, these.n_pieces)


@dataclass(frozen=True)
class ThisSchool(DifferenceFamily[GroupDifference]):
    """Every difference for the schools themselves, beside the same ones for these raters.

    Parameters
    ----------
    groups, pairs
        As in `calibrate.analysis.comparability.Comparison`, with ``speaks_for`` ``this school``.
    family_size
        How many different ones of these differences have an interval; their 95% intervals hold together.
    raters
        The variance between raters of one school, by criterion, the total first.
    contrasts
        What the differences rest on, by criterion and sides.
    """

    groups: tuple[GroupDifference, ...]
    pairs: tuple[GroupDifference, ...]
    family_size: int
    raters: tuple[RaterVariance, ...]
    contrasts: Mapping[tuple[str, str, str], Contrast]
    sentence: str

    def variance(self, criterion: str = TOTAL) -> RaterVariance:
        """The variance between raters of one school on a criterion."""
        return next(one for one in self.raters if one.criterion == criterion)

    def piece_variance(self, one: GroupDifference) -> float:
        """What the difference varies by from piece to piece, freed of who happened to read it (nan if unknown)."""
        contrast = self.contrasts[one.criterion, one.a, one.b]
        raters = self.variance(one.criterion)
        n = contrast.estimate.n_pieces
        spread = contrast.estimate.se**2 * n
        if math.isnan(spread) or math.isnan(raters.variance):
            return spread
        turns = 0.0
        for school, uneven in ((one.a, contrast.uneven_a), (one.b, contrast.uneven_b)):
            told = raters.spreads.of(school).variance
            turns += (uneven - contrast.beyond[school]) * n * told
        return max(spread - turns, raters.reading)

    def as_dict(self) -> dict[str, object]:
        """The ``this_school`` part of the `compare` JSON."""
        return {
            **self.lists(),
            "rater_variance": [one.as_dict() for one in self.raters],
            "sentence": self.sentence,
        }


def this_school(
    grid: Grid,
    contrasts: Mapping[tuple[str, str, str], Contrast],
    criteria: Sequence[str],
    margins: Mapping[str, float],
    links: LinkMap,
    labels: Labels = None,
    confidence: float = 0.95,
) -> ThisSchool:
    """What the same readings say of the schools themselves.

    Parameters
    ----------
    contrasts
        Of these raters, by criterion and sides (`calibrate.analysis.group_contrasts.contrasts_of`).
    criteria
        Those to speak of, the total among them.
    margins
        By criterion.
    """
    raters = {one: rater_variance(grid, one) for one in criteria}
    estimates = {key: school_estimate(one, raters[one.criterion]) for key, one in contrasts.items()}
    family = distinct((contrasts[key].identity, one.se) for key, one in estimates.items())
    each = family_confidence(confidence, family)
    rows = []
    for key, estimate in estimates.items():
        criterion, a, b = key
        contrast, margin = contrasts[key], margins[criterion]
        ci95, ci90 = estimate.interval(each), estimate.interval(0.90)
        verdict = verdict_of(ci95, ci90, margin)
        if estimate.n_pieces == 0:
            reason = why_nothing(a, b, criterion, links, labels)
        elif estimate.n_pieces < MIN_PIECES:
            reason = f"they share only {count(estimate.n_pieces, 'piece')}"
        elif math.isnan(estimate.se):
            needed = raters_needed(raters[criterion].variance, margin)
            reason = school_reason(estimate.undefined, needed)
        else:
            reason = REASONS.get(
                verdict,
                "the interval holds both no difference and one that would matter; more raters of each "
                "school, or more shared pieces, would tell",
            )
        fewest = (contrast.n_raters_a, contrast.n_raters_b)
        rest, whole = rest_of(b, contrast.others, links)
        one, two = label(labels, a), other_side(b, labels, rest, whole)
        words = school_words(
            one, two, criterion, estimate, fewest, ci95, ci90, margin, verdict, reason, labels
        )
        rows.append(
            GroupDifference(
                a,
                b,
                criterion,
                scale_of(criterion),
                estimate.value,
                estimate.se,
                ci95,
                ci90,
                "this school",
                margin,
                estimate.n_pieces,
                *fewest,
                verdict,
                reason,
                words,
                rest=rest,
                whole_rest=whole,
            )
        )
    groups = tuple(one for one in rows if one.b == REST)
    pairs = tuple(one for one in rows if one.b != REST)
    return ThisSchool(
        groups,
        pairs,
        family,
        tuple(raters.values()),
        dict(contrasts),
        schools_sentence(groups, labels),
    )
