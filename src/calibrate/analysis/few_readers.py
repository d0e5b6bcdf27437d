"""Schools beside each other as a page may show them: no number that few readers made, and none from which it could be worked out.

A school of whom few have read shared pieces is left out. A pair of schools that few readers of one side stand behind is withheld, on
every criterion and in total even where they are few on one criterion alone: the others and the total would give that one away. Either school beside all others would give it away, being a mean over its pairs, so there it is set beside the others without the
one that it is not shown with. Whoever draws, counts or writes from what this gives can show nothing else: the numbers are gone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from calibrate.analysis.comparability import Comparison, compare
from calibrate.analysis.comparability_words import REST, comparison_sentence, schools_sentence
from calibrate.analysis.group_difference import CANNOT_TELL, GroupDifference
from calibrate.analysis.margins import Margin
from calibrate.analysis.readings import ScaleLike
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count, label, listed

FEWEST_INSIDE = 2
"""A difference that one reader alone made on either side is that reader's own number, and colleagues would know whose."""

_CONFIDENCE = 0.95


@dataclass(frozen=True)
class ShownComparison:
    """A comparison without the numbers that few readers made.

    Parameters
    ----------
    comparison
        Rows that must not be shown are ``withheld``: they hold no number and no verdict.
    rows
        The readings that it rests on, without those of the schools that are left out.
    left_out
        Schools of whom few have read shared pieces; nothing here speaks of them.
    sentence
        Which schools are left out and why; nothing where none is.
    """

    comparison: Comparison
    rows: pd.DataFrame
    left_out: tuple[str, ...]
    sentence: str


def shown_comparison(
    table: pd.DataFrame,
    scales: ScaleLike,
    *,
    fewest: int = FEWEST_INSIDE,
    margin: Margin = None,
    labels: Mapping[str, str] | None = None,
) -> ShownComparison:
    """Compare schools, and take out what fewer than ``fewest`` readers of a side stand behind.

    Only readers of shared pieces count: a school of thirty teachers of whom one read what others read too is a school of one.
    """
    rows, left_out = table, set[str]()
    while True:
        found = compare(rows, scales, margin=margin, labels=labels)
        few = {
            one.a for one in found.against_rest() if one.n_shared_pieces and one.n_raters_a < fewest
        }
        if not few:
            break
        left_out |= few
        rows = rows[~rows["rater_school"].isin(few)]
    shown = _Guard(found, rows, scales, fewest, margin, labels).shown()
    if left_out and not shown.pairs:
        stands = f"{_who(fewest)} {'stands' if fewest == FEWEST_INSIDE else 'stand'}"
        nothing = f"Schools are not set beside each other here: {stands} behind the pieces that they share."
        shown = replace(shown, sentence=nothing)
    gone = tuple(sorted(left_out))
    return ShownComparison(shown, rows, gone, _left_out_words(gone, fewest, labels))


def withheld_pairs(shown: Comparison) -> frozenset[tuple[str, str]]:
    """The pairs of schools that are not shown: neither directly nor by way of other schools."""
    return frozenset((one.a, one.b) for one in shown.pairs if one.withheld)


def _left_out_words(
    left_out: tuple[str, ...], fewest: int, labels: Mapping[str, str] | None
) -> str:
    if not left_out:
        return ""
    names = listed([label(labels, one) for one in left_out])
    who = _who(fewest)
    if fewest == FEWEST_INSIDE:
        there = f"{who} there has" if len(left_out) == 1 else f"{who} in each has"
    else:
        there = f"{who} there have" if len(left_out) == 1 else f"{who} in each have"
    return (
        f"{names} {'is' if len(left_out) == 1 else 'are'} not set beside other schools here: {there} "
        "read pieces that readers of another school read too, and a number of so few is a number "
        "about a person."
    )


