"""``calibrate import``: bring files into a project, after a check that names every problem at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calibrate import console
from calibrate.console import JsonFlag, print_json, say

if TYPE_CHECKING:
    from calibrate.workflows.imports import ImportOptions, ImportSummary

app = typer.Typer(
    help="Bring in a roster, a rubric, student work, scores, held sessions or a continuum.",
    no_args_is_help=True,
)

_Check = Annotated[
    bool, typer.Option("--check", help="Only say what would happen; change nothing.")
]
_Project = Annotated[
    Path, typer.Option("--project", help="The project's folder.", show_default="here")
]
_File = Annotated[Path, typer.Argument(help="The file.", metavar="PATH")]
_Folder = Annotated[Path, typer.Argument(help="The folder, or the file in it.", metavar="PATH")]


@app.command()
def rubric(
    path: _File,
    check: _Check = False,
    project: _Project = Path(),
    rubric_id: Annotated[
        str,
        typer.Option(
            "--id", help="What to call it, where the file does not say, or otherwise than it says."
        ),
    ] = "",
    version: Annotated[
        int | None, typer.Option(help="Its version; 1 where the file does not say.", min=1)
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """A rubric from YAML, CASE (JSON) or Canvas (CSV), or one that Calibrate brings: calibrate import rubric k8-writing.

    A changed rubric needs a new version.
    """
    from calibrate import resources
    from calibrate.workflows.imports import ImportOptions

    if not path.exists() and path.name in resources.rubric_presets():
        path = resources.rubric_preset(path.name)
    _bring_in("rubric", path, check, project, as_json, ImportOptions(rubric_id, version))


@app.command()
def roster(
    path: _File, check: _Check = False, project: _Project = Path(), as_json: JsonFlag = False
) -> None:
    """Schools, rooms, students and staff from CSV or XLSX (role,person_id,school_id,…)."""
    _bring_in("roster", path, check, project, as_json)


@app.command()
def work(
    path: _Folder, check: _Check = False, project: _Project = Path(), as_json: JsonFlag = False
) -> None:
    """Student work from a folder with index.csv (and tasks.csv, windows.csv) in it.

    Text, Markdown, DOCX, PDF, JPEG and PNG. Names of files and what is hidden in them never come along.
    """
    _bring_in("work", path, check, project, as_json)


@app.command()
def scores(
    path: _File,
    check: _Check = False,
    project: _Project = Path(),
    rubric: Annotated[str, typer.Option(help="The rubric, where the project has several.")] = "",
    version: Annotated[
        int | None, typer.Option(help="Its version; the newest if not given.", min=1)
    ] = None,
    halves: Annotated[
        bool, typer.Option("--halves", help="2+, 3-, 2/3 and 2-3 stand for 2.5.")
    ] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(help="OURS=THEIRS: a column that the file calls otherwise; may be repeated."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Scores from CSV or XLSX: one row per judgement, or one column per criterion."""
    from calibrate.workflows.imports import ImportOptions

    options = ImportOptions(rubric, version, halves, _columns(column or []))
    _bring_in("scores", path, check, project, as_json, options)


@app.command()
def sessions(
    path: _Folder, check: _Check = False, project: _Project = Path(), as_json: JsonFlag = False
) -> None:
    """Sessions that were held already: a YAML file each, and scores.csv beside them."""
    _bring_in("sessions", path, check, project, as_json)


@app.command()
def continuum(
    path: _File, check: _Check = False, project: _Project = Path(), as_json: JsonFlag = False
) -> None:
    """A continuum from YAML: academic levels, strands, crosswalk and exemplars."""
    _bring_in("continuum", path, check, project, as_json)


def _columns(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not (equals and ours.strip() and theirs.strip()):
            raise typer.BadParameter("Write it as OURS=THEIRS, such as piece='Paper No'.")
        found[ours.strip()] = theirs.strip()
    return found


def _bring_in(
    kind: str,
    path: Path,
    check: bool,
    project: Path,
    as_json: bool,
    options: ImportOptions | None = None,
) -> None:
    from calibrate.store.project import Project
    from calibrate.workflows.imports import check_and_apply

    with Project.open(project) as opened:
        summary = check_and_apply(opened, kind, path, check, options)
    if as_json:
        print_json(summary.as_dict())
    else:
        _tell(summary, check)
    if summary.problems:
        raise typer.Exit(console.FINDINGS)


def _tell(summary: ImportSummary, check: bool) -> None:
    for warning in summary.warnings:
        say(f"Note: {warning}")
    if summary.problems:
        count = len(summary.problems)
        say(f"{count} {'problem' if count == 1 else 'problems'} found:")
        for problem in summary.problems:
            say(f"  - {problem}")
        say("Nothing was changed. Mend the file and check again.")
        return
    typer.echo("Would be brought in:" if check else "Brought in:")
    for noun, counts in summary.details.items():
        parts = [f"{number:,} {what}" for what, number in counts.items() if number]
        if parts:
            typer.echo(f"  {noun}: {', '.join(parts)}")
    if check:
        typer.echo("This was a check: nothing was changed.")
