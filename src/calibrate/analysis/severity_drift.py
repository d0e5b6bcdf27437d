"""Drift between windows, told only where earlier pieces were read again.

A rater who becomes harsher looks like students who become weaker, unless pieces of an earlier window are read again in a later
one: these alone tie the windows together. Every rater in every window is fitted as a rater of its own; the change is the
difference of the two measures, and where no chain of pieces joins them it cannot be told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats as distributions

from calibrate.analysis.intervals import MIN_PIECES
from calibrate.analysis.piece_groups import groups_apart
from calibrate.analysis.readings import BLIND_ROUNDS, ScaleLike, as_scales, prepare, reading_window
from calibrate.analysis.wording import label, signed
from calibrate.stats.facets import FacetsFit, fit_facets, prepare_judgements
from calibrate.stats.facets.contrasts import Contrasts
from calibrate.stats.facets.effects import false_discovery
from calibrate.stats.facets.judgements import RATER

_BETWEEN = "\x1f"


@dataclass(frozen=True)
class RereadDrift:
    """One rater's change in severity from one window to a later one, in logits; positive became harsher.

    ``verdict`` is ``harsher``, ``more lenient``, ``steady`` (nothing beyond chance) or ``cannot tell``, with the reason. The
    interval is Student's t with ``df`` degrees of freedom: one less than the pieces that the change rests on in effect.
    """

    rater: str
    first: str
    last: str
    change: float
    se: float
    df: float
    ci_low: float
    ci_high: float
    verdict: str
    reason: str
    sentence: str


def reread_drift(
    table: pd.DataFrame,
    scales: ScaleLike,
    *,
    column: str | None = None,
    order: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    estimator: str = "mml",
    model: str = "rating_scale",
    errors: str = "robust",
) -> tuple[RereadDrift, ...] | None:
    """Each rater's change between the first and each later window; None where the table tells no two windows.

    Parameters
    ----------
    table, scales
        A score table and the scale of every criterion. A piece that was read again in a later window has that window in the
        rows of that reading.
    column
        The column that tells when a reading was made (default: ``reading_window`` where the table has it, else ``window``).
    order
        The windows in the order of time (default: as text, which suits ids that begin with the year).
    """
    rows = prepare(table, scales)
    column = column or reading_window(rows)
    rows = rows[rows["round"].isin(BLIND_ROUNDS) & (rows["purpose"] == "independent")]
    rows = rows[rows["position"].notna() & rows[column].notna() & ~rows["joint"]]
    windows = [str(one) for one in (order or sorted(rows[column].unique()))]
    if len(windows) < 2:
        return None
    when = rows[column].astype(str)
    rows = rows.assign(_who=rows["rater"] + _BETWEEN + when)
    rows = rows.drop_duplicates(["piece", "_who", "criterion"])
    raters = sorted(set(rows["rater"]))
    seen = {
        rater: [one for one in windows if one in set(part)]
        for rater, part in when.groupby(rows["rater"])
    }
    if not _something_was_reread(rows, column):
        why = "no piece of an earlier window was read again in a later one"
        return tuple(
            _cannot(rater, seen[rater], why, labels) for rater in raters if len(seen[rater]) > 1
        )
    known = {name: scale.values for name, scale in as_scales(scales).items()}
    data = prepare_judgements(
        rows["piece"],
        rows["_who"],
        rows["criterion"],
        rows["score"],
        known,
        groups=groups_apart(rows, column) if estimator == "mml" else None,
        model=model,
    )
    fit = fit_facets(data, estimator=estimator, errors=errors)
    contrasts = {number: Contrasts(part) for number, part in fit.bounded}
    found = [
        _change(fit, contrasts, rater, seen[rater][0], later, labels)
        for rater in raters
        for later in seen[rater][1:]
    ]
    return _with_verdicts(found, labels)


def _something_was_reread(rows: pd.DataFrame, column: str) -> bool:
    return bool((rows.groupby("piece")[column].nunique() > 1).any())


def _change(
    fit: FacetsFit,
    contrasts: Mapping[int, Contrasts],
    rater: str,
    first: str,
    last: str,
    labels: Mapping[str, str] | None,
) -> RereadDrift:
    ids = fit.data.facets[RATER].ids
    a, b = ids.index(rater + _BETWEEN + first), ids.index(rater + _BETWEEN + last)
    for number, part in fit.bounded:
        if not (part.estimated[RATER][a] and part.estimated[RATER][b]):
            continue
        start = part.layout.starts[RATER]
        change = float(part.full[start + b] - part.full[start + a])
        way = np.zeros(contrasts[number].width)
        way[start + b], way[start + a] = 1.0, -1.0
        error = contrasts[number].of(way)
        if math.isnan(error.se) or error.df < MIN_PIECES - 1:
            continue
        se = error.plain if fit.options.errors == "information" else error.se
        half = float(distributions.t.ppf(0.975, error.df)) * se
        return RereadDrift(
            rater, first, last, change, se, error.df, change - half, change + half, "", "", ""
        )
    return _cannot(rater, [first, last], "too few pieces read again join the two windows", labels)


def _cannot(
    rater: str, windows: Sequence[str], why: str, labels: Mapping[str, str] | None
) -> RereadDrift:
    text = f"{label(labels, rater)}, change over time: cannot tell, because {why}."
    nan = math.nan
    return RereadDrift(
        rater, windows[0], windows[-1], nan, nan, 0.0, nan, nan, "cannot tell", why, text
    )


def _with_verdicts(
    found: Sequence[RereadDrift], labels: Mapping[str, str] | None
) -> tuple[RereadDrift, ...]:
    p = np.array(
        [
            2 * float(distributions.t.sf(abs(one.change / one.se), one.df))
            if one.se > 0
            else math.nan
            for one in found
        ]
    )
    flags = false_discovery(p)
    out = []
    for one, flag in zip(found, flags.tolist(), strict=True):
        if one.verdict:
            out.append(one)
            continue
        verdict = "steady"
        if flag:
            verdict = "harsher" if one.change > 0 else "more lenient"
        tail = {
            "steady": "no more than chance would explain",
            "harsher": "became harsher, more than chance would explain",
            "more lenient": "became more lenient, more than chance would explain",
        }[verdict]
        text = (
            f"{label(labels, one.rater)}, from {label(labels, one.first)} to {label(labels, one.last)}: severity changed by "
            f"{signed(one.change)} logits (95% interval {signed(one.ci_low)} to {signed(one.ci_high)}), on pieces read again; "
            f"{tail}."
        )
        out.append(
            RereadDrift(
                one.rater,
                one.first,
                one.last,
                one.change,
                one.se,
                one.df,
                one.ci_low,
                one.ci_high,
                verdict,
                "",
                text,
            )
        )
    return tuple(out)
