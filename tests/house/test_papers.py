"""What is written about the house is true of the house."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import calibrate
from tests.house.test_environments import constraints
from tests.house.test_floors import FLOORS
from tests.support.tree import ROOT, tracked_files


def test_checks_before_a_commit_use_the_pinned_versions() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    pins = {name: str(pin.specifier) for name, pin in constraints().items()}
    used = dict(
        tool.split("==")
        for repository in hooks["repos"]
        for hook in repository["hooks"]
        for tool in hook["additional_dependencies"]
    )
    assert {"ruff", "nbstripout"} <= set(used)
    for name, version in used.items():
        assert pins.get(name, f"=={version}") == f"=={version}"


def test_the_citation_names_this_version_and_licence() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == calibrate.__version__
    assert citation["license"] == "GPL-3.0-or-later"
    assert "GNU GENERAL PUBLIC LICENSE" in (ROOT / "LICENSE").read_text(encoding="utf-8")[:200]


def test_the_tree_in_contributing_gives_every_room_its_floor() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^  ((?:[\w.]+/? )+) *floor (\d)", text, re.MULTILINE)
    drawn = {
        name.strip("/").removesuffix(".py"): int(floor)
        for names, floor in rows
        for name in names.split()
    }
    assert drawn == {room: floor for room, floor in FLOORS.items() if room != "__main__"}
    house = ROOT / "src" / "calibrate"
    empty = {room for room in drawn if not list(house.glob(room)) + list(house.glob(f"{room}.py"))}
    told = re.search(r"^(?:One room|Two rooms) .* not furnished yet: (.*)$", text, re.MULTILINE)
    assert set(re.findall(r"`(\w+)/`", told[1]) if told else ()) == empty


PAPERS = sorted(
    name for name in tracked_files() if name.endswith(".md") and "/writing/" not in name
)


@pytest.mark.parametrize("name", [name for name in PAPERS if "sample_data/work/" not in name])
def test_links_and_named_files_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    links = [(ROOT / name).parent / target for target in re.findall(r"\]\(([^)#:]+)\)", text)]
    named = [
        ROOT / target
        for target in re.findall(r"`((?:src|tests|templates|docs|\.ci)/[\w./-]+)`", text)
    ]
    missing = [path for path in (*links, *named) if not path.exists()]
    assert missing == []


def test_scripts_can_be_run() -> None:
    for name in (".ci/run", ".ci/environment", "binder/postBuild"):
        assert name in tracked_files()
        assert Path(ROOT / name).stat().st_mode & 0o111, name
