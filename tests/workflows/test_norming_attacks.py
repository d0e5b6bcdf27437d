"""What somebody who can write to the database, or guess at the door, does not achieve."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from calibrate.errors import CalibrateError, SealError, StaleWrite
from calibrate.model.session import Ballot, BallotState, RoundName, SessionState
from calibrate.store.schema import sealed as tables
from calibrate.store.schema import sessions as session_tables
from calibrate.store.sealing import (
    BallotPlace,
    Choice,
    Contents,
    KeyStore,
    Manifest,
    PinRefused,
    make_join_token,
    make_rater_secret,
    make_recovery_key,
    make_session_secrets,
    read_recovery,
    read_recovery_file,
    seal_ballot,
    seal_for_recovery,
    sign_manifest,
    write_recovery_file,
)
from calibrate.store.triggers import install_triggers
from calibrate.workflows.norming import (
    Override,
    RevealRefused,
    commit,
    hand_out_again,
    load_rules,
    open_desk,
    open_keys,
    progress,
    recover_keys,
    reopen_ballot,
    reveal,
    save_choice,
    save_note,
    seat_from_link,
    seat_from_pin,
)
from tests.store.sealing_kit import CHEAP, PASSPHRASE
from tests.support.district import NOON
from tests.support.norming import BLIND, Room

BALLOT = tables.ballot


@pytest.fixture
def committed(scoring: Room) -> Room:
    """Everybody has committed; nothing is revealed."""
    scoring.everybody_commits()
    return scoring


def _reveal(room: Room, **more: object):  # type: ignore[no-untyped-def]
    secrets = open_keys(room.keystore, room.session, PASSPHRASE)
    return reveal(room, room.session, BLIND, secrets, by="coach", **more)  # type: ignore[arg-type]


def _tamper(room: Room, *statements: sa.Executable) -> None:
    """Change rows as somebody with the file could: the database's own refusals are taken off first."""
    with room.store.transaction() as unit:
        names = unit.connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        )
        for (name,) in names.all():
            unit.connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            unit.connection.execute(statement)
        install_triggers(unit.connection)


def _of(rater: str) -> sa.Update:
    return sa.update(BALLOT).where(BALLOT.c.rater_id == rater)


def _row(room: Room, rater: str) -> dict[str, object]:
    with room.store.reading() as unit:
        query = sa.select(BALLOT).where(BALLOT.c.rater_id == rater)
        return dict(unit.connection.execute(query).mappings().one())


def _nothing_was_written(room: Room) -> None:
    with room.store.reading() as unit:
        assert unit.scores.readings.count() == unit.scores.count() == 0
        assert unit.sessions.get(room.session).state is SessionState.SCORING
        assert unit.sessions.rounds.get(room.session, BLIND).revealed_at is None
        assert unit.audit.count(action="session.reveal") == 0


def _swap_sealed(room: Room) -> None:
    one, two = _row(room, "r2"), _row(room, "r3")
    fields = ("sealed", "signature", "sequence", "answered")
    _tamper(
        room,
        _of("r2").values({name: two[name] for name in fields}),
        _of("r3").values({name: one[name] for name in fields}),
    )


def _cut(room: Room) -> None:
    _tamper(room, _of("r2").values(sealed=bytes(_row(room, "r2")["sealed"])[:-100]))  # type: ignore[call-overload]


def _flip(room: Room) -> None:
    sealed = bytearray(_row(room, "r2")["sealed"])  # type: ignore[call-overload]
    sealed[500] ^= 1
    _tamper(room, _of("r2").values(sealed=bytes(sealed)))


def _forge(room: Room, signer: str | None) -> None:
    """A ballot that favours somebody, sealed properly, but signed with another key."""
    secret = make_rater_secret() if signer is None else room.seat(signer).secret
    with room.store.reading() as unit:
        manifest = Manifest.from_bytes(unit.ballots.manifests.get(room.session).body)
    sequence = int(str(_row(room, "r2")["sequence"]))
    forged = seal_ballot(
        Contents((Choice("p1", "IDEAS", level="4"),)),
        BallotPlace(room.id, room.session, "blind", "r2"),
        sequence,
        "committed",
        session_key=manifest.session_key,
        signing_key=secret.signing_key,
        size=manifest.ballot_size,
    )
    operation = tables.ballot_operation
    _tamper(
        room,
        _of("r2").values(sealed=forged.sealed, signature=forged.signature, answered=1),
        sa.update(operation)
        .where(operation.c.rater_id == "r2", operation.c.sequence == sequence)
        .values(fingerprint=forged.fingerprint),
    )


