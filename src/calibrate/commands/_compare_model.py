"""What ``calibrate compare`` says through all links, beside the direct differences."""

from __future__ import annotations

import math

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from calibrate.analysis.comparability import REST, Comparison
from calibrate.analysis.comparability_model import ThroughModel, compare_through_model
from calibrate.analysis.group_difference import GroupDifference
from calibrate.analysis.margins import Margin
from calibrate.analysis.model_words import where_they_part
from calibrate.analysis.readings import ScaleLike
from calibrate.analysis.wording import count, signed
from calibrate.commands._compare_answers import title_of


def through_model(
    rows: pd.DataFrame, scales: ScaleLike, group: str, of_piece: str | None, margin: Margin
) -> ThroughModel:
    """The differences through all links; the column of ``--piece-group`` tells where pieces come from."""
    if of_piece is not None and of_piece != group:
        rows = rows.assign(piece_school=rows[of_piece])
    return compare_through_model(rows, scales, group=group, margin=margin)


def through_as_dict(result: Comparison, through: ThroughModel) -> dict[str, object]:
    """The ``through_model`` field of the JSON answer."""
    said = where_they_part((*result.against_rest(), *result.between_pairs()), _total(through))
    return {**through.as_dict(), "parting": list(said)}


def show_through_model(result: Comparison, through: ThroughModel) -> None:
    """Both ways beside each other, in total, and what to make of it where they part."""
    if len(through.links.groups) < 2:
        return
    screen = Console(soft_wrap=False)
    screen = screen if screen.is_terminal else Console(width=110)
    direct = (*result.against_rest(), *result.between_pairs())
    linked = {(one.a, one.b): one for one in _total(through)}
    schools = {
        (one.a, one.b): one
        for one in (*through.schools.against_rest(), *through.schools.between_pairs())
    }
    table = Table(
        title=Text(f"{title_of(result)} · directly, and through all links"),
        title_justify="left",
        title_style="bold",
    )
    table.add_column("Who", overflow="fold")
    table.add_column("Directly", justify="right", no_wrap=True)
    table.add_column("All links", justify="right", no_wrap=True)
    table.add_column("95% interval", justify="right", no_wrap=True)
    table.add_column("These raters", no_wrap=True)
    table.add_column("As schools", no_wrap=True)
    for one in direct:
        other, school = linked[one.a, one.b], schools[one.a, one.b]
        table.add_row(
            Text(f"{one.a} and {'the rest' if one.b == REST else one.b}"),
            _points(one.difference),
            _points(other.difference),
            "–" if math.isnan(other.se) else f"{signed(other.ci95[0])} to {signed(other.ci95[1])}",
            other.verdict,
            school.verdict,
        )
    screen.print()
    screen.print(table)
    screen.print(Text(through.sentence))
    for words in where_they_part(direct, _total(through)):
        screen.print(Text(words))
    n = through.these.family_size
    together = f" over {count(n, 'different comparison')}" if n else ""
    screen.print(
        Text(
            "\n“All links” is the many-facet Rasch model: every teacher counts once, and groups that share no piece are set "
            "beside each other by way of those that they share pieces with. Directly “the rest” are those alone with whom "
            "pieces are shared. The direct difference asks nothing of a model and leads where there is one. The 95% intervals "
            f"hold together{together}."
        )
    )


def _total(through: ThroughModel) -> tuple[GroupDifference, ...]:
    return (*through.these.against_rest(), *through.these.between_pairs())


def _points(value: float) -> str:
    return "–" if math.isnan(value) else signed(value)
