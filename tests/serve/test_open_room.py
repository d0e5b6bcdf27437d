"""Opening the room clears up what a close that was cut off had left."""

from __future__ import annotations

from pathlib import Path

from calibrate.serve.room import open_room
from calibrate.workflows.norming import close_session
from tests.support.norming import Room
from tests.support.served import make_project


def kept(base: Path, session: str) -> list[str]:
    return [str(one) for one in (base / "keys").rglob("*") if session in str(one) and one.is_file()]


def open_and_leave(base: Path, room: Room) -> None:
    open_room(room.folder, "http://127.0.0.1:8765", base / "keys").project.close()


def test_the_secrets_of_a_closed_sessions_raters_are_forgotten_and_an_open_ones_stay(
    tmp_path: Path,
) -> None:
    room = make_project(tmp_path)
    before = kept(tmp_path, room.session)
    assert any("handouts" in one for one in before) and any("pins" in one for one in before)
    open_and_leave(tmp_path, room)
    assert kept(tmp_path, room.session) == before
    room.everybody_commits()
    room.reveal()
    close_session(room, room.session, by="coach")  # the store says closed, and then it was cut off
    assert kept(tmp_path, room.session) == before
    open_and_leave(tmp_path, room)
    left = kept(tmp_path, room.session)
    assert not any("handouts" in one or "pins" in one for one in left)
