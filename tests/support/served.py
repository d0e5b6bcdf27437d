"""A room that is really served: a project on disk, and `calibrate serve` as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from calibrate.model.roster import PersonName
from calibrate.store.project import Project
from calibrate.store.sealing import KeyStore, make_recovery_key
from calibrate.workflows.norming.links import room_code
from tests.store.sealing_kit import CHEAP
from tests.support.desks import hang_work
from tests.support.district import add_district
from tests.support.norming import Room
from tests.support.ports import free_port
from tests.support.tree import SOURCE

NAMES = {
    "r1": ("Ines", "Aalto"),
    "r2": ("Zoë", "Quist-Brandt"),
    "r3": ("Marek", "Odell"),
    "r4": ("Pilar", "Odell"),
    "r5": ("Tam", "Reyes"),
}
"""Invented; two of them share a family name."""

PATIENCE = 180
"""Seconds: on a busy machine everything takes its time."""


def make_project(
    base: Path,
    *,
    raters: int = 5,
    panel: tuple[str, ...] = ("r2", "r3", "r4"),
    title: str = "Fall norming",
) -> Room:
    """A project in ``base/project`` with its keys in ``base/keys``, and a session open for scoring."""
    recovery = make_recovery_key()
    project = Project.create(
        base / "project", name="Maple and Birch", recovery_public_key=recovery.public_text
    )
    keystore = KeyStore(
        project.id, project.folder, base / "keys", passphrase_cost=CHEAP, pin_cost=CHEAP
    )
    with project.transaction() as unit:
        add_district(unit, raters=raters)
        unit.people.names.add_all(
            [PersonName(rater, *name) for rater, name in NAMES.items() if int(rater[1:]) <= raters]
        )
    room = Room(project.id, project.folder, project.store, keystore, recovery)
    room.set_up(title=title, piece_ids=("p1", "p2", "p3"), rater_ids=panel)
    room.open()
    hang_work(room)
    return room


@dataclass
class Served:
    """A room and the process that serves it."""

    room: Room
    base: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def code(self) -> str:
        """The room code of the session."""
        return room_code(self.room, self.room.session)

    @property
    def said(self) -> str:
        """What the process has printed."""
        return (self.base / "serve.log").read_text(encoding="utf-8")

    @property
    def lead_link(self) -> str:
        """The facilitator's link, as printed."""
        found = re.search(r"http\S+/lead#\S+", self.said)
        assert found, self.said
        return found[0]

    def join_link(self, rater: str) -> str:
        """A rater's personal link."""
        return f"{self.address}/join#{self.room.handouts[rater].token}"

    def start(self) -> None:
        """Start `calibrate serve`, and wait until it answers."""
        command = [sys.executable, "-m", "calibrate", "serve", "--project", str(self.room.folder)]
        command += ["--key-store", str(self.base / "keys"), "--port", str(self.port)]
        paths = [str(SOURCE.parent), os.environ.get("PYTHONPATH", "")]
        with (self.base / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < until, self.said
            time.sleep(0.1)

    def kill(self) -> None:
        """End the process as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=PATIENCE)

    def stop(self) -> int:
        """Press Ctrl-C; the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=20) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