@pytest.mark.parametrize(
    ("attack", "whose"),
    [
        (_swap_sealed, ("r2", "r3")),
        (_cut, ("r2",)),
        (_flip, ("r2",)),
        (lambda room: _forge(room, None), ("r2",)),
        (lambda room: _forge(room, "r3"), ("r2",)),
        (lambda room: _tamper(room, _of("r2").values(answered=1)), ("r2",)),
        (lambda room: _tamper(room, _of("r2").values(sequence=2)), ("r2",)),
        (lambda room: _tamper(room, _of("r2").values(signature=b"\0" * 64)), ("r2",)),
        (lambda room: _tamper(room, _of("r2").values(sealed=b"", signature=b"")), ("r2",)),
    ],
)
def test_one_bad_ballot_stops_the_whole_reveal_and_nothing_is_written(
    committed: Room, attack: Callable[[Room], None], whose: tuple[str, ...]
) -> None:
    room = committed
    attack(room)
    with pytest.raises(RevealRefused, match="has to be committed again") as caught:
        _reveal(room)
    assert caught.value.raters == whose
    said = str(caught.value)
    assert "panel member 1 (teacher)" in said
    assert not any(level in said for level in ("level", "IDEAS", "CONV", "p1"))
    _nothing_was_written(room)


def test_a_bad_ballot_is_reopened_committed_again_from_the_own_copy_and_revealed(
    committed: Room,
) -> None:
    room = committed
    _flip(room)
    with pytest.raises(RevealRefused):
        _reveal(room)
    reopen_ballot(room, room.session, BLIND, "r2", by="coach", reason="damaged")
    assert not {p.rater_id: p.committed for p in progress(room, room.session)}["r2"]
    with pytest.raises(RevealRefused, match="1 of 3 have not committed"):
        _reveal(room)
    assert open_desk(room, room.seat("r2"), BLIND).open == ()
    room.commit("r2")
    assert _reveal(room).ballots == 3
    with room.store.reading() as unit:
        assert "damaged" in unit.audit.all(action="session.reopen")[0].detail


def test_a_ballot_set_back_to_an_older_one_is_noticed(scoring: Room) -> None:
    room = scoring
    room.answer_all("r2", "1")
    room.commit("r2")
    old = _row(room, "r2")
    reopen_ballot(room, room.session, BLIND, "r2", by="coach", reason="a slip")
    room.answer_all("r2", "2")
    room.commit("r2")
    for rater in ("r3", "r4"):
        room.answer_all(rater)
        room.commit(rater)
    _tamper(room, _of("r2").values(old))
    with pytest.raises(RevealRefused, match="panel member 1"):
        _reveal(room)
    with pytest.raises(SealError, match="set it back"):
        open_desk(room, room.seat("r2"), BLIND)
    reopen_ballot(room, room.session, BLIND, "r2", by="coach", reason="it was set back")
    room.answer_all("r2", "2")
    room.commit("r2")
    _reveal(room)
    with room.store.reading() as unit:
        levels = {one.level_id for one in unit.scores.all() if one.criterion_id == "IDEAS"}
    assert levels == {"2"}


def test_a_ballot_that_was_taken_away_is_missing_and_its_rater_is_told(committed: Room) -> None:
    room = committed
    with room.store.engine.connect() as connection:
        raw = connection.connection
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("PRAGMA query_only=OFF")
        raw.execute("DELETE FROM ballot WHERE rater_id = 'r2'")
        raw.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(RevealRefused, match="1 of 3"):
        _reveal(room)
    with pytest.raises(SealError, match="took it away"):
        open_desk(room, room.seat("r2"), BLIND)
    reopen_ballot(room, room.session, BLIND, "r2", by="coach", reason="it was taken away")
    room.answer_all("r2")
    room.commit("r2")
    assert _reveal(room).ballots == 3


