"""Templates, notebooks and sample data are found in a checkout (tests/house/test_wheel.py: in the wheel)."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrate import resources
from calibrate.errors import NotFound
from tests.support.tree import ROOT


@pytest.mark.parametrize(
    ("find", "folder"),
    [
        (resources.template, "templates"),
        (resources.notebook, "notebooks"),
        (resources.sample_data, "sample_data"),
    ],
)
def test_a_checkout_hands_out_the_folders_at_its_top(find, folder: str) -> None:
    assert find() == ROOT / folder


def test_a_missing_file_is_named_with_its_room() -> None:
    with pytest.raises(NotFound, match=r"templates/rubrics/no-such\.yaml"):
        resources.template("rubrics", "no-such.yaml")


def test_a_path_that_leads_out_is_refused() -> None:
    with pytest.raises(NotFound, match="does not lie in templates"):
        resources.template("..", "pyproject.toml")


@pytest.fixture
def two_rubrics(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    rubrics = tmp_path / "templates" / "rubrics"
    rubrics.mkdir(parents=True)
    for name in ("writing.yaml", "dok.yml", "README.md"):
        (rubrics / name).write_text("", encoding="utf-8")
    monkeypatch.setattr(resources, "_root", lambda: tmp_path)
    return rubrics


def test_rubric_presets_are_the_yaml_files_by_name(two_rubrics: Path) -> None:
    assert resources.rubric_presets() == {
        "dok": two_rubrics / "dok.yml",
        "writing": two_rubrics / "writing.yaml",
    }
    assert resources.rubric_preset("dok") == two_rubrics / "dok.yml"


@pytest.mark.usefixtures("two_rubrics")
def test_an_unknown_rubric_is_answered_with_those_there_are() -> None:
    with pytest.raises(NotFound, match="These are here: dok, writing"):
        resources.rubric_preset("no-such")


def test_every_notebook_is_found_by_its_name() -> None:
    names = resources.notebook_names()
    assert names == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert all(resources.notebook(name).is_file() for name in names)


def test_a_package_without_its_folders_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "site" / "packages" / "calibrate"
    broken.mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", broken)
    resources._root.cache_clear()
    try:
        with pytest.raises(NotFound, match="Install Calibrate again"):
            resources.template()
    finally:
        resources._root.cache_clear()


def test_another_project_around_the_package_is_not_taken_for_the_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "lib" / "calibrate"
    package.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "something-else"\n')
    monkeypatch.setattr(resources, "_PACKAGE", package)
    resources._root.cache_clear()
    try:
        with pytest.raises(NotFound):
            resources.template()
    finally:
        resources._root.cache_clear()
