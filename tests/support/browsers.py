"""Chromium or Chrome for the tests: found where it lies, else installed, else a message that names the fix.

A browser test is never skipped: a machine without a browser has to get one, or the tests fail.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

#: The variable that names a browser outright.
VARIABLE = "CALIBRATE_BROWSER"

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)

PLACES = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path(os.environ.get("PROGRAMFILES", "C:/Program Files"))
    / "Google/Chrome/Application/chrome.exe",
)

#: Nothing leaves the machine: no host but this one has an address, and the browser itself keeps quiet.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--no-first-run",
)

FIX = (
    "The browser tests need Chromium or Chrome. On Debian: sudo apt install chromium. "
    "Anywhere: .venv/bin/python -m playwright install --with-deps chromium. "
    f"Or name one that is installed: {VARIABLE}=/path/to/chrome make test."
)


class BrowserMissing(RuntimeError):
    """There is no browser that runs, and none could be installed."""


def flags() -> list[str]:
    """What the browser is started with; root has no sandbox to start it in."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*FLAGS, *(["--no-sandbox"] if as_root else [])]


def runs(path: Path | str) -> bool:
    """Whether this browser starts (a placeholder that only points to a shop does not)."""
    try:
        answer = subprocess.run(
            [str(path), "--version"], capture_output=True, timeout=180, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def playwrights_own() -> Path:
    """Where Playwright keeps the browser that it downloads, whether or not it is there."""
    code = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return Path(answer.stdout.strip())


def find() -> Path | None:
    """A browser that runs: the one named by the variable, one on the PATH, a usual place, Playwright's own."""
    named = os.environ.get(VARIABLE)
    if named:
        if not runs(named):
            raise BrowserMissing(f"{VARIABLE} names {named}, which does not run. {FIX}")
        return Path(named)
    for name in NAMES:
        found = shutil.which(name)
        if found and runs(found):
            return Path(found)
    for place in (*PLACES, playwrights_own()):
        if place.is_file() and runs(place):
            return place
    return None


def _run(*command: str) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        answer = subprocess.run(
            command, env=quiet, stdin=subprocess.DEVNULL, capture_output=True, timeout=900
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def install_from_debian() -> bool:
    """Try the system's own package, where there is one and we may."""
    if not shutil.which("apt-get"):
        return False
    if os.geteuid() == 0:
        before: tuple[str, ...] = ()
    elif _run("sudo", "-n", "true"):
        before = ("sudo", "-n")
    else:
        return False
    # A mirror may be slow, and another program may hold the list of packages for a while.
    options = ("-y", "--no-install-recommends", "-o", "Acquire::Retries=3")
    options += ("-o", "DPkg::Lock::Timeout=300")
    _run(*before, "apt-get", "update")
    return _run(*before, "apt-get", "install", *options, "chromium", "fonts-liberation")


def install_from_playwright() -> bool:
    """Try Playwright's download."""
    return _run(sys.executable, "-m", "playwright", "install", "chromium")


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let test processes that all miss the browser wait for the one that installs it."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    with (Path(tempfile.gettempdir()) / f"calibrate-browser-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def provide() -> Path:
    """A browser that runs, installed if need be.

    Raises
    ------
    BrowserMissing
        If there is none and none can be installed; the message names the fix.
    """
    found = find()
    if found:
        return found
    with _one_at_a_time():
        found = find()
        for install in (install_from_debian, install_from_playwright):
            if found:
                break
            if install():
                found = find()
    if not found:
        raise BrowserMissing(FIX)
    return found
