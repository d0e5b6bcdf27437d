"""The reports panel: one run at a time, each failure told and nothing else stopped, and a stop between reports."""

from __future__ import annotations

import json
from typing import Any

import pytest

from calibrate.errors import ProjectError
from calibrate.widgets.report_run import ReportRun, Wanted
from calibrate.widgets.reports_panel import ReportsPanel
from tests.support.shelves import SlowShelf

PATIENCE = 120  # seconds: a busy machine is not a bug
SESSIONS = tuple(Wanted("session", f"S{n}", f"Session {n}") for n in (1, 2, 3))


class Page:
    """Asks a panel as its page would."""

    def __init__(self, shelf: SlowShelf) -> None:
        self.panel = ReportsPanel(shelf)
        self.said: list[dict[str, Any]] = []
        self.panel.send = lambda content, buffers=None: self.said.append(content)

    def ask(self, **message: Any) -> dict[str, Any]:
        self.panel._handle_custom_msg({"n": len(self.said), **message}, [])
        return self.said[-1]


def test_reports_are_made_one_after_another_while_the_asking_thread_is_free():
    shelf = SlowShelf()
    run = ReportRun(shelf)
    assert run.start(SESSIONS)
    assert shelf.begun.acquire(timeout=PATIENCE)
    state = run.state()
    assert (state["running"], state["done"], state["all"], state["now"]) == (
        True,
        0,
        3,
        "Session 1",
    )
    shelf.let_go(3)
    assert run.wait(PATIENCE)
    assert [one[1] for one in shelf.made] == ["S1", "S2", "S3"]
    assert shelf.finished == ["inside"]
    assert run.state()["done"] == 3
    assert not run.state()["stopped"]


def test_two_clicks_do_not_run_twice():
    shelf = SlowShelf()
    run = ReportRun(shelf)
    assert run.start(SESSIONS)
    assert not run.start(SESSIONS)
    shelf.let_go(9)
    assert run.wait(PATIENCE)
    assert len(shelf.made) == 3
    assert run.start(SESSIONS[:1])  # and afterwards it can begin again
    assert run.wait(PATIENCE)
    assert len(shelf.made) == 4


def test_a_report_that_fails_says_why_in_plain_words_and_stops_no_other():
    shelf = SlowShelf(waiting=False)
    shelf.broken = {"S2", "S3"}
    run = ReportRun(shelf)
    run.start((*SESSIONS, Wanted("district", "Hill", "The district")))
    assert run.wait(PATIENCE)
    assert [one[1] for one in shelf.made] == ["S1", "Hill"]
    two, three = run.state()["failed"]
    assert two["words"] == "Nobody scored in this session. Score it first."
    assert "unforeseen" in three["words"]
    assert "secret" not in three["words"]
    assert shelf.finished == ["inside"]


def test_a_stop_lets_the_report_under_way_be_made_and_none_after_it():
    shelf = SlowShelf()
    run = ReportRun(shelf)
    run.start(SESSIONS)
    assert shelf.begun.acquire(timeout=PATIENCE)
    run.stop()
    assert run.state()["stopping"]
    shelf.let_go(3)
    assert run.wait(PATIENCE)
    assert [one[1] for one in shelf.made] == ["S1"]
    assert run.state()["stopped"]
    assert shelf.finished == ["inside"]  # the index knows what was made


def test_an_index_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch):
    shelf = SlowShelf(waiting=False)

    def full(edition: str) -> None:
        raise ProjectError("The disk is full.")

    monkeypatch.setattr(shelf, "finish", full)
    run = ReportRun(shelf)
    run.start(SESSIONS)
    assert run.wait(PATIENCE)
    assert run.state()["problem"] == "The disk is full."
    assert not run.state()["running"]


def test_the_page_is_told_what_it_asks_and_the_saved_state_holds_no_name():
    page = Page(SlowShelf(waiting=False))
    told = page.ask(ask="contents")
    assert "Ada Quill" in json.dumps(told["shelf"])
    assert "Ada Quill" not in json.dumps(page.panel.get_state(), default=str)
    answer = page.ask(
        ask="run", kind="district", ids=["Hill"], edition="outside", window="fall", formats=["pdf"]
    )
    assert answer["began"]
    assert page.panel.run.wait(PATIENCE)
    assert page.panel._shelf.made == [("district", "Hill", "fall", "outside", ("pdf",))]
    assert page.ask(ask="how-far")["run"]["done"] == 1
    before = len(page.said)
    page.panel._handle_custom_msg({"ask": "open the door"}, [])
    page.panel._handle_custom_msg("not even a message", [])
    assert len(page.said) == before


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"kind": "secrets", "ids": ["S1"]}, "Choose what to make first"),
        ({"kind": "session", "ids": "S1"}, "Choose what to make first"),
        ({"kind": "session", "ids": ["S9"]}, "at least one report"),
        ({"kind": "session", "ids": ["S1"], "edition": "outside"}, "for staff alone"),
    ],
)
def test_what_does_not_exist_is_refused_in_words(asked: dict[str, Any], words: str):
    page = Page(SlowShelf())
    answer = page.ask(ask="run", **asked)
    assert answer["type"] == "refused"
    assert words in answer["words"]
    assert not page.panel.run.state()["running"]


def test_a_window_of_a_session_is_not_heard_and_an_unknown_format_neither():
    page = Page(SlowShelf(waiting=False))
    page.ask(ask="run", kind="session", ids=["S1"], window="fall", formats=["pdf", "exe"])
    assert page.panel.run.wait(PATIENCE)
    assert page.panel._shelf.made == [("session", "S1", "", "inside", ("pdf",))]


def test_a_folder_that_cannot_be_read_is_said_in_words(monkeypatch: pytest.MonkeyPatch):
    shelf = SlowShelf()

    def gone() -> dict[str, Any]:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(shelf, "contents", gone)
    answer = Page(shelf).ask(ask="contents")
    assert (answer["type"], "cannot be read" in answer["words"]) == ("refused", True)
