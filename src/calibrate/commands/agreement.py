"""``calibrate agreement``: how far raters agree, from any table of scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calibrate.console import JsonFlag, print_json, say
from calibrate.errors import ArgumentError, DataError

if TYPE_CHECKING:
    from calibrate.analysis.agreement import AgreementResult

app = typer.Typer()


@app.command()
def agreement(
    scores: Annotated[
        Path, typer.Argument(metavar="SCORES", help="A table of scores: CSV or XLSX, long or wide.")
    ],
    piece: Annotated[
        str | None, typer.Option(metavar="HEADING", help="The column of pieces, if not “piece”.")
    ] = None,
    rater: Annotated[
        str | None, typer.Option(metavar="HEADING", help="The column of raters, if not “rater”.")
    ] = None,
    criterion: Annotated[
        str | None,
        typer.Option(metavar="HEADING", help="The column of criteria, if not “criterion”."),
    ] = None,
    score: Annotated[
        str | None, typer.Option(metavar="HEADING", help="The column of scores, if not “score”.")
    ] = None,
    criteria: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,C",
            help="For a wide table: the columns that hold scores, one per criterion.",
        ),
    ] = None,
    levels: Annotated[
        str | None,
        typer.Option(
            metavar="LEVELS",
            help="The scale: 1,2,3,4 or 1-4 or 0-4:0.5 or ORG=1-4,CONV=0-2; words lowest first.",
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every coefficient instead of the usual six.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Say how far raters agree, by criterion and in all, with intervals and plain sentences.

    SCORES has a row for each judgement (piece, rater, criterion, score) or, with --criteria, a column
    for each criterion. Only independent readings of a blind round count.
    """
    from calibrate.analysis.agreement import agreement as agree
    from calibrate.analysis.readings import independent_blind
    from calibrate.exchange.score_tables import read_score_table

    if criteria is not None and (criterion or score):
        raise ArgumentError(
            "--criteria is for wide tables, --criterion and --score are for long ones.",
            column="--criteria",
            fix="Give one or the other.",
        )
    wide = [name.strip() for name in criteria.split(",") if name.strip()] if criteria else []
    if criteria is not None and not wide:
        raise ArgumentError(
            "--criteria names no column.",
            column="--criteria",
            fix="Write them like --criteria ORG,CONV.",
        )
    table = read_score_table(
        scores,
        piece=piece,
        rater=rater,
        criterion=criterion,
        score=score,
        criteria=wide,
        levels=levels,
    )
    for warning in table.warnings:
        say(f"Note: {warning}")
    chosen = independent_blind(table.frame, table.levels, keep_codes=True)
    if chosen.left_out:
        say(f"Note: {chosen.sentence}")
    if chosen.table.empty:
        raise DataError(
            "None of these scores is an independent reading of a blind round, so they cannot show agreement.",
            file=table.file,
            fix="Give the scores that raters gave before they talked.",
        )
    result = agree(chosen.table, table.levels, every=every)
    if as_json:
        print_json(result.as_dict())
    else:
        _show(result)


#: Narrower screens get no column of pieces and fold the names, so that no number is cut off.
_WIDE = 80


def _show(result: AgreementResult) -> None:
    """A table for each criterion, then the sentences."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from calibrate.analysis.agreement_words import coefficient_name, value_shown
    from calibrate.analysis.wording import count

    screen = Console(soft_wrap=False)
    screen = screen if screen.is_terminal else Console(width=110)
    parts = result.criteria if len(result.criteria) == 1 else (*result.criteria, result.total)
    for part in parts:
        title = "All criteria together" if part is result.total else part.criterion
        table = Table(
            title=Text(
                f"{title} · {count(part.n_pieces, 'piece')}, {count(part.n_raters, 'rater')}, "
                f"{count(part.n_ratings, 'score')}"
            ),
            title_justify="left",
            title_style="bold",
        )
        narrow = screen.width < _WIDE
        table.add_column("Coefficient", no_wrap=not narrow, min_width=12)
        table.add_column("Value", justify="right", no_wrap=True, min_width=5)
        table.add_column("95% interval", justify="right", no_wrap=True, min_width=13)
        if not narrow:
            table.add_column("Pieces", justify="right", no_wrap=True)
        table.add_column("To know", overflow="fold", min_width=8)
        for one in part.coefficients:
            interval = (
                f"{value_shown(one, one.ci_low)} to {value_shown(one, one.ci_high)}"
                if one.has_interval
                else "–"
            )
            note = "; ".join(
                filter(None, [one.undefined, *(f for f in one.flags if not one.undefined)])
            )
            table.add_row(
                coefficient_name(one),
                value_shown(one, one.value),
                interval,
                *([] if narrow else [str(one.n_pieces)]),
                Text(note),
            )
        screen.print(table)
        screen.print()
    for part in parts:
        screen.print(Text(part.sentence))
    screen.print(
        Text(
            "\nIntervals are 95% and speak for these raters on other pieces like these (ICC: for raters like these). "
            "Pieces are those that two or more raters scored. "
            "Kappa is Cohen's where two raters scored, Fleiss' where more did."
        )
    )
