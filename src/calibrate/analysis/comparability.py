"""Is a 3 here a 3 there: groups of raters compared on the very same pieces, or not at all.

Groups differ in ability as well as in severity, so only within-piece contrasts are used: on each
piece that raters of both groups read independently, the mean of one group's scores minus the mean
of the other's. A piece is one draw. The result speaks for *these raters*; what the school's other
raters would do needs the variance between raters, which a model of all links brings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibrate.analysis.group_agreement import GroupAgreement, group_agreements
from calibrate.analysis.intervals import (
    MIN_PIECES,
    Estimate,
    codes_of,
    family_confidence,
    mean_by_piece,
)
from calibrate.analysis.links import LinkMap, link_map
from calibrate.analysis.readings import (
    LeftOut,
    ScaleLike,
    as_scales,
    criteria_in_order,
    independent_blind,
)
from calibrate.analysis.severity import TOTAL, judgement_variance, margin_of
from calibrate.analysis.wording import count, label, listed, points, signed

REST = "rest"
"""What a group is compared with when it is set against all others."""

FEWEST_READERS = 5
"""With fewer independent readers on either side, a number says more of these people than of their
schools: the outside editions do not show it."""


@dataclass(frozen=True)
class GroupDifference:
    """The points that ``a`` awards minus ``b`` on the same work.

    ``ci95`` holds simultaneously over the whole family; ``ci90`` is the plain interval that decides
    ``same``. ``verdict`` is ``same``, ``different`` or ``cannot tell``; ``reason`` says why.
    """

    a: str
    b: str
    criterion: str
    scale: str
    difference: float
    se: float
    ci95: tuple[float, float]
    ci90: tuple[float, float]
    speaks_for: str
    margin: float
    n_shared_pieces: int
    n_raters_a: int
    n_raters_b: int
    verdict: str
    reason: str
    sentence: str

    def as_dict(self) -> dict[str, object]:
        """The fields of the `compare` JSON; nan stays nan for the writer to turn into null."""
        return {
            "a": self.a,
            "b": self.b,
            "criterion": self.criterion,
            "scale": self.scale,
            "difference": self.difference,
            "se": self.se,
            "ci95": list(self.ci95),
            "ci90": list(self.ci90),
            "speaks_for": self.speaks_for,
            "margin": self.margin,
            "n_shared_pieces": self.n_shared_pieces,
            "verdict": self.verdict,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Comparison:
    """Groups against the rest (these lead), every pair, agreement within and between, and links.

    Parameters
    ----------
    family_size
        How many differences were looked at; their 95% intervals hold together.
    within, between
        Agreement of pairs of raters of one group, and of two groups, over everything first.
    """

    groups: tuple[GroupDifference, ...]
    pairs: tuple[GroupDifference, ...]
    within: tuple[GroupAgreement, ...]
    between: tuple[GroupAgreement, ...]
    links: LinkMap
    criteria: tuple[str, ...]
    family_size: int
    left_out: tuple[LeftOut, ...]
    sentence: str

    def against_rest(self, criterion: str = TOTAL) -> tuple[GroupDifference, ...]:
        """Each group against the rest on one criterion."""
        return tuple(one for one in self.groups if one.criterion == criterion)

    def between_pairs(self, criterion: str = TOTAL) -> tuple[GroupDifference, ...]:
        """Every pair of groups on one criterion."""
        return tuple(one for one in self.pairs if one.criterion == criterion)

    def as_dict(self) -> dict[str, object]:
        """The `compare` JSON of the command line."""
        return {
            "linked": self.links.linked,
            "family_size": self.family_size,
            "groups": [{"id": one.a, "against": REST, **one.as_dict()} for one in self.groups],
            "pairs": [one.as_dict() for one in self.pairs],
            "bridges": [
                {"a": one.a, "b": one.b, "n_shared_pieces": one.n_shared_pieces}
                for one in self.links.links
            ],
            "sentence": self.sentence,
        }


def compare(
    table: pd.DataFrame,
    scales: ScaleLike,
    *,
    group: str = "rater_school",
    margin: Mapping[str, float] | float | None = None,
    labels: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Compare groups of raters on the pieces that they share.

    Parameters
    ----------
    table, scales
        A score table and the scale of every criterion.
    group
        The column of the rater's group. Raters without one are left out and counted.
    margin
        The difference too small to matter: by criterion, or one number for all
        (default: an eighth of the criterion's range; in total the mean of the criteria's).
    labels
        What groups and criteria are called in sentences.
    """
    known = as_scales(scales)
    chosen = independent_blind(table, known)
    rows = chosen.table
    left_out = chosen.left_out
    if group not in rows.columns:
        rows[group] = pd.array([pd.NA] * len(rows), dtype="string")
    homeless = rows[group].isna()
    if homeless.any():
        left_out = (*left_out, LeftOut("by raters who belong to no group", int(homeless.sum())))
    rows = rows[~homeless].assign(**{group: rows.loc[~homeless, group].astype(str)})
    links = link_map(rows, group, labels=labels)
    criteria = criteria_in_order(known, rows)
    variances = judgement_variance(rows)
    grid = _Grid.of(rows, group)
    drafts: list[tuple[str, str, str, Estimate, int, int]] = []
    for criterion in [TOTAL, *criteria]:
        variance = variances.get(criterion, math.nan)
        for one in links.groups:
            drafts.append((one, REST, criterion, *grid.contrast(one, REST, criterion, variance)))
        for one, two in combinations(links.groups, 2):
            drafts.append((one, two, criterion, *grid.contrast(one, two, criterion, variance)))
    family = sum(not math.isnan(estimate.se) for _, _, _, estimate, _, _ in drafts)
    each = family_confidence(confidence, family)
    found = []
    for a, b, criterion, estimate, n_a, n_b in drafts:
        given = _margin(margin, criterion)
        limit = margin_of(known, criterion) if given is None else given
        found.append(_judge(a, b, criterion, estimate, n_a, n_b, limit, each, links, labels))
    groups = tuple(one for one in found if one.b == REST)
    pairs = tuple(one for one in found if one.b != REST)
    within, between = group_agreements(rows, group, labels)
    return Comparison(
        groups,
        pairs,
        within,
        between,
        links,
        (*criteria, TOTAL),
        family,
        left_out,
        comparison_sentence(groups, pairs, links, labels),
    )


