"""One look at this computer before a meeting: its addresses, its disk, its clock. Nothing but this computer is contacted."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from calibrate.errors import ProjectError
from calibrate.store.filesystems import network_type
from calibrate.store.settings import FILE_NAME, read_settings
from calibrate.store.trial import SaveTrial, try_saves
from calibrate.workflows.doctor import Finding
from calibrate.workflows.reach.addresses import VIRTUAL, Address
from calibrate.workflows.reach.listener import Listener, answers

GIGABYTE = 1024**3
LITTLE_SPACE, TIGHT_SPACE = GIGABYTE // 2, 2 * GIGABYTE
SLOWEST_SAVE = 100.0
"""Milliseconds: 95 of 100 saves should be acknowledged sooner."""
FEWEST_SAVES = 30.0
"""Saves a second: thirty raters, one choice a second each."""
_THIS_YEAR = 2026  # no copy of this program is older


@dataclass(frozen=True, slots=True)
class Tried:
    """An address, the link to it, and whether this computer reaches itself there."""

    address: Address
    link: str
    answers: bool


@dataclass(frozen=True, slots=True)
class RoomLook:
    """What was seen.

    Parameters
    ----------
    port
        The port that was tried.
    tried
        The addresses, best first.
    findings
        What should be mended or known.
    trial
        How fast saves are; None where there was nothing to try.
    """

    port: int
    tried: tuple[Tried, ...]
    findings: tuple[Finding, ...]
    trial: SaveTrial | None = None

    @property
    def best(self) -> Tried | None:
        """The address to hand out: the first of IPv4 at which this computer answers."""
        return next((one for one in self.tried if one.answers and one.address.version == 4), None)

    @property
    def sound(self) -> bool:
        """Whether nothing needs mending."""
        return not any(one.problem for one in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """The look as plain values, for JSON."""
        return {
            "port": self.port,
            "address": self.best.link if self.best else None,
            "addresses": [
                {
                    "address": one.address.ip,
                    "interface": one.address.interface,
                    "kind": one.address.kind,
                    "link": one.link,
                    "answers": one.answers,
                }
                for one in self.tried
            ],
            "saves": asdict(self.trial) if self.trial else None,
            "findings": [asdict(one) for one in self.findings],
            "sound": self.sound,
        }


def look_at_room(
    folder: Path, listener: Listener, addresses: Sequence[Address], *, now: datetime | None = None
) -> RoomLook:
    """Look at the network, the project's disk and the clock.

    Parameters
    ----------
    folder
        The project's folder; without a project in it only the network and the clock are looked at.
    listener
        An open one.
    addresses
        This computer's, from `own_addresses`.
    now
        The time; by default the clock's.
    """
    tried = tuple(
        Tried(one, one.link(listener.port), answers(one.ip, listener.port)) for one in addresses
    )
    findings = list(_of_network(tried))
    findings += _of_clock(folder, now or datetime.now(UTC))
    trial = None
    if (folder / FILE_NAME).is_file():
        findings += _of_disk(folder)
        trial, of_saves = _of_saves(folder)
        findings += of_saves
    else:
        findings.append(
            Finding(
                "project",
                "There is no project in this folder, so its disk was not looked at.",
                "Name the project's folder: calibrate doctor --room DIR.",
                problem=False,
            )
        )
    return RoomLook(listener.port, tried, tuple(findings), trial)


def _of_network(tried: tuple[Tried, ...]) -> Iterator[Finding]:
    real = [one for one in tried if one.address.version == 4 and one.address.kind != VIRTUAL]
    if not tried:
        yield Finding(
            "network",
            "This computer is not connected to a network, so no other device can reach it.",
            "Join the Wi-Fi that the panel uses, or plug in a cable.",
        )
    elif not real:
        yield Finding(
            "network",
            "This computer has only addresses that other devices in a school can rarely use (a VPN, a "
            "virtual network, or IPv6 alone).",
            "Join the Wi-Fi that the panel uses, and turn the VPN off.",
        )
    for one in tried:
        if not one.answers and one.address.version == 4 and one.address.kind != VIRTUAL:
            yield Finding(
                "network",
                f"Not even this computer reaches itself at {one.link}: a firewall or VPN is in between.",
                "Turn the VPN off, and look at the firewall.",
            )
    if any(one.address.version == 6 for one in tried):
        yield Finding(
            "network",
            "This computer also has addresses of the newer kind (IPv6). Hand out the short one: it is "
            "easier to type, and every device knows it.",
            problem=False,
        )


def _of_clock(folder: Path, now: datetime) -> Iterator[Finding]:
    fix = "Set the date and time of this computer to automatic."
    if now.year < _THIS_YEAR:
        yield Finding("clock", f"This computer's clock says {now:%B} {now.day}, {now.year}.", fix)
        return
    newest = max(_times(folder), default=0.0)
    ahead = newest - now.timestamp()
    if ahead > 300:
        yield Finding(
            "clock",
            f"The project was last saved {_span(ahead)} later than this computer's clock says now: one of "
            "the two was wrong.",
            fix,
        )


def _times(folder: Path) -> Iterator[float]:
    for name in ("calibrate.db", "calibrate.db-wal", FILE_NAME):
        try:
            yield (folder / name).stat().st_mtime
        except OSError:
            continue


def _span(seconds: float) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            many = round(seconds / size)
            return f"{many} {name}{'' if many == 1 else 's'}"
    return "a moment"


def _of_disk(folder: Path) -> Iterator[Finding]:
    kind = network_type(folder)
    if kind is not None:
        yield Finding(
            "disk",
            f"The project lies on a network folder ({kind}), where its database could be damaged.",
            "Keep the project folder on this computer's own disk.",
        )
    elif _is_synced(folder.resolve().parts):
        yield Finding(
            "disk",
            "The project seems to lie in a folder that is copied to the cloud while you work.",
            "Pause the copying during the meeting, or keep the project elsewhere on this disk.",
            problem=False,
        )
    free = shutil.disk_usage(folder).free
    if free < TIGHT_SPACE:
        yield Finding(
            "disk",
            f"Only {free / GIGABYTE:.1f} GB are free on the project's disk.",
            "Make room before the meeting: empty the bin, remove old downloads.",
            problem=free < LITTLE_SPACE,
        )


def _is_synced(parts: Iterable[str]) -> bool:
    names = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "mobile documents")
    return any(part.casefold().startswith(names) for part in parts)


def _of_saves(folder: Path) -> tuple[SaveTrial | None, list[Finding]]:
    try:
        if (read_settings(folder / FILE_NAME).url or "sqlite").startswith("postgresql"):
            told = "The project is kept in PostgreSQL, whose saves were not timed here."
            return None, [Finding("saves", told, problem=False)]
        if network_type(folder) is not None:
            return None, []
        trial = try_saves(folder)
    except ProjectError as error:
        return None, [Finding("saves", error.message, error.fix or "")]
    if trial.p95_ms <= SLOWEST_SAVE and trial.a_second >= FEWEST_SAVES:
        return trial, []
    return trial, [
        Finding(
            "saves",
            f"Saves are slow on this disk: 95 of 100 took up to {trial.p95_ms:.0f} ms, so about "
            f"{trial.a_second:.0f} a second. A large panel would wait.",
            "Keep the project on the built-in disk, not on a stick or card, and close what works the disk hard.",
        )
    ]
