"""Agreement within and between schools, as the cross-school page draws it and says it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from calibrate.analysis.comparability import GroupDifference
from calibrate.analysis.group_agreement import GroupAgreement
from calibrate.analysis.wording import percent, upper_first


class Chosen:
    """The schools that were chosen."""

    def __init__(self, school: str, beside: str) -> None:
        self.school, self.beside = school, beside

    def holds(self, one: GroupDifference) -> bool:
        """Whether a difference is about them."""
        if self.beside:
            return {one.a, one.b} == {self.school, self.beside}
        return not self.school or self.school in (one.a, one.b)

    def means(self, one: GroupAgreement) -> bool:
        """Whether a sentence speaks of an agreement: over all, or about the schools chosen."""
        return self.about(one) and (one.a is None) == (not self.school)

    def about(self, one: GroupAgreement) -> bool:
        """Whether an agreement is about them; over all of a kind always is."""
        if one.a is None or one.b is None or not self.school:
            return True
        if not self.beside:
            return self.school in (one.a, one.b)
        return {one.a, one.b} <= {self.school, self.beside}


def agreement_state(
    within: Sequence[GroupAgreement],
    between: Sequence[GroupAgreement],
    chosen: Chosen,
    labels: Mapping[str, str],
) -> dict[str, Any]:
    """The rows of agreement about the chosen schools, and the sentence that follows them."""
    rows = []
    for kind, found in (("within", within), ("between", between)):
        for one in found:
            share = one.agreement.exact
            if not one.agreement.n_pairs or not chosen.about(one):
                continue
            known = not math.isnan(share.ci_low)
            rows.append(
                {
                    "who": _who(one, kind, labels),
                    "kind": kind,
                    "overall": one.a is None,
                    "value": share.value,
                    "shown": percent(share.value),
                    "low": share.ci_low if known else None,
                    "high": share.ci_high if known else None,
                    "range": f"{percent(share.ci_low)} to {percent(share.ci_high)}"
                    if known
                    else "cannot tell",
                    "near": percent(one.agreement.adjacent.value),
                    "pieces": one.agreement.n_pieces,
                }
            )
    return {"rows": rows, "sentence": _agreement_said(within, between, chosen, labels)}


def _agreement_said(
    within: Sequence[GroupAgreement],
    between: Sequence[GroupAgreement],
    chosen: Chosen,
    labels: Mapping[str, str],
) -> str:
    """How often two readers of one school, and of two, chose the same level, in one sentence."""
    inside = [one for one in within if chosen.means(one) and one.agreement.n_pairs]
    across = [one for one in between if chosen.means(one) and one.agreement.n_pairs]
    told = [
        f"two readers of {labels.get(one.a or '', 'one school')} for {_share(one)}"
        for one in inside
    ]
    if len(across) == 1 and chosen.school:
        told.append(f"one reader of each for {_share(across[0])}")
    elif across and chosen.school:
        shares = sorted(across, key=lambda one: one.agreement.exact.value)
        told.append(
            f"with a reader of another school it was {_share(shares[0])} to {_share(shares[-1])}"
        )
    elif across:
        told.append(f"readers of two different schools for {_share(across[0])}")
    if not told:
        return "Cannot tell: no piece was read by two readers, each for themselves."
    first, *others = told
    if not first.startswith(("two", "one")):
        return upper_first(first) + "."
    start = upper_first(first.replace(" for ", " chose the same level for ", 1)) + (
        " of what both judged"
    )
    return ", ".join([start, *others]) + "."


def _share(one: GroupAgreement) -> str:
    return percent(one.agreement.exact.value)


def _who(one: GroupAgreement, kind: str, labels: Mapping[str, str]) -> str:
    if one.a is None or one.b is None:
        return "Any one school, over all" if kind == "within" else "Any two schools, over all"
    a, b = labels.get(one.a, one.a), labels.get(one.b, one.b)
    return a if kind == "within" else f"{a} and {b}"
