"""The demo: the sample district comes in through the district's own imports, cleanly and again and again."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calibrate.errors import ProjectError
from calibrate.model.session import SessionState
from calibrate.resources import sample_data
from calibrate.store.project import Project
from calibrate.workflows import demo, imports_readings
from calibrate.workflows.demo import STEPS, build_demo, is_demo
from calibrate.workflows.imports import KINDS, check_and_apply


def _rows(*parts: str) -> list[dict[str, str]]:
    with sample_data(*parts).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_kind_of_import_is_used() -> None:
    assert {kind for _, kind, _ in STEPS} == set(KINDS)


def test_the_imports_warn_of_nothing_and_bring_in_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    after_the_year = datetime(2026, 9, 1, tzinfo=UTC)  # whatever this machine's clock says
    monkeypatch.setattr(imports_readings, "now", lambda: after_the_year)
    said: list[str] = []
    made = build_demo(tmp_path / "demo", said.append)
    assert made.warnings == ()
    assert len(said) == len(STEPS)
    roster = _rows("roster.csv")
    staff = {row["person_id"] for row in roster if row["role"] != "student"}
    children = {row["person_id"] for row in roster if row["role"] == "student"}
    everyday = {
        (row["piece"], row["rater"], row["purpose"])
        for name in ("operational.csv", "validity.csv")
        for row in _rows("scores", name)
    }
    of_tasks = {(row["task"], row["rater"]) for row in _rows("scores", "task-ratings.csv")}
    held = {
        (r["session"], r["round"], r["piece"], r["rater"]) for r in _rows("sessions", "scores.csv")
    }
    assert made.counts == {
        "schools": 4,
        "classrooms": 40,
        "students": len(children),
        "staff who rate": len(staff),
        "pieces of work": len(_rows("work", "index.csv")),
        "readings": len(everyday) + len(held) + len(of_tasks),
        "norming sessions": 9,
    }
    assert made.session_ids == tuple(f"S0{number}" for number in range(1, 10))
    assert sorted(made.school_ids) == ["lincoln", "riverbend", "roosevelt", "stone-mill"]
    assert len(set(made.rater_ids)) == 3


def test_bringing_the_same_files_in_again_changes_nothing(own_sample_project: Path) -> None:
    from calibrate import resources

    with Project.open(own_sample_project) as project:
        for _, kind, parts in STEPS:
            place = resources.template if kind == "rubric" else resources.sample_data
            again = check_and_apply(project, kind, place(*parts))
            assert (kind, again.new, again.changed) == (kind, 0, 0)


def test_held_sessions_are_closed_and_written_pieces_have_work(sample_project: Path) -> None:
    with Project.open(sample_project) as project, project.reading() as unit:
        assert {one.state for one in unit.sessions.all()} == {SessionState.CLOSED}
        with_work = {one.piece_id for one in unit.work.files.all()}
        stored = [project.work / one.stored_as for one in unit.work.files.all()]
    assert len(with_work) == len(list(sample_data("writing").glob("P*.md")))
    assert all(path.is_file() for path in stored)


def test_no_file_of_work_keeps_the_name_that_it_came_with(sample_project: Path) -> None:
    came = {path.name.casefold() for path in sample_data("work").iterdir()}
    kept = {path.name.casefold() for path in (sample_project / "work").rglob("*")}
    assert kept and not kept & came


def test_a_demo_is_known_as_one_and_another_project_is_not(
    sample_project: Path, tmp_path: Path
) -> None:
    assert is_demo(sample_project)
    with Project.create(tmp_path / "own", name="Our district"):
        pass
    assert not is_demo(tmp_path / "own")
    assert not is_demo(tmp_path / "nowhere")


@pytest.mark.parametrize("what", ["a letter", "a project"])
def test_a_folder_that_holds_something_else_is_refused_and_left_alone(
    tmp_path: Path, what: str
) -> None:
    folder = tmp_path / "mine"
    if what == "a letter":
        folder.mkdir()
        (folder / "letter.txt").write_text("Dear families", encoding="utf-8")
    else:
        with Project.create(folder, name="Our district"):
            pass
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    with pytest.raises(ProjectError, match="not a demo"):
        build_demo(folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("", encoding="utf-8")
    with pytest.raises(ProjectError, match="a file, not a folder"):
        build_demo(tmp_path / "demo")


def test_a_demo_is_made_afresh_and_what_it_did_not_make_stays(own_sample_project: Path) -> None:
    folder = own_sample_project
    with Project.open(folder) as project:
        old = project.id
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "mine.ipynb").write_text("{}", encoding="utf-8")
    (folder / "reports" / "old.html").write_text("old", encoding="utf-8")
    build_demo(folder)
    with Project.open(folder) as project:
        assert project.id != old and is_demo(folder)
    assert (folder / "notebooks" / "mine.ipynb").exists()
    assert not (folder / "reports" / "old.html").exists()
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_an_interruption_leaves_the_older_demo_as_it_was(
    own_sample_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Project.open(own_sample_project) as project:
        before = project.id

    def pull_the_plug(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "check_and_apply", pull_the_plug)
    with pytest.raises(KeyboardInterrupt):
        build_demo(own_sample_project)
    with Project.open(own_sample_project) as project:
        assert project.id == before
    assert [path.name for path in own_sample_project.parent.iterdir()] == ["sample"]


def test_what_a_killed_demo_left_is_cleared_away_when_it_is_old(tmp_path: Path) -> None:
    old, new, other = (tmp_path / name for name in (".demo-abc", ".demo-def", ".demo-notes"))
    for one in (old, new):
        (one / "demo" / "work").mkdir(parents=True)
    other.mkdir()
    (other / "mine.txt").write_text("keep")
    for one in (old, other):
        os.utime(one, (0, 0))
    demo._clear_what_was_killed(tmp_path / "demo")
    assert not old.exists()
    assert new.exists() and (other / "mine.txt").read_text() == "keep"
