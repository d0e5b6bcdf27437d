"""What is committed names no machine, no registry, holds no outputs and nothing that was generated."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.tree import ROOT, tracked_files

TEXT = {
    ".cff", ".cfg", ".css", ".csv", ".html", ".ini", ".ipynb", ".j2", ".js", ".json", ".mako",
    ".md", ".py", ".sh", ".svg", ".toml", ".txt", ".xml", ".yaml", ".yml", "",
}  # fmt: skip

# Put together here, so that this file does not break its own rule.
MACHINE = re.compile(
    "|".join(
        [
            "/" + "home/[a-z]",
            "/" + r"Users/[A-Za-z]",
            "/" + "root/",
            "/" + r"work/(main|wt-|venv|tmp|shared)",
            "/" + "opt/(pypi|wheels)",
            r"[A-Z]:" + r"\\Users\\",
        ]
    )
)
REGISTRY = re.compile(
    "|".join(
        [
            r"pypi\." + "org",
            r"files\.python" + "hosted",
            r"registry\." + "npmjs",
            r"repo\." + "anaconda",
            r"conda\." + "anaconda",
            "index" + "-url",
            "find" + "-links",
        ]
    )
)
LARGEST = 2_000_000
SAMPLE_DATA_LARGEST = 15_000_000


def readable() -> list[str]:
    return [name for name in tracked_files() if Path(name).suffix.lower() in TEXT]


def found_in(pattern: re.Pattern[str], names: list[str]) -> list[str]:
    found = []
    for name in names:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        found += [f"{name}:{n}" for n, line in enumerate(lines, 1) if pattern.search(line)]
    return found


def test_no_committed_file_names_a_path_of_somebodys_machine() -> None:
    assert found_in(MACHINE, readable()) == []


def test_no_committed_file_names_a_package_registry() -> None:
    assert found_in(REGISTRY, readable()) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (MACHINE, "open('" + "/" + "home/kim/scores.csv')"),
        (MACHINE, "/" + "Users/Kim/scores.csv"),
        (MACHINE, "C:" + "\\Users\\kim"),
        (REGISTRY, "https://pypi" + ".org/simple"),
        (REGISTRY, "--extra-index" + "-url x"),
    ],
)
def test_a_planted_path_or_registry_is_found(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


def test_committed_notebooks_hold_no_outputs_counts_or_widget_state() -> None:
    dirty = []
    for name in tracked_files():
        if not name.endswith(".ipynb"):
            continue
        notebook = json.loads((ROOT / name).read_text(encoding="utf-8"))
        if "widgets" in notebook["metadata"] or any(
            cell.get("outputs") or cell.get("execution_count") for cell in notebook["cells"]
        ):
            dirty.append(name)
    assert dirty == []


def test_nothing_generated_is_committed() -> None:
    generated = re.compile(
        r"(^|/)(__pycache__|\.ipynb_checkpoints|\.venv|node_modules)/|^(demo|reports|dist|build)/"
        r"|\.(db|db-wal|db-shm|pyc|key|pem|sqlite3?)$|^\.env$"
    )
    assert [name for name in tracked_files() if generated.search(name)] == []


def test_text_files_end_with_one_newline() -> None:
    ragged = []
    for name in readable():
        content = (ROOT / name).read_bytes()
        if content and (not content.endswith(b"\n") or content.endswith(b"\n\n")):
            ragged.append(name)
    planned = {name for name in ragged if name.startswith(("sample_data/", "tests/data/"))}
    assert set(ragged) - planned == set()


def test_files_stay_small() -> None:
    sizes = {name: (ROOT / name).stat().st_size for name in tracked_files()}
    assert {name for name, size in sizes.items() if size > LARGEST} == set()
    sample = sum(size for name, size in sizes.items() if name.startswith("sample_data/"))
    assert sample < SAMPLE_DATA_LARGEST
