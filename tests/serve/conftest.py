"""A room with a project on disk, and a stand-in for the kernels: what reaches it is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from calibrate.serve import room as rooms
from calibrate.serve.routes import make_application
from calibrate.store.project import Project
from tests.support.norming import Room as Norming
from tests.support.served import make_project

PAGE = """<!doctype html><html><head><meta name="viewport" content="x">
<link rel="icon" href="a"><link rel="icon" href="b"></head><body>
<v-overlay a></v-overlay><v-overlay b></v-overlay>
<script>var debug = true;console.log("solara config", {});</script></body></html>"""


@dataclass
class Kernels:
    """Stands in for Solara."""

    kernels: dict[str, str] = field(default_factory=dict)
    reached: list[dict[str, Any]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def application(self) -> Callable:
        async def application(scope: Any, receive: Any, send: Any) -> None:
            self.reached.append(scope)
            if scope["type"] == "websocket":
                await send({"type": "websocket.accept"})
                return
            await PlainTextResponse("a library")(scope, receive, send)

        return application

    def page(self, root: str) -> str:
        return PAGE

    def known(self, kernel_id: str) -> bool:
        return kernel_id in self.kernels

    def owns(self, kernel_id: str, owner: str) -> bool:
        return self.kernels.get(kernel_id) == owner

    def make_place(self, owner: str) -> None:
        self.places.append(owner)

    def close_page(self, kernel_id: str, page_id: str) -> None:
        self.closed.append(f"{kernel_id} {page_id}")

    def close_all(self, owner: str) -> None:
        self.closed.append(owner)


@pytest.fixture
def norming(tmp_path: Path) -> Norming:
    """A session of three raters and three pieces, open for scoring, in a project on disk."""
    return make_project(tmp_path)


@pytest.fixture
def kernels() -> Kernels:
    return Kernels()


@pytest.fixture
def served(norming: Norming, tmp_path: Path) -> Iterator[rooms.Room]:
    with Project.open(norming.folder) as project:
        yield rooms.Room(project, norming.keystore, "http://room.test:8765", "lead-" + "k" * 40)


@pytest.fixture
def application(served: rooms.Room, kernels: Kernels) -> Any:
    return make_application(served, kernels)


@pytest.fixture
def as_rater(norming: Norming) -> Callable[[str], str]:
    """The cookie of a rater who has come in."""
    return lambda rater: f"calibrate_seat={norming.handouts[rater].token}"


@pytest.fixture
def as_lead(served: rooms.Room) -> str:
    return f"calibrate_lead={served.lead}"
