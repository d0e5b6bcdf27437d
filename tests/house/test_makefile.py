"""One command each, from a fresh clone: the Makefile, what prepares the environment, and what a fresh machine runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tree import ROOT

# A Python that makes environments in a moment: answers -c with the real one, and notes what pip is asked for.
STUB = """#!/bin/sh
case "$*" in
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && touch "$3/pyvenv.cfg" ;;
    "-m pip "*) printf '%s\\n' "$*" >>pip.log ;;
    "-c "*) exec "{python}" "$@" ;;
esac
"""
OLD = "#!/bin/sh\nexit 1\n"


def script(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in a folder with a space in its name, with what the preparation reads."""
    folder = tmp_path / "a fresh clone"
    (folder / ".ci").mkdir(parents=True)
    (folder / "benchmarks").mkdir()
    for name in (
        ".ci/environment",
        ".ci/run",
        "Makefile",
        "pyproject.toml",
        "constraints.txt",
        "benchmarks/peers.txt",
    ):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A PATH of its own: the system's small tools, and no Python but what a test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in (
        "sh",
        "bash",
        "cat",
        "cksum",
        "cp",
        "dirname",
        "id",
        "ls",
        "mkdir",
        "rm",
        "sed",
        "touch",
    ):
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


def prepare(
    clone: Path, commands: Path, purpose: str = "use", **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [clone / ".ci" / "environment", purpose],
        cwd=clone,
        env={"PATH": str(commands), **variables},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def installs(clone: Path) -> int:
    log = clone / "pip.log"
    return len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0


@pytest.fixture
def python(commands: Path) -> Path:
    return script(commands / "python3", STUB.format(python=sys.executable))


@pytest.mark.usefixtures("python")
def test_the_environment_is_made_and_filled_once(clone: Path, commands: Path) -> None:
    assert prepare(clone, commands).returncode == 0
    asked = (clone / "pip.log").read_text(encoding="utf-8")
    assert "--constraint constraints.txt" in asked
    assert "--editable ." in asked
    assert prepare(clone, commands).returncode == 0
    assert installs(clone) == 1


@pytest.mark.usefixtures("python")
@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_list_is_installed_again(clone: Path, commands: Path, name: str) -> None:
    prepare(clone, commands)
    with (clone / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    prepare(clone, commands)
    assert installs(clone) == 2


@pytest.mark.usefixtures("python")
def test_a_touched_list_is_not_installed_again(clone: Path, commands: Path) -> None:
    prepare(clone, commands)
    os.utime(clone / "pyproject.toml")
    prepare(clone, commands)
    assert installs(clone) == 1


@pytest.mark.usefixtures("python")
def test_what_is_installed_for_work_serves_for_use(clone: Path, commands: Path) -> None:
    prepare(clone, commands, "work")
    assert ".[test,dev]" in (clone / "pip.log").read_text(encoding="utf-8")
    prepare(clone, commands, "use")
    assert installs(clone) == 1


@pytest.mark.usefixtures("python")
def test_peers_get_an_environment_of_their_own_without_calibrate(
    clone: Path, commands: Path
) -> None:
    assert prepare(clone, commands, "peers").returncode == 0
    assert (clone / ".venv-peers" / "bin" / "python").exists()
    assert not (clone / ".venv").exists()
    log = (clone / "pip.log").read_text(encoding="utf-8")
    assert "--constraint benchmarks/peers.txt --group peers" in log
    assert "--editable" not in log
    asked = installs(clone)
    assert prepare(clone, commands, "peers").returncode == 0
    assert installs(clone) == asked


@pytest.mark.usefixtures("python")
def test_use_does_not_serve_for_work(clone: Path, commands: Path) -> None:
    prepare(clone, commands, "use")
    prepare(clone, commands, "work")
    assert installs(clone) == 2


@pytest.mark.usefixtures("python")
def test_a_failed_installation_is_tried_again(clone: Path, commands: Path) -> None:
    failing = STUB.replace(">>pip.log", ">>pip.log; exit 1").format(python=sys.executable)
    script(commands / "python3", failing)
    assert prepare(clone, commands).returncode != 0
    script(clone / ".venv" / "bin" / "python", STUB.format(python=sys.executable))
    assert prepare(clone, commands).returncode == 0
    assert installs(clone) == 2


def test_an_old_python3_is_passed_over_for_a_newer_one(clone: Path, commands: Path) -> None:
    script(commands / "python3", OLD)
    script(commands / "python3.12", STUB.format(python=sys.executable))
    assert prepare(clone, commands).returncode == 0
    assert installs(clone) == 1


def test_without_a_new_python_the_message_says_what_to_do(clone: Path, commands: Path) -> None:
    script(commands / "python3", OLD)
    answer = prepare(clone, commands)
    assert answer.returncode == 1
    assert "needs Python 3.11 or newer" in answer.stderr
    assert not (clone / ".venv").exists()


def test_a_python_without_its_venv_part_is_named_with_the_fix(clone: Path, commands: Path) -> None:
    bare = 'case "$2" in *ensurepip*) exit 1 ;; *) exec "{python}" "$@" ;; esac'
    script(commands / "python3", f"#!/bin/sh\n{bare.format(python=sys.executable)}\n")
    answer = prepare(clone, commands)
    assert answer.returncode == 1
    assert "sudo apt install python3-venv" in answer.stderr


def test_another_python_can_be_named(clone: Path, commands: Path, tmp_path: Path) -> None:
    mine = script(tmp_path / "my python", STUB.format(python=sys.executable))
    assert prepare(clone, commands, PYTHON=str(mine)).returncode == 0
    assert installs(clone) == 1


@pytest.mark.usefixtures("python")
def test_a_named_python_that_does_not_run_is_refused(clone: Path, commands: Path) -> None:
    answer = prepare(clone, commands, PYTHON="/no/such/python")
    assert answer.returncode == 1
    assert "/no/such/python" in answer.stderr


@pytest.mark.usefixtures("python")
def test_an_environment_that_no_longer_runs_is_made_anew(clone: Path, commands: Path) -> None:
    prepare(clone, commands)
    script(clone / ".venv" / "bin" / "python", OLD)
    assert prepare(clone, commands).returncode == 0
    assert installs(clone) == 2


@pytest.mark.usefixtures("python")
def test_a_folder_that_is_no_environment_is_not_removed(clone: Path, commands: Path) -> None:
    kept = clone / ".venv" / "letter.txt"
    kept.parent.mkdir()
    kept.write_text("mine", encoding="utf-8")
    assert prepare(clone, commands).returncode == 1
    assert kept.read_text(encoding="utf-8") == "mine"


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("MAKE")},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    "target", ["demo", "test", "workbench", "lint", "bench", "peers", "clean", "help"]
)
def test_every_command_is_there_and_help_says_what_it_does(target: str) -> None:
    assert make("--dry-run", target).returncode == 0
    assert re.search(rf"^  {target} +\S.+", make("help").stdout, re.MULTILINE)


