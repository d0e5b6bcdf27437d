"""The types of the lower floors are checked strictly, and only theirs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.tree import ROOT

STRICT = ("model", "stats", "analysis")
UNTYPED = "def doubled(score):\n    return score * 2\n"
CALLER = (
    "from calibrate.{room}.untyped import doubled\n\n\n"
    "def f() -> None:\n    doubled(2)\n\n\nx: int = 'one'\n"
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What mypy says, with our settings, about the same careless code planted in several rooms."""
    folder = tmp_path_factory.mktemp("planted")
    top = folder / "src" / "calibrate"
    for room in (*STRICT, "reports"):
        (top / room).mkdir(parents=True)
        (top / room / "__init__.py").touch()
        (top / room / "untyped.py").write_text(UNTYPED, encoding="utf-8")
        (top / room / "caller.py").write_text(CALLER.format(room=room), encoding="utf-8")
    (top / "__init__.py").touch()
    settings = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(folder)]
    answer = subprocess.run(
        [sys.executable, "-m", "mypy", *settings, str(top)],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    return answer.stdout.splitlines()


def about(found: list[str], room: str) -> str:
    return "\n".join(line for line in found if f"/{room}/" in line)


@pytest.mark.parametrize("room", STRICT)
def test_a_function_without_types_is_refused_below(found: list[str], room: str) -> None:
    assert "[no-untyped-def]" in about(found, room)
    assert "[no-untyped-call]" in about(found, room)


def test_above_types_are_checked_where_there_are_some(found: list[str]) -> None:
    assert "[assignment]" in about(found, "reports")
    assert "[no-untyped" not in about(found, "reports")
