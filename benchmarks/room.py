"""The room under load: thirty raters and two browsers come in at once and save a choice a second; the server is killed in the middle.

``python -m benchmarks.room`` prints the table. The raters are websocket clients that speak to the real
server process as its pages do; what they were told is saved is compared with what the store holds.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.room_client import Page, Refused, come_in
from benchmarks.room_server import PASSPHRASE, Server, free_port, session_of
from calibrate.model.session import RoundName
from calibrate.store.project import Project
from calibrate.store.sealing import KeyStore
from calibrate.workflows.norming import (
    commit,
    load_rules,
    open_desk,
    open_keys,
    reveal,
    seat_from_link,
)

GOAL_P95 = 0.100
GOAL_MEMORY = 500
GOAL_REVEAL = 2.0
ANSWER_PATIENCE = 2.5  # then the page sends the same choice again, under the same id


@dataclass
class Told:
    """What one rater was told, and what was asked for; ``waits`` holds when a choice was made and how long it took."""

    usable: float = 0.0
    waits: list[tuple[float, float]] = field(default_factory=list)
    acknowledged: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: dict[tuple[str, str], str] = field(default_factory=dict)
    again: int = 0


async def rate(
    address: str, token: str, told: Told, started: float, until: asyncio.Event, seed: int
) -> None:
    """One rater: comes in, then saves a choice a second; comes back by itself when the server was away."""
    chance = random.Random(seed)
    cookie = await asyncio.to_thread(come_in, address, token)
    page, desk = await _sit_down(address, cookie)
    told.usable = time.monotonic() - started
    pairs = [(one["id"], criterion) for one in desk["pieces"] for criterion in one["criteria"]]
    levels = {
        one["id"]: [level["id"] for level in one["levels"]] for one in desk["rubric"]["criteria"]
    }
    await asyncio.sleep(chance.random())
    while not until.is_set():
        pair = chance.choice(pairs)
        level = chance.choice(levels[pair[1]])
        operation = uuid.uuid4().hex
        told.asked[pair] = level
        began = time.monotonic()
        while True:
            message = {
                **{"ask": "save", "what": "choice", "piece": pair[0], "criterion": pair[1]},
                **{"level": level, "code": None, "note": "", "marks": []},
                **{"operation": operation, "id": operation, "seen": desk["sequence"]},
            }
            try:
                answer = await page.ask_as(operation, message, patience=ANSWER_PATIENCE)
            except (TimeoutError, Refused, OSError):
                told.again += 1
                page, desk = await _back(address, cookie, page, desk)
                continue
            if answer.get("saved"):
                break
            if answer.get("later"):
                continue
            raise SystemExit(f"A choice was refused: {answer}")
        desk["sequence"] = answer["sequence"]
        told.waits.append((began, time.monotonic() - began))
        told.acknowledged[pair] = level
        with suppress(TimeoutError):
            await asyncio.wait_for(until.wait(), max(0.0, 1 - (time.monotonic() - began)))
    await page.close()


async def _sit_down(address: str, cookie: str) -> tuple[Page, dict[str, Any]]:
    page = Page(address, cookie)
    await page.open()
    await page.start()
    return page, await page.ask({"ask": "desk"})


async def _back(
    address: str, cookie: str, page: Page, desk: dict[str, Any]
) -> tuple[Page, dict[str, Any]]:
    """A page that came back; it still believes what it was told last, as a real one does."""
    with suppress(Exception):
        await page.close()
    while True:
        try:
            fresh, seen = await asyncio.wait_for(_sit_down(address, cookie), 30)
        except (TimeoutError, Refused, OSError):
            await asyncio.sleep(0.5)
            continue
        # What was stored without an acknowledgement is known again by its operation id.
        return fresh, seen if seen["sequence"] >= desk["sequence"] else desk


@contextmanager
def browsers(address: str, tokens: Sequence[str]) -> Iterator[list[float]]:
    """Real browsers that come in by link; the seconds until each is usable."""
    from playwright.sync_api import sync_playwright

    from tests.support import browsers as installed

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed.provide(), args=installed.flags()
        )
        pages, usable = [], []
        began = time.monotonic()
        for token in tokens:
            page = browser.new_context().new_page()
            page.set_default_timeout(120_000)
            page.goto(f"{address}/join#{token}", wait_until="commit")
            pages.append(page)
        for page in pages:
            page.wait_for_selector(".calibrate-desk .rubric fieldset")
            usable.append(time.monotonic() - began)
        yield usable
        browser.close()


async def load(
    server: Server, tokens: Sequence[str], seconds: float, *, kill: bool
) -> tuple[list[Told], float]:
    """Everybody at once for so many seconds; with ``kill`` the server is killed in the middle. Also how long it was away."""
    until = asyncio.Event()
    started = time.monotonic()
    if not kill:
        server.opened = started
    told = [Told() for _ in tokens]
    raters = [
        asyncio.create_task(rate(server.address, token, one, started, until, seed))
        for seed, (token, one) in enumerate(zip(tokens, told, strict=True))
    ]
    away = 0.0
    while any(not one.usable for one in told):
        for task in raters:
            if task.done():
                task.result()
        await asyncio.sleep(0.05)
    if kill:
        await asyncio.sleep(seconds / 2)
        await asyncio.to_thread(server.kill)
        away = await asyncio.to_thread(server.start)
        await asyncio.sleep(seconds / 2)
    else:
        before = server.worked()
        saved = sum(len(one.waits) for one in told)
        await asyncio.sleep(seconds)
        saved = sum(len(one.waits) for one in told) - saved
        server.work = (server.worked() - before) / max(saved, 1)
    until.set()
    await asyncio.gather(*raters)
    await asyncio.to_thread(server.look)
    return told, away


async def reveal_reaches(
    server: Server, project: Project, keys: KeyStore, session: str, tokens: Mapping[str, str]
) -> list[float]:
    """Everybody commits and looks on; the seconds from the reveal until each page has been told."""
    moved: list[float] = []

    def hear(told: dict[str, Any]) -> None:
        if told["stage"] == "revealed":
            moved.append(time.monotonic())

    pages = []
    for token in tokens.values():
        page, _ = await _sit_down(
            server.address, await asyncio.to_thread(come_in, server.address, token)
        )
        page.on_push = hear
        pages.append(page)
    began = await asyncio.to_thread(_reveal, project, keys, session, tokens)
    until = time.monotonic() + 60
    while len(moved) < len(pages) and time.monotonic() < until:
        await asyncio.sleep(0.02)
    for page in pages:
        await page.close()
    return [max(0.0, at - began) for at in moved]


def _reveal(project: Project, keys: KeyStore, session: str, tokens: Mapping[str, str]) -> float:
    """Commit for everybody, reveal, and say when that was done."""
    for token in tokens.values():
        seat = seat_from_link(project, token)
        seen = open_desk(project, seat, RoundName.BLIND).sequence
        operation = uuid.uuid4().hex
        commit(project, seat, RoundName.BLIND, operation_id=operation, seen=seen, leave_open=True)
    secrets = open_keys(keys, session, PASSPHRASE)
    reveal(project, session, RoundName.BLIND, secrets, by="benchmark")
    return time.monotonic()


def lost(project: Project, tokens: dict[str, str], told: Sequence[Told]) -> tuple[int, int]:
    """How many choices were acknowledged, and how many of these the store does not hold."""
    acknowledged = missing = 0
    for token, one in zip(tokens.values(), told, strict=True):
        seat = seat_from_link(project, token)
        desk = open_desk(project, seat, RoundName.BLIND, rules=load_rules(project, seat))
        for (piece, criterion), level in one.acknowledged.items():
            acknowledged += 1
            missing += desk.contents.choice(piece, criterion).level != level
    return acknowledged, missing


def share(values: Sequence[float], part: float) -> float:
    """The value that this part of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.room", description=__doc__)
    parser.add_argument("--raters", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--browsers", type=int, default=2)
    arguments = parser.parse_args(argv)
    with session_of(arguments.raters + arguments.browsers) as (project, keys, session, tokens):
        server = Server(project.folder, keys, free_port())
        starting = server.start()
        seated = dict(list(tokens.items())[: arguments.raters])
        real = list(tokens.values())[arguments.raters :]
        try:
            with _in_the_background(server.address, real) as usable:
                calm, _ = asyncio.run(
                    load(server, list(seated.values()), arguments.seconds, kill=False)
                )
            first = lost(project, seated, calm)
            rough, away = asyncio.run(
                load(server, list(seated.values()), arguments.seconds, kill=True)
            )
            second = lost(project, seated, rough)
            keystore = KeyStore(project.id, project.folder, keys)
            shown = asyncio.run(reveal_reaches(server, project, keystore, session, tokens))
        finally:
            server.stop()
    print_table(arguments, starting, usable, calm, first, rough, second, away, server, shown)
    return 1 if first[1] or second[1] else 0


@contextmanager
def _in_the_background(address: str, tokens: Sequence[str]) -> Iterator[list[float]]:
    """Browsers in a thread of their own, since Playwright keeps its thread's event loop."""
    usable: list[float] = []
    done = threading.Event()

    def run() -> None:
        if tokens:
            with browsers(address, tokens) as seen:
                usable.extend(seen)
                done.wait()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield usable
    finally:
        done.set()
        thread.join()


def print_table(
    arguments: argparse.Namespace,
    starting: float,
    usable: Sequence[float],
    calm: Sequence[Told],
    first: tuple[int, int],
    rough: Sequence[Told],
    second: tuple[int, int],
    away: float,
    server: Server,
    shown: Sequence[float],
) -> None:
    """Print what was measured beside the goals."""
    come = [one.usable for one in calm]
    all_in = server.opened + max([*come, *usable])
    made = [wait for one in calm for wait in one.waits]
    waits = [seconds for at, seconds in made if at >= all_in]
    early = [seconds for at, seconds in made if at < all_in]
    table = Table("the room", "measured", "goal")
    p95 = share(waits, 0.95)
    table.add_row("server answers after", f"{starting:.1f} s", "")
    table.add_row(
        f"{arguments.raters} raters at once: usable",
        f"median {median(come):.1f} s, last {max(come):.1f} s",
        "",
    )
    if usable:
        table.add_row(f"{len(usable)} browsers among them: usable", f"last {max(usable):.1f} s", "")
    if early:
        table.add_row(
            f"{len(early):,} saves while others still came in",
            f"p50 {median(early) * 1000:.0f} ms, p95 {share(early, 0.95) * 1000:.0f} ms",
            "",
        )
    table.add_row(
        f"{len(waits):,} saves, one a second each",
        f"p50 {median(waits) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, p99 {share(waits, 0.99) * 1000:.0f} ms",
        f"p95 {GOAL_P95 * 1000:.0f} ms: {'met' if p95 <= GOAL_P95 else 'NOT MET'}",
    )
    table.add_row("processor time of the server for a save", f"{server.work * 1000:.0f} ms", "")
    table.add_row(
        "memory at its highest",
        f"{server.peak} MB",
        f"{GOAL_MEMORY} MB: {'met' if server.peak < GOAL_MEMORY else 'NOT MET'}",
    )
    table.add_row("acknowledged, then not found", f"{first[0]:,}, {first[1]}", "nothing lost")
    table.add_row(
        f"kill -9 in the middle, away {away:.1f} s",
        f"{second[0]:,} acknowledged, {second[1]} lost, {sum(one.again for one in rough)} sent again",
        "nothing lost",
    )
    last = max(shown, default=0.0)
    everybody = arguments.raters + arguments.browsers
    table.add_row(
        f"the reveal reaches {len(shown)} of {everybody} pages",
        f"last after {last:.2f} s",
        f"2 s: {'met' if len(shown) == everybody and last <= GOAL_REVEAL else 'NOT MET'}",
    )
    Console(width=110).print(table)


if __name__ == "__main__":
    raise SystemExit(main())
