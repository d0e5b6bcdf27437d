"""The house has floors, and imports go down only."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.tree import ROOT, SOURCE, tracked_files

WRITTEN = {".py", ".js", ".css"}
"""What people write and read line by line."""

FLOORS = {
    "errors": 0,
    "places": 0,
    "resources": 0,
    "model": 1,
    "stats": 1,
    "analysis": 2,
    "store": 2,
    "exchange": 2,
    "workflows": 3,
    "figures": 4,
    "widgets": 4,
    "reports": 4,
    "console": 5,
    "commands": 5,
    "serve": 5,
    "cli": 5,
    "__main__": 5,
}

# On these floors the rooms are one house: the doors to it, and what everyone stands on.
ROOMS_OPEN_TO_EACH_OTHER = {0, 5}

# Lower, and closed all the same: the store never computes, files are read without statistics, a figure gets its result.
CLOSED = {("store", "stats"), ("exchange", "stats"), ("figures", "store"), ("widgets", "store")}

LIBRARIES = {
    "model": frozenset(),
    "stats": frozenset({"numpy", "scipy", "krippendorff", "threadpoolctl"}),
}


def python_files(top: Path = SOURCE) -> list[Path]:
    return sorted(top.rglob("*.py"))


def room_of(path: Path, top: Path = SOURCE) -> str:
    return path.relative_to(top).parts[0].removesuffix(".py")


def imported(path: Path, top: Path = SOURCE) -> Iterator[tuple[int, str]]:
    """Every imported module with its line: lazy imports inside functions count too, relative ones made absolute."""
    package = ("calibrate", *path.relative_to(top).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*start, *(node.module.split(".") if node.module else ())))
            if module == "calibrate":  # from calibrate import stats
                for name in node.names:
                    yield node.lineno, f"calibrate.{name.name}"
            else:
                yield node.lineno, module


def wrong_imports(top: Path = SOURCE) -> list[str]:
    """Each import that does not go down, as file:line and the rule that it breaks."""
    wrong = []
    for path in python_files(top):
        room = room_of(path, top)
        if room == "__init__":
            continue
        for line, module in imported(path, top):
            parts = module.split(".")
            if parts[0] != "calibrate" or len(parts) == 1 or parts[1] == room:
                continue
            other = parts[1]
            if other not in FLOORS:
                if (
                    other.startswith("__")
                    or (top / f"{other}.py").exists() is (top / other).exists()
                ):
                    continue  # a name of calibrate/__init__.py, such as __version__
                wrong.append(f"{path.relative_to(top)}:{line}: {other} has no floor yet")
                continue
            here, there = FLOORS.get(room, -1), FLOORS[other]
            level = here == there and here in ROOMS_OPEN_TO_EACH_OTHER
            if not (there < here or level) or (room, other) in CLOSED:
                wrong.append(f"{path.relative_to(top)}:{line}: {room} imports {other}")
    return wrong


def test_imports_go_down_only() -> None:
    assert wrong_imports() == []


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(path) for path in python_files()} - {"__init__"}
    assert rooms <= set(FLOORS), "give the new room a floor here and in CONTRIBUTING.md"


@pytest.mark.parametrize("room", sorted(LIBRARIES))
def test_the_first_floor_keeps_to_its_libraries(room: str) -> None:
    outside = {
        (path.name, module)
        for path in python_files()
        if room_of(path) == room
        for _, module in imported(path)
        if module.split(".")[0] not in sys.stdlib_module_names | LIBRARIES[room] | {"calibrate"}
    }
    assert outside == set()


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("stats/a.py", "from calibrate.model import rubric"),
        ("model/a.py", "import calibrate.store.schema"),
        ("store/a.py", "from calibrate import stats"),
        ("analysis/a.py", "def f():\n    from calibrate.store import repository"),
        ("figures/a.py", "from ..widgets import desk"),
        ("widgets/a.py", "import calibrate.reports"),
        ("errors.py", "from . import model"),
        ("reports.py", "from calibrate.commands import lab"),
    ],
)
def test_a_planted_import_that_goes_up_or_across_is_found(
    tmp_path: Path, file: str, line: str
) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(line, encoding="utf-8")
    for room in FLOORS:
        (tmp_path / room).mkdir(exist_ok=True)
    assert len(wrong_imports(tmp_path)) == 1


@pytest.mark.parametrize("place", ["src", "tests"])
def test_no_file_is_longer_than_400_lines(place: str) -> None:
    """Tests count too, and so do the pages' own scripts and styles."""
    long = {
        name: count
        for name in tracked_files()
        if name.startswith(f"{place}/") and Path(name).suffix in WRITTEN
        if (count := len((ROOT / name).read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
