"""Raters beside settled scores: who gives an anchor the score it has, how far off they are, and whether that qualifies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.readings import BLIND_ROUNDS, ScaleLike, as_scales, prepare
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count, percent
from calibrate.stats.anchor import (
    USUAL_RULE,
    AnchorAgreement,
    QualificationRule,
    anchor_agreement,
)

_VERDICTS = {True: "qualified", False: "not yet", None: "cannot tell"}


@dataclass(frozen=True)
class RaterAnchors:
    """One rater beside the anchors, on one criterion or (where all have one scale) in ``total``."""

    rater: str
    criterion: str
    found: AnchorAgreement

    @property
    def verdict(self) -> str:
        """``qualified``, ``not yet`` or ``cannot tell``."""
        return _VERDICTS[self.found.qualified]

    @property
    def sentence(self) -> str:
        """What can be said to the rater."""
        one = self.found
        if not one.n:
            return "You have not scored a piece with a settled score yet."
        said = (
            f"On {count(one.n, 'settled score')} you gave the same score {percent(one.exact.value)} of the time "
            f"and were {one.bias:+.2f} points off on average"
        )
        if math.isfinite(one.bias_low):
            said += f" ({one.bias_low:+.2f} to {one.bias_high:+.2f})"
        return f"{said}; {self.verdict}: {one.reason}.".replace("-", "−")

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer."""
        one = self.found
        return {
            "rater": self.rater,
            "criterion": self.criterion,
            "n": one.n,
            "exact_agreement": one.exact.as_dict(),
            "adjacent_agreement": one.adjacent.as_dict(),
            "bias": _known(one.bias),
            "bias_low": _known(one.bias_low),
            "bias_high": _known(one.bias_high),
            "wanted": one.wanted,
            "qualified": one.qualified,
            "reason": one.reason,
        }


def beside_anchors(
    table: pd.DataFrame,
    anchors: pd.DataFrame,
    scales: ScaleLike,
    *,
    rule: QualificationRule = USUAL_RULE,
    rater: str | None = None,
) -> tuple[RaterAnchors, ...]:
    """Each rater's blind scores beside the settled ones.

    Validity readings count, and independent readings of a blind round, except in the session that
    settled the score: there the rater helped to settle it. Joint scores count for nobody.

    Parameters
    ----------
    table
        A score table.
    anchors
        Columns ``piece, criterion, anchor`` (the settled score) and, if known, ``session`` (the one
        that settled it).
    scales
        The scale of every criterion.
    rule
        What qualifies.
    rater
        Only this one.
    """
    known = as_scales(scales)
    rows = prepare(table, known)
    blind = rows["round"].isin(BLIND_ROUNDS) & rows["purpose"].isin(["independent", "validity"])
    rows = rows[blind & ~rows["joint"] & rows["score"].notna()]
    if rater is not None:
        rows = rows[rows["rater"] == str(rater)]
    settled = anchors.assign(
        piece=anchors["piece"].astype(str), criterion=anchors["criterion"].astype(str)
    )
    settled = settled.rename(columns={"session": "settled_in"})
    if "settled_in" not in settled:
        settled["settled_in"] = pd.NA
    both = rows.merge(
        settled[["piece", "criterion", "anchor", "settled_in"]], on=["piece", "criterion"]
    )
    own_work = both["settled_in"].notna() & (both["session"] == both["settled_in"])
    both = both[~own_work.fillna(False).astype(bool) | (both["purpose"] == "validity")]
    # A validity reading goes before an independent one of the same piece, an earlier before a later.
    both = both.sort_values(["purpose", "scored_at"], ascending=[False, True], kind="stable")
    both = both.drop_duplicates(["rater", "piece", "criterion"])
    one_scale = len({known[name].values for name in both["criterion"].unique()}) <= 1
    parts: Mapping[str, list[str]] = (
        {TOTAL: list(known)} if one_scale else {name: [name] for name in known}
    )
    answers = []
    for name, own in both.groupby("rater", sort=True):
        for criterion, members in parts.items():
            part = own[own["criterion"].isin(members)]
            if part.empty:
                continue
            levels = known[str(part["criterion"].iloc[0])].values
            found = anchor_agreement(
                part["piece"], part["score"], part["anchor"], levels, rule=rule
            )
            answers.append(RaterAnchors(str(name), criterion, found))
    return tuple(answers)


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
