"""Sheets on paper: what is printed, and how one person's typing becomes a sealed ballot of the rater who wrote it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calibrate.errors import DataError, NotFound, SealError, StaleWrite
from calibrate.model.roster import PersonName
from calibrate.model.rubric import ConditionCode
from calibrate.model.session import RoundName
from calibrate.store.sealing import Choice, Contents
from calibrate.workflows.from_paper import raters_on_paper, sheets_from_paper
from calibrate.workflows.norming import (
    enter_sheet,
    open_desk,
    open_keys,
    open_round,
    progress,
    reveal,
    score_sheets,
    sheet_states,
    start_second_round,
)
from calibrate.workflows.norming.paper import Entered
from calibrate.workflows.norming.sheets import KNOWN_LETTERS, code_letters
from tests.store.sealing_kit import PASSPHRASE
from tests.support.district import rubric
from tests.support.norming import BLIND, Room

SECOND = RoundName.AFTER_DISCUSSION


def keys(room: Room):  # type: ignore[no-untyped-def]
    return open_keys(room.keystore, room.session, PASSPHRASE)


def enter(
    room: Room, rater: str, contents: Contents, *, round_name: RoundName = BLIND, **more: object
) -> Entered:
    secrets = keys(room)
    return enter_sheet(  # type: ignore[arg-type]
        room, room.keystore, room.session, round_name, rater, secrets, contents, by="typist", **more
    )


def sheet_of(level: str = "3", half: str = "1.5", note: str = "") -> Contents:
    choices = [
        Choice(piece, criterion, level=chosen)
        for piece in ("p1", "p2")
        for criterion, chosen in (("IDEAS", level), ("CONV", half))
    ]
    return Contents(tuple(choices), (("p1", note),) if note else ())


def test_a_sheet_is_ready_before_the_session_is_open_and_names_no_child(room: Room) -> None:
    room.set_up()
    with room.store.transaction() as unit:
        unit.people.names.add(PersonName("r3", "Ada", "Brook"))
        unit.people.names.add(PersonName("s1", "Zoe", "Canary"))
    sheets = score_sheets(room, room.session)
    assert [one.rater_id for one in sheets.sheets] == ["r2", "r3", "r4"]
    assert sheets.sheet("r3").title == "Ada Brook"
    assert sheets.sheet("r2").title == "staff-2"
    with room.store.reading() as unit:
        rows = unit.sessions.assignments.all(session_id=room.session, rater_id="r3")
    own_order = [one.piece_id for one in sorted(rows, key=lambda one: one.place)]
    assert [one.id for one in sheets.sheet("r3").pieces] == own_order
    assert len(sheets.sheet("r3").due) == 4
    assert "Canary" not in repr([(one, one.pieces) for one in sheets.sheets])
    plain = score_sheets(room, room.session, names=False)
    assert {one.name for one in plain.sheets} == {""}
    assert plain.sheet("r2").title == "Panel member 1 (teacher)"
    with pytest.raises(NotFound):
        sheets.sheet("r1")


def test_each_condition_code_has_a_letter_of_its_own() -> None:
    from calibrate.exchange.score_tables import CODES

    assert {code: CODES[letter] for code, letter in KNOWN_LETTERS.items()} == {
        code: code for code in KNOWN_LETTERS
    }
    names = ["BLANK", "OFFTOPIC", "COPIED", "CODE", "C", "42"]
    codes = tuple(ConditionCode(one, one) for one in names)
    letters = code_letters(replace(rubric(), codes=codes))
    assert letters == {
        "BLANK": "B", "OFFTOPIC": "T", "COPIED": "C", "CODE": "O", "C": "A", "42": "D",
    }  # fmt: skip


def test_a_typed_sheet_is_revealed_like_a_ballot_and_logged_as_typed(scoring: Room) -> None:
    room = scoring
    made = enter(room, "r2", sheet_of(note="a lively start"))
    assert (made.sequence, made.replaced) == (1, False) and made.receipt
    assert enter(room, "r3", sheet_of("2")).receipt != made.receipt
    own = open_desk(room, room.seat("r2"), BLIND)
    assert own.committed and not own.open
    assert own.contents.choice("p1", "CONV").level == "1.5"
    assert [one.committed for one in progress(room, room.session)] == [True, True, False]
    room.answer_all("r4")
    room.commit("r4")
    assert reveal(room, room.session, BLIND, keys(room), by="coach").scores == 12
    with room.store.reading() as unit:
        readings = unit.scores.readings.all(session_id=room.session)
        mine = next(one for one in readings if (one.rater_ids, one.piece_id) == (("r2",), "p1"))
        assert mine.note == "a lively start"
        scores = {one.criterion_id: one.level_id for one in unit.scores.all(reading_id=mine.id)}
        assert scores == {"IDEAS": "3", "CONV": "1.5"}
        lines = [(one.actor, one.detail) for one in unit.audit.all(action="session.paper")]
        assert lines == [("typist", "blind, r2"), ("typist", "blind, r3")]
        assert sheets_from_paper(unit, room.session) == {BLIND: 2}


def test_nothing_of_a_typed_sheet_can_be_read_in_the_project_before_the_reveal(
    scoring: Room,
) -> None:
    enter(scoring, "r2", sheet_of(note="canary-heron"))
    held = b"".join(one.read_bytes() for one in scoring.folder.rglob("*") if one.is_file())
    assert b"canary-heron" not in held


def test_what_was_saved_on_a_device_stays_unless_exactly_that_is_confirmed(scoring: Room) -> None:
    room = scoring
    room.choose("r2", Choice("p1", "IDEAS", level="1", note="from the device"))
    seen = sheet_states(room, room.session, BLIND)["r2"]
    assert (seen.sequence, seen.answered, seen.committed, seen.on_paper) == (1, 1, False, False)
    with pytest.raises(StaleWrite, match="already"):
        enter(room, "r2", sheet_of())
    room.choose("r2", Choice("p1", "CONV", level="2"))
    with pytest.raises(StaleWrite):
        enter(room, "r2", sheet_of(), over=seen.sequence)
    assert open_desk(room, room.seat("r2"), BLIND).contents.choice("p1", "IDEAS").level == "1"
    now = sheet_states(room, room.session, BLIND)["r2"].sequence
    assert enter(room, "r2", sheet_of("4"), over=now).replaced
    own = open_desk(room, room.seat("r2"), BLIND)
    assert own.committed and own.contents.choice("p1", "IDEAS").level == "4"
    with pytest.raises(StaleWrite):
        enter(room, "r3", sheet_of(), over=3)
    with room.store.reading() as unit:
        (line,) = unit.audit.all(action="session.paper")
    assert line.detail == "blind, r2, in place of what was saved before"


def test_a_committed_ballot_gives_way_to_paper_only_when_confirmed_and_can_come_back(
    scoring: Room,
) -> None:
    room = scoring
    room.answer_all("r2", "1")
    room.commit("r2")
    with pytest.raises(StaleWrite):
        enter(room, "r2", sheet_of())
    enter(room, "r2", sheet_of("4"), over=sheet_states(room, room.session, BLIND)["r2"].sequence)
    state = sheet_states(room, room.session, BLIND)["r2"]
    assert state.committed and state.on_paper
    # A slip of the typist: entered again, over what was typed before.
    enter(room, "r2", sheet_of("3"), over=state.sequence)
    room.answer_all("r3")
    room.commit("r3")
    room.answer_all("r4")
    room.commit("r4")
    made = reveal(room, room.session, BLIND, keys(room), by="coach")
    assert (made.ballots, made.scores) == (3, 12)
    with room.store.reading() as unit:
        readings = {one.id for one in unit.scores.readings.all() if one.rater_ids == ("r2",)}
        levels = {one.level_id for one in unit.scores.all(reading_id=sorted(readings))}
        assert levels == {"3", "1.5"}


def test_who_commits_on_a_device_after_a_sheet_counts_as_on_a_device(scoring: Room) -> None:
    from calibrate.workflows.norming import reopen_ballot

    room = scoring
    enter(room, "r2", sheet_of())
    reopen_ballot(room, room.session, BLIND, "r2", by="coach", reason="wrong sheet")
    assert not sheet_states(room, room.session, BLIND)["r2"].on_paper
    room.answer_all("r2", "1")
    room.commit("r2")
    with room.store.reading() as unit:
        assert raters_on_paper(unit, room.session, BLIND) == frozenset()


def test_a_sheet_that_does_not_fit_the_rubric_or_the_plan_changes_nothing(scoring: Room) -> None:
    whole = sheet_of()
    short = Contents(whole.choices[:3])
    wrong = {
        "1 cell of this sheet is empty": short,
        "sheet is empty": Contents(),
        "no level": whole.with_choice(Choice("p1", "IDEAS", level="7")),
        "no condition code": whole.with_choice(Choice("p1", "IDEAS", code="LATE")),
        "not asked for": whole.with_choice(Choice("p3", "IDEAS", level="1")),
        "a note on a piece": whole.with_note("p4", "hello"),
    }
    for message, contents in wrong.items():
        with pytest.raises((DataError, NotFound), match=message):
            enter(scoring, "r2", contents)
    with pytest.raises(NotFound, match="not on the panel"):
        enter(scoring, "r1", whole)
    assert sheet_states(scoring, scoring.session, BLIND) == {}
    enter(scoring, "r2", short, leave_open=True)
    assert sheet_states(scoring, scoring.session, BLIND)["r2"].answered == 3


def test_condition_codes_and_the_second_round_work_the_same(scoring: Room) -> None:
    room = scoring
    coded = sheet_of().with_choice(Choice("p2", "IDEAS", code="OFF"))
    for rater in ("r2", "r3", "r4"):
        enter(room, rater, coded)
    assert open_round(room, room.session) is BLIND
    reveal(room, room.session, BLIND, keys(room), by="coach")
    with pytest.raises(SealError, match="revealed"):
        open_round(room, room.session)
    with pytest.raises(SealError):
        enter(room, "r2", coded, over=1)
    start_second_round(room, room.session, by="coach")
    assert open_round(room, room.session) is SECOND
    enter(room, "r2", sheet_of("4"), round_name=SECOND)
    with room.store.reading() as unit:
        codes = {one.code_id for one in unit.scores.all(criterion_id="IDEAS")}
        assert "OFF" in codes
        assert sheets_from_paper(unit, room.session) == {BLIND: 3, SECOND: 1}


def test_nothing_is_entered_before_the_session_is_open_or_without_its_keys(room: Room) -> None:
    room.set_up()
    with pytest.raises(SealError, match="not open"):
        open_round(room, room.session)
    room.open()
    with pytest.raises(SealError, match="passphrase"):
        open_keys(room.keystore, room.session, "some other passphrase")
