"""Push: every open page hears what is new once, and a page that was away hears it when it is back."""

from __future__ import annotations

import threading

from calibrate.serve.push import OpenPage, OpenPages, Poller, look_into
from calibrate.workflows.norming import open_keys, reveal, start_second_round
from calibrate.workflows.norming.stage import Pulse, Stage
from tests.store.sealing_kit import PASSPHRASE
from tests.support.norming import BLIND


class Screen:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.away = False

    def push(self, pulse: Pulse) -> None:
        self.heard.append(f"{pulse.session_id} {pulse.mark}")

    def deliver(self, call) -> None:
        if self.away:
            raise RuntimeError("Event loop is closed")
        call()

    def open(self, pages: OpenPages, session: str | None) -> OpenPage:
        page = OpenPage(self, self.deliver, session)
        pages.add(page)
        return page


def pulses_of(**marks: str):
    return lambda shown, every: {
        one: Pulse(one, Stage.BLIND, mark) for one, mark in marks.items() if every or one in shown
    }


def test_each_page_hears_of_its_own_session_once() -> None:
    pages, one, two, board = OpenPages(), Screen(), Screen(), Screen()
    one.open(pages, "a"), two.open(pages, "b"), board.open(pages, None)
    poller = Poller(pages, pulses_of(a="1", b="2"))
    poller.look()
    poller.look()
    assert (one.heard, two.heard) == (["a 1"], ["b 2"])
    assert sorted(board.heard) == ["a 1", "b 2"]


def test_a_page_that_is_away_hears_it_when_it_is_back() -> None:
    pages, screen = OpenPages(), Screen()
    screen.open(pages, "a")
    screen.away = True
    poller = Poller(pages, pulses_of(a="1"))
    poller.look()
    assert screen.heard == []
    screen.away = False
    poller.look()
    assert screen.heard == ["a 1"]


def test_a_page_that_was_closed_is_asked_no_more() -> None:
    pages, screen = OpenPages(), Screen()
    pages.remove(screen.open(pages, "a"))
    asked: list[object] = []
    poller = Poller(pages, lambda shown, every: asked.append(shown) or {})
    poller.look()
    assert asked == [] and screen.heard == []


def test_a_look_that_fails_does_not_end_the_looking() -> None:
    pages, screen, seen = OpenPages(), Screen(), threading.Event()
    screen.open(pages, "a")
    looks = iter([ValueError("once"), None])

    def look(shown, every):
        trouble = next(looks, None)
        if trouble:
            raise trouble
        seen.set()
        return {"a": Pulse("a", Stage.BLIND, "1")}

    poller = Poller(pages, look, every=0.01)
    poller.start()
    assert seen.wait(60)
    poller.stop()
    assert screen.heard == ["a 1"]


def test_a_reveal_and_a_second_round_are_news_and_a_choice_is_not(norming, served) -> None:
    pages, screen = OpenPages(), Screen()
    screen.open(pages, norming.session)
    poller = Poller(pages, look_into(served.project))
    poller.look()
    assert len(screen.heard) == 1
    norming.everybody_commits()
    poller.look()
    assert len(screen.heard) == 1, "nobody's choices are news before the reveal"
    secrets = open_keys(norming.keystore, norming.session, PASSPHRASE)
    reveal(norming, norming.session, BLIND, secrets, by="coach")
    poller.look()
    assert len(screen.heard) == 2
    start_second_round(norming, norming.session, by="coach")
    poller.look()
    assert len(screen.heard) == 3
