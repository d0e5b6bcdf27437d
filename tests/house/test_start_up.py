"""Calibrate answers at once: heavy libraries load when they are used."""

from __future__ import annotations

import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage

import pytest

from tests.support.tree import ROOT

HEAVY = (
    "IPython",
    "PIL",
    "alembic",
    "anywidget",
    "docx",
    "great_tables",
    "ipywidgets",
    "jupyterlab",
    "krippendorff",
    "mammoth",
    "matplotlib",
    "nacl",
    "nbconvert",
    "nbformat",
    "nh3",
    "numpy",
    "openpyxl",
    "pandas",
    "papermill",
    "pydantic",
    "pypdfium2",
    "scipy",
    "seaborn",
    "sqlalchemy",
    "threadpoolctl",
    "xlsxwriter",
    "yaml",
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT / "src",
        check=True,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


#: What a command line of this kind cannot do without: Python itself, the library that reads commands, a page of help.
LEAST = """
import typer
app = typer.Typer()
app.command("one")(lambda: None)
app.command("two")(lambda: None)
app(["--help"])
"""


def worked(*arguments: str) -> float:
    """The seconds that a run keeps a processor busy: other people's work on the same machine is not in it."""
    before = getrusage(RUSAGE_CHILDREN)
    run(*arguments)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ratio(ours: tuple[str, ...], least: tuple[str, ...], tries: int = 8) -> float:
    """How many times as long we take, by the shortest of several turns: a slow machine is slow for both."""
    run(*ours), run(*least)  # the first one may have to write bytecode
    turns = [(worked(*ours), worked(*least)) for _ in range(tries)]
    return min(one for one, _ in turns) / max(0.01, min(other for _, other in turns))


def test_importing_calibrate_takes_hardly_longer_than_starting_python() -> None:
    assert ratio(("-c", "import calibrate"), ("-c", "pass")) < 6


def test_the_help_page_takes_hardly_longer_than_any_page_of_help() -> None:
    assert ratio(("-m", "calibrate", "--help"), ("-c", LEAST)) < 2.5


@pytest.mark.parametrize(
    "code",
    [
        "import calibrate",
        "import calibrate.cli",
        "import sys; sys.argv = ['calibrate', '--help']\n"
        "try: from calibrate.cli import main; main()\nexcept SystemExit: pass",
    ],
    ids=["import calibrate", "import calibrate.cli", "calibrate --help"],
)
def test_no_heavy_library_is_loaded_before_it_is_used(code: str) -> None:
    answer = run("-c", f"{code}\nimport sys\nprint('\\nLOADED', *sys.modules)")
    loaded = set(answer.stdout.rsplit("LOADED", 1)[1].split())
    assert "calibrate" in loaded
    assert loaded & set(HEAVY) == set()
