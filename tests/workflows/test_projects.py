"""Starting a project hands out its recovery key once, outside the folder."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibrate.cli import app
from calibrate.errors import ProjectError, SealError
from calibrate.store.project import Project
from calibrate.store.sealing import KeyStore, read_recovery, read_recovery_file
from calibrate.store.sealing.encoding import from_text
from calibrate.workflows.projects import start_project


@pytest.fixture(autouse=True)
def _own_key_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALIBRATE_KEY_STORE", str(tmp_path / "keys"))


def test_the_recovery_file_and_the_words_open_the_project(tmp_path: Path) -> None:
    made = start_project(tmp_path / "district", name="Harbor Falls")
    with Project.open(made.folder) as opened:
        assert opened.name == "Harbor Falls"
        public_key = from_text(opened.recovery_public_key or "")
        KeyStore(opened.id, opened.folder).check_recovery_key(public_key)
    from_file = read_recovery_file(made.recovery_file, public_key=public_key)
    from_words = read_recovery("\n".join(made.recovery_words), public_key=public_key)
    assert from_file == from_words
    assert stat.S_IMODE(made.recovery_file.stat().st_mode) == 0o600
    assert "words" not in repr(made)


def test_the_project_keeps_nothing_of_the_private_half(tmp_path: Path) -> None:
    made = start_project(tmp_path / "district")
    secret = read_recovery("\n".join(made.recovery_words), public_key=_public(made.folder)).secret
    for path in made.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert secret not in data
            assert secret.hex().encode() not in data
            assert made.recovery_words[0].encode() not in data


def _public(folder: Path) -> bytes:
    with Project.open(folder) as opened:
        return from_text(opened.recovery_public_key or "")


def test_a_recovery_file_inside_the_project_or_over_another_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="must not lie inside"):
        start_project(tmp_path / "a", recovery_file=tmp_path / "b" / ".." / "a" / "key.txt")
    kept = tmp_path / "key.txt"
    kept.write_text("another project's")
    with pytest.raises(SealError, match="exists already"):
        start_project(tmp_path / "a", recovery_file=kept)
    assert kept.read_text() == "another project's"
    assert not (tmp_path / "a").exists()


def test_a_project_that_cannot_be_made_leaves_no_recovery_file(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(ProjectError, match="not empty"):
        start_project(tmp_path / "full")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]


def test_the_command_makes_a_project_and_shows_the_words_only_when_asked(tmp_path: Path) -> None:
    runner = CliRunner()
    quiet = runner.invoke(app, ["init", str(tmp_path / "a"), "--name", "Harbor Falls", "--json"])
    assert quiet.exit_code == 0
    answer = json.loads(quiet.stdout)
    assert "recovery_words" not in answer
    sheet = Path(answer["recovery_file"]).read_text()
    told = runner.invoke(app, ["init", str(tmp_path / "b"), "--show-words"])
    assert told.exit_code == 0
    assert "is ready in" in told.output
    first_line = next(line for line in sheet.splitlines() if line.strip().startswith("1."))
    assert first_line.strip() not in told.output
    own = (tmp_path / "b-recovery-key.txt").read_text()
    assert next(line for line in own.splitlines() if "1." in line) in told.output
    again = runner.invoke(app, ["init", str(tmp_path / "a")])
    assert again.exit_code == 1
