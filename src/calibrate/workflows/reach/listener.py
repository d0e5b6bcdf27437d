"""A tiny listener on every network of this computer: it says "it works" to whoever opens it, and shows nothing else."""

from __future__ import annotations

import errno
import http.client
import json
import os
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from types import TracebackType

from calibrate.errors import ProjectError
from calibrate.workflows.reach.addresses import Address

_PATIENCE = 8.0  # seconds for a question to this very computer, which may be busy
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>It works</title>
<link rel="icon" href="data:,"><style>body{margin:12vh auto;max-width:30rem;padding:0 1.5rem;
font:1.2rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff}h1{font-size:2rem}</style></head>
<body><main><h1>It works</h1><p>This device reaches the computer that will hold the room.
You can close this page.</p></main></body></html>"""


class Listener:
    """A listener that counts the devices which reach it. Leave it with ``with`` or `close`.

    Parameters
    ----------
    port
        The port; 0 takes a free one.
    own
        Addresses of this computer: what comes from them is no other device.

    Raises
    ------
    ProjectError
        If the port is taken, or the account may not use it.
    """

    def __init__(self, port: int, own: Iterable[str]) -> None:
        self._own = {ip_address(one) for one in own}
        self._came = threading.Event()
        self.visitors: list[str] = []
        self._servers = [_server(port, socket.AF_INET, self._heard)]
        self.port = int(self._servers[0].server_address[1])
        with suppress(OSError, ProjectError):  # no IPv6 here, or another program has that half
            self._servers.append(_server(self.port, socket.AF_INET6, self._heard))
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()

    def __enter__(self) -> Listener:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening."""
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def wait(self, seconds: float, tick: Callable[[int], None] | None = None) -> bool:
        """Wait until another device comes.

        Parameters
        ----------
        seconds
            How long at most, 0 or more.
        tick
            Called about once a second with the seconds that are left.

        Returns
        -------
        bool
            Whether one came.
        """
        left = seconds
        while left > 0 and not self._came.is_set():
            if tick is not None:
                tick(round(left))
            self._came.wait(min(1.0, left))
            left -= 1.0
        return self._came.is_set()

    def _heard(self, visitor: str) -> None:
        ip = ip_address(visitor.partition("%")[0])
        mapped = getattr(ip, "ipv4_mapped", None)
        ip = mapped or ip
        if ip.is_loopback or ip in self._own:
            return
        if str(ip) not in self.visitors:
            self.visitors.append(str(ip))
        self._came.set()


def open_listener(port: int, addresses: Sequence[Address]) -> Listener:
    """Listen on every network of this computer.

    Parameters
    ----------
    port
        The port; 0 takes a free one.
    addresses
        This computer's, best first, from `own_addresses`.

    Raises
    ------
    ProjectError
        As `Listener`; where it is Calibrate's own room that has the port, it says whether other
        devices are let in there.
    """
    ips = [one.ip for one in addresses]
    if port and is_calibrate("127.0.0.1", port):
        lan = next((one for one in addresses if is_calibrate(one.ip, port)), None)
        raise ProjectError(
            f"Calibrate's own room is open at port {port} already, in this window or another.",
            column="--port",
            fix=f"Open {lan.link(port)} on a phone or Chromebook: if the page comes, the room works."
            if lan
            else "It lets nobody in from other devices: close it and start it with "
            "`calibrate serve --lan`, or close it and run this check again.",
        )
    if port and _somebody_answers(port):
        raise _taken(port)
    return Listener(port, ips)


def answers(ip: str, port: int) -> bool:
    """Whether this computer reaches itself at one of its addresses."""
    try:
        connection = http.client.HTTPConnection(ip, port, timeout=_PATIENCE)
        connection.request("GET", "/")
        status = connection.getresponse().status
        connection.close()
    except (OSError, http.client.HTTPException):
        return False
    return status == 200


def is_calibrate(ip: str, port: int) -> bool:
    """Whether Calibrate's own room answers there."""
    try:
        connection = http.client.HTTPConnection(ip, port, timeout=_PATIENCE)
        connection.request("GET", "/health")
        body = json.loads(connection.getresponse().read(4096))
        connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return False
    return isinstance(body, dict) and body.get("program") == "calibrate"


def _somebody_answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as asked:
            return bool(asked.getsockname() != asked.getpeername())  # not the question itself
    except OSError:
        return False


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    heard: Callable[[str], None]

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        # Windows would let two programs share a port; elsewhere this only takes over what is closing.
        if os.name == "posix":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # HTTPServer would ask the network for this computer's name here.
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "calibrate", int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A visitor who breaks off is nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5

    def do_GET(self) -> None:
        self.server.heard(str(self.client_address[0]))
        found = self.path.split("?")[0] == "/"
        body = _PAGE.encode() if found else b"Not here."
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", f"text/{'html' if found else 'plain'}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "Calibrate"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing is logged."""


def _server(port: int, family: socket.AddressFamily, heard: Callable[[str], None]) -> _Server:
    class Server(_Server):
        address_family = family

    everywhere = "::" if family == socket.AF_INET6 else "0.0.0.0"
    try:
        server = Server((everywhere, port), _Handler)
    except (OSError, OverflowError) as error:
        raise _refused(port, error) from None
    server.heard = heard
    return server


def _refused(port: int, error: Exception) -> ProjectError:
    if isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, 10048):
        return _taken(port)
    return ProjectError(
        f"This account may not use port {port}.",
        column="--port",
        fix="Use a number from 1024 to 65535, for example --port 8765.",
    )


def _taken(port: int) -> ProjectError:
    another = port + 1 if port < 65535 else 8765
    return ProjectError(
        f"Another program of this computer uses port {port} already.",
        column="--port",
        fix=f"Close that program, or use another port here and for the room: --port {another}.",
    )
