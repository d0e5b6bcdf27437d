"""Turns: who came first goes first.

SQLite lets one writer in at a time and the others try again after pauses that grow, so that of
thirty savers some wait long. Here those of one process queue instead, in the order of their coming.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Turns:
    """A queue for threads, in which nobody is overtaken."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._busy = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """Wait for one's turn, and hold it.

        Parameters
        ----------
        patience
            Seconds to wait at most.

        Raises
        ------
        TimeoutError
            If it did not come in that time.
        """
        self._enter(patience)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, patience: float) -> None:
        with self._guard:
            if not self._busy:
                self._busy = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=patience):
            return
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                raise TimeoutError
        # It was handed over in this very moment.

    def _leave(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._busy = False
