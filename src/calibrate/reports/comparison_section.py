"""Sections about schools beside each other, shared by the inside and the outside edition."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from calibrate.analysis.comparability import REST, Comparison, GroupDifference
from calibrate.analysis.comparability_words import other_side
from calibrate.analysis.exchange import Exchange
from calibrate.analysis.group_agreement import GroupAgreement
from calibrate.analysis.settling import what_would_settle
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count, percent, signed, upper_first
from calibrate.reports import blocks
from calibrate.reports.blocks import Block
from calibrate.reports.drawing import Drawings
from calibrate.reports.small_cells import NOT_SHOWN, ONE_READER
from calibrate.reports.tables import table

ALONE = (
    "Let readers of two schools, two of each at least, score some of the same pieces, blind. Then this page "
    "can say whether a 3 here is a 3 there."
)
"""What stands where schools would be compared, and there are no two of them to show."""

PICTURE_OF_DIFFERENCES = (
    "A mark at the right of the middle gives more points than the others to the same work, one at the left fewer; "
    "the line is where the difference plausibly lies."
)

VERDICTS = {"same": "the same", "different": "different", "cannot tell": "cannot tell"}


def agreement_between(comparison: Comparison, labels: Mapping[str, str], draw: Drawings) -> Block:
    """Agreement within and between schools, and who shares pieces with whom."""
    rows = [*comparison.within, *comparison.between]
    frame = pd.DataFrame(
        [
            {
                "Two readers of": _who(one, labels, within=one in comparison.within),
                "Same score": one.agreement.exact.value,
                "Likely range": interval(one.agreement.exact.ci_low, one.agreement.exact.ci_high),
                "At most one level apart": one.agreement.adjacent.value,
                "Pieces": one.agreement.n_pieces,
            }
            for one in rows
            if one.agreement.n_pairs
        ]
    )
    alone = not comparison.between_pairs()
    told = comparison.within[:1] if alone else [comparison.within[0], comparison.between[0]]
    return blocks.join(
        [
            blocks.section(
                "Do readers agree, inside a school and across schools?",
                "Two independent readings of the same piece, before anybody talked.",
                new_page=True,
            ),
            blocks.sentence(" ".join(one.sentence for one in told)),
            Block("")
            if frame.empty
            else blocks.folded(
                "Agreement, school by school",
                table(
                    frame,
                    caption="Agreement within and between schools",
                    row_name="Two readers of",
                    percents=["Same score", "At most one level apart"],
                ),
            ),
            Block("") if alone else _links(comparison, labels, draw),
        ]
    )


def _links(comparison: Comparison, labels: Mapping[str, str], draw: Drawings) -> Block:
    picture = draw.links_figure(comparison.links, labels)
    shown = blocks.figure(picture.png(), picture.alt, picture.sentence)
    return blocks.folded("Who shares pieces with whom", shown)


def differences(comparison: Comparison, labels: Mapping[str, str], draw: Drawings) -> Block:
    """The difference between schools on shared pieces, with intervals."""
    head = blocks.section(
        "Is a 3 here a 3 there?",
        "Points that a school’s readers give, minus what the others give, to the very same "
        "pieces. How well a school’s students write changes nothing here.",
        new_page=True,
    )
    if not comparison.between_pairs():
        return head + blocks.sentence(comparison.sentence) + blocks.note(ALONE)
    picture = draw.differences_figure(comparison, labels)
    lead = comparison.against_rest()
    return blocks.join(
        [
            head,
            blocks.sentence(picture.sentence),
            blocks.folded(
                "Every difference with its range, as a picture and as numbers",
                blocks.figure(picture.png(), picture.alt, PICTURE_OF_DIFFERENCES)
                + difference_table(lead, labels, "Each school against all others")
                + difference_table(comparison.between_pairs(), labels, "Every pair of schools"),
            ),
            blocks.note(
                f"Intervals hold together for all {comparison.family_size} different comparisons that were looked "
                "at (95%). “The same” is said only if the 90% interval lies inside the margin, "
                "the difference that is too small to matter; of twenty schools that differ by just that much, about "
                "one would be called the same. These numbers speak for these readers on pieces like these."
            ),
        ]
    )


def difference_table(
    rows: Sequence[GroupDifference], labels: Mapping[str, str], caption: str
) -> Block:
    """Differences with intervals and verdicts."""
    frame = pd.DataFrame(
        {
            "Schools": [_beside(one, labels) for one in rows],
            "Difference": [points_or_dash(one.difference) for one in rows],
            "95% interval": [
                "–"
                if math.isnan(one.ci95[0])
                else unbroken(f"{signed(one.ci95[0])} to {signed(one.ci95[1])}")
                for one in rows
            ],
            "Shared pieces": [one.n_shared_pieces for one in rows],
            "Verdict": [NOT_SHOWN if one.withheld else VERDICTS[one.verdict] for one in rows],
        }
    )
    notes = [ONE_READER] if any(one.withheld for one in rows) else []
    return table(frame, caption=caption, row_name="Schools", notes=notes)


def _beside(one: GroupDifference, labels: Mapping[str, str]) -> str:
    """Who stands beside whom; the others by name where they are not all of them."""
    name = labels.get(one.a, one.a)
    if one.b == REST and one.whole_rest:
        return name
    return f"{name} and {other_side(one.b, labels, one.rest, one.whole_rest)}"


def what_cannot_be_said(
    comparison: Comparison,
    labels: Mapping[str, str],
    exchanges: Sequence[Exchange] = (),
    through: Sequence[GroupDifference] = (),
) -> Block:
    """Pairs and criteria about which nothing can be said, and what would settle it.

    Parameters
    ----------
    through
        The pairs through all links, where that is known.
    """
    silent = [one for one in comparison.between_pairs() if one.verdict == "cannot tell"]
    unsure = [
        one
        for one in comparison.groups
        if one.criterion != TOTAL and one.verdict == "cannot tell" and not one.withheld
    ]
    told = {(one.a, one.b) for one in exchanges}
    near = {
        (one.a, one.b): one.advice
        for one in what_would_settle(
            comparison.between_pairs(),
            labels,
            family_size=comparison.family_size,
            through=through,
        )
        if (one.a, one.b) not in told
    }
    items = [
        one.sentence + (f" {upper_first(near[one.a, one.b])}" if (one.a, one.b) in near else "")
        for one in silent
    ]
    made = [
        blocks.section(
            "Where nothing can be said yet, and what to exchange",
            "Silence here is an answer: it says which work to exchange next.",
        ),
        blocks.bullets(
            items,
            empty="Every pair of schools shares enough pieces for a verdict."
            if comparison.between_pairs()
            else ALONE,
        ),
    ]
    if unsure and comparison.between_pairs():
        made.append(
            blocks.note(
                f"By criterion, {count(len(unsure), 'comparison')} of a school with the others cannot "
                "be told yet either; the totals above rest on more scores."
            )
        )
    return blocks.join(made)


def points_or_dash(value: float) -> str:
    """A signed number of points, or a dash where there is none."""
    return "–" if math.isnan(value) else signed(value)


def interval(low: float, high: float) -> str:
    """A range of proportions in words."""
    return (
        "cannot tell"
        if math.isnan(low) or math.isnan(high)
        else unbroken(f"{percent(low)} to {percent(high)}")
    )


def unbroken(text: str) -> str:
    """Words that stay on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _who(one: GroupAgreement, labels: Mapping[str, str], *, within: bool) -> str:
    if one.a is None or one.b is None:
        return "one school, over all" if within else "two schools, over all"
    a, b = labels.get(one.a, one.a), labels.get(one.b, one.b)
    return a if within else f"{a} and {b}"
