"""What is served, path by path, behind the gate. Whatever is not named here does not exist."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from mimetypes import guess_type
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from calibrate.serve.doors import HERE, Door
from calibrate.serve.gate import Gate
from calibrate.serve.identity import BOARD, DESK
from calibrate.serve.page import LEAVE
from calibrate.serve.push import Poller, look_into
from calibrate.serve.room import Room
from calibrate.serve.shell import shell

OWNER_COOKIE = "solara-session-id"
PAGE_COOKIE = "calibrate_page"
ASSETS = frozenset({"door.css", "door.js", "join.js", "room.css", "room.js", "mark.svg"})
REPORT_FILES = frozenset({".html", ".pdf", ".docx", ".csv", ".svg", ".png"})
_KERNEL = re.compile(r"[0-9A-Za-z-]{8,64}")


class KernelServer(Protocol):
    """What gives pages their kernels: `calibrate.serve.kernels.Kernels`."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """Close everything."""

    def application(self) -> ASGIApp:
        """Answers a page's websocket and the requests for its libraries."""

    def page(self, root: str) -> str:
        """The library's page."""

    def owns(self, kernel_id: str, owner: str) -> bool:
        """Whether a kernel is this owner's."""

    def known(self, kernel_id: str) -> bool:
        """Whether there is such a kernel."""

    def make_place(self, owner: str) -> None:
        """Let go of this owner's oldest kernel, if one more would be too many."""

    def close_page(self, kernel_id: str, page_id: str) -> None:
        """Let go of a page."""

    def close_all(self, owner: str) -> None:
        """Let go of all of a visitor's pages."""


def make_application(room: Room, kernels: KernelServer) -> ASGIApp:
    """The room as an ASGI application.

    Parameters
    ----------
    room
        The room.
    kernels
        What gives pages their kernels.
    """
    door = Door(room, kernels.close_all)
    poller = Poller(room.pages, look_into(room.project))

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        kernels.start()
        poller.start()
        yield
        poller.stop()
        kernels.stop()
        room.project.close()

    inside = Starlette(
        routes=[
            Route("/", door.front),
            Route("/enter", door.enter, methods=["POST"]),
            Route("/join", door.join, methods=["GET", "POST"]),
            Route("/lead", door.lead, methods=["GET", "POST"]),
            Route(LEAVE, door.leave, methods=["POST"]),
            Route("/health", door.health),
            Route("/assets/{name}", _asset),
            Route("/reports/{path:path}", _reports(room)),
            *(_page_routes(room, kernels, DESK)),
            *(_page_routes(room, kernels, BOARD)),
        ],
        lifespan=lifespan,
        exception_handlers={404: _nothing, 405: _nothing},
    )
    return Gate(inside, room)


def _page_routes(room: Room, kernels: KernelServer, root: str) -> list[Route | Mount]:
    """A page, the question whether its visitor is still in, its kernels and its libraries."""
    template = shell(kernels.page(root), root)

    async def page(request: Request) -> Response:
        return HTMLResponse(template.replace("{nonce}", request.scope["calibrate.nonce"]))

    async def here(_: Request) -> Response:
        return Response(status_code=204)

    async def close(request: Request) -> Response:
        owner = request.scope["calibrate.visitor"].owner(room.secret, root)
        kernel = request.path_params["kernel_id"]
        if kernels.owns(kernel, owner):
            page_id = request.query_params.get("session_id", "")
            await run_in_threadpool(kernels.close_page, kernel, page_id)
        return Response(status_code=204)

    return [
        Route(root, page),
        Route(f"{root}/here", here),
        Route(f"{root}/_solara/api/close/{{kernel_id}}", close, methods=["POST"]),
        Mount(root, _own_kernels(room, kernels, root)),
    ]


def _own_kernels(room: Room, kernels: KernelServer, root: str) -> ASGIApp:
    """A page's kernels: each visitor reaches none but the own, whatever id a browser names."""
    inside = kernels.application()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        visitor = scope["calibrate.visitor"]
        owner = visitor.owner(room.secret, root)
        if scope["type"] == "websocket":
            kernel = scope["path"].rstrip("/").split("/")[-2]
            another = kernels.known(kernel) and not kernels.owns(kernel, owner)
            if not _KERNEL.fullmatch(kernel) or another:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
                return
            if not kernels.known(kernel):
                kernels.make_place(owner)
        await inside(_with_cookies(scope, owner, root), receive, send)

    return application


def _with_cookies(scope: Scope, owner: str, root: str) -> Scope:
    """The same request with the cookies that say whose kernel and which page this is; the gate's word, not the browser's."""
    kept = []
    for name, value in scope["headers"]:
        if name == b"cookie":
            parts = [part.strip() for part in value.decode("latin-1").split(";")]
            ours = (OWNER_COOKIE, f"{OWNER_COOKIE}-lax", PAGE_COOKIE)
            value = "; ".join(one for one in parts if one.partition("=")[0].strip() not in ours)
            kept.append((name, value.encode("latin-1")))
        else:
            kept.append((name, value))
    said = f"{OWNER_COOKIE}={owner}; {PAGE_COOKIE}={root}"
    before = b"; ".join(value for name, value in kept if name == b"cookie" and value)
    others = [(name, value) for name, value in kept if name != b"cookie"]
    cookie = b"; ".join(filter(None, (before, said.encode("latin-1"))))
    return {**scope, "headers": [*others, (b"cookie", cookie)]}


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    return FileResponse(HERE / "assets" / name) if name in ASSETS else await _nothing(request)


def _reports(room: Room) -> Any:
    async def reports(request: Request) -> Response:
        top = room.project.reports.resolve()
        wanted = (top / request.path_params["path"]).resolve()
        try:
            fits = wanted.suffix in REPORT_FILES and top in wanted.parents and wanted.is_file()
        except OSError:  # no folder can hold such a name
            fits = False
        if not fits:
            return await _nothing(request)
        return FileResponse(wanted, media_type=guess_type(wanted.name)[0])

    return reports


async def _nothing(request: Request, _: Exception | None = None) -> Response:
    return PlainTextResponse("There is nothing here.", 404)
