"""``calibrate export`` from the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibrate.cli import app
from calibrate.store.project import Project
from tests.workflows.export_kit import PEOPLE, with_scores
from tests.workflows.import_kit import STUDENTS, District


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small school with scores. Tests only hand files out of it."""
    place = tmp_path_factory.mktemp("export")
    with Project.create(place / "project") as project:
        with_scores(District(project, place))
    return place / "project"


def run(folder: Path, *words: str):
    return CliRunner().invoke(app, ["export", *words, "--project", str(folder)])


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["scores"], "scores-resolved.csv"),
        (["scores", "--what", "readings", "--session", "S01"], "scores-readings-S01.csv"),
        (["scores", "--format", "oneroster"], "scores-resolved-oneroster.zip"),
        (["rubric", "writing"], "writing-v1.yaml"),
        (["rubric", "writing", "--format", "google"], "writing-v1-google.xlsx"),
        (["wall", "--school", "lincoln"], "wall-inside-lincoln.csv"),
    ],
)
def test_each_noun_is_handed_out_with_its_page_and_never_written_over_unasked(folder, words, name):
    first = run(folder, *words)
    assert first.exit_code == 0, first.output
    target = folder / "reports" / "exports" / name
    assert str(target) in first.stdout
    assert target.with_name(target.name + ".README.md").exists()
    again = run(folder, *words)
    assert again.exit_code == 1
    assert "--force" in again.stderr
    assert run(folder, *words, "--force").exit_code == 0


def test_the_wall_of_a_handful_of_children_is_stars_alone_for_outside(folder):
    answer = run(folder, "wall", "--outside", "--window", "fall")
    assert answer.exit_code == 0, answer.output
    written = folder / "reports" / "exports" / "wall-outside-fall.csv"
    rows = list(csv.DictReader(io.StringIO(written.read_text(encoding="utf-8-sig"))))
    assert {row[key] for row in rows for key in ("Marks", "Words", "students")} == {"*"}
    assert not [one for one in (*STUDENTS, *PEOPLE, "P0001") if one in written.read_text()]
    assert "may be handed out" in answer.stderr


def test_json_says_what_was_written_and_what_to_mind(folder, tmp_path):
    answer = run(folder, "scores", "--names", "--to", str(tmp_path / "a.xlsx"), "--json")
    told = json.loads(answer.stdout)
    assert set(told) == {"kind", "file", "page", "rows", "notes"}
    assert told["file"] == str(tmp_path / "a.xlsx")
    assert any("education record" in note for note in told["notes"])


@pytest.mark.parametrize(
    ("words", "code", "advice"),
    [
        (["scores", "--session", "S99"], 1, "There are: S01."),
        (["rubric", "wirting"], 1, "writing"),
        (["wall", "--window", "spring"], 1, "fall, winter"),
        (["scores", "--format", "moodle"], 2, "canvas-gradebook"),
        (["scores", "--to", "scores.pdf"], 2, ".csv or .xlsx"),
        (["wall", "--outside", "--school", "lincoln"], 2, "--school"),
        (["rubric"], 2, "ID"),
    ],
)
def test_a_slip_is_answered_with_advice(folder, words, code, advice):
    answer = run(folder, *words)
    assert answer.exit_code == code
    assert advice in answer.stderr
    told = run(folder, *words, "--json")
    assert told.exit_code == code
    assert "error" in json.loads(told.stdout)


def test_readings_come_back_through_the_command_line(folder, tmp_path):
    file = tmp_path / "mine.csv"
    assert run(folder, "scores", "--what", "readings", "--to", str(file)).exit_code == 0
    back = CliRunner().invoke(
        app, ["import", "scores", str(file), "--json", "--project", str(folder)]
    )
    told = json.loads(back.stdout)
    assert (told["new"], told["changed"], told["applied"]) == (0, 0, True)


def test_what_it_means_to_name_children_stands_in_the_help():
    told = CliRunner().invoke(app, ["export", "scores", "--help"], env={"COLUMNS": "200"}).stdout
    assert "education record" in " ".join(told.replace("│", " ").split())
