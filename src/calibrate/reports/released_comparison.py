"""Schools beside each other as the outside edition may show them: enough readers behind every number, and none to be worked out.

A pair of schools that few readers stand behind is not shown. Either school beside all others would give it away, being a mean
over its pairs, so there it is set beside the others without the one that it is not shown with.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from calibrate.analysis.comparability import (
    FEWEST_READERS,
    REST,
    Comparison,
    GroupDifference,
    compare,
)
from calibrate.analysis.exchange import BEGINNING, askable
from calibrate.analysis.school_drift import CANNOT_TELL, school_drift
from calibrate.analysis.school_map import school_map
from calibrate.analysis.short_answer import answer_of, short_answer
from calibrate.analysis.wording import count, listed
from calibrate.workflows.district_facts import DistrictFacts

_CONFIDENCE = 0.95


def released_comparison(facts: DistrictFacts) -> dict[str, Any]:
    """Schools beside each other, as far as enough readers stand behind them: they are people.

    Only readers of shared pieces count here: a school of thirty teachers of whom two read what
    others read too is a school of two.
    """
    rows, left_out = facts.readings, set[str]()
    while True:
        found = compare(rows, facts.scales, margin=facts.margin, labels=facts.labels)
        few = {
            one.a
            for one in found.against_rest()
            if one.n_shared_pieces and one.n_raters_a < FEWEST_READERS
        }
        if not few:
            break
        left_out |= few
        rows = rows[~rows["rater_school"].isin(few)]
    sentence = short_answer(found, facts.labels)
    if left_out and not found.between_pairs():
        sentence = (
            "Schools are not set beside each other here: fewer than "
            f"{FEWEST_READERS} readers stand behind the pieces that they share."
        )
    lead, pairs = found.against_rest(), found.between_pairs()
    few_behind = {frozenset((one.a, one.b)) for one in pairs if _few_behind(one)}
    apart = {
        one.a: sorted(set().union(*(pair for pair in few_behind if one.a in pair)) - {one.a})
        for one in lead
    }
    seen_lead = [_beside_the_others(one, apart[one.a], rows, facts, found) for one in lead]
    hidden = {one.a for one, seen in zip(lead, seen_lead, strict=True) if seen is None}
    lead = tuple(
        _silent(one) if seen is None else seen for one, seen in zip(lead, seen_lead, strict=True)
    )
    pairs = tuple(_silent(one) if _few_behind(one) else one for one in pairs)
    withheld = [(one, REST) for one in sorted(hidden)]
    withheld += [(one.a, one.b) for one in pairs if _few_behind(one)]
    drawn = school_map(lead, pairs, facts.labels, family_size=found.family_size, withheld=withheld)
    if withheld and pairs:
        sentence = answer_of(lead, pairs, facts.labels)
    return {
        "sentence": sentence,
        "family_size": found.family_size,
        "left_out": sorted(left_out),
        "groups": [_difference(one, facts.labels, hidden=one.a in hidden) for one in lead],
        "pairs": [_difference(one, facts.labels, hidden=_few_behind(one)) for one in pairs],
        "map": drawn.as_dict(),
        "next": _next(pairs, facts.labels, found.family_size),
        "drift": _drift(facts),
    }


def _drift(facts: DistrictFacts) -> list[str]:
    """Whether schools' scoring has moved, of schools with enough readers in both windows."""
    found = school_drift(
        facts.readings,
        facts.scales,
        order=[one.id for one in facts.windows],
        labels=facts.labels,
    )
    return [
        one.sentence
        for one in found.schools
        if one.verdict != CANNOT_TELL and min(one.n_first, one.n_last) >= FEWEST_READERS
    ]


def _beside_the_others(
    one: GroupDifference,
    without: Sequence[str],
    rows: pd.DataFrame,
    facts: DistrictFacts,
    found: Comparison,
) -> GroupDifference | None:
    """A school beside the schools that it may be shown with; None where too few readers are left.

    Its interval holds together with all those of the whole comparison.
    """
    if not without:
        return None if _few_behind(one) else one
    kept = rows[~rows["rater_school"].isin(without)]
    share = 1.0
    for _ in range(2):  # the first time to learn how many differences there are
        again = compare(
            kept,
            facts.scales,
            margin=facts.margin,
            labels=facts.labels,
            confidence=_CONFIDENCE**share,
        )
        share = again.family_size / max(found.family_size, 1)
    left = next((other for other in again.against_rest() if other.a == one.a), None)
    if left is None or not left.n_shared_pieces or _few_behind(left):
        return None
    names = listed([facts.labels.get(name, name) for name in without])
    others = "the other schools"
    return replace(left, sentence=left.sentence.replace(others, f"{others} without {names}", 1))


def _silent(one: GroupDifference) -> GroupDifference:
    """The same without a number or a verdict; how many readers there were still tells why."""
    nothing = (math.nan, math.nan)
    return replace(
        one, difference=math.nan, se=math.nan, ci95=nothing, ci90=nothing, verdict=CANNOT_TELL
    )


def _few_behind(one: GroupDifference) -> bool:
    """Whether shared pieces were read by so few readers of a side that the number is about people."""
    return bool(one.n_shared_pieces) and min(one.n_raters_a, one.n_raters_b) < FEWEST_READERS


def _next(
    pairs: Iterable[GroupDifference], labels: Mapping[str, str], family_size: int
) -> list[str]:
    """How many pieces schools should exchange; not which, for that would count a grade's students."""
    shown = [one for one in pairs if not _few_behind(one)]
    asked = askable(shown, labels, family_size=family_size)
    return [
        f"Exchange {count(BEGINNING if one.n_more is None else one.n_more, 'piece')} between "
        f"{labels[one.a]} and {labels[one.b]}, to be scored blind by readers of both."
        for one in sorted(asked, key=lambda one: (one.n_more or BEGINNING, one.a, one.b))
    ]


def _difference(one: GroupDifference, labels: Mapping[str, str], *, hidden: bool) -> dict[str, Any]:
    """A difference as it may be seen outside; without numbers where few readers made it."""
    told = {"a": one.a, "b": one.b}
    if hidden:
        others = "the other schools" if one.b == REST else labels[one.b]
        return told | {
            "difference": None,
            "ci95": [None, None],
            "n_shared_pieces": None,
            "verdict": "cannot tell",
            "sentence": (
                f"{labels[one.a]} and {others}: not shown, because fewer than {FEWEST_READERS} "
                "readers of one side read shared pieces."
            ),
        }
    return told | {
        "difference": number_or_none(one.difference),
        "ci95": [number_or_none(end) for end in one.ci95],
        "n_shared_pieces": one.n_shared_pieces,
        "verdict": one.verdict,
        "sentence": one.sentence,
    }


def number_or_none(value: float) -> float | None:
    """A number as JSON holds it."""
    return None if math.isnan(value) else value
