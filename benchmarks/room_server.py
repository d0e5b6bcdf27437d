"""The real server process on the sample district, with a session of many raters: what the room's benchmark runs against."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from calibrate.store.project import Project
from calibrate.store.sealing import KeyStore
from calibrate.workflows.demo import build_demo
from calibrate.workflows.norming import SessionPlan, open_scoring, set_up_session

SOURCE = Path(__file__).parents[1] / "src"
PASSPHRASE = "four grey geese over the lake"
PIECES = 5


@dataclass
class Server:
    """The server process."""

    project: Path
    keys: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    peak: int = 0
    work: float = 0.0
    opened: float = 0.0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Start it; the seconds until it answers."""
        began = time.monotonic()
        command = [sys.executable, "-m", "calibrate", "serve", "--project", str(self.project)]
        command += ["--key-store", str(self.keys), "--port", str(self.port)]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        while True:
            with suppress(OSError), urllib.request.urlopen(f"{self.address}/health", timeout=2):
                return time.monotonic() - began
            if self.process.poll() is not None or time.monotonic() - began > 120:
                raise SystemExit("The room did not start.")
            time.sleep(0.05)

    def kill(self) -> None:
        assert self.process is not None
        self.look()
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        assert self.process is not None
        self.look()
        self.process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        if self.process.poll() is None:
            self.process.kill()

    def worked(self) -> float:
        """Seconds of processor time that the process has used."""
        assert self.process is not None
        with suppress(OSError):
            fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").split()
            return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
        return 0.0

    def look(self) -> None:
        """Keep the most memory that the process ever had, in MB."""
        assert self.process is not None
        with suppress(OSError):
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
            peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
            self.peak = max(self.peak, int(peak.split()[1]) // 1024)


@contextmanager
def session_of(raters: int) -> Iterator[tuple[Project, Path, str, dict[str, str]]]:
    """The sample district with a session of so many raters: project, keys, session, rater id to token."""
    base = Path(tempfile.mkdtemp(prefix="room-"))
    before = os.environ.get("CALIBRATE_KEY_STORE")
    os.environ["CALIBRATE_KEY_STORE"] = str(base / "sample-keys")
    try:
        build_demo(base / "project")
        with Project.open(base / "project") as project:
            yield project, base / "keys", *_open_session(project, base / "keys", raters)
    finally:
        os.environ.pop("CALIBRATE_KEY_STORE")
        if before is not None:
            os.environ["CALIBRATE_KEY_STORE"] = before
        shutil.rmtree(base, ignore_errors=True)


def _open_session(project: Project, keys: Path, raters: int) -> tuple[str, dict[str, str]]:
    with project.reading() as unit:
        people = [one.id for one in unit.people.raters.all()][:raters]
        rubric = unit.rubrics.latest("k8-writing")
        taught = {one.classroom_id for one in unit.people.teaching.all(rater_id=people)}
        pieces = [
            one
            for one in unit.work.pieces.all()
            if one.classroom_id not in taught and unit.work.files.count(piece_id=one.id)
        ][:PIECES]
    plan = SessionPlan(
        title="Thirty at once",
        rubric_id=rubric.id,
        rubric_version=rubric.version,
        window_id=pieces[0].window_id,
        piece_ids=tuple(one.id for one in pieces),
        rater_ids=tuple(people),
    )
    session = set_up_session(project, plan, by="benchmark")
    keystore = KeyStore(project.id, project.folder, keys)
    handouts = open_scoring(project, keystore, session.id, PASSPHRASE, by="benchmark")
    return session.id, {one.rater_id: one.token for one in handouts}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
