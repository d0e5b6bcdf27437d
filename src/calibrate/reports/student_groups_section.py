"""The district report's section on student groups: a question to look into, never a verdict."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from calibrate.analysis.student_groups import MIN_READERS, StudentGroups
from calibrate.analysis.wording import signed
from calibrate.reports import blocks
from calibrate.reports.blocks import Block
from calibrate.reports.tables import table


def student_groups_section(found: StudentGroups, labels: Mapping[str, str]) -> Block:
    """Every pair of a school and a group that was looked at, and what stands out."""
    made = [
        blocks.section(
            "Is the work of student groups scored alike?",
            "Points that a school’s readers give a group’s work beside other readers of the same "
            "pieces, beyond how they score everybody else’s.",
        )
    ]
    shown = Block("")
    if found.cells:
        frame = pd.DataFrame(
            {
                "School": [labels.get(one.school, one.school) for one in found.cells],
                "Group": [labels.get(one.group, one.group) for one in found.cells],
                "Points": [signed(one.points) for one in found.cells],
                "95% interval": [
                    f"{signed(one.ci95[0])} to {signed(one.ci95[1])}" for one in found.cells
                ],
                "Students": [one.n_students for one in found.cells],
                "Pieces": [one.n_pieces for one in found.cells],
                "What it says": [
                    "worth looking into" if one.flagged else "nothing beyond chance"
                    for one in found.cells
                ],
            }
        )
        shown = blocks.folded(
            "Every group that was looked at",
            table(
                frame,
                caption="Student groups, by the school of the readers",
                row_name="School",
                notes=[
                    f"Only groups with {found.min_students} students or more, and {MIN_READERS} of the "
                    "school’s readers, in pieces that another school’s readers read too. Each "
                    "interval stands alone; what is worth looking into is decided over all of them together."
                ],
            ),
        )
    made.append(blocks.sentence(found.sentence))
    others = [one.sentence for one in found.flagged[1:]]
    return blocks.join([*made, blocks.bullets(others), shown])
