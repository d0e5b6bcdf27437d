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
from dataclasses import dataclass, field, replace
from itertools import combinations

import pandas as pd

from calibrate.analysis.comparability_words import REST, Labels, other_side
from calibrate.analysis.difference_family import DifferenceFamily
from calibrate.analysis.group_difference import GroupDifference, rest_of, scale_of, verdict_of
from calibrate.analysis.intervals import Estimate, distinct, family_confidence
from calibrate.analysis.links import LinkMap, link_map
from calibrate.analysis.margins import Margin, margin_for
from calibrate.analysis.model_words import (
    linked_reason,
    linked_words,
    through_sentence,
)
from calibrate.analysis.one_scale import Beside, OneScale
from calibrate.analysis.rater_spread import (
    ALONE,
    FEWEST_FREE,
    FEWEST_RATERS,
    Spread,
    Spreads,
    spread_of,
    with_raters,
)
from calibrate.analysis.readings import (
    LeftOut,
    ScaleLike,
    Scales,
    as_scales,
    criteria_in_order,
    independent_blind,
)
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.shared_pieces import SharedPieces
from calibrate.analysis.wording import label, natural

THESE, SCHOOL = "these raters", "this school"

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
    ``df`` are the degrees of freedom of the latter. nan where too few schools have several raters. ``schools`` holds the same
    for each school with several raters, from its own alone.
    """

    criterion: str
    variance: float
    mean_square: float
    df: float
    n_raters: int
    schools: Mapping[str, Spread] = field(default_factory=dict)

    @property
    def spreads(self) -> Spreads:
        """What to believe of each school."""
        return Spreads(Spread(self.variance, self.mean_square, self.df), self.schools)

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer."""
        return {
            "criterion": self.criterion,
            "variance": self.variance,
            "df": self.df,
            "n_raters": self.n_raters,
            "wider": list(self.spreads.wider),
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

    def spreads(self, criterion: str = TOTAL) -> Spreads:
        """How far raters of one school lie apart on a criterion, through all links."""
        return next(one.spreads for one in self.raters if one.criterion == criterion)

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
    estimates = {key: for_schools(one, raters[key[0]]) for key, one in found.items()}
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
    names = sorted(set(rows[group]), key=natural)
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
            found[criterion, a, b] = _beside(scale, people, a, b, criterion)
    return found, raters


def people_of(rows: pd.DataFrame, group: str, groups: Sequence[str]) -> dict[str, list[str]]:
    """The raters of every group, as they stand on the scale."""
    found = {name: sorted(set(part["_who"])) for name, part in rows.groupby(group)}
    return {name: found.get(name, []) for name in groups}


def _beside(
    scale: OneScale | None, people: Mapping[str, Sequence[str]], a: str, b: str, criterion: str
) -> Beside:
    others = [one for name in people if name != a for one in people[name]]
    other = others if b == REST else people[b]
    if scale is None or not people[a] or not other:
        return Beside(math.nan, math.nan, 0.0, 0, 0, reason="one of them scored nothing of it")
    found = scale.beside(people[a], other)
    home = {one: name for name, mine in people.items() for one in mine}
    shares: dict[str, float] = {}
    for side in found.sides:
        for one in side:
            shares[home[one]] = shares.get(home[one], 0.0) + 1 / len(side) ** 2
    identity = frozenset((criterion, *found.sides))
    return replace(found, shares=tuple(shares.items()), identity=identity)


def between_raters(
    scale: OneScale | None, people: Mapping[str, Sequence[str]], criterion: str
) -> LinkedRaters:
    """The variance between raters of one school, within the greatest subset, pooled over schools."""
    squares = noise = 0.0
    free, raters = 0, 0
    errors: list[float] = []
    schools = {}
    for school, group in people.items():
        told = {} if scale is None else scale.raters_of(1, group)
        raters += len(told)
        if len(told) < FEWEST_RATERS:
            continue
        own = [error for _, error in told.values()]
        apart = sum(value**2 for value, _ in told.values())
        schools[school] = spread_of(apart, len(told) - 1, own, sum(own))
        free, squares, noise = free + len(told) - 1, squares + apart, noise + sum(own)
        errors += own
    if free < FEWEST_FREE:
        return LinkedRaters(criterion, math.nan, math.nan, float(free), raters)
    every = spread_of(squares, free, errors, noise)
    return LinkedRaters(criterion, every.variance, every.mean_square, every.df, raters, schools)


def for_schools(these: Beside, raters: LinkedRaters) -> Beside:
    """The difference with its error for the schools themselves; without one where there are too few raters."""
    if math.isnan(these.se):
        return these
    reason = ""
    if these.n_a < FEWEST_RATERS or these.n_b < FEWEST_RATERS:
        reason = ALONE
    elif math.isnan(raters.variance):
        reason = "too few raters of one school read the same work as others"
    if reason:
        return replace(these, se=math.nan, df=0.0, reason=reason)
    parts = [(share, raters.spreads.of(school)) for school, share in these.shares]
    whole, df = with_raters(these.se**2, these.df, parts)
    return replace(these, se=math.sqrt(whole), df=df)


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
        self.shared = {TOTAL: SharedPieces(rows, group, links)}
        for criterion, part in rows.groupby("criterion"):
            mine = link_map(part, group, groups=links.groups)
            self.shared[str(criterion)] = SharedPieces(part, group, mine)

    def family(self, found: Mapping[tuple[str, str, str], Beside], speaks_for: str) -> LinkedFamily:
        size = distinct((one.identity, one.se) for one in found.values())
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
        pieces = self.shared[criterion]
        shared = pieces.with_others[a] if b == REST else pieces.links.shared(a, b)
        linking = shared if b == REST else pieces.width[frozenset((a, b))]
        estimate = Estimate(one.value, one.se, one.df, linking)
        ci95, ci90 = estimate.interval(each), estimate.interval(0.90)
        margin = margin_for(self.margin, self.known, criterion)
        verdict = verdict_of(ci95, ci90, margin)
        reason = linked_reason(one, criterion, verdict, speaks_for, self.labels)
        rest, whole = rest_of(b, [name for name, _ in one.shares if name != a], self.links)
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
                label(self.labels, a),
                other_side(b, self.labels, rest, whole),
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
            rest=rest,
            whole_rest=whole,
        )
