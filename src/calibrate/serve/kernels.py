"""The widgets' side of the room: Solara gives each visitor's page a virtual kernel in this process.

Solara's own pages, its sign-on and its way of telling visitors apart are not used: the gate decides
who comes here, and hands on a cookie that it has made itself.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from platformdirs import user_cache_path
from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles

from calibrate.errors import CalibrateError
from calibrate.serve.page import Page, show_page
from calibrate.serve.push import Deliver, OpenPage
from calibrate.serve.room import Room
from calibrate.serve.routes import PAGE_COOKIE

AWAY = "2h"
"""How long a page may be away before what the server keeps for it is let go. The store keeps everything."""

MOST_KERNELS = 24
"""How many kernels one visitor may have of one page: a fresh one is made at each loading, and the oldest goes."""

_log = logging.getLogger(__name__)


class Kernels:
    """Solara, set up for the room. One process can have one room.

    Parameters
    ----------
    room
        The room.
    """

    def __init__(self, room: Room) -> None:
        os.environ.setdefault("SOLARA_HOME", str(user_cache_path("calibrate") / "solara"))
        os.environ["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] = "false"  # it would call home
        os.environ.pop("SOLARA_APP", None)
        from solara.server import settings, starlette

        settings.telemetry.mixpanel_enable = False
        settings.main.mode = "production"
        settings.main.root_path = ""
        settings.kernel.cull_timeout = AWAY
        settings.session.http_only = True
        settings.state.auto_remount = True
        settings.theme.show_banner = False
        settings.theme.loader = "plain"
        settings.theme.title = "Calibrate"
        settings.assets.fontawesome_enabled = False
        from solara.server import patch  # only once the library's other parts are there

        # Solara makes a mock of a shell's events for every message, a seventh of the work of a save.
        patch.mock = SimpleNamespace(MagicMock=NoEvents)  # type: ignore[assignment]
        self._room = room
        self._solara: Any = starlette
        self._libraries = Path(settings.assets.proxy_cache_dir)
        self._set_app()

    def start(self) -> None:
        """Begin; called as the server starts."""
        self._solara.on_startup()

    def stop(self) -> None:
        """Close every kernel; called as the server stops."""
        self._solara.on_shutdown()

    def application(self) -> Starlette:
        """The ASGI application of one page's kernels and libraries, without the page itself."""
        from solara.server.server import solara_static

        return Starlette(
            routes=[
                WebSocketRoute(
                    "/jupyter/api/kernels/{kernel_id}/{name}", self._solara.kernel_connection
                ),
                # Solara would fetch what is not here from the internet; a folder does not.
                Mount("/_solara/cdn", StaticFiles(directory=self._libraries)),
                Mount("/jupyter/nbextensions", self._solara.StaticNbFiles()),
                Mount("/static/assets", self._solara.StaticAssets()),
                Mount("/static", self._solara.StaticFilesOptionalAuth(directory=solara_static)),
            ]
        )

    def page(self, root: str) -> str:
        """Solara's page for a page of ours, as it comes from the library.

        Parameters
        ----------
        root
            The page's path, such as ``/desk``.
        """
        from solara.server import server

        return server.read_root("/", root_path=root) or ""

    def known(self, kernel_id: str) -> bool:
        """Whether there is such a kernel."""
        return kernel_id in self._contexts()

    def owns(self, kernel_id: str, owner: str) -> bool:
        """Whether a kernel is this owner's."""
        context = self._contexts().get(kernel_id)
        return context is not None and context.session_id == owner

    def make_place(self, owner: str) -> None:
        """Close this owner's oldest kernels so that one more fits; those that no page shows go first."""
        mine = [one for one in self._contexts().values() if one.session_id == owner]
        too_many = max(0, len(mine) + 1 - MOST_KERNELS)
        for context in sorted(mine, key=_shown)[:too_many]:
            _close(context)

    def close_page(self, kernel_id: str, page_id: str) -> None:
        """Let go of a page that its browser has left."""
        context = self._contexts().get(kernel_id)
        if context is not None and page_id in context.page_status:
            context.page_close(page_id)

    def close_all(self, owner: str) -> None:
        """Close every kernel of a visitor who leaves."""
        for context in list(self._contexts().values()):
            if context.session_id == owner:
                _close(context)

    def _contexts(self) -> dict[str, Any]:
        from solara.server import kernel_context

        return dict(kernel_context.contexts)

    def _set_app(self) -> None:
        """Make Solara run ours: a function that is called once for each page, inside its kernel."""
        import solara
        from solara.server import app as solara_app

        room = self._room

        class RoomScript(solara_app.AppScript):
            """What Solara runs; the base class would run a file."""

            def init(self) -> None:
                self.routes = [solara.Route("/")]
                self._initialized = True

            def run(self) -> Any:
                return open_page(room)

        solara_app.apps["__default__"] = RoomScript("calibrate.serve")


class NoEvents:
    """The events of a shell that runs no cells: nobody waits for them."""

    def trigger(self, *_: object, **__: object) -> None:
        """Nothing happens."""

    def register(self, *_: object) -> None:
        """Nobody is called."""

    def unregister(self, *_: object) -> None:
        """Nobody was to be called."""


def _shown(context: Any) -> bool:
    """Whether a browser shows a page of this kernel now."""
    return any(status.value == "connected" for status in context.page_status.values())


def _close(context: Any) -> None:
    """Close a kernel without waiting for what it is doing."""
    threading.Thread(target=context.close, kwargs={"reason": "page-close"}).start()


def open_page(room: Room) -> Any:
    """The widgets of the page whose kernel this is. Whatever goes wrong becomes a plain sentence."""
    try:
        from solara.lab.utils.cookies import cookies

        held = cookies.value or {}
        path = held.get(PAGE_COOKIE, "")
        visitor = room.who(held)
        page = show_page(room, visitor, path)
        _listen(room, page)
        return page.root
    except CalibrateError as error:
        return _said(str(error))
    except Exception as error:  # noqa: BLE001 - Solara would show the traceback to the visitor
        _log.error("A page could not be opened: %s", type(error).__name__, exc_info=error)
        return _said("Calibrate met a problem with this page. Please load it again.")


def _listen(room: Room, page: Page) -> None:
    """Let the page be told what is new, for as long as it is open."""
    if page.pushed is None:
        return
    from solara.server.kernel_context import get_current_context

    context = get_current_context()
    opened = OpenPage(page.pushed, _deliver_to(context), page.session_id)
    room.pages.add(opened)
    context.on_close(lambda: room.pages.remove(opened))


def _deliver_to(context: Any) -> Deliver:
    def deliver(call: Callable[[], None]) -> None:
        def inside() -> None:
            if context.closed_event.is_set():
                return
            with context, context.lock:
                call()

        context.event_loop.call_soon_threadsafe(inside)

    return deliver


def _said(text: str) -> Any:
    import ipyvuetify

    return ipyvuetify.Html(
        tag="main",
        class_="calibrate-said",
        children=[
            ipyvuetify.Html(tag="h1", children=["Calibrate"]),
            ipyvuetify.Html(tag="p", attributes={"role": "alert"}, children=[text]),
        ],
    )
