"""Nothing can be read before the reveal: the same search that finds nothing then finds everything after."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from calibrate.errors import SealError
from calibrate.model.rubric import ConditionCode, Criterion, Level, Rubric, Scale
from calibrate.model.session import RoundName
from calibrate.store.sealing import Choice, Mark
from calibrate.store.sealing.encoding import to_text
from calibrate.workflows.norming import (
    Override,
    open_desk,
    open_keys,
    progress,
    reveal,
    save_note,
    start_second_round,
)
from tests.store.sealing_kit import PASSPHRASE
from tests.support.district import NOON, scale
from tests.support.norming import BLIND, Room

SECOND = RoundName.AFTER_DISCUSSION
CANARY_LEVEL = "canarylevel77"
CANARIES = (
    CANARY_LEVEL,
    "canary-note-quokka",
    "canary-mark-narwhal",
    "canary-piece-note-axolotl",
    "CANARYCODE",
)


def _found(folder: Path) -> set[str]:
    """Which canaries are in any file of the folder: plain, UTF-16, hexadecimal or base64 text."""
    seen = set()
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        for canary in CANARIES:
            plain = canary.encode()
            spellings = [plain, canary.encode("utf-16-le"), plain.hex().encode()]
            spellings += [base64.b64encode(b"\0" * shift + plain)[4:-4] for shift in range(3)]
            if any(spelling in data for spelling in spellings):
                seen.add(canary)
    return seen


@pytest.fixture
def planted(room: Room) -> Room:
    """A session whose rubric has a level and a code that nobody uses but one rater."""
    levels = (*scale(1, 2, 3).levels, Level(CANARY_LEVEL, "Fourth", 4.0, 4))
    wide = Rubric(
        "odd",
        1,
        "Odd",
        (
            Criterion("IDEAS", "Ideas", Scale(levels)),
            Criterion("CONV", "Conventions", Scale(levels)),
        ),
        (ConditionCode("CANARYCODE", "Code"),),
    )
    with room.store.transaction() as unit:
        unit.rubrics.add(wide)
    room.set_up(rubric_id="odd")
    room.open()
    return room


def _plant(room: Room, round_name: RoundName = BLIND) -> None:
    mark = Mark("text", 1, 5, comment="canary-mark-narwhal")
    room.choose(
        "r2",
        Choice("p1", "IDEAS", level=CANARY_LEVEL, note="canary-note-quokka", marks=(mark,)),
        round_name=round_name,
    )
    room.choose("r2", Choice("p1", "CONV", code="CANARYCODE"), round_name=round_name)
    seat = room.seat("r2")
    seen = open_desk(room, seat, round_name).sequence
    note = "canary-piece-note-axolotl"
    save_note(room, seat, round_name, "p1", note, operation_id=f"n-{round_name}", seen=seen)


def _rows_with(room: Room, canary: str) -> set[str]:
    """The tables, other than the rubric's, in which some row holds the canary."""
    tables = set()
    with room.store.reading() as unit:
        for table in sa.inspect(unit.connection).get_table_names():
            if table in ("level", "condition_code"):
                continue
            for row in unit.connection.exec_driver_sql(f'SELECT * FROM "{table}"').all():
                if any(
                    canary in value or canary.encode() in value.encode()
                    for value in row
                    if isinstance(value, str)
                ) or any(canary.encode() in value for value in row if isinstance(value, bytes)):
                    tables.add(table)
    return tables


def test_planted_notes_are_nowhere_before_the_reveal_and_everywhere_after(planted: Room) -> None:
    room = planted
    in_rubric = {CANARY_LEVEL, "CANARYCODE"}
    _plant(room)
    room.answer_all("r3", "1")
    for rater in ("r2", "r4"):
        desk = open_desk(room, room.seat(rater), BLIND)
        for pair in desk.open:
            room.choose(rater, Choice(*pair, level="1"))
    for rater in ("r2", "r3", "r4"):
        room.commit(rater)
    assert (room.folder / "calibrate.db-wal").stat().st_size > 0
    assert _found(room.folder) == in_rubric
    assert _found(room.keystore.folder) == set()
    for canary in CANARIES:
        assert _rows_with(room, canary) == set()
    secrets = open_keys(room.keystore, room.session, PASSPHRASE)
    assert _found(room.folder) == in_rubric
    reveal(room, room.session, BLIND, secrets, by="coach")
    assert _found(room.folder) == set(CANARIES)
    assert _rows_with(room, CANARY_LEVEL) == {"score"}
    assert _rows_with(room, "CANARYCODE") == {"score"}
    assert _rows_with(room, "canary-note-quokka") == {"score"}
    assert _rows_with(room, "canary-mark-narwhal") == {"evidence"}
    assert _rows_with(room, "canary-piece-note-axolotl") == {"reading"}
    assert _found(room.keystore.folder) == set()