def _margin(margin: Mapping[str, float] | float | None, criterion: str) -> float | None:
    if margin is None or isinstance(margin, int | float):
        return None if margin is None else float(margin)
    if criterion == TOTAL and TOTAL not in margin and margin:
        return float(np.mean(list(margin.values())))
    return margin.get(criterion)


@dataclass(frozen=True)
class _Grid:
    """Sums and numbers of scores by criterion, piece and group; who of which group read what."""

    criteria: tuple[str, ...]
    groups: tuple[str, ...]
    total: NDArray[np.float64]  # criterion × piece × group
    n: NDArray[np.float64]
    reads: NDArray[np.bool_]  # rater × piece
    group_of: NDArray[np.intp]  # rater -> group

    @classmethod
    def of(cls, rows: pd.DataFrame, group: str) -> _Grid:
        criteria, groups = sorted(set(rows["criterion"])), sorted(set(rows[group]))
        raters = rows.drop_duplicates("rater").set_index("rater")[group].sort_index()
        c, p, g, r = (
            codes_of(rows[column].tolist()) for column in ("criterion", "piece", group, "rater")
        )
        n_pieces = int(p.max()) + 1 if len(p) else 0
        shape = (len(criteria), n_pieces, len(groups))
        total, n = np.zeros(shape), np.zeros(shape)
        np.add.at(total, (c, p, g), rows["score"].to_numpy(dtype=float))
        np.add.at(n, (c, p, g), 1.0)
        reads = np.zeros((len(raters), n_pieces), dtype=bool)
        reads[r, p] = True
        places = np.array([groups.index(str(one)) for one in raters], dtype=np.intp)
        return cls(tuple(criteria), tuple(groups), total, n, reads, places)

    def contrast(
        self, a: str, b: str, criterion: str, variance: float
    ) -> tuple[Estimate, int, int]:
        """The mean difference of a and b over shared pieces, and the raters behind it."""
        which = slice(None) if criterion == TOTAL else [self.criteria.index(criterion)]
        one = self.groups.index(a)
        other = [i for i, name in enumerate(self.groups) if (name != a if b == REST else name == b)]
        n_a, n_b = self.n[which][:, :, one], self.n[which][:, :, other].sum(axis=2)
        total_a = self.total[which][:, :, one]
        total_b = self.total[which][:, :, other].sum(axis=2)
        both = (n_a > 0) & (n_b > 0)
        shared = both.any(axis=0)
        safe_a, safe_b = np.where(both, n_a, 1.0), np.where(both, n_b, 1.0)
        gaps = np.where(both, total_a / safe_a - total_b / safe_b, 0.0)
        weights = np.where(both, 1 / safe_a + 1 / safe_b, 0.0)
        judged = both.sum(axis=0)[shared]
        floor = 0.0
        if judged.size and not math.isnan(variance):
            floor = variance * float((weights.sum(axis=0)[shared] / judged).mean())
        readers = self.reads[:, shared].any(axis=1)
        return (
            mean_by_piece(gaps.sum(axis=0)[shared] / judged, floor),
            int((readers & (self.group_of == one)).sum()),
            int((readers & np.isin(self.group_of, other)).sum()),
        )


