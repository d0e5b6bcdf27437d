"""How it is said what it takes to tell two schools apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from calibrate.analysis.settling import MOST_RATERS, PIECES_A_RATER
from calibrate.analysis.wording import count, points

if TYPE_CHECKING:
    from calibrate.analysis.planner_precision import Needed, Precision

WIDE = 2
"""A range whose upper end is so many times its lower one is called wide."""


def precision_sentence(found: Precision) -> str:
    """What it takes for these raters, for the schools, and how surely that is known."""
    difference, these = points(found.difference), found.these
    if these is None:
        return f"What it takes to tell {difference} cannot be worked out: {found.known.undefined}."
    parts = [f"To tell {difference} between two schools, as these raters score, {_pieces(these)}."]
    parts.append(_schools(found))
    if found.known.roughly:
        parts.append(
            f"How far readers differ is known only roughly here, from {count(found.known.n_raters, 'rater')}: more raters on the "
            "same pieces would narrow that."
        )
    if found.known.n_schools == 0:
        parts.append(
            "These scores do not say whose school a rater is of, so what schools differ by counts among what their raters differ by: "
            "this asks rather for too much."
        )
    parts.append(
        f"(Found in at least four cases of five where {count(found.n_schools, 'school')} are compared, "
        f"{count(found.family_size, 'difference')} in all, criteria counted.)"
    )
    return " ".join(parts)


def _pieces(one: Needed) -> str:
    if one.low is None:
        return "takes more shared pieces than anybody can read"
    if one.n_pieces is None:
        return (
            f"takes at least {count(one.low, 'shared piece')}, and it is not known well enough how far readings differ to say how "
            "many are enough"
        )
    if one.low == one.n_pieces:
        return f"takes {count(one.n_pieces, 'shared piece')}"
    return f"takes between {one.low} and {count(one.n_pieces, 'shared piece')}: plan for {one.n_pieces}"


def _schools(found: Precision) -> str:
    rows, fewest = found.schools, found.fewest_raters
    if not rows:
        return (
            "For the schools themselves this cannot be worked out: these scores do not show how far raters of one school differ, "
            f"because {found.known.unknown}."
        )
    if fewest is None:
        near = next((one for one in rows if one.best is not None), None)
        text = f"For the schools themselves no number of pieces is sure to settle it, even with {MOST_RATERS} raters of each"
        if near is None and math.isinf(found.known.each):
            return (
                f"{text}: too few pieces have been read by the same raters here, so it cannot be told whether raters differ or single "
                "readings do. Let the same raters score several pieces, and ask again."
            )
        if near is None:
            return f"{text}: raters of one school differ too much among themselves; let them agree with one another first."
        return f"{text}; if raters differ as they seem to, {near.n_raters} of each and {count(near.best or 0, 'shared piece')} would do."
    able = [one for one in rows if one.n_pieces is not None]
    easy = (one for one in able if (one.n_pieces or 0) <= PIECES_A_RATER * one.n_raters)
    first = next(easy, able[-1])
    text = (
        f"For the schools themselves plan for {count(first.n_raters, 'rater')} of each, who share out "
        f"{count(first.n_pieces or 0, 'piece')}"
    )
    later = next((one for one in rows if one.n_raters == first.n_raters + 2), None)
    if later is not None and later.n_pieces and later.n_pieces < (first.n_pieces or 0):
        text += f", or {later.n_raters} of each and {later.n_pieces}"
    text += f"; with fewer than {fewest} of each no number of pieces is sure to settle it."
    if first.low is not None and _wide(first):
        text += f" ({first.low} pieces may do with so many raters.)"
    return text


def _wide(one: Needed) -> bool:
    return one.low is not None and (one.n_pieces is None or one.n_pieces >= WIDE * one.low)
