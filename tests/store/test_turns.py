"""Turns: nobody is overtaken, and nobody waits for ever."""

from __future__ import annotations

import threading

import pytest

from calibrate.errors import ProjectError
from calibrate.store import repository
from calibrate.store.engine import sqlite_url
from calibrate.store.repository import Store
from calibrate.store.turns import Turns

PATIENCE = 120  # seconds: a busy machine is not a bug


def test_who_came_first_goes_first() -> None:
    turns, order, began = Turns(), [], []

    def wait(number: int) -> None:
        began[number].set()
        with turns.turn(PATIENCE):
            order.append(number)

    threads = []
    with turns.turn(PATIENCE):
        for number in range(12):
            began.append(threading.Event())
            threads.append(threading.Thread(target=wait, args=(number,)))
            threads[-1].start()
            began[number].wait(PATIENCE)
            while len(turns._waiting) <= number:  # it stands in the queue before the next one comes
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join(PATIENCE)
    assert order == list(range(12))


def test_whoever_waits_too_long_is_told_and_holds_nobody_up() -> None:
    turns = Turns()
    with turns.turn(PATIENCE), pytest.raises(TimeoutError), turns.turn(0.01):
        pass
    with turns.turn(0.01):
        pass


def test_an_error_inside_gives_the_turn_back() -> None:
    turns = Turns()
    with pytest.raises(ValueError), turns.turn(1):
        raise ValueError
    with turns.turn(0.01):
        pass


def test_a_store_that_stays_busy_says_so_in_plain_words(tmp_path, monkeypatch) -> None:
    store = Store(sqlite_url(tmp_path / "calibrate.db"))
    monkeypatch.setattr(repository, "WAIT_SECONDS", 0.01)
    told: list[str] = []

    def write() -> None:
        try:
            with store.transaction():
                pass
        except ProjectError as error:
            told.append(str(error))

    with store, store.transaction():
        other = threading.Thread(target=write)
        other.start()
        other.join(PATIENCE)
    assert "Somebody else is saving" in told[0] and "Nothing of yours was lost" in told[0]
