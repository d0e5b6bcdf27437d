"""Run as a script: starts writers, kills each at a random moment, and prints what they had acknowledged.

The writers are forked from this process, which has everything imported, so that a hundred of them take seconds.
Arguments: the database's URL, how many rounds of two writers, a seed.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import time

from calibrate.store.repository import Store
from tests.support.district import reading, score


def save(store: Store, key: str) -> None:
    """A reading with its two scores."""
    with store.transaction() as unit:
        unit.scores.readings.add(reading(key, "p1", "r1", session=None, round=key))
        unit.scores.add_all([score(f"{key}-a", key), score(f"{key}-b", key, "CONV", None, "BLANK")])


def write_until_killed(store: Store, name: str, acknowledge: int) -> None:
    """Save, say so, and go on. Nothing is said before the save is done."""
    for number in range(100_000):
        save(store, f"{name}-{number}")
        os.write(acknowledge, f"{name}-{number}\n".encode())
        time.sleep(
            0.003
        )  # SQLite does not queue: without a pause one writer could starve the other


def start(store: Store, name: str) -> tuple[int, int]:
    read_end, write_end = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(read_end)
        try:
            write_until_killed(store, name, write_end)
        finally:
            os._exit(1)
    os.close(write_end)
    return process, read_end


def rest_of(read_end: int) -> bytes:
    with os.fdopen(read_end, "rb") as pipe:
        return pipe.read()


def main(url: str, rounds: int, seed: int) -> None:
    dice = random.Random(seed)
    store = Store(url)
    save(store, "warm")  # what SQLAlchemy works out once is handed on by the fork
    store.close()  # a connection is not
    acknowledged = ["warm"]
    by_signal = 0
    for number in range(rounds):
        writers = [start(store, f"k{number}{name}") for name in "ab"]
        begun = [os.read(read_end, 4096) for _, read_end in writers]  # each has saved once
        time.sleep(dice.uniform(0, 0.03))
        for process, _ in writers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for (process, read_end), first in zip(writers, begun, strict=True):
            _, status = os.waitpid(process, 0)
            by_signal += os.WIFSIGNALED(status)
            acknowledged += (first + rest_of(read_end)).decode().split()
    print(json.dumps({"killed": by_signal, "acknowledged": acknowledged}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
