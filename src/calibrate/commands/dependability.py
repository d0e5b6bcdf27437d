"""``calibrate dependability``: where differences come from, and what more raters or tasks would buy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from calibrate.commands._score_options import (
    CriterionColumn,
    LevelList,
    PieceColumn,
    RaterColumn,
    ScoreColumn,
    Scores,
    WideColumns,
    blind_readings,
    read_scores,
)
from calibrate.console import JsonFlag, print_json
from calibrate.errors import ArgumentError

if TYPE_CHECKING:
    from rich.table import Table

    from calibrate.analysis.dependability import DependabilityResult
    from calibrate.model.rubric import Scale

app = typer.Typer()


@app.command()
def dependability(
    scores: Scores,
    piece: PieceColumn = None,
    rater: RaterColumn = None,
    criterion: CriterionColumn = None,
    score: ScoreColumn = None,
    criteria: WideColumns = None,
    levels: LevelList = None,
    measured: Annotated[
        str | None,
        typer.Option(
            "--object",
            metavar="piece|student",
            help="What is measured: the piece, or the student over several pieces.",
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(metavar="N", help="Minutes of one reading; otherwise those in the table."),
    ] = None,
    cut: Annotated[
        float | None,
        typer.Option(metavar="SCORE", help="The lowest mean score that counts as proficient."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Say where differences between scores come from, and what more raters or tasks would buy.

    SCORES has a row for each judgement (piece, rater, criterion, score) or, with --criteria, a column
    for each criterion; columns student, task, window and minutes are used where they are there. Only
    independent readings of a blind round count, and criteria are taken as they are, not as a sample.
    """
    from calibrate.analysis.dependability import dependability as depend
    from calibrate.analysis.readings import as_scales

    table = read_scores(
        scores,
        piece=piece,
        rater=rater,
        criterion=criterion,
        score=score,
        criteria=criteria,
        levels=levels,
    )
    rows = blind_readings(
        table.frame, table.levels, "show how far scores can be depended on", file=table.file
    )
    if cut is not None:
        _check_cut(cut, as_scales(table.levels))
    result = depend(rows, table.levels, minutes=minutes, cut=cut, measured=measured)
    if as_json:
        print_json(result.as_dict())
    else:
        _show(result)


def _check_cut(cut: float, scales: Mapping[str, Scale]) -> None:
    """Refuse a cut that no mean over the criteria can reach, or that every mean reaches."""
    ends = [(scale.values[0], scale.values[-1]) for scale in scales.values()]
    low, high = (sum(values) / len(values) for values in zip(*ends, strict=True))
    if not low <= cut <= high:
        one = next(iter(scales))
        raise ArgumentError(
            f"{cut:g} is not a score of {one}."
            if len(scales) == 1
            else f"{cut:g} is not a mean score over these criteria.",
            column="--cut",
            fix=f"Give a score from {low:g} to {high:g}.",
        )


def _show(result: DependabilityResult) -> None:
    """The components, the decision study, then the sentence and what to know."""
    from math import isnan

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from calibrate.analysis.dependability_words import (
        hours_shown,
        range_shown,
        share_shown,
        source_name,
    )
    from calibrate.analysis.wording import count, percent

    screen = Console(soft_wrap=False)
    screen = screen if screen.is_terminal else Console(width=110)
    study = result.study
    if not study.undefined:
        table = Table(
            title=Text(
                f"Where differences come from · {count(study.n_pieces, 'piece')}, "
                f"{count(study.n_raters, 'rater')}, {count(study.n_scores, 'score')}"
            ),
            title_justify="left",
            title_style="bold",
        )
        table.add_column("Source", overflow="fold")
        table.add_column("In words", overflow="fold")
        table.add_column("Variance", justify="right", no_wrap=True)
        table.add_column("95% range", justify="right", no_wrap=True)
        table.add_column("Share", justify="right", no_wrap=True)
        for one in study.components:
            chance = ", and chance" if one is study.components[-1] else ""
            table.add_row(
                one.source,
                source_name(one.source) + chance,
                f"{one.variance:.3f}",
                "" if isnan(one.ci_low) else f"{one.ci_low:.3f}–{one.ci_high:.3f}",
                percent(one.share),
            )
        screen.print(table)
        screen.print()
        screen.print(_plans(result, Table, share_shown, hours_shown, range_shown))
        screen.print()
    screen.print(Text(result.sentence))
    for note in study.notes:
        screen.print(Text(f"Note: {note}"))
    if not study.undefined:
        screen.print(
            Text(
                f"\nComponents by {study.method}; readings are {study.design}. g looks at the order of "
                f"{study.object}s, phi (dependability) at the points themselves; criteria are fixed."
                + ("" if result.minutes_from != "not known" else " --minutes N tells the hours.")
            )
        )


def _plans(
    result: DependabilityResult,
    table_of: type[Table],
    share: Callable[[float], str],
    hours: Callable[[float], str],
    range_of: Callable[[float, float], str],
) -> Table:
    """The decision study as a table; columns that know nothing are left out."""
    students = result.study.object == "student"
    table = table_of(
        title="What more readings would bring", title_justify="left", title_style="bold"
    )
    table.add_column("Raters a piece", justify="right")
    if students:
        table.add_column("Pieces a student", justify="right")
    for name in ("g", "phi", "95% range"):
        table.add_column(name, justify="right", no_wrap=True)
    if result.cut is not None:
        table.add_column("Same side of the cut", justify="right")
        table.add_column("95% range", justify="right", no_wrap=True)
    timed = result.minutes_from != "not known"
    if timed:
        table.add_column("Scoring", justify="right", no_wrap=True)
    for one in result.plans:
        table.add_row(
            str(one.n_rater),
            *([str(one.n_task)] if students else []),
            share(one.g),
            share(one.phi),
            range_of(one.phi_sure.ci_low, one.phi_sure.ci_high),
            *(
                [
                    share(one.consistency),
                    range_of(one.consistency_sure.ci_low, one.consistency_sure.ci_high),
                ]
                if result.cut is not None
                else []
            ),
            *([hours(one.hours)] if timed else []),
        )
    return table
