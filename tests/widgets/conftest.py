"""A small session that is open for scoring, with work to look at."""

from __future__ import annotations

import pytest

from tests.support.boards import AskedBoard
from tests.support.desks import hang_work
from tests.support.norming import Room
from tests.support.rooms import ready_database, room  # noqa: F401 - fixtures


@pytest.fixture
def scoring(room: Room) -> Room:  # noqa: F811 - the fixture above
    """Three raters and three pieces: a text, a document, and a scan of two pages."""
    room.set_up(piece_ids=("p1", "p2", "p3"))
    room.open()
    hang_work(room)
    return room


@pytest.fixture
def board(room: Room) -> AskedBoard:  # noqa: F811 - the fixture above
    """A facilitator's board, asked by messages."""
    return AskedBoard(room)
