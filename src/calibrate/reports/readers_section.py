"""How readers of one school lie apart, as numbers of readers: a reader's own number stands on that reader's page alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from calibrate.analysis.comparability import FEWEST_READERS
from calibrate.analysis.school_spread import typical_distance
from calibrate.analysis.severity import TOTAL, RaterDifference
from calibrate.analysis.wording import count, points
from calibrate.reports import blocks
from calibrate.reports.blocks import Block
from calibrate.reports.tables import table

FEWEST_PIECES = 5
"""A reader with fewer shared pieces is not counted: the number would say nothing."""

_WORDS = {
    "higher": "clearly more points than others",
    "in line": "much the same as others",
    "lower": "clearly fewer points than others",
    "cannot tell": "cannot tell yet",
}


def readers_section(rows: Sequence[RaterDifference]) -> Block:
    """Numbers of readers who score higher, in line, lower; how far two of them lie apart; no row for anybody.

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
    n = {verdict: sum(one.verdict == verdict for one in known) for verdict in _WORDS}
    frame = pd.DataFrame(
        {
            "On the same work they give": [_WORDS[one] for one in n if n[one]],
            "Readers": [n[one] for one in n if n[one]],
        }
    )
    told = [(one.difference, one.se) for one in known if not math.isnan(one.se)]
    apart = typical_distance([told])
    words = (
        f"{n['in line'] or 'None'} of {count(len(known), 'reader')} {'scores' if n['in line'] == 1 else 'score'} "
        "the same work much as others do"
    )
    words += (
        f"; two readers of this school typically lie {points(apart)} apart."
        if not math.isnan(apart)
        else "."
    )
    return blocks.join(
        [
            head,
            table(
                frame,
                caption="Readers of this school beside others on the same pieces",
                row_name="On the same work they give",
                notes=[f"Readers with fewer than {FEWEST_PIECES} shared pieces are not counted."],
            ),
            blocks.sentence(words),
        ]
    )
