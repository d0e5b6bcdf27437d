"""The district's answer on one page: the map of schools, a sentence for each, readers on one scale, what to do next.

Both editions are laid out here; what the outside one may show is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from calibrate.analysis.comparability import Comparison
from calibrate.analysis.comparability_model import ThroughModel
from calibrate.analysis.comparability_words import other_side
from calibrate.analysis.cut_crossing import CutCrossing
from calibrate.analysis.exchange import Exchange
from calibrate.analysis.few_readers import withheld_pairs
from calibrate.analysis.group_difference import GroupDifference
from calibrate.analysis.school_drift import CANNOT_TELL, STEADY, SchoolDrift
from calibrate.analysis.school_map import SchoolMap
from calibrate.analysis.school_spread import SchoolSpread
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.severity_model import SeverityModel
from calibrate.analysis.wording import count, listed, points, some_listed, upper_first
from calibrate.model.roster import GRADES, grade_label
from calibrate.reports import blocks
from calibrate.reports.blocks import Block
from calibrate.reports.drawing import Drawings
from calibrate.reports.tables import table

_MOST_NEXT = 3
_FEW, _MANY = 4, 9
"""With more schools than the first the map moves sideways on a phone; with more than the second it takes the whole page's width."""

SETTLED = (
    "Every pair of schools has a verdict. Read some of last window’s pieces again, blind, to see whether "
    "anybody’s standard moves."
)
"""What to do where nothing is left to settle."""

READ_AGAIN = (
    "Slip ten pieces of the window before into the next session, to be scored blind once more: then it "
    "can be told."
)
"""What to do where drift cannot be told."""

HOW_TO_READ_THE_MAP = (
    "Read along a row: the points that this school’s readers give more (+) or fewer (−) than those of the "
    "school above, to the very same work."
)


def answer_page(
    found: SchoolMap,
    sentences: Sequence[tuple[str, str]],
    labels: Mapping[str, str],
    draw: Drawings,
    readers: Block,
    *then: Block,
    through: str = "",
    for_schools: str = "",
) -> Block:
    """The map above the readers' scale at the left; a sentence for each school and what to do at the right.

    Parameters
    ----------
    sentences
        A sentence for each school and a remark on it, or none.
    through
        What can be said by way of other schools of pairs that cannot be told directly.
    for_schools
        Whether the sentences go for the schools' other teachers too.
    """
    n = len(found.schools)
    picture = draw.school_map_figure(found, labels)
    shape = "wide scrolls" if n > _MANY else "scrolls" if n > _FEW else ""
    shown = blocks.figure(picture.png(), picture.alt, picture.sentence, shape=shape)
    beyond = blocks.note(through) if through else Block("")
    note = blocks.note(for_schools) if for_schools else Block("")
    drawn = blocks.card("The map of schools", blocks.note(HOW_TO_READ_THE_MAP) + shown + beyond)
    said = blocks.card("School by school", blocks.remarked(sentences) + note)
    if n > _MANY:
        return drawn + blocks.answer(said + readers, blocks.join(then))
    return blocks.answer(drawn + readers, said + blocks.join(then))


def school_lines(
    comparison: Comparison, cuts: Sequence[CutCrossing], labels: Mapping[str, str]
) -> tuple[list[tuple[str, str]], str]:
    """For each school what its readers did and what it means at the cut; and whether it goes for the schools."""
    schools = {one.a: one.verdict for one in comparison.this_school.against_rest()}
    crossed = {one.pieces_of: one.sentence for one in cuts if one.criterion == TOTAL}
    lead = comparison.against_rest()
    parted = [one for one in lead if schools.get(one.a, one.verdict) != one.verdict]
    lines = []
    for one in lead:
        text, remark = plain_line(one, labels)
        if one in parted:
            remark += f" {_AS_SCHOOLS.get(schools.get(one.a, ''), '')}"
        if one.verdict == "different" and one.a in crossed:
            remark += f" {crossed[one.a].replace('the cut', 'the line to proficient')}"
        lines.append((text, remark.strip()))
    return lines, _ALL_THE_SAME if not parted else ""


def plain_line(one: GroupDifference, labels: Mapping[str, str]) -> tuple[str, str]:
    """A school beside the others in plain words, and what that rests on."""
    name = labels.get(one.a, one.a)
    others = other_side(one.b, labels, one.rest, one.whole_rest)
    do = "do" if one.whole_rest or len(one.rest) > 1 else "does"
    if one.without and one.whole_rest:
        others += f" without {listed([labels.get(school, school) for school in one.without])}"
    if one.withheld:
        return one.sentence, ""
    if one.verdict == "cannot tell":
        return f"For {name} it cannot be told yet.", f"{upper_first(one.reason)}."
    on = count(one.n_shared_pieces, "shared piece")
    if one.verdict == "same":
        small = f"{on}; any difference is smaller than the {points(one.margin)} that would matter."
        return f"{name} scores the same work as {others} {do}.", upper_first(small)
    way = "more" if one.difference > 0 else "less"
    near, far = sorted(abs(end) for end in one.ci95)
    return (
        f"{name} gives {points(one.difference)} {way} than {others} to the same work.",
        f"{upper_first(on)}; it is likely between {near:.2f} and {far:.2f}.",
    )


_AS_SCHOOLS = {
    "same": "Its other teachers can be expected to score as the other schools do.",
    "different": "Its other teachers can be expected to differ from the other schools.",
    "cannot tell": "Whether that goes for its other teachers too cannot be told yet.",
}
_ALL_THE_SAME = "This is what these readers did. Each verdict goes for the school too, its other teachers included."