def test_a_draft_marked_as_committed_is_refused(scoring: Room) -> None:
    room = scoring
    room.answer_all("r2")
    for rater in ("r3", "r4"):
        room.answer_all(rater)
        room.commit(rater)
    _tamper(room, _of("r2").values(state="committed", committed_at=NOON))
    with pytest.raises(RevealRefused, match="panel member 1"):
        _reveal(room)
    _nothing_was_written(room)


def test_a_ballot_of_another_session_does_not_count_here(committed: Room) -> None:
    room, first = committed, committed.session
    before = _row(room, "r2")
    room.set_up()
    room.open()
    room.everybody_commits()
    fields = ("sealed", "signature", "sequence", "answered")
    _tamper(
        room,
        _of("r2")
        .where(BALLOT.c.session_id == room.session)
        .values({name: before[name] for name in fields}),
    )
    with pytest.raises(RevealRefused, match="panel member 1"):
        _reveal(room)
    room.session = first
    assert _reveal(room).ballots == 3


def test_a_replayed_save_changes_nothing(scoring: Room) -> None:
    room, seat = scoring, scoring.seat("r2")
    save_choice(room, seat, BLIND, Choice("p1", "IDEAS", level="1"), operation_id="a", seen=0)
    with room.store.reading() as unit:
        old = unit.ballots.get(room.session, BLIND, "r2")
    save_choice(room, seat, BLIND, Choice("p1", "IDEAS", level="3"), operation_id="b", seen=1)
    for expected, operation in ((0, "c"), (0, "a")):
        if operation == "c":
            with pytest.raises(StaleWrite), room.store.transaction() as unit:
                unit.ballots.save(old, expected=expected, operation_id=operation, fingerprint=b"x")
        else:
            save_choice(
                room, seat, BLIND, Choice("p1", "IDEAS", level="1"), operation_id="a", seen=0
            )
    assert open_desk(room, seat, BLIND).contents.choice("p1", "IDEAS").level == "3"


