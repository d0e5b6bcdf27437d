"""Push: what everybody may see has changed, so every open page is told.

One poller for the process asks the store, and hands what is new to each page in the page's own
thread. A page whose connection is away is tried again at the next look.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from calibrate.errors import CalibrateError
from calibrate.workflows.norming import NormingProject
from calibrate.workflows.norming.stage import Pulse, pulses

EVERY_SECONDS = 0.5

_log = logging.getLogger(__name__)


class Pushed(Protocol):
    """A widget that is told."""

    def push(self, pulse: Pulse) -> None:
        """Tell the page."""


Deliver = Callable[[Callable[[], None]], None]
"""Runs a call in the page's own thread, soon. Raises RuntimeError while its connection is away."""


@dataclass(eq=False)
class OpenPage:
    """A page that somebody has open.

    Parameters
    ----------
    widget
        The desk or the board.
    deliver
        How the widget is reached.
    session_id
        The session that it shows; None: every session.
    """

    widget: Pushed
    deliver: Deliver = field(repr=False)
    session_id: str | None
    told: dict[str, str] = field(default_factory=dict)

    def tell(self, pulse: Pulse) -> None:
        """Tell the page, unless it knows already."""
        if self.told.get(pulse.session_id) == pulse.mark:
            return
        try:
            self.deliver(lambda: self.widget.push(pulse))
        except RuntimeError:
            return  # away: it is tried again
        self.told[pulse.session_id] = pulse.mark


class OpenPages:
    """The pages that are open in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: set[OpenPage] = set()

    def add(self, page: OpenPage) -> None:
        """A page was opened."""
        with self._lock:
            self._pages.add(page)

    def remove(self, page: OpenPage) -> None:
        """A page was closed."""
        with self._lock:
            self._pages.discard(page)

    def now(self) -> tuple[OpenPage, ...]:
        """Those that are open now."""
        with self._lock:
            return tuple(self._pages)


Look = Callable[[set[str], bool], Mapping[str, Pulse]]
"""Asks the store: (ids of sessions that pages show, whether a page shows every session) to pulses."""


class Poller:
    """Looks at the store twice a second while the room is open.

    Parameters
    ----------
    pages
        The open pages.
    look
        Asks the store.
    """

    def __init__(self, pages: OpenPages, look: Look, every: float = EVERY_SECONDS) -> None:
        self._pages = pages
        self._look = look
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="calibrate-push", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; returns when the last look is over."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def look(self) -> None:
        """One look, and telling whoever does not know yet."""
        pages = self._pages.now()
        if not pages:
            return
        shown = {page.session_id for page in pages if page.session_id is not None}
        pulses = self._look(shown, any(page.session_id is None for page in pages))
        for page in pages:
            for pulse in pulses.values():
                if page.session_id in (None, pulse.session_id):
                    page.tell(pulse)

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            try:
                self.look()
            except CalibrateError as error:
                _log.warning("Looking for news failed: %s", error)
            except Exception as error:  # noqa: BLE001 - the next look must come whatever this one met
                _log.error("Looking for news failed: %s", type(error).__name__)


def look_into(project: NormingProject) -> Look:
    """What a `Poller` asks a project."""

    def look(shown: set[str], every: bool) -> Mapping[str, Pulse]:
        wanted = set(shown)
        if every:
            with project.store.reading() as unit:
                wanted |= {session.id for session in unit.sessions.all()}
        return pulses(project, wanted)

    return look
