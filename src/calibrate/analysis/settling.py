"""The fewest further readings that would settle whether two schools score alike, where that cannot be told yet.

For *these raters* more shared pieces settle it. For *this school* the raters are a sample too, and no number of pieces
takes away what lies between them: then it takes more raters of each school. Both are worked out for two one-sided tests
at 5 % (``same``) and for the simultaneous interval (``different``), whichever comes first if the schools go on scoring as
they do now. How they do now is taken from the pieces that both read; where those are too few, from all links (the
many-facet model); and where those tell nothing either, as if they scored alike. Each answer says on which it rests. Source: the usual power of t tests (Schuirmann 1987 for
the two one-sided ones).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from scipy import special

from calibrate.analysis.group_difference import CANNOT_TELL, DIFFERENT, SAME, GroupDifference
from calibrate.analysis.intervals import MIN_PIECES, family_confidence
from calibrate.analysis.rater_spread import Spreads, with_raters
from calibrate.analysis.settling_words import (
    ALIKE,
    ALL_LINKS,
    SHARED,
    TOO_FAR_APART,
    UNKNOWN,
    pieces_advice,
    school_advice,
)
from calibrate.analysis.wording import label

if TYPE_CHECKING:
    from calibrate.analysis.comparability_model import ThroughModel
    from calibrate.analysis.comparability_schools import ThisSchool

CHANCE = 0.8
"""How often the readings asked for would be enough."""

MOST = 1000
"""More pieces than this are not asked of anybody."""

MOST_RATERS = 30
"""More raters of one school than this are not asked for."""

PIECES_A_RATER = 20
"""More shared pieces than this are not asked of one rater, as long as more raters would do."""

_LEAST = 2


@dataclass(frozen=True)
class Settling:
    """What would settle one comparison.

    Parameters
    ----------
    n_needed
        Shared pieces in all that would be enough in four cases of five; None where nothing is known of
        how far pieces lie apart, or where no number that people can read would do.
    n_more
        Those still to be read by both.
    advice, sentence
        What to do, in words; the sentence names the schools too.
    speaks_for
        ``these raters`` or ``this school``.
    n_raters
        Raters of each school that it takes; None where those there are will do, or nothing is known.
    likely
        The verdict that it would come to: ``same`` or ``different``; empty where nothing would settle it.
    rests_on
        What the difference of now is taken from: `SHARED`, `ALL_LINKS` or `ALIKE`.
    """

    a: str
    b: str
    criterion: str
    n_shared_pieces: int
    n_needed: int | None
    n_more: int | None
    advice: str
    sentence: str
    speaks_for: str = "these raters"
    n_raters: int | None = None
    likely: str = ""
    rests_on: str = SHARED

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer."""
        return {
            "a": self.a,
            "b": self.b,
            "speaks_for": self.speaks_for,
            "n_needed": self.n_needed,
            "n_more": self.n_more,
            "n_raters": self.n_raters,
            "likely": self.likely or None,
            "rests_on": self.rests_on,
            "advice": self.advice,
        }


@dataclass(frozen=True)
class _Aim:
    """What is to be told: a difference of about that size, beside that margin."""

    difference: float
    margin: float
    each: float

    def reached(self, variance: float, df: float) -> str:
        """The verdict that an error of that size would bring in four cases of five, or nothing."""
        if df < 1:
            return ""
        error = math.sqrt(variance)
        size = abs(self.difference)
        inside = float(special.stdtrit(df, 0.95)) + float(special.stdtrit(df, (1 + CHANCE) / 2))
        if size < self.margin and inside * error <= self.margin - size:
            return SAME
        outside = float(special.stdtrit(df, 0.5 + self.each / 2))
        if (outside + float(special.stdtrit(df, CHANCE))) * error <= size:
            return DIFFERENT
        return ""


def _fewest(enough: Callable[[int], str], low: int, most: int) -> tuple[int, str] | None:
    """The smallest n for which something is reached, and what; None if nothing is by ``most``."""
    if low > most or not enough(most):
        return None
    high = most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return high, enough(high)