def through_lines(
    comparison: Comparison, through: ThroughModel | None, labels: Mapping[str, str]
) -> str:
    """What all links together say of pairs that cannot be told directly, in a few words."""
    if through is None:
        return ""
    hidden = withheld_pairs(comparison)
    silent = {
        (one.a, one.b) for one in comparison.between_pairs() if one.verdict == "cannot tell"
    } - hidden
    told = []
    for one in through.these.between_pairs():
        a, b = labels.get(one.a, one.a), labels.get(one.b, one.b)
        if (one.a, one.b) not in silent or one.verdict == "cannot tell":
            continue
        if one.verdict == "same":
            told.append(f"{a} and {b} score alike")
        else:
            more, less = (a, b) if one.difference > 0 else (b, a)
            told.append(f"{more} gives {points(one.difference)} more than {less}")
    if not told:
        return ""
    return f"By way of other schools: {some_listed(told, _MOST_NEXT)} (further down)."


def readers_card(
    model: SeverityModel | None,
    spread: SchoolSpread | None,
    labels: Mapping[str, str],
    draw: Drawings,
) -> Block:
    """All readers on one scale, as unnamed marks by school; nothing where there is no scale."""
    if model is None or spread is None or not spread.schools:
        return Block("")
    picture = draw.wright_map_schools_figure(model, spread, labels)
    return blocks.card(
        "All readers on one scale, unnamed",
        blocks.figure(picture.png(), picture.alt, picture.sentence),
    )


def next_card(found: Sequence[Exchange], settled: str) -> Block:
    """What to do next: the first few exchanges, in words."""
    if not found:
        return blocks.card("What to do next", blocks.paragraph(settled))
    more = len(found) - _MOST_NEXT
    rest = (
        blocks.note(f"{count(more, 'more pair')} of schools could follow: see further down.")
        if more > 0
        else Block("")
    )
    return blocks.card(
        "What to do next", blocks.bullets(one.sentence for one in found[:_MOST_NEXT]) + rest
    )


def drift_lines(found: Sequence[SchoolDrift], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Whether schools' scoring has moved since the window before, in plain words, with what that rests on."""

    def named(some: Sequence[SchoolDrift]) -> str:
        return listed([labels.get(one.school, one.school) for one in some])

    told = [one for one in found if one.verdict != CANNOT_TELL]
    lines = []
    for one in [one for one in told if one.verdict != STEADY]:
        way = "more" if one.change > 0 else "less"
        near, far = sorted(abs(end) for end in (one.ci_low, one.ci_high))
        lines.append(
            (
                f"{named([one])} gives {points(one.change)} {way} than in "
                f"{labels.get(one.first, one.first)} to the same work.",
                f"It is likely between {near:.2f} and {far:.2f}.",
            )
        )
    for first in dict.fromkeys(one.first for one in told if one.verdict == STEADY):
        alike = [one for one in told if (one.verdict, one.first) == (STEADY, first)]
        verb, pronoun = ("scores", "it") if len(alike) == 1 else ("score", "they")
        lines.append(
            (
                f"{named(alike)} {verb} the same work as {pronoun} did in {labels.get(first, first)}.",
                "",
            )
        )
    silent = [one for one in found if one.verdict == CANNOT_TELL]
    for reason in dict.fromkeys(one.reason for one in silent):
        lines.append(
            (
                f"For {named([one for one in silent if one.reason == reason])} it cannot be told.",
                f"{upper_first(reason)}.",
            )
        )
    again = max((one.n_reread for one in told), default=0)
    if again:
        text, remark = lines[-1]
        more = f"{upper_first(count(again, 'piece'))} of the window before were read again, blind."
        lines[-1] = (text, f"{remark} {more}".strip())
    return lines


def drift_card(lines: Sequence[tuple[str, str]], known: bool) -> Block:
    """Whether scoring has moved since the last window; what to do where that cannot be told."""
    if not lines:
        return Block("")
    advice = Block("") if known else blocks.note(READ_AGAIN)
    return blocks.card("Since the last window", blocks.remarked(lines) + advice)


def exchange_table(
    found: Sequence[Exchange],
    labels: Mapping[str, str],
    tasks: Mapping[str, str],
) -> Block:
    """What to exchange, and which pieces, by their codes."""
    if not found:
        return Block("")
    rows = [
        {
            "Between": f"{labels.get(one.a, one.a)} and {labels.get(one.b, one.b)}",
            "Work of": labels.get(offer.school, offer.school),
            "Grade": grade_label(offer.grade) if offer.grade in GRADES else "–",
            "Window": labels.get(offer.window, offer.window) or "–",
            "Task": ", ".join(tasks.get(task, task) for task in offer.tasks) or "–",
            "Pieces": ", ".join(offer.pieces),
        }
        for one in found
        for offer in one.offers
    ]
    said = blocks.bullets(one.sentence for one in found)
    shown = (
        Block("")
        if not rows
        else table(
            pd.DataFrame(rows),
            caption="Pieces to exchange, by their codes",
            row_name="Between",
            notes=[
                "From weak to strong, the newest window first, and first of all pieces that one of the two "
                "schools has read already. Nobody reads the work of their own students."
            ],
        )
    )
    return blocks.folded("What to exchange, and which pieces, by their codes", said + shown)
