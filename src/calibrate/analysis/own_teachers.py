"""Classroom teachers' own scores beside others' blind scores of the same pieces.

A table of its own, away from severity: a teacher who scores her own students knows them, so the
difference mixes how severely she scores with what she knows. And where pieces were picked because
of the score that their teacher gave, a second reading drifts back to the mean whoever reads. Both
are said with every answer; how far the pieces read by others lie from all that teachers scored is
told beside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibrate.analysis.intervals import (
    MIN_PIECES,
    Estimate,
    codes_of,
    distinct,
    family_confidence,
    mean_by_piece,
)
from calibrate.analysis.margins import Margin, margin_for
from calibrate.analysis.readings import (
    BLIND_ROUNDS,
    ScaleLike,
    Scales,
    as_scales,
    criteria_in_order,
    independent_blind,
    prepare,
)
from calibrate.analysis.severity import TOTAL, judgement_variance
from calibrate.analysis.wording import count, label, listed, natural, points, signed

ALL = "all"
"""The group of all classroom teachers together."""

MIN_TEACHERS = 3
"""Fewer teachers than this give no interval: two people are no sample of a school."""

CAUTIONS = (
    "This mixes how severely teachers score with what they know of the child; and where pieces were "
    "picked for the score that their teacher gave, others' readings drift back to the mean."
)
"""What has to be said whenever a number of this table is said."""

_VERDICTS = {"higher": "more", "lower": "less"}


@dataclass(frozen=True)
class OwnDifference:
    """The points that classroom teachers give their own students' work minus what others give it.

    Parameters
    ----------
    group
        The school of the teachers, or `ALL`.
    difference, se
        Rubric points (in total: the mean over the criteria); nan where nothing was read by both.
    ci95, ci90
        ``ci95`` holds together over the family; ``ci90``, a plain interval, decides ``alike``.
        Both let pieces and teachers vary: they speak for teachers like these.
    n_pieces, n_teachers, n_readers
        Pieces that both scored, the teachers (two who score together count as one) and the others.
    n_scored
        Pieces that the teachers scored, read by others or not.
    shift
        The teachers' mean on the pieces that others read, minus their mean on all; nan where
        others read every piece.
    verdict
        ``higher``, ``lower``, ``alike`` or ``cannot tell`` (``reason`` says why).
    """

    group: str
    criterion: str
    difference: float
    se: float
    ci95: tuple[float, float]
    ci90: tuple[float, float]
    margin: float
    n_pieces: int
    n_teachers: int
    n_readers: int
    n_scored: int
    shift: float
    verdict: str
    reason: str
    sentence: str

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer; nan stays nan for the writer to turn into null."""
        return {
            "group": self.group,
            "criterion": self.criterion,
            "difference": self.difference,
            "se": self.se,
            "ci95": list(self.ci95),
            "ci90": list(self.ci90),
            "margin": self.margin,
            "n_pieces": self.n_pieces,
            "n_teachers": self.n_teachers,
            "n_readers": self.n_readers,
            "n_scored": self.n_scored,
            "shift": self.shift,
            "verdict": self.verdict,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class OwnTeachers:
    """All teachers together first, then each group; in each the total first, then the criteria."""

    rows: tuple[OwnDifference, ...]
    family_size: int
    sentence: str

    def of(self, criterion: str = TOTAL) -> tuple[OwnDifference, ...]:
        """Every group on one criterion, all teachers first."""
        return tuple(one for one in self.rows if one.criterion == criterion)

    def as_dict(self) -> dict[str, object]:
        """The part ``own_teachers`` of the JSON answer."""
        return {
            "rows": [one.as_dict() for one in self.rows],
            "family_size": self.family_size,
            "sentence": self.sentence,
        }


def own_teachers(
    table: pd.DataFrame,
    scales: ScaleLike,
    *,
    group: str = "rater_school",
    margin: Margin = None,
    labels: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> OwnTeachers:
    """Set classroom teachers' scores of their own students beside others' blind scores.

    Parameters
    ----------
    table, scales
        A score table whose ``purpose`` is ``own_student`` where a teacher scored her own student,
        and the scale of every criterion. Two teachers who scored together are one.
    group
        The column of the teacher's group.
    margin
        The difference too small to matter: by criterion, or one number (default: an eighth of the
        criterion's range).
    labels
        What groups and criteria are called in sentences.
    """
    known = as_scales(scales)
    own, others = _two_sides(table, known)
    both = _paired(own, others, group)
    criteria = criteria_in_order(known, both)
    variances = judgement_variance(others, known)
    groups = sorted({str(one) for one in own.get(group, pd.Series()).dropna()}, key=natural)
    drafts: list[tuple[str, str, Estimate, _Counts]] = []
    for name in (ALL, *(groups if len(groups) > 1 else ())):
        mine = both if name == ALL else both[both["group"] == name]
        scored = own if name == ALL else own[own[group].astype("string") == name]
        for criterion in (TOTAL, *criteria):
            variance = variances.get(criterion, math.nan)
            drafts.append((name, criterion, *_contrast(mine, scored, criterion, variance)))
    # The only criterion is the total: one difference, told twice.
    family = distinct(
        ((name, TOTAL if len(criteria) == 1 else criterion), one.se)
        for name, criterion, one, _ in drafts
    )
    each = family_confidence(confidence, family)
    rows = tuple(
        _judged(
            name, criterion, estimate, counts, margin_for(margin, known, criterion), each, labels
        )
        for name, criterion, estimate, counts in drafts
    )
    return OwnTeachers(rows, family, _whole_sentence(rows, labels))


@dataclass(frozen=True)
class _Counts:
    teachers: int
    readers: int
    scored: int
    shift: float


def _two_sides(table: pd.DataFrame, known: Scales) -> tuple[pd.DataFrame, pd.DataFrame]:
    """First readings of teachers' own students, and others' independent blind ones."""
    data = prepare(table, known)
    fits = data["round"].isin(BLIND_ROUNDS) & (data["purpose"] == "own_student")
    own = data[fits & data["position"].notna()]
    own = own.drop_duplicates(["criterion", "piece", "rater"])
    return own, independent_blind(table, known).table


def _paired(own: pd.DataFrame, others: pd.DataFrame, group: str) -> pd.DataFrame:
    """Own and others' scores of the same piece and criterion: one row per own score."""
    columns = own[["piece", "criterion", "rater", "score"]].rename(columns={"score": "own"})
    columns["group"] = own[group].astype("string") if group in own else pd.NA
    both = columns.merge(
        others[["piece", "criterion", "rater", "score"]].rename(
            columns={"rater": "reader", "score": "other"}
        ),
        on=["piece", "criterion"],
    )
    same = [b in a.split("+") for a, b in zip(both["rater"], both["reader"], strict=True)]
    both = both[~np.array(same, dtype=bool)]
    keys = ["piece", "criterion", "rater"]
    return both.groupby(keys, as_index=False, sort=True).agg(
        group=("group", "first"),
        own=("own", "first"),
        other=("other", "mean"),
        n_others=("other", "size"),
        readers=("reader", tuple),
    )


def _contrast(
    both: pd.DataFrame, scored: pd.DataFrame, criterion: str, variance: float
) -> tuple[Estimate, _Counts]:
    if criterion != TOTAL:
        both = both[both["criterion"] == criterion]
        scored = scored[scored["criterion"] == criterion]
    by = both.assign(gap=both["own"] - both["other"], weight=1 + 1 / both["n_others"]).groupby(
        ["piece", "rater"], as_index=False
    )
    drawn = by.agg(gap=("gap", "mean"), weight=("weight", "mean"), mean=("own", "mean"))
    floor = 0.0
    if len(drawn) and not math.isnan(variance):
        floor = variance * float(drawn["weight"].mean())
    whole = scored.groupby(["piece", "rater"])["score"].mean()
    shift = math.nan
    if len(drawn) and len(whole) > len(drawn):
        shift = float(drawn["mean"].mean() - whole.mean())
    counts = _Counts(
        int(drawn["rater"].nunique()),
        len({one for readers in both["readers"] for one in readers}),
        int(scored["piece"].nunique()),
        shift,
    )
    gaps = drawn["gap"].to_numpy(dtype=float)
    found = mean_by_piece(gaps, floor)
    n_pieces = int(drawn["piece"].nunique())
    if math.isnan(found.se) or n_pieces < MIN_PIECES or counts.teachers < MIN_TEACHERS:
        return Estimate(found.value, math.nan, found.df, n_pieces, found.undefined), counts
    spread, df = by_cluster(gaps, codes_of(drawn["rater"].tolist()))
    return Estimate(found.value, max(found.se, spread), df, n_pieces), counts


def by_cluster(values: NDArray[np.float64], cluster: NDArray[np.intp]) -> tuple[float, float]:
    """The standard error of a mean whose values hang together in a few clusters, and its degrees.

    Each cluster is left out in turn (the jackknife, which is on the careful side with few
    clusters). The degrees of freedom count clusters by their size: of three teachers with 40, 2
    and 2 pieces there is little more than one (as in Kish's effective sample size).

    Parameters
    ----------
    values, cluster
        One value per piece, and the number (from 0) of its cluster; at least two clusters.

    Returns
    -------
    The standard error, and at least 1 degree of freedom.
    """
    sizes = np.bincount(cluster).astype(float)
    sums = np.bincount(cluster, weights=values)
    without = (values.sum() - sums) / (values.size - sizes)
    g = sizes.size
    variance = (g - 1) / g * float(((without - without.mean()) ** 2).sum())
    effective = values.size**2 / float((sizes**2).sum())
    return math.sqrt(variance), max(effective - 1, 1.0)


def _judged(
    group: str,
    criterion: str,
    estimate: Estimate,
    counts: _Counts,
    margin: float,
    each: float,
    labels: Mapping[str, str] | None,
) -> OwnDifference:
    ci95, ci90 = estimate.interval(each), estimate.interval(0.90)
    verdict, reason = "cannot tell", ""
    if estimate.n_pieces == 0:
        reason = "nobody else has read the same pieces blind"
    elif counts.teachers < MIN_TEACHERS:
        who = count(counts.teachers, "classroom teacher")
        reason = f"only {who} scored pieces that others read"
    elif math.isnan(estimate.se):
        reason = f"others read only {count(estimate.n_pieces, 'piece')} of theirs"
    elif -margin < ci90[0] and ci90[1] < margin:
        verdict, reason = "alike", "the 90% interval lies inside the margin"
    elif ci95[0] > 0 or ci95[1] < 0:
        verdict = "higher" if ci95[0] > 0 else "lower"
        reason = "the 95% interval does not hold zero"
    else:
        reason = "the interval holds both no difference and one that would matter"
    return OwnDifference(
        group,
        criterion,
        estimate.value,
        estimate.se,
        ci95,
        ci90,
        margin,
        estimate.n_pieces,
        counts.teachers,
        counts.readers,
        counts.scored,
        counts.shift,
        verdict,
        reason,
        _sentence(group, criterion, estimate, counts, ci95, ci90, margin, verdict, reason, labels),
    )


def _sentence(
    group: str,
    criterion: str,
    estimate: Estimate,
    counts: _Counts,
    ci95: tuple[float, float],
    ci90: tuple[float, float],
    margin: float,
    verdict: str,
    reason: str,
    labels: Mapping[str, str] | None,
) -> str:
    who = "Classroom teachers" if group == ALL else f"{label(labels, group)}'s classroom teachers"
    what = "" if criterion == TOTAL else f"{label(labels, criterion)}: "
    if math.isnan(estimate.se):
        return f"{what}{who} and others: cannot tell, because {reason}."
    on = f"{count(estimate.n_pieces, 'piece')}, {count(counts.teachers, 'teacher')}"
    size = f"95% interval {signed(ci95[0])} to {signed(ci95[1])}"
    if verdict == "alike":
        near = f"90% interval {signed(ci90[0])} to {signed(ci90[1])}"
        return (
            f"{what}{who} score their own students' work as others do who read it blind ({on}, "
            f"{near}, less than the {margin:.2f} that would matter)."
        )
    if verdict in _VERDICTS:
        return (
            f"{what}{who} give their own students' work {points(estimate.value)} "
            f"{_VERDICTS[verdict]} than others who read it blind ({on}, {size})."
        )
    return f"{what}{who} and others who read blind: cannot tell whether they differ ({on}, {size})."


def _whole_sentence(rows: tuple[OwnDifference, ...], labels: Mapping[str, str] | None) -> str:
    lead = next(one for one in rows if one.group == ALL and one.criterion == TOTAL)
    if not lead.n_scored:
        return "No classroom teacher's scores of her own students are here to set beside others'."
    if not lead.n_pieces:
        return (
            "Nobody else has read blind what classroom teachers scored, so their own scores cannot "
            "be set beside others'."
        )
    parts = [lead.sentence]
    apart = [one for one in rows if one.group != ALL and one.criterion == TOTAL]
    for verdict, words in (("higher", "more"), ("lower", "less")):
        named = [label(labels, one.group) for one in apart if one.verdict == verdict]
        if named:
            parts.append(f"By itself, it is {words} at {listed(named)}.")
    if not math.isnan(lead.shift):
        near = abs(lead.shift) < lead.margin / 2
        way = "above" if lead.shift >= 0 else "below"
        parts.append(
            f"Others read {lead.n_pieces} of the {lead.n_scored} pieces; their teachers had scored "
            f"these {points(lead.shift)} {way} all of them"
            + (
                ", so they do not look picked for their score."
                if near
                else ", so expect some drift."
            )
        )
    return " ".join([*parts, CAUTIONS])
