"""``calibrate export scores|rubric|wall``: files for other programs, other projects, and other people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calibrate import console

if TYPE_CHECKING:
    from calibrate.store.project import Project
    from calibrate.workflows.exports import Export

app = typer.Typer(
    help="Hand out scores, a rubric or the writing wall as files, with a page beside each that says what it holds.",
    no_args_is_help=True,
)

_Project = Annotated[
    Path, typer.Option("--project", help="The project's folder.", show_default="here")
]
_To = Annotated[
    Path | None,
    typer.Option(
        "--to",
        metavar="FILE",
        help="The file, or a folder for it; its ending says which kind. By default in reports/exports/.",
    ),
]
_Force = Annotated[
    bool, typer.Option("--force", help="Write over the file if it is there already.")
]
_Raw = Annotated[
    bool,
    typer.Option(
        "--raw",
        help="Cells exactly as they are, for another program. Without it an apostrophe stands before what a "
        "spreadsheet would take for a formula.",
    ),
]


@app.command()
def scores(
    what: Annotated[
        str,
        typer.Option(
            "--what",
            metavar="resolved|readings",
            help="resolved: the score of record of every piece. readings: every judgement, never one that is sealed.",
        ),
    ] = "resolved",
    session: Annotated[str | None, typer.Option(help="Only this session.")] = None,
    school: Annotated[str | None, typer.Option(help="Only this school.")] = None,
    window: Annotated[str | None, typer.Option(help="Only this window.")] = None,
    layout: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="long|wide|canvas-gradebook|oneroster",
            help="long: a row per judgement. wide: a column per criterion. The others are for those systems.",
        ),
    ] = "long",
    tasks: Annotated[
        bool,
        typer.Option(
            "--tasks",
            help="Ratings of how demanding tasks are, in place of scores of student work.",
        ),
    ] = False,
    to: _To = None,
    ids: Annotated[
        bool,
        typer.Option(
            "--ids",
            help="The roster's ids of raters and students in place of codes: whoever has the roster can tell who is who.",
        ),
    ] = False,
    names: Annotated[
        bool,
        typer.Option(
            "--names",
            help="Students' names too. The file is then an education record: only for staff who may see these "
            "children's scores, to be kept like one and deleted after use. Raters are never named.",
        ),
    ] = False,
    comments: Annotated[
        bool,
        typer.Option(
            "--comments",
            help="What people typed beside scores too. Read it before you hand it on: it may name somebody.",
        ),
    ] = False,
    raw: _Raw = False,
    force: _Force = False,
    project: _Project = Path(),
    as_json: console.JsonFlag = False,
) -> None:
    """Scores of record, or every reading, as .csv or .xlsx.

    Raters and students go by codes. What is sealed is never in it.
    """
    from calibrate.store.project import Project
    from calibrate.workflows.exported_scores import ScoresWanted, export_scores

    wanted = ScoresWanted(session, school, window, what, layout, raw, ids, names, comments, tasks)
    with Project.open(project) as opened:
        _hand_out(opened, export_scores(opened, wanted, to), to, force, as_json)


@app.command()
def rubric(
    rubric: Annotated[str, typer.Argument(metavar="ID", help="The rubric.")],
    version: Annotated[
        int | None, typer.Option(help="Its version; the newest if not given.", min=1)
    ] = None,
    layout: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="yaml|canvas|google|case|csv",
            help="yaml: Calibrate's own, which holds everything. csv: a table to read or print.",
        ),
    ] = "yaml",
    to: _To = None,
    raw: _Raw = False,
    force: _Force = False,
    project: _Project = Path(),
    as_json: console.JsonFlag = False,
) -> None:
    """A rubric, for another project or another program."""
    from calibrate.store.project import Project
    from calibrate.workflows.exported_rubrics import export_rubric

    with Project.open(project) as opened:
        export = export_rubric(opened, rubric, version, layout, raw=raw, to=to)
        _hand_out(opened, export, to, force, as_json)


@app.command()
def wall(
    window: Annotated[str | None, typer.Option(help="Only this window.")] = None,
    strand: Annotated[str | None, typer.Option(help="Only this strand of the continuum.")] = None,
    school: Annotated[str | None, typer.Option(help="Only this school (inside).")] = None,
    outside: Annotated[
        bool,
        typer.Option(
            "--outside/--inside",
            help="outside: counts with small groups hidden, for anybody. inside: every card by the piece's code, for "
            "staff.",
        ),
    ] = False,
    to: _To = None,
    raw: _Raw = False,
    force: _Force = False,
    project: _Project = Path(),
    as_json: console.JsonFlag = False,
) -> None:
    """The writing wall as a table: the cards for staff, or counts that anybody may see."""
    from calibrate.errors import UsageError
    from calibrate.reports.release import told
    from calibrate.reports.wall_export import export_wall_outside
    from calibrate.store.project import Project
    from calibrate.workflows.exported_wall import export_wall_inside

    if outside and school is not None:
        raise UsageError(
            "Counts for outside are decided for the whole district at once.",
            column="--school",
            fix="Leave --school out: schools are the table's rows.",
        )
    with Project.open(project) as opened:
        if outside:
            if sys.stderr.isatty():
                console.say("Deciding what may be shown: half a minute for a thousand students …")
            export = export_wall_outside(
                opened, window=window, strand=strand, raw=raw, to=to, force=force
            )
        else:
            export = export_wall_inside(
                opened, window=window, school=school, strand=strand, raw=raw, to=to
            )
        _hand_out(opened, export, to, force, as_json)
        if outside:
            told(opened)


def _hand_out(
    project: Project, export: Export, to: Path | None, force: bool, as_json: bool
) -> None:
    from calibrate.workflows.exports import hand_out

    file, page = hand_out(project, export, to, force=force)
    notes = list(export.page.notes)
    if as_json:
        console.print_json(
            {
                "kind": export.kind,
                "file": file,
                "page": page,
                "rows": export.n_rows,
                "notes": notes,
            }
        )
        return
    many = {"criterion": "criteria"}.get(export.unit, f"{export.unit}s")
    typer.echo(
        f"{export.page.title}: {export.n_rows:,} {export.unit if export.n_rows == 1 else many}."
    )
    typer.echo(f"  {file}")
    typer.echo(f"  {page} (what it holds, and for whom)")
    for note in notes:
        console.say(f"Note: {note}")
