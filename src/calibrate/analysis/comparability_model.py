"""The same differences through all links: schools that meet only by way of a third are set beside each other too.

The many-facet Rasch model puts the raters of all linked schools on one scale (`calibrate.analysis.one_scale`), each criterion
for itself and all of them together. A school's severity is the mean of its raters', each counting once; the difference is told
in points on the whole pool of pieces. Its error comes from the joint robust covariance of all measures. For *these teachers*
that is all; for *this school* the variance between raters of one school is added, as `comparability_schools` does it for the
direct contrasts. Schools that no chain of shared pieces joins are never set beside each other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from calibrate.analysis.comparability_words import REST, Labels
from calibrate.analysis.difference_family import DifferenceFamily
from calibrate.analysis.group_difference import GroupDifference, scale_of, verdict_of
from calibrate.analysis.intervals import Estimate, family_confidence
from calibrate.analysis.links import LinkMap, link_map
from calibrate.analysis.margins import Margin, margin_for
from calibrate.analysis.model_words import (
    linked_reason,
    linked_words,
    through_sentence,
)
from calibrate.analysis.one_scale import Beside, OneScale
from calibrate.analysis.readings import (
    LeftOut,
    ScaleLike,
    Scales,
    as_scales,
    criteria_in_order,
    independent_blind,
)
from calibrate.analysis.severity import TOTAL

THESE, SCHOOL = "these raters", "this school"

FEWEST_RATERS, FEWEST_FREE = 2, 2
"""One rater cannot speak for a school; with fewer raters beyond one a school nothing is known of how raters vary."""

_BETWEEN = "\x1f"


@dataclass(frozen=True)
class LinkedDifference(GroupDifference):
    """A difference through all links.

    ``n_shared_pieces`` are those that both read themselves, perhaps none; ``n_linking_pieces`` those of the narrowest link on
    the widest chain between the two; ``df`` one less than the pieces that the difference rests on in effect.
    """

    n_linking_pieces: int
    df: float

    def as_dict(self) -> dict[str, object]:
        """The fields of the `compare` JSON, with those of the chain."""
        return {**super().as_dict(), "n_linking_pieces": self.n_linking_pieces, "df": self.df}


@dataclass(frozen=True)
class LinkedRaters:
    """How much raters of one school differ in what they award, in squared points, pooled over schools.

    ``variance`` has the error of the measures taken off (0 where that leaves less than nothing), ``mean_square`` has it still;
    ``df`` are the degrees of freedom of the latter. nan where too few schools have several raters.
    """

    criterion: str
    variance: float
    mean_square: float
    df: float
    n_raters: int

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer."""
        return {
            "criterion": self.criterion,
            "variance": self.variance,
            "df": self.df,
            "n_raters": self.n_raters,
        }


@dataclass(frozen=True)
class LinkedFamily(DifferenceFamily[LinkedDifference]):
    """Every difference for these raters, or for the schools themselves; their 95% intervals hold together."""

    speaks_for: str
    groups: tuple[LinkedDifference, ...]
    pairs: tuple[LinkedDifference, ...]
    family_size: int

    def as_dict(self) -> dict[str, object]:
        """The lists of the JSON answer."""
        return self.lists()


@dataclass(frozen=True)
class ThroughModel:
    """Differences between schools through all links.

    Parameters
    ----------
    these, schools
        For these raters, and for the schools themselves, their other raters too.
    raters
        The variance between raters of one school, by criterion, the total first.
    links
        Who shares how many pieces with whom.
    """

    these: LinkedFamily
    schools: LinkedFamily
    raters: tuple[LinkedRaters, ...]
    links: LinkMap
    left_out: tuple[LeftOut, ...]
    sentence: str

    def as_dict(self) -> dict[str, object]:
        """The ``through_model`` part of the `compare` JSON."""
        return {
            **self.these.as_dict(),
            "this_school": {
                **self.schools.as_dict(),
                "rater_variance": [one.as_dict() for one in self.raters],
            },
            "sentence": self.sentence,
        }


