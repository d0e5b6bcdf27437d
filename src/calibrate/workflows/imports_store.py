"""Files of work on their way into a project: staged first, moved in with the transaction, swept if lost.

New files are written to ``work/.incoming/``, moved into ``work/`` under random names within the
transaction that makes them known, and taken away again if that transaction fails. A process that is
killed in between leaves files that nobody knows; the next import of work sweeps them out.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from calibrate.errors import CalibrateError, ProjectError
from calibrate.model.ids import new_id
from calibrate.places import writing

INCOMING = ".incoming"
LOCK = ".import.lock"


@contextmanager
def only_one_import(work: Path) -> Iterator[None]:
    """Hold a project's work folder against a second import; the system lets go when a process dies.

    Raises
    ------
    ProjectError
        If another import of work is running.
    """
    with writing(work):
        work.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (work / LOCK).open("a+b")
    with lock as handle:
        try:
            _lock(handle.fileno())
        except OSError:
            raise ProjectError(
                "Another import of work is running in this project.",
                fix="Wait until it is done, and try again.",
            ) from None
        yield


def _lock(handle: int) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Stage:
    """New files of work of one import. Use it under `only_one_import`.

    Parameters
    ----------
    work
        The project's folder of work.
    """

    def __init__(self, work: Path) -> None:
        self._work = work
        self._incoming = work / INCOMING
        self._moved: list[Path] = []
        self._replaced: list[Path] = []
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(mode=0o700)

    def add(self, content: bytes, suffix: str) -> str:
        """Write a new file aside; the random name under which it will be stored."""
        name = f"{new_id('wf')}.{suffix}"
        handle = os.open(self._incoming / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        return name

    def move_in(self, names: list[str]) -> None:
        """Move files to where they will be known; within the transaction that makes them so."""
        for name in names:
            target = self._work / name
            (self._incoming / name).replace(target)
            self._moved.append(target)
        _sync(self._work)

    def replace(self, names: list[str]) -> None:
        """Note files that nobody will know any more once the transaction is saved."""
        self._replaced.extend(self._work / name for name in names)

    def sweep(self, known: set[str]) -> int:
        """Remove files that the database does not know, as a killed import leaves them; how many."""
        lost = [
            path
            for path in self._work.iterdir()
            if path.is_file() and path.name.startswith("wf-") and path.name not in known
        ]
        for path in lost:
            path.unlink(missing_ok=True)
        return len(lost)

    def saved(self) -> None:
        """The transaction is saved: what was moved in stays, what it replaced goes."""
        self._moved.clear()
        for path in self._replaced:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def close(self, known: Callable[[], set[str]]) -> None:
        """Take back what was not saved, and clear up.

        Parameters
        ----------
        known
            Asks the database which files it knows. It is asked only after a failure, because a
            connection can be lost after the transaction was saved; if it cannot answer, nothing is
            removed, and the next import sweeps.
        """
        shutil.rmtree(self._incoming, ignore_errors=True)
        if not self._moved:
            return
        with contextlib.suppress(CalibrateError, OSError):
            saved = known()
            for path in self._moved:
                if path.name not in saved:
                    path.unlink(missing_ok=True)
        self._moved.clear()


def _sync(folder: Path) -> None:
    """Make sure that moved names are on the disk before the database speaks of them."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
