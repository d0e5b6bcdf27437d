"""The gate: every request passes here first, by http and by websocket.

It says who the visitor is, decides by one function what this visitor may reach, refuses what another
page of the web sends, and puts the headers on every answer that keep the pages to themselves.
"""

from __future__ import annotations

import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from calibrate.errors import CalibrateError
from calibrate.serve.identity import BOARD, DESK, Visitor
from calibrate.serve.room import Room

DOOR = frozenset({"/", "/join", "/lead", "/enter", "/leave", "/health"})
"""Open to everybody."""

_SAFE = frozenset({"GET", "HEAD"})
_DOOR_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_KERNEL_POLICY = (
    # The libraries compile their templates in the page ('unsafe-eval') and a widget comes as a blob.
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' {socket}; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with "no-referrer" a browser's form would not say where it comes from
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}


def may_reach(visitor: Visitor, path: str) -> bool:
    """Whether this visitor may reach this path: the one place where that is decided.

    Parameters
    ----------
    visitor
        Who asks.
    path
        The path of the address, decoded.
    """
    if path in DOOR or path.startswith("/assets/"):
        return True
    top = "/" + path.split("/", 2)[1]
    if top == DESK:
        return visitor.seat is not None
    if top in (BOARD, "/reports"):
        return visitor.lead
    return False


class Gate:
    """The ASGI application around all others.

    Parameters
    ----------
    inside
        The application that answers what passes.
    room
        The room.
    """

    def __init__(self, inside: ASGIApp, room: Room) -> None:
        self._inside = inside
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._inside(scope, receive, send)
            return
        if scope["type"] not in ("http", "websocket"):
            return
        scope["calibrate.nonce"] = secrets.token_urlsafe(16)
        answer = _with_headers(scope, send)
        if not _plain_path(scope["path"]) or not _own_page_asks(scope):
            await _refuse(scope, receive, answer)
            return
        try:
            visitor = await self._visitor(scope)
        except CalibrateError:
            sorry = "Calibrate cannot read its data at this moment. Please try again."
            await _refuse(scope, receive, answer, 503, sorry)
            return
        if not may_reach(visitor, scope["path"]):
            await _turn_away(visitor, scope, receive, answer)
            return
        scope["calibrate.visitor"] = visitor
        await self._inside(scope, receive, answer)

    async def _visitor(self, scope: Scope) -> Visitor:
        held = read_cookies(Headers(scope=scope).getlist("cookie"))
        if not held:
            return Visitor()
        return await run_in_threadpool(self._room.who, held)


def read_cookies(headers: list[str]) -> dict[str, str]:
    """The cookies of a request; what cannot be read counts as not sent."""
    held: dict[str, str] = {}
    for header in headers:
        for part in header.split(";"):
            try:
                parsed = SimpleCookie(part.strip())
            except CookieError:
                continue
            held.update({name: one.value for name, one in parsed.items()})
    return held


def _plain_path(path: str) -> bool:
    """Whether a path is one that our own pages ask for: no way up, nothing hidden in it."""
    odd = any(sign in path for sign in ("\\", "\0", "//", "%"))
    return path.startswith("/") and not odd and ".." not in path.split("/")


def _own_page_asks(scope: Scope) -> bool:
    """Whether a request that changes something, or a websocket, comes from a page of this very server."""
    if scope["type"] == "http" and scope["method"] in _SAFE:
        return True
    headers = Headers(scope=scope)
    origin = headers.get("origin", "")
    if not origin:
        return scope["type"] == "http" and headers.get("sec-fetch-site") == "same-origin"
    parts = urlsplit(origin)
    schemes = {"http": "http", "ws": "http", "https": "https", "wss": "https"}
    return (parts.scheme, parts.netloc) == (schemes.get(scope["scheme"]), headers.get("host"))


async def _turn_away(visitor: Visitor, scope: Scope, receive: Receive, send: Send) -> None:
    """Nobody is sent to the door; somebody who may not see a page is not told that it is there."""
    asked = scope["type"] == "http" and scope["method"] in _SAFE
    if asked and scope["path"] == DESK and visitor.lead:
        await RedirectResponse(BOARD, 303)(scope, receive, send)
    elif asked and scope["path"] in (DESK, BOARD) and visitor.nobody:
        await RedirectResponse("/", 303)(scope, receive, send)
    else:
        await _refuse(scope, receive, send)


async def _refuse(
    scope: Scope,
    receive: Receive,
    send: Send,
    status: int = 404,
    text: str = "There is nothing here.",
) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await PlainTextResponse(text, status)(scope, receive, send)


def _with_headers(scope: Scope, send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _ALWAYS.items():
                headers[name] = value
            headers["content-security-policy"] = policy(scope)
            if "immutable" not in headers.get("cache-control", ""):
                headers["cache-control"] = "no-store"
        await send(message)

    return sending


def policy(scope: Scope) -> str:
    """The content security policy of an answer."""
    path = scope["path"]
    if path in (DESK, BOARD):
        host = Headers(scope=scope).get("host", "")
        socket = f"{'wss' if scope['scheme'] == 'https' else 'ws'}://{host}"
        known = host and all(sign.isalnum() or sign in ".:-[]" for sign in host)
        return _KERNEL_POLICY.format(
            nonce=scope["calibrate.nonce"], socket=socket if known else ""
        ).replace("  ", " ")
    return _REPORT_POLICY if path.startswith("/reports/") else _DOOR_POLICY
