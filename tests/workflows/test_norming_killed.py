"""A process that is killed in the middle of saving loses no choice that was acknowledged."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from calibrate.store.sealing import Choice
from calibrate.workflows.norming import open_desk
from tests.support.norming import BLIND, Room
from tests.support.saver import level_of

ROOT = Path(__file__).resolve().parents[2]
KILLS = 60


def test_no_acknowledged_choice_is_lost_when_a_process_is_killed(scoring: Room) -> None:
    room, draw = scoring, random.Random(7)
    room.choose("r3", Choice("p1", "IDEAS", level="2"))
    saver = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.support.saver"),
            *(str(room.folder / "calibrate.db"), room.handouts["r2"].token),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert saver.stdin is not None and saver.stdout is not None
    last = 0
    try:
        for _ in range(KILLS):
            saver.stdin.write("go\n")
            saver.stdin.flush()
            child = int(saver.stdout.readline())
            for _ in range(draw.randrange(3)):
                last = int(saver.stdout.readline())
            time.sleep(draw.random() * 0.03)
            os.kill(child, signal.SIGKILL)
            while (line := saver.stdout.readline().strip()) != "dead":
                last = int(line)
            desk = open_desk(room, room.seat("r2"), BLIND)
            assert last <= desk.sequence <= last + 1
            if desk.sequence:
                assert desk.contents.choice("p1", "IDEAS").level == level_of(desk.sequence)
            last = desk.sequence
    finally:
        saver.stdin.close()
        saver.wait(timeout=180)
    assert last > KILLS
    assert open_desk(room, room.seat("r3"), BLIND).contents.choices[0].level == "2"
    with room.store.reading() as unit:
        check = unit.connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    assert check == "ok"
