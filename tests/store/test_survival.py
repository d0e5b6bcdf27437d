"""An acknowledged save survives ``kill -9``; several people can save at once; nobody waits for ever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from calibrate.errors import ProjectError
from calibrate.model.provenance import AuditEntry
from calibrate.model.roster import School
from calibrate.store import engine
from calibrate.store.engine import sqlite_url
from calibrate.store.repository import Store
from tests.support.district import NOON, add_district
from tests.support.tree import ROOT


def killed(url: str, rounds: int) -> list[str]:
    """What two writers a round had acknowledged when they were killed."""
    answer = subprocess.run(
        [sys.executable, "-m", "tests.store.killed_writers", url, str(rounds), "7"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert answer.returncode == 0, answer.stderr
    report = json.loads(answer.stdout)
    assert report["killed"] == 2 * rounds
    return report["acknowledged"]


def look(store: Store) -> tuple[set[str], set[str]]:
    """The ids of all readings, and of those that are not whole."""
    with store.reading() as unit:
        readings = {one.id: one for one in unit.scores.readings.all()}
        scores = [one.reading_id for one in unit.scores.all()]
    halves = {
        key for key, one in readings.items() if scores.count(key) != 2 or one.rater_ids != ("r1",)
    }
    return set(readings), halves | (set(scores) - set(readings))


def test_nothing_acknowledged_is_lost_and_nothing_is_half_saved(store: Store) -> None:
    """A hundred writers on SQLite, two at a time; fewer on PostgreSQL, where only the visitor dies."""
    with store.transaction() as unit:
        add_district(unit)
    sqlite = store.path is not None
    url = store.engine.url.render_as_string(hide_password=False)
    acknowledged = killed(url, 50 if sqlite else 8)
    readings, halves = look(store)
    assert len(acknowledged) > (100 if sqlite else 16)
    assert set(acknowledged) <= readings
    assert halves == set()
    # A writer can die after the save and before the word: at most one such row for each.
    assert len(readings) - len(acknowledged) <= (100 if sqlite else 16)
    if sqlite:
        with store.reading() as unit:
            check = unit.connection.execute(sa.text("PRAGMA integrity_check")).scalar()
        assert check == "ok"


def test_several_writers_who_read_first_never_meet_a_locked_database(store: Store) -> None:
    """Each looks how many lines there are and writes the next: with a lazy BEGIN this fails at once."""
    errors: list[BaseException] = []
    url = store.engine.url.render_as_string(hide_password=False)

    def write(name: str) -> None:
        try:
            with Store(url) as mine:
                for number in range(25):
                    with mine.transaction() as unit:
                        unit.audit.count()
                        unit.audit.add(AuditEntry(f"{name}-{number}", NOON, name, "test"))
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test shows it
            errors.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with store.reading() as unit:
        assert unit.audit.count() == 100


def test_a_reader_sees_one_state_while_somebody_saves(store: Store) -> None:
    with store.reading() as reader:
        assert reader.people.schools.count() == 0
        with store.transaction() as writer:
            writer.people.schools.add(School("maple", "Maple"))
        assert reader.people.schools.count() == 0
    with store.reading() as reader:
        assert reader.people.schools.count() == 1


def test_a_project_that_stays_locked_is_said_in_plain_words(
    ready_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WAIT_SECONDS", 0.05)
    with Store(sqlite_url(ready_sqlite)) as one, Store(sqlite_url(ready_sqlite)) as other:
        with (
            one.transaction(),
            pytest.raises(ProjectError, match="else is saving"),
            other.transaction(),
        ):
            raise AssertionError("two writers at once")
        with other.transaction() as unit:
            assert unit.writable
