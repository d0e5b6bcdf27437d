"""``calibrate import`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibrate.cli import app
from calibrate.store.project import Project
from tests.workflows.import_kit import (
    CONTINUUM,
    INDEX,
    NAMES,
    ROSTER,
    RUBRIC,
    SCORES,
    SESSION,
    SESSION_SCORES,
    TASKS,
    WINDOWS,
    District,
)

FILES = {
    "rubric.yaml": RUBRIC,
    "roster.csv": ROSTER,
    "work/index.csv": INDEX,
    "work/tasks.csv": TASKS,
    "work/windows.csv": WINDOWS,
    "scores.csv": SCORES,
    "sessions/S01.yaml": SESSION,
    "sessions/scores.csv": SESSION_SCORES,
    "continuum.yaml": CONTINUUM,
}
ORDER = {
    "rubric": "rubric.yaml",
    "roster": "roster.csv",
    "work": "work",
    "scores": "scores.csv",
    "sessions": "sessions",
    "continuum": "continuum.yaml",
}


@pytest.fixture
def district(tmp_path: Path):
    with Project.create(tmp_path / "project") as project:
        found = District(project, tmp_path)
        for name, text in FILES.items():
            found.write(name, text)
        yield found


def run(district: District, *words: str):
    place = ["--project", str(district.project.folder)]
    return CliRunner().invoke(app, ["import", *words, *place])


def test_every_kind_is_brought_in_and_the_second_time_is_unchanged(district):
    for kind, name in ORDER.items():
        result = run(district, kind, str(district.files / name))
        assert result.exit_code == 0, result.output
        assert "Brought in:" in result.stdout
        assert " new" in result.stdout
    for kind, name in ORDER.items():
        result = run(district, kind, str(district.files / name), "--json")
        answer = json.loads(result.stdout)
        assert (answer["new"], answer["changed"], answer["applied"]) == (0, 0, True)
        assert answer["unchanged"] > 0


def test_a_check_says_what_would_happen_and_ends_with_0(district):
    before = district.content()
    result = run(district, "roster", str(district.files / "roster.csv"), "--check")
    assert result.exit_code == 0
    assert "Would be brought in:" in result.stdout
    assert "students: 3 new" in result.stdout
    assert "nothing was changed" in result.stdout
    assert district.content() == before


@pytest.mark.parametrize("check", [True, False])
def test_problems_end_with_1_and_every_one_is_shown(district, check):
    path = district.write("bad.csv", ROSTER.replace(",K,", ",Kay,").replace("coach", "cook"))
    before = district.content()
    result = run(district, "roster", str(path), *(["--check"] if check else []))
    assert result.exit_code == 1
    for place in ("bad.csv, row 2, column grade", "row 3, column grade", "row 8, column role"):
        assert place in result.stderr
    assert "Nothing was changed" in result.stderr or "nothing was changed" in result.stderr
    assert not any(name in result.output for name in NAMES)
    assert district.content() == before


def test_problems_as_json_hold_file_row_column_and_fix(district):
    path = district.write("bad.csv", ROSTER.replace("coach", "cook"))
    checked = json.loads(run(district, "roster", str(path), "--check", "--json").stdout)
    (problem,) = checked["problems"]
    assert (problem["file"], problem["row"], problem["column"]) == ("bad.csv", 8, "role")
    refused = run(district, "roster", str(path), "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["error"]["row"] == 8


def test_scores_with_other_headings_and_halves_are_read_as_asked(district):
    for kind in ("rubric", "roster", "work"):
        run(district, kind, str(district.files / ORDER[kind]))
    path = district.write("sheet.csv", "Paper No,Scorer,CONV\nP0001,T2,0/1\n")
    words = ["scores", str(path), "--column", "piece=Paper No", "--column", "rater=Scorer"]
    assert run(district, *words).exit_code == 1
    result = run(district, *words, "--halves", "--rubric", "writing")
    assert result.exit_code == 0, result.output
    assert "scores: 1 new" in result.stdout


def test_wrong_usage_ends_with_2_and_a_missing_project_with_1(district, tmp_path):
    assert run(district, "homework", "x").exit_code == 2
    assert run(district, "scores", "x", "--column", "piece").exit_code == 2
    result = CliRunner().invoke(
        app, ["import", "roster", str(tmp_path / "roster.csv"), "--project", str(tmp_path / "none")]
    )
    assert result.exit_code == 1
    assert "no Calibrate project" in result.stderr


def test_an_import_of_one_kind_is_explained_by_its_help():
    result = CliRunner().invoke(app, ["import", "work", "--help"])
    assert result.exit_code == 0
    assert "index.csv" in result.stdout


def test_a_rubric_that_calibrate_brings_is_imported_by_its_name(tmp_path: Path) -> None:
    Project.create(tmp_path / "p").close()
    arguments = ["import", "rubric", "smarter-balanced-shaped", "--project", str(tmp_path / "p")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    with Project.open(tmp_path / "p") as project, project.store.reading() as unit:
        assert [one.id for one in unit.rubrics.all()] == ["smarter-balanced-shaped"]
