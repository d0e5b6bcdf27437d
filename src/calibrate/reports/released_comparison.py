"""Schools beside each other as the outside edition may show them, as plain values for the released file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from calibrate.analysis.comparability import FEWEST_READERS, REST, GroupDifference
from calibrate.analysis.exchange import BEGINNING, askable
from calibrate.analysis.few_readers import shown_comparison
from calibrate.analysis.school_drift import CANNOT_TELL, school_drift
from calibrate.analysis.school_map import school_map
from calibrate.analysis.short_answer import short_answer
from calibrate.analysis.wording import count
from calibrate.reports.district_answer import drift_lines, plain_line
from calibrate.workflows.district_facts import DistrictFacts


def released_comparison(facts: DistrictFacts) -> dict[str, Any]:
    """Schools beside each other, as far as enough readers stand behind them: they are people."""
    shown = shown_comparison(
        facts.readings,
        facts.scales,
        fewest=FEWEST_READERS,
        margin=facts.margin,
        labels=facts.labels,
    )
    found = shown.comparison
    lead, pairs = found.against_rest(), found.between_pairs()
    drawn = school_map(lead, pairs, facts.labels, family_size=found.family_size)
    return {
        "sentence": short_answer(found, facts.labels),
        "family_size": found.family_size,
        "left_out": list(shown.left_out),
        "left_out_sentence": shown.sentence,
        "groups": [_difference(one, facts.labels) for one in lead],
        "pairs": [_difference(one, facts.labels) for one in pairs],
        "map": drawn.as_dict(),
        "next": _next(pairs, facts.labels, found.family_size),
        "drift": _drift(facts),
    }


def _drift(facts: DistrictFacts) -> list[list[str]]:
    """Whether schools' scoring has moved, of schools with enough readers in both windows."""
    found = school_drift(
        facts.readings,
        facts.scales,
        order=[one.id for one in facts.windows],
        labels=facts.labels,
    )
    shown = [
        one
        for one in found.schools
        if one.verdict != CANNOT_TELL and min(one.n_first, one.n_last) >= FEWEST_READERS
    ]
    return [list(line) for line in drift_lines(shown, facts.labels)]


def _next(
    pairs: Sequence[GroupDifference], labels: Mapping[str, str], family_size: int
) -> list[str]:
    """How many pieces schools should exchange; not which, for that would count a grade's students."""
    asked = askable(pairs, labels, family_size=family_size)
    return [
        f"Exchange {count(BEGINNING if one.n_more is None else one.n_more, 'piece')} between "
        f"{labels[one.a]} and {labels[one.b]}, to be scored blind by readers of both."
        for one in sorted(asked, key=lambda one: (one.n_more or BEGINNING, one.a, one.b))
    ]


def _difference(one: GroupDifference, labels: Mapping[str, str]) -> dict[str, Any]:
    """A difference as it may be seen outside; without numbers, pieces counted too, where few readers made it."""
    return {
        "a": one.a,
        "b": one.b,
        "difference": number_or_none(one.difference),
        "ci95": [number_or_none(end) for end in one.ci95],
        "n_shared_pieces": None if one.withheld else one.n_shared_pieces,
        "verdict": one.verdict,
        "sentence": one.sentence,
        "plain": list(plain_line(one, labels)) if one.b == REST else [],
    }


def number_or_none(value: float) -> float | None:
    """A number as JSON holds it."""
    return None if math.isnan(value) else value
