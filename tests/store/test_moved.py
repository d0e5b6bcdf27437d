"""A project's file that is taken away while it is open: no save is acknowledged that nobody would find again."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrate.errors import ProjectError
from calibrate.store.project import Project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Project.create(tmp_path / "project", name="Maple").close()
    return tmp_path / "project"


def log(project: Project, what: str) -> None:
    with project.transaction() as unit:
        unit.audit.log("coach", what, "se-1")


def logged(project: Project) -> list[str]:
    with project.store.reading() as unit:
        return [one.action for one in unit.audit.all() if one.subject == "se-1"]


def test_a_project_that_is_moved_away_takes_no_saves_until_it_is_back(folder: Path) -> None:
    away = folder.with_name("elsewhere")
    with Project.open(folder) as project:
        log(project, "first")
        folder.rename(away)
        for _ in range(2):
            with pytest.raises(ProjectError, match="moved, deleted or replaced"):
                log(project, "lost")
        with pytest.raises(ProjectError, match="moved, deleted or replaced"):
            logged(project)
        away.rename(folder)
        log(project, "second")
        assert logged(project) == ["first", "second"]


def test_no_empty_file_takes_the_place_of_one_that_was_deleted(folder: Path) -> None:
    with Project.open(folder) as project:
        log(project, "first")
        project.store.engine.dispose()  # the next look opens the file anew
        (folder / "calibrate.db").unlink()
        with pytest.raises(ProjectError, match="moved, deleted or replaced"):
            log(project, "lost")
        assert not (folder / "calibrate.db").exists()


def test_another_file_in_its_place_is_not_written_to(folder: Path, tmp_path: Path) -> None:
    Project.create(tmp_path / "other", name="Birch").close()
    with Project.open(folder) as project:
        log(project, "first")
        (tmp_path / "other" / "calibrate.db").replace(folder / "calibrate.db")
        with pytest.raises(ProjectError, match="moved, deleted or replaced"):
            log(project, "lost")
