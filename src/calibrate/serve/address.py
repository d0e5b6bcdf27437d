"""Where the room can be reached: its address on this machine, and the one for other devices."""

from __future__ import annotations

import errno
import ipaddress
import socket

from calibrate.errors import ProjectError

THIS_MACHINE = "127.0.0.1"
EVERYWHERE = "0.0.0.0"


def lan_address() -> str | None:
    """The address under which other devices of the network reach this one, or None without a network.

    No packet is sent: the system is asked which way it would go.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that is kept for documentation
            found = str(probe.getsockname()[0])
        except OSError:
            return None
    return found if _reachable(found) else None


def listen(port: int, *, lan: bool) -> socket.socket:
    """A socket that listens, on this machine alone unless ``lan``.

    Raises
    ------
    ProjectError
        If something else holds the port, or the account may not use it.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((EVERYWHERE if lan else THIS_MACHINE, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise ProjectError(
                f"Something else already uses port {port}; perhaps the room is open in another window.",
                fix=f"Use that one, or name another port: calibrate serve --port {_another(port)}.",
            ) from None
        raise ProjectError(
            f"Port {port} cannot be used by this account.",
            fix="Name another one: calibrate serve --port 8765.",
        ) from None
    return listening


def _another(port: int) -> int:
    return port + 1 if port < 65535 else 8765


def _reachable(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_unspecified or parsed.is_link_local)