def _judge(
    a: str,
    b: str,
    criterion: str,
    estimate: Estimate,
    n_a: int,
    n_b: int,
    margin: float,
    each: float,
    links: LinkMap,
    labels: Mapping[str, str] | None,
) -> GroupDifference:
    ci95, ci90 = estimate.interval(each), estimate.interval(0.90)
    verdict, reason = "cannot tell", ""
    if estimate.n_pieces == 0:
        reason = _why_nothing(a, b, links, labels)
    elif estimate.n_pieces < MIN_PIECES:
        reason = f"they share only {count(estimate.n_pieces, 'piece')}"
    elif -margin < ci90[0] and ci90[1] < margin:
        verdict, reason = "same", "the 90% interval lies inside the margin"
    elif ci95[0] > 0 or ci95[1] < 0:
        verdict, reason = "different", "the 95% interval does not hold zero"
    else:
        reason = (
            "the interval holds both no difference and one that would matter; "
            "more shared pieces would tell"
        )
    scale = "rubric points" if criterion != TOTAL else "rubric points, mean of the criteria"
    words = _difference_words(
        a, b, criterion, estimate, ci95, ci90, margin, verdict, reason, labels
    )
    return GroupDifference(
        a,
        b,
        criterion,
        scale,
        estimate.value,
        estimate.se,
        ci95,
        ci90,
        "these raters",
        margin,
        estimate.n_pieces,
        n_a,
        n_b,
        verdict,
        reason,
        words,
    )


def _why_nothing(a: str, b: str, links: LinkMap, labels: Mapping[str, str] | None) -> str:
    if b == REST:
        return "it shares no piece with anybody else"
    through = [
        one
        for one in links.groups
        if one not in (a, b) and links.shared(a, one) and links.shared(one, b)
    ]
    if through:
        others = listed([label(labels, one) for one in through])
        return f"they share no piece and meet only through {others}"
    return "they share no piece"


def _difference_words(
    a: str,
    b: str,
    criterion: str,
    estimate: Estimate,
    ci95: tuple[float, float],
    ci90: tuple[float, float],
    margin: float,
    verdict: str,
    reason: str,
    labels: Mapping[str, str] | None,
) -> str:
    one = label(labels, a)
    two = "the other schools" if b == REST and labels is not None else label(labels, b)
    two = "the rest" if b == REST and labels is None else two
    what = "" if criterion == TOTAL else f"{label(labels, criterion)}: "
    if math.isnan(estimate.se):
        return f"{what}{one} and {two}: cannot tell, because {reason}."
    on = f"on {count(estimate.n_pieces, 'shared piece')}"
    size = f"{signed(ci95[0])} to {signed(ci95[1])}"
    if verdict == "same":
        near = f"{signed(ci90[0])} to {signed(ci90[1])}"
        return (
            f"{what}{one} and {two} score the same work alike {on} (90% interval {near}, less than "
            f"the {margin:.2f} that would matter)."
        )
    way = "more" if estimate.value >= 0 else "less"
    if verdict == "different":
        return (
            f"{what}{one} gives {points(estimate.value)} {way} than {two} to the same work "
            f"({on}, 95% interval {size})."
        )
    return f"{what}{one} and {two}: cannot tell {on} whether they differ (95% interval {size})."


def comparison_sentence(
    groups: tuple[GroupDifference, ...],
    pairs: tuple[GroupDifference, ...],
    links: LinkMap,
    labels: Mapping[str, str] | None,
    criterion: str = TOTAL,
) -> str:
    """What the differences on one criterion say, in words that a teacher can repeat."""
    if len(links.groups) < 2:
        if labels is None:
            return "There are not two groups of raters to compare."
        who = f"Only {label(labels, links.groups[0])} has" if links.groups else "No school has"
        return f"{who} scored work so far: there are no two schools to compare yet."
    lead = [one for one in groups if one.criterion == criterion]
    apart = [one.sentence.rstrip(".") for one in lead if one.verdict == "different"]
    alike = [label(labels, one.a) for one in lead if one.verdict == "same"]
    unsure = [label(labels, one.a) for one in lead if one.verdict == "cannot tell"]
    parts = apart
    if alike:
        verb = "scores" if len(alike) == 1 else "score"
        parts.append(f"{listed(alike)} {verb} the same work as the others do")
    if unsure:
        parts.append(f"for {listed(unsure)} the shared pieces cannot tell")
    text = "; ".join(parts) + "."
    silent = [one for one in pairs if one.criterion == criterion and one.n_shared_pieces == 0]
    if silent:
        names = listed(
            [f"{label(labels, one.a)} and {label(labels, one.b)}" for one in silent], "nor"
        )
        text += f" Nothing can be said directly about {names}: no piece is shared."
    return text