def test_two_devices_that_save_at_once_store_one_choice_and_tell_the_other(scoring: Room) -> None:
    room, seat = scoring, scoring.seat("r2")
    start, outcomes = threading.Barrier(4), []

    def device(number: int) -> None:
        choice = Choice("p1", "IDEAS", level=str(number))
        start.wait()
        try:
            saved = save_choice(room, seat, BLIND, choice, operation_id=f"d{number}", seen=0)
            outcomes.append((number, saved.sequence))
        except StaleWrite:
            outcomes.append((number, 0))

    threads = [threading.Thread(target=device, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [number for number, sequence in outcomes if sequence == 1]
    assert len(outcomes) == 4 and len(winners) == 1
    stored = open_desk(room, seat, BLIND).contents.choice("p1", "IDEAS").level
    assert stored == str(winners[0])


def test_a_substituted_session_key_is_noticed_by_raters_and_at_the_reveal(scoring: Room) -> None:
    room, intruder = scoring, make_session_secrets()
    keys = tables.session_key
    _tamper(room, sa.update(keys).values(public_key=intruder.public_key))
    with pytest.raises(SealError, match="was changed"):
        room.choose("r2", Choice("p1", "IDEAS", level="3"))
    with pytest.raises(SealError, match="was changed"):
        _reveal(room)
    with room.store.reading() as unit:
        assert unit.ballots.of(room.session) == []


def test_a_whole_forged_manifest_is_noticed_by_raters_and_at_the_reveal(scoring: Room) -> None:
    room, intruder = scoring, make_session_secrets()
    with room.store.reading() as unit:
        true = Manifest.from_bytes(unit.ballots.manifests.get(room.session).body)
    forged = replace(true, session_key=intruder.public_key)
    _tamper(
        room,
        sa.update(tables.session_key).values(public_key=intruder.public_key),
        sa.update(tables.manifest).values(
            body=forged.to_bytes(),
            signature=sign_manifest(forged, intruder.signing_key),
            verify_key=intruder.verify_key,
        ),
    )
    with pytest.raises(SealError, match="was changed"):
        room.choose("r2", Choice("p1", "IDEAS", level="3"))
    seat = seat_from_pin(room, room.keystore, room.session, "r2", room.handouts["r2"].pin, now=NOON)
    with pytest.raises(SealError, match="was changed"):
        save_choice(room, seat, BLIND, Choice("p1", "IDEAS", level="3"), operation_id="x", seen=0)
    with pytest.raises(SealError, match="was changed"):
        _reveal(room)


@pytest.mark.parametrize(
    "change",
    [
        sa.update(tables.manifest).values(signature=b"\0" * 64),
        sa.insert(session_tables.panel_member).values(
            session_id=sa.select(session_tables.session.c.id)
            .where(session_tables.session.c.title == "Fall norming")
            .order_by(session_tables.session.c.id.desc())
            .where(session_tables.session.c.id != "fall-1")
            .scalar_subquery(),
            rater_id="r5",
            absent=False,
        ),
        sa.delete(session_tables.panel_member).where(
            session_tables.panel_member.c.rater_id == "r4"
        ),
        sa.delete(session_tables.assignment).where(session_tables.assignment.c.rater_id == "r4"),
        sa.update(session_tables.assignment)
        .where(session_tables.assignment.c.piece_id == "p1")
        .values(piece_id="p3"),
    ],
)
def test_a_changed_panel_or_plan_is_noticed(committed: Room, change: sa.Executable) -> None:
    room = committed
    _tamper(room, change)
    with pytest.raises(SealError, match="was changed"):
        _reveal(room)
    _nothing_was_written(room)


def test_a_plan_that_is_changed_while_a_page_is_open_is_noticed_at_the_reveal(
    scoring: Room,
) -> None:
    room, seat = scoring, scoring.seat("r2")
    rules = load_rules(room, seat)
    assignment = session_tables.assignment
    _tamper(
        room,
        sa.update(assignment)
        .where(assignment.c.rater_id == "r3", assignment.c.piece_id == "p1")
        .values(piece_id="p4"),
    )
    choice = Choice("p1", "IDEAS", level="3")
    save_choice(room, seat, BLIND, choice, operation_id="a", seen=0, rules=rules)
    with pytest.raises(SealError, match="was changed"):
        load_rules(room, seat)
    with pytest.raises(SealError, match="was changed"):
        _reveal(room, override=Override(frozenset({"r2", "r3", "r4"}), "x"))


@pytest.mark.parametrize(
    "change",
    [
        sa.delete(tables.rater_secret).where(tables.rater_secret.c.rater_id == "r2"),
        sa.update(tables.rater_secret)
        .where(tables.rater_secret.c.rater_id == "r2")
        .values(secret_hash=b"\1" * 32),
    ],
)
def test_a_page_whose_secret_the_project_no_longer_holds_saves_and_commits_nothing(
    scoring: Room, change: sa.Executable
) -> None:
    room, seat = scoring, scoring.seat("r2")
    rules = load_rules(room, seat)
    choice = Choice("p1", "IDEAS", level="3")
    save_choice(room, seat, BLIND, choice, operation_id="a", seen=0, rules=rules)
    _tamper(room, change)
    again = replace(choice, level="2")
    with pytest.raises(SealError, match="not open for this rater any more"):
        save_choice(room, seat, BLIND, again, operation_id="b", seen=1, rules=rules)
    with pytest.raises(SealError, match="not open for this rater any more"):
        save_note(room, seat, BLIND, "p1", "x", operation_id="c", seen=1, rules=rules)
    with pytest.raises(SealError, match="not open for this rater any more"):
        commit(room, seat, BLIND, operation_id="d", seen=1, leave_open=True, rules=rules)
    with pytest.raises(SealError, match="not open for this rater any more"):
        open_desk(room, seat, BLIND, rules=rules)
    with room.store.reading() as unit:
        row = unit.ballots.get(room.session, BLIND, "r2")
    assert (row.sequence, row.state) == (1, BallotState.DRAFT)


def test_the_rules_of_another_session_are_refused(scoring: Room) -> None:
    room, first = scoring, scoring.seat("r2")
    room.set_up()
    room.open()
    rules = load_rules(room, room.seat("r2"))
    with pytest.raises(SealError, match="not the one of this rater"):
        open_desk(room, first, BLIND, rules=rules)
    choice = Choice("p1", "IDEAS", level="3")
    with pytest.raises(SealError, match="not the one of this rater"):
        save_choice(room, first, BLIND, choice, operation_id="a", seen=0, rules=rules)


def test_another_sessions_keys_do_not_open_this_one(committed: Room) -> None:
    room, first = committed, committed.session
    room.set_up()
    room.open()
    wrong = open_keys(room.keystore, room.session, PASSPHRASE)
    with pytest.raises(SealError):
        reveal(room, first, BLIND, wrong, by="coach")
    with pytest.raises(SealError, match="not the passphrase"):
        open_keys(room.keystore, first, "another passphrase")


def test_a_reveal_happens_once(committed: Room) -> None:
    room = committed
    _reveal(room)
    with room.store.reading() as unit:
        before = unit.scores.count()
    with pytest.raises(SealError, match="have been revealed"):
        _reveal(room)
    with room.store.reading() as unit:
        assert unit.scores.count() == before


def test_two_facilitators_who_reveal_at_once_reveal_once(committed: Room) -> None:
    room = committed
    secrets = open_keys(room.keystore, room.session, PASSPHRASE)
    start, outcomes = threading.Barrier(2), []

    def facilitator() -> None:
        start.wait()
        try:
            outcomes.append(reveal(room, room.session, BLIND, secrets, by="coach").scores)
        except CalibrateError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=facilitator) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes))[0] == "12" and "revealed" in sorted(map(str, outcomes))[1]
    with room.store.reading() as unit:
        assert unit.scores.count() == 12


