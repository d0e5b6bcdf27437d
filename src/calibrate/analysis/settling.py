"""The fewest further readings that would settle whether two schools score alike, where that cannot be told yet.

For *these raters* more shared pieces settle it. For *this school* the raters are a sample too, and no number of pieces
takes away what lies between them: then it takes more raters of each school. Both are worked out for two one-sided tests
at 5 % (``same``) and for the simultaneous interval (``different``), whichever comes first if the schools go on scoring as
they do now; where they share no piece yet, as if they scored alike. Source: the usual power of t tests (Schuirmann 1987 for
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
from calibrate.analysis.wording import count, label

if TYPE_CHECKING:
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
) -> tuple[Settling, ...]:
    """What would settle each pair about which these raters' readings cannot tell yet.

    Parameters
    ----------
    pairs
        Every pair on one criterion. Those with a verdict tell how far the differences of single
        pieces lie apart, for pairs that share none.
    family_size
        Over how many comparisons ``different`` has to hold.
    """
    known = [_spread(one) for one in pairs if not math.isnan(one.se)]
    usual = median(known) if known else math.nan
    each = family_confidence(0.95, family_size)
    found = []
    for one in pairs:
        if one.verdict != CANNOT_TELL or one.withheld:
            continue
        told = not math.isnan(one.se)
        spread = _spread(one) if told else usual
        fewest = _pieces(_Aim(one.difference if told else 0.0, one.margin, each), spread)
        needed, likely = fewest or (None, "")
        if needed is not None:
            # What was worked out for other chances is still asked for: at least one piece more.
            needed = max(needed, one.n_shared_pieces + 1)
        more = None if needed is None else needed - one.n_shared_pieces
        advice = _pieces_advice(one, needed, likely, math.isnan(spread))
        found.append(_settling(one, needed, more, advice, labels, likely=likely))
    return tuple(found)


def what_would_settle_schools(
    found: ThisSchool, criterion: str, labels: Mapping[str, str] | None = None
) -> tuple[Settling, ...]:
    """What would settle each pair about which nothing can be said yet for the schools themselves.

    Pieces where the raters there are can settle it; else raters of each school, with the pieces that they
    share out; else it is said that nothing within reach would.
    """
    rows = [one for one in found.pairs if one.criterion == criterion]
    raters = found.variance(criterion)
    spreads = {(one.a, one.b): found.piece_variance(one) for one in rows}
    seen = [one for one in spreads.values() if not math.isnan(one)]
    usual = median(seen) if seen else math.nan
    each = family_confidence(0.95, found.family_size)
    made = []
    for one in rows:
        if one.verdict != CANNOT_TELL or one.withheld:
            continue
        piece = spreads[one.a, one.b]
        piece = usual if math.isnan(piece) else piece
        aim = _Aim(0.0 if math.isnan(one.se) else one.difference, one.margin, each)
        if math.isnan(piece) or math.isnan(raters.variance):
            made.append(_settling(one, None, None, _UNKNOWN, labels, speaks_for=one.speaks_for))
            continue
        option = _school_option(one, aim, piece, raters.variance, raters.mean_square, raters.df)
        needed, m, likely = option or (None, None, "")
        more = None if needed is None else needed - one.n_shared_pieces
        apart = raters_needed(raters.variance, one.margin) is None
        advice = _TOO_FAR_APART if apart and not likely else _school_advice(one, needed, m, likely)
        made.append(
            _settling(
                one, needed, more, advice, labels, speaks_for=one.speaks_for, m=m, likely=likely
            )
        )
    return tuple(made)


def _school_option(
    one: GroupDifference, aim: _Aim, piece: float, variance: float, mean_square: float, df: float
) -> tuple[int, int | None, str] | None:
    """Pieces, raters of each school (None: those there are) and the verdict; None if nothing would do."""

    def enough(n: int, m_a: int, m_b: int) -> str:
        share = 1 / m_a + 1 / m_b
        whole = piece / n + share * variance
        free = df + max(m_a - one.n_raters_a, 0) + max(m_b - one.n_raters_b, 0)
        part = min(share * mean_square, whole)
        weight = part**2 / free + (whole - part) ** 2 / (n - 1)
        return aim.reached(whole, whole**2 / weight if weight > 0 else free)

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
    more: int | None,
    advice: str,
    labels: Mapping[str, str] | None,
    *,
    speaks_for: str = "these raters",
    m: int | None = None,
    likely: str = "",
) -> Settling:
    who = f"{label(labels, one.a)} and {label(labels, one.b)}"
    if speaks_for == "this school":
        who += ", as schools"
    return Settling(
        one.a,
        one.b,
        one.criterion,
        one.n_shared_pieces,
        needed,
        more,
        advice,
        f"{who}: {advice}",
        speaks_for,
        m,
        likely,
    )


def _spread(one: GroupDifference) -> float:
    return one.se * math.sqrt(one.n_shared_pieces)


_UNKNOWN = (
    "let several readers of each school, at least four if you can, score the same pieces, blind; "
    "how much the teachers of one school differ is not known yet."
)
_TOO_FAR_APART = (
    "readers of one school differ so much among themselves that no number of pieces and raters within "
    "reach would tell; let the readers of each school agree with one another first."
)
_OUT_OF_REACH = (
    "the difference lies too near the {margin:.2f} that would matter: {what} would tell on which "
    "side of it."
)


def _pieces_advice(one: GroupDifference, needed: int | None, likely: str, unknown: bool) -> str:
    if unknown:
        return (
            "let readers of both score the same pieces, blind; ten shared pieces are a beginning."
        )
    if needed is None:
        return _OUT_OF_REACH.format(margin=one.margin, what="no number of pieces within reach")
    if math.isnan(one.se):
        more = f", {needed - one.n_shared_pieces} more than now," if one.n_shared_pieces else ""
        return (
            f"let readers of both score the same work, blind; if they score alike, about "
            f"{count(needed, 'shared piece')}{more} would show it in four cases of five."
        )
    return (
        "let readers of both score the same work, blind; if they go on as they do now, about "
        f"{count(needed, 'shared piece')}, {needed - one.n_shared_pieces} more than now, would show "
        f"{_WOULD_SHOW[likely]} in four cases of five."
    )


_WOULD_SHOW = {SAME: "that they score alike", DIFFERENT: "that they differ"}


def _school_advice(one: GroupDifference, needed: int | None, m: int | None, likely: str) -> str:
    if needed is None:
        return _OUT_OF_REACH.format(
            margin=one.margin, what="no number of pieces and raters within reach"
        )
    if math.isnan(one.se):
        way = "if they score alike, that would show it in four cases of five."
    else:
        way = (
            f"if they go on as they do now, that would show {_WOULD_SHOW[likely]} in four cases of "
            "five."
        )
    if m is None:
        more = needed - one.n_shared_pieces
        return (
            f"let the same readers score about {count(more, 'more piece')}, {needed} in all; {way}"
        )
    return (
        f"let {count(m, 'reader')} of each school share out about {count(needed, 'piece')}; {way}"
    )
