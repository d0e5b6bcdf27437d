"""What differences through all links say, and what to make of it where they part from the direct ones."""

from __future__ import annotations

import math
from collections.abc import Sequence

from calibrate.analysis.comparability_words import Labels, as_others, other_side
from calibrate.analysis.group_difference import (
    CANNOT_TELL,
    DIFFERENT,
    REASONS,
    SAME,
    GroupDifference,
)
from calibrate.analysis.intervals import Estimate
from calibrate.analysis.links import LinkMap
from calibrate.analysis.one_scale import APART, Beside
from calibrate.analysis.rater_spread import ALONE
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count, label, listed, points, signed, upper_first

_MOST_CRITERIA = 8
"""So many answers of single criteria are told where there is none for all together."""

Interval = tuple[float, float]


def linked_reason(
    one: Beside, criterion: str, verdict: str, speaks_for: str, labels: Labels = None
) -> str:
    """Why a difference through all links has this verdict."""
    if one.split:
        alone = listed([label(labels, name) for name in one.split])
        return (
            f"nobody who scored {alone} scored another criterion, so that all criteria together are on no one scale; each "
            "criterion has an answer of its own"
        )
    if one.reason:
        parts = one.reason == ALONE and bool(one.left_a or one.left_b)
        if criterion == TOTAL:
            return f"{one.reason}, and nothing joins its readers" if parts else one.reason
        on = label(labels, criterion)
        if one.reason == APART:
            return f"no chain of pieces that readers of both scored on {on} joins them"
        if parts:
            return f"no shared pieces join the readers of one school on {on}, and {one.reason}"
        return one.reason
    more = "more shared pieces would tell"
    if speaks_for != "these raters":
        more = "more raters of each school, or more shared pieces, would tell"
    unsure = f"the interval holds both no difference and one that would matter; {more}"
    return REASONS.get(verdict, unsure)


def linked_words(
    one: str,
    two: str,
    criterion: str,
    estimate: Estimate,
    shared: int,
    intervals: tuple[Interval, Interval],
    margin: float,
    verdict: str,
    reason: str,
    speaks_for: str,
    labels: Labels,
) -> str:
    """One difference through all links as a sentence.

    Parameters
    ----------
    one, two
        What either side is called (`other_side`).
    """
    what = "" if criterion == TOTAL else f"{label(labels, criterion)}: "
    as_schools = " as schools" if speaks_for != "these raters" else ""
    if math.isnan(estimate.se):
        return (
            f"{what}{one} and {two}{as_schools}, through all links: cannot tell, because {reason}."
        )
    ci95, ci90 = intervals
    how = "through all links" if shared else "by way of others, as they share no piece"
    if verdict == SAME:
        near = f"{signed(ci90[0])} to {signed(ci90[1])}"
        return (
            f"{what}{one} and {two}{as_schools} score the same work alike {how} (90% interval {near}, less than the "
            f"{margin:.2f} that would matter)."
        )
    size = f"95% interval {signed(ci95[0])} to {signed(ci95[1])}"
    if verdict == CANNOT_TELL:
        if not shared:
            return (
                f"{what}{one} and {two}{as_schools} share no piece, and by way of others it cannot be told whether they "
                f"differ ({size})."
            )
        return f"{what}{one} and {two}{as_schools}: cannot tell {how} whether they differ ({size})."
    way = "more" if estimate.value >= 0 else "less"
    side = f"{one}{' as a school' if as_schools else ''}"
    return f"{what}{side} gives {points(estimate.value)} {way} than {two} to the same work {how} ({size})."


def through_sentence(
    groups: Sequence[GroupDifference],
    pairs: Sequence[GroupDifference],
    links: LinkMap,
    labels: Labels,
) -> str:
    """What the differences in total say through all links."""
    if len(links.groups) < 2:
        return "There are not two groups of raters to compare."
    lead = [one for one in groups if one.criterion == TOTAL]
    parts = [one.sentence.rstrip(".") for one in lead if one.verdict == DIFFERENT]
    unsure = [label(labels, one.a) for one in lead if one.verdict == CANNOT_TELL]
    alike = as_others([one for one in lead if one.verdict == SAME], labels)
    parts += [f"{one}, through all links" for one in alike]
    if unsure:
        parts.append(f"for {listed(unsure)} all links together cannot tell")
    text = upper_first("; ".join(parts)) + "."
    whys = {one.reason for one in lead}
    if all(math.isnan(one.se) for one in lead) and len(whys) == 1:
        text = f"All links together cannot tell for any of them: {whys.pop()}."
        rows = pairs if len(links.groups) == 2 else groups
        told = [one for one in rows if one.criterion != TOTAL and one.verdict != CANNOT_TELL]
        text += "".join(f" {one.sentence}" for one in told[:_MOST_CRITERIA])
    far = [
        one
        for one in pairs
        if one.criterion == TOTAL and not one.n_shared_pieces and not math.isnan(one.se)
    ]
    if far:
        text += " " + " ".join(one.sentence for one in far)
    if len(links.subsets) > 1:
        parts = [listed([label(labels, one) for one in part]) for part in links.subsets]
        text += f" Nothing joins these parts, so nothing is said across them: {'; '.join(parts)}."
    return text


def where_they_part(
    direct: Sequence[GroupDifference], linked: Sequence[GroupDifference], labels: Labels = None
) -> tuple[str, ...]:
    """What to make of each difference in total that comes out otherwise through all links than directly.

    They part where one says same and the other different, or where the direct difference lies outside the 95% interval of the
    other. Pairs without both are passed over.
    """
    beside = {(one.criterion, one.a, one.b): one for one in linked}
    said = []
    for one in direct:
        other = beside.get((one.criterion, one.a, one.b))
        if one.criterion != TOTAL or other is None:
            continue
        if math.isnan(one.se) or math.isnan(other.se):
            continue
        opposed = {one.verdict, other.verdict} == {SAME, DIFFERENT}
        if not opposed and other.ci95[0] <= one.difference <= other.ci95[1]:
            continue
        who = f"{label(labels, one.a)} and {other_side(one.b, labels, one.rest, one.whole_rest)}"
        said.append(
            f"{who} come out otherwise directly ({signed(one.difference)}, on {count(one.n_shared_pieces, 'shared piece')}) "
            f"than through all links ({signed(other.difference)}). The first is about the pieces that both read and the "
            "teachers who read them; the second counts every teacher once and every chain. Rest on the first for that work, "
            "and have more teachers read the same pieces before you speak of the schools."
        )
    return tuple(said)
