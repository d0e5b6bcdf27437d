"""The PIN way in: convenient, slowed and logged.

A PIN has six digits, so it is worth what the slowness makes it worth: see ``docs/security.md``.
The log lies in the database and holds who, when and how it went; never the PIN or anything made of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol

from calibrate.errors import SealError
from calibrate.store.sealing.keys import RaterSecret
from calibrate.store.sealing.keystore import KeyStore

PIN_DIGITS = 6
FREE_TRIES = 3
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
MEMORY = timedelta(hours=24)
ROOM_TRIES = 30
ROOM_MEMORY = timedelta(hours=1)
ROOM_WAIT = timedelta(minutes=1)

STARTED = "started"
RIGHT = "right"
WRONG = "wrong"
TOO_SOON = "too_soon"


class PinRefused(SealError):
    """The PIN was wrong, or it came too soon after wrong ones. ``wait`` is the time left to wait."""

    def __init__(self, message: str, *, wait: timedelta, fix: str | None = None) -> None:
        super().__init__(message, fix=fix)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class PinTry:
    """One line of the log: when, and how it went (``started`` counts as wrong until it ended well)."""

    at: datetime
    outcome: str


class PinLog(Protocol):
    """What the log must be able to do. `begin` must be one transaction, so that tries cannot race."""

    def begin(self, session: str, rater: str, at: datetime) -> tuple[int | str | None, timedelta]:
        """Log a try and return its id and 0, or log it as too soon and return None and the wait."""
        ...

    def end(self, try_id: int | str, outcome: str) -> None:
        """Log how a try that was begun went: ``right`` or ``wrong``."""
        ...


def make_pin() -> str:
    """A random PIN of six digits, none that people try first."""
    while True:
        pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
        if not _easy(pin):
            return pin


def check_pin(pin: str) -> str:
    """The PIN without spaces and dashes.

    Raises
    ------
    SealError
        If it is not six digits, or is one of those that people try first (111111, 123456, …).
    """
    plain = "".join(sign for sign in pin if sign not in " -")
    if len(plain) != PIN_DIGITS or not (plain.isascii() and plain.isdigit()):
        raise SealError(f"A PIN has {PIN_DIGITS} digits.")
    if _easy(plain):
        raise SealError("This PIN is too easy to guess.", fix="Choose another.")
    return plain


def wait_for(own: Sequence[PinTry], room: Sequence[PinTry], now: datetime) -> timedelta:
    """How long to wait before the next try.

    Parameters
    ----------
    own
        This rater's tries in this session, oldest first.
    room
        Everybody's tries in this session, oldest first.
    now
        The time.

    Returns
    -------
    timedelta
        Zero if a try is allowed now. After three wrong PINs 15 seconds, then twice as long each
        time, up to 15 minutes; a right one clears the count, and so does a day. When the whole
        room had 30 wrong PINs within an hour, one try a minute.
    """
    wrong: list[datetime] = []
    for entry in own:
        if entry.outcome == RIGHT:
            wrong.clear()
        elif entry.outcome != TOO_SOON and now - entry.at < MEMORY:
            wrong.append(entry.at)
    wait = timedelta(0)
    if len(wrong) >= FREE_TRIES:
        doublings = min(len(wrong) - FREE_TRIES, 16)
        pause = min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
        wait = max(wait, wrong[-1] + pause - now)
    failed = [
        entry.at
        for entry in room
        if entry.outcome in (WRONG, STARTED) and now - entry.at < ROOM_MEMORY
    ]
    if len(failed) >= ROOM_TRIES:
        wait = max(wait, failed[-1] + ROOM_WAIT - now)
    return wait


def enter_with_pin(
    keystore: KeyStore, log: PinLog, session: str, rater: str, pin: str, *, now: datetime
) -> RaterSecret:
    """The rater's secret for the right PIN; every try is logged, and wrong ones slow the next.

    Raises
    ------
    PinRefused
        If the PIN is wrong, or tried too soon.
    """
    try_id, wait = log.begin(session, rater, now)
    if try_id is None:
        raise PinRefused(
            f"Too many wrong PINs. The next try is possible in {_plain(wait)}.",
            wait=wait,
            fix="Your personal join link works at once; the facilitator can show it again.",
        )
    plain = "".join(sign for sign in pin if sign not in " -")
    found = keystore.open_with_pin(session, rater, plain)
    log.end(try_id, WRONG if found is None else RIGHT)
    if found is None:
        raise PinRefused(
            "The name and PIN do not fit together.",
            wait=timedelta(0),
            fix="Look at the slip that the facilitator gave you.",
        )
    return found


def _easy(pin: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    halves = pin[: PIN_DIGITS // 2] == pin[PIN_DIGITS // 2 :]
    pairs = pin[:2] * (PIN_DIGITS // 2) == pin
    return (len(steps) == 1 and steps <= {0, 1, 9}) or halves or pairs


def _plain(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    return f"{seconds} seconds" if seconds < 90 else f"{round(seconds / 60)} minutes"
