"""The door: the pages by which somebody comes in and leaves. Plain HTML and CSS of our own."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from calibrate.errors import CalibrateError
from calibrate.serve.entry import NoSuchRoom, token_by_pin
from calibrate.serve.identity import BOARD, DESK, LEAD_COOKIE, SEAT_COOKIE, is_lead, seat_of
from calibrate.serve.room import Room
from calibrate.store.sealing import PinRefused
from calibrate.workflows.norming.links import token_in

HERE = Path(__file__).parent
LONGEST_FORM = 8192

PINS_AT_ONCE = 4
"""How many PINs are looked at together: each takes 16 MiB for a moment, and a whole panel comes at once."""

_log = logging.getLogger(__name__)


class Door:
    """Answers at the door.

    Parameters
    ----------
    room
        The room.
    close_kernels
        Called when somebody leaves: lets go of what the server keeps for this visitor.
    """

    def __init__(self, room: Room, close_kernels: Any) -> None:
        self._room = room
        self._close_kernels = close_kernels
        self._pins = asyncio.Semaphore(PINS_AT_ONCE)
        self._pages = Environment(
            loader=FileSystemLoader(HERE / "pages"), autoescape=select_autoescape()
        )

    async def front(self, request: Request) -> Response:
        """The front page: room code, name and PIN, or a link."""
        return self._front(request)

    async def enter(self, request: Request) -> Response:
        """Room code, name and PIN were sent."""
        form = await read_form(request)
        code, name = form.get("code", "").strip(), form.get("name", "").strip()
        try:
            async with self._pins:
                token = await run_in_threadpool(
                    token_by_pin,
                    self._room.project,
                    self._room.keystore,
                    code,
                    name,
                    form.get("pin", ""),
                )
        except PinRefused as error:
            status = 429 if error.wait else 403
            return self._front(request, status, problem=str(error), code=code, name=name)
        except NoSuchRoom as error:
            return self._front(request, 403, problem=str(error), code=code, name=name)
        except CalibrateError as error:
            _log.warning("Somebody could not come in: %s", error)
            return self._front(request, 503, problem=str(error), code=code, name=name)
        return self._seat(RedirectResponse(DESK, 303), request, token)

    async def join(self, request: Request) -> Response:
        """A personal link was opened: its page reads the token behind the ``#`` and sends it here."""
        if request.method != "POST":
            return self._page("join.html", start="/join", to=DESK)
        token = token_in((await read_form(request)).get("link", ""))
        seat = await run_in_threadpool(seat_of, self._room.project, token)
        if seat is None:
            return self._wrong_link(request)
        return self._seat(_go_on(request, DESK), request, token)

    async def lead(self, request: Request) -> Response:
        """The facilitator's link was opened."""
        if request.method != "POST":
            return self._page("join.html", start="/lead", to=BOARD)
        token = token_in((await read_form(request)).get("link", ""))
        if not is_lead(self._room.lead, token):
            return self._wrong_link(request)
        return _keep(_go_on(request, BOARD), request, LEAD_COOKIE, token)

    async def leave(self, request: Request) -> Response:
        """Forget this visitor: the cookies go, and what the server keeps for the open pages."""
        visitor = request.scope["calibrate.visitor"]
        for page in (DESK, BOARD):
            self._close_kernels(visitor.owner(self._room.secret, page))
        answer = _go_on(request, "/")
        for name in (SEAT_COOKIE, LEAD_COOKIE):
            answer.delete_cookie(name, path="/", httponly=True, samesite="strict")
        return answer

    async def health(self, request: Request) -> Response:
        """Whether the room is there: for `calibrate doctor --room`, and for pages that wait for it."""
        return JSONResponse({"status": "ok", "program": "calibrate"})

    def _seat(self, answer: Response, request: Request, token: str) -> Response:
        """Somebody comes in to score; whoever sat at this browser before has left with that."""
        visitor = request.scope["calibrate.visitor"]
        if visitor.keys.get(DESK, token) != token:
            self._close_kernels(visitor.owner(self._room.secret, DESK))
        return _keep(answer, request, SEAT_COOKIE, token)

    def _front(self, request: Request, status: int = 200, **filled: str) -> Response:
        visitor = request.scope["calibrate.visitor"]
        return self._page(
            "door.html",
            status,
            title=self._room.project.name,
            seated=visitor.seat is not None,
            leads=visitor.lead,
            **filled,
        )

    def _wrong_link(self, request: Request) -> Response:
        problem = (
            "This link does not open anything here. Copy it whole, from the first letter to the last, "
            "or ask the facilitator for yours."
        )
        if _is_script(request):
            return JSONResponse({"problem": problem}, 403)
        return self._front(request, 403, link_problem=problem)

    def _page(self, template: str, status: int = 200, **filled: object) -> HTMLResponse:
        return HTMLResponse(self._pages.get_template(template).render(filled), status)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a sent form; one that is too long counts as empty."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            return {}
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    return {name: values[0] for name, values in fields.items()}


def _is_script(request: Request) -> bool:
    return request.headers.get("accept") == "application/json"


def _go_on(request: Request, to: str) -> Response:
    return JSONResponse({"to": to}) if _is_script(request) else RedirectResponse(to, 303)


def _keep(answer: Response, request: Request, name: str, token: str) -> Response:
    """Keep who this is in a cookie that no script reads, that no other site sends, and that ends with the browser."""
    secure = request.url.scheme == "https"
    answer.set_cookie(name, token, path="/", httponly=True, samesite="strict", secure=secure)
    return answer
