"""A report as PDF: printed by the Chromium or Chrome that is on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from calibrate.errors import CalibrateError
from calibrate.places import writing

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_TIMEOUT = 240  # seconds; printing takes one, on a busy machine many


def find_browser() -> str:
    """The browser that prints: ``CALIBRATE_BROWSER`` if it is set, else one that is installed.

    Raises
    ------
    CalibrateError
        If there is none; it names the fix.
    """
    named = os.environ.get("CALIBRATE_BROWSER")
    candidates = (named,) if named else (*(shutil.which(name) for name in _NAMES), *_PLACES)
    for candidate in candidates:
        if candidate and Path(candidate).is_file():
            return candidate
    raise CalibrateError(
        "A PDF needs Chromium or Chrome, and none was found.",
        fix="Install one, or open the HTML report and print it to PDF from your browser.",
    )


def write_pdf(page: Path, output: Path) -> None:
    """Print one self-contained page to PDF.

    Raises
    ------
    CalibrateError
        If no browser is found, or it does not print the page in time.
    """
    browser = find_browser()
    with tempfile.TemporaryDirectory() as profile:
        printed = Path(profile) / "page.pdf"
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-pdf-header-footer",
            f"--user-data-dir={profile}/profile",
            f"--print-to-pdf={printed}",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium does not start as root with it
        try:
            subprocess.run(
                [*command, page.resolve().as_uri()],
                check=True,
                capture_output=True,
                timeout=_TIMEOUT,
            )
            data = printed.read_bytes()
        except (OSError, subprocess.SubprocessError) as problem:
            raise CalibrateError(
                "The browser did not print this report to PDF.",
                fix="Open the HTML report and print it to PDF yourself.",
            ) from problem
    with writing(output):
        output.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        output.write_bytes(data)
        output.chmod(0o600)
