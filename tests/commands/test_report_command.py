"""``calibrate report`` called wrongly: a plain message, and exit code 2 where the call is at fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibrate.cli import app


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (["parent"], 2, "The kinds are"),
        (["session"], 2, "Which session?"),
        (["district", "--edition", "public"], 2, "The editions are"),
        (["session", "S01", "--edition", "outside"], 2, "for staff"),
        (["district", "--format", "odt"], 2, "The formats are"),
        (["session", "S99"], 1, "There is no session"),
        (["rater", "nobody"], 1, "person_id"),
    ],
)
def test_a_wrong_call_ends_with_2_and_what_the_project_does_not_hold_with_1(
    sample_project: Path, given: list[str], code: int, words: str
) -> None:
    call = ["report", *given, "--project", str(sample_project)]
    plain = CliRunner().invoke(app, call)
    assert (plain.exit_code, plain.stdout) == (code, "")
    assert words in plain.stderr
    machine = CliRunner().invoke(app, [*call, "--json"])
    assert machine.exit_code == code
    assert json.loads(machine.stdout)["error"]["message"]
