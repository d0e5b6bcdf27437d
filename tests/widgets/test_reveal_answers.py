"""What a page is answered after the reveal, and what it is refused before it and by whom it is asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from calibrate.errors import DataError, NotFound, SealError
from calibrate.model.roster import PersonName
from calibrate.model.session import RoundName
from calibrate.store.sealing import Choice, Mark
from calibrate.widgets.desk import ScoringDesk
from calibrate.widgets.desk_answers import DeskAnswers
from calibrate.widgets.reveal_answers import answer_reveal
from calibrate.workflows.norming import Override, Pulse, pulse, settle, start_second_round
from calibrate.workflows.norming.reveal_view import Reveals
from tests.support.desks import Bridge, picture
from tests.support.norming import Room

CANARY = "canary-quokka"


def told(room: Room, message: dict[str, Any], **other: Any) -> tuple[dict[str, Any], list[bytes]]:
    plain: dict[str, Any] = {"for_rater": None, "names": False}
    answer, files = answer_reveal(room, room.session, message, **(plain | other))
    json.dumps(answer)
    return answer, files


@pytest.fixture
def committed(scoring: Room) -> Room:
    """Three committed ballots; r3 marks a place on a scan and writes a note."""
    for rater in ("r2", "r3", "r4"):
        scoring.answer_all(rater, "2")
    area = Mark("area", file=1, x=0.25, y=0.5, width=0.5, height=0.1)
    scoring.choose("r3", Choice("p3", "IDEAS", level="4", note=CANARY, marks=(area,)))
    for rater in ("r2", "r3", "r4"):
        scoring.commit(rater)
    return scoring


def test_before_the_reveal_every_question_is_refused(committed: Room) -> None:
    for message in ({"ask": "reveal"}, {"ask": "revealed-work", "piece": "p1"}):
        with pytest.raises(SealError):
            told(committed, message)
        answer, files = DeskAnswers(committed, committed.seat("r2")).answer(message)
        assert (answer["refused"], files) == ("invalid", [])
        assert CANARY not in json.dumps(answer)


def test_after_it_the_page_gets_spread_notes_and_places_without_names_or_ids(
    committed: Room,
) -> None:
    committed.reveal()
    with committed.store.transaction() as unit:
        unit.people.names.add(PersonName("r3", "Nameless", "Person"))
    answer, _ = DeskAnswers(committed, committed.seat("r2")).answer({"ask": "reveal"})
    shown = json.dumps(answer)
    assert CANARY in shown and not any(
        one in shown for one in ("Nameless", '"r3"', "staff-", '"rd-')
    )
    piece = next(one for one in answer["pieces"] if one["id"] == "p3")
    ideas = piece["criteria"][0]
    assert [one["blind"] for one in ideas["levels"]] == [0, 2, 0, 1]
    assert [one["key"] for one in answer["rubric"]["criteria"][0]["levels"]] == ["1", "2", "3", "4"]
    (mark,) = [mark for one in piece["readings"] for mark in one["marks"]]
    assert mark == {
        "criterion": "IDEAS",
        "round": "blind",
        "comment": "",
        "kind": "area",
        "file": 1,
        "x": 0.25,
        "y": 0.5,
        "width": 0.5,
        "height": 0.1,
    }
    assert [one["own"] for one in piece["readings"]].count(True) == 1
    named, _ = told(committed, {"ask": "reveal"}, names=True)
    assert "Nameless Person" in json.dumps(named)


def test_a_rater_cannot_ask_for_names(committed: Room) -> None:
    committed.reveal()
    with committed.store.transaction() as unit:
        unit.people.names.add(PersonName("r3", "Nameless", "Person"))
    desk = DeskAnswers(committed, committed.seat("r2"))
    answer, _ = desk.answer({"ask": "reveal", "names": True, "for_rater": "r3"})
    assert "Nameless" not in json.dumps(answer)


def test_the_work_of_every_piece_comes_with_its_pictures(committed: Room) -> None:
    committed.reveal()
    answer, files = told(committed, {"ask": "revealed-work", "piece": "p3"})
    assert [file["kind"] for file in answer["files"]] == ["image", "image"]
    assert files == [picture(), picture()]
    with pytest.raises(NotFound):
        told(committed, {"ask": "revealed-work", "piece": "p4"})
    for wrong in ({"ask": "revealed-work"}, {"ask": "revealed-work", "piece": ["p3"]}, {}):
        with pytest.raises(DataError, match="does not understand"):
            told(committed, wrong)


def test_a_desk_that_is_not_the_raters_any_more_gets_neither_reveal_nor_pulse(
    committed: Room,
) -> None:
    committed.reveal()
    desk = DeskAnswers(committed, committed.seat("r2"))
    with committed.store.transaction() as unit:
        unit.connection.exec_driver_sql("DELETE FROM rater_secret")
    for message in ({"ask": "reveal"}, {"ask": "revealed-work", "piece": "p1"}, {"ask": "pulse"}):
        answer, files = desk.answer(message)
        assert answer["refused"] and files == []
        assert not {"pieces", "stage"} & set(answer)


def test_the_pulse_says_where_the_session_stands_and_when_to_ask_again(committed: Room) -> None:
    now = pulse(committed, committed.session)
    answer, _ = DeskAnswers(committed, committed.seat("r2")).answer({"ask": "pulse"})
    assert answer == {"stage": "blind", "mark": now.mark, "every": 2000}
    pushed = DeskAnswers(committed, committed.seat("r2"), pushed=True)
    assert pushed.answer({"ask": "pulse"})[0]["every"] == 4000


def test_a_push_reaches_the_page_of_its_own_session_alone(committed: Room) -> None:
    widget = ScoringDesk(committed, committed.seat("r2"), pushed=True)
    bridge = Bridge(widget)
    now = pulse(committed, committed.session)
    widget.push(Pulse("another", now.stage, "0" * 16))
    widget.push(now)
    assert bridge.pushed() == {"push": "pulse", "stage": "blind", "mark": now.mark}


def test_in_the_second_round_the_desk_shows_the_raters_own_blind_levels(committed: Room) -> None:
    desk = DeskAnswers(committed, committed.seat("r3"))
    assert desk.answer({"ask": "desk"})[0]["before"] == {}
    committed.reveal()
    start_second_round(committed, committed.session, by="coach")
    sheet, _ = desk.answer({"ask": "desk"})
    assert (sheet["round"], sheet["choices"]) == (str(RoundName.AFTER_DISCUSSION), [])
    assert sheet["before"]["p3/IDEAS"] == "4" and sheet["before"]["p1/IDEAS"] == "2"


def test_a_room_works_a_reveal_out_once_for_all_its_pages(committed: Room) -> None:
    committed.reveal()
    reveals = Reveals(committed)
    desks = [
        DeskAnswers(committed, committed.seat(rater), reveals=reveals) for rater in ("r2", "r3")
    ]
    first, second = (desk.answer({"ask": "reveal"})[0] for desk in desks)
    kept = reveals.prepared(committed.session)
    assert reveals.prepared(committed.session) is kept
    own = [
        [[one["own"] for one in piece["readings"]] for piece in answer["pieces"]]
        for answer in (first, second)
    ]
    assert own[0] != own[1]
    settle(committed, committed.session, "p1", "IDEAS", level_id="3", reason="So.", by="coach")
    again, _ = desks[0].answer({"ask": "reveal"})
    assert again["mark"] != first["mark"]


def test_the_reason_of_a_reveal_without_somebody_is_not_told_to_the_room(scoring: Room) -> None:
    for rater in ("r2", "r3"):
        scoring.answer_all(rater, "2")
        scoring.commit(rater)
    scoring.reveal(override=Override(frozenset({"r4"}), "Ill since Monday."))
    answer, _ = told(scoring, {"ask": "reveal"}, for_rater="r2")
    assert answer["panel"][0] == "2 of 3 on the panel scored."
    assert "Ill since Monday." not in json.dumps(answer)
    assert told(scoring, {"ask": "reveal"}, names=True)[0]["reason"] == "Ill since Monday."
