"""pip, conda and the constraints speak of the same libraries."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.peers_apart import PEERS_APART
from tests.support.tree import ROOT, pyproject, tracked_files

# Where conda-forge says it differently.
CONDA_NAMES = {
    "great_tables": "great-tables",
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def ranges(requirements: Iterable[str]) -> dict[str, str]:
    """Name to range, both in one spelling."""
    parsed = [Requirement(text) for text in requirements]
    return {canonicalize_name(item.name): str(item.specifier) for item in parsed}


def environment() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def constraints(file: str = "constraints.txt") -> dict[str, Requirement]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    parsed = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(item.name): item for item in parsed}


def all_requirements() -> list[Requirement]:
    project = pyproject()["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for group in (project["dependencies"], *extras) for text in group]


def test_conda_and_pip_name_the_same_libraries_with_the_same_ranges() -> None:
    lines = environment()["dependencies"]
    conda = [line for line in lines if isinstance(line, str)]
    (pip,) = [line["pip"] for line in lines if isinstance(line, dict)]
    assert pip[-1] == "-e ."
    spelled = [
        re.sub(r"^[\w-]+", lambda name: CONDA_NAMES.get(name[0], name[0]), line)
        for line in (*conda, *pip[:-1])
    ]
    found = ranges(spelled)
    assert found.pop("python") == pyproject()["project"]["requires-python"]
    assert found.pop("pip") == ""
    assert found == ranges(pyproject()["project"]["dependencies"])


def test_conda_takes_everything_from_one_channel() -> None:
    assert environment()["channels"] == ["conda-forge"]


def test_binder_builds_the_same_environment() -> None:
    binder = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text(encoding="utf-8"))
    mine = environment()
    assert binder["channels"] == mine["channels"]
    # postBuild installs the project itself: there the checkout is in place.
    (pip,) = [line for line in mine["dependencies"] if isinstance(line, dict)]
    pip["pip"].remove("-e .")
    assert binder["dependencies"] == mine["dependencies"]


def test_every_dependency_has_a_lower_and_an_upper_bound() -> None:
    for requirement in all_requirements():
        signs = {clause.operator for clause in requirement.specifier}
        assert signs == {">=", "<"}, requirement


def test_every_declared_library_is_pinned_inside_its_range() -> None:
    pins = constraints()
    for requirement in all_requirements():
        pin = pins[canonicalize_name(requirement.name)]
        (version,) = [clause.version for clause in pin.specifier]
        assert requirement.specifier.contains(version), requirement


def test_the_benchmarks_peers_are_a_group_apart_with_pins_of_their_own() -> None:
    """irrCAC holds pandas below 3: the two lists cannot be one environment."""
    groups = pyproject()["dependency-groups"]
    peers = [Requirement(text) for text in groups["peers"]]
    pins = constraints("benchmarks/peers.txt")
    for requirement in peers:
        assert {clause.operator for clause in requirement.specifier} == {">=", "<"}, requirement
        (version,) = [
            clause.version for clause in pins[canonicalize_name(requirement.name)].specifier
        ]
        assert requirement.specifier.contains(version), requirement
    assert {one.name for one in peers} == set(PEERS_APART)
    (apart,) = [clause.version for clause in pins["pandas"].specifier]
    (ours,) = [one for one in all_requirements() if one.name == "pandas"]
    assert not ours.specifier.contains(apart)
    assert not {canonicalize_name(one.name) for one in peers} & set(
        ranges(map(str, all_requirements()))
    )


@pytest.mark.parametrize("file", ["constraints.txt", "benchmarks/peers.txt"])
def test_constraints_are_exact_and_name_no_place(file: str) -> None:
    for name, pin in constraints(file).items():
        assert [clause.operator for clause in pin.specifier] == ["=="], name
        assert pin.url is None
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("-") or "://" in line] == []


def test_constraints_cover_everything_that_comes_along() -> None:
    """Follow what the declared libraries ask for, on each Python, as far as they are installed here."""
    pins = constraints()
    waiting = [(item.name, extra) for item in all_requirements() for extra in ("", *item.extras)]
    seen = set()
    missing = set()
    while waiting:
        name, extra = waiting.pop()
        key = canonicalize_name(name)
        if (key, extra) in seen:
            continue
        seen.add((key, extra))
        if key not in pins:
            missing.add(key)
            continue
        try:
            needs = importlib.metadata.requires(key) or []
        except importlib.metadata.PackageNotFoundError:
            # Pinned, but not for this Python or this system.
            continue
        for text in needs:
            need = Requirement(text)
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                waiting += [(need.name, wanted) for wanted in ("", *need.extras)]
    assert missing == set()


def test_the_classifiers_name_the_pythons_that_the_constraints_serve() -> None:
    prefix = "Programming Language :: Python :: 3."
    found = [
        text.removeprefix("Programming Language :: Python :: ")
        for text in pyproject()["project"]["classifiers"]
        if text.startswith(prefix)
    ]
    assert tuple(found) == PYTHONS


def code_of(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return "\n".join("".join(cell["source"]) for cell in cells)


def libraries_of(names: Iterable[str]) -> dict[str, set[str]]:
    """Top-level module to the files that import it, the standard library and our own left out."""
    found: dict[str, set[str]] = {}
    for name in names:
        beside = {path.stem for path in (ROOT / name).parent.glob("*.py")}
        scripts = beside if name.startswith("sample_data/") else set()
        for node in ast.walk(ast.parse(code_of(ROOT / name))):
            if isinstance(node, ast.Import):
                modules = [item.name for item in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module or ""]
            else:
                continue
            for module in {module.split(".")[0] for module in modules} - scripts:
                found.setdefault(module, set()).add(name)
    ours = {"calibrate", "tests", "sample_data", "benchmarks", "conftest"}
    return {
        module: files
        for module, files in found.items()
        if module not in sys.stdlib_module_names | ours
    }


@pytest.mark.parametrize(
    ("folders", "extras"),
    [
        (("src/", "templates/", "notebooks/"), ("postgres",)),
        (("tests/", "benchmarks/", "sample_data/"), ("postgres", "test", "dev")),
    ],
    ids=["what users run", "what developers run"],
)
def test_every_imported_library_is_declared(
    folders: tuple[str, ...], extras: tuple[str, ...]
) -> None:
    project = pyproject()["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][name] for name in extras)]
    declared = {canonicalize_name(Requirement(text).name) for part in lists for text in part}
    files = [
        name
        for name in tracked_files()
        if name.startswith(folders) and name.endswith((".py", ".ipynb"))
    ]
    owners = importlib.metadata.packages_distributions()
    undeclared = {
        module: sorted(where)
        for module, where in libraries_of(files).items()
        if not {canonicalize_name(owner) for owner in owners.get(module, [])} & declared
    }
    assert undeclared == {}
