"""What a visitor's page holds: the rater's desk, or the facilitator's board. The role is checked here again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from calibrate.errors import SealError
from calibrate.serve.identity import BOARD, DESK, Visitor
from calibrate.serve.push import Pushed
from calibrate.serve.room import Room

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

        desk = ScoringDesk(
            room.project, visitor.seat, pushed=True, reveals=room.reveals, leave_to=LEAVE
        )
        return Page(_main("Scoring desk", desk), desk, visitor.seat.session_id)
    if path == BOARD and visitor.lead:
        board = _board(room, visitor.keys[BOARD])
        return Page(_main("Facilitator's board", board), board, None)
    raise SealError(
        "This page is not open for you.", fix="Come in again with your own link, or at the door."
    )


def _board(room: Room, key: str) -> Any:
    from calibrate.reports.service import session_report
    from calibrate.widgets.board import NormingBoard

    return NormingBoard(
        room.project,
        room.keystore,
        by="facilitator",
        address=lambda: room.address,
        run_report=lambda session_id: session_report(room.project.folder, session_id),
        reveals=room.reveals,
        still_leads=lambda: room.still_leads(key),
    )


def _main(title: str, widget: Any) -> Any:
    import ipyvuetify

    return ipyvuetify.Html(
        tag="main",
        class_="calibrate-served",
        children=[
            ipyvuetify.Html(tag="h1", class_="calibrate-unseen", children=[title]),
            widget,
        ],
    )
