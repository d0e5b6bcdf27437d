"""Two raters' scores as numbers: concordance, limits of agreement, correlations, and the size of a difference."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from calibrate.stats.intervals import TAIL, fisher_interval, standard_error, t_interval
from calibrate.stats.ratings import IntArray, Ratings
from calibrate.stats.results import (
    ALL_THE_SAME,
    LEAST_ERROR,
    NO_VARIATION,
    ONE_PIECE,
    PERFECT,
    Coefficient,
    without_spread,
)
from calibrate.stats.two_raters import NO_SHARED_PIECE, both_scored, pair_basis

FloatArray = npt.NDArray[np.float64]

_ONE_RATER_FLAT = "one of the two gave every piece the same score, so nothing can vary together"


@dataclass(frozen=True)
class Limits:
    """Bland and Altman's limits of agreement, in points of the scale.

    Attributes
    ----------
    difference, difference_low, difference_high
        The mean of first minus second, and its 95% interval by piece.
    lower, upper
        Between these lie about 95% of the differences.
    lower_low, upper_high
        How far out the limits themselves may be (95% intervals' outer ends).
    n_pieces
        Pieces that both scored.
    undefined
        Why there are no limits; None where there are.
    """

    difference: float = math.nan
    difference_low: float = math.nan
    difference_high: float = math.nan
    lower: float = math.nan
    upper: float = math.nan
    lower_low: float = math.nan
    upper_high: float = math.nan
    n_pieces: int = 0
    undefined: str | None = None


def lin_ccc(ratings: Ratings, pair: tuple[int, int] | None = None) -> Coefficient:
    """How near are two raters' scores to being the same number? Lin's concordance correlation.

    A correlation that also counts a difference in severity or in spread. Computed with 1/n moments it equals Cohen's kappa
    with quadratic weights (Krippendorff 1970), so it adds nothing to that on one criterion; on whole scores it does.

    It misleads when the pieces hardly differ (it is then low however close the scores are). Undefined when every score is
    the same. Source: Lin (1989), *Biometrics* 45, pp. 255–268; the standard error is the large-sample one by piece, without
    his assumption of normal scores. ``se_null`` is for a test of 0: the spread over all ways to pair the two raters' scores.

    Parameters
    ----------
    ratings
        What was scored.
    pair
        The numbers of the two raters, as in ``ratings.rater``. May be left out where there are exactly two.
    """
    basis, x, y, piece = _numbers("lin_ccc", "Lin's concordance", ratings, pair)
    if basis.undefined:
        return basis
    dx, dy = x - x.mean(), y - y.mean()
    apart = float(x.mean() - y.mean())
    whole = float(dx @ dx + dy @ dy) / len(x) + apart**2
    if whole < 1e-12:
        return replace(basis, undefined=ALL_THE_SAME, flags=(NO_VARIATION,))
    value = 2 * float(dx @ dy) / len(x) / whole
    influence = (2 * dx * dy - value * (dx**2 + dy**2 + 2 * apart * (dx - dy) + apart**2)) / whole
    influence -= influence.mean()
    most = 2 * math.sqrt(float(dx @ dx) * float(dy @ dy)) / len(x) / whole
    found = replace(basis, value=value, se_null=most * _error_by_luck(basis))
    return _with_interval(found, influence, piece, bool((x == y).all()))


def pearson(ratings: Ratings, pair: tuple[int, int] | None = None) -> Coefficient:
    """Do two raters put the pieces in the same order, and space them alike? Pearson's correlation.

    It misleads as a measure of agreement: two raters who differ by one level on every piece correlate perfectly. Report it only
    beside a number that sees severity. Undefined when one of the two gave every piece the same score. Source: Pearson (1895),
    *Proceedings of the Royal Society* 58, pp. 240–242; the standard error is the large-sample one by piece. ``se_null`` is for a
    test of 0: 1/√(n − 1), the spread over all ways to pair the two raters' scores (Pitman 1937, *Supplement to the Journal of the
    Royal Statistical Society* 4, pp. 225–232).
    """
    basis, x, y, piece = _numbers("pearson", "A correlation", ratings, pair)
    return basis if basis.undefined else _correlation(basis, x, y, piece)


def spearman(ratings: Ratings, pair: tuple[int, int] | None = None) -> Coefficient:
    """Do two raters put the pieces in the same order? Spearman's correlation of ranks, ties sharing their rank.

    For levels that are no numbers. Like any correlation it misleads as a measure of agreement: it is blind to severity. On short scales nearly all ranks are tied
    and it is hardly different from Pearson's. Undefined when one of the two gave every piece the same score. Source:
    Spearman (1904), *American Journal of Psychology* 15, pp. 72–101; the standard error is the large-sample one of a
    correlation between the ranks, by piece; ``se_null`` as for `pearson`.
    """
    basis, x, y, piece = _numbers("spearman", "A correlation", ratings, pair)
    if basis.undefined:
        return basis
    return _correlation(basis, stats.rankdata(x), stats.rankdata(y), piece)


def mean_difference(ratings: Ratings, pair: tuple[int, int] | None = None) -> Coefficient:
    """How many standard deviations does the first rater score above the second? Standardized mean difference.

    Positive: the first scores higher. Programs that compare a machine with people flag 0.15 (Williamson, Xi & Breyer 2012,
    *Educational Measurement: Issues and Practice* 31, pp. 2–13); that is a convention.

    It misleads where both raters use few levels: a small spread makes a small difference look large. Undefined when neither
    rater's scores vary. The divisor is the root of the mean of the two variances; ``se_null``, for a test of no difference, takes
    it as known.
    """
    basis, x, y, piece = _numbers("mean_difference", "A difference", ratings, pair)
    if basis.undefined:
        return basis
    dx, dy = x - x.mean(), y - y.mean()
    variance = float(dx @ dx + dy @ dy) / (2 * len(x))
    if variance < 1e-12:
        return replace(basis, undefined=ALL_THE_SAME, flags=(NO_VARIATION,))
    spread = math.sqrt(variance)
    value = float(x.mean() - y.mean()) / spread
    found = replace(basis, value=value, method=basis.method.replace(" on Fisher's z scale", ""))
    if basis.n_pieces < 2:
        return replace(found, flags=(ONE_PIECE,))
    influence = (dx - dy) / spread - value * ((dx**2 + dy**2) / 2 - variance) / (2 * variance)
    if bool((x == y).all()):
        return replace(found, se=0.0, flags=(PERFECT,))
    se = standard_error(influence, piece)
    if se < LEAST_ERROR:
        return without_spread(found)
    null = standard_error((dx - dy) / spread, piece)
    low, high = t_interval(value, se, basis.n_pieces, -math.inf, math.inf)
    return replace(found, se=se, se_null=null, ci_low=low, ci_high=high)


def limits_of_agreement(ratings: Ratings, pair: tuple[int, int] | None = None) -> Limits:
    """How far apart may two raters' scores of a piece be? Bland and Altman's limits, in points.

    The mean difference says who is harsher, the limits how far a single score may differ either way. They need scores that
    are numbers, and mislead where the difference changes along the scale. Source: Bland & Altman (1999), *Statistical
    Methods in Medical Research* 8, pp. 135–160. The interval of the mean difference is by piece.
    """
    basis, x, y, piece = _numbers("limits", "A difference", ratings, pair, whole=True)
    if basis.undefined:
        return Limits(undefined=basis.undefined)
    n, pieces = len(x), basis.n_pieces
    apart = x - y
    middle = float(apart.mean())
    if pieces < 2:
        return Limits(middle, n_pieces=pieces, undefined=ONE_PIECE)
    low, high = t_interval(
        middle, standard_error(apart - middle, piece), pieces, -math.inf, math.inf
    )
    spread = float(apart.std(ddof=1))
    reach = float(special.ndtri(1 - TAIL))
    half = float(special.stdtrit(pieces - 1, 1 - TAIL)) * spread
    half *= math.sqrt(1 / n + reach**2 / (2 * (n - 1)))
    lower, upper = middle - reach * spread, middle + reach * spread
    return Limits(middle, low, high, lower, upper, lower - half, upper + half, pieces)


def _numbers(
    name: str, shown: str, ratings: Ratings, pair: tuple[int, int] | None, whole: bool = False
) -> tuple[Coefficient, FloatArray, FloatArray, IntArray]:
    """The two raters' numbers on the units that both scored (``whole``: in points), and their pieces."""
    told = (
        "pieces that both raters scored; large-sample standard error by piece, "
        "t interval on Fisher's z scale, for these raters"
    )
    basis, found = pair_basis(name, shown, None, ratings, pair, told)
    nothing = np.empty(0)
    if found is None:
        return basis, nothing, nothing, nothing.astype(np.int64)
    first, second, piece = both_scored(ratings, *found)
    basis = replace(basis, n_pieces=len(np.unique(piece)), n_ratings=2 * len(first))
    if len(first) == 0:
        basis = replace(basis, undefined=NO_SHARED_PIECE)
    levels = ratings.values if whole else ratings.levels
    return basis, levels[first], levels[second], piece


