"""``calibrate plan``: who reads what; and for scores that are there, what is disconnected and what would connect it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calibrate.commands._score_options import blind_readings, read_scores
from calibrate.console import JsonFlag, print_json, say
from calibrate.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from calibrate.analysis.own_students import Barred
    from calibrate.analysis.planner import ReadingPlan
    from calibrate.analysis.planner_precision import Precision
    from calibrate.analysis.readings import ScaleLike
    from calibrate.model.reading_plan import PlanPiece, PlanRater

    Tables = tuple[list[PlanPiece], list[PlanRater]]
    Readings = tuple[pd.DataFrame, Barred, ScaleLike]

app = typer.Typer()
_WHOM = ("raters", "schools")
_CANNOT = "say what is connected"


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
    project: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="In place of --scored: the scores of this project; its roster says whose students wrote what.",
        ),
    ] = None,
    window: Annotated[
        str | None, typer.Option(help="With --project: only this window, for example 2025-fall.")
    ] = None,
    tell: Annotated[
        float | None,
        typer.Option(
            metavar="POINTS",
            help="With --scored or --project: how many shared pieces and raters tell two schools apart by this much; with PIECES and RATERS "
            "too, the plan meets it.",
        ),
    ] = None,
    speaks_for: Annotated[
        str,
        typer.Option(
            metavar="raters|schools",
            help="With --tell: a plan that tells it of these raters, or of the schools, whoever reads.",
        ),
    ] = "raters",
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
    connect it, none of them of a rater's own student as far as the tables say whose the pieces are; with --tell
    too, what it takes to tell two schools apart, and PIECES and RATERS are planned so that they can be.
    """
    there = scored is not None or project is not None
    if (pieces is None) != (raters is None) or (pieces is None and not there):
        raise UsageError(
            "A plan needs a table of pieces and a table of raters, or scores that are there.",
            fix="calibrate plan PIECES.csv RATERS.csv, or calibrate plan --scored SCORES.csv.",
        )
    if scored is not None and project is not None:
        raise UsageError("The scores are in a table or in a project.", fix="Give one or the other.")
    if tell is not None and not there:
        raise UsageError("--tell works from scores that are there.", fix="Add --scored SCORES.csv.")
    if window is not None and project is None:
        raise UsageError(
            "--window chooses from a project's own scores.", fix="Add --project FOLDER."
        )
    if speaks_for not in _WHOM:
        raise UsageError(
            f"There is no --speaks-for {speaks_for}.",
            column="--speaks-for",
            fix=f"Use {' or '.join(_WHOM)}.",
        )
    if out is not None and pieces is None:
        raise UsageError("There is no plan to write.", fix="Give PIECES and RATERS.")
    answer: dict[str, Any] = {"plan": None, "repair": None, "precision": None, "plan_tells": None}
    words: list[str] = []
    tables = _read_tables(pieces, raters)
    precision = None
    if scored is not None:
        precision = _of_scores(_in_table(scored, criteria, levels), tables, tell, answer, words)
    elif project is not None:
        precision = _of_scores(_in_project(project, window), tables, tell, answer, words)
    made = None
    if tables is not None:
        if precision is not None:
            from calibrate.analysis.planner_telling import shared_for

            shared = max(shared, shared_for(precision, tables[1], len(tables[0]), speaks_for))
        made = _of_tables(tables, readings, anchors, shared, seed, uneven, unlinked)
        answer["plan"] = made.as_dict()
        words.append(made.sentence)
        if precision is not None:
            from calibrate.analysis.planner_telling import what_a_plan_tells

            tells = what_a_plan_tells(made, tables[1], precision, shared, speaks_for)
            answer["plan_tells"] = tells.as_dict()
            words.append(tells.sentence)
        if out is not None:
            _write(made, out)
    answer["sentence"] = " ".join(words)
    if as_json:
        print_json(answer)
        return
    _show(made, words)


def _in_table(scored: Path, criteria: str | None, levels: str | None) -> Readings:
    from calibrate.analysis.own_students import barred_in_scores

    table = read_scores(scored, criteria=criteria, levels=levels)
    rows = blind_readings(table.frame, table.levels, _CANNOT, file=table.file)
    return rows, barred_in_scores(table.frame), table.levels


def _in_project(folder: Path, window: str | None) -> Readings:
    from datetime import date

    from calibrate.store.project import Project
    from calibrate.workflows.planning_facts import planning_facts

    with Project.open(folder) as opened:
        facts = planning_facts(opened, date.today(), window=window)
    for note in facts.notes:
        say(f"Note: {note}")
    rows = blind_readings(facts.table, facts.scales, _CANNOT, file=None)
    return rows, facts.barred, facts.scales


def _of_scores(
    readings: Readings,
    tables: Tables | None,
    tell: float | None,
    answer: dict[str, Any],
    words: list[str],
) -> Precision | None:
    """What the scores say of links, and what it takes to tell two schools apart where that is asked."""
    from calibrate.analysis.own_students import NOBODY, barred_in_plan
    from calibrate.analysis.planner_precision import what_it_takes
    from calibrate.analysis.planner_repair import what_would_connect
    from calibrate.analysis.planner_variances import reader_variances

    rows, own, scales = readings
    barred = own | (barred_in_plan(*tables) if tables else NOBODY)
    repair = what_would_connect(rows, barred=barred.pairs, own_students_known=barred.known)
    answer["repair"] = repair.as_dict()
    words.append(repair.sentence)
    if tell is None:
        return None
    people = tables[1] if tables else []
    school_of = {one.id: one.school for one in people if one.school}
    known = reader_variances(rows, scales, school_of)
    precision = what_it_takes(known, tell, len(set(school_of.values())))
    answer["precision"] = precision.as_dict()
    words.append(precision.sentence)
    return precision


def _read_tables(pieces: Path | None, raters: Path | None) -> Tables | None:
    from calibrate.exchange.plan_tables import read_plan_pieces, read_plan_raters

    if pieces is None or raters is None:
        return None
    what, warnings = read_plan_pieces(pieces)
    who, more = read_plan_raters(raters)
    for warning in (*warnings, *more):
        say(f"Note: {warning}")
    return what, who


def _of_tables(
    tables: Tables,
    readings: int,
    anchors: str,
    shared: int,
    seed: int,
    uneven: bool,
    unlinked: bool,
) -> ReadingPlan:
    from calibrate.analysis.planner import plan_readings

    return plan_readings(
        *tables,
        readings=readings,
        anchors=anchors,
        shared=shared,
        seed=seed,
        even=not uneven,
        linked=not unlinked,
    )


def _write(made: ReadingPlan, out: Path) -> None:
    import csv

    from calibrate.places import writing

    with writing(out), out.open("w", encoding="utf-8", newline="") as file:
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
