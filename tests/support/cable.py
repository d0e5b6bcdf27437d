"""A cable between one browser and a server: it can be cut and mended, and it keeps what came down to the browser."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

BUFFER = 65536


class Cable:
    """Carries connections to a port of this machine, through a port of its own.

    Parameters
    ----------
    to
        The server's port.
    """

    def __init__(self, to: int) -> None:
        self._to = to
        self._open = threading.Event()
        self._open.set()
        self._flows = threading.Event()
        self._flows.set()
        self._lock = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._down: list[bytearray] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Where the browser finds the server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def received(self) -> bytes:
        """Every byte that came down to the browser so far: pages, answers, websocket frames.

        Connection after connection, so that none is cut in two by what another one brings. What is still to come is
        not in it: ``Visitor.receives`` and ``Visitor.never_received`` wait before they look.
        """
        with self._lock:
            return b"\n".join(bytes(one) for one in self._down)

    def cut(self) -> None:
        """End every connection, and let no new one through."""
        self._open.clear()
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            _close(end)

    def stall(self) -> None:
        """Carry nothing more, and say nothing of it: the worst that a school's network does."""
        self._flows.clear()

    def mend(self) -> None:
        """Carry again, what was held back first."""
        self._open.set()
        self._flows.set()

    def close(self) -> None:
        """Take the cable away."""
        self.cut()
        self._flows.set()
        _close(self._listening)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            far = None
            if self._open.is_set():
                with contextlib.suppress(OSError):
                    far = socket.create_connection(("127.0.0.1", self._to), timeout=120)
            if far is None:
                _close(near)
                continue
            far.settimeout(None)
            with self._lock:
                self._ends |= {near, far}
            threading.Thread(target=self._carry, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, True), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, down: bool) -> None:
        came = bytearray()
        if down:
            with self._lock:
                self._down.append(came)
        with contextlib.suppress(OSError):
            while data := one.recv(BUFFER):
                self._flows.wait()
                if down:
                    with self._lock:
                        came += data
                other.sendall(data)
        for end in (one, other):
            _close(end)
        with self._lock:
            self._ends -= {one, other}


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextlib.contextmanager
def cable(to: int) -> Iterator[Cable]:
    """A cable for the time of a test."""
    made = Cable(to)
    try:
        yield made
    finally:
        made.close()
