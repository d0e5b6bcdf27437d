"""``calibrate init`` and ``calibrate session``, from a new folder to a closed session."""

from __future__ import annotations

import csv
import json
import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibrate import cli
from calibrate.store.project import Project
from calibrate.store.sealing import KeyStore
from calibrate.workflows.norming import seat_from_link
from tests.store.sealing_kit import CHEAP, PASSPHRASE
from tests.support.district import add_district
from tests.support.norming import Room

runner = CliRunner()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place with its own key store, in which keys are quick to make."""
    monkeypatch.setenv("CALIBRATE_KEY_STORE", str(tmp_path / "keys"))
    monkeypatch.delenv("CALIBRATE_PASSPHRASE", raising=False)
    for cost in ("passphrase_cost", "pin_cost"):
        monkeypatch.setitem(KeyStore.__init__.__kwdefaults__, cost, CHEAP)
    return tmp_path


def run(*words: str | Path, typed: str | None = None, fails: int = 0) -> str:
    result = runner.invoke(cli.app, [str(word) for word in words], input=typed)
    assert result.exit_code == fails, result.output
    return result.output


def started(home: Path) -> Path:
    run("init", home / "maple", "--name", "Maple")
    with Project.open(home / "maple") as project, project.transaction() as unit:
        add_district(unit, raters=4)
    return home / "maple"


def set_up(folder: Path) -> str:
    words = ["session", "new", "--project", folder, "--title", "Fall", "--rubric", "writing@1"]
    words += ["--window", "2025-fall", "--piece", "P00001", "--piece", "P00002"]
    words += ["--rater", "staff-2", "--rater", "staff-3", "--held-on", "2025-10-14", "--json"]
    return str(json.loads(run(*words))["session"])


def open_it(home: Path, folder: Path, session: str) -> None:
    words = ["session", "open", session, "--project", folder, "--handouts", home / "out.csv"]
    run(*words, typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")


def everybody_commits(home: Path, folder: Path, session: str, raters: set[str]) -> None:
    with (home / "out.csv").open(newline="") as file:
        tokens = {row["rater"]: row["link"] for row in csv.DictReader(file)}
    with Project.open(folder) as project:
        room = Room(project.id, folder, project.store, None, None, session)  # type: ignore[arg-type]
        for name in raters:
            seat = seat_from_link(project, tokens[name])
            room.seat = lambda rater, seat=seat: seat  # type: ignore[method-assign,misc]
            room.answer_all(seat.rater_id)
            room.commit(seat.rater_id)


def test_init_makes_a_project_and_hands_out_its_recovery_key_once(home: Path) -> None:
    said = run("init", home / "maple", "--name", "Maple")
    sheet = home / "maple-recovery-key.txt"
    assert "lock it up" in said
    text = sheet.read_text()
    assert "Project: Maple" in text and text.count("\n  ") >= 6
    if os.name == "posix":
        assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    words = [line.split(".  ")[1] for line in text.splitlines() if line[:4].strip(" .").isdigit()]
    assert len(words) == 6 and not any(line in said for line in words)
    inside = b"".join(p.read_bytes() for p in (home / "maple").rglob("*") if p.is_file())
    assert not any(line.encode() in inside for line in words)
    with Project.open(home / "maple") as project:
        assert project.recovery_public_key and project.recovery_public_key in text
        assert (home / "keys" / project.id / "recovery.json").exists()


def test_init_refuses_a_full_folder_or_a_sheet_inside_and_leaves_nothing(home: Path) -> None:
    full = home / "full"
    full.mkdir()
    (full / "notes.txt").write_text("mine")
    run("init", full, fails=1)
    assert not (home / "full-recovery-key.txt").exists()
    run("init", home / "maple", "--recovery-file", home / "maple" / "key.txt", fails=1)
    assert not (home / "maple").exists()
    (home / "maple-recovery-key.txt").write_text("an older sheet")
    run("init", home / "maple", fails=1)
    assert (home / "maple-recovery-key.txt").read_text() == "an older sheet"
    assert not (home / "maple").exists()


def test_a_session_from_the_terminal(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = started(home)
    session = set_up(folder)
    assert "setup" in run("session", "list", "--project", folder)
    open_it(home, folder, session)
    assert stat.S_IMODE((home / "out.csv").stat().st_mode) == 0o600
    run("session", "open", session, "--project", folder, "--handouts", home / "out.csv", fails=2)
    everybody_commits(home, folder, session, {"staff-2"})
    shown = json.loads(run("session", "status", session[:8], "--project", folder, "--json"))
    assert {one["rater"]: (one["answered"], one["committed"]) for one in shown["raters"]} == {
        "staff-2": (4, True),
        "staff-3": (0, False),
    }
    assert "0 of 4" in run("session", "status", session, "--project", folder)
    reveal = ["session", "reveal", session, "--project", folder]
    assert "1 of 2 have not committed" in run(*reveal, typed=f"{PASSPHRASE}\n", fails=1)
    assert "not the passphrase" in run(*reveal, typed="some wrong passphrase\n", fails=1)
    file = home / "passphrase.txt"
    file.write_text(PASSPHRASE + "\n")
    override = ["--without", "staff-3", "--because", "ill", "--passphrase-file", file, "--json"]
    made = json.loads(run(*reveal, *override))
    assert (made["ballots"], made["scores"], made["missing"]) == (1, 4, 1)
    monkeypatch.setenv("CALIBRATE_PASSPHRASE", PASSPHRASE)
    assert "have been revealed" in run(*reveal, fails=1)
    run("session", "second-round", session, "--project", folder)
    run("session", "close", session, "--project", folder)
    listed = json.loads(run("session", "list", "--project", folder, "--json"))["sessions"]
    assert [one["state"] for one in listed if one["session"] == session] == ["closed"]


def test_the_recovery_file_opens_what_the_passphrase_no_longer_does(home: Path) -> None:
    folder = started(home)
    session = set_up(folder)
    open_it(home, folder, session)
    everybody_commits(home, folder, session, {"staff-2", "staff-3"})
    for key in (home / "keys").rglob("sessions/*.json"):
        key.unlink()
    reveal = ["session", "reveal", session, "--project", folder]
    assert "not on this machine" in run(*reveal, typed=f"{PASSPHRASE}\n", fails=1)
    words = home / "typed.txt"
    sheet = (home / "maple-recovery-key.txt").read_text().splitlines()
    lines = [line.split(".  ")[1] for line in sheet if line[:4].strip(" .").isdigit()]
    words.write_text(" ".join(lines).upper())
    again = ["session", "new-passphrase", session, "--project", folder, "--recovery-file"]
    fresh = "four quite other words\n"
    run(*again, words, typed=fresh + fresh)
    assert "not the passphrase" in run(*reveal, typed=f"{PASSPHRASE}\n", fails=1)
    run(*again, home / "maple-recovery-key.txt", typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    said = run(*reveal, "--recovery-file", home / "maple-recovery-key.txt")
    assert "2 ballots, 4 readings, 8 scores" in said


def test_a_lost_link_is_handed_out_again(home: Path) -> None:
    folder = started(home)
    session = set_up(folder)
    open_it(home, folder, session)
    again = ["session", "hand-out", session, "staff-2", "--project", folder]
    run(*again, "--handouts", home / "again.csv", typed=f"{PASSPHRASE}\n")
    first = {row["rater"]: row for row in csv.DictReader((home / "out.csv").open())}
    second = list(csv.DictReader((home / "again.csv").open()))
    assert [row["rater"] for row in second] == ["staff-2"]
    assert second[0]["link"] == first["staff-2"]["link"]


def test_a_ballot_is_reopened_with_its_reason(home: Path) -> None:
    folder = started(home)
    session = set_up(folder)
    open_it(home, folder, session)
    everybody_commits(home, folder, session, {"staff-2"})
    run("session", "reopen", session, "staff-2", "--because", "a slip", "--project", folder)
    shown = json.loads(run("session", "status", session, "--project", folder, "--json"))
    assert [one["committed"] for one in shown["raters"] if one["rater"] == "staff-2"] == [False]


def test_mistakes_are_told_plainly_and_links_never_go_into_the_project(home: Path) -> None:
    folder = started(home)
    session = set_up(folder)
    inside = ["session", "open", session, "--project", folder, "--handouts", folder / "out.csv"]
    assert "inside the project folder" in run(*inside, fails=1)
    weak = ["session", "open", session, "--project", folder, "--handouts", home / "out.csv"]
    assert "at least 12" in run(*weak, typed="short\nshort\n", fails=1)
    assert not (home / "out.csv").exists()
    new = ["session", "new", "--project", folder, "--title", "x", "--window", "2025-fall"]
    for words, message in (
        (["--rubric", "writing@x", "--piece", "P00001", "--rater", "staff-2"], "not a version"),
        (["--rubric", "nothing", "--piece", "P00001", "--rater", "staff-2"], "no rubric"),
        (["--rubric", "writing", "--piece", "P09", "--rater", "staff-2"], "no piece"),
        (["--rubric", "writing", "--piece", "P00001", "--rater", "staff-9"], "no rater"),
        (
            ["--rubric", "writing", "--piece", "P00001", "--rater", "staff-1"],
            "nothing to score",
        ),
        (
            [
                "--rubric",
                "writing",
                "--piece",
                "P00001",
                "--rater",
                "staff-1",
                "--own-student",
                "x",
            ],
            "PIECE:RATER:REASON",
        ),
    ):
        assert message in run(*new, *words, fails=1)
    said = run(
        *new,
        *("--rubric", "writing", "--piece", "P00001", "--rater", "staff-1"),
        *("--own-student", "P00001:staff-1:only she: reads it"),
    )
    assert "is set up" in said
    assert "no session" in run("session", "status", "zz", "--project", folder, fails=1)
    run("session", "status", session, "--round", "third", "--project", folder, fails=2)


def test_a_passphrase_is_never_taken_from_an_argument() -> None:
    for command in ("open", "reveal", "hand-out"):
        said = run("session", command, "--help")
        assert "--passphrase-file" in said.replace("\n", "") and "--passphrase " not in said


def test_a_session_opened_by_mistake_is_called_off_and_no_report_speaks_of_it(home: Path) -> None:
    folder = started(home)
    session = set_up(folder)
    open_it(home, folder, session)
    call = ["session", "call-off", session, "--project", folder, "--because", "Wrong rubric."]
    run(*call, typed="n\n", fails=1)
    assert "is called off" in run(*call, typed="y\n")
    assert "called off" in run(*call, "--yes", fails=1)
    listed = json.loads(run("session", "list", "--project", folder, "--json"))["sessions"]
    assert {one["session"]: one["state"] for one in listed}[session] == "called_off"
    assert "called off" in run("session", "list", "--project", folder)
    assert "called off" in run("report", "session", session, "--project", folder, fails=1)
