"""How a rater's scores lie against the rest of the panel's on the very same work.

Only within-piece contrasts are used: a rater's score minus the mean of everybody else's on the
same piece and criterion. Because every piece's contrasts sum to zero, raters are centred on their
panels. ``difference`` is in rubric points and positive where the rater awards *more*; severity in
logits, of opposite sign, is the many-facet model's (`analysis.severity_model`), which also compares
raters who never met, through chains of shared pieces.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from calibrate.analysis.intervals import (
    MIN_PIECES,
    Estimate,
    codes_of,
    family_confidence,
    mean_by_piece,
    mean_of_summary,
    residual_variance,
)
from calibrate.analysis.readings import (
    LeftOut,
    ScaleLike,
    Scales,
    as_scales,
    criteria_in_order,
    independent_blind,
)
from calibrate.analysis.wording import count, label, points, signed, some_listed, upper_first
from calibrate.model import rubric

TOTAL = rubric.TOTAL
"""The name of the row for all criteria together: the mean over criteria, in rubric points."""


@dataclass(frozen=True)
class RaterDifference:
    """A rater against the rest of the panel on one criterion, or in ``total``.

    ``verdict`` is ``higher``, ``lower``, ``in line`` or ``cannot tell`` (then ``reason`` says why).
    The interval of a criterion holds together with those of the rater's other criteria; the
    interval in total is a plain one.
    """

    rater: str
    criterion: str
    difference: float
    se: float
    ci_low: float
    ci_high: float
    n_pieces: int
    n_judgements: int
    verdict: str
    reason: str
    sentence: str


@dataclass(frozen=True)
class SeverityResult:
    """Every rater's differences; ``criteria`` in the rubric's order, ``total`` last."""

    rows: tuple[RaterDifference, ...]
    criteria: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    sentence: str

    def of(self, rater: str) -> tuple[RaterDifference, ...]:
        """One rater's rows; empty where nobody else read the same pieces."""
        return tuple(row for row in self.rows if row.rater == rater)

    def row(self, rater: str, criterion: str = TOTAL) -> RaterDifference | None:
        """One rater's row for a criterion."""
        return next((row for row in self.of(rater) if row.criterion == criterion), None)


def panel_contrasts(table: pd.DataFrame) -> pd.DataFrame:
    """Each judgement beside the others of its piece and criterion.

    Parameters
    ----------
    table
        Prepared rows with scores.

    Returns
    -------
    The rows that somebody else judged too, with ``others_mean``, ``n_others`` and ``difference``
    (own minus others, in rubric points).
    """
    rows = table[table["position"].notna()]
    by = rows.groupby(["criterion", "piece"])["score"]
    total, n = by.transform("sum"), by.transform("size")
    rows = rows.assign(n_others=(n - 1).astype(int))
    rows = rows[rows["n_others"] > 0].copy()
    rows["others_mean"] = (total.loc[rows.index] - rows["score"]) / rows["n_others"]
    rows["difference"] = rows["score"] - rows["others_mean"]
    return rows


def judgement_variance(table: pd.DataFrame, scales: Scales) -> dict[str, float]:
    """What one judgement varies by around its piece and rater: by criterion, and in total.

    The total is for a reading's mean over its criteria. A score stands for half a step to either side, so no judgement is
    believed to vary by less than step²/12 (Sheppard's correction), also where the table cannot say: a few pieces on which two
    people lay equally far apart do not prove that they always will.
    """
    rows = table[table["position"].notna()]
    rounding = {one: scale.step**2 / 12 for one, scale in scales.items()}
    found = {
        str(criterion): _at_least(part, rounding[str(criterion)])
        for criterion, part in rows.groupby("criterion")
    }
    readings = rows.assign(rounding=rows["criterion"].map(rounding)).groupby(
        ["piece", "rater"], as_index=False
    )
    means = readings.agg(score=("score", "mean"), n=("score", "size"), rounding=("rounding", "sum"))
    rounded = float((means["rounding"] / means["n"] ** 2).mean()) if len(means) else math.nan
    found[TOTAL] = _at_least(means, rounded)
    return found


