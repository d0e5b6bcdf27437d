"""What a comparison of groups says, in words that a principal can repeat."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from calibrate.analysis.intervals import Estimate
from calibrate.analysis.links import LinkMap
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count, label, listed, points, signed, some_listed

if TYPE_CHECKING:
    from calibrate.analysis.group_difference import GroupDifference

REST = "rest"
"""What a group is compared with when it is set against all others."""

_MOST_NAMED, _MOST_LISTED = 6, 20
"""Of how many groups a sentence says with whom they share work, and how many it names at most."""

Labels = Mapping[str, str] | None
"""What ids are called in sentences."""


def other_side(b: str, labels: Labels, rest: Sequence[str] = (), whole: bool = True) -> str:
    """What the second side of a comparison is called; the rest by name where it is not all the others.

    Parameters
    ----------
    rest, whole
        As in `calibrate.analysis.group_difference.GroupDifference`.
    """
    if b != REST:
        return label(labels, b)
    if not whole and rest:
        return some_listed([label(labels, one) for one in rest])
    return "the rest" if labels is None else "the other schools"


def as_others(
    found: Sequence[GroupDifference], labels: Labels, *, each: int = _MOST_NAMED
) -> list[str]:
    """Who scores the same work alike with whom: those beside all others first, then those beside a few, by name.

    Parameters
    ----------
    found
        Groups beside the rest whose verdict is ``same``.
    each
        Of how many it is said with whom; of none with 0.
    """
    wide = [label(labels, one.a) for one in found if one.whole_rest]
    few = [one for one in found if not one.whole_rest]
    parts = []
    if wide:
        verb = "scores" if len(wide) == 1 else "score"
        parts.append(f"{some_listed(wide, _MOST_LISTED)} {verb} the same work as the others do")
    if len(few) == 1:
        one = few[0]
        others = other_side(REST, labels, one.rest, whole=False)
        does = "does" if len(one.rest) == 1 else "do"
        parts.append(
            f"{label(labels, one.a)} scores the same work as {others} {does} (it shares none with others)"
        )
    elif few:
        names = some_listed([label(labels, one.a) for one in few], _MOST_LISTED)
        told = [
            f"{label(labels, one.a)} with {other_side(REST, labels, one.rest, whole=False)}"
            for one in few[:each]
        ]
        more = [f"{len(few) - each} more"] if told and len(few) > each else []
        shown = f" ({'; '.join([*told, *more])})" if told else ""
        parts.append(f"{names} score the same work as those do who share work with them{shown}")
    return parts


def why_nothing(a: str, b: str, criterion: str, links: LinkMap, labels: Labels) -> str:
    """Why two groups without a shared piece cannot be compared directly."""
    met = [one for one in links.groups if links.shared(a, one)] if b == REST else [b]
    if criterion != TOTAL and any(links.shared(a, one) for one in met):
        return f"they share no piece on which both scored {label(labels, criterion)}"
    if b == REST:
        return "it shares no piece with anybody else"
    through = [
        one
        for one in links.groups
        if one not in (a, b) and links.shared(a, one) and links.shared(one, b)
    ]
    if through:
        others = listed([label(labels, one) for one in through])
        return f"they share no piece and meet only through {others}"
    return "they share no piece"


def difference_words(
    one: str,
    two: str,
    criterion: str,
    estimate: Estimate,
    ci95: tuple[float, float],
    ci90: tuple[float, float],
    margin: float,
    verdict: str,
    reason: str,
    labels: Labels,
) -> str:
    """One difference as a sentence: these raters on work like this.

    Parameters
    ----------
    one, two
        What either side is called (`other_side`).
    """
    what = "" if criterion == TOTAL else f"{label(labels, criterion)}: "
    if math.isnan(estimate.se):
        return f"{what}{one} and {two}: cannot tell, because {reason}."
    on = f"on {count(estimate.n_pieces, 'shared piece')}"
    size = f"{signed(ci95[0])} to {signed(ci95[1])}"
    if verdict == "same":
        near = f"{signed(ci90[0])} to {signed(ci90[1])}"
        return (
            f"{what}{one} and {two} score the same work alike {on} (90% interval {near}, less than "
            f"the {margin:.2f} that would matter)."
        )
    way = "more" if estimate.value >= 0 else "less"
    if verdict == "different":
        return (
            f"{what}{one} gives {points(estimate.value)} {way} than {two} to the same work "
            f"({on}, 95% interval {size})."
        )
    return f"{what}{one} and {two}: cannot tell {on} whether they differ (95% interval {size})."


def comparison_sentence(
    groups: Sequence[GroupDifference],
    pairs: Sequence[GroupDifference],
    links: LinkMap,
    labels: Labels,
    criterion: str = TOTAL,
) -> str:
    """What the differences on one criterion say, in words that a teacher can repeat."""
    if len(links.groups) < 2:
        if labels is None:
            return "There are not two groups of raters to compare."
        who = f"Only {label(labels, links.groups[0])} has" if links.groups else "No school has"
        return f"{who} scored work so far: there are no two schools to compare yet."
    lead = [one for one in groups if one.criterion == criterion]
    apart = [one.sentence.rstrip(".") for one in lead if one.verdict == "different"]
    unsure = [
        label(labels, one.a) for one in lead if one.verdict == "cannot tell" and not one.withheld
    ]
    hidden = [label(labels, one.a) for one in lead if one.withheld]
    parts = [*apart, *as_others([one for one in lead if one.verdict == "same"], labels)]
    if unsure:
        parts.append(f"{'for' if parts else 'For'} {listed(unsure)} the shared pieces cannot tell")
    if hidden:
        parts.append(f"{listed(hidden)} {'is' if len(hidden) == 1 else 'are'} not shown")
    text = "; ".join(parts) + "."
    silent = [one for one in pairs if one.criterion == criterion and one.n_shared_pieces == 0]
    if silent:
        names = listed(
            [f"{label(labels, one.a)} and {label(labels, one.b)}" for one in silent], "nor"
        )
        text += f" Nothing can be said directly about {names}: no piece is shared."
    return text


def school_reason(undefined: str, needed: int | None) -> str:
    """Why nothing can be said of the schools themselves, and how many raters it would take."""
    if needed is None:
        return f"{undefined}; let at least four raters of each school read the same pieces"
    return f"{undefined}; to speak for the schools takes about {count(needed, 'rater')} of each"


def school_words(
    one: str,
    two: str,
    criterion: str,
    estimate: Estimate,
    raters: tuple[int, int],
    ci95: tuple[float, float],
    ci90: tuple[float, float],
    margin: float,
    verdict: str,
    reason: str,
    labels: Labels,
) -> str:
    """One difference as a sentence about the schools themselves: their other raters too.

    Parameters
    ----------
    one, two
        What either side is called (`other_side`).
    """
    what = "" if criterion == TOTAL else f"{label(labels, criterion)}: "
    if math.isnan(estimate.se):
        return f"{what}{one} and {two} as schools: cannot tell, because {reason}."
    who = (
        f"from {raters[0]} and {raters[1]} of their raters on "
        f"{count(estimate.n_pieces, 'shared piece')}"
    )
    size = f"{signed(ci95[0])} to {signed(ci95[1])}"
    if verdict == "same":
        near = f"{signed(ci90[0])} to {signed(ci90[1])}"
        return (
            f"{what}{one} and {two}: other raters of these schools can be expected to score the same work "
            f"alike too ({who}, 90% interval {near}, less than the {margin:.2f} that would matter)."
        )
    way = "more" if estimate.value >= 0 else "less"
    if verdict == "different":
        return (
            f"{what}{one} as a school gives {points(estimate.value)} {way} than {two} to the same work, as "
            f"its raters go on the whole ({who}, 95% interval {size})."
        )
    return (
        f"{what}{one} and {two} as schools: cannot tell {who} whether other raters of theirs would "
        f"differ (95% interval {size})."
    )


def schools_sentence(groups: Sequence[GroupDifference], labels: Labels) -> str:
    """What the differences in total say of the schools themselves."""
    lead = [one for one in groups if one.criterion == TOTAL]
    if len(lead) < 2:
        return "There are not two groups of raters to compare."
    unit = "group" if labels is None else "school"
    parts = [one.sentence.rstrip(".") for one in lead if one.verdict == "different"]
    unsure = [
        label(labels, one.a) for one in lead if one.verdict == "cannot tell" and not one.withheld
    ]
    hidden = [label(labels, one.a) for one in lead if one.withheld]
    alike: dict[str, list[str]] = {}
    for one in lead:
        if one.verdict == "same":
            others = "the others" if one.whole_rest else other_side(REST, labels, one.rest, False)
            does = "does" if not one.whole_rest and len(one.rest) == 1 else "do"
            alike.setdefault(f"{others} {does}", []).append(label(labels, one.a))
    parts += [
        f"other raters of {listed(names)} can be expected to score the same work as {others}"
        for others, names in alike.items()
    ]
    if unsure:
        parts.append(
            f"for {listed(unsure)} these raters are too few, or differ too much, to tell for the {unit}"
        )
    if hidden:
        parts.append(f"{listed(hidden)} {'is' if len(hidden) == 1 else 'are'} not shown")
    return f"For the {unit}s themselves, other raters of theirs included: {'; '.join(parts)}."
