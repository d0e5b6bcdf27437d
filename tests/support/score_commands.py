"""The commands that take a table of scores: called with a table's text, and their JSON held to its schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from calibrate.cli import app
from tests.support.tree import ROOT


def schema_of(command: str) -> Draft202012Validator:
    """The schema of a command's JSON."""
    path = ROOT / "docs" / "schemas" / f"{command}.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def ask(command: str, folder: Path, text: str, *options: str) -> Result:
    """Call a command on a file that holds this text."""
    path = folder / "scores.csv"
    path.write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, [command, str(path), *options])


def answered(schema: Draft202012Validator, result: Result) -> dict[str, Any]:
    """The JSON of a call that went well, which fits its schema."""
    assert result.exit_code == 0, result.stderr
    answer = json.loads(result.stdout)
    schema.validate(answer)
    return answer