def _at_least(rows: pd.DataFrame, rounding: float) -> float:
    """The variance of one judgement that the rows show, or of its rounding where that is more."""
    shown = residual_variance(
        codes_of(rows["piece"].tolist()),
        codes_of(rows["rater"].tolist()),
        rows["score"].to_numpy(dtype=float),
    )
    return rounding if math.isnan(shown) else max(shown, rounding)


def margin_of(scales: Scales, criterion: str) -> float:
    """The difference that is too small to matter: an eighth of the criterion's range.

    For ``total`` it is the mean of the criteria's margins.
    """
    if criterion == TOTAL:
        return float(np.mean([margin_of(scales, one) for one in scales]))
    values = scales[criterion].values
    return (values[-1] - values[0]) / 8


def estimate_difference(contrasts: pd.DataFrame, variance: float) -> Estimate:
    """The mean contrast of some rows, every piece weighing the same.

    Parameters
    ----------
    contrasts
        Rows of `panel_contrasts`.
    variance
        The variance of one judgement, from `judgement_variance`.
    """
    found = _estimates(contrasts.assign(_one=0), ["_one"], variance)
    return found.get((0,), mean_by_piece([]))


def _estimates(
    contrasts: pd.DataFrame, keys: list[str], variance: float
) -> dict[tuple[object, ...], Estimate]:
    """The mean contrast of every group of rows, a piece (with all its criteria) being one draw."""
    per_piece = contrasts.groupby([*keys, "piece"], as_index=False).agg(
        difference=("difference", "mean"), n_others=("n_others", "mean")
    )
    per_piece["weight"] = 1 + 1 / per_piece["n_others"]
    groups = per_piece.groupby(keys).agg(
        n=("difference", "size"),
        mean=("difference", "mean"),
        spread=("difference", "var"),
        weight=("weight", "mean"),
    )
    found: dict[tuple[object, ...], Estimate] = {}
    for key, n, mean, spread, weight in zip(
        groups.index.tolist(), *(groups[one].tolist() for one in groups.columns), strict=True
    ):
        floor = 0.0 if math.isnan(variance) else variance * float(weight)
        place = key if isinstance(key, tuple) else (key,)
        found[place] = mean_of_summary(int(n), float(mean), float(spread), floor)
    return found


