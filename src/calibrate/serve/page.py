"""What a visitor's page holds: the rater's desk, or the facilitator's board. The role is checked here again."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from calibrate.errors import SealError
from calibrate.serve.identity import Visitor
from calibrate.serve.push import Pushed
from calibrate.serve.room import Room

DESK = "/desk"
BOARD = "/board"
LEAVE = "/leave"


@dataclass(frozen=True, slots=True)
class Page:
    """A page's widgets.

    Parameters
    ----------
    root
        The outermost widget.
    pushed
        The widget that is told what is new.
    session_id
        The session that it shows; None: every session.
    """

    root: Any
    pushed: Pushed | None
    session_id: str | None


def show_page(room: Room, visitor: Visitor, path: str) -> Page:
    """The widgets of a page, for a visitor who may see it.

    Raises
    ------
    SealError
        If this visitor may not.
    """
    if path == DESK and visitor.seat is not None:
        from calibrate.widgets.desk import ScoringDesk

        desk = ScoringDesk(room.project, visitor.seat)
        return Page(_main("Scoring desk", desk), None, visitor.seat.session_id)
    if path == BOARD and visitor.lead:
        board = _board(room)
        return Page(_main("Facilitator's board", board), board, None)
    raise SealError(
        "This page is not open for you.", fix="Come in again with your own link, or at the door."
    )


def _board(room: Room) -> Any:
    from calibrate.workflows.demo import is_demo

    return import_module("calibrate.widgets.board").NormingBoard(
        room.project,
        room.keystore,
        by="facilitator",
        address=lambda: room.address,
        run_report=lambda session_id: session_report(room, session_id),
        passphrase_needed=not is_demo(room.project.folder),
    )


def session_report(room: Room, session_id: str) -> str:
    """Make a session's report; its page, as a path below the project's folder."""
    from calibrate.reports.service import make_reports

    made = make_reports(room.project.folder, "session", session_id, progress=False).made
    return made[0].page.relative_to(room.project.folder).as_posix()


def _main(title: str, widget: Any) -> Any:
    import ipyvuetify

    return ipyvuetify.Html(
        tag="main",
        class_="calibrate-room",
        children=[
            ipyvuetify.Html(tag="h1", class_="calibrate-unseen", children=[title]),
            widget,
        ],
    )
