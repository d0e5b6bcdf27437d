"""Agreement of norming sessions over the year: does a school agree more than it did?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.agreement import plain_agreement
from calibrate.analysis.intervals import Share
from calibrate.analysis.pairs import PairAgreement, reading_pairs
from calibrate.analysis.readings import ScaleLike, as_scales, independent_blind
from calibrate.analysis.wording import count, label, percent
from calibrate.stats.results import Coefficient


@dataclass(frozen=True)
class SessionPoint:
    """One session: agreement of its blind round, all criteria together."""

    session: str
    title: str
    n_raters: int
    n_pieces: int
    agreement: PairAgreement


@dataclass(frozen=True)
class SessionTrend:
    """Sessions in the order given, and one sentence about the first and the last."""

    points: tuple[SessionPoint, ...]
    sentence: str

    def only(self, sessions: Collection[str]) -> SessionTrend:
        """The same of these sessions alone, as if there were no others."""
        points = tuple(one for one in self.points if one.session in sessions)
        return SessionTrend(points, _sentence(points))


def session_trend(
    table: pd.DataFrame,
    scales: ScaleLike,
    order: Sequence[str],
    *,
    labels: Mapping[str, str] | None = None,
) -> SessionTrend:
    """Exact and adjacent agreement, session by session: the numbers that each session's own report gives.

    Sessions differ in their pieces and panels, so a rise is a sign and not a proof; the sentence
    speaks of a rise or fall only where the two 95% intervals do not overlap.

    Parameters
    ----------
    table, scales
        A score table and the scale of every criterion.
    order
        Session ids in the order of time; those without two readers of a piece are passed over.
    """
    known = as_scales(scales)
    points = []
    for session in order:
        if "session" not in table.columns or not (own := table["session"] == session).any():
            continue
        rows = independent_blind(table[own], known).table
        pairs = reading_pairs(rows)
        if len(pairs):
            points.append(
                SessionPoint(
                    session,
                    label(labels, session),
                    int(rows["rater"].nunique()),
                    int(pairs["piece"].nunique()),
                    _agreement(rows, known, len(pairs)),
                )
            )
    return SessionTrend(tuple(points), _sentence(points))


def _agreement(rows: pd.DataFrame, scales: ScaleLike, n_pairs: int) -> PairAgreement:
    exact, adjacent = plain_agreement(rows, scales)
    return PairAgreement(_share(exact, n_pairs), _share(adjacent, n_pairs))


def _share(found: Coefficient, n_pairs: int) -> Share:
    return Share(
        found.value, found.ci_low, found.ci_high, n_pairs, found.n_pieces, found.undefined or ""
    )


_WHY = "pieces and panels were not the same"


def _sentence(points: Sequence[SessionPoint]) -> str:
    if not points:
        return "No piece has been scored by two people in a norming session yet, so agreement cannot be told."
    first, last = points[0].agreement.exact, points[-1].agreement.exact
    if len(points) == 1:
        known = first.ci_low == first.ci_low
        return (
            f"In the one norming session two teachers gave the same score {percent(first.value)} of the time ("
            + (
                f"between {percent(first.ci_low)} and {percent(first.ci_high)})."
                if known
                else "too few pieces for a range)."
            )
        )
    span = (
        f"Over {count(len(points), 'norming session')}, exact agreement went from "
        f"{percent(first.value)} to {percent(last.value)}"
    )
    if last.ci_low > first.ci_high:
        return f"{span}: a clear rise, and a sign rather than a proof, for {_WHY}."
    if last.ci_high < first.ci_low:
        return f"{span}: a clear fall, and a sign rather than a proof, for {_WHY}."
    return f"{span}; with so few pieces that could still be chance."
