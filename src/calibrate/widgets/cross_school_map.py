"""The map of schools as the cross-school page draws it: plain values, and how strong a colour is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calibrate.analysis.comparability import REST, Comparison
from calibrate.analysis.school_map import DIFFERENT, WORDS, MapCell, SchoolMap, school_map
from calibrate.analysis.wording import label, signed

_WHITE_FROM = 0.62


def map_state(found: Comparison, criterion: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """Rows and columns of the map, and the sentences that follow it."""
    lead, pairs = found.against_rest(criterion), found.between_pairs(criterion)
    drawn = school_map(lead, pairs, labels, family_size=found.family_size)
    if len(drawn.schools) < 2:
        return {"columns": [], "rows": [], "sentence": drawn.sentence, "schools": []}
    titles = [label(labels, one) for one in drawn.schools]
    rest = [REST] if len(drawn.schools) > 2 else []
    order = {one: i for i, one in enumerate(drawn.schools)}
    return {
        "columns": [*("all others" for _ in rest), *titles],
        "rows": [
            {
                "title": title,
                "cells": [
                    None if one == other else _cell(drawn, drawn.cell(one, other))
                    for other in (*rest, *drawn.schools)
                ],
            }
            for one, title in zip(drawn.schools, titles, strict=True)
        ],
        "sentence": drawn.sentence,
        "schools": [one.sentence for one in sorted(lead, key=lambda one: order[one.a])],
    }


def _cell(drawn: SchoolMap, one: MapCell) -> dict[str, Any]:
    share = 0.0 if one.value is None else one.value / drawn.reach
    return {
        "state": one.state,
        "shown": "" if one.value is None else signed(one.value),
        "words": WORDS[one.state],
        "more": share > 0,
        "strength": round(abs(share), 3),
        "light": abs(share) >= _WHITE_FROM,
        "strong": one.state == DIFFERENT,
    }
