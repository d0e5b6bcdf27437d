"""What the commands that take a table of scores share: the options that name its columns, and how it is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calibrate.console import say
from calibrate.errors import ArgumentError, DataError

if TYPE_CHECKING:
    import pandas as pd

    from calibrate.analysis.readings import ScaleLike, Selection
    from calibrate.exchange.score_tables import ScoreTable

Scores = Annotated[
    Path, typer.Argument(metavar="SCORES", help="A table of scores: CSV or XLSX, long or wide.")
]
PieceColumn = Annotated[
    str | None, typer.Option(metavar="HEADING", help="The column of pieces, if not “piece”.")
]
RaterColumn = Annotated[
    str | None, typer.Option(metavar="HEADING", help="The column of raters, if not “rater”.")
]
CriterionColumn = Annotated[
    str | None,
    typer.Option(metavar="HEADING", help="The column of criteria, if not “criterion”."),
]
ScoreColumn = Annotated[
    str | None, typer.Option(metavar="HEADING", help="The column of scores, if not “score”.")
]
WideColumns = Annotated[
    str | None,
    typer.Option(
        metavar="A,B,C",
        help="For a wide table: the columns that hold scores, one per criterion.",
    ),
]
LevelList = Annotated[
    str | None,
    typer.Option(
        metavar="LEVELS",
        help="The scale: 1,2,3,4 or 1-4 or 0-4:0.5 or ORG=1-4,CONV=0-2; words lowest first.",
    ),
]


def read_scores(
    scores: Path,
    *,
    piece: str | None = None,
    rater: str | None = None,
    criterion: str | None = None,
    score: str | None = None,
    criteria: str | None = None,
    levels: str | None = None,
) -> ScoreTable:
    """The table that the options describe; what its reader has to say is said.

    Raises
    ------
    ArgumentError
        If the options speak of a long and a wide table at once, or of a wide one without columns.
    DataError
        If a criterion is called ``total``.
    """
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
    _refuse_total(table)
    return table


def _refuse_total(table: ScoreTable) -> None:
    """A criterion called ``total`` would be taken for all criteria together."""
    if any(name.casefold() == "total" for name in table.levels):
        raise DataError(
            "A criterion cannot be called total: this word stands for all criteria together.",
            file=table.file,
            fix="Leave the total out, for it is worked out; or give that criterion another name.",
        )


def blind_readings(
    frame: pd.DataFrame,
    scales: ScaleLike,
    cannot: str,
    *,
    file: str | None,
    keep_codes: bool = False,
) -> pd.DataFrame:
    """The rows of `blind_selection`."""
    return blind_selection(frame, scales, cannot, file=file, keep_codes=keep_codes).table


def blind_selection(
    frame: pd.DataFrame,
    scales: ScaleLike,
    cannot: str,
    *,
    file: str | None,
    keep_codes: bool = False,
) -> Selection:
    """The independent readings of the blind round; what is left out is said.

    Parameters
    ----------
    frame, scales
        The scores, and the scale of each criterion.
    cannot
        What cannot be done without any: ends the sentence “…, so they cannot”.
    file
        Where the scores come from.
    keep_codes
        Whether condition codes stay.

    Raises
    ------
    DataError
        If there is none.
    """
    from calibrate.analysis.readings import independent_blind

    chosen = independent_blind(frame, scales, keep_codes=keep_codes)
    if chosen.left_out:
        say(f"Note: {chosen.sentence}")
    if chosen.table.empty:
        raise DataError(
            f"None of these scores is an independent reading of a blind round, so they cannot {cannot}.",
            file=file,
            fix="Give the scores that raters gave before they talked.",
        )
    return chosen
