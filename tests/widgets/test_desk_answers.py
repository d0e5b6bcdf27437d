"""What the scoring desk answers its page: the rater's own choices, checked each time, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from calibrate.errors import ProjectError
from calibrate.store.sealing import Choice
from calibrate.widgets import desk_answers
from calibrate.widgets.desk_answers import DeskAnswers
from calibrate.workflows.norming import Override, open_desk, open_keys, reveal
from tests.store.sealing_kit import PASSPHRASE
from tests.support.desks import HTML, TEXT, picture
from tests.support.norming import BLIND, Room


def save(operation: str = "operation-1", seen: int = 0, **other: Any) -> dict[str, Any]:
    plain = {
        "ask": "save",
        "what": "choice",
        "operation": operation,
        "seen": seen,
        "piece": "p1",
        "criterion": "IDEAS",
        "level": "3",
    }
    return plain | other


@pytest.fixture
def desk(scoring: Room) -> DeskAnswers:
    return DeskAnswers(scoring, scoring.seat("r2"))


def told(desk: DeskAnswers, message: object) -> dict[str, Any]:
    answer, _ = desk.answer(message)
    json.dumps(answer)
    return answer


def contents(room: Room, rater: str = "r2"):
    return open_desk(room, room.seat(rater), BLIND).contents


def test_the_desk_shows_the_raters_pieces_in_their_own_order_without_the_child(
    scoring: Room, desk: DeskAnswers
) -> None:
    sheet = told(desk, {"ask": "desk"})
    due = open_desk(scoring, scoring.seat("r2"), BLIND).due
    assert [piece["id"] for piece in sheet["pieces"]] == list(dict.fromkeys(p for p, _ in due))
    first = next(piece for piece in sheet["pieces"] if piece["id"] == "p1")
    assert first["facts"] == ["Grade 3", "Narrative", "Fall"]
    assert (first["task"], first["prompt"]) == ("A pet", "Write about a pet.")
    # A whole value is looked for where a name is short: a random key may hold any two letters side by side.
    shown = json.dumps(sheet)
    assert not any(hidden in shown for hidden in ("child-", "maple", "Room 3", '"s1"'))


def test_levels_come_with_number_label_and_the_key_that_chooses_them(desk: DeskAnswers) -> None:
    ideas, conventions = told(desk, {"ask": "desk"})["rubric"]["criteria"]
    assert [level["key"] for level in ideas["levels"]] == ["1", "2", "3", "4"]
    assert [level["key"] for level in conventions["levels"]] == ["0", "0.", "1", "1.", "2"]
    assert ideas["levels"][2]["label"] == "Level 3" and ideas["levels"][2]["number"] == "3"


def test_work_comes_piece_by_piece_with_its_pictures_beside_it(desk: DeskAnswers) -> None:
    text, no_files = desk.answer({"ask": "work", "piece": "p1"})
    assert text["files"][0] == {"kind": "text", "type": "text/plain; charset=utf-8", "text": TEXT}
    assert no_files == []
    html, _ = desk.answer({"ask": "work", "piece": "p2"})
    assert (html["files"][0]["kind"], html["files"][0]["text"]) == ("html", HTML)
    scan, pages = desk.answer({"ask": "work", "piece": "p3"})
    assert [file["kind"] for file in scan["files"]] == ["image", "image"]
    assert pages == [picture(), picture()]


def test_work_of_another_panel_is_refused(scoring: Room, desk: DeskAnswers) -> None:
    told(desk, {"ask": "desk"})
    answer, files = desk.answer({"ask": "work", "piece": "p4"})
    assert answer["refused"] == "invalid" and files == []


def test_a_file_that_was_exchanged_is_not_shown(scoring: Room, desk: DeskAnswers) -> None:
    (scoring.folder / "work" / "wf-p2-1").write_text("<script>alert(1)</script>", encoding="utf-8")
    answer = told(desk, {"ask": "work", "piece": "p2"})
    assert answer["refused"] == "invalid" and "not the one that was brought in" in answer["message"]


def test_a_choice_with_note_and_evidence_is_saved_and_comes_back(
    scoring: Room, desk: DeskAnswers
) -> None:
    marks = [{"kind": "text", "file": 0, "start": 3, "end": 8}]
    assert told(desk, save(note="clear", marks=marks))["sequence"] == 1
    area = {"kind": "area", "file": 1, "x": 0.25, "y": 0.5, "width": 0.5, "height": 0.1}
    told(desk, save("operation-2", 1, piece="p3", criterion="CONV", level="0.5", marks=[area]))
    told(desk, save("operation-3", 2, what="note", piece="p2", note="talk about it"))
    fresh = told(DeskAnswers(scoring, scoring.seat("r2")), {"ask": "desk"})
    assert fresh["sequence"] == 3 and fresh["notes"] == {"p2": "talk about it"}
    one, other = fresh["choices"]
    assert (one["level"], one["note"], one["marks"]) == ("3", "clear", marks)
    assert (other["level"], other["marks"]) == ("0.5", [area])


def test_a_condition_code_takes_the_place_of_the_level(scoring: Room, desk: DeskAnswers) -> None:
    told(desk, save())
    told(desk, save("operation-2", 1, level=None, code="BLANK"))
    choice = contents(scoring).choice("p1", "IDEAS")
    assert (choice.level, choice.code) == (None, "BLANK")


def test_an_operation_that_comes_twice_is_stored_once(scoring: Room, desk: DeskAnswers) -> None:
    assert told(desk, save()) == {"saved": True, "sequence": 1, "repeated": False}
    told(desk, save("operation-2", 1, level="2"))
    again = told(DeskAnswers(scoring, scoring.seat("r2")), save())
    assert again == {"saved": True, "sequence": 1, "repeated": True}
    assert contents(scoring).choice("p1", "IDEAS").level == "2"
    assert open_desk(scoring, scoring.seat("r2"), BLIND).sequence == 2


def test_an_older_device_is_refused_and_told(scoring: Room, desk: DeskAnswers) -> None:
    other = DeskAnswers(scoring, scoring.seat("r2"))
    told(desk, save(level="4"))
    answer = told(other, save("operation-9", 0, level="1"))
    assert answer["refused"] == "stale" and "newer choice" in answer["message"] and answer["fix"]
    assert contents(scoring).choice("p1", "IDEAS").level == "4"


def test_after_the_commit_nothing_changes_here(scoring: Room, desk: DeskAnswers) -> None:
    scoring.answer_all("r2")
    seen = open_desk(scoring, scoring.seat("r2"), BLIND).sequence
    made = told(desk, {"ask": "commit", "operation": "commit-12", "seen": seen})
    assert made["committed"] and len(made["receipt"]) == 11
    assert told(desk, {"ask": "commit", "operation": "commit-12", "seen": seen}) == made
    assert told(desk, save("operation-2", made["sequence"]))["refused"] == "stale"
    sheet = told(DeskAnswers(scoring, scoring.seat("r2")), {"ask": "desk"})
    assert sheet["committed"] and sheet["receipt"] == made["receipt"]


def test_a_commit_with_open_choices_has_to_be_meant(scoring: Room, desk: DeskAnswers) -> None:
    told(desk, save())
    late = {"ask": "commit", "operation": "commit-12", "seen": 1}
    assert told(desk, late)["refused"] == "invalid"
    assert told(desk, late | {"leave_open": "yes"})["refused"] == "invalid"
    assert told(desk, late | {"leave_open": True})["committed"]


def test_a_commit_after_the_reveal_is_refused_as_late(scoring: Room, desk: DeskAnswers) -> None:
    told(desk, save())
    for rater in ("r3", "r4"):
        scoring.answer_all(rater)
        scoring.commit(rater)
    secrets = open_keys(scoring.keystore, scoring.session, PASSPHRASE)
    override = Override(frozenset({"r2"}), "not here today")
    reveal(scoring, scoring.session, BLIND, secrets, by="coach", override=override)
    for late in (
        save("operation-2", 1),
        {"ask": "commit", "operation": "commit-12", "seen": 1, "leave_open": True},
    ):
        answer = told(desk, late)
        assert answer["refused"] == "closed" and "revealed" in answer["message"]
    sheet = told(desk, {"ask": "desk"})
    assert sheet["open"] is False and sheet["choices"][0]["level"] == "3"
    assert '"r3"' not in json.dumps(sheet)


def test_every_question_checks_the_rater_again(scoring: Room, desk: DeskAnswers) -> None:
    told(desk, {"ask": "desk"})
    desk._seat = replace(desk._seat, rater_id="r3")
    for message in (
        {"ask": "desk"},
        {"ask": "work", "piece": "p1"},
        save(),
        {"ask": "commit", "operation": "commit-12", "seen": 0, "leave_open": True},
    ):
        assert "refused" in told(desk, message), message
    assert contents(scoring, "r3").choices == ()


def test_a_page_cannot_say_who_it_is(scoring: Room, desk: DeskAnswers) -> None:
    told(desk, save(rater="r3", rater_id="r3", session="other", round="after_discussion"))
    assert contents(scoring).choice("p1", "IDEAS").level == "3"
    assert contents(scoring, "r3").choices == ()


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {"ask": "reveal"},
        {"ask": ["desk"]},
        {"ask": "work"},
        save(operation="x"),
        save(operation=None),
        save(seen=-1),
        save(seen=True),
        save(seen="0"),
        save(what="everything"),
        save(piece="p4"),
        save(criterion="SPEED"),
        save(level="9"),
        save(level=3),
        save(code="BLANK"),
        save(note=["x"]),
        save(note="x" * 4001),
        save(marks="all"),
        save(marks=[{"kind": "text", "file": 0, "start": 5, "end": 5}]),
        save(marks=[{"kind": "text", "file": 7, "start": 0, "end": 5}]),
        save(marks=[{"kind": "text", "file": 0, "start": 0, "end": 2**31}]),
        save(marks=[{"kind": "text", "file": 0, "start": 10**30, "end": 10**31}]),
        save(marks=[{"kind": "area", "file": 0, "x": 0, "y": 0, "width": 1, "height": 1}]),
        save(marks=[{"kind": "text", "file": 0, "start": 0, "end": 5}] * 41),
        save(
            piece="p3", marks=[{"kind": "area", "file": 0, "x": 2, "y": 0, "width": 1, "height": 1}]
        ),
        save(
            piece="p3",
            marks=[{"kind": "area", "file": 0, "x": 0.9, "y": 0, "width": 0.5, "height": 1}],
        ),
        save(
            piece="p3",
            marks=[{"kind": "area", "file": 0, "x": float("nan"), "y": 0, "width": 1, "height": 1}],
        ),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    scoring: Room, desk: DeskAnswers, message: object
) -> None:
    answer = told(desk, message)
    assert answer["refused"] == "invalid" and answer["message"]
    assert contents(scoring).choices == ()


def test_notes_that_do_not_fit_are_refused_and_what_was_saved_stays(
    scoring: Room, desk: DeskAnswers
) -> None:
    told(desk, save(note="short"))
    for at, (piece, criterion, level) in enumerate(
        [("p1", "CONV", "1"), ("p2", "IDEAS", "2"), ("p2", "CONV", "1")],
        start=2,
    ):
        answer = told(
            desk,
            save(
                f"operation-{at}",
                at - 1,
                piece=piece,
                criterion=criterion,
                level=level,
                note="🐕" * 4000,
            ),
        )
    assert answer["refused"] == "invalid" and "longer than a ballot holds" in answer["message"]
    assert contents(scoring).choice("p1", "IDEAS").note == "short"


@pytest.mark.parametrize("note", ["cut \ud83d", "a\0b\x07", "one\vtwo"])
def test_a_note_with_signs_that_nobody_typed_is_saved_without_them_and_revealed(
    scoring: Room, desk: DeskAnswers, note: str
) -> None:
    answer = told(desk, save(note=note))
    assert answer["saved"], answer
    kept = contents(scoring).choice("p1", "IDEAS").note
    assert kept == {"c": "cut ", "a": "ab", "o": "one\ntwo"}[note[0]]
    more = save("operation-2", 1, what="note", note=note)
    assert told(desk, more)["saved"]
    assert dict(contents(scoring).notes) == {"p1": kept}


def test_trouble_of_the_store_is_no_refusal_so_the_choice_waits(
    desk: DeskAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(desk, {"ask": "desk"})

    def busy(*_: object, **__: object) -> None:
        raise ProjectError("Somebody else is saving.", fix="Try again in a moment.")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("canary-secret")

    monkeypatch.setattr(desk_answers, "save_choice", busy)
    assert told(desk, save())["later"] is True
    monkeypatch.setattr(desk_answers, "save_choice", broken)
    answer = told(desk, save())
    assert answer["later"] is True and "canary" not in json.dumps(answer)
    monkeypatch.undo()
    assert told(desk, save())["saved"] is True


def test_nobody_elses_choice_is_in_any_answer(scoring: Room, desk: DeskAnswers) -> None:
    scoring.choose("r3", Choice("p1", "IDEAS", level="1", note="canary-quokka"))
    answers = [
        told(desk, message)
        for message in ({"ask": "desk"}, {"ask": "work", "piece": "p1"}, save(), {"ask": "desk"})
    ]
    assert "canary-quokka" not in json.dumps(answers)
    assert [choice["level"] for choice in answers[-1]["choices"]] == ["3"]


def test_the_pages_outbox_has_a_name_and_key_of_its_own_for_each_rater(scoring: Room) -> None:
    boxes = [
        told(DeskAnswers(scoring, scoring.seat(rater)), {"ask": "desk"})["outbox"]
        for rater in ("r2", "r3", "r2")
    ]
    assert boxes[0] == boxes[2]
    assert boxes[0]["key"] != boxes[1]["key"] and boxes[0]["name"] != boxes[1]["name"]
    assert len(boxes[0]["key"]) == 43
