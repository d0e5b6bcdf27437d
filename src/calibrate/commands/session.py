"""``calibrate session new|open|list|status|reveal|second-round|reopen|close``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from calibrate import console
from calibrate.commands import _session_paper
from calibrate.commands._session_parts import (
    Folder,
    Keys,
    PassphraseFile,
    Round,
    Which,
    Who,
    ask_passphrase,
    keystore_of,
    round_of,
    secrets_of,
    session_at,
)

app = typer.Typer(help="Norming sessions: set up, follow, reveal, close.", no_args_is_help=True)

app.add_typer(_session_paper.app)


@app.command()
def new(
    title: Annotated[str, typer.Option(help="What people call the session.")],
    rubric: Annotated[str, typer.Option(help="The rubric: k8-writing, or k8-writing@1.")],
    window: Annotated[str, typer.Option(help="The window, for example 2025-fall.")],
    piece: Annotated[list[str], typer.Option(help="A piece's code; once for each piece.")],
    rater: Annotated[list[str], typer.Option(help="A rater's id in the roster; once for each.")],
    own_student: Annotated[
        list[str] | None,
        typer.Option(help="An exception: PIECE:RATER:REASON. It does not count as reliability."),
    ] = None,
    facilitator: Annotated[str | None, typer.Option(help="The facilitator's roster id.")] = None,
    held_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the meeting.")
    ] = None,
    project: Folder = Path(),
    by: Who = "facilitator",
    as_json: console.JsonFlag = False,
) -> None:
    """Set up a session: rubric, pieces and panel. `calibrate session open` then lets raters in."""
    from calibrate.errors import ArgumentError
    from calibrate.store.project import Project
    from calibrate.workflows.norming import SessionPlan, set_up_session
    from calibrate.workflows.norming.naming import find_piece, find_rater, find_rubric

    with Project.open(project) as opened:
        with opened.reading() as unit:
            exceptions = {}
            for text in own_student or []:
                parts = text.split(":", 2)
                if len(parts) != 3:
                    raise ArgumentError(
                        "An exception is written PIECE:RATER:REASON.", fix="For example P0001:t07:…"
                    )
                exceptions[find_piece(unit, parts[0]), find_rater(unit, parts[1])] = parts[2]
            rubric_id, version = find_rubric(unit, rubric)
            plan = SessionPlan(
                title=title,
                rubric_id=rubric_id,
                rubric_version=version,
                window_id=window,
                piece_ids=tuple(find_piece(unit, one) for one in piece),
                rater_ids=tuple(find_rater(unit, one) for one in rater),
                own_students=exceptions,
                facilitator_id=find_rater(unit, facilitator) if facilitator else None,
                held_on=held_on.date() if held_on else None,
            )
        session = set_up_session(opened, plan, by=by)
    if as_json:
        console.print_json({"session": session.id, "state": session.state})
    else:
        typer.echo(f"Session {session.id} is set up. Next: calibrate session open {session.id}")


@app.command("open")
def open_(
    session: Which,
    handouts: Annotated[
        Path, typer.Option(help="A new file for links and PINs, outside the project.")
    ],
    project: Folder = Path(),
    key_store: Keys = None,
    passphrase_file: PassphraseFile = None,
    by: Who = "facilitator",
) -> None:
    """Open a session for scoring: make its keys, and write each rater's link and PIN to a file."""
    from calibrate.places import try_writing
    from calibrate.store.sealing.files import refuse_inside
    from calibrate.workflows.norming import open_scoring, write_handouts

    with session_at(project, session) as (opened, found):
        refuse_inside(handouts, opened.folder, "The file of links and PINs")
        if handouts.exists():
            raise typer.BadParameter(f"{handouts} exists already.", param_hint="--handouts")
        try_writing(handouts)
        passphrase = ask_passphrase(passphrase_file, new=True)
        made = open_scoring(opened, keystore_of(opened, key_store), found.id, passphrase, by=by)
        write_handouts(opened, handouts, made)
    typer.echo(f"Session {found.id} is open for {len(made)} raters.")
    typer.echo(f"Their links and PINs are in {handouts}: hand them out one by one, then remove it.")


