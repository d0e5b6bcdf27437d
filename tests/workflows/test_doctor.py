"""The doctor finds what was broken, and calls a sound project sound."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibrate.cli import app
from calibrate.model.continuum import AcademicLevel, Continuum, CrosswalkRow, Exemplar, Strand
from calibrate.model.roster import PersonName
from calibrate.model.work import MediaKind, WorkFile
from calibrate.store.project import Project
from calibrate.store.sealing import KeyStore, make_recovery_key
from calibrate.store.sealing.encoding import to_text
from calibrate.workflows.doctor import Finding, examine_project
from calibrate.workflows.imports_store import only_one_import
from tests.store.sealing_kit import CHEAP
from tests.support.norming import Room, make_room


@pytest.fixture(autouse=True)
def _own_key_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALIBRATE_KEY_STORE", str(tmp_path / "keys"))


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Room]:
    """A project with a file of work and a session in which one rater has scored."""
    recovery = make_recovery_key()
    with Project.create(
        tmp_path / "district", recovery_public_key=to_text(recovery.public_key)
    ) as made:
        keys = KeyStore(made.id, made.folder, passphrase_cost=CHEAP, pin_cost=CHEAP)
        room = make_room(made.store, made.folder, keys)
        room.id, room.recovery = made.id, recovery
        (made.work / "ab.txt").write_bytes(b"My dog.")
        digest = hashlib.sha256(b"My dog.").hexdigest()
        with made.transaction() as unit:
            unit.work.files.add(
                WorkFile("p1", 1, MediaKind.TEXT, "text/plain", "ab.txt", digest, digest)
            )
        room.set_up()
        room.open()
        room.answer_all("r2")
        yield room


def problems(room: Room) -> list[Finding]:
    return [one for one in examine_project(room.folder).findings if one.problem]


def tamper(room: Room, statement: str) -> None:
    """Another program writes to the file: no foreign keys, no repository."""
    with closing(sqlite3.connect(room.folder / "calibrate.db")) as raw, raw:
        raw.execute(statement)


def test_a_sound_project_is_called_sound(sealed: Room) -> None:
    health = examine_project(sealed.folder)
    assert health.findings == ()
    assert health.sound
    assert (health.counts["raters"], health.counts["files"]) == (5, 1)
    assert health.versions["engine"].startswith("SQLite 3.")


def test_a_missing_or_changed_work_file_is_found(sealed: Room) -> None:
    (sealed.folder / "work" / "ab.txt").write_bytes(b"My cat.")
    assert [one.check for one in problems(sealed)] == ["work"]
    assert "P00001 is not what was imported" in problems(sealed)[0].message
    (sealed.folder / "work" / "ab.txt").unlink()
    assert problems(sealed)[0].message == "File 1 of piece P00001 is missing."


def test_many_missing_files_are_one_finding_that_names_the_first_few(sealed: Room) -> None:
    digest = hashlib.sha256(b"").hexdigest()
    with sealed.store.transaction() as unit:
        for number in range(2, 10):
            unit.work.files.add(
                WorkFile(
                    "p1", number, MediaKind.TEXT, "text/plain", f"{number}.txt", digest, digest
                )
            )
    (found,) = problems(sealed)
    assert found.message.startswith("8 files are missing: file 2 of piece P00001, file 3 of")
    assert found.message.endswith("file 6 of piece P00001 and 3 more.")


def test_what_an_import_of_work_leaves_for_the_next_is_no_stray(sealed: Room) -> None:
    with only_one_import(sealed.folder / "work"):
        pass
    assert examine_project(sealed.folder).findings == ()


def test_the_folder_is_named_as_in_the_other_commands_or_plainly(sealed: Room) -> None:
    for given in ([str(sealed.folder)], ["--project", str(sealed.folder)]):
        told = CliRunner().invoke(app, ["doctor", *given])
        assert told.exit_code == 0
        assert "1 rubric," in told.stdout and "5 raters," in told.stdout


def test_a_stray_file_is_a_note_and_no_problem(sealed: Room) -> None:
    (sealed.folder / "work" / "other.txt").write_text("?")
    health = examine_project(sealed.folder)
    assert health.sound
    assert "1 file in work/ belongs to no piece" in health.findings[0].message


@pytest.mark.parametrize(
    ("statement", "check", "says"),
    [
        ("UPDATE ballot SET sealed = zeroblob(length(sealed))", "ballots", "1 of 1"),
        ("UPDATE ballot SET answered = answered - 1", "ballots", "1 of 1"),
        ("UPDATE session_key SET public_key = zeroblob(32)", "ballots", "key"),
        ("UPDATE enrolment SET classroom_id = 'gone'", "links", "enrolment"),
        ("UPDATE piece SET student_id = 'nobody' WHERE id = 'p1'", "links", "piece"),
    ],
)
def test_what_another_program_changed_is_found(
    sealed: Room, statement: str, check: str, says: str
) -> None:
    tamper(sealed, statement)
    found = problems(sealed)
    assert {one.check for one in found} == {check}
    assert says in found[0].message


def test_a_manifest_that_another_key_signed_is_found(sealed: Room) -> None:
    tamper(sealed, "DROP TRIGGER manifest_refuses_update")
    tamper(sealed, "UPDATE manifest SET verify_key = zeroblob(32)")
    assert {one.check for one in problems(sealed)} == {"ballots"}


def test_what_belongs_to_nobody_is_found(sealed: Room) -> None:
    with sealed.store.transaction() as unit:
        unit.people.names.add(PersonName("st-gone", "Zebedee", "Quillfeather"))
        unit.continuum.add(
            Continuum(
                "wall",
                "Wall",
                (AcademicLevel("L1", "Level 1", 1),),
                (Strand("craft", "Craft", ()),),
                (CrosswalkRow("craft", "03", "reading", 7, 1, 4, "L1"),),
                (Exemplar("craft", "L1", "P99999"),),
            )
        )
    told = " ".join(one.message for one in problems(sealed))
    assert "1 names belong to nobody" in told
    assert "P99999" in told
    assert "rubric reading version 7" in told
    assert "Quillfeather" not in json.dumps(examine_project(sealed.folder).as_dict())


def test_a_damaged_database_is_found(sealed: Room) -> None:
    sealed.store.close()
    path = sealed.folder / "calibrate.db"
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(bytes(data))
    assert problems(sealed)


def test_a_project_that_others_may_read_is_found(sealed: Room) -> None:
    (sealed.folder / "calibrate.db").chmod(0o644)
    assert [one.check for one in problems(sealed)] == ["privacy"]


def test_the_command_ends_with_1_on_findings_and_prints_them(sealed: Room) -> None:
    runner = CliRunner()
    fine = runner.invoke(app, ["doctor", str(sealed.folder)])
    assert (fine.exit_code, "The project is sound." in fine.output) == (0, True)
    (sealed.folder / "work" / "ab.txt").unlink()
    bad = runner.invoke(app, ["doctor", str(sealed.folder), "--json"])
    assert bad.exit_code == 1
    answer = json.loads(bad.stdout)
    assert answer["sound"] is False
    assert answer["findings"][0]["check"] == "work"
    nothing = runner.invoke(app, ["doctor", str(sealed.folder / "work"), "--json"])
    assert nothing.exit_code == 1
    assert json.loads(nothing.stdout)["findings"][0]["check"] == "opening"
