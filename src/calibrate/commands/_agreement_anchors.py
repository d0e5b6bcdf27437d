"""Settled scores for ``calibrate agreement``: from a rater of a table, and how raters beside them are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from calibrate.errors import ArgumentError, DataError

if TYPE_CHECKING:
    import pandas as pd

    from calibrate.analysis.anchor_readings import RaterAnchors
    from calibrate.stats.anchor import QualificationRule


@dataclass(frozen=True, eq=False)
class Settled:
    """Settled scores (``piece, criterion, anchor``) and what is asked of raters beside them."""

    scores: pd.DataFrame
    rule: QualificationRule


def settled_in_table(
    frame: pd.DataFrame, who: str, project: Path | None, file: str | None
) -> tuple[pd.DataFrame, Settled]:
    """The table without the one who stands for the settled scores, and those scores.

    The rule is that of the project named beside the table, or of this folder's project; else the usual one.
    """
    from calibrate.stats.anchor import USUAL_RULE
    from calibrate.store.settings import FILE_NAME, read_settings
    from calibrate.workflows.anchor_scores import qualification_rule

    theirs = frame["rater"].astype(str) == who
    if not theirs.any():
        raise ArgumentError(
            "Nobody in this table has the name that --anchor gives.",
            column="--anchor",
            fix="Write it as the column of raters has it.",
        )
    given = frame[theirs & frame["score"].notna()]
    settled = given[["piece", "criterion", "score"]].rename(columns={"score": "anchor"})
    settled = settled.drop_duplicates()
    if settled.duplicated(["piece", "criterion"]).any():
        raise DataError(
            "A piece has two different settled scores on one criterion.",
            file=file,
            fix="Keep the one that counts.",
        )
    place = (project or Path()) / FILE_NAME
    rule = qualification_rule(read_settings(place)) if place.is_file() else USUAL_RULE
    return frame[~theirs].reset_index(drop=True), Settled(settled, rule)


def show_anchors(beside: Sequence[RaterAnchors], labels: Mapping[str, str]) -> None:
    """Print each rater beside the settled scores; nothing where there are none."""
    if not beside:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from calibrate.analysis.wording import percent

    screen = Console(soft_wrap=False)
    screen = screen if screen.is_terminal else Console(width=110)
    table = Table(title="Beside the settled scores", title_justify="left", title_style="bold")
    table.add_column("Rater", overflow="fold")
    for heading in ("Scores", "Same level", "Adjacent", "Points off", "95% interval"):
        table.add_column(heading, justify="right")
    table.add_column("By the rule", overflow="fold")
    for one in beside:
        found = one.found
        name = one.rater
        if one.criterion != "total":
            name += f" · {labels.get(one.criterion, one.criterion)}"
        interval = (
            f"{_points(found.bias_low)} to {_points(found.bias_high)}"
            if found.bias_low == found.bias_low
            else "–"
        )
        table.add_row(
            Text(name),
            str(found.n),
            percent(found.exact.value),
            percent(found.adjacent.value),
            _points(found.bias),
            interval,
            Text(f"{one.verdict}: {found.reason}"),
        )
    screen.print()
    screen.print(table)
    screen.print(
        Text(
            "Points off: above (+) or below (−) the settled scores on average. Who differs from them may have "
            "seen something: talk about the pieces first."
        )
    )


def _points(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
