"""How readers of one school lie apart, as numbers of readers: a reader's own number stands on that reader's page alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from calibrate.analysis.comparability import FEWEST_READERS
from calibrate.analysis.school_spread import typical_distance
from calibrate.analysis.severity import TOTAL, RaterDifference
from calibrate.analysis.wording import count, points
from calibrate.reports import blocks
from calibrate.reports.blocks import Block

FEWEST_PIECES = 5
"""A reader with fewer shared pieces is not counted: the number would say nothing."""

FEWEST_COUNTED = 3
"""Fewer readers than this, alike or apart, are not counted: colleagues would know who they are."""


def readers_section(rows: Sequence[RaterDifference]) -> Block:
    """How many readers score as others do, and how far two of them lie apart; nothing of anybody who does not.

    Parameters
    ----------
    rows
        The differences of a school's readers from others on the same pieces, on any criteria.
    """
    head = blocks.section(
        "Do readers of this school score alike?",
        "Beside others on the same pieces. A reader’s own number stands on that reader’s private page, "
        "and nowhere else.",
    )
    known = [one for one in rows if one.criterion == TOTAL and one.n_pieces >= FEWEST_PIECES]
    if not known:
        return head + blocks.sentence(
            "Cannot tell: nobody here has read enough pieces that others read too."
        )
    if len(known) < FEWEST_READERS:
        return head + blocks.sentence(
            f"Not shown: fewer than {FEWEST_READERS} readers of this school have read {FEWEST_PIECES} "
            "pieces or more that others read too, and a number of so few is a number about a person."
        )
    alike = sum(one.verdict == "in line" for one in known)
    told = [(one.difference, one.se) for one in known if not math.isnan(one.se)]
    apart = typical_distance([told])
    words = f"{_how_many(alike, len(known))} the same work much as others do"
    words += (
        f"; two readers of this school typically lie {points(apart)} apart."
        if not math.isnan(apart)
        else "."
    )
    if alike <= len(known) - FEWEST_COUNTED:
        words += " The others stand apart, or too little is known yet: it is for them to say."
    return blocks.join(
        [
            head,
            blocks.sentence(words),
            blocks.note(f"Readers with fewer than {FEWEST_PIECES} shared pieces are not counted."),
        ]
    )


def _how_many(alike: int, known: int) -> str:
    """A number of readers, but never one by which one or two of them could be told, alike or apart."""
    readers = count(known, "reader")
    if alike < FEWEST_COUNTED:
        return f"Fewer than {FEWEST_COUNTED} of {readers} score"
    if known - alike < FEWEST_COUNTED:
        return f"Most or all of {readers} score"
    return f"{alike} of {readers} score"
