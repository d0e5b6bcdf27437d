"""Student groups for ``calibrate compare``: which columns say who is in which, and what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from calibrate.analysis.readings import ScaleLike
    from calibrate.analysis.student_groups import StudentGroups


def groups_looked_at(
    frame: pd.DataFrame,
    scales: ScaleLike,
    group: str,
    headings: Mapping[str, str],
    min_students: int,
) -> StudentGroups | None:
    """Schools by student groups; None where no column of groups is named.

    Parameters
    ----------
    group
        The column of the rater's group.
    headings
        From the headings that were asked for to the columns.
    """
    if not headings:
        return None
    import pandas as pd

    from calibrate.analysis.student_groups import memberships, student_groups

    pieces = frame.drop_duplicates("piece")
    members = pd.concat(
        [
            memberships(pieces["piece"].tolist(), pieces[column].tolist(), heading)
            for heading, column in headings.items()
        ],
        ignore_index=True,
    )
    return student_groups(frame, scales, members, group=group, min_students=min_students)


def show_groups(result: StudentGroups | None) -> None:
    """Print what was looked at; nothing where nobody asked."""
    if result is None:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from calibrate.analysis.wording import signed

    screen = Console(soft_wrap=False)
    screen = screen if screen.is_terminal else Console(width=110)
    screen.print()
    if result.cells:
        table = Table(
            title=Text("Student groups, by the group of the readers"),
            title_justify="left",
            title_style="bold",
        )
        table.add_column("Readers of", overflow="fold")
        table.add_column("Students", overflow="fold")
        for heading in ("Points more", "95% interval", "n", "Pieces"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        for one in result.cells:
            table.add_row(
                Text(one.school),
                Text(f"{one.attribute}: {one.group}"),
                signed(one.points),
                f"{signed(one.ci95[0])} to {signed(one.ci95[1])}",
                str(one.n_students),
                str(one.n_pieces),
                "look into it" if one.flagged else "",
            )
        screen.print(table)
    screen.print(Text(result.sentence))
