"""A rater against anchor (validity) scores: how often the same, how far off, and whether that qualifies."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError
from calibrate.stats.agreement import adjacent_agreement, exact_agreement
from calibrate.stats.intervals import standard_error, t_interval
from calibrate.stats.ratings import prepare_ratings
from calibrate.stats.results import Coefficient

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class QualificationRule:
    """When a rater may score for record, as data.

    Attributes
    ----------
    name
        What the rule is called in reports.
    exact
        The share of exact agreement with the anchors that is asked for, by the number of levels; the entry with the largest
        number that is not above the scale's counts.
    adjacent
        The share within one level that is asked for besides; 0 for none.
    largest_bias
        How far the mean difference from the anchors may be, in points; infinite for no such rule.
    fewest
        With fewer anchors nothing is decided.
    """

    name: str = "at least 90, 80 or 70% exact on scales of 2, 3 or 4 to 6 points"
    exact: dict[int, float] = field(default_factory=lambda: {2: 0.9, 3: 0.8, 4: 0.7})
    adjacent: float = 0.0
    largest_bias: float = math.inf
    fewest: int = 10

    def __post_init__(self) -> None:
        shares = [*self.exact.values(), self.adjacent]
        if not self.exact or not all(0 <= share <= 1 for share in shares):
            raise ArgumentError("The shares of a qualification rule lie between 0 and 1.")
        if self.fewest < 1 or self.largest_bias < 0:
            raise ArgumentError(
                "A qualification rule needs at least one anchor and a bias of 0 or more."
            )

    def wanted(self, n_levels: int) -> float:
        """The share of exact agreement that is asked for on a scale of so many levels."""
        fitting = [levels for levels in self.exact if levels <= n_levels]
        return self.exact[max(fitting)] if fitting else max(self.exact.values())


#: The rule that large assessments use for constructed responses (as NAEP describes its rater qualification).
USUAL_RULE = QualificationRule()


@dataclass(frozen=True)
class AnchorAgreement:
    """One rater against the anchors.

    Attributes
    ----------
    n
        Anchor scores (a piece on a criterion) that the rater scored too.
    exact, adjacent
        Shares at the same level, and at most one level (on half-point scales one point) apart; with 95% intervals.
    bias, bias_low, bias_high
        The rater minus the anchor in points, mean with its 95% interval by piece; positive is more lenient.
    wanted
        What the rule asks for.
    qualified
        Whether the rule is met; None where there are too few anchors to say.
    reason
        Why, in words.
    """

    n: int
    exact: Coefficient
    adjacent: Coefficient
    bias: float
    bias_low: float
    bias_high: float
    wanted: float
    qualified: bool | None
    reason: str


def anchor_agreement(
    piece: npt.ArrayLike,
    score: npt.ArrayLike,
    anchor: npt.ArrayLike,
    levels: npt.ArrayLike,
    *,
    rule: QualificationRule = USUAL_RULE,
) -> AnchorAgreement:
    """Does a rater score pieces whose score is settled as it was settled?

    A different question from agreement among raters: here one side is right by definition. It misleads where anchors are few
    or sit at one level, and where the rater has seen them before. Rule as in the technical documentation of NAEP's scoring;
    set your own.

    Parameters
    ----------
    piece, score, anchor
        One entry per score, shape (n,): the piece, the rater's score, the settled score; ``nan`` where there is none.
    levels
        Every value of the scale.
    rule
        What is asked for.
    """
    pieces = np.asarray(piece)
    given, settled = np.asarray(score, dtype=float), np.asarray(anchor, dtype=float)
    if not len(pieces) == len(given) == len(settled):
        raise ArgumentError("Pieces, scores and anchors must have the same length.")
    both = ~(np.isnan(given) | np.isnan(settled))
    pieces, given, settled = pieces[both], given[both], settled[both]
    entry = np.arange(len(pieces))
    # Two "raters" per entry; a second criterion of the same piece is an entry of its own and one draw with it.
    ratings = prepare_ratings(
        np.concatenate([pieces, pieces]),
        np.concatenate([np.zeros(len(entry), np.int64), np.ones(len(entry), np.int64)]),
        np.concatenate([given, settled]),
        levels,
        criterion=np.concatenate([entry, entry]),
    )
    exact, near = exact_agreement(ratings), adjacent_agreement(ratings)
    apart = given - settled
    bias = float(apart.mean()) if len(apart) else math.nan
    se = standard_error(apart - bias, pieces) if len(apart) else math.nan
    low, high = t_interval(bias, se, ratings.n_pieces, -math.inf, math.inf)
    wanted = rule.wanted(ratings.n_levels)
    qualified, reason = _verdict(rule, wanted, exact, near, bias, len(entry))
    return AnchorAgreement(len(entry), exact, near, bias, low, high, wanted, qualified, reason)


def _verdict(
    rule: QualificationRule,
    wanted: float,
    exact: Coefficient,
    near: Coefficient,
    bias: float,
    n: int,
) -> tuple[bool | None, str]:
    if n < rule.fewest:
        return None, f"{n} anchor scores are too few: the rule asks for {rule.fewest}"
    if exact.value < wanted - 1e-12:
        return False, f"{exact.value:.0%} exact agreement, where the rule asks for {wanted:.0%}"
    if near.value < rule.adjacent - 1e-12:
        return (
            False,
            f"{near.value:.0%} within one level, where the rule asks for {rule.adjacent:.0%}",
        )
    if abs(bias) > rule.largest_bias + 1e-12:
        return (
            False,
            f"{bias:+.2f} points from the anchors on average, where the rule allows {rule.largest_bias:g}",
        )
    return True, f"{exact.value:.0%} exact agreement; the rule asks for {wanted:.0%}"
