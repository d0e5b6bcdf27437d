"""How many shared pieces would settle whether two schools score alike, where that cannot be told yet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from scipy import stats as distributions

from calibrate.analysis.comparability import GroupDifference
from calibrate.analysis.intervals import MIN_PIECES
from calibrate.analysis.wording import count, label

CHANCE = 0.8
"""How often the pieces asked for would be enough."""

MOST = 1000
"""More pieces than this are not asked of anybody."""


@dataclass(frozen=True)
class Settling:
    """What would settle one comparison.

    Parameters
    ----------
    n_needed
        Shared pieces in all with which two schools that score alike would be found alike in four
        cases of five; None where nothing is known of how far pieces lie apart.
    n_more
        Those still to be read by both; 0 where there are enough already and the difference itself
        lies near what would matter.
    advice, sentence
        What to do, in words; the sentence names the schools too.
    """

    a: str
    b: str
    criterion: str
    n_shared_pieces: int
    n_needed: int | None
    n_more: int | None
    advice: str
    sentence: str


def what_would_settle(
    pairs: Sequence[GroupDifference], labels: Mapping[str, str] | None = None
) -> tuple[Settling, ...]:
    """What would settle each pair about which nothing can be said yet.

    Parameters
    ----------
    pairs
        Every pair on one criterion. Those with a verdict tell how far the differences of single
        pieces lie apart, for pairs that share none.
    """
    known = [_spread(one) for one in pairs if not math.isnan(one.se)]
    usual = median(known) if known else math.nan
    found = []
    for one in pairs:
        if one.verdict != "cannot tell":
            continue
        spread = usual if math.isnan(one.se) else _spread(one)
        needed = pieces_needed(spread, one.margin)
        more = None if needed is None else max(needed - one.n_shared_pieces, 0)
        advice = _advice(one, needed, more)
        words = f"{label(labels, one.a)} and {label(labels, one.b)}: {advice}"
        found.append(
            Settling(one.a, one.b, one.criterion, one.n_shared_pieces, needed, more, advice, words)
        )
    return tuple(found)


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
    if math.isnan(spread) or margin <= 0:
        return None
    for n in range(MIN_PIECES, MOST + 1):
        reach = distributions.t.ppf(0.95, n - 1) + distributions.t.ppf((1 + CHANCE) / 2, n - 1)
        if reach * spread <= margin * math.sqrt(n):
            return n
    return None


def _spread(one: GroupDifference) -> float:
    return one.se * math.sqrt(one.n_shared_pieces)


def _advice(one: GroupDifference, needed: int | None, more: int | None) -> str:
    if needed is None or more is None:
        return (
            "let readers of both score the same pieces, blind; ten shared pieces are a beginning."
        )
    if more == 0:
        return (
            f"the difference lies near the {one.margin:.2f} that would matter, so only many more "
            "shared pieces would tell on which side of it."
        )
    told = f"about {count(needed, 'shared piece')}"
    if one.n_shared_pieces:
        told += f", {more} more than now,"
    return (
        f"let readers of both score the same work, blind; if they score alike, {told} would show it "
        "in four cases of five."
    )
