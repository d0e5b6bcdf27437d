"""The addresses under which other devices would find this computer: Wi-Fi and cable first, VPNs and virtual networks last."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

WIFI, CABLE, NETWORK, VIRTUAL = "Wi-Fi", "cable", "network", "VPN or virtual"
_ORDER = (WIFI, CABLE, NETWORK, VIRTUAL)
_KINDS = (
    (
        VIRTUAL,
        r"docker|br-|veth|virbr|vmnet|vboxnet|vmware|virtualbox|vethernet|hyper-v|bridge|lxc|lxd|podman|cni|"
        r"cali|flannel|utun|tun|tap|wg|ppp|ipsec|zt|zerotier|tailscale|openvpn|wireguard|cisco anyconnect|"
        r"globalprotect|nordlynx|bluetooth|bnep|awdl|llw|anpi|p2p|gif|stf|dummy|isatap|teredo",
    ),
    (WIFI, r"wl|ath\d|ra\d|wi-?fi|wireless|airport"),
    (CABLE, r"eth|en[opsx]|em\d|ethernet|lan\b|local area connection"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """One address of this computer.

    Parameters
    ----------
    ip
        The address itself.
    interface
        What the system calls the connection, such as ``wlan0``.
    kind
        ``Wi-Fi``, ``cable``, ``network`` or ``VPN or virtual``.
    """

    ip: str
    interface: str
    kind: str

    @property
    def version(self) -> int:
        """4 or 6."""
        return ipaddress.ip_address(self.ip).version

    def link(self, port: int) -> str:
        """The address as one types it into a browser."""
        host = f"[{self.ip}]" if self.version == 6 else self.ip
        return f"http://{host}:{port}/"


def own_addresses() -> tuple[Address, ...]:
    """The addresses of this computer, best first; none that only it could use. Nothing is sent.

    An address of IPv6 is listed after those of IPv4, which links in a school use.
    """
    up = {name for name, stats in psutil.net_if_stats().items() if stats.isup}
    found = [
        (name, one.address)
        for name, several in psutil.net_if_addrs().items()
        if name in up
        for one in several
        if one.family in (socket.AF_INET, socket.AF_INET6)
    ]
    return in_order(found, _way_out())


def in_order(found: Iterable[tuple[str, str]], way_out: str | None) -> tuple[Address, ...]:
    """Sort (interface, address) pairs; addresses that no other device could use are left out.

    Parameters
    ----------
    way_out
        The address from which this computer speaks to other networks; among its like it comes first.
    """
    kept = {
        ip: Address(ip, interface, kind_of(interface))
        for interface, text in found
        if _usable(ip := text.partition("%")[0])
    }
    return tuple(
        sorted(
            kept.values(),
            key=lambda one: (
                one.version,
                one.kind == VIRTUAL,
                one.ip != way_out,
                _ORDER.index(one.kind),
                one.interface,
                one.ip,
            ),
        )
    )


def kind_of(interface: str) -> str:
    """What kind of connection an interface is, by the name that the system gives it."""
    name = interface.casefold()
    for kind, pattern in _KINDS:
        if re.match(pattern, name):
            return kind
    return NETWORK


def _usable(text: str) -> bool:
    ip = ipaddress.ip_address(text)
    return not (ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast)


def _way_out() -> str | None:
    """The system is asked which way it would go; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that is kept for documentation
            return str(probe.getsockname()[0])
        except OSError:
            return None
