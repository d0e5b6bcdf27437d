"""How many kernels a visitor has: the oldest goes when one more comes. The library's own are played here."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from enum import Enum
from subprocess import run
from typing import Any

import pytest

from calibrate.serve.kernels import MOST_KERNELS, Kernels


class Status(Enum):
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


@dataclass
class Context:
    """A kernel of the library's."""

    session_id: str
    page_status: dict[str, Status] = field(default_factory=dict)
    closed: threading.Event = field(default_factory=threading.Event)

    def close(self, reason: str) -> None:
        self.closed.set()


class Played(Kernels):
    """Kernels without the library."""

    def __init__(self, contexts: dict[str, Context]) -> None:
        self.contexts = contexts

    def _contexts(self) -> dict[str, Any]:
        return dict(self.contexts)


def many(owner: str, number: int, status: Status) -> dict[str, Context]:
    return {f"{owner}-{place:04d}": Context(owner, {"page": status}) for place in range(number)}


def closed_for(owner: str, contexts: dict[str, Context]) -> list[str]:
    """Which kernels are closed when this owner opens one more, once all that was begun for it is over."""
    before = set(threading.enumerate())
    Played(contexts).make_place(owner)
    for begun in set(threading.enumerate()) - before:
        begun.join(60)
    return [name for name, one in contexts.items() if one.closed.is_set()]


@pytest.mark.parametrize("status", list(Status))
def test_when_a_visitor_has_too_many_kernels_the_oldest_is_closed(status: Status) -> None:
    contexts = many("me", MOST_KERNELS, status) | many("you", MOST_KERNELS, status)
    assert closed_for("me", contexts) == ["me-0000"]


def test_a_kernel_whose_page_is_gone_goes_before_one_that_is_shown() -> None:
    contexts = many("me", MOST_KERNELS, Status.CONNECTED)
    contexts["me-0005"].page_status["page"] = Status.DISCONNECTED
    assert closed_for("me", contexts) == ["me-0005"]


def test_a_visitor_with_room_left_keeps_every_kernel() -> None:
    contexts = many("me", MOST_KERNELS - 1, Status.DISCONNECTED)
    assert closed_for("me", contexts) == []


_SHELL = """
from types import SimpleNamespace
from calibrate.serve.kernels import Kernels, NoEvents
Kernels(SimpleNamespace())
from solara.server import patch
shell = patch.FakeIPython(SimpleNamespace(kernel=SimpleNamespace(shell=SimpleNamespace(display_pub=None))))
assert isinstance(shell.events, NoEvents), shell.events
shell.events.register("post_execute", print)
shell.events.trigger("pre_execute")
shell.events.unregister("post_execute", print)
"""


def test_no_mock_is_made_for_every_message() -> None:
    """In a process of its own, since one process can have one room."""
    run([sys.executable, "-c", _SHELL], check=True, timeout=300)