def compare_through_model(
    table: pd.DataFrame,
    scales: ScaleLike,
    *,
    group: str = "rater_school",
    margin: Margin = None,
    labels: Labels = None,
    confidence: float = 0.95,
) -> ThroughModel:
    """Compare groups of raters through all chains of shared pieces.

    Parameters
    ----------
    table, scales
        A score table and the scale of every criterion.
    group
        The column of the rater's group. Raters without one are left out and counted.
    margin
        The difference too small to matter, as in `calibrate.analysis.comparability.compare`.
    labels
        What groups and criteria are called in sentences.
    """
    known = as_scales(scales)
    chosen = independent_blind(table, known)
    rows, left_out = chosen.table, chosen.left_out
    if group not in rows.columns:
        rows[group] = pd.array([pd.NA] * len(rows), dtype="string")
    homeless = rows[group].isna()
    if homeless.any():
        left_out = (*left_out, LeftOut("by raters who belong to no group", int(homeless.sum())))
    rows = rows[~homeless].assign(**{group: rows.loc[~homeless, group].astype(str)})
    rows = rows.assign(_who=rows["rater"] + _BETWEEN + rows[group])
    links = link_map(rows, group, labels=labels)
    criteria = criteria_in_order(known, rows)
    found, raters = beside_on_one_scale(rows, known, group, [TOTAL, *criteria])
    told = _Telling(rows, group, known, margin, links, labels, confidence)
    these = told.family(found, THESE)
    estimates = {key: for_schools(one, raters[key[0]], key[2]) for key, one in found.items()}
    schools = told.family(estimates, SCHOOL)
    return ThroughModel(
        these,
        schools,
        tuple(raters[one] for one in (TOTAL, *criteria) if one in raters),
        links,
        left_out,
        through_sentence(these.groups, these.pairs, links, labels),
    )


def beside_on_one_scale(
    rows: pd.DataFrame, scales: Scales, group: str, criteria: Sequence[str]
) -> tuple[dict[tuple[str, str, str], Beside], dict[str, LinkedRaters]]:
    """Every difference for these raters by criterion and sides, and the variance between raters of one school.

    Parameters
    ----------
    rows
        Independent blind readings by raters with a group; ``_who`` tells the rater.
    criteria
        Those to speak of; each is put on a scale of its own, ``total`` on one of all together.
    """
    names = sorted(set(rows[group]))
    sides = [(one, REST) for one in names] + list(combinations(names, 2))
    found: dict[tuple[str, str, str], Beside] = {}
    raters: dict[str, LinkedRaters] = {}
    single = rows["criterion"].nunique() == 1
    for criterion in criteria:
        if single and raters:  # the only criterion is the total
            first = next(iter(raters))
            raters[criterion] = replace(raters[first], criterion=criterion)
            found |= {(criterion, a, b): found[first, a, b] for a, b in sides}
            continue
        mine = rows if criterion == TOTAL else rows[rows["criterion"] == criterion]
        people = people_of(mine, group, names)
        scale = OneScale(mine, scales, apart=group, who="_who") if len(mine) else None
        raters[criterion] = between_raters(scale, people, criterion)
        for a, b in sides:
            found[criterion, a, b] = _beside(scale, people, a, b)
    return found, raters


def people_of(rows: pd.DataFrame, group: str, groups: Sequence[str]) -> dict[str, list[str]]:
    """The raters of every group, as they stand on the scale."""
    found = {name: sorted(set(part["_who"])) for name, part in rows.groupby(group)}
    return {name: found.get(name, []) for name in groups}


def _beside(scale: OneScale | None, people: Mapping[str, Sequence[str]], a: str, b: str) -> Beside:
    others = [one for name in people if name != a for one in people[name]]
    other = others if b == REST else people[b]
    if scale is None or not people[a] or not other:
        return Beside(math.nan, math.nan, 0.0, 0, 0, reason="one of them scored nothing of it")
    return scale.beside(people[a], other)


def between_raters(
    scale: OneScale | None, people: Mapping[str, Sequence[str]], criterion: str
) -> LinkedRaters:
    """The variance between raters of one school, within the greatest subset, pooled over schools."""
    squares = noise = 0.0
    free, raters, errors = 0, 0, []
    for group in people.values():
        told = {} if scale is None else scale.raters_of(1, group)
        raters += len(told)
        if len(told) < FEWEST_RATERS:
            continue
        free += len(told) - 1
        squares += sum(value**2 for value, _ in told.values())
        noise += sum(error for _, error in told.values())
        errors += [error for _, error in told.values()]
    if free < FEWEST_FREE:
        return LinkedRaters(criterion, math.nan, math.nan, float(free), raters)
    mean_square = squares / free
    variance = max(mean_square - noise / free, 0.0)
    spread = variance + np.array(errors)
    even = float(spread.sum() ** 2 / (spread**2).sum()) / len(errors) if spread.any() else 1.0
    return LinkedRaters(criterion, variance, mean_square, free * even, raters)


