"""``calibrate session sheets`` and ``enter-sheets``: the paper way, when the network does not cooperate."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import Annotated

import typer

from calibrate import console
from calibrate.commands._session_parts import (
    Folder,
    Keys,
    PassphraseFile,
    Which,
    Who,
    ask_passphrase,
    keystore_of,
    round_of,
    session_at,
)

app = typer.Typer()


@app.command()
def sheets(
    session: Which,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file to write: .html, or .pdf for a PDF. By default in reports/sheets/."
        ),
    ] = None,
    with_work: Annotated[
        bool, typer.Option("--with-work", help="Print the students' work too, without names.")
    ] = False,
    labels: Annotated[
        bool, typer.Option("--labels", help="Put places on the panel instead of raters' names.")
    ] = False,
    round_name: Annotated[
        str, typer.Option("--round", help="blind or after_discussion.")
    ] = "blind",
    paper: Annotated[
        str | None, typer.Option(help="letter or a4; by default whatever the printer has.")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Make a PDF beside the page.")] = False,
    project: Folder = Path(),
    as_json: console.JsonFlag = False,
) -> None:
    """Make printed score sheets: one for each rater, with the rubric. No link or PIN is on them."""
    from tempfile import TemporaryDirectory

    from calibrate.reports.files import write_private
    from calibrate.reports.pdf import write_pdf
    from calibrate.reports.score_sheets import PAPERS, sheets_page
    from calibrate.workflows.norming import score_sheets

    if paper is not None and paper.lower() not in PAPERS:
        raise typer.BadParameter("It is letter or a4.", param_hint="--paper")
    if out is not None and out.suffix.lower() not in {".html", ".htm", ".pdf"}:
        raise typer.BadParameter("The file ends in .html or .pdf.", param_hint="--out")
    with session_at(project, session) as (opened, found):
        printed = score_sheets(opened, found.id, names=not labels)
        page = sheets_page(
            printed,
            round_name=round_of(round_name),
            work=opened.work if with_work else None,
            paper=paper.lower() if paper else None,
        )
        target = out or opened.reports / "sheets" / f"{found.id}.html"
        made = [target]
        if target.suffix.lower() == ".pdf":
            with TemporaryDirectory() as folder:
                write_private(Path(folder) / "sheets.html", page.encode("utf-8"))
                write_pdf(Path(folder) / "sheets.html", target)
        else:
            write_private(target, page.encode("utf-8"))
            if pdf:
                made.append(target.with_suffix(".pdf"))
                write_pdf(target, made[-1])
    if as_json:
        console.print_json({"session": found.id, "sheets": len(printed.sheets), "files": made})
        return
    many = len(printed.sheets)
    typer.echo(f"Score sheets for {many} {'rater' if many == 1 else 'raters'}:")
    for path in made:
        typer.echo(f"  {path}")
    typer.echo(
        "Open the file and print it. Afterwards: calibrate session enter-sheets, or the board."
    )


@app.command("enter-sheets")
def enter_sheets(
    session: Which,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="What was typed in, as .csv or .xlsx.")
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Check the table and enter nothing.")
    ] = False,
    replace: Annotated[
        list[str] | None,
        typer.Option(help="A rater (roster id) whose saved ballot the paper replaces."),
    ] = None,
    round_name: Annotated[
        str | None, typer.Option("--round", help="By default the round that is open.")
    ] = None,
    project: Folder = Path(),
    key_store: Keys = None,
    passphrase_file: PassphraseFile = None,
    by: Who = "facilitator",
    as_json: console.JsonFlag = False,
) -> None:
    """Enter paper score sheets from a table: checked as a whole, then each sealed as its rater's ballot.

    Long: rater, piece, criterion, score (and code, note). Wide: rater, piece, one column for each
    criterion (and note). Write - where a cell is empty on the paper.
    """
    from calibrate.workflows.norming import PaperSheet, open_keys, open_round, seats_on_paper
    from calibrate.workflows.norming import enter_sheets as enter_all
    from calibrate.workflows.norming.naming import find_rater
    from calibrate.workflows.norming.paper_file import read_sheets

    with session_at(project, session) as (opened, found):
        which = round_of(round_name) if round_name else open_round(opened, found.id)
        with opened.reading() as unit:
            over = [find_rater(unit, one) for one in replace or []]
        typed = read_sheets(opened, found.id, which, file, replace=over)
        entered = []
        if not check:
            keys = keystore_of(opened, key_store)
            secrets = open_keys(keys, found.id, ask_passphrase(passphrase_file))
            seats = seats_on_paper(keys, found.id, secrets)
            entered = [
                PaperSheet(seats[one.sheet.rater_id], one.contents, one.over, one.left_empty > 0)
                for one in typed
            ]
        receipts = enter_all(opened, which, entered, by=by) if entered else ()
    rows = [
        {
            "rater": one.sheet.title,
            "answered": one.contents.answered,
            "left_empty": one.left_empty,
            "receipt": made.receipt if made else None,
            "replaced": bool(made and made.replaced),
        }
        for one, made in zip_longest(typed, receipts)
    ]
    if as_json:
        console.print_json({"session": found.id, "round": str(which), "sheets": rows})
        return
    for row in rows:
        empty = f", {row['left_empty']} left empty" if row["left_empty"] else ""
        typer.echo(f"  {row['rater']}: {row['answered']} answers{empty}")
    many = "1 sheet is" if len(rows) == 1 else f"{len(rows)} sheets are"
    typer.echo(f"{many} sound; nothing was entered." if check else f"{many} entered and sealed.")
