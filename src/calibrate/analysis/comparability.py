"""Is a 3 here a 3 there: groups of raters compared on the very same pieces, or not at all.

Groups differ in ability as well as in severity, so only within-piece contrasts are used: on each
piece that raters of both groups read independently, the mean of one group's scores minus the mean
of the other's. A piece is one draw. The result speaks for *these raters*; beside it, what can be
said of *this school* adds the variance between its raters (`comparability_schools`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from calibrate.analysis.comparability_schools import ThisSchool, this_school
from calibrate.analysis.comparability_words import REST, comparison_sentence
from calibrate.analysis.difference_family import DifferenceFamily
from calibrate.analysis.group_agreement import GroupAgreement, group_agreements
from calibrate.analysis.group_contrasts import Grid, contrasts_of
from calibrate.analysis.group_difference import GroupDifference, judge
from calibrate.analysis.intervals import distinct, family_confidence
from calibrate.analysis.links import LinkMap, link_map
from calibrate.analysis.margins import Margin, margin_for
from calibrate.analysis.readings import (
    LeftOut,
    ScaleLike,
    as_scales,
    criteria_in_order,
    independent_blind,
)
from calibrate.analysis.severity import TOTAL

FEWEST_READERS = 5
"""With fewer independent readers on either side, a number says more of these people than of their
schools: the outside editions do not show it."""

__all__ = [
    "FEWEST_READERS",
    "REST",
    "Comparison",
    "GroupDifference",
    "compare",
    "comparison_sentence",
]


@dataclass(frozen=True)
class Comparison(DifferenceFamily[GroupDifference]):
    """Groups against the rest (these lead), every pair, agreement within and between, and links.

    Parameters
    ----------
    family_size
        How many different differences were looked at; their 95% intervals hold together. Two schools make
        one: either against the rest, and the pair, are the same scores under three names.
    within, between
        Agreement of pairs of raters of one group, and of two groups, over everything first.
    this_school
        The same differences for the schools themselves: their other raters too.
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
    this_school: ThisSchool

    def as_dict(self) -> dict[str, object]:
        """The `compare` JSON of the command line."""
        return {
            "linked": self.links.linked,
            **self.lists(),
            "bridges": [
                {"a": one.a, "b": one.b, "n_shared_pieces": one.n_shared_pieces}
                for one in self.links.links
            ],
            "sentence": self.sentence,
            "this_school": self.this_school.as_dict(),
        }


def compare(
    table: pd.DataFrame,
    scales: ScaleLike,
    *,
    group: str = "rater_school",
    margin: Margin = None,
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
    grid = Grid.of(rows, group)
    sides = [(one, REST) for one in links.groups]
    sides += combinations(links.groups, 2)
    contrasts = contrasts_of(
        grid, sides, [TOTAL, *criteria], {one: known[one].step for one in criteria}
    )
    family = distinct((one.identity, one.estimate.se) for one in contrasts.values())
    each = family_confidence(confidence, family)
    margins = {one: margin_for(margin, known, one) for one in (TOTAL, *criteria)}
    found = [
        judge(a, b, criterion, one, margins[criterion], each, links, labels)
        for (criterion, a, b), one in contrasts.items()
    ]
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
        this_school(grid, contrasts, (TOTAL, *criteria), margins, links, labels, confidence),
    )