def test_make_alone_shows_the_help() -> None:
    assert make().stdout == make("help").stdout


def run_ci(clone: Path, commands: Path, *, made: int) -> subprocess.CompletedProcess[str]:
    script(
        commands / "make",
        "#!/bin/sh\n[ -t 0 ] && exit 9\necho '=== 3 passed in 2.00s ==='\n"
        f"[ {made} -eq 0 ] || echo 'make: *** [Makefile:1: test] Error 1' >&2\nexit {made}\n",
    )
    script(commands / "chromium", "#!/bin/sh\nexit 0\n")
    script(commands / "apt-get", "#!/bin/sh\necho apt-get was called; exit 1\n")
    return subprocess.run(
        [clone / ".ci" / "run"],
        cwd="/",
        env={"PATH": str(commands), "CI": "true"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.usefixtures("python")
@pytest.mark.parametrize("code", [0, 2])
def test_a_fresh_machine_ends_with_pytests_lines_and_makes_code(
    clone: Path, commands: Path, code: int
) -> None:
    answer = run_ci(clone, commands, made=code)
    assert answer.returncode == code
    assert answer.stdout.splitlines() == ["=== 3 passed in 2.00s ==="]
    assert answer.stderr == ""


def test_a_fresh_machine_without_python_asks_its_package_manager(
    clone: Path, commands: Path
) -> None:
    script(commands / "sudo", '#!/bin/sh\nshift\nexec "$@"\n')
    (commands / "true").symlink_to(shutil.which("true") or "true")
    answer = run_ci(clone, commands, made=2)
    assert "Installing: python3 python3-venv" in answer.stdout
    assert "apt-get was called" in answer.stdout
    assert answer.returncode == 2