def _correlation(basis: Coefficient, x: FloatArray, y: FloatArray, piece: IntArray) -> Coefficient:
    if float(np.ptp(x)) == 0.0 or float(np.ptp(y)) == 0.0:
        same = float(np.ptp(x)) == float(np.ptp(y)) and x[0] == y[0]
        why = ALL_THE_SAME if same else _ONE_RATER_FLAT
        return replace(basis, undefined=why, flags=(NO_VARIATION,) if same else ())
    zx, zy = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    value = min(1.0, max(-1.0, float((zx * zy).mean())))
    influence = zx * zy - value * (zx**2 + zy**2) / 2
    found = replace(basis, value=value, se_null=_error_by_luck(basis))
    return _with_interval(found, influence, piece, 1 - value < 1e-12)


def _error_by_luck(basis: Coefficient) -> float:
    """The spread of a correlation over all ways to pair the scores; nan where pieces have several criteria, or there is one."""
    n = basis.n_ratings // 2
    return 1 / math.sqrt(n - 1) if basis.n_pieces == n > 1 else math.nan


def _with_interval(
    found: Coefficient, influence: FloatArray, piece: IntArray, perfect: bool
) -> Coefficient:
    if found.n_pieces < 2:
        return replace(found, flags=(ONE_PIECE,))
    if perfect:
        return replace(found, se=0.0, flags=(PERFECT,))
    se = standard_error(influence, piece)
    if se < LEAST_ERROR:
        return without_spread(found)
    low, high = fisher_interval(found.value, se, found.n_pieces)
    return replace(found, se=se, ci_low=low, ci_high=high)