def severity(
    table: pd.DataFrame,
    scales: ScaleLike,
    *,
    raters: Sequence[str] | None = None,
    margin: Mapping[str, float] | None = None,
    labels: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> SeverityResult:
    """Every rater, or those asked for, against the rest of the panel.

    Parameters
    ----------
    table, scales
        A score table and the scale of every criterion.
    raters
        Only these; the whole table still serves as their panel.
    margin
        The difference too small to matter, by criterion (default: an eighth of the range).
    labels
        What raters and criteria are called in sentences.
    confidence
        Of the interval in total, and of a rater's criteria taken together.
    """
    known = as_scales(scales)
    chosen = independent_blind(table, known)
    contrasts = panel_contrasts(chosen.table)
    variances = judgement_variance(chosen.table, known)
    criteria = criteria_in_order(known, contrasts)
    each = family_confidence(confidence, len(criteria))
    wanted = sorted(set(contrasts["rater"])) if raters is None else [str(one) for one in raters]
    nothing = mean_by_piece([])
    total = _estimates(contrasts, ["rater"], variances.get(TOTAL, math.nan))
    parts = {
        criterion: _estimates(
            contrasts[contrasts["criterion"] == criterion], ["rater"], variances[criterion]
        )
        for criterion in criteria
    }
    judged = contrasts.groupby(["rater", "criterion"]).size().to_dict()
    rows: list[RaterDifference] = []
    for rater in wanted:
        n_judged = {criterion: int(judged.get((rater, criterion), 0)) for criterion in criteria}
        for criterion in criteria:
            limit = (margin or {}).get(criterion, margin_of(known, criterion))
            estimate = parts[criterion].get((rater,), nothing)
            rows.append(_row(rater, criterion, estimate, n_judged[criterion], limit, each, labels))
        limit = (margin or {}).get(TOTAL, margin_of(known, TOTAL))
        estimate = total.get((rater,), nothing)
        rows.append(_row(rater, TOTAL, estimate, sum(n_judged.values()), limit, confidence, labels))
    return SeverityResult(
        tuple(rows), (*criteria, TOTAL), chosen.left_out, _whole_sentence(rows, labels)
    )


def _row(
    rater: str,
    criterion: str,
    estimate: Estimate,
    n_judgements: int,
    margin: float,
    confidence: float,
    labels: Mapping[str, str] | None,
) -> RaterDifference:
    low, high = estimate.interval(confidence)
    near_low, near_high = estimate.interval(0.90)
    verdict, reason = "cannot tell", ""
    if estimate.n_pieces == 0:
        reason = "nobody else read the same pieces"
    elif estimate.n_pieces < MIN_PIECES:
        reason = f"only {count(estimate.n_pieces, 'piece')} shared with others"
    elif -margin < near_low and near_high < margin:
        verdict = "in line"
    elif low > 0:
        verdict = "higher"
    elif high < 0:
        verdict = "lower"
    else:
        reason = "the interval holds both no difference and one that would matter"
    return RaterDifference(
        rater,
        criterion,
        estimate.value,
        estimate.se,
        low,
        high,
        estimate.n_pieces,
        n_judgements,
        verdict,
        reason,
        _sentence(criterion, estimate, (low, high), verdict, reason, labels),
    )


def _sentence(
    criterion: str,
    estimate: Estimate,
    interval: tuple[float, float],
    verdict: str,
    reason: str,
    labels: Mapping[str, str] | None,
) -> str:
    what = "Over all criteria" if criterion == TOTAL else label(labels, criterion)
    if math.isnan(interval[0]):
        return f"{what}: cannot tell, because {reason}."
    size = (
        "level with the rest of the panel"
        if abs(estimate.value) < 0.005
        else f"{points(estimate.value)} {'above' if estimate.value > 0 else 'below'} "
        "the rest of the panel"
    )
    shown = (
        f"{size} on the same {count(estimate.n_pieces, 'piece')} "
        f"(95% interval {signed(interval[0])} to {signed(interval[1])})"
    )
    ending = {
        "higher": "more than chance would explain",
        "lower": "more than chance would explain",
        "in line": "too small a difference to matter",
        "cannot tell": "cannot tell whether that is more than chance",
    }[verdict]
    return f"{what}: {shown}; {ending}."


def _whole_sentence(rows: Sequence[RaterDifference], labels: Mapping[str, str] | None) -> str:
    totals = [row for row in rows if row.criterion == TOTAL]
    if not totals:
        return "Nobody's work was read by two raters, so no rater can be set beside the others."
    higher = [label(labels, row.rater) for row in totals if row.verdict == "higher"]
    lower = [label(labels, row.rater) for row in totals if row.verdict == "lower"]
    unsure = sum(row.verdict == "cannot tell" for row in totals)
    near = sum(row.verdict == "in line" for row in totals)
    parts = []
    if higher:
        parts.append(f"{some_listed(higher)} scored higher than the rest of their panels")
    if lower:
        parts.append(f"{some_listed(lower)} scored lower")
    if near:
        parts.append(f"{count(near, 'rater')} scored in line")
    if unsure:
        parts.append(f"for {count(unsure, 'rater')} the shared work cannot tell")
    text = "; ".join(parts) + "."
    return text if higher or lower else upper_first(text)  # what somebody is called stays as it is