def test_nothing_that_opens_a_ballot_is_in_the_project(scoring: Room) -> None:
    room = scoring
    room.everybody_commits()
    secrets = open_keys(room.keystore, room.session, PASSPHRASE)
    held = [secrets.private_key, secrets.signing_seed, room.recovery.secret]
    for rater, handout in room.handouts.items():
        held += [room.seat(rater).secret.secret, room.seat(rater).secret.copy_key]
        held += [bytes(room.seat(rater).secret.signing_key)]
        assert handout.pin.encode() not in b"".join(_words_of(room))
    data = b"".join(path.read_bytes() for path in room.folder.rglob("*") if path.is_file())
    for secret in held:
        assert secret not in data
        assert secret.hex().encode() not in data and to_text(secret).encode() not in data
    assert secrets.public_key in data and room.seat("r2").secret.hash in data


def _words_of(room: Room) -> list[bytes]:
    """Every text in the database (raw pages would hold six digits by chance inside sealed bytes)."""
    words = []
    with room.store.reading() as unit:
        for table in sa.inspect(unit.connection).get_table_names():
            for row in unit.connection.exec_driver_sql(f'SELECT * FROM "{table}"').all():
                words += [value.encode() for value in row if isinstance(value, str)]
    return words


def test_ballots_have_one_size_whatever_they_say(scoring: Room) -> None:
    room = scoring
    room.choose("r2", Choice("p1", "IDEAS", level="1"))
    room.choose("r3", Choice("p1", "IDEAS", level="3", note="x" * 3000))
    room.answer_all("r4", note="a word or two")
    with room.store.reading() as unit:
        rows = unit.ballots.of(room.session)
    assert len(rows) == 3
    assert len({len(row.sealed) for row in rows}) == 1
    assert len({len(row.own_copy or b"") for row in rows}) == 1


def test_the_same_choices_never_look_the_same(scoring: Room) -> None:
    room = scoring
    room.choose("r2", Choice("p1", "IDEAS", level="1"))
    room.choose("r3", Choice("p1", "IDEAS", level="1"))
    with room.store.reading() as unit:
        first, second = unit.ballots.of(room.session)
    assert first.sealed != second.sealed and first.own_copy != second.own_copy


def test_a_raters_link_opens_no_other_desk(scoring: Room) -> None:
    room = scoring
    room.choose("r3", Choice("p1", "IDEAS", level="3"))
    posing = replace(room.seat("r2"), rater_id="r3")
    with pytest.raises(SealError, match="not the one of this rater"):
        open_desk(room, posing, BLIND)


def test_progress_holds_no_answer(planted: Room) -> None:
    _plant(planted)
    shown = repr(progress(planted, planted.session))
    assert not any(canary in shown for canary in CANARIES)
    assert not any(c in repr(open_desk(planted, planted.seat("r2"), BLIND)) for c in CANARIES)


def test_drafts_stay_sealed_after_an_override_in_every_round_after(planted: Room) -> None:
    room = planted
    _plant(room)
    for rater in ("r3", "r4"):
        room.answer_all(rater, "1")
        room.commit(rater)
    secrets = open_keys(room.keystore, room.session, PASSPHRASE)
    override = Override(frozenset({"r2"}), "ill today")
    made = reveal(room, room.session, BLIND, secrets, by="coach", override=override, now=NOON)
    assert made.missing == ("r2",)
    start_second_round(room, room.session, by="coach")
    for rater in ("r2", "r3", "r4"):
        room.answer_all(rater, "2", round_name=SECOND)
        room.commit(rater, round_name=SECOND)
    reveal(room, room.session, SECOND, secrets, by="coach")
    for canary in CANARIES:
        assert _rows_with(room, canary) == set()
    assert _found(room.folder) == {CANARY_LEVEL, "CANARYCODE"}
    own = open_desk(room, room.seat("r2"), BLIND).contents
    assert own.choice("p1", "IDEAS").note == "canary-note-quokka"


def test_files_of_the_key_store_are_outside_the_project(scoring: Room) -> None:
    keys = {path.name for path in scoring.keystore.folder.rglob("*") if path.is_file()}
    assert f"{scoring.session}.json" in keys
    inside = {path.name for path in scoring.folder.rglob("*") if path.is_file()}
    assert not keys & inside
    assert os.path.commonpath([scoring.folder, scoring.keystore.folder]) == str(
        scoring.folder.parent
    )
