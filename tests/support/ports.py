"""Ports of this machine that a test may open a server at."""

from __future__ import annotations

import random
import socket

_OURS = range(15_000, 32_000)
"""Below the ports that systems hand to connections on their way out: none of those takes one away while it is free for a
moment, before a server starts or while it is down."""
_draw = random.SystemRandom()


def free_port() -> int:
    """A port that nobody uses at this moment."""
    for port in _draw.sample(_OURS, 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("two hundred ports were tried, and all are taken")
