"""A shelf of reports that needs no project: it makes a report when a test lets it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from calibrate.errors import NotFound


class SlowShelf:
    """Three sessions, a school and two raters; each report waits until it is let go.

    Attributes
    ----------
    made
        What was made, in order.
    finished
        The editions whose index was written.
    """

    def __init__(self, *, waiting: bool = True) -> None:
        self.made: list[tuple[str, str, str, str, tuple[str, ...]]] = []
        self.finished: list[str] = []
        self.broken: set[str] = set()
        self._go = threading.Semaphore(0 if waiting else 10_000)
        self.begun = threading.Semaphore(0)

    def let_go(self, n: int = 1) -> None:
        """Let that many reports be made."""
        self._go.release(n)

    def contents(self) -> dict[str, Any]:
        return {
            "kinds": [
                _kind("district", "District", ("inside", "outside"), Hill="The Hill District"),
                _kind("session", "Norming sessions", ("inside",), S1="One", S2="Two", S3="Three"),
                _kind("rater", "Rater feedback", ("inside",), r1="Ada Quill", r2="Ben Rush"),
            ],
            "windows": [{"id": "fall", "title": "Fall"}, {"id": "spring", "title": "Spring"}],
            "formats": [{"id": "pdf", "title": "PDF"}, {"id": "docx", "title": "Word document"}],
            "made": [
                _entry("session", "S1", "One", changed=True),
                *(
                    _entry(kind, which, f"{kind} {which}", edition=edition, window=window)
                    for kind, which, window, edition, _ in self.made
                ),
            ],
            "index": {"inside": "reports/index.html"},
            "folder": "/srv/hill",
        }

    def make(
        self, kind: str, which: str, window: str, edition: str, formats: Sequence[str]
    ) -> tuple[bool, str]:
        self.begun.release()
        assert self._go.acquire(timeout=180), "the test never let this report be made"
        if which == "S2" and "S2" in self.broken:
            raise NotFound("Nobody scored in this session.", fix="Score it first.")
        if which == "S3" and "S3" in self.broken:
            raise ZeroDivisionError("secret details")
        self.made.append((kind, which, window, edition, tuple(formats)))
        return True, "Readers gave the same score 60% of the time."

    def finish(self, edition: str) -> None:
        self.finished.append(edition)


def _kind(kind: str, title: str, editions: tuple[str, ...], **things: str) -> dict[str, Any]:
    return {
        "id": kind,
        "title": title,
        "editions": list(editions),
        "private": kind == "rater",
        "windows": kind != "session",
        "things": [{"id": one, "title": name} for one, name in things.items()],
    }


def _entry(
    kind: str,
    which: str,
    title: str,
    *,
    changed: bool = False,
    edition: str = "inside",
    window: str = "",
) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": which,
        "window": window,
        "window_title": window.title(),
        "edition": edition,
        "title": title,
        "headline": "Readers gave the same score 60% of the time.",
        "failed": False,
        "made": datetime(2026, 4, 28, 15, 30, tzinfo=UTC).isoformat(),
        "changed": changed,
        "page": f"reports/{kind}/{which} a/report.html",
        "others": [],
    }
