"""The command line's skeleton: quick help, lazy commands, errors as messages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibrate import __version__, cli, commands, console
from calibrate.errors import DataError, ImportRefused

runner = CliRunner()


@pytest.fixture
def with_command(tmp_path, monkeypatch):
    """Adds a command module to the command line for one test."""

    def add(name: str, body: str) -> None:
        (tmp_path / f"{name}.py").write_text("import typer\n" + body)
        monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])

    yield add
    for module in [key for key in sys.modules if key.startswith("calibrate.commands.probe")]:
        del sys.modules[module]


def test_help_lists_every_command_and_ends_with_0():
    result = runner.invoke(cli.app, ["--help"])
    assert result.exit_code == 0
    assert "agreement" in cli.command_names()
    for name in cli.command_names():
        assert name in result.stdout


def test_every_command_has_help():
    for name in cli.command_names():
        result = runner.invoke(cli.app, [name, "--help"])
        assert result.exit_code == 0, name
        assert "Usage" in result.stdout


def test_the_version_is_told():
    result = runner.invoke(cli.app, ["--version"])
    assert result.exit_code == 0
    assert result.stdout.strip() == f"calibrate {__version__}"


def test_an_unknown_command_and_an_unknown_option_are_usage_errors():
    assert runner.invoke(cli.app, ["no-such-command"]).exit_code == 2
    assert runner.invoke(cli.app, ["--no-such-option"]).exit_code == 2


def test_commands_come_in_the_order_of_the_help_page(with_command):
    with_command(
        "probe_last", "app = typer.Typer()\n@app.command()\ndef go() -> None:\n    'A probe.'\n"
    )
    names = cli.command_names()
    assert names[-1] == "probe-last"
    known = [name for name in names if name in cli.ORDER]
    assert known == sorted(known, key=cli.ORDER.index)


ERROR = """
from calibrate.console import JsonFlag
from calibrate.errors import DataError, ImportRefused
app = typer.Typer()
@app.command()
def go(as_json: JsonFlag = False, kind: str = "one") -> None:
    'A probe.'
    one = DataError("The score is not on the scale.", file="s.csv", row=3, column="score", fix="Use 1 to 4.")
    two = DataError("The rater is missing.", file="s.csv", row=4, column="rater", fix="Fill it in.")
    if kind == "one":
        raise one
    if kind == "several":
        raise ImportRefused([one, two])
    raise ZeroDivisionError("Sam Oak wrote: my dog")
"""


def test_an_error_is_a_plain_message_on_standard_error_with_exit_code_1(with_command):
    with_command("probe_one", ERROR)
    result = runner.invoke(cli.app, ["probe-one"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert (
        result.stderr == "s.csv, row 3, column score: The score is not on the scale. Use 1 to 4.\n"
    )


def test_with_json_an_error_is_the_error_object(with_command):
    with_command("probe_two", ERROR)
    result = runner.invoke(cli.app, ["probe-two", "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "error": {
            "message": "The score is not on the scale.",
            "file": "s.csv",
            "row": 3,
            "column": "score",
            "fix": "Use 1 to 4.",
        }
    }


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (["doctor", "--json", "--nonsense"], "No such option"),
        (["import", "scores", "--json"], "Missing argument"),
        (["session", "list", "--json", "--project"], "--project"),
        (["no-such-command", "--json"], "No such command"),
        (["session", "status", "S01", "--round", "third", "--json"], "--round"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_with_json_a_wrong_call_is_an_error_object_too(
    call: list[str], says: str, sample_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sample_project)
    result = runner.invoke(cli.app, call)
    assert result.exit_code == 2
    error = json.loads(result.stdout)["error"]
    assert says in error["message"]
    assert error["fix"].startswith("calibrate") or "--help" in error["fix"]


def test_without_json_a_wrong_call_is_told_in_words() -> None:
    result = runner.invoke(cli.app, ["doctor", "--nonsense"])
    assert result.exit_code == 2
    assert result.stdout == "" and "No such option" in result.stderr


def test_every_problem_of_a_refused_import_is_shown(with_command):
    with_command("probe_three", ERROR)
    plain = runner.invoke(cli.app, ["probe-three", "--kind", "several"])
    assert plain.exit_code == 1
    assert "row 3" in plain.stderr
    assert "row 4" in plain.stderr
    machine = json.loads(
        runner.invoke(cli.app, ["probe-three", "--kind", "several", "--json"]).stdout
    )
    assert [problem["row"] for problem in machine["problems"]] == [3, 4]
    assert set(machine["error"]) == {"message", "file", "row", "column", "fix"}


def test_a_long_list_of_problems_is_cut_in_the_terminal(capsys):
    problems = [DataError("The score is missing.", row=row) for row in range(2, 102)]
    console.print_error(ImportRefused(problems))
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "100 problems found; nothing was changed:"
    assert len(told) == 1 + console.MOST_SHOWN + 1
    assert told[-1] == "  … and 60 more; --json lists them all."


def test_an_unforeseen_fault_shows_no_traceback_and_quotes_nothing(with_command):
    with_command("probe_four", ERROR)
    result = runner.invoke(cli.app, ["probe-four", "--kind", "fault"])
    assert result.exit_code == 1
    assert "ZeroDivisionError" in result.stderr
    assert "Sam" not in result.stderr
    assert "Traceback" not in result.stderr


def test_a_fault_can_be_traced_on_request(with_command, monkeypatch):
    with_command("probe_five", ERROR)
    monkeypatch.setenv("CALIBRATE_TRACEBACK", "1")
    result = runner.invoke(cli.app, ["probe-five", "--kind", "fault"])
    assert isinstance(result.exception, ZeroDivisionError)


def test_python_m_calibrate_is_the_command_line():
    done = subprocess.run(
        [sys.executable, "-m", "calibrate", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("calibrate ")


@pytest.mark.parametrize("command", cli.command_names())
def test_help_shows_what_a_command_does_and_nothing_about_shells(command: str) -> None:
    answer = CliRunner().invoke(cli.app, [command, "--help"], env={"COLUMNS": "100"})
    assert answer.exit_code == 0
    assert "completion" not in answer.output