@dataclass(frozen=True)
class _Guard:
    found: Comparison
    rows: pd.DataFrame
    scales: ScaleLike
    fewest: int
    margin: Margin
    labels: Mapping[str, str] | None

    def few(self, one: GroupDifference) -> bool:
        """Whether few readers of one side stand behind a difference."""
        return bool(one.n_shared_pieces) and min(one.n_raters_a, one.n_raters_b) < self.fewest

    @cached_property
    def _few_on(self) -> dict[tuple[str, str], list[str]]:
        """For each two sides that few readers of one stand behind the criteria, or the total, on which they are few."""
        found: dict[tuple[str, str], list[str]] = {}
        for one in (*self.found.groups, *self.found.pairs):
            if self.few(one):
                found.setdefault((one.a, one.b), []).append(one.criterion)
        return found

    def _gives_away(self, one: GroupDifference) -> bool:
        """Whether a pair is few, or would give away a criterion on which it is."""
        return bool(one.n_shared_pieces) and (one.a, one.b) in self._few_on

    def shown(self) -> Comparison:
        found, schools = self.found, self.found.this_school
        apart = self._apart(found.pairs)
        if not apart and not any(map(self.few, found.groups)):
            return found
        beside = {one: self._without(one, others) for one, others in apart.items()}
        groups = self._lead(found.groups, {one: row.groups for one, row in beside.items() if row})
        theirs = self._lead(
            schools.groups, {one: row.this_school.groups for one, row in beside.items() if row}
        )
        pairs = tuple(self._silent(one) if self._gives_away(one) else one for one in found.pairs)
        hidden = {frozenset((one.a, one.b)) for one in pairs if one.withheld}
        for_schools = replace(
            schools,
            groups=theirs,
            pairs=tuple(
                self._silent(one) if self._gives_away(one) else one for one in schools.pairs
            ),
            sentence=schools_sentence(theirs, self.labels),
        )
        return replace(
            found,
            groups=groups,
            pairs=pairs,
            # All of a kind together may be shown, but not beside so many of its parts that the rest is left over.
            between=tuple(one for one in found.between if not hidden or one.a is None),
            this_school=for_schools,
            sentence=comparison_sentence(groups, pairs, found.links, self.labels),
        )

    def _apart(self, pairs: Iterable[GroupDifference]) -> dict[str, list[str]]:
        """For each school those that it is not shown with."""
        found: dict[str, set[str]] = {}
        for one in pairs:
            if self.few(one):
                found.setdefault(one.a, set()).add(one.b)
                found.setdefault(one.b, set()).add(one.a)
        return {one: sorted(others) for one, others in found.items()}

    def _without(self, school: str, others: list[str]) -> Comparison | None:
        """The comparison without these others, its intervals as wide as all comparisons together ask."""
        kept = self.rows[~self.rows["rater_school"].isin(others)]
        again, share = None, 1.0
        for _ in range(2):  # the first time to learn how many differences there are
            again = compare(
                kept,
                self.scales,
                margin=self.margin,
                labels=self.labels,
                confidence=_CONFIDENCE**share,
            )
            share = again.family_size / max(self.found.family_size, 1)
        left = (
            next((one for one in again.against_rest() if one.a == school), None) if again else None
        )
        return None if left is None or not left.n_shared_pieces else again

    def _lead(
        self,
        rows: Sequence[GroupDifference],
        instead: Mapping[str, Sequence[GroupDifference]],
    ) -> tuple[GroupDifference, ...]:
        """Each school against the rest: as it is, without those that it is not shown with, or not at all."""
        apart = self._apart(self.found.pairs)
        few = {one.a for one in rows if self.few(one) and one.a not in apart}
        few |= {
            one.a for a, kept in instead.items() for one in kept if one.a == a and self.few(one)
        }
        made = []
        for one in rows:
            shown: GroupDifference | None = one
            if one.a in apart:
                kept = instead.get(one.a, ())
                shown = next(
                    (row for row in kept if (row.a, row.criterion) == (one.a, one.criterion)), None
                )
                if shown is not None:
                    names = listed([label(self.labels, name) for name in apart[one.a]])
                    others = "the other schools" if self.labels is not None else "the rest"
                    said = shown.sentence.replace(others, f"{others} without {names}", 1)
                    shown = replace(shown, sentence=said, without=tuple(apart[one.a]))
            if shown is None or (one.a in few and one.n_shared_pieces):
                shown = self._silent(one)
            made.append(shown)
        return tuple(made)

    def _silent(self, one: GroupDifference) -> GroupDifference:
        """The same without a number or a verdict; how many pieces and readers there were stays."""
        nothing = (math.nan, math.nan)
        reason = f"{_who(self.fewest)} of one side read the pieces that both read"
        sides = {one.a} if one.b == REST else {one.a, one.b}
        on = list(
            dict.fromkeys(
                name for pair, few in self._few_on.items() if sides <= set(pair) for name in few
            )
        )
        if on and TOTAL not in on:
            reason += f" on {listed([label(self.labels, name) for name in on])}"
        other = "the other schools" if one.b == REST else label(self.labels, one.b)
        what = "" if one.criterion == TOTAL else f"{label(self.labels, one.criterion)}: "
        return replace(
            one,
            difference=math.nan,
            se=math.nan,
            ci95=nothing,
            ci90=nothing,
            verdict=CANNOT_TELL,
            reason=reason,
            sentence=f"{what}{label(self.labels, one.a)} and {other}: not shown, because {reason}.",
            withheld=True,
        )


def _who(fewest: int) -> str:
    return (
        "one reader alone" if fewest == FEWEST_INSIDE else f"fewer than {count(fewest, 'reader')}"
    )