def test_an_override_names_exactly_who_is_missing(scoring: Room) -> None:
    room = scoring
    with pytest.raises(RevealRefused, match="Nobody has committed"):
        _reveal(room, override=Override(frozenset({"r2", "r3", "r4"}), "all out"))
    for rater in ("r3", "r4"):
        room.answer_all(rater)
        room.commit(rater)
    room.choose("r2", Choice("p1", "IDEAS", level="4"))
    with pytest.raises(RevealRefused, match=r"1 of 3 .* panel member 1") as caught:
        _reveal(room)
    assert caught.value.raters == ("r2",)
    for named in (frozenset[str](), frozenset({"r3"}), frozenset({"r2", "r3"})):
        with pytest.raises(RevealRefused, match="not those who were named"):
            _reveal(room, override=Override(named, "ill"))
    with pytest.raises(CalibrateError, match="reason"):
        _reveal(room, override=Override(frozenset({"r2"}), " "))
    _nothing_was_written(room)
    made = _reveal(room, override=Override(frozenset({"r2"}), "ill"))
    assert made.missing == ("r2",) and made.ballots == 2
    with room.store.reading() as unit:
        assert unit.scores.readings.by_rater("r2") == []
        assert "4" not in {one.level_id for one in unit.scores.all()}
        found = unit.sessions.rounds.get(room.session, BLIND)
        assert (found.missing, found.reason, found.revealed_by) == (("r2",), "ill", "coach")
        absent = {
            one.rater_id: one.absent for one in unit.sessions.panel.all(session_id=room.session)
        }
        assert absent == {"r2": True, "r3": False, "r4": False}
        assert unit.audit.all(action="session.override")[0].detail == "r2: ill"


def test_late_choices_commits_and_reopenings_are_refused(scoring: Room) -> None:
    room = scoring
    room.answer_all("r2")
    for rater in ("r3", "r4"):
        room.answer_all(rater)
        room.commit(rater)
    before = _row(room, "r2")
    _reveal(room, override=Override(frozenset({"r2"}), "ill"))
    for late in (
        lambda: room.choose("r2", Choice("p1", "IDEAS", level="1")),
        lambda: room.commit("r2"),
        lambda: reopen_ballot(room, room.session, BLIND, "r3", by="coach", reason="late"),
    ):
        with pytest.raises(SealError, match="have been revealed"):
            late()
    assert _row(room, "r2") == before
    assert open_desk(room, room.seat("r2"), BLIND).open == ()


