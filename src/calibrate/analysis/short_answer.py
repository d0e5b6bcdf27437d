"""The district's question answered in two sentences, before any number: is a 3 here a 3 there?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from calibrate.analysis.comparability import Comparison, GroupDifference
from calibrate.analysis.comparability_words import as_others, other_side
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count, label, listed, some_listed, upper_first

_MOST_NAMED = 6


def short_answer(
    comparison: Comparison, labels: Mapping[str, str] | None = None, criterion: str = TOTAL
) -> str:
    """Say which schools score the same work as the others do, which do not, and for which it cannot be told.

    Parameters
    ----------
    comparison
        What `calibrate.analysis.comparability.compare` found.
    labels
        What schools are called.
    """
    lead = comparison.against_rest(criterion)
    if len(lead) < 2:
        return comparison.sentence
    return answer_of(lead, comparison.between_pairs(criterion), labels)


def answer_of(
    lead: Sequence[GroupDifference],
    pairs: Sequence[GroupDifference],
    labels: Mapping[str, str] | None = None,
) -> str:
    """The same, of each school against the rest and of pairs."""
    alike = [label(labels, one.a) for one in lead if one.verdict == "same"]
    hidden = [label(labels, one.a) for one in lead if one.withheld]
    unsure = [
        label(labels, one.a) for one in lead if one.verdict == "cannot tell" and not one.withheld
    ]
    apart = [one for one in lead if one.verdict == "different"]
    unshown = sum(one.withheld for one in pairs)
    silent = sum(one.verdict == "cannot tell" for one in pairs) - unshown
    if len(lead) == 2:
        return _of_two(pairs[0], labels)
    if len(alike) == len(lead):
        text = f"Yes: each of the {len(lead)} schools scores the same work as the others do."
        if not all(one.whole_rest for one in lead):
            text = (
                f"Yes, as far as work was shared: each of the {len(lead)} schools scores the same work as those do who "
                "share work with it."
            )
    elif not alike and not apart and not unsure:
        text = "No school is shown beside all others: too few readers stand behind the work that they share."
    elif not alike and not apart:
        text = "It cannot be told yet for any school: too little work was read by two of them."
    else:
        than: dict[tuple[bool, str], list[str]] = {}
        for one in apart:
            rest = other_side(one.b, labels or {}, one.rest, one.whole_rest)
            than.setdefault((one.difference > 0, rest), []).append(label(labels, one.a))
        told = [
            f"{_named(names)} {'gives' if len(names) == 1 else 'give'} {'more' if up else 'fewer'} points than {rest} "
            "to the same work"
            for (up, rest), names in sorted(than.items(), key=lambda one: not one[0][0])
        ]
        same = as_others([one for one in lead if one.verdict == "same"], labels, each=0)
        told += [one.replace("the same work", "it", 1) if apart else one for one in same]
        if unsure:
            told.append(f"for {_named(unsure)} it cannot be told yet")
        if hidden:
            told.append(f"{_named(hidden)} {'is' if len(hidden) == 1 else 'are'} not shown")
        start = "Not everywhere. " if apart else "As far as it can be told, yes. "
        text = start + upper_first("; ".join(told)) + "."
    untold = [f"{silent} cannot be set beside each other yet"] if silent else []
    if unshown:
        untold.append(
            f"{unshown} {'is' if unshown == 1 else 'are'} not shown, because few readers stand behind {'it' if unshown == 1 else 'them'}"
        )
    if untold:
        text += f" Of {count(len(pairs), 'pair')} of schools, {listed(untold)}."
    return text


def _of_two(pair: GroupDifference, labels: Mapping[str, str] | None) -> str:
    a, b = label(labels, pair.a), label(labels, pair.b)
    if pair.verdict == "same":
        return f"Yes: {a} and {b} score the same work alike."
    if pair.verdict == "cannot tell":
        return f"It cannot be told yet whether {a} and {b} score the same work alike."
    more, less = (a, b) if pair.difference > 0 else (b, a)
    return f"No: {more} gives more points than {less} to the same work."


def _named(names: Sequence[str]) -> str:
    return some_listed(names, _MOST_NAMED)
