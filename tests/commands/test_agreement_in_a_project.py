"""``calibrate agreement`` inside a project: by session, school and window, by name, and with its own anchors."""

from __future__ import annotations

from functools import partial

import pandas as pd
import pytest
from typer.testing import CliRunner

from calibrate.cli import app
from calibrate.resources import sample_data
from tests.support.score_commands import answered, schema_of

runner = CliRunner()
answer_of = partial(answered, schema_of("agreement"))


def of_project(folder, *options: str):
    return runner.invoke(app, ["agreement", "--project", str(folder), *options])


def test_a_project_is_asked_by_session_school_and_window(sample_project):
    session = answer_of(of_project(sample_project, "--session", "S01", "--json"))
    assert [part["criterion"] for part in session["criteria"]] == [
        "FOC",
        "ORG",
        "DEV",
        "STY",
        "CONV",
    ]
    assert session["total"]["n_pieces"] == 5
    window = answer_of(of_project(sample_project, "--window", "2025-fall", "--json"))
    school = answer_of(
        of_project(sample_project, "--window", "2025-fall", "--school", "lincoln", "--json")
    )
    assert (
        session["total"]["n_ratings"] < school["total"]["n_ratings"] < window["total"]["n_ratings"]
    )


def test_a_session_from_the_store_has_the_numbers_of_its_file(sample_project, tmp_path):
    scores = pd.read_csv(sample_data("sessions", "scores.csv"), dtype=str, keep_default_na=False)
    path = tmp_path / "S03.csv"
    scores[scores["session"] == "S03"].to_csv(path, index=False)
    filed = answer_of(
        runner.invoke(app, ["agreement", str(path), "--levels", "1-4", "--all", "--json"])
    )
    stored = answer_of(of_project(sample_project, "--session", "S03", "--all", "--json"))
    for one, other in zip(
        (*filed["criteria"], filed["total"]), (*stored["criteria"], stored["total"]), strict=True
    ):
        assert (one["criterion"], one["n_ratings"]) == (other["criterion"], other["n_ratings"])
        for mine, theirs in zip(one["coefficients"], other["coefficients"], strict=True):
            assert mine["name"] == theirs["name"]
            assert mine["undefined"] == theirs["undefined"]
            if mine["value"] is not None and mine["name"] != "mean_difference":
                assert mine["value"] == pytest.approx(theirs["value"], abs=1e-6)


def test_a_projects_criteria_are_called_by_name(sample_project):
    shown = of_project(sample_project, "--session", "S01")
    assert shown.exit_code == 0, shown.stderr
    assert "Conventions: two raters of the same piece" in " ".join(shown.stdout.split())


def test_a_project_says_which_sessions_there_are(sample_project):
    missing = of_project(sample_project, "--session", "S99")
    assert missing.exit_code == 1
    assert "no session 'S99'" in missing.stderr
    assert "S01" in missing.stderr


def test_pairs_of_a_project_are_pseudonyms(own_sample_project):
    answer = answer_of(of_project(own_sample_project, "--session", "S01", "--pairs", "--json"))
    assert all(one["a"].startswith("Rater ") for one in answer["total"]["pairs"])


def test_a_projects_own_anchors_need_no_name(sample_project):
    asked = ["agreement", "--project", str(sample_project), "--anchor", "KEY"]
    assert runner.invoke(app, asked).exit_code == 2