@app.command("hand-out")
def hand_out(
    session: Which,
    rater: Annotated[str, typer.Argument(help="The rater's id in the roster.")],
    handouts: Annotated[
        Path, typer.Option(help="A new file for the link and PIN, outside the project.")
    ],
    project: Folder = Path(),
    key_store: Keys = None,
    passphrase_file: PassphraseFile = None,
    by: Who = "facilitator",
) -> None:
    """Give a rater who lost the link the same link again, and a new PIN."""
    from calibrate.places import try_writing
    from calibrate.workflows.norming import hand_out_again, open_keys, write_handouts
    from calibrate.workflows.norming.naming import find_rater

    with session_at(project, session) as (opened, found):
        with opened.reading() as unit:
            who = find_rater(unit, rater)
        try_writing(handouts)
        keys = keystore_of(opened, key_store)
        secrets = open_keys(keys, found.id, ask_passphrase(passphrase_file))
        made = hand_out_again(opened, keys, found.id, who, secrets, by=by)
        write_handouts(opened, handouts, [made])
    typer.echo(f"The link and a new PIN are in {handouts}; the old PIN no longer works.")


@app.command("list")
def list_(project: Folder = Path(), as_json: console.JsonFlag = False) -> None:
    """List the sessions of the project."""
    from calibrate.store.project import Project

    with Project.open(project) as opened, opened.reading() as unit:
        rows = [
            {
                "session": one.id,
                "title": one.title,
                "window": one.window_id,
                "held_on": one.held_on.isoformat() if one.held_on else None,
                "state": str(one.state),
                "pieces": len(one.piece_ids),
                "raters": unit.sessions.panel.count(session_id=one.id),
            }
            for one in unit.sessions.all()
        ]
    if as_json:
        console.print_json({"sessions": rows})
        return
    for row in rows:
        day = row["held_on"] or "no date"
        typer.echo(
            f"{row['session']}  {str(row['state']).replace('_', ' '):<10} {day:<10}  {row['raters']} raters, "
            f"{row['pieces']} pieces  {row['title']}"
        )
    if not rows:
        typer.echo("There are no sessions yet.")


@app.command()
def status(
    session: Which,
    round_name: Round = "blind",
    project: Folder = Path(),
    as_json: console.JsonFlag = False,
) -> None:
    """Show who has finished how much: counts, never scores."""
    from calibrate.workflows.norming import progress

    with session_at(project, session) as (opened, found):
        with opened.reading() as unit:
            source = {one.id: one.source_id for one in unit.people.raters.all()}
        rows = [
            {
                "rater": source[one.rater_id],
                "label": one.label,
                "answered": one.answered,
                "due": one.due,
                "committed": one.committed,
            }
            for one in progress(opened, found.id, round_of(round_name))
        ]
    if as_json:
        console.print_json({"session": found.id, "state": found.state, "raters": rows})
        return
    typer.echo(f"{found.title} ({found.state}), round {round_name}")
    for row in rows:
        done = "committed" if row["committed"] else f"{row['answered']} of {row['due']}"
        typer.echo(f"  {row['rater']:<12} {row['label']:<32} {done}")


