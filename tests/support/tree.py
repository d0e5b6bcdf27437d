"""The repository as it is committed, for tests that look at the house itself."""

from __future__ import annotations

import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "calibrate"

_NOT_OURS = {".git", ".venv", "__pycache__", "demo", "dist", "build", "reports"}


@cache
def tracked_files() -> tuple[str, ...]:
    """Paths, relative to the top, of every file that is committed or would be (new, and not ignored).

    An unpacked source archive has no git; there every file that does not come from building or running counts.
    """
    if not (ROOT / ".git").exists():
        return tuple(
            sorted(
                path.relative_to(ROOT).as_posix()
                for path in ROOT.rglob("*")
                if path.is_file()
                and not _NOT_OURS & set(path.relative_to(ROOT).parts)
                and not any(part.endswith("_cache") for part in path.parts)
            )
        )
    answer = subprocess.run(
        [
            "git",
            "-c",
            "safe.directory=*",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(
        sorted(name for name in answer.stdout.split("\0") if name and (ROOT / name).is_file())
    )


@cache
def pyproject() -> dict[str, Any]:
    """The settings in pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
