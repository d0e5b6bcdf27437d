"""One rater's agreement with the panel, beside the panel's agreement among themselves.

For that rater's private page: it compares like with like, on the same pieces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.agreement_words import FEW_PIECES
from calibrate.analysis.pairs import PairAgreement, agreement_of, reading_pairs
from calibrate.analysis.readings import (
    ScaleLike,
    as_scales,
    criteria_in_order,
    independent_blind,
)
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count, label, percent


@dataclass(frozen=True)
class OwnAgreementRow:
    """Agreement on one criterion, or in ``total``.

    Parameters
    ----------
    own
        Pairs of the rater's reading with another rater's reading of the same piece.
    others
        Pairs of the other raters' readings of those same pieces.
    """

    criterion: str
    own: PairAgreement
    others: PairAgreement


@dataclass(frozen=True)
class OwnAgreement:
    """One rater's rows, criteria in the rubric's order, ``total`` apart."""

    rater: str
    rows: tuple[OwnAgreementRow, ...]
    total: OwnAgreementRow
    sentence: str


def own_agreement(
    table: pd.DataFrame,
    scales: ScaleLike,
    rater: str,
    *,
    labels: Mapping[str, str] | None = None,
) -> OwnAgreement:
    """Agreement of a rater with everybody else who read the same pieces, blind and independently.

    Parameters
    ----------
    table, scales
        A score table and the scale of every criterion.
    rater
        Whose page it is for.
    """
    known = as_scales(scales)
    chosen = independent_blind(table, known).table
    pieces = set(chosen.loc[chosen["rater"] == str(rater), "piece"])
    pairs = reading_pairs(chosen[chosen["piece"].isin(pieces)])
    mine = (pairs["rater_a"] == str(rater)) | (pairs["rater_b"] == str(rater))
    rows = tuple(
        _row(criterion, pairs[pairs["criterion"] == criterion], mine)
        for criterion in criteria_in_order(known, pairs)
    )
    total = _row(TOTAL, pairs, mine)
    return OwnAgreement(str(rater), rows, total, _sentence(rows, total, labels))


def _row(criterion: str, pairs: pd.DataFrame, mine: pd.Series) -> OwnAgreementRow:
    own = mine.loc[pairs.index]
    return OwnAgreementRow(criterion, agreement_of(pairs[own]), agreement_of(pairs[~own]))


def _sentence(
    rows: tuple[OwnAgreementRow, ...],
    total: OwnAgreementRow,
    labels: Mapping[str, str] | None,
) -> str:
    if not total.own.n_pairs:
        return "Nobody else has read the same pieces yet, so there is nothing to set your scores beside."
    if total.own.n_pieces < FEW_PIECES:
        return (
            f"You share {count(total.own.n_pieces, 'piece')} with other readers so far: too few for a "
            "number to say much. The pieces themselves are worth talking about."
        )
    words = (
        f"On {count(total.own.n_pieces, 'piece')} that others read too, you and another reader gave "
        f"the same score {percent(total.own.exact.value)} of the time"
    )
    if total.others.n_pairs:
        words += f"; the other readers among themselves, {percent(total.others.exact.value)}"
    best = max(rows, key=lambda row: row.own.exact.value)
    least = min(rows, key=lambda row: row.own.exact.value)
    if best.own.exact.value > least.own.exact.value:
        words += (
            f". You were closest on {label(labels, best.criterion)} and farthest on "
            f"{label(labels, least.criterion)}"
        )
    return words + "."
