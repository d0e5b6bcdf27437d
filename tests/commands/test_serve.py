"""`calibrate serve`: what it says at the start, at the end, and when it cannot."""

from __future__ import annotations

import socket
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibrate.cli import app
from calibrate.serve import run as running
from calibrate.serve.identity import lead_token
from calibrate.serve.room import open_room
from calibrate.serve.run import qr_lines
from tests.support.ports import free_port
from tests.support.served import Served, make_project


def failure(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["serve", *arguments])
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    return " ".join(result.output.split())


def test_it_opens_says_what_to_do_and_closes_with_ctrl_c(tmp_path: Path) -> None:
    served = Served(make_project(tmp_path), tmp_path)
    served.start()
    before = served.lead_link
    assert served.stop() == 0
    said = served.said
    assert "The room of “Maple and Birch” is open." in said
    assert f"{served.address}/lead#" in said
    assert "To close the room, press Ctrl-C here." in said
    assert "The room is closed. Everything that was acknowledged is stored." in said
    assert "Traceback" not in said and "ERROR" not in said
    served.start()
    assert served.lead_link == before, "the facilitator's link stays the same"
    assert served.stop() == 0


def test_the_facilitators_key_lies_outside_the_project_for_its_owner_alone(tmp_path: Path) -> None:
    norming = make_project(tmp_path)
    token = lead_token(norming.keystore)
    assert len(token) >= 40 and lead_token(norming.keystore) == token
    file = norming.keystore.folder / "room.json"
    assert norming.folder not in file.parents
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    inside = b"".join(one.read_bytes() for one in norming.folder.rglob("*") if one.is_file())
    assert token.encode() not in inside


def test_a_folder_without_a_project_is_said_plainly(tmp_path: Path) -> None:
    assert "There is no Calibrate project in this folder." in failure("--project", str(tmp_path))


def test_a_project_of_a_newer_version_is_said_plainly(tmp_path: Path) -> None:
    norming = make_project(tmp_path)
    norming.store.close()
    with sqlite3.connect(norming.folder / "calibrate.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    told = failure("--project", str(norming.folder), "--key-store", str(tmp_path / "keys"))
    assert "newer version of Calibrate" in told


def test_a_port_that_is_taken_is_said_plainly(tmp_path: Path) -> None:
    norming = make_project(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = failure(
            *("--project", str(norming.folder), "--key-store", str(tmp_path / "keys")),
            *("--port", str(port)),
        )
    assert f"already uses port {port}" in told and "--port" in told


def test_a_key_store_inside_the_project_is_refused(tmp_path: Path) -> None:
    norming = make_project(tmp_path)
    told = failure("--project", str(norming.folder), "--key-store", str(norming.folder / "keys"))
    assert "must not lie inside the project folder" in told


def test_without_a_network_lan_says_that_nobody_could_come(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(running, "lan_address", lambda: None)
    assert "not connected to a network" in failure("--project", str(tmp_path), "--lan")


def test_for_the_network_it_prints_the_address_and_a_picture_of_it(tmp_path, capsys) -> None:
    norming = make_project(tmp_path)
    room = open_room(norming.folder, "http://192.0.2.20:8765", tmp_path / "keys")
    running.print_welcome(room, lan=True)
    said = capsys.readouterr().out
    assert "http://192.0.2.20:8765/\n" in said and "calibrate doctor --room" in said
    picture = "\n".join(qr_lines("http://192.0.2.20:8765/"))
    assert picture in said and picture.count("\n") > 10
    assert "\n".join(qr_lines(room.lead_link)) not in said, "the facilitator's key is no poster"
    room.project.close()


@pytest.mark.parametrize("module", ["uvicorn", "solara", "starlette", "segno"])
def test_the_help_loads_nothing_of_it(module: str) -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom calibrate.cli import app\n"
        "assert CliRunner().invoke(app, ['serve', '--help']).exit_code == 0\n"
        f"assert {module!r} not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_free_port_is_one_that_can_be_had() -> None:
    from calibrate.serve.address import listen

    listen(free_port(), lan=False).close()