def pieces_needed(spread: float, margin: float) -> int | None:
    """The fewest pieces with which no difference would be seen to lie inside the margin.

    Parameters
    ----------
    spread
        The standard deviation of the difference on one piece, in rubric points.
    margin
        The difference too small to matter, in rubric points.

    Returns
    -------
    The smallest n for which two one-sided tests at 5 % succeed with a chance of `CHANCE` if the
    true difference is zero (t quantiles; Schuirmann's procedure); None where it is not known, or
    beyond `MOST`.
    """
    found = _pieces(_Aim(0.0, margin, 0.95), spread)
    return None if found is None else found[0]


def _pieces(aim: _Aim, spread: float) -> tuple[int, str] | None:
    if math.isnan(spread) or aim.margin <= 0:
        return None
    return _fewest(lambda n: aim.reached(spread**2 / n, n - 1), MIN_PIECES, MOST)


def raters_needed(variance: float, margin: float) -> int | None:
    """The fewest raters a school with which, over many pieces, schools that score alike would be seen to.

    Parameters
    ----------
    variance
        Between raters of one school, in squared points.
    margin
        The difference too small to matter, in points.

    Returns
    -------
    None where nothing is known, or beyond `MOST_RATERS`.
    """
    if math.isnan(variance) or margin <= 0:
        return None
    aim = _Aim(0.0, margin, 0.95)
    found = _fewest(lambda m: aim.reached(2 * variance / m, 2 * (m - 1)), _LEAST, MOST_RATERS)
    return None if found is None else found[0]


def what_would_settle(
    pairs: Sequence[GroupDifference],
    labels: Mapping[str, str] | None = None,
    *,
    family_size: int = 1,
    through: Sequence[GroupDifference] = (),
) -> tuple[Settling, ...]:
    """What would settle each pair about which these raters' readings cannot tell yet.

    Parameters
    ----------
    pairs
        Every pair on one criterion. Those with a verdict tell how far the differences of single
        pieces lie apart, for pairs that share none.
    family_size
        Over how many comparisons ``different`` has to hold.
    through
        The same pairs through all links: how far two that share too little lie apart, as far as is known.
    """
    known = [_spread(one) for one in pairs if not math.isnan(one.se)]
    usual = median(known) if known else math.nan
    each = family_confidence(0.95, family_size)
    found = []
    for one in pairs:
        if one.verdict != CANNOT_TELL or one.withheld:
            continue
        spread = usual if math.isnan(one.se) else _spread(one)
        difference, rests_on = _now(one, not math.isnan(one.se), through)
        fewest = _pieces(_Aim(difference, one.margin, each), spread)
        needed, likely = fewest or (None, "")
        if needed is not None:
            # What was worked out for other chances is still asked for: at least one piece more.
            needed = max(needed, one.n_shared_pieces + 1)
        advice = pieces_advice(one, needed, likely, rests_on, math.isnan(spread))
        found.append(_settling(one, needed, advice, labels, likely=likely, rests_on=rests_on))
    return tuple(found)


def _now(one: GroupDifference, told: bool, through: Sequence[GroupDifference]) -> tuple[float, str]:
    """How far two lie apart as far as is known, and what that rests on."""
    if told:
        return one.difference, SHARED
    for other in through:
        mine = (other.a, other.b, other.criterion) == (one.a, one.b, one.criterion)
        if mine and not math.isnan(other.se):
            return other.difference, ALL_LINKS
    return 0.0, ALIKE