@app.command()
def reveal(
    session: Which,
    round_name: Round = "blind",
    without: Annotated[
        list[str] | None, typer.Option(help="Reveal without this rater (roster id).")
    ] = None,
    because: Annotated[str, typer.Option(help="Why it is revealed without them.")] = "",
    recovery_file: Annotated[
        Path | None, typer.Option(help="Open with the recovery file instead of the passphrase.")
    ] = None,
    project: Folder = Path(),
    key_store: Keys = None,
    passphrase_file: PassphraseFile = None,
    by: Who = "facilitator",
    as_json: console.JsonFlag = False,
) -> None:
    """Open every committed ballot of a round at once. It cannot be taken back."""
    from calibrate.workflows.norming import Override
    from calibrate.workflows.norming import reveal as reveal_round
    from calibrate.workflows.norming.naming import find_rater

    with session_at(project, session) as (opened, found):
        with opened.reading() as unit:
            missing = frozenset(find_rater(unit, one) for one in without or [])
        override = Override(missing, because) if missing or because else None
        secrets = secrets_of(opened, found.id, key_store, passphrase_file, recovery_file, by)
        made = reveal_round(
            opened, found.id, round_of(round_name), secrets, by=by, override=override
        )
    if as_json:
        console.print_json(
            {
                "session": found.id,
                "round": round_name,
                "ballots": made.ballots,
                "readings": made.readings,
                "scores": made.scores,
                "missing": len(made.missing),
            }
        )
    else:
        typer.echo(
            f"Revealed: {made.ballots} ballots, {made.readings} readings, {made.scores} scores."
        )


@app.command("new-passphrase")
def new_passphrase(
    session: Which,
    recovery_file: Annotated[
        Path, typer.Option(help="The recovery file, or a text file with the thirty words.")
    ],
    project: Folder = Path(),
    key_store: Keys = None,
    passphrase_file: PassphraseFile = None,
    by: Who = "facilitator",
) -> None:
    """Give a session a new passphrase, with the project's recovery key, when the old one is lost."""
    with session_at(project, session) as (opened, found):
        secrets = secrets_of(opened, found.id, key_store, None, recovery_file, by)
        keys = keystore_of(opened, key_store)
        keys.restore_session(found.id, secrets, ask_passphrase(passphrase_file, new=True))
    typer.echo("The session has a new passphrase; the old one no longer opens it.")


@app.command("second-round")
def second_round(session: Which, project: Folder = Path(), by: Who = "facilitator") -> None:
    """Open the round after the discussion. The blind round stays as it is."""
    from calibrate.workflows.norming import start_second_round

    with session_at(project, session) as (opened, found):
        start_second_round(opened, found.id, by=by)
    typer.echo("The second round is open; the same links and PINs work.")


@app.command()
def reopen(
    session: Which,
    rater: Annotated[str, typer.Argument(help="The rater's id in the roster.")],
    because: Annotated[str, typer.Option(help="Why; it is logged.")],
    round_name: Round = "blind",
    project: Folder = Path(),
    by: Who = "facilitator",
) -> None:
    """Let a rater commit again before the reveal."""
    from calibrate.workflows.norming import reopen_ballot
    from calibrate.workflows.norming.naming import find_rater

    with session_at(project, session) as (opened, found):
        with opened.reading() as unit:
            who = find_rater(unit, rater)
        reopen_ballot(opened, found.id, round_of(round_name), who, by=by, reason=because)
    typer.echo("The ballot is open again; its rater finds what was there and commits anew.")


@app.command("call-off")
def call_off(
    session: Which,
    because: Annotated[str, typer.Option(help="Why, for the log.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask once more.")] = False,
    project: Folder = Path(),
    key_store: Keys = None,
    by: Who = "facilitator",
) -> None:
    """Call a session off that was opened by mistake. Only before the reveal; its ballots stay sealed for good."""
    from calibrate.workflows.norming import call_off as call_off_session

    with session_at(project, session) as (opened, found):
        if not yes:
            typer.confirm(
                f"Call off {found.title}? What was saved stays sealed; this cannot be taken back.",
                abort=True,
                err=True,
            )
        keys = keystore_of(opened, key_store)
        call_off_session(opened, found.id, by=by, reason=because, keystore=keys)
    typer.echo(f"Session {found.id} is called off. Nobody opens its ballots; no report counts it.")


@app.command()
def close(
    session: Which, project: Folder = Path(), key_store: Keys = None, by: Who = "facilitator"
) -> None:
    """Close a session: nothing in it changes any more."""
    from calibrate.workflows.norming import close_session

    with session_at(project, session) as (opened, found):
        close_session(opened, found.id, by=by, keystore=keystore_of(opened, key_store))
    typer.echo(f"Session {found.id} is closed. Next: calibrate report session {found.id}")
