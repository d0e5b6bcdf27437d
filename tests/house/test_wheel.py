"""What is built holds what the tree holds, and nothing that the tree should not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support.tree import ROOT, tracked_files

BUNDLED = ("templates", "notebooks", "sample_data")


def place_in_wheel(name: str) -> str | None:
    """Where a file of the tree belongs in the wheel; None if it stays at home."""
    first, _, rest = name.partition("/")
    if first == "src":
        return rest
    return f"calibrate/_bundled/{name}" if first in BUNDLED else None


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    (wheel,) = built.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def in_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


@pytest.fixture(scope="session")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_every_file_of_the_package_and_what_it_hands_out_is_in_the_wheel(
    in_wheel: set[str],
) -> None:
    wanted = {place for name in tracked_files() if (place := place_in_wheel(name))}
    assert "calibrate/py.typed" in wanted
    assert wanted - in_wheel == set()


def test_the_wheel_holds_nothing_that_is_not_in_the_tree(in_wheel: set[str]) -> None:
    wanted = {place for name in tracked_files() if (place := place_in_wheel(name))}
    extra = {name for name in in_wheel - wanted if ".dist-info/" not in name}
    assert extra == set()


def test_bundled_files_are_the_same_to_the_byte(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in tracked_files():
            place = place_in_wheel(name)
            if place and not place.endswith(".py"):
                assert archive.read(place) == (ROOT / name).read_bytes(), name


def test_the_wheel_says_its_licence_and_its_command(wheel: Path, in_wheel: set[str]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        entry_points = next(name for name in in_wheel if name.endswith("entry_points.txt"))
        assert "calibrate = calibrate.cli:main" in archive.read(entry_points).decode()
        metadata = next(name for name in in_wheel if name.endswith(".dist-info/METADATA"))
        assert "License-Expression: GPL-3.0-or-later" in archive.read(metadata).decode()
    assert any(name.endswith("licenses/LICENSE") for name in in_wheel)


def test_notebooks_in_the_wheel_hold_no_outputs(wheel: Path, in_wheel: set[str]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in in_wheel:
            if name.endswith(".ipynb"):
                cells = json.loads(archive.read(name))["cells"]
                assert not [cell for cell in cells if cell.get("outputs")], name


def test_the_source_archive_holds_the_whole_tree(built: Path) -> None:
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    assert set(tracked_files()) - names == set()
    assert {name for name in names if "__pycache__" in name or name.endswith(".db")} == set()


def run_installed(unpacked: Path, code: str, cwd: Path) -> str:
    """Run code against the unpacked wheel, from a folder that has nothing to do with the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


@pytest.mark.parametrize("room", BUNDLED)
def test_an_installed_calibrate_finds_what_it_hands_out(
    unpacked: Path, tmp_path: Path, room: str
) -> None:
    function = room.removesuffix("s")
    found = run_installed(
        unpacked, f"from calibrate import resources; print(resources.{function}())", tmp_path
    )
    assert Path(found) == unpacked.resolve() / "calibrate" / "_bundled" / room


def test_an_installed_calibrate_hands_out_the_same_files_as_the_checkout(
    unpacked: Path, tmp_path: Path
) -> None:
    code = (
        "from calibrate import resources\n"
        "for find in (resources.template, resources.notebook, resources.sample_data):\n"
        "    top = find()\n"
        "    for path in top.rglob('*'):\n"
        "        if path.is_file(): print(top.name + '/' + path.relative_to(top).as_posix())"
    )
    found = set(run_installed(unpacked, code, tmp_path).splitlines())
    assert found == {name for name in tracked_files() if name.startswith(BUNDLED)}


def test_an_installed_calibrate_shows_its_help(unpacked: Path, tmp_path: Path) -> None:
    code = "import sys; sys.argv = ['calibrate', '--help']; from calibrate.cli import main; main()"
    assert "Calibrate" in run_installed(unpacked, code, tmp_path)
