"""A timed trial of saves on a disk, in a scratch database that is gone afterwards."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from calibrate.errors import ProjectError
from calibrate.store.engine import WRITING, open_engine, sqlite_url

_BALLOT = 40 * 1024  # bytes: a sealed ballot of five pieces, and the rater's own copy of it


@dataclass(frozen=True, slots=True)
class SaveTrial:
    """How fast saves are acknowledged.

    Parameters
    ----------
    saves
        How many were made, each in a transaction of its own that is on the disk when it ends.
    median_ms, p95_ms
        Milliseconds for one: the middle one, and the one that 95 of 100 stay under.
    """

    saves: int
    median_ms: float
    p95_ms: float

    @property
    def a_second(self) -> float:
        """How many saves a second the disk keeps up with, at the middle pace."""
        return 1000 / self.median_ms if self.median_ms else float("inf")


def try_saves(folder: Path, saves: int = 60) -> SaveTrial:
    """Save as a room does, as often as asked, in a scratch database in ``folder``.

    Raises
    ------
    ProjectError
        If nothing can be written there, or it is a network folder.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".calibrate-trial-", dir=folder) as scratch:
            return _timed(sqlite_url(Path(scratch) / "trial.db"), saves)
    except (OSError, sa.exc.OperationalError) as error:
        raise ProjectError(
            "Nothing can be written in this folder.",
            file=str(folder),
            fix="Check that the disk is not full and that this account may write there.",
        ) from error


def _timed(url: str, saves: int) -> SaveTrial:
    engine = open_engine(url).execution_options(**{WRITING: True})
    ballot = b"\x5a" * _BALLOT
    took = []
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE trial (id INTEGER PRIMARY KEY, ballot BLOB)")
            connection.execute(_SAVE, {"id": 0, "ballot": ballot})
        for number in range(saves):
            begun = time.perf_counter()
            with engine.begin() as connection:
                # Thirty raters, each of whom saves over an earlier ballot of their own.
                connection.execute(_SAVE, {"id": number % 30, "ballot": ballot})
            took.append((time.perf_counter() - begun) * 1000)
    finally:
        engine.dispose()
    took.sort()
    return SaveTrial(saves, took[len(took) // 2], took[min(len(took) - 1, int(0.95 * len(took)))])


_SAVE = sa.text("INSERT OR REPLACE INTO trial (id, ballot) VALUES (:id, :ballot)")
