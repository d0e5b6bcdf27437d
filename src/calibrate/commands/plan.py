"""``calibrate plan``: who reads what; and for scores that are there, what is disconnected and what would connect it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calibrate.commands._score_options import blind_readings, read_scores
from calibrate.console import JsonFlag, print_json, say
from calibrate.errors import UsageError

if TYPE_CHECKING:
    from calibrate.analysis.planner import ReadingPlan

app = typer.Typer()


@app.command()
def plan(
    pieces: Annotated[
        Path | None,
        typer.Argument(metavar="PIECES", help="What is to be read: a table with a column “piece”."),
    ] = None,
    raters: Annotated[
        Path | None,
        typer.Argument(metavar="RATERS", help="Who reads: a table with a column “rater”."),
    ] = None,
    readings: Annotated[int, typer.Option(metavar="N", help="Raters who read each piece.")] = 2,
    anchors: Annotated[
        str, typer.Option(metavar="everyone|spread", help="Who reads the anchors.")
    ] = "everyone",
    shared: Annotated[
        int, typer.Option(metavar="N", help="Pieces that every two schools must share.")
    ] = 0,
    seed: Annotated[int, typer.Option(metavar="N", help="Another number, another plan.")] = 0,
    uneven: Annotated[
        bool, typer.Option("--uneven", help="Let workloads differ by more than one piece.")
    ] = False,
    unlinked: Annotated[
        bool, typer.Option("--unlinked", help="Let the plan fall into parts that share no piece.")
    ] = False,
    scored: Annotated[
        Path | None,
        typer.Option(metavar="SCORES", help="Scores that are there: what would connect them?"),
    ] = None,
    tell: Annotated[
        float | None,
        typer.Option(
            metavar="POINTS",
            help="With --scored: how many shared pieces and raters tell two schools apart by this much.",
        ),
    ] = None,
    criteria: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="With --scored: the columns of a wide table."),
    ] = None,
    levels: Annotated[
        str | None, typer.Option(metavar="LEVELS", help="With --scored: the scale, like 1-4.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the plan as CSV: rater, piece.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Say who scores what, evenly, with nobody's own students, and linked by shared pieces.

    PIECES has a column piece and, where they apply, classroom, teacher, readings and anchor. RATERS has a
    column rater and, where they apply, school, classroom and capacity; several in a cell are joined by “;”.
    With --scored it says what is disconnected in scores that are there, and the fewest further readings that
    connect it; with --tell too, what it takes to tell two schools apart.
    """
    if (pieces is None) != (raters is None) or (pieces is None and scored is None):
        raise UsageError(
            "A plan needs a table of pieces and a table of raters, or scores that are there.",
            fix="calibrate plan PIECES.csv RATERS.csv, or calibrate plan --scored SCORES.csv.",
        )
    if tell is not None and scored is None:
        raise UsageError("--tell works from scores that are there.", fix="Add --scored SCORES.csv.")
    if out is not None and pieces is None:
        raise UsageError("There is no plan to write.", fix="Give PIECES and RATERS.")
    answer: dict[str, Any] = {"plan": None, "repair": None, "precision": None}
    words = []
    if scored is not None:
        words += _of_scores(scored, tell, criteria, levels, answer)
    made = None
    if pieces is not None and raters is not None:
        made = _of_tables(pieces, raters, readings, anchors, shared, seed, uneven, unlinked)
        answer["plan"] = made.as_dict()
        words.append(made.sentence)
        if out is not None:
            _write(made, out)
    answer["sentence"] = " ".join(words)
    if as_json:
        print_json(answer)
        return
    _show(made, words)


def _of_scores(
    scored: Path,
    tell: float | None,
    criteria: str | None,
    levels: str | None,
    answer: dict[str, Any],
) -> list[str]:
    from calibrate.analysis.planner_precision import what_it_takes
    from calibrate.analysis.planner_repair import what_would_connect
    from calibrate.stats.generalizability import g_study

    table = read_scores(scored, criteria=criteria, levels=levels)
    rows = blind_readings(table.frame, table.levels, "say what is connected", file=table.file)
    repair = what_would_connect(rows)
    answer["repair"] = repair.as_dict()
    words = [repair.sentence]
    if tell is not None:
        study = g_study(
            rows["piece"].to_numpy(),
            rows["rater"].to_numpy(),
            rows["score"].to_numpy(dtype=float),
            rows["criterion"].to_numpy(),
        )
        precision = what_it_takes(study, tell)
        answer["precision"] = precision.as_dict()
        words.append(precision.sentence)
    return words


def _of_tables(
    pieces: Path,
    raters: Path,
    readings: int,
    anchors: str,
    shared: int,
    seed: int,
    uneven: bool,
    unlinked: bool,
) -> ReadingPlan:
    from calibrate.analysis.planner import plan_readings
    from calibrate.exchange.plan_tables import read_plan_pieces, read_plan_raters

    what, warnings = read_plan_pieces(pieces)
    who, more = read_plan_raters(raters)
    for warning in (*warnings, *more):
        say(f"Note: {warning}")
    return plan_readings(
        what,
        who,
        readings=readings,
        anchors=anchors,
        shared=shared,
        seed=seed,
        even=not uneven,
        linked=not unlinked,
    )


def _write(made: ReadingPlan, out: Path) -> None:
    import csv

    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["rater", "piece"])
        writer.writerows((rater, piece) for rater, each in made.by_rater.items() for piece in each)
    say(f"Written to {out.name}.")


def _show(made: ReadingPlan | None, words: list[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    screen = Console(soft_wrap=False)
    screen = screen if screen.is_terminal else Console(width=110)
    if made is not None:
        table = Table(title="Who reads what", title_justify="left", title_style="bold")
        table.add_column("Rater", overflow="fold")
        table.add_column("Pieces", justify="right")
        table.add_column("Which", overflow="fold")
        for rater, each in made.by_rater.items():
            table.add_row(Text(rater), str(len(each)), Text(", ".join(each)))
        screen.print(table)
        screen.print()
    for one in words:
        screen.print(Text(one))
