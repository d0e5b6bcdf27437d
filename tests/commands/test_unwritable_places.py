"""A place that cannot be written to is named, with what to do: it is no fault of the program."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibrate.cli import app
from calibrate.errors import ProjectError
from calibrate.places import writing
from tests.commands.test_session import home, run, set_up, started  # noqa: F401


def refused(*words: object) -> str:
    """What a command says that ends with 1, on the terminal and as JSON alike where it has JSON."""
    said = CliRunner().invoke(app, [str(word) for word in words])
    assert said.exit_code == 1, (said.stdout, said.stderr)
    assert "fault of the program" not in said.stderr
    return said.stderr


@pytest.fixture
def below_a_file(tmp_path: Path) -> Path:
    """A place in a folder that is none: not even an administrator writes there."""
    (tmp_path / "letter.txt").write_text("no folder")
    return tmp_path / "letter.txt"


def test_score_sheets_go_nowhere_where_nothing_can_be_written(
    home: Path,  # noqa: F811 - the fixture above
    below_a_file: Path,
) -> None:
    folder = started(home)
    session = set_up(folder)
    call = ["session", "sheets", session, "--project", folder, "--out"]
    for out in (below_a_file / "sheets.html", below_a_file / "deeper" / "sheets.html"):
        said = refused(*call, out)
        assert f"{out} cannot be written to" in said and "Name another place" in said
    machine = CliRunner().invoke(app, [*map(str, call), str(out), "--json"])
    assert machine.exit_code == 1
    assert "cannot be written to" in json.loads(machine.stdout)["error"]["message"]
    a_folder = folder / "reports" / "sheets.html"
    a_folder.mkdir()
    assert "cannot be written to" in refused(*call, a_folder)


def test_a_session_does_not_open_where_its_links_cannot_be_written(
    home: Path,  # noqa: F811 - the fixture above
    below_a_file: Path,
) -> None:
    folder = started(home)
    session = set_up(folder)
    call = ["session", "open", session, "--project", folder, "--handouts"]
    assert "cannot be written to" in refused(*call, below_a_file / "links.txt")
    found = json.loads(run("session", "list", "--project", folder, "--json"))["sessions"]
    assert {one["session"]: one["state"] for one in found}[session] == "setup"


def test_a_plan_goes_nowhere_where_nothing_can_be_written(
    tmp_path: Path, below_a_file: Path
) -> None:
    (tmp_path / "pieces.csv").write_text("piece\n" + "".join(f"P{at:05d}\n" for at in range(6)))
    (tmp_path / "raters.csv").write_text("rater\n" + "".join(f"r{at}\n" for at in range(3)))
    call = ["plan", tmp_path / "pieces.csv", tmp_path / "raters.csv", "--out"]
    assert "cannot be written to: a file stands" in refused(*call, below_a_file / "plan.csv")
    assert "cannot be written to: it is a folder" in refused(*call, tmp_path)
    assert "cannot be written to: there is no such folder" in refused(
        *call, tmp_path / "none" / "plan.csv"
    )


def test_no_project_is_made_where_nothing_can_be_written(
    below_a_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALIBRATE_KEY_STORE", str(tmp_path / "keys"))
    key = tmp_path / "key.txt"
    said = refused("init", below_a_file / "project", "--recovery-file", key)
    assert "cannot be written to" in said and not key.exists()
    assert "cannot be written to" in refused("demo", below_a_file / "demo", "--no-reports")


def test_reports_and_notebooks_go_nowhere_where_nothing_can_be_written(
    sample_project: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(sample_project, folder, ignore=shutil.ignore_patterns("reports", "notebooks"))
    for part in ("reports", "notebooks"):
        (folder / part).write_text("no folder")
    said = refused("report", "session", "S01", "--project", folder)
    assert "reports" in said and "cannot be written to" in said
    assert "notebooks cannot be written to" in refused("lab", folder, "--no-browser")


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (errno.EACCES, "this account may not write there"),
        (errno.EROFS, "that disk can only be read"),
        (errno.ENOSPC, "the disk is full"),
        (errno.EIO, "the disk refused"),
    ],
)
def test_why_a_disk_refuses_is_said_in_plain_words(number: int, why: str) -> None:
    with (
        pytest.raises(ProjectError, match=f"sheets.html cannot be written to: {why}"),
        writing(Path("sheets.html")),
    ):
        raise OSError(number, "")
