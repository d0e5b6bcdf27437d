"""Saves choices without end, in a child of a process that has everything loaded: to be killed at any moment.

On each line of standard input a child is started. It writes its process id, then the sequence number
of every save that was acknowledged. When it is dead the parent writes ``dead``.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from calibrate.store.engine import sqlite_url
from calibrate.store.repository import Store
from calibrate.store.sealing import Choice
from calibrate.workflows.norming import open_desk, save_choice, seat_from_link
from tests.support.norming import BLIND


def level_of(sequence: int) -> str:
    """The level that is chosen with this sequence number."""
    return str(sequence % 4 + 1)


@dataclass
class Place:
    """As much of a project as saving needs."""

    id: str
    folder: Path
    store: Store
    recovery_public_key: str | None = None


def save_without_end(database: str, token: str) -> None:
    with Store(sqlite_url(Path(database))) as store:
        place = Place("pr-test", Path(database).parent, store)
        seat = seat_from_link(place, token)
        seen = open_desk(place, seat, BLIND).sequence
        while True:
            saved = save_choice(
                place,
                seat,
                BLIND,
                Choice("p1", "IDEAS", level=level_of(seen + 1)),
                operation_id=f"k{seen + 1}",
                seen=seen,
            )
            seen = saved.sequence
            os.write(1, f"{seen}\n".encode())


def main() -> None:
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            os.write(1, f"{os.getpid()}\n".encode())
            save_without_end(*sys.argv[1:])
        os.waitpid(child, 0)
        os.write(1, b"dead\n")


if __name__ == "__main__":
    main()