def test_pins_are_slowed_and_logged_and_leave_nothing_in_the_database(scoring: Room) -> None:
    room = scoring
    pin = room.handouts["r2"].pin
    wrong = f"{(int(pin) + 1) % 10**6:06d}"

    def enter(rater: str | None, typed: str, after: int = 0):  # type: ignore[no-untyped-def]
        moment = NOON + timedelta(seconds=after)
        return seat_from_pin(room, room.keystore, room.session, rater, typed, now=moment)

    assert enter("r2", pin) == room.seat("r2")
    for _ in range(3):
        with pytest.raises(PinRefused, match="do not fit"):
            enter("r2", wrong, 1)
    with pytest.raises(PinRefused, match="15 seconds") as caught:
        enter("r2", pin, 1)
    assert caught.value.wait == timedelta(seconds=15)
    assert enter("r2", pin, 16).rater_id == "r2"
    for rater in ("r5", None, "somebody else"):
        with pytest.raises(PinRefused, match="do not fit"):
            enter(rater, pin, 20)
    with room.store.reading() as unit:
        tries = unit.ballots.tries.all(session_id=room.session)
    assert sorted((one.rater_id or "", one.outcome) for one in tries) == [
        ("", "wrong"),
        ("", "wrong"),
        ("r2", "right"),
        ("r2", "right"),
        ("r2", "too_soon"),
        ("r2", "wrong"),
        ("r2", "wrong"),
        ("r2", "wrong"),
        ("r5", "wrong"),
    ]
    fields = {column.name for table in tables.metadata.tables.values() for column in table.columns}
    assert not any("pin" in name.split("_") for name in fields)


def test_tries_side_by_side_cannot_outrun_the_slowing(scoring: Room) -> None:
    room = scoring
    start, outcomes = threading.Barrier(8), []

    def guess(number: int) -> None:
        start.wait()
        try:
            seat_from_pin(room, room.keystore, room.session, "r2", f"90{number}517", now=NOON)
        except PinRefused as error:
            outcomes.append("late" if error.wait else "tried")

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["late"] * 5 + ["tried"] * 3


def test_a_link_of_another_project_or_session_is_refused(scoring: Room, tmp_path: Path) -> None:
    stranger = make_join_token(make_rater_secret(), make_session_secrets().verify_key)
    with pytest.raises(SealError, match="not one of this project"):
        seat_from_link(scoring, stranger)
    moved = replace(scoring.seat("r2"), secret=make_rater_secret())
    with pytest.raises(SealError, match="not the one of this rater"):
        open_desk(scoring, moved, BLIND)


def test_a_lost_facilitator_key_is_mended_by_file_and_by_words(
    committed: Room, tmp_path: Path
) -> None:
    room = committed
    sheet = tmp_path / "sheet.txt"
    write_recovery_file(sheet, room.recovery, project_title="Maple", project_folder=room.folder)
    lost = KeyStore("pr-test", room.folder, tmp_path / "new", passphrase_cost=CHEAP, pin_cost=CHEAP)
    with pytest.raises(CalibrateError, match="not on this machine"):
        open_keys(lost, room.session, PASSPHRASE)
    public = room.recovery.public_key
    from_file = read_recovery_file(sheet, public_key=public)
    from_words = read_recovery("\n".join(room.recovery.words).upper(), public_key=public)
    token = room.handouts["r4"].token
    opened = [
        recover_keys(room, room.session, key, by="lead", keystore=store, witness=token)
        for key, store in ((from_file, lost), (from_words, room.keystore))
    ]
    assert opened[0] == opened[1] == open_keys(room.keystore, room.session, PASSPHRASE)
    lost.restore_session(room.session, opened[0], "another four words entirely")
    again = open_keys(lost, room.session, "another four words entirely")
    assert reveal(room, room.session, BLIND, again, by="lead").ballots == 3
    with room.store.reading() as unit:
        assert {one.actor for one in unit.audit.all(action="session.recovered")} == {"lead"}
    with pytest.raises(SealError):
        recover_keys(room, room.session, make_recovery_key(), by="lead")


