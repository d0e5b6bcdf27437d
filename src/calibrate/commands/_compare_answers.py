"""What ``calibrate compare`` says beside the differences: what would settle them, who would cross the cut, and the tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from calibrate.analysis.comparability import REST, Comparison
from calibrate.analysis.comparability_model import ThroughModel
from calibrate.analysis.comparability_words import other_side
from calibrate.analysis.cut_crossing import CutCrossing, cut_crossings, mean_scores
from calibrate.analysis.group_difference import GroupDifference
from calibrate.analysis.margins import numbers_by_criterion
from calibrate.analysis.readings import ScaleLike, as_scales
from calibrate.analysis.settling import (
    Settling,
    what_would_settle,
    what_would_settle_schools,
)
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count, signed
from calibrate.errors import ArgumentError, NotFound
from calibrate.model.rubric import Scale

_UNNAMED = "all"
"""What a criterion is called where the table names none."""

MOST_TOLD = 12
"""Of how many pairs the terminal says what would settle them."""


def with_cuts(levels: ScaleLike, cut: str | None) -> dict[str, Scale]:
    """The scales, with the first score that meets the standard where ``--cut`` gives one.

    Raises
    ------
    ArgumentError
        If it names an unknown criterion, or a score that is not on the scale.
    """
    scales = as_scales(levels)
    if cut is None:
        return scales
    given = numbers_by_criterion(cut, tuple(scales), "cut")
    for criterion, value in (
        dict.fromkeys(scales, given) if isinstance(given, float) else given
    ).items():
        try:
            level = scales[criterion].at_value(value)
        except NotFound as error:
            raise ArgumentError(
                f"{value:g} is not a score of {criterion}.", column="--cut", fix=error.fix
            ) from error
        scales[criterion] = replace(scales[criterion], cut=level.id)
    return scales


@dataclass(frozen=True)
class Answers:
    """What follows from the differences."""

    settling: tuple[Settling, ...]
    cut: tuple[CutCrossing, ...]

    @classmethod
    def of(
        cls,
        result: Comparison,
        rows: pd.DataFrame,
        scales: dict[str, Scale],
        group: str,
        through: ThroughModel,
    ) -> Answers:
        """For these raters and for the schools, from the readings that were compared."""
        schools = result.this_school
        every = (*result.groups, *result.pairs, *schools.groups, *schools.pairs)
        return cls(
            (
                *what_would_settle(
                    result.between_pairs(),
                    family_size=result.family_size,
                    through=through.these.between_pairs(),
                ),
                *what_would_settle_schools(schools, TOTAL, through=through),
            ),
            cut_crossings(every, mean_scores(rows, group), scales),
        )

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer."""
        return {
            "settling": [one.as_dict() for one in self.settling],
            "cut": [one.as_dict() for one in self.cut],
        }


def show_comparison(result: Comparison, answers: Answers) -> None:
    """Tables by criterion, then what they say."""
    screen = Console(soft_wrap=False)
    screen = screen if screen.is_terminal else Console(width=110)
    for criterion in (TOTAL, *(one for one in result.criteria if one != TOTAL)):
        if criterion != TOTAL and len(result.criteria) == 2:
            continue
        _show_criterion(screen, result, criterion)
    screen.print(Text(result.sentence))
    screen.print(Text(result.this_school.sentence))
    lead = [one for one in answers.cut if one.criterion == TOTAL and one.scored_by == REST]
    if not lead and len(result.criteria) == 2:
        lead = [one for one in answers.cut if one.scored_by == REST]
    for crossing in lead:
        if crossing.speaks_for == "these raters":
            screen.print(Text(crossing.sentence))
    for speaks_for in ("these raters", "this school"):
        told = [one for one in answers.settling if one.speaks_for == speaks_for]
        for what in told[:MOST_TOLD]:
            screen.print(Text(what.sentence))
        if len(told) > MOST_TOLD:
            screen.print(
                Text(f"And {len(told) - MOST_TOLD} more such pairs; --json lists them all.")
            )
    n_raters, n_schools = result.family_size, result.this_school.family_size
    together = f" over {count(n_raters, 'different comparison')}" if n_raters else ""
    too = f" (over {count(n_schools, 'different comparison')})" if n_schools else ""
    screen.print(
        Text(
            f"\nPoints that the first gives more than the second to the same work. The 95% intervals hold together{together}; "
            "they and “These raters” speak for these raters, not for others of "
            f"the same school. “As schools” speaks for their other raters too{too}. "
            "“Same”: the 90% interval lies within the margin."
        )
    )


def who_of(one: GroupDifference) -> str:
    """Who stands beside whom in a table; the rest by name where it is not all the others."""
    if one.b != REST:
        return f"{one.a} and {one.b}"
    few = "" if one.whole_rest else f": {other_side(REST, None, one.rest, whole=False)}"
    return f"{one.a} and the rest{few}"


def title_of(result: Comparison, criterion: str = TOTAL) -> str:
    """What stands above a table: of a single criterion its own name, for it is the total."""
    own = [one for one in result.criteria if one != TOTAL]
    if criterion == TOTAL and len(own) == 1:
        criterion = own[0]
        if criterion == _UNNAMED:
            return "Beside each other"
    return "All criteria together" if criterion == TOTAL else criterion


def _show_criterion(screen: Console, result: Comparison, criterion: str) -> None:
    rows = (*result.against_rest(criterion), *result.between_pairs(criterion))
    schools = result.this_school
    beside = (*schools.against_rest(criterion), *schools.between_pairs(criterion))
    title = title_of(result, criterion)
    margin = f" · margin {rows[0].margin:.2f}" if rows else ""
    table = Table(title=Text(title + margin), title_justify="left", title_style="bold")
    table.add_column("Who", overflow="fold")
    table.add_column("Points more", justify="right", no_wrap=True)
    table.add_column("95% interval", justify="right", no_wrap=True)
    table.add_column("Pieces", justify="right", no_wrap=True)
    table.add_column("These raters", no_wrap=True)
    table.add_column("As schools", no_wrap=True)
    for one, school in zip(rows, beside, strict=True):
        known = one.se == one.se
        table.add_row(
            Text(who_of(one)),
            signed(one.difference) if known else "–",
            f"{signed(one.ci95[0])} to {signed(one.ci95[1])}" if known else "–",
            str(one.n_shared_pieces),
            one.verdict,
            school.verdict,
        )
    screen.print(table)
    screen.print()
