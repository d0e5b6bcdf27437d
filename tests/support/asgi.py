"""Asking an ASGI application by hand: one request in, one answer out, no server and no network."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

HOST = "room.test:8765"
HOME = f"http://{HOST}"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def cookies(self) -> list[str]:
        return [value for key, value in self.headers if key == "set-cookie"]

    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    application: Any,
    path: str,
    *,
    method: str = "GET",
    body: bytes = b"",
    cookies: str = "",
    headers: dict[str, str] | None = None,
    scheme: str = "http",
) -> Answer:
    """One request. A POST comes from a page of the room itself unless ``headers`` say otherwise."""
    sent: list[dict[str, Any]] = []

    async def run() -> None:
        arriving = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:  # whoever asked stays until it is answered
            return arriving.pop(0) if arriving else await asyncio.Event().wait()

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await application(_scope("http", path, method, cookies, headers, scheme), receive, send)

    asyncio.run(run())
    start = next(message for message in sent if message["type"] == "http.response.start")
    parts = [one.get("body", b"") for one in sent if one["type"] == "http.response.body"]
    named = [(key.decode().lower(), value.decode("latin-1")) for key, value in start["headers"]]
    return Answer(start["status"], named, b"".join(parts))


def knock(
    application: Any,
    path: str,
    *,
    cookies: str = "",
    headers: dict[str, str] | None = None,
) -> list[str]:
    """Open a websocket; the kinds of the messages that came back."""
    sent: list[str] = []

    async def run() -> None:
        arriving = [{"type": "websocket.connect"}]

        async def receive() -> dict[str, Any]:
            return arriving.pop(0) if arriving else {"type": "websocket.disconnect", "code": 1000}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message["type"])

        scope = _scope("websocket", path, "GET", cookies, headers, "ws")
        await application(scope, receive, send)

    asyncio.run(run())
    return sent


def _scope(
    kind: str,
    path: str,
    method: str,
    cookies: str,
    headers: dict[str, str] | None,
    scheme: str,
) -> dict[str, Any]:
    own = "https" if scheme == "https" else "http"
    named = {
        "host": HOST,
        **({"origin": f"{own}://{HOST}"} if method == "POST" or kind == "websocket" else {}),
    }
    named |= {"cookie": cookies} if cookies else {}
    named |= headers or {}
    before, _, query = path.partition("?")
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": before,
        "raw_path": before.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [
            (key.encode(), value.encode("latin-1")) for key, value in named.items() if value
        ],
        "client": ("203.0.113.9", 50000),
        "server": ("room.test", 8765),
        "subprotocols": [],
    }
