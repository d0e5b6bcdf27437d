"""``calibrate doctor --room``: what a teacher-leader reads before the meeting, and the exit code."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibrate import cli
from calibrate.workflows import reach
from calibrate.workflows.reach.addresses import CABLE, WIFI, Address
from tests.support.ports import free_port

runner = CliRunner()


@pytest.fixture(autouse=True)
def _one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    both = (Address("127.0.0.1", "wlan0", WIFI), Address("127.0.0.2", "eth0", CABLE))
    monkeypatch.setattr(reach, "own_addresses", lambda: both)


@pytest.fixture
def port() -> int:
    """One that was free a moment ago."""
    return free_port()


def run(*words: object, fails: int = 0) -> str:
    result = runner.invoke(cli.app, ["doctor", "--room", *map(str, words)])
    assert result.exit_code == fails, result.output
    return result.output


def test_nobody_came_and_it_says_what_to_try(tmp_path: Path, port: int) -> None:
    said = run(tmp_path, "--port", port, "--seconds", 0, fails=1)
    assert f"http://127.0.0.1:{port}/" in said and f"http://127.0.0.2:{port}/" in said
    assert "█" in said and "no project in this folder" in said
    assert "No other device reached this computer" in said and "client isolation" in said


def test_a_device_came(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach.Listener, "wait", lambda *_: True)
    assert "A device reached this computer" in run(tmp_path, "--port", port)
    told = json.loads(run(tmp_path, "--port", port, "--json"))
    assert told["reached"] and told["sound"] and told["try"] == []
    assert told["address"] == f"http://127.0.0.1:{port}/"


def test_a_taken_port_is_told_also_as_json(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        result = runner.invoke(
            cli.app, ["doctor", "--room", str(tmp_path), "--port", str(taken), "--json"]
        )
    assert result.exit_code == 1
    error = json.loads(result.output)["error"]
    assert str(taken) in error["message"] and error["column"] == "--port"


def test_without_any_network_nothing_is_waited_for(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "own_addresses", lambda: ())
    said = run(tmp_path, "--port", port, "--seconds", 3600, fails=1)
    assert "not connected to a network" in said and "Waiting" not in said