def what_would_settle_schools(
    found: ThisSchool,
    criterion: str,
    labels: Mapping[str, str] | None = None,
    *,
    through: ThroughModel | None = None,
) -> tuple[Settling, ...]:
    """What would settle each pair about which nothing can be said yet for the schools themselves.

    Pieces where the raters there are can settle it; else raters of each school, with the pieces that they
    share out; else it is said that nothing within reach would.

    Parameters
    ----------
    through
        The same through all links: how far two that share too little lie apart, and how raters of a school differ, where
        shared pieces do not tell it.
    """
    rows = [one for one in found.pairs if one.criterion == criterion]
    linked = () if through is None else through.these.between_pairs(criterion)
    spreads = found.variance(criterion).spreads
    if math.isnan(spreads.pooled.variance) and through is not None:
        spreads = through.spreads(criterion)
    pieces = {(one.a, one.b): found.piece_variance(one) for one in rows}
    seen = [one for one in pieces.values() if not math.isnan(one)]
    usual = median(seen) if seen else math.nan
    each = family_confidence(0.95, found.family_size)
    made = []
    for one in rows:
        if one.verdict != CANNOT_TELL or one.withheld:
            continue
        piece = pieces[one.a, one.b]
        told = not math.isnan(found.contrasts[criterion, one.a, one.b].estimate.se)
        piece = usual if math.isnan(piece) else piece
        difference, rests_on = _now(one, told, linked)
        settle = partial(_settling, one, labels=labels, rests_on=rests_on)
        if math.isnan(piece) or math.isnan(spreads.pooled.variance):
            made.append(settle(None, UNKNOWN))
            continue
        aim = _Aim(difference, one.margin, each)
        option = _school_option(one, aim, piece, spreads)
        needed, m, likely = option or (None, None, "")
        apart = raters_needed(spreads.pooled.variance, one.margin) is None
        advice = school_advice(one, needed, m, likely, rests_on)
        if apart and not likely:
            advice = TOO_FAR_APART
        made.append(settle(needed, advice, m=m, likely=likely))
    return tuple(made)


def _school_option(
    one: GroupDifference, aim: _Aim, piece: float, spreads: Spreads
) -> tuple[int, int | None, str] | None:
    """Pieces, raters of each school (None: those there are) and the verdict; None if nothing would do."""

    def enough(n: int, m_a: int, m_b: int) -> str:
        more = {one.a: max(m_a - one.n_raters_a, 0), one.b: max(m_b - one.n_raters_b, 0)}
        later = spreads.with_more(more)
        parts = [(1 / m_a, later.of(one.a)), (1 / m_b, later.of(one.b))]
        return aim.reached(*with_raters(piece / n, n - 1, parts))

    now = min(one.n_raters_a, one.n_raters_b)
    low = max(one.n_shared_pieces + 1, MIN_PIECES)
    alone = None
    if now >= _LEAST:
        alone = _fewest(lambda n: enough(n, one.n_raters_a, one.n_raters_b), low, MOST)
        if alone is not None and alone[0] <= PIECES_A_RATER * now:
            return alone[0], None, alone[1]
    for m in range(max(now + 1, _LEAST), MOST_RATERS + 1):
        a, b = max(m, one.n_raters_a), max(m, one.n_raters_b)
        most = min(PIECES_A_RATER * m, MOST)
        found = _fewest(partial(enough, m_a=a, m_b=b), max(low, m), max(most, low, m))
        if found is not None:
            return found[0], m, found[1]
    return None if alone is None else (alone[0], None, alone[1])


def _settling(
    one: GroupDifference,
    needed: int | None,
    advice: str,
    labels: Mapping[str, str] | None,
    *,
    m: int | None = None,
    likely: str = "",
    rests_on: str = SHARED,
) -> Settling:
    who = f"{label(labels, one.a)} and {label(labels, one.b)}"
    if one.speaks_for == "this school":
        who += ", as schools"
    return Settling(
        one.a,
        one.b,
        one.criterion,
        one.n_shared_pieces,
        needed,
        None if needed is None else needed - one.n_shared_pieces,
        advice,
        f"{who}: {advice}",
        one.speaks_for,
        m,
        likely,
        rests_on,
    )


def _spread(one: GroupDifference) -> float:
    return one.se * math.sqrt(one.n_shared_pieces)