def test_a_forged_recovery_copy_is_noticed_by_the_key_store_or_a_raters_link(
    committed: Room, tmp_path: Path
) -> None:
    room, intruder = committed, make_session_secrets()
    box = seal_for_recovery(intruder, room.id, room.session, recovery_key=room.recovery.public_key)
    keys = tables.session_key
    _tamper(room, sa.update(keys).where(keys.c.session_id == room.session).values(recovery_box=box))
    with pytest.raises(SealError, match="other keys"):
        recover_keys(room, room.session, room.recovery, by="lead", keystore=room.keystore)
    elsewhere = KeyStore("pr-test", room.folder, tmp_path / "elsewhere")
    token = room.handouts["r3"].token
    with pytest.raises(SealError, match="other keys"):
        recover_keys(
            room, room.session, room.recovery, by="lead", keystore=elsewhere, witness=token
        )
    forged = recover_keys(room, room.session, room.recovery, by="lead")
    with pytest.raises(SealError, match="was changed"):
        reveal(room, room.session, BLIND, forged, by="lead")
    _nothing_was_written(room)


def test_a_changed_recovery_key_stops_the_next_session(scoring: Room) -> None:
    room = scoring
    room.set_up()
    room.recovery = make_recovery_key()
    with pytest.raises(SealError, match="not the one that this machine remembers"):
        room.open()


def test_a_lost_link_is_handed_out_again_and_its_old_pin_ends(scoring: Room) -> None:
    room = scoring
    secrets = open_keys(room.keystore, room.session, PASSPHRASE)
    old = room.handouts["r2"]
    new = hand_out_again(room, room.keystore, room.session, "r2", secrets, by="coach")
    assert new.token == old.token and new.rater_id == "r2"
    seat = seat_from_pin(room, room.keystore, room.session, "r2", new.pin, now=NOON)
    assert seat == room.seat("r2")
    if new.pin != old.pin:
        with pytest.raises(PinRefused):
            seat_from_pin(room, room.keystore, room.session, "r2", old.pin, now=NOON)
    with pytest.raises(SealError, match="not on the panel"):
        hand_out_again(room, room.keystore, room.session, "r5", secrets, by="coach")
    with pytest.raises(SealError):
        hand_out_again(room, room.keystore, room.session, "r2", make_session_secrets(), by="coach")
    with room.store.reading() as unit:
        assert unit.audit.count(action="session.handout") == 1


def test_a_rater_cannot_smuggle_in_what_was_not_to_be_scored(scoring: Room) -> None:
    """A rater's own program may seal and sign anything; the reveal looks at it again."""
    room = scoring
    for rater in ("r3", "r4"):
        room.answer_all(rater)
        room.commit(rater)
    with room.store.reading() as unit:
        manifest = Manifest.from_bytes(unit.ballots.manifests.get(room.session).body)
    for sequence, choice in enumerate(
        [Choice("p3", "IDEAS", level="3"), Choice("p1", "IDEAS", level="99")], start=1
    ):
        mine = seal_ballot(
            Contents((choice,)),
            BallotPlace(room.id, room.session, "blind", "r2"),
            2 * sequence - 1,
            "committed",
            session_key=manifest.session_key,
            signing_key=room.seat("r2").secret.signing_key,
            size=manifest.ballot_size,
        )
        row = Ballot(
            room.session,
            BLIND,
            "r2",
            mine.sequence,
            mine.sealed,
            mine.signature,
            BallotState.COMMITTED,
            1,
            None,
            NOON,
            NOON,
        )
        with room.store.transaction() as unit:
            unit.ballots.save(
                row,
                expected=mine.sequence - 1,
                operation_id=f"own-{sequence}",
                fingerprint=mine.fingerprint,
            )
        with pytest.raises(RevealRefused, match="panel member 1"):
            _reveal(room)
        _nothing_was_written(room)
        reopen_ballot(room, room.session, BLIND, "r2", by="coach", reason="odd")


def test_a_round_that_is_not_open_takes_nothing(committed: Room) -> None:
    secrets = open_keys(committed.keystore, committed.session, PASSPHRASE)
    with pytest.raises(SealError, match="not open"):
        reveal(committed, committed.session, RoundName.AFTER_DISCUSSION, secrets, by="coach")
