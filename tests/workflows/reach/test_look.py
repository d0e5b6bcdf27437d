"""A look at the network, the disk and the clock before a meeting."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calibrate.store.trial import SaveTrial, try_saves
from calibrate.workflows.reach import look as looking
from calibrate.workflows.reach.addresses import VIRTUAL, WIFI, Address
from calibrate.workflows.reach.advice import CHROMEBOOK, LINUX, MAC, WINDOWS, WSL, what_to_try
from calibrate.workflows.reach.listener import Listener

HERE = Address("127.0.0.1", "wlan0", WIFI)
Usage = namedtuple("Usage", "total used free")
GIGABYTE = 1024**3


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener(0, []) as one:
        yield one


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "calibrate.toml").write_text('[project]\nid = "pr-test"\nname = "Maple"\n')
    return tmp_path


@pytest.fixture(autouse=True)
def _a_disk_with_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 90 * GIGABYTE))
    monkeypatch.setattr(looking, "try_saves", lambda _: SaveTrial(60, 4.0, 9.0))


def checks(look: looking.RoomLook) -> list[tuple[str, bool]]:
    return [(one.check, one.problem) for one in look.findings]


def test_a_computer_that_is_ready_has_nothing_to_repair(project: Path, listener: Listener) -> None:
    look = looking.look_at_room(project, listener, [HERE])
    assert look.sound and look.findings == ()
    assert look.best is not None and look.best.link == f"http://127.0.0.1:{listener.port}/"
    told = look.as_dict()
    assert told["saves"] == {"saves": 60, "median_ms": 4.0, "p95_ms": 9.0}
    assert told["addresses"][0]["answers"] is True


def test_addresses_that_do_not_answer_or_nobody_can_use_are_told(
    project: Path, listener: Listener
) -> None:
    nowhere = looking.look_at_room(project, listener, [])
    assert ("network", True) in checks(nowhere) and nowhere.best is None
    vpn = Address("127.0.0.1", "utun3", VIRTUAL)
    assert "VPN" in looking.look_at_room(project, listener, [vpn]).findings[0].message
    listener.close()
    shut = looking.look_at_room(project, listener, [HERE])
    assert "Not even this computer" in shut.findings[0].message and shut.best is None


def test_ipv6_is_a_word_beside_and_never_the_address_to_hand_out(
    project: Path, listener: Listener
) -> None:
    look = looking.look_at_room(project, listener, [HERE, Address("::1", "wlan0", WIFI)])
    assert look.sound and "IPv6" in look.findings[-1].message
    assert look.best is not None and look.best.address == HERE


def test_a_clock_that_is_wrong_is_told(project: Path, listener: Listener) -> None:
    now = datetime.now(UTC)
    old = looking.look_at_room(project, listener, [HERE], now=datetime(2019, 1, 1, tzinfo=UTC))
    assert "January 1, 2019" in old.findings[0].message
    later = (now + timedelta(days=3)).timestamp()
    os.utime(project / "calibrate.toml", (later, later))
    behind = looking.look_at_room(project, listener, [HERE], now=now)
    assert checks(behind) == [("clock", True)] and "3 days later" in behind.findings[0].message


def test_a_full_disk_a_network_folder_and_the_cloud_are_told(
    project: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for free, problem in ((GIGABYTE, False), (GIGABYTE // 4, True)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: Usage(0, 0, free))
        assert checks(looking.look_at_room(project, listener, [HERE])) == [("disk", problem)]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 90 * GIGABYTE))
    monkeypatch.setattr(looking, "network_type", lambda _: "smb3")
    look = looking.look_at_room(project, listener, [HERE])
    assert "network folder (smb3)" in look.findings[0].message and look.trial is None
    monkeypatch.undo()
    synced = project / "OneDrive - Maple Schools" / "norming"
    synced.mkdir(parents=True)
    shutil.copy(project / "calibrate.toml", synced)
    found = looking.look_at_room(synced, listener, [HERE]).findings
    assert any("copied to the cloud" in one.message and not one.problem for one in found)


def test_slow_saves_and_a_folder_without_a_project_are_told(
    project: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(looking, "try_saves", lambda _: SaveTrial(60, 80.0, 240.0))
    look = looking.look_at_room(project, listener, [HERE])
    assert checks(look) == [("saves", True)] and "240 ms" in look.findings[0].message
    (project / "calibrate.toml").unlink()
    assert checks(looking.look_at_room(project, listener, [HERE])) == [("project", False)]


def test_a_database_of_its_own_server_is_not_timed(project: Path, listener: Listener) -> None:
    with (project / "calibrate.toml").open("a") as file:
        file.write('[store]\nurl = "postgresql://coach@db.example/calibrate"\n')
    look = looking.look_at_room(project, listener, [HERE])
    assert checks(look) == [("saves", False)] and look.trial is None


def test_the_trial_of_saves_leaves_nothing_behind(tmp_path: Path) -> None:
    made = try_saves(tmp_path, saves=5)
    assert made.saves == 5 and 0 < made.median_ms <= made.p95_ms
    assert made.a_second == pytest.approx(1000 / made.median_ms)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("system", "word"),
    [
        (WINDOWS, "Windows Defender Firewall"),
        (MAC, "macOS firewall"),
        (LINUX, "sudo ufw allow 8765/tcp"),
        (CHROMEBOOK, "Port forwarding"),
        (WSL, "networkingMode=mirrored"),
    ],
)
def test_the_advice_names_this_system_s_firewall_the_school_s_wifi_and_paper(
    system: str, word: str
) -> None:
    steps = what_to_try(8765, system=system)
    assert word in steps[1]
    told = " ".join(steps)
    assert "guest network" in told and "client isolation" in told and "session sheets" in told
    assert what_to_try(8765)[0] == steps[0]
