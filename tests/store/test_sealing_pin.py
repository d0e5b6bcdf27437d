from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calibrate.errors import SealError
from calibrate.store.sealing import PinRefused, enter_with_pin, make_pin, make_rater_secret
from calibrate.store.sealing.pin import (
    RIGHT,
    TOO_SOON,
    WRONG,
    PinTry,
    check_pin,
    wait_for,
)
from tests.store.sealing_kit import make_key_store

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


class ListLog:
    """The log as a list: what the database's log does, for one process."""

    def __init__(self) -> None:
        self.tries: list[tuple[str, str, PinTry]] = []

    def begin(self, session: str, rater: str, at: datetime) -> tuple[int | None, timedelta]:
        own = [t for s, r, t in self.tries if (s, r) == (session, rater)]
        room = [t for s, _, t in self.tries if s == session]
        wait = wait_for(own, room, at)
        late = wait > timedelta(0)
        self.tries.append((session, rater, PinTry(at, TOO_SOON if late else "started")))
        return (None, wait) if late else (len(self.tries) - 1, wait)

    def end(self, try_id: int | str, outcome: str) -> None:
        session, rater, entry = self.tries[int(try_id)]
        self.tries[int(try_id)] = (session, rater, PinTry(entry.at, outcome))

    @property
    def outcomes(self) -> list[str]:
        return [entry.outcome for _, _, entry in self.tries]


def test_the_right_pin_gives_the_raters_secret(tmp_path: Path) -> None:
    store, log, secret = make_key_store(tmp_path), ListLog(), make_rater_secret()
    store.save_pin("se-1", "rt-1", secret, "482915")
    assert enter_with_pin(store, log, "se-1", "rt-1", "482 915", now=NOON) == secret
    assert log.outcomes == [RIGHT]


def test_a_wrong_pin_another_rater_session_or_machine_gives_nothing(tmp_path: Path) -> None:
    store, secret = make_key_store(tmp_path), make_rater_secret()
    store.save_pin("se-1", "rt-1", secret, "482915")
    store.save_pin("se-1", "rt-2", make_rater_secret(), "739462")
    store.save_pin("se-2", "rt-1", make_rater_secret(), "739462")
    assert store.open_with_pin("se-1", "rt-1", "482915") == secret
    assert store.open_with_pin("se-1", "rt-1", "482916") is None
    assert store.open_with_pin("se-1", "rt-1", "") is None
    assert store.open_with_pin("se-1", "rt-2", "482915") is None
    assert store.open_with_pin("se-2", "rt-1", "482915") is None
    assert store.open_with_pin("se-1", "rt-9", "482915") is None
    server = store.folder / "server.json"
    kept = server.read_bytes()
    server.unlink()
    assert store.open_with_pin("se-1", "rt-1", "482915") is None
    server.write_bytes(kept)
    server.chmod(0o600)
    assert store.open_with_pin("se-1", "rt-1", "482915") == secret


def test_a_wrapped_secret_moved_to_another_rater_does_not_open(tmp_path: Path) -> None:
    store = make_key_store(tmp_path)
    store.save_pin("se-1", "rt-1", make_rater_secret(), "482915")
    folder = store.folder / "pins" / "se-1"
    (folder / "rt-1.json").rename(folder / "rt-2.json")
    assert store.open_with_pin("se-1", "rt-2", "482915") is None


def test_guessing_is_slowed_and_logged(tmp_path: Path) -> None:
    store, log, secret = make_key_store(tmp_path), ListLog(), make_rater_secret()
    store.save_pin("se-1", "rt-1", secret, "482915")
    for _ in range(3):
        with pytest.raises(PinRefused, match="do not fit"):
            enter_with_pin(store, log, "se-1", "rt-1", "111119", now=NOON)
    with pytest.raises(PinRefused, match="15 seconds") as caught:
        enter_with_pin(store, log, "se-1", "rt-1", "482915", now=NOON)
    assert caught.value.wait == timedelta(seconds=15)
    assert log.outcomes == [WRONG] * 3 + [TOO_SOON]
    later = NOON + timedelta(seconds=15)
    assert enter_with_pin(store, log, "se-1", "rt-1", "482915", now=later) == secret
    assert log.outcomes == [WRONG] * 3 + [TOO_SOON, RIGHT]
    with pytest.raises(PinRefused, match="do not fit"):
        enter_with_pin(store, log, "se-1", "rt-1", "111119", now=later)


def test_a_patient_guesser_gets_about_a_hundred_tries_a_day() -> None:
    now, tries = NOON, []
    while now < NOON + timedelta(hours=24):
        wait = wait_for(tries, tries, now)
        if wait > timedelta(0):
            now += wait
            continue
        tries.append(PinTry(now, WRONG))
    assert 90 < len(tries) < 120


def test_a_guesser_who_tries_every_name_slows_the_whole_room() -> None:
    room = [PinTry(NOON + timedelta(seconds=i), WRONG) for i in range(30)]
    assert wait_for([], room[:29], NOON + timedelta(seconds=30)) == timedelta(0)
    assert wait_for([], room, NOON + timedelta(seconds=30)) == timedelta(seconds=59)
    assert wait_for([], room, NOON + timedelta(hours=2)) == timedelta(0)


def test_a_try_that_was_cut_off_counts_as_wrong_and_impatience_does_not() -> None:
    started = [PinTry(NOON, "started")] * 3
    assert wait_for(started, started, NOON) == timedelta(seconds=15)
    soon = [PinTry(NOON, TOO_SOON)] * 50
    assert wait_for(soon, soon, NOON) == timedelta(0)


def test_a_right_pin_or_a_day_clears_the_count() -> None:
    wrong = [PinTry(NOON, WRONG)] * 8
    assert wait_for(wrong, [], NOON) == timedelta(minutes=8)
    assert wait_for([*wrong, PinTry(NOON, RIGHT)], [], NOON) == timedelta(0)
    assert wait_for(wrong, [], NOON + timedelta(hours=24)) == timedelta(0)
    assert wait_for([PinTry(NOON, WRONG)] * 500, [], NOON) == timedelta(minutes=15)


def test_made_pins_are_six_digits_and_none_that_people_try_first() -> None:
    pins = {make_pin() for _ in range(500)}
    assert len(pins) > 490
    assert all(check_pin(pin) == pin for pin in pins)
    assert check_pin(" 482-915 ") == "482915"


@pytest.mark.parametrize(
    "pin",
    [
        "111111",
        "123456",
        "654321",
        "890123",
        "123123",
        "121212",
        "12345",
        "1234567",
        "12345a",
        "",
        "４８２９１５",
    ],
)
def test_an_easy_or_malformed_pin_is_refused(pin: str) -> None:
    with pytest.raises(SealError):
        check_pin(pin)


def test_pins_are_forgotten_when_a_session_is_over(tmp_path: Path) -> None:
    store = make_key_store(tmp_path)
    store.save_pin("se-1", "rt-1", make_rater_secret(), "482915")
    store.save_pin("se-2", "rt-1", make_rater_secret(), "482915")
    store.forget_raters("se-1")
    store.forget_raters("se-9")
    assert store.open_with_pin("se-1", "rt-1", "482915") is None
    assert store.open_with_pin("se-2", "rt-1", "482915") is not None
