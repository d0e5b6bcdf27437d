"""Making reports while a page looks on: one after another in the background, each failure in plain words."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from calibrate.errors import CalibrateError

UNFORESEEN = (
    "Something unforeseen stopped it. Try once more; if it stays so, show this line to whoever looks "
    "after Calibrate: {}."
)


class Shelf(Protocol):
    """Where reports lie and who makes them (`calibrate.reports.shelf.ReportShelf`)."""

    def contents(self) -> dict[str, Any]:
        """What can be made and what is there, as plain values."""

    def make(
        self, kind: str, which: str, window: str, edition: str, formats: Sequence[str]
    ) -> tuple[bool, str]:
        """Make one report: whether it was made, and its headline or why not."""

    def finish(self, edition: str) -> None:
        """Write the page that links every report of an edition."""


@dataclass(frozen=True)
class Wanted:
    """One report to make."""

    kind: str
    id: str
    title: str
    window: str = ""
    edition: str = "inside"
    formats: tuple[str, ...] = ()


class ReportRun:
    """Makes reports one after another in a thread of its own.

    Everything that the page may see is read with `state`; nothing is pushed.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._wanted: tuple[Wanted, ...] = ()
        self._results: list[dict[str, Any]] = []
        self._now = ""
        self._running = False
        self._problem = ""

    def start(self, wanted: Sequence[Wanted]) -> bool:
        """Begin, unless a run is under way: two clicks do not run twice.

        Returns
        -------
        Whether this call began it.
        """
        with self._lock:
            if self._running or not wanted:
                return False
            self._running, self._wanted = True, tuple(wanted)
            self._results, self._problem, self._now = [], "", ""
            self._stop.clear()
            self._thread = threading.Thread(target=self._work, name="reports", daemon=True)
            self._thread.start()
            return True

    def stop(self) -> None:
        """Make the report under way to its end, and none after it."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the run; whether it has come."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return not self._running

    def state(self) -> dict[str, Any]:
        """How far the run is, as plain values."""
        with self._lock:
            return {
                "running": self._running,
                "stopping": self._running and self._stop.is_set(),
                "done": len(self._results),
                "all": len(self._wanted),
                "now": self._now,
                "failed": [one for one in self._results if not one["made"]],
                "stopped": not self._running and len(self._results) < len(self._wanted),
                "problem": self._problem,
            }

    def _work(self) -> None:
        try:
            for one in self._wanted:
                if self._stop.is_set():
                    break
                with self._lock:
                    self._now = one.title
                made, words = self._make(one)
                with self._lock:
                    self._results.append({"title": one.title, "made": made, "words": words})
            for edition in sorted({one.edition for one in self._wanted}):
                self._shelf.finish(edition)
        except CalibrateError as error:
            self._problem = str(error)
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it to tell
            self._problem = UNFORESEEN.format(type(error).__name__)
        finally:
            with self._lock:
                self._running, self._now = False, ""

    def _make(self, one: Wanted) -> tuple[bool, str]:
        try:
            return self._shelf.make(one.kind, one.id, one.window, one.edition, one.formats)
        except CalibrateError as error:
            return False, str(error)
        except Exception as error:  # noqa: BLE001 - one report must never stop the others
            return False, UNFORESEEN.format(type(error).__name__)
