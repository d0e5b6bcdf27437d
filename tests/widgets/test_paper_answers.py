"""What the page for paper sheets is answered: counts of what is saved, never what it says; and nothing without the keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from calibrate.model.roster import PersonName
from calibrate.store.sealing import Choice
from calibrate.widgets.paper_answers import IDLE, PaperAnswers
from calibrate.widgets.paper_entry import PaperEntry
from calibrate.workflows.norming import open_desk
from tests.store.sealing_kit import PASSPHRASE
from tests.support.boards import AskedBoard
from tests.support.norming import BLIND, Room

CANARY = "canary-lapwing"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def paper(scoring: Room, clock: Clock) -> PaperAnswers:
    with scoring.store.transaction() as unit:
        unit.people.names.add(PersonName("r2", "Ada", "Brook"))
    return PaperAnswers(scoring, scoring.keystore, scoring.session, by="typist", clock=clock)


def unlocked(paper: PaperAnswers) -> PaperAnswers:
    assert paper.answer({"ask": "unlock", "passphrase": PASSPHRASE})["unlocked"]
    return paper


def typed(paper: PaperAnswers, rater: str = "r2", **changed: Any) -> dict[str, Any]:
    """A whole sheet as the page sends it; ``changed`` replaces the answer of a cell such as ``p1_IDEAS``."""
    sheet = paper.answer({"ask": "sheet", "rater": rater})
    cells = []
    for piece in sheet["pieces"]:
        for criterion in piece["criteria"]:
            cell: dict[str, Any] = {"level": "2", "code": None, "left": False}
            cell |= changed.get(f"{piece['id']}_{criterion}", {})
            cells.append({"piece": piece["id"], "criterion": criterion, **cell})
    return {"rater": rater, "cells": cells, "notes": {}}


def test_a_sheet_is_typed_read_back_and_sealed(paper: PaperAnswers, scoring: Room) -> None:
    unlocked(paper)
    sheet = typed(
        paper,
        p1_IDEAS={"level": "4"},
        p2_CONV={"level": None, "code": "BLANK"},
        p3_CONV={"level": None, "left": True},
    ) | {"notes": {"p1": " a lively start ", "p2": "  "}}
    lines = {one["code"]: one for one in paper.answer({"ask": "check", **sheet})["lines"]}
    assert [(one["said"], one["word"]) for one in lines["P00001"]["cells"]] == [
        ("4", "Level 4"),
        ("2", "Level 2"),
    ]
    assert lines["P00001"]["note"] == "a lively start"
    assert lines["P00002"]["cells"][1]["word"] == "Blank"
    assert lines["P00003"]["cells"][1]["word"] == "left empty"
    made = paper.answer({"ask": "enter", **sheet})
    assert made["entered"] and made["receipt"] and not made["replaced"]
    own = open_desk(scoring, scoring.seat("r2"), BLIND)
    assert own.committed and own.contents.answered == 5
    assert own.contents.notes == (("p1", "a lively start"),)
    listed = {one["id"]: one for one in paper.answer({"ask": "list"})["raters"]}
    assert listed["r2"]["on_paper"] and not listed["r3"]["saved"]


def test_nothing_that_a_rater_saved_on_a_device_reaches_the_page(
    paper: PaperAnswers, scoring: Room
) -> None:
    scoring.choose("r2", Choice("p1", "IDEAS", level="1", note=CANARY))
    unlocked(paper)
    sheet = paper.answer({"ask": "sheet", "rater": "r2"})
    assert (sheet["name"], sheet["saved"], sheet["answered"]) == ("Ada Brook", 1, 1)
    whole = typed(paper, p1_IDEAS={"level": "3"})
    answers = [
        paper.answer(message)
        for message in (
            {"ask": "list"},
            {"ask": "sheet", "rater": "r2"},
            {"ask": "check", **whole},
            {"ask": "enter", **whole},
        )
    ]
    assert answers[-1]["refused"] == "stale"
    assert CANARY not in json.dumps(answers) and '"1 Level 1"' not in json.dumps(answers[2])
    assert open_desk(scoring, scoring.seat("r2"), BLIND).contents.choice("p1", "IDEAS").level == "1"
    assert paper.answer({"ask": "enter", **whole, "over": 1})["replaced"]


def test_without_the_passphrase_nothing_is_sealed(paper: PaperAnswers, clock: Clock) -> None:
    whole = typed(paper)
    assert paper.answer({"ask": "enter", **whole})["refused"] == "locked"
    wrong = paper.answer({"ask": "unlock", "passphrase": "some other passphrase"})
    assert wrong["refused"] == "invalid" and "not the passphrase" in wrong["message"]
    assert paper.answer({"ask": "unlock"})["refused"] == "invalid"
    unlocked(paper)
    clock.now += IDLE + 1
    assert paper.answer({"ask": "check", **whole})["refused"] == "locked"
    unlocked(paper)
    paper.answer({"ask": "done"})
    assert paper.answer({"ask": "check", **whole})["refused"] == "locked"
    assert not paper.answer({"ask": "list"})["unlocked"]


def test_a_page_that_sends_nonsense_is_refused_and_changes_nothing(
    paper: PaperAnswers, scoring: Room
) -> None:
    unlocked(paper)
    whole = typed(paper)
    nonsense: list[Mapping[str, Any] | str] = [
        "hello",
        {"ask": "reveal"},
        {"ask": ["enter"]},
        {"ask": "enter", **whole, "cells": "all"},
        {"ask": "enter", **whole, "cells": whole["cells"][:2]},
        {"ask": "enter", **whole, "cells": whole["cells"] + whole["cells"][:1]},
        {"ask": "enter", **whole, "over": True},
        {"ask": "enter", **whole, "over": -1},
        {"ask": "enter", **whole, "notes": {"p1": 7}},
        {"ask": "enter", **whole, "notes": {"p4": "not mine"}},
        {"ask": "enter", **whole, "notes": {"p1": "x" * 4001}},
        {"ask": "enter", **whole, "rater": "r1"},
        {"ask": "enter", **typed(paper, p1_IDEAS={"level": "9"})},
        {"ask": "enter", **typed(paper, p1_IDEAS={"code": "BLANK"})},
        {"ask": "enter", **typed(paper, p1_IDEAS={"level": None})},
    ]
    for message in nonsense:
        assert paper.answer(message)["refused"] == "invalid", message
    assert all(not one["saved"] for one in paper.answer({"ask": "list"})["raters"])


def test_the_widget_keeps_nothing_that_a_notebook_would_save(scoring: Room) -> None:
    widget = PaperEntry(scoring, scoring.keystore, scoring.session, by="typist")
    sent: list[dict[str, Any]] = []
    widget.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    widget._handle_custom_msg({"ask": "unlock", "passphrase": PASSPHRASE, "id": 7}, [])
    assert sent[0]["unlocked"] and sent[0]["to"] == 7
    assert PASSPHRASE not in json.dumps(sent)
    state = json.dumps(widget.get_state(), default=str)
    assert PASSPHRASE not in state and "panel member" not in state


def test_in_the_sample_district_no_passphrase_is_asked_for(room: Room) -> None:
    from calibrate.workflows.norming import open_scoring

    room.set_up()
    open_scoring(room, room.keystore, room.session, None, by="coach", demo=True)
    paper = PaperAnswers(room, room.keystore, room.session, by="typist", passphrase_needed=False)
    assert paper.answer({"ask": "unlock"})["unlocked"]


def test_the_board_passes_the_page_s_questions_on_for_the_session_that_it_names(
    scoring: Room,
) -> None:
    board = AskedBoard(scoring)
    told = board.ask("paper", session=scoring.session, message={"ask": "list"})
    assert len(told["raters"]) == 3 and not told["unlocked"]
    unlock = {"ask": "unlock", "passphrase": PASSPHRASE}
    assert board.ask("paper", session=scoring.session, message=unlock)["unlocked"]
    assert board.ask("paper", session=scoring.session, message={"ask": "list"})["unlocked"]
    assert board.ask("paper", session="se-other", message={"ask": "list"})["refused"]
    again = board.ask("paper", session=scoring.session, message={"ask": "list"})
    assert not again["unlocked"]
    assert board.ask("paper", session=scoring.session, message="nonsense")["refused"]
