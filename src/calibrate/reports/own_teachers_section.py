"""The district report's section on classroom teachers' own scores beside others' blind readings."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from calibrate.analysis.own_teachers import ALL, OwnDifference, OwnTeachers
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import signed
from calibrate.reports import blocks
from calibrate.reports.blocks import Block
from calibrate.reports.small_cells import FEW_TEACHERS, NOT_SHOWN, few_teachers
from calibrate.reports.tables import table

_VERDICTS = {
    "higher": "teachers give more",
    "lower": "teachers give less",
    "alike": "alike",
    "cannot tell": "cannot tell",
}


def own_teachers_section(found: OwnTeachers, labels: Mapping[str, str]) -> Block:
    """Schools in total, then the criteria of all schools together, then the sentence with its cautions."""
    made = [
        blocks.section(
            "Do teachers score their own students as others would?",
            "Points that classroom teachers gave their own students’ work, minus what others gave "
            "the same pieces, blind. This is about knowing a child as much as about severity.",
        )
    ]
    if found.rows and found.of()[0].n_pieces:
        criteria = [one for one in found.rows if one.group == ALL and one.criterion != TOTAL]
        schools = [labels.get(one.group, one.group) for one in found.of()]
        schools[0] = "All schools"
        shown = _table(found.of(), schools, "School", "Teachers beside others, by school")
        if len(criteria) > 1:
            names = [labels.get(one.criterion, one.criterion) for one in criteria]
            shown += _table(criteria, names, "Criterion", "All schools, by criterion")
        made.append(blocks.folded("Teachers beside others, by school and by criterion", shown))
    return blocks.join([made[0], blocks.sentence(found.sentence), *made[1:]])


def _table(
    rows: list[OwnDifference] | tuple[OwnDifference, ...], names: list[str], head: str, caption: str
) -> Block:
    hidden = few_teachers(rows)
    frame = pd.DataFrame(
        {
            head: names,
            "Difference": [
                "–" if one.group in hidden or math.isnan(one.difference) else signed(one.difference)
                for one in rows
            ],
            "95% interval": [
                "–"
                if one.group in hidden or math.isnan(one.se)
                else f"{signed(one.ci95[0])} to {signed(one.ci95[1])}"
                for one in rows
            ],
            "Pieces": [one.n_pieces for one in rows],
            "Teachers": [one.n_teachers for one in rows],
            "Verdict": [
                NOT_SHOWN if one.group in hidden else _VERDICTS[one.verdict] for one in rows
            ],
        }
    )
    return table(frame, caption=caption, row_name=head, notes=[FEW_TEACHERS] if hidden else [])
