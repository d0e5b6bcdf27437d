"""``calibrate agreement``: how far raters agree, from any table of scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calibrate.commands._score_options import (
    CriterionColumn,
    LevelList,
    PieceColumn,
    RaterColumn,
    ScoreColumn,
    WideColumns,
    blind_readings,
    read_scores,
)
from calibrate.console import JsonFlag, print_json, say
from calibrate.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from calibrate.commands._agreement_anchors import Settled
    from calibrate.model.rubric import Scale

app = typer.Typer()


@app.command()
def agreement(
    scores: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SCORES]",
            help="A table of scores: CSV or XLSX, long or wide. Without one, the scores of the project.",
        ),
    ] = None,
    piece: PieceColumn = None,
    rater: RaterColumn = None,
    criterion: CriterionColumn = None,
    score: ScoreColumn = None,
    criteria: WideColumns = None,
    levels: LevelList = None,
    project: Annotated[
        Path | None,
        typer.Option(
            help="The project's folder, where no SCORES are given; this folder otherwise."
        ),
    ] = None,
    session: Annotated[str | None, typer.Option(help="Only this session of the project.")] = None,
    school: Annotated[
        str | None, typer.Option(help="Only this school's pieces and raters, of the project.")
    ] = None,
    window: Annotated[
        str | None, typer.Option(help="Only this window of the project, for example 2025-fall.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every coefficient instead of the usual six.")
    ] = False,
    pairs: Annotated[
        bool,
        typer.Option("--pairs", help="Also every pair of raters: what they share, how they agree."),
    ] = False,
    like_these: Annotated[
        bool,
        typer.Option(
            "--raters-like-these",
            help="Intervals for other raters of this kind too (three or more), not for these alone.",
        ),
    ] = False,
    bootstrap: Annotated[
        str | None,
        typer.Option(
            metavar="pieces|blocks",
            help="Intervals by resampling pieces; blocks: only among pieces that the same raters read.",
        ),
    ] = None,
    words: Annotated[
        str,
        typer.Option(
            metavar="SCALE",
            help="With --all: whose words for a coefficient: landis-koch, altman or fleiss.",
        ),
    ] = "landis-koch",
    anchor: Annotated[
        str | None,
        typer.Option(
            metavar="RATER",
            help="In a table: the “rater” whose scores are the settled ones; the others are set beside them. "
            "A project's own anchors are shown with --all.",
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Say how far raters agree, by criterion and in all, with intervals and plain sentences.

    SCORES has a row for each judgement (piece, rater, criterion, score) or, with --criteria, a column
    for each criterion. Without SCORES the project's own scores are read. Only independent readings of
    a blind round count.
    """
    from calibrate.analysis.agreement import TOTAL
    from calibrate.analysis.agreement import agreement as agree
    from calibrate.analysis.anchor_readings import beside_anchors
    from calibrate.analysis.pair_matrix import pair_matrix
    from calibrate.analysis.readings import as_scales, read_in_other_sessions
    from calibrate.commands._agreement_anchors import settled_in_table, show_anchors
    from calibrate.commands._agreement_tables import show
    from calibrate.stats.benchmark_words import SCALES

    _among("--bootstrap", bootstrap, ("pieces", "blocks"))
    _among("--words", words, tuple(SCALES))
    if bootstrap and like_these:
        raise UsageError(
            "--bootstrap resamples pieces for these raters, --raters-like-these leaves raters out.",
            column="--bootstrap",
            fix="Give one or the other.",
        )
    if scores is None:
        if piece or rater or criterion or score or criteria or levels:
            raise UsageError(
                "Columns and levels are for a table of scores.",
                column="SCORES",
                fix="Name the table, or leave these options out to read the project's own scores.",
            )
        if project is None and not Path("calibrate.toml").exists():
            raise UsageError(
                "This folder holds no project, so a table of scores is needed.",
                column="SCORES",
                fix="Name a table of scores, or say where the project is: --project FOLDER.",
            )
        if anchor:
            raise UsageError(
                "--anchor names a rater in a table of scores.",
                column="--anchor",
                fix="Leave it out: a project's own anchors are shown with --all.",
            )
        frame, known, labels, settled = _of_project(
            project or Path(), session, school, window, named=pairs or every
        )
        file = None
    else:
        if session or school or window:
            raise UsageError(
                "--session, --school and --window choose from the project's own scores.",
                column="--session" if session else "--school" if school else "--window",
                fix="Leave SCORES out, or leave these out.",
            )
        table = read_scores(
            scores,
            piece=piece,
            rater=rater,
            criterion=criterion,
            score=score,
            criteria=criteria,
            levels=levels,
        )
        frame, known, labels, file = table.frame, as_scales(table.levels), {}, table.file
        settled = None
        if anchor:
            frame, settled = settled_in_table(frame, anchor, project, file)
    rows = blind_readings(frame, known, "show agreement", file=file, keep_codes=True)
    if said := read_in_other_sessions(rows):
        say(f"Note: {said}")
    result = agree(
        rows,
        known,
        every=every,
        like_these=like_these,
        resample=bootstrap,  # type: ignore[arg-type]
        words=words,
        labels=labels,
    )
    matrices = {}
    if pairs:
        names = [one.criterion for one in result.criteria]
        matrices = {name: pair_matrix(rows, known, name) for name in names}
        matrices[TOTAL] = pair_matrix(rows, known)
    beside = (
        beside_anchors(frame, settled.scores, known, rule=settled.rule)
        if settled is not None and (every or anchor)
        else ()
    )
    if as_json:
        answer = result.as_dict()
        if beside:
            answer["anchors"] = [one.as_dict() for one in beside]
        for part in (*answer["criteria"], answer["total"]):  # type: ignore[misc]
            if matrices:
                part["pairs"] = matrices[part["criterion"]].as_rows()
        print_json(answer)
    else:
        show(result, labels, matrices)
        show_anchors(beside, labels)


def _among(option: str, given: str | None, known: tuple[str, ...]) -> None:
    if given is not None and given not in known:
        raise UsageError(
            f"{option} cannot be {given!r}.",
            column=option,
            fix=f"Choose one of {', '.join(known)}.",
        )


def _of_project(
    folder: Path, session: str | None, school: str | None, window: str | None, named: bool
) -> tuple[pd.DataFrame, dict[str, Scale], dict[str, str], Settled]:
    from calibrate.commands._agreement_anchors import Settled
    from calibrate.store.project import Project
    from calibrate.workflows.anchor_scores import anchor_scores, qualification_rule
    from calibrate.workflows.district_facts import rater_pseudonyms
    from calibrate.workflows.stored_scores import stored_scores

    with Project.open(folder) as opened:
        found = stored_scores(opened, session=session, school=school, window=window)
        table = found.table
        if named:  # raters are shown under the pseudonyms of inside reports
            names = rater_pseudonyms(
                opened, [one for one in table["rater"].unique() if "+" not in one]
            )
            table = table.assign(rater=table["rater"].map(lambda one: names.get(one, one)))
        settled = Settled(anchor_scores(opened, found.rubric), qualification_rule(opened.settings))
    for note in found.notes:
        say(f"Note: {note}")
    return table, found.scales, found.labels, settled
