"""Classroom teachers beside others, for ``calibrate compare``: which rows are theirs, and what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from calibrate.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from calibrate.analysis.own_teachers import OwnTeachers
    from calibrate.analysis.readings import ScaleLike

_YES = frozenset({"yes", "y", "true", "1", "x", "own", "own_student"})
_NO = frozenset({"", "no", "n", "false", "0", "other", "independent"})


def mark_own(frame: pd.DataFrame, column: str, heading: str, file: str | None) -> None:
    """Give the rows that a yes-or-no column marks the purpose ``own_student``.

    Raises
    ------
    DataError
        If a cell says neither yes nor no.
    """
    said = frame[column].astype("string").fillna("").str.strip().str.casefold()
    strange = ~said.isin(_YES | _NO)
    if strange.any():
        at = frame.index[strange.to_numpy()][0]
        raise DataError(
            "This cell says neither yes nor no.",
            file=file,
            row=int(frame.loc[at, "row"]) if "row" in frame else None,
            column=heading,
            fix="Write yes where a rater scored her own student, and no elsewhere.",
        )
    mine = said.isin(_YES).to_numpy()
    if "purpose" not in frame:
        frame["purpose"] = "independent"
    frame["purpose"] = frame["purpose"].mask(mine, "own_student")


def own_beside_others(
    frame: pd.DataFrame,
    scales: ScaleLike,
    group: str,
    margin: Mapping[str, float] | float | None,
) -> OwnTeachers | None:
    """Own scores beside others'; None where the table has no rater's own students."""
    from calibrate.analysis.own_teachers import own_teachers

    if "purpose" not in frame or not (frame["purpose"] == "own_student").any():
        return None
    return own_teachers(frame, scales, group=group, margin=margin)


def show_own(result: OwnTeachers | None) -> None:
    """Print the table; nothing where there is none."""
    if result is None:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from calibrate.analysis.own_teachers import ALL
    from calibrate.analysis.severity import TOTAL
    from calibrate.analysis.wording import signed

    screen = Console(soft_wrap=False)
    screen = screen if screen.is_terminal else Console(width=110)
    table = Table(
        title=Text("Classroom teachers' own students, beside others' blind readings"),
        title_justify="left",
        title_style="bold",
    )
    table.add_column("Teachers of", overflow="fold")
    table.add_column("Points more", justify="right", no_wrap=True)
    table.add_column("95% interval", justify="right", no_wrap=True)
    table.add_column("Pieces", justify="right", no_wrap=True)
    table.add_column("Teachers", justify="right", no_wrap=True)
    table.add_column("Verdict", no_wrap=True)
    criteria = {one.criterion for one in result.rows} - {TOTAL}
    for one in result.rows:
        if one.criterion != TOTAL and (one.group != ALL or len(criteria) == 1):
            continue
        name = "all groups" if one.group == ALL else one.group
        if one.criterion != TOTAL:
            name = f"all groups · {one.criterion}"
        table.add_row(
            Text(name),
            "–" if one.difference != one.difference else signed(one.difference),
            "–" if one.se != one.se else f"{signed(one.ci95[0])} to {signed(one.ci95[1])}",
            str(one.n_pieces),
            str(one.n_teachers),
            one.verdict,
        )
    screen.print()
    screen.print(table)
    screen.print(Text(result.sentence))
