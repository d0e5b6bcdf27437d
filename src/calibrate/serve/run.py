"""Running the room: one process, from the first sentence in the terminal to Ctrl-C."""

from __future__ import annotations

import io
import logging
import os
import sys
from pathlib import Path

from calibrate import console
from calibrate.errors import ProjectError
from calibrate.serve.address import THIS_MACHINE, lan_address, listen
from calibrate.serve.room import Room, open_room

LARGEST_MESSAGE = 1024 * 1024
"""Bytes that a page may send at once: a choice with a long note and many marks has a tenth of it."""

LOUD = ("uvicorn", "uvicorn.error", "solara", "ipykernel", "ipykernel.comm", "Comm", "traitlets")
"""Libraries that log through handlers of their own."""


def run_room(folder: Path, *, port: int, lan: bool, key_store: Path | None) -> None:
    """Open the room and stay until Ctrl-C.

    Raises
    ------
    ProjectError
        If there is no project, it was saved by a newer version, or the port is taken.
    """
    host = lan_address() if lan else THIS_MACHINE
    if host is None:
        raise ProjectError(
            "This computer is not connected to a network, so no other device could reach the room.",
            fix="Connect it to the school's network, or leave --lan out to use it on this computer alone.",
        )
    room = open_room(folder, f"http://{host}:{port}", key_store)
    try:
        listening = listen(port, lan=lan)
    except BaseException:
        room.project.close()
        raise
    _quiet_logs()
    import uvicorn

    from calibrate.serve.kernels import Kernels
    from calibrate.serve.routes import make_application

    config = uvicorn.Config(
        make_application(room, Kernels(room)),
        log_config=None,
        access_log=False,
        server_header=False,
        loop="asyncio",
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    print_welcome(room, lan=lan)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # the server has closed already
    finally:
        listening.close()
    console.say("The room is closed. Everything that was acknowledged is stored.")


def print_welcome(room: Room, *, lan: bool) -> None:
    """Say to a teacher-leader what to open, what to hand out, and how to stop."""
    lines = [
        f"The room of “{room.project.name}” is open.",
        "",
        "You, the facilitator, open this link; keep it to yourself:",
        f"    {room.lead_link}",
        "",
    ]
    if lan:
        lines += [
            "Raters, in the same network, open this address or point their camera at the picture;",
            "they come in with room code, name and PIN, or with their personal link:",
            f"    {room.address}/",
            "",
            *qr_lines(f"{room.address}/"),
            "",
            "If another device does not reach it: calibrate doctor --room says why.",
        ]
    else:
        lines += [
            "Raters on this computer come in at:",
            f"    {room.address}/",
            "",
            "No other device can reach it. To let others in: calibrate serve --lan",
        ]
    lines += ["", "Leave this window open. To close the room, press Ctrl-C here."]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def qr_lines(text: str) -> list[str]:
    """A QR code for a terminal, line by line."""
    import segno

    stream = io.StringIO()
    segno.make(text, error="m").terminal(stream, compact=True)
    return [f"    {line}" for line in stream.getvalue().splitlines()]


def _quiet_logs() -> None:
    """One plain line for each warning; where it happened only with CALIBRATE_TRACEBACK."""
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine("%(levelname)s %(name)s: %(message)s"))
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers, root.level = [handler], logging.WARNING
    for name in LOUD:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
        logger.setLevel(logging.WARNING)


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        if not os.environ.get("CALIBRATE_TRACEBACK"):
            record.exc_info = record.exc_text = record.stack_info = None
        text = super().format(record)
        return text if os.environ.get("CALIBRATE_TRACEBACK") else text.partition("\n")[0]
