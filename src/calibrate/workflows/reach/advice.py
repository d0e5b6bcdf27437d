"""What to try when no other device came: in plain words, with the names that each system uses."""

from __future__ import annotations

import sys
from pathlib import Path

WINDOWS, MAC, CHROMEBOOK, WSL, LINUX = "Windows", "macOS", "ChromeOS", "WSL", "Linux"


def this_system() -> str:
    """Which system this is, as far as its firewall goes."""
    if sys.platform == "win32":
        return WINDOWS
    if sys.platform == "darwin":
        return MAC
    if Path("/dev/.cros_milestone").exists():
        return CHROMEBOOK
    try:
        kernel = Path("/proc/version").read_text(encoding="utf-8", errors="replace")
    except OSError:
        kernel = ""
    return WSL if "microsoft" in kernel.casefold() else LINUX


def what_to_try(port: int, *, system: str | None = None) -> tuple[str, ...]:
    """The steps to try, the likeliest first.

    Parameters
    ----------
    system
        As `this_system` says; found out, if not given.
    """
    return (
        "Same network: the phone or Chromebook and this computer have to be in the same Wi-Fi, and not in "
        "the guest network. Turn off mobile data and any VPN on both.",
        _firewall(port, system or this_system()),
        "School Wi-Fi often keeps devices apart, whatever you do on this computer. Ask the technology "
        "office whether “client isolation” (also “AP isolation”) is on for this network, and for a network "
        f"or cable without it. The words for the ticket: devices of the panel need TCP port {port} of this computer.",
        "Another network: a small router of your own, or this computer's mobile hotspot, joins a room of "
        "devices without the school's network.",
        "Paper always works: calibrate session sheets SESSION prints a score sheet for each rater, and one "
        "person types them in afterwards.",
    )


def _firewall(port: int, system: str) -> str:
    return {
        WINDOWS: "Windows Defender Firewall: in Windows Security, Firewall & network protection, Allow an app "
        "through firewall, tick Python for Private networks, and set this Wi-Fi to Private "
        "(Settings, Network & internet, Properties). A managed laptop needs the technology office for this.",
        MAC: "macOS firewall: System Settings, Network, Firewall, Options: allow incoming connections for "
        "Python; and Privacy & Security, Local Network: allow Terminal.",
        CHROMEBOOK: "Chromebook: Linux runs behind ChromeOS. Settings, About ChromeOS, Linux development "
        f"environment, Port forwarding: add TCP {port} and turn it on. The address is then the Chromebook's "
        "own, under Settings, Network.",
        WSL: "Windows Subsystem for Linux has a network of its own that other devices do not see: start "
        "Calibrate in Windows itself, or turn on networkingMode=mirrored in .wslconfig.",
        LINUX: f"Linux firewall: sudo ufw allow {port}/tcp (Ubuntu), or "
        f"sudo firewall-cmd --add-port={port}/tcp (Fedora, SUSE).",
    }[system]