def for_schools(these: Beside, raters: LinkedRaters, b: str) -> Beside:
    """The difference with its error for the schools themselves; without one where there are too few raters."""
    told = (these.n_a, these.n_b, these.left_a, these.left_b, these.subset)
    if math.isnan(these.se):
        return these
    if these.n_a < FEWEST_RATERS or these.n_b < FEWEST_RATERS:
        reason = "one rater alone cannot speak for a school"
        return Beside(these.value, math.nan, 0.0, *told, reason=reason)
    if math.isnan(raters.variance):
        reason = "too few raters of one school read the same work as others"
        return Beside(these.value, math.nan, 0.0, *told, reason=reason)
    share = 1 / these.n_a + 1 / these.n_b
    whole = these.se**2 + share * raters.variance
    of_raters = min(share * raters.mean_square, whole)
    weight = of_raters**2 / raters.df + (whole - of_raters) ** 2 / these.df
    df = whole**2 / weight if weight > 0 else min(raters.df, these.df)
    return Beside(these.value, math.sqrt(whole), df, *told)


class _Telling:
    """Turns estimates into rows with verdicts and sentences."""

    def __init__(
        self,
        rows: pd.DataFrame,
        group: str,
        known: Scales,
        margin: Margin,
        links: LinkMap,
        labels: Labels,
        confidence: float,
    ) -> None:
        self.known, self.margin, self.links = known, margin, links
        self.labels, self.confidence = labels, confidence
        homes = rows.groupby("piece")[group].agg(set)
        homes = homes[homes.map(len) > 1]
        self.with_others = {
            one: int(homes.map(lambda s, one=one: one in s).sum()) for one in links.groups
        }
        self.width = widest_chains(links)

    def family(self, found: Mapping[tuple[str, str, str], Beside], speaks_for: str) -> LinkedFamily:
        size = sum(not math.isnan(one.se) for one in found.values())
        each = family_confidence(self.confidence, size)
        rows = [self._row(key, one, each, speaks_for) for key, one in found.items()]
        return LinkedFamily(
            speaks_for,
            tuple(one for one in rows if one.b == REST),
            tuple(one for one in rows if one.b != REST),
            size,
        )

    def _row(
        self, key: tuple[str, str, str], one: Beside, each: float, speaks_for: str
    ) -> LinkedDifference:
        criterion, a, b = key
        shared = self.with_others[a] if b == REST else self.links.shared(a, b)
        linking = shared if b == REST else self.width[frozenset((a, b))]
        estimate = Estimate(one.value, one.se, one.df, linking)
        ci95, ci90 = estimate.interval(each), estimate.interval(0.90)
        margin = margin_for(self.margin, self.known, criterion)
        verdict = verdict_of(ci95, ci90, margin)
        reason = linked_reason(one.reason, verdict, speaks_for)
        return LinkedDifference(
            a,
            b,
            criterion,
            scale_of(criterion),
            one.value,
            one.se,
            ci95,
            ci90,
            speaks_for,
            margin,
            shared,
            one.n_a,
            one.n_b,
            verdict,
            reason,
            linked_words(
                a,
                b,
                criterion,
                estimate,
                shared,
                (ci95, ci90),
                margin,
                verdict,
                reason,
                speaks_for,
                self.labels,
            ),
            linking,
            one.df,
        )


def widest_chains(links: LinkMap) -> dict[frozenset[str], int]:
    """For every pair of groups the pieces of the narrowest link on the widest chain between them; 0 where there is none."""
    width = {frozenset((one.a, one.b)): one.n_shared_pieces for one in links.links}
    for through in links.groups:
        for pair in width:
            if through in pair:
                continue
            a, b = pair
            chain = min(width[frozenset((a, through))], width[frozenset((through, b))])
            width[pair] = max(width[pair], chain)
    return width
