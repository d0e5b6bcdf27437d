"""A key, manifest, panel or plan that somebody changed is noticed, and a round takes what it may take and no more."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from calibrate.errors import CalibrateError, SealError
from calibrate.model.session import Ballot, BallotState, RoundName
from calibrate.store.schema import sealed as tables
from calibrate.store.schema import sessions as session_tables
from calibrate.store.sealing import (
    BallotPlace,
    Choice,
    Contents,
    Manifest,
    make_session_secrets,
    seal_ballot,
    sign_manifest,
)
from calibrate.workflows.norming import (
    Override,
    RevealRefused,
    commit,
    load_rules,
    open_desk,
    open_keys,
    reopen_ballot,
    reveal,
    save_choice,
    save_note,
    seat_from_pin,
)
from tests.store.sealing_kit import PASSPHRASE
from tests.support.district import NOON
from tests.support.norming import BLIND, Room
from tests.support.tampering import (
    nothing_was_written,
    reveal_blind,
    row_of,
    tamper,
)


def test_a_substituted_session_key_is_noticed_by_raters_and_at_the_reveal(scoring: Room) -> None:
    room, intruder = scoring, make_session_secrets()
    keys = tables.session_key
    tamper(room, sa.update(keys).values(public_key=intruder.public_key))
    with pytest.raises(SealError, match="was changed"):
        room.choose("r2", Choice("p1", "IDEAS", level="3"))
    with pytest.raises(SealError, match="was changed"):
        reveal_blind(room)
    with room.store.reading() as unit:
        assert unit.ballots.of(room.session) == []


def test_a_whole_forged_manifest_is_noticed_by_raters_and_at_the_reveal(scoring: Room) -> None:
    room, intruder = scoring, make_session_secrets()
    with room.store.reading() as unit:
        true = Manifest.from_bytes(unit.ballots.manifests.get(room.session).body)
    forged = replace(true, session_key=intruder.public_key)
    tamper(
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
        reveal_blind(room)


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
    tamper(room, change)
    with pytest.raises(SealError, match="was changed"):
        reveal_blind(room)
    nothing_was_written(room)


def test_a_plan_that_is_changed_while_a_page_is_open_is_noticed_at_the_reveal(
    scoring: Room,
) -> None:
    room, seat = scoring, scoring.seat("r2")
    rules = load_rules(room, seat)
    assignment = session_tables.assignment
    tamper(
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
        reveal_blind(room, override=Override(frozenset({"r2", "r3", "r4"}), "x"))


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
    tamper(room, change)
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
    reveal_blind(room)
    with room.store.reading() as unit:
        before = unit.scores.count()
    with pytest.raises(SealError, match="have been revealed"):
        reveal_blind(room)
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
        reveal_blind(room, override=Override(frozenset({"r2", "r3", "r4"}), "all out"))
    for rater in ("r3", "r4"):
        room.answer_all(rater)
        room.commit(rater)
    room.choose("r2", Choice("p1", "IDEAS", level="4"))
    with pytest.raises(RevealRefused, match=r"1 of 3 .* panel member 1") as caught:
        reveal_blind(room)
    assert caught.value.raters == ("r2",)
    for named in (frozenset[str](), frozenset({"r3"}), frozenset({"r2", "r3"})):
        with pytest.raises(RevealRefused, match="not those who were named"):
            reveal_blind(room, override=Override(named, "ill"))
    with pytest.raises(CalibrateError, match="reason"):
        reveal_blind(room, override=Override(frozenset({"r2"}), " "))
    nothing_was_written(room)
    made = reveal_blind(room, override=Override(frozenset({"r2"}), "ill"))
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
    before = row_of(room, "r2")
    reveal_blind(room, override=Override(frozenset({"r2"}), "ill"))
    for late in (
        lambda: room.choose("r2", Choice("p1", "IDEAS", level="1")),
        lambda: room.commit("r2"),
        lambda: reopen_ballot(room, room.session, BLIND, "r3", by="coach", reason="late"),
    ):
        with pytest.raises(SealError, match="have been revealed"):
            late()
    assert row_of(room, "r2") == before
    assert open_desk(room, room.seat("r2"), BLIND).open == ()


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
            reveal_blind(room)
        nothing_was_written(room)
        reopen_ballot(room, room.session, BLIND, "r2", by="coach", reason="odd")


def test_a_round_that_is_not_open_takes_nothing(committed: Room) -> None:
    secrets = open_keys(committed.keystore, committed.session, PASSPHRASE)
    with pytest.raises(SealError, match="not open"):
        reveal(committed, committed.session, RoundName.AFTER_DISCUSSION, secrets, by="coach")
