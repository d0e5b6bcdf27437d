"""Which of this computer's addresses to hand out first."""

from __future__ import annotations

import pytest

from calibrate.workflows.reach.addresses import (
    CABLE,
    NETWORK,
    VIRTUAL,
    WIFI,
    in_order,
    kind_of,
    own_addresses,
)

FOUND = [
    ("lo", "127.0.0.1"),
    ("docker0", "172.17.0.1"),
    ("utun3", "10.8.0.6"),
    ("eth0", "10.20.0.9"),
    ("wlan0", "192.168.1.20"),
    ("wlan0", "fe80::1%wlan0"),
    ("wlan0", "fd00::20"),
    ("en7", "10.30.0.4"),
    ("eth1", "169.254.12.9"),
]


def test_wifi_and_cable_come_before_virtual_networks_and_what_nobody_can_use_is_left_out() -> None:
    ordered = in_order(FOUND, None)
    assert [one.ip for one in ordered] == [
        "192.168.1.20",
        "10.20.0.9",
        "10.30.0.4",
        "172.17.0.1",
        "10.8.0.6",
        "fd00::20",
    ]
    assert [one.kind for one in ordered][:3] == [WIFI, CABLE, NETWORK]


def test_the_way_out_comes_first_unless_it_is_a_vpn() -> None:
    assert in_order(FOUND, "10.20.0.9")[0].ip == "10.20.0.9"
    assert in_order(FOUND, "10.8.0.6")[0].ip == "192.168.1.20"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("wlp2s0", WIFI),
        ("Wi-Fi 2", WIFI),
        ("Wireless Network Connection", WIFI),
        ("enp3s0", CABLE),
        ("Ethernet", CABLE),
        ("eth0", CABLE),
        ("en0", NETWORK),
        ("vEthernet (WSL)", VIRTUAL),
        ("br-4f2a", VIRTUAL),
        ("tailscale0", VIRTUAL),
        ("VirtualBox Host-Only Network", VIRTUAL),
        ("bridge100", VIRTUAL),
        ("Bluetooth Network Connection", VIRTUAL),
    ],
)
def test_a_connection_is_known_by_the_name_that_its_system_gives(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_links_are_written_as_a_browser_wants_them() -> None:
    short, long = in_order([("wlan0", "192.168.1.20"), ("wlan0", "fd00::20")], None)
    assert short.link(8765) == "http://192.168.1.20:8765/"
    assert long.link(8765) == "http://[fd00::20]:8765/"


def test_no_loopback_is_ever_listed() -> None:
    assert not any(one.ip.startswith("127.") or one.ip == "::1" for one in own_addresses())
