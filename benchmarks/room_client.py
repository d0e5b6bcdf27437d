"""A page of the room without a browser: comes in at the door, opens its kernel by websocket, and talks to the desk.

It speaks what the real page speaks: Jupyter's messages, Solara's start, anywidget's custom messages.
"""

from __future__ import annotations

import asyncio
import json
import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Message = dict[str, Any]


class Refused(RuntimeError):
    """The room did not let this page in."""


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def come_in(address: str, token: str, *, door: str = "/join") -> str:
    """The cookie that the door gives for a link's token."""
    request = Request(
        f"{address}{door}",
        data=urlencode({"link": token}).encode(),
        headers={"origin": address, "accept": "application/json"},
    )
    try:
        with build_opener(_Stay).open(request, timeout=60) as answer:
            return str(answer.headers["set-cookie"]).partition(";")[0]
    except HTTPError as error:
        raise Refused(str(error.code)) from error


@dataclass
class Page:
    """One page and its kernel.

    Parameters
    ----------
    address
        Where the room is, such as ``http://127.0.0.1:8765``.
    cookie
        From `come_in`.
    root
        ``/desk`` or ``/board``.
    """

    address: str
    cookie: str
    root: str = "/desk"
    kernel: str = field(default_factory=lambda: str(uuid.uuid4()))
    heard: list[str] = field(default_factory=list)
    on_push: Callable[[Message], None] | None = None
    keep: bool = False

    def __post_init__(self) -> None:
        self._session = str(uuid.uuid4())
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[str, asyncio.Future[Message]] = {}
        self._desk: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._started: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def open(self, *, origin: str | None = None) -> None:
        """Open the kernel's websocket; `Refused` if it is not let in."""
        where = f"ws://{urlsplit(self.address).netloc}{self.root}/jupyter/api/kernels/{self.kernel}/channels"
        try:
            self._socket = await connect(
                f"{where}?session_id={self._session}",
                origin=origin or self.address,  # type: ignore[arg-type]
                additional_headers={"cookie": self.cookie},
                max_size=None,
                compression=None,
                open_timeout=120,
            )
        except Exception as error:
            raise Refused(type(error).__name__) from error
        self._reader = asyncio.create_task(self._read())

    async def start(self) -> None:
        """Ask for the page's widgets, and wait until the desk or board is there."""
        control = uuid.uuid4().hex
        await self.send(
            "comm_open", {"comm_id": control, "target_name": "solara.control", "data": {}}
        )
        run = {"method": "run", "args": {"path": "", "appName": None, "dark": False, "themes": {}}}
        await self.send("comm_msg", {"comm_id": control, "data": run})
        await asyncio.wait_for(asyncio.shield(self._desk), 120)

    async def ask(self, message: Message, *, patience: float = 120) -> Message:
        """Ask the widget, as the page does: `Refused` without an answer."""
        name = uuid.uuid4().hex
        return await self.ask_as(name, {**message, "id": name}, patience=patience)

    async def ask_as(self, name: str, message: Message, *, patience: float = 120) -> Message:
        """Ask under an id of one's own."""
        answer = self._waiting[name] = asyncio.get_running_loop().create_future()
        await self.tell(await asyncio.shield(self._desk), message)
        try:
            return await asyncio.wait_for(answer, patience)
        finally:
            self._waiting.pop(name, None)

    async def tell(self, widget: str, message: Message) -> None:
        """Send a widget a message."""
        content = {"comm_id": widget, "data": {"method": "custom", "content": message}}
        await self.send("comm_msg", content)

    async def send(self, kind: str, content: Message) -> None:
        """Send a kernel a message of any kind."""
        assert self._socket is not None
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "username": "",
            "session": self._session,
            "date": "2026-01-01T00:00:00Z",
            "version": "5.3",
        }
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
            "buffers": [],
        }
        try:
            await self._socket.send(json.dumps(message))
        except ConnectionClosed as error:
            raise Refused("the connection has ended") from error

    @property
    def widget(self) -> str | None:
        """The id of the desk's or board's model, once it is there."""
        return self._desk.result() if self._desk.done() else None

    async def ended(self, patience: float = 60) -> bool:
        """Whether the server closes the connection in that time."""
        assert self._reader is not None
        done, _ = await asyncio.wait({self._reader}, timeout=patience)
        return bool(done)

    async def close(self) -> None:
        """Go away."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await asyncio.wait({self._reader}, timeout=10)

    async def _read(self) -> None:
        assert self._socket is not None
        try:
            async for frame in self._socket:
                if self.keep:
                    self.heard.append(frame if isinstance(frame, str) else frame.decode("latin-1"))
                self._take(json.loads(frame) if isinstance(frame, str) else _unpacked(frame))
        except Exception as error:  # noqa: BLE001 - a connection that ends: whoever waits is told
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(Refused(type(error).__name__))
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Refused("the connection has ended"))

    def _take(self, message: Message) -> None:
        kind, content = message["header"]["msg_type"], message["content"]
        data = content.get("data") or {}
        if kind == "comm_open":
            state = data.get("state", {})
            if "_esm" in state and not self._desk.done():
                self._desk.set_result(content["comm_id"])
        elif kind == "comm_msg" and data.get("method") == "custom":
            told = data["content"]
            answer = self._waiting.get(told.get("to"))
            if answer is not None and not answer.done():
                answer.set_result(told)
            elif "push" in told and self.on_push is not None:
                self.on_push(told)


def _unpacked(frame: bytes) -> Message:
    """The message in a frame that carries files behind it."""
    (count,) = struct.unpack_from("!i", frame, 0)
    places = struct.unpack_from(f"!{count}i", frame, 4)
    end = places[1] if count > 1 else len(frame)
    return dict(json.loads(frame[places[0] : end]))
