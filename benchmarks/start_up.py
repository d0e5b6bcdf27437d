"""How soon a command answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.timing import Comparison, best


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def compare() -> Iterator[Comparison]:
    """Time the help pages of Calibrate and of papermill."""
    ours, _ = best(lambda: _run("-m", "calibrate", "--help"))
    theirs, _ = best(lambda: _run("-m", "papermill", "--help"))
    yield Comparison("the help page", "papermill", ours, theirs)
