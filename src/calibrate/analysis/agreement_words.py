"""What agreement is called, and the one sentence about it that a coach can repeat."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from calibrate.analysis.coefficient_panels import TOO_WIDE
from calibrate.analysis.wording import count, decimal, listed, percent
from calibrate.stats.raters_like_these import ONE_PAIR
from calibrate.stats.results import NO_PAIRS, NO_VARIATION, Coefficient

if TYPE_CHECKING:
    from calibrate.analysis.agreement import CodeUse

#: With fewer pieces an interval is itself a guess.
FEW_PIECES = 8

_NAMES = {
    "exact_agreement": "Exact agreement",
    "adjacent_agreement": "Adjacent agreement",
    "cohen_kappa": "Cohen's kappa",
    "scott_pi": "Scott's pi",
    "conger_kappa": "Conger's kappa",
    "light_kappa": "Light's kappa, mean of the pairs",
    "fleiss_kappa": "Fleiss' kappa",
    "brennan_prediger": "Brennan-Prediger",
    "krippendorff_alpha": "Krippendorff's alpha",
    "kendall_w": "Kendall's W, order alone",
    "lin_ccc": "Lin's concordance",
    "pearson": "Pearson's correlation",
    "spearman": "Spearman's correlation",
    "mean_difference": "Difference in standard deviations",
    "cronbach_alpha": "Cronbach's alpha, criteria as parts of a total",
    "icc_1_1": "ICC(1,1), any one rater",
    "icc_1_k": "ICC(1,k), average of any raters",
    "icc_a_1": "ICC(A,1), one rater",
    "icc_a_k": "ICC(A,k), average of raters",
    "icc_c_1": "ICC(C,1), one rater, severity apart",
    "icc_c_k": "ICC(C,k), average, severity apart",
}
#: How `calibrate.stats.two_raters.pair_basis` says that a coefficient is not for this panel, and `icc` how many are averaged.
_FOR_TWO = "compares two raters; here there"
_AVERAGED = re.compile(r"average of [\d.e+-]+ raters(?: \([^)]*\))?")
_PROPORTIONS = ("exact_agreement", "adjacent_agreement")


def coefficient_name(one: Coefficient) -> str:
    """What people call a coefficient: ``Gwet's AC2 (quadratic)``, ``Exact agreement``."""
    if one.name == "gwet_ac":
        name = "Gwet's AC1" if one.weights == "identity" else "Gwet's AC2"
    else:
        name = _NAMES.get(one.name, one.name)
    plain = one.weights is None or one.name in _PROPORTIONS or name == "Gwet's AC1"
    return name if plain else f"{name} ({one.weights})"


def value_shown(one: Coefficient, value: float) -> str:
    """A value of this coefficient as people see it: percent for proportions, else two decimals."""
    if value != value:
        return "–"
    if one.name in _PROPORTIONS:
        return percent(value)
    return decimal(value)


def interval_shown(one: Coefficient) -> str:
    """The ends of a coefficient's interval as people see them; a dash where there is none."""
    if not one.has_interval:
        return "–"
    return f"{value_shown(one, one.ci_low)} to {value_shown(one, one.ci_high)}"


def to_know(one: Coefficient) -> str:
    """What a reader must know beside the number: why there is none, or how many are averaged and what its flags say."""
    if one.undefined:
        return one.undefined
    averaged = _AVERAGED.search(one.method)
    return "; ".join([*([averaged[0]] if averaged else []), *one.flags])


def is_for_two(one: Coefficient) -> bool:
    """Whether a coefficient has no value because it compares two raters and there are more, or fewer."""
    return one.undefined is not None and _FOR_TWO in one.undefined


def for_two_only(coefficients: Iterable[Coefficient]) -> str:
    """One sentence for all coefficients of two raters that have no value here; empty where there are none."""
    found = [one for one in coefficients if is_for_two(one)]
    if not found:
        return ""
    names = dict.fromkeys(_NAMES.get(one.name, one.name) for one in found)
    here = str(found[0].undefined).rpartition(" there ")[2].removesuffix("s").removesuffix(" rater")
    return f"For two raters only, and here there {here}: {listed(names)}."


def agreement_sentence(
    name: str, coefficients: tuple[Coefficient, ...], codes: CodeUse | None = None
) -> str:
    """The sentence about one criterion (or all together), which says when the data cannot answer.

    Parameters
    ----------
    name
        What the criterion is called.
    coefficients
        A panel with exact and adjacent agreement and Gwet's AC2 (quadratic).
    codes
        Disagreement between levels and condition codes, if any codes were given.
    """
    exact = _find(coefficients, "exact_agreement")
    near = _find(coefficients, "adjacent_agreement")
    corrected = _find(coefficients, "gwet_ac", "quadratic")
    return f"{name}: {_agreement(exact, near, corrected)}{_codes(codes)}"


def _find(
    coefficients: tuple[Coefficient, ...], name: str, weights: str | None = None
) -> Coefficient:
    return next(one for one in coefficients if one.name == name and weights in (None, one.weights))


def _agreement(exact: Coefficient, near: Coefficient, corrected: Coefficient) -> str:
    if not exact.is_defined:
        if exact.undefined == NO_PAIRS:
            return "no piece was scored by two raters, so the data cannot say how far they agree."
        return f"the data cannot say how far raters agree ({exact.undefined})."
    pieces = count(exact.n_pieces, "piece")
    if NO_VARIATION in exact.flags:
        return (
            f"on {pieces} every rater chose the same level; with no differences between the pieces, "
            "nobody can say whether that is agreement or habit."
        )
    plain = "two raters of the same piece " + (
        "never chose the same level"
        if exact.value == 0
        else f"chose the same level {_times(exact)}"
    )
    if near.is_defined and "every pair is adjacent on this scale" not in near.flags:
        apart = near.method.split(";")[0]
        plain += (
            f" and were never {apart}" if near.value == 0 else f" and were {apart} {_times(near)}"
        )
    if not corrected.is_defined:
        return f"{plain} ({pieces})."
    beyond = (
        f"{plain}; agreement beyond luck is {value_shown(corrected, corrected.value)} of a possible 1 "
        "(Gwet's AC2)"
    )
    if ONE_PAIR in corrected.flags:
        return f"{beyond}; two raters cannot show how sure that is for raters like them."
    if not corrected.has_interval:
        return f"{beyond}, and {pieces} of this kind cannot say how sure that is."
    low, high = (value_shown(corrected, end) for end in (corrected.ci_low, corrected.ci_high))
    if corrected.ci_high - corrected.ci_low > TOO_WIDE or exact.n_pieces < FEW_PIECES:
        return f"{beyond}, but {pieces} cannot settle it: anything from {low} to {high} fits these scores."
    return f"{beyond}, between {low} and {high} judging by {pieces}."


def _times(one: Coefficient) -> str:
    return "every time" if one.value == 1.0 else f"{percent(one.value)} of the time"


def _codes(codes: CodeUse | None) -> str:
    if codes is None or codes.n_pairs == 0:
        return ""
    if codes.n_mixed == 0:
        return " Raters agreed on which pieces get a condition code."
    return (
        f" In {percent(codes.rate)} of the pairs one rater gave a level and the other a condition code; "
        "those pairs are not in the figures above."
    )
