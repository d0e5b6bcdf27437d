"""How often raters of one group agree among themselves, and with those of another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from calibrate.analysis.pairs import PairAgreement, agreement_of, reading_pairs
from calibrate.analysis.wording import count, label, natural, percent


@dataclass(frozen=True)
class GroupAgreement:
    """Agreement within one group (``a`` = ``b``) or between two; None stands for all of that kind."""

    a: str | None
    b: str | None
    agreement: PairAgreement
    sentence: str


def group_agreements(
    rows: pd.DataFrame, group: str, labels: Mapping[str, str] | None = None
) -> tuple[tuple[GroupAgreement, ...], tuple[GroupAgreement, ...]]:
    """Agreement within groups and between them; over all of each kind first.

    Parameters
    ----------
    rows
        Prepared rows of independent blind readings, each with a group.
    group
        The column of the rater's group.
    """
    pairs = reading_pairs(rows.assign(rater_school=rows[group]))
    inside = (pairs["school_a"] == pairs["school_b"]).to_numpy(dtype=bool)
    names = sorted(set(rows[group]), key=natural)
    place = {name: i for i, name in enumerate(names)}
    one, two = (
        pairs[column].map(place).to_numpy(dtype=np.intp) for column in ("school_a", "school_b")
    )
    both = np.minimum(one, two) * len(names) + np.maximum(one, two)
    order = np.argsort(both, kind="stable")
    pairs = pairs[["piece", "exact", "adjacent"]]
    sorted_pairs = pairs.iloc[order]
    starts = np.searchsorted(both[order], np.arange(len(names) ** 2 + 1))

    def meeting(a: int, b: int) -> pd.DataFrame:
        at = a * len(names) + b
        return sorted_pairs.iloc[starts[at] : starts[at + 1]]

    within = [_agreement(None, None, pairs[inside], "Within", labels)]
    within += [
        _agreement(name, name, meeting(i, i), "Within", labels) for i, name in enumerate(names)
    ]
    between = [_agreement(None, None, pairs[~inside], "Between", labels)]
    between += [
        _agreement(names[i], names[j], meeting(i, j), "Between", labels)
        for i, j in combinations(range(len(names)), 2)
    ]
    return tuple(within), tuple(between)


def _agreement(
    a: str | None,
    b: str | None,
    pairs: pd.DataFrame,
    kind: str,
    labels: Mapping[str, str] | None,
) -> GroupAgreement:
    found = agreement_of(pairs)
    unit = "school" if labels is not None else "group"
    if a is None or b is None:
        where = f"{kind} {unit}s"
    elif a == b:
        where = f"Within {label(labels, a)}"
    else:
        where = f"Between {label(labels, a)} and {label(labels, b)}"
    if found.n_pairs == 0:
        who = f"two raters of one {unit}" if kind == "Within" else f"raters of two {unit}s"
        words = f"{where}: cannot tell, because no piece was read by {who}."
    else:
        shown = ""
        if not math.isnan(found.exact.ci_low):
            shown = (
                f" (95% interval {percent(found.exact.ci_low)} to {percent(found.exact.ci_high)})"
            )
        words = (
            f"{where}, two raters chose the same level for {percent(found.exact.value)} of what "
            f"both judged{shown}, on {count(found.n_pieces, 'piece')}."
        )
    return GroupAgreement(a, b, found, words)
