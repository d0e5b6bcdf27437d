"""Whether a rater's place in the panel changed over the year, as far as the data can tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from scipy import stats as distributions

from calibrate.analysis.intervals import MIN_PIECES, Estimate
from calibrate.analysis.readings import ScaleLike, as_scales, independent_blind
from calibrate.analysis.severity import (
    TOTAL,
    estimate_difference,
    judgement_variance,
    margin_of,
    panel_contrasts,
)
from calibrate.analysis.wording import count, label, points, signed


@dataclass(frozen=True)
class DriftPoint:
    """A rater's difference from the rest of the panel in one window or session."""

    when: str
    difference: float
    se: float
    ci_low: float
    ci_high: float
    n_pieces: int


@dataclass(frozen=True)
class Drift:
    """A rater's differences in the order of time, and the change from the first to the last.

    ``verdict`` is ``rose``, ``fell``, ``steady`` or ``cannot tell``. The change is relative to the
    panels the rater sat with: a panel that moved looks like a rater who moved the other way.
    """

    rater: str
    points: tuple[DriftPoint, ...]
    change: float
    ci_low: float
    ci_high: float
    verdict: str
    reason: str
    sentence: str


def drift(
    table: pd.DataFrame,
    scales: ScaleLike,
    rater: str,
    *,
    order: Sequence[str],
    by: str = "window",
    labels: Mapping[str, str] | None = None,
) -> Drift:
    """The change in a rater's difference from the panel, over all criteria.

    Parameters
    ----------
    table, scales
        A score table and the scale of every criterion.
    order
        The windows or sessions in the order of time; those without shared pieces are passed over.
    by
        The column that holds them.
    """
    known = as_scales(scales)
    chosen = independent_blind(table, known).table
    variance = judgement_variance(chosen, known)[TOTAL]
    own = panel_contrasts(chosen)
    own = own[own["rater"] == str(rater)]
    found: list[tuple[str, Estimate]] = []
    for when in order:
        part = own[own[by] == when]
        if len(part):
            found.append((when, estimate_difference(part, variance)))
    shown = tuple(
        DriftPoint(when, one.value, one.se, *one.interval(), one.n_pieces) for when, one in found
    )
    usable = [(when, one) for when, one in found if one.n_pieces >= MIN_PIECES]
    if len(usable) < 2:
        reason = f"fewer than two {by}s hold at least {MIN_PIECES} pieces that others read too"
        return Drift(
            str(rater),
            shown,
            math.nan,
            math.nan,
            math.nan,
            "cannot tell",
            reason,
            f"Change over the year: cannot tell, because {reason}.",
        )
    (first_name, first), (last_name, last) = usable[0], usable[-1]
    change = last.value - first.value
    low, high = _welch(first, last, 0.95)
    near_low, near_high = _welch(first, last, 0.90)
    margin = margin_of(known, TOTAL)
    verdict, reason = "cannot tell", ""
    if -margin < near_low and near_high < margin:
        verdict = "steady"
    elif low > 0:
        verdict = "rose"
    elif high < 0:
        verdict = "fell"
    else:
        reason = "the interval holds both no change and one that would matter"
    ending = {
        "rose": "more than chance would explain",
        "fell": "more than chance would explain",
        "steady": "too small a change to matter",
        "cannot tell": "cannot tell whether that is more than chance",
    }[verdict]
    way = "up" if change >= 0 else "down"
    sentence = (
        f"Against the panel, from {label(labels, first_name)} to {label(labels, last_name)}: "
        f"{way} by {points(change)} (95% interval {signed(low)} to {signed(high)}, "
        f"{count(first.n_pieces, 'piece')} and then {last.n_pieces}); {ending}."
    )
    return Drift(str(rater), shown, change, low, high, verdict, reason, sentence)


def _welch(first: Estimate, last: Estimate, confidence: float) -> tuple[float, float]:
    """The interval of a difference of two means with unequal variances."""
    a, b = first.se**2, last.se**2
    change = last.value - first.value
    if a + b == 0:
        return (change, change)
    df = (a + b) ** 2 / (a**2 / max(first.df, 1) + b**2 / max(last.df, 1))
    half = float(distributions.t.ppf(0.5 + confidence / 2, df)) * math.sqrt(a + b)
    return (change - half, change + half)
