"""``calibrate doctor --room``: before the meeting, whether another device reaches this computer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from calibrate.console import FINDINGS, print_json

if TYPE_CHECKING:
    from calibrate.workflows.reach import RoomLook


def check_room(folder: Path, port: int, seconds: int, *, as_json: bool) -> None:
    """Look, show the address, wait for a device, and say what to try if none came.

    Ends with exit code 1 if none came or something needs mending.
    """
    from calibrate.workflows.reach import (
        look_at_room,
        open_listener,
        own_addresses,
        what_to_try,
    )

    addresses = own_addresses()
    with open_listener(port, addresses) as listener:
        look = look_at_room(folder, listener, addresses)
        if not as_json:
            _show(look, seconds)
        came = bool(look.best) and listener.wait(seconds, None if as_json else _tick)
    advice = () if came else what_to_try(port)
    if as_json:
        print_json(look.as_dict() | {"waited": seconds, "reached": came, "try": list(advice)})
    else:
        _tick(0)
        if came:
            typer.echo("A device reached this computer: the room will work here.")
        else:
            typer.echo("No other device reached this computer. What to try, the likeliest first:")
            for number, step in enumerate(advice, start=1):
                typer.echo(f"  {number}. {step}")
    if not (came and look.sound):
        raise typer.Exit(FINDINGS)


def _show(look: RoomLook, seconds: int) -> None:
    from calibrate.commands.doctor import show_findings

    if look.trial is not None:
        typer.echo(
            f"Saves on this disk: {look.trial.median_ms:.0f} ms each, 95 of 100 within "
            f"{look.trial.p95_ms:.0f} ms."
        )
    show_findings(look.findings)
    if look.best is None:
        return
    others = [one for one in look.tried if one is not look.best]
    if others:
        typer.echo("This computer's other addresses:")
    for one in others:
        answer = "answers" if one.answers else "does not answer"
        typer.echo(f"  {one.link}  ({one.address.kind}, {one.address.interface}; {answer})")
    typer.echo("")
    typer.echo("Open this on a phone or Chromebook in the panel's Wi-Fi:")
    typer.echo(f"    {look.best.link}   ({look.best.address.kind}, {look.best.address.interface})")
    _show_qr(look.best.link)
    typer.echo(f"Waiting {seconds} seconds for it …")


def _show_qr(text: str) -> None:
    """The address as a picture to point a camera at, where the terminal can draw it."""
    import io

    import segno

    drawn = io.StringIO()
    segno.make(text, error="m").terminal(drawn, compact=True)
    try:
        drawn.getvalue().encode(sys.stdout.encoding or "utf-8")
    except (LookupError, UnicodeEncodeError):
        return
    for line in drawn.getvalue().splitlines():
        typer.echo(f"    {line}")


def _tick(left: int) -> None:
    """Seconds that are left, on a terminal alone; 0 wipes the line."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{left:>4} s " if left else "\r        \r")
        sys.stderr.flush()
