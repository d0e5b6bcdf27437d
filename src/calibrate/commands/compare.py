"""``calibrate compare``: is a 3 here a 3 there, from the pieces that both read."""

from __future__ import annotations

from typing import Annotated

import typer

from calibrate.commands._score_options import (
    CriterionColumn,
    LevelList,
    PieceColumn,
    RaterColumn,
    ScoreColumn,
    Scores,
    WideColumns,
    blind_selection,
    read_scores,
)
from calibrate.console import JsonFlag, print_json
from calibrate.errors import DataError

app = typer.Typer()


@app.command()
def compare(
    scores: Scores,
    group: Annotated[
        str, typer.Option(metavar="HEADING", help="The column of the rater's group, like school.")
    ],
    piece_group: Annotated[
        str | None,
        typer.Option(metavar="HEADING", help="The column of the group that the piece comes from."),
    ] = None,
    own: Annotated[
        str | None,
        typer.Option(
            metavar="HEADING",
            help="A yes-or-no column: whether a rater scored her own student. A column purpose with own_student says it too.",
        ),
    ] = None,
    margin: Annotated[
        str | None,
        typer.Option(
            metavar="POINTS",
            help="The difference too small to matter: 0.25, or ORG=0.25,CONV=0.2; otherwise an eighth of "
            "each scale's range.",
        ),
    ] = None,
    cut: Annotated[
        str | None,
        typer.Option(
            metavar="SCORE",
            help="The first score that meets the standard: 3, or ORG=3,CONV=2. With it the answer says how many "
            "pieces would change sides if another group had scored them.",
        ),
    ] = None,
    student_group: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HEADING",
            help="A column of the groups that a piece's writer or work belongs to (language, programme); may be repeated.",
        ),
    ] = None,
    student: Annotated[
        str | None,
        typer.Option(metavar="HEADING", help="The column of students, if not “student”."),
    ] = None,
    min_students: Annotated[
        int,
        typer.Option(help="The fewest students of a group that is looked at.", min=5, max=30),
    ] = 10,
    piece: PieceColumn = None,
    rater: RaterColumn = None,
    criterion: CriterionColumn = None,
    score: ScoreColumn = None,
    criteria: WideColumns = None,
    levels: LevelList = None,
    as_json: JsonFlag = False,
) -> None:
    """Say whether groups of raters score the same work alike: same, different, or cannot tell.

    Only independent blind readings of pieces that raters of both groups read are compared: each group
    with the rest first, then every two. What cannot be told comes with the shared pieces that would settle it.
    Classroom teachers' scores of their own students are set beside others' blind scores in a table of their own.
    """
    from calibrate.analysis.bridges import bridges
    from calibrate.analysis.comparability import compare as beside
    from calibrate.analysis.margins import parse_margin
    from calibrate.commands._compare_answers import Answers, show_comparison, with_cuts
    from calibrate.commands._compare_model import (
        show_through_model,
        through_as_dict,
        through_model,
    )
    from calibrate.commands._own_teachers import mark_own, own_beside_others, show_own
    from calibrate.commands._rater_groups import (
        column_of_raters_groups,
        group_column,
        note_movers,
        refuse_taken_names,
        refuse_too_many,
        with_a_group,
    )
    from calibrate.commands._student_groups import groups_looked_at, show_groups
    from calibrate.exchange.cells import plain_heading

    table = read_scores(
        scores,
        piece=piece,
        rater=rater,
        criterion=criterion,
        score=score,
        criteria=criteria,
        levels=levels,
    )
    scales = with_cuts(table.levels, cut)
    too_small = None if margin is None else parse_margin(margin, list(table.levels))
    frame = table.frame
    column = column_of_raters_groups(frame, plain_heading(group), group)
    of_piece = (
        group_column(frame, plain_heading(piece_group), "--piece-group", piece_group)
        if piece_group
        else None
    )
    for name in (column, of_piece):
        if name is not None:
            frame[name] = frame[name].astype("string").str.strip().replace("", None)
    if own is not None:
        mark_own(frame, group_column(frame, plain_heading(own), "--own", own), own, table.file)
    refuse_taken_names(frame, column, table.file)
    beside_own = own_beside_others(frame, table.levels, column, too_small)
    headings = {
        one: group_column(frame, plain_heading(one), "--student-group", one)
        for one in student_group or ()
    }
    if student is not None:
        frame["student"] = frame[group_column(frame, plain_heading(student), "--student", student)]
    looked = groups_looked_at(frame, table.levels, column, headings, min_students)
    blind = blind_selection(frame, table.levels, "be compared", file=table.file)
    rows, homeless = with_a_group(blind.table, column)
    if rows.empty:
        raise DataError(
            "None of these scores is an independent blind reading by a rater of a group, so there is nothing to compare.",
            file=table.file,
            fix="Give the scores that raters gave before they talked, with the group of each rater.",
        )
    refuse_too_many(rows, column, group)
    note_movers(rows, column)
    result = beside(rows, scales, group=column, margin=too_small)
    through = through_model(rows, scales, column, of_piece, too_small)
    answers = Answers.of(result, rows, scales, column, through)
    if as_json:
        answer = result.as_dict()
        answer["through_model"] = through_as_dict(result, through)
        found = bridges(rows, result.links, column, of_piece)
        answer["bridges"] = [one.as_dict() for one in found]
        answer |= answers.as_dict()
        answer["own_teachers"] = None if beside_own is None else beside_own.as_dict()
        answer["student_groups"] = None if looked is None else looked.as_dict()
        answer["left_out"] = [
            {"reason": one.reason, "n": one.n} for one in (*blind.left_out, *homeless)
        ]
        print_json(answer)
    else:
        show_comparison(result, answers)
        show_through_model(result, through)
        show_own(beside_own)
        show_groups(looked)
