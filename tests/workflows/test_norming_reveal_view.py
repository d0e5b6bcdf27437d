"""What everybody sees after the reveal: nothing before it, everything after it, and nobody's name."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from calibrate.analysis.agenda import agenda
from calibrate.errors import NotFound, SealError
from calibrate.model.roster import PersonName
from calibrate.model.session import RoundName
from calibrate.store.project import Project
from calibrate.store.sealing import Choice, Mark
from calibrate.workflows.norming import (
    Override,
    close_session,
    commit,
    make_anchor,
    open_desk,
    open_keys,
    reveal,
    save_note,
    settle,
    start_second_round,
)
from calibrate.workflows.norming.reveal_view import (
    RevealItem,
    Reveals,
    RevealView,
    read_session_work,
    view_reveal,
)
from calibrate.workflows.score_tables import scales, score_table
from calibrate.workflows.session_facts import session_facts
from tests.store.sealing_kit import PASSPHRASE
from tests.support.desks import TEXT, hang_work
from tests.support.norming import Room

SECOND = RoundName.AFTER_DISCUSSION
CANARY = "canary-quokka"


def score(room: Room, rater: str, level: str, conventions: str = "1", **other: object) -> None:
    """One rater's whole round: the same level of Ideas everywhere, and the note and marks on p1."""
    for piece in ("p1", "p2"):
        plain = {} if piece == "p2" else other
        room.choose(rater, Choice(piece, "IDEAS", level=level, **plain))
        room.choose(rater, Choice(piece, "CONV", level=conventions))
    room.commit(rater)


@pytest.fixture
def split(scoring: Room) -> Room:
    """Three readers who divide on Ideas; one marks a place twice and writes a note. Not revealed yet."""
    mark = Mark("text", start=3, end=8)
    score(scoring, "r2", "1", note=CANARY, marks=(mark, Mark("text", start=10, end=12)))
    score(scoring, "r3", "4", marks=(mark,))
    score(scoring, "r4", "4")
    return scoring


@pytest.fixture
def revealed(split: Room) -> Room:
    split.reveal()
    return split


def item(view: RevealView, piece: str = "p1") -> RevealItem:
    return next(one for one in view.items if one.piece.id == piece)


def counts(view: RevealView, criterion: str = "IDEAS", piece: str = "p1") -> list[tuple]:
    spread = next(one for one in item(view, piece).spreads if one.criterion == criterion)
    return [(level.number, level.blind, level.second) for level in spread.levels]


def test_nothing_is_seen_before_the_reveal(split: Room) -> None:
    keeper = Reveals(split)
    for look in (
        lambda: view_reveal(split, split.session),
        lambda: view_reveal(split, split.session, names=True, keeper=keeper),
        lambda: read_session_work(split, split.session, "p1"),
        lambda: read_session_work(split, split.session, "p1", keeper=keeper),
    ):
        with pytest.raises(SealError, match="have not been revealed yet"):
            look()
    with pytest.raises(NotFound):
        view_reveal(split, "nowhere")


def test_the_spread_counts_every_level_of_the_scale_used_or_not(revealed: Room) -> None:
    view = view_reveal(revealed, revealed.session)
    assert counts(view) == [("1", 1, None), ("2", 0, None), ("3", 0, None), ("4", 2, None)]
    assert [one[1] for one in counts(view, "CONV")] == [0, 0, 3, 0, 0]
    ideas = item(view).spreads[0]
    assert "from Level 1 to Level 4" in ideas.sentence and ideas.second_sentence == ""
    assert view.panel == ("All 3 on the panel scored.",)
    assert view.second is False


def test_the_agenda_is_the_one_that_the_report_prints(sample_project) -> None:
    with Project.open(sample_project) as project:
        for session in ("S01", "S04"):
            facts = session_facts(project, session)
            names = {one.id: one.name for one in facts.rubric.criteria}
            printed = agenda(facts.blind, scales(facts.rubric), labels=names)
            view = view_reveal(project, session)
            assert view.sentence == printed.sentence
            assert [(one.piece.code, one.rank, one.reason) for one in view.items] == [
                (one.piece, one.rank, one.reason) for one in printed.items
            ]
            for shown, known in zip(view.items, printed.items, strict=True):
                assert [
                    tuple((level.label, level.blind) for level in one.levels)
                    for one in shown.spreads
                ] == [one.counts for one in known.splits]
                assert [one.sentence for one in shown.spreads] == [
                    one.sentence for one in known.splits
                ]


def test_readings_are_anonymous_and_the_same_reader_keeps_the_label(revealed: Room) -> None:
    with revealed.store.transaction() as unit:
        unit.people.names.add_all([PersonName(f"r{n}", "Nameless", f"Person{n}") for n in (2, 3)])
    view = view_reveal(revealed, revealed.session, for_rater="r3")
    labels = {one.label for shown in view.items for one in shown.readings}
    assert labels == {"Reader 1", "Reader 2", "Reader 3"}
    assert not any(text in repr(view) for text in ("'r2'", "'r3'", "Nameless", "Person", "staff-"))
    own = [
        (one.label, one.answers[0].level)
        for shown in view.items
        for one in shown.readings
        if one.own
    ]
    assert own == [(own[0][0], "4")] * 2
    again = view_reveal(revealed, revealed.session)
    assert [one.label for one in item(again).readings] == [one.label for one in item(view).readings]
    assert not any(one.own for one in item(again).readings)
    named = view_reveal(revealed, revealed.session, names=True)
    assert any("(Nameless Person3)" in one.label for one in item(named).readings)


def test_notes_and_evidence_are_laid_open(revealed: Room) -> None:
    shown = item(view_reveal(revealed, revealed.session))
    notes = [answer.note for one in shown.readings for answer in one.answers if answer.note]
    assert notes == [CANARY]
    marks = sorted(
        (mark.criterion_id, mark.start, mark.end) for one in shown.readings for _, mark in one.marks
    )
    assert marks == [("IDEAS", 3, 8), ("IDEAS", 3, 8), ("IDEAS", 10, 12)]


def test_the_second_round_is_seen_only_after_its_own_reveal(revealed: Room) -> None:
    start_second_round(revealed, revealed.session, by="coach")
    for rater in ("r2", "r3", "r4"):
        revealed.answer_all(rater, "1", round_name=SECOND, note="canary-axolotl")
    during = view_reveal(revealed, revealed.session)
    assert "canary-axolotl" not in repr(during) and during.second is False
    for rater in ("r2", "r3", "r4"):
        revealed.commit(rater, round_name=SECOND)
    assert counts(view_reveal(revealed, revealed.session))[0] == ("1", 1, None)
    revealed.reveal(round_name=SECOND)
    after = view_reveal(revealed, revealed.session)
    assert counts(after) == [("1", 1, 3), ("2", 0, 0), ("3", 0, 0), ("4", 2, 0)]
    ideas = item(after).spreads[0]
    assert ideas.second_sentence == (
        "After the discussion, Ideas: all at Level 1. 2 of 3 readers changed their score."
    )
    assert "from Level 1 to Level 4" in ideas.sentence
    assert "canary-axolotl" in repr(after)


def test_a_consensus_and_an_anchor_are_seen_at_once(revealed: Room) -> None:
    keeper = Reveals(revealed)
    assert item(view_reveal(revealed, revealed.session, keeper=keeper)).spreads[0].consensus is None
    for criterion, level in (("IDEAS", "3"), ("CONV", "1.5")):
        settle(
            revealed,
            revealed.session,
            "p1",
            criterion,
            level_id=level,
            reason="Settled.",
            by="coach",
        )
    agreed = item(view_reveal(revealed, revealed.session, keeper=keeper)).spreads[0].consensus
    assert agreed is not None and (agreed.label, agreed.reason) == ("Level 3", "Settled.")
    make_anchor(revealed, revealed.session, "p1", commentary="Clear.", by="coach")
    view = view_reveal(revealed, revealed.session, keeper=keeper)
    assert [one.anchor for one in view.items] == [one.piece.id == "p1" for one in view.items]
    close_session(revealed, revealed.session, by="coach")
    assert str(view_reveal(revealed, revealed.session, keeper=keeper).stage) == "closed"


def test_what_was_worked_out_is_kept_until_something_changes(revealed: Room) -> None:
    keeper = Reveals(revealed)
    first = keeper.prepared(revealed.session)
    assert keeper.prepared(revealed.session) is first
    settle(revealed, revealed.session, "p1", "IDEAS", level_id="3", reason="So.", by="coach")
    assert keeper.prepared(revealed.session) is not first


def test_a_teachers_own_student_joins_the_talk_and_not_the_spread(room: Room) -> None:
    with room.store.transaction() as unit:
        unit.people.names.add(PersonName("r1", "Nameless", "Teacher"))
    room.set_up(
        rater_ids=("r1", "r2", "r3"), own_students={("p1", "r1"): "Only one who can read it."}
    )
    room.open()
    for rater, level in (("r1", "4"), ("r2", "2"), ("r3", "2")):
        room.answer_all(rater, "1")
        room.choose(rater, Choice("p1", "IDEAS", level=level))
        room.commit(rater)
    room.reveal()
    shown = item(view_reveal(room, room.session, for_rater="r2"))
    ideas = shown.spreads[0]
    assert [one.blind for one in ideas.levels] == [0, 2, 0, 0]
    assert [one.aside for one in ideas.levels] == [0, 0, 0, 1]
    assert "all at Level 2" in ideas.sentence
    assert "1 reading more is shown apart (by a teacher of this student)" in ideas.aside_sentence
    about = sorted(one.about for one in shown.readings)
    assert about == ["", "", "by a teacher of this student"]
    assert [one.counted for one in shown.readings].count(False) == 1


def test_who_is_late_and_who_is_absent_is_counted_in_words(split_late: Room) -> None:
    view = view_reveal(split_late, split_late.session)
    assert view.panel == (
        "2 of 4 on the panel scored.",
        "1 had begun and not committed when the scores were revealed: what was begun stays sealed.",
        "1 had not begun when the scores were revealed.",
    )
    assert view.reason == ""
    named = view_reveal(split_late, split_late.session, names=True)
    assert named.reason == "The bus was late."
    assert {one.label for one in item(view).readings} == {"Reader 1", "Reader 2"}


@pytest.fixture
def split_late(room: Room) -> Room:
    room.set_up(rater_ids=("r2", "r3", "r4", "r5"))
    room.open()
    score(room, "r2", "1")
    score(room, "r3", "3")
    room.choose("r4", Choice("p1", "IDEAS", level="2", note=CANARY))
    room.reveal(override=Override(frozenset({"r4", "r5"}), "The bus was late."))
    return room


def test_a_draft_that_was_never_committed_is_not_shown(split_late: Room) -> None:
    assert CANARY not in repr(view_reveal(split_late, split_late.session, names=True))


def test_a_piece_that_nobody_read_comes_last_and_says_so(room: Room) -> None:
    room.set_up(rater_ids=("r2", "r3"), assignments={"r2": ("p1",), "r3": ("p1", "p2")})
    room.open()
    room.answer_all("r2")
    room.commit("r2")
    room.reveal(override=Override(frozenset({"r3"}), "Away."))
    view = view_reveal(room, room.session)
    assert [one.piece.id for one in view.items] == ["p1", "p2"]
    assert view.items[1].reason.startswith("Nobody's scores for it are in this")
    assert view.items[1].spreads[0].sentence == "Ideas: no independent reading."


def test_a_condition_code_is_counted_by_its_name(scoring: Room) -> None:
    score(scoring, "r2", "1")
    score(scoring, "r3", "3")
    scoring.answer_all("r4")
    scoring.choose("r4", Choice("p1", "IDEAS", code="OFF"))
    scoring.commit("r4")
    scoring.reveal()
    ideas = item(view_reveal(scoring, scoring.session)).spreads[0]
    assert [(one.label, one.blind) for one in ideas.codes] == [("Off topic", 1)]
    assert "1 reading gave a condition code (Off topic)" in ideas.sentence


def test_every_member_of_the_panel_may_read_every_piece_afterwards(revealed: Room) -> None:
    hang_work(revealed)
    piece, contents = read_session_work(revealed, revealed.session, "p1")
    assert (piece.code, contents) == ("P00001", [TEXT.encode()])
    with pytest.raises(NotFound, match="not part of the session"):
        read_session_work(revealed, revealed.session, "p3")


def test_a_note_and_a_mark_on_a_piece_that_was_left_open_are_shown_and_counted_nowhere(
    scoring: Room,
) -> None:
    room = scoring
    room.choose("r2", Choice("p1", "IDEAS", note=CANARY, marks=(Mark("text", start=3, end=8),)))
    seat = room.seat("r2")
    save_note(room, seat, RoundName.BLIND, "p2", "whole", operation_id="whole", seen=1)
    commit(room, seat, RoundName.BLIND, operation_id="left", seen=2, leave_open=True)
    for rater in ("r3", "r4"):
        score(room, rater, "4")
    secrets = open_keys(room.keystore, room.session, PASSPHRASE)
    made = reveal(room, room.session, RoundName.BLIND, secrets, by="coach")
    assert (made.ballots, made.readings, made.scores) == (3, 4, 8)
    view = view_reveal(room, room.session)
    noted = [one for one in item(view).readings if one.notes]
    assert [CANARY in text for one in noted for _, text in one.notes] == [True]
    assert noted[0].answers == () and [mark.start for _, mark in noted[0].marks] == [3]
    assert [text for one in item(view, "p2").readings for _, text in one.notes] == ["whole"]
    assert counts(view) == [(*one[:1], 2 if one[0] == "4" else 0, None) for one in counts(view)]
    project = SimpleNamespace(
        store=room.store, reading=room.store.reading, work=room.folder / "work"
    )
    facts = session_facts(project, room.session)
    assert facts.absent == ("r2",) and set(facts.blind["rater"]) == {"r3", "r4"}
    assert len(score_table(project, session=room.session)) == 8


def test_a_piece_on_which_somebody_only_wrote_a_note_has_no_scores_to_compare(
    scoring: Room,
) -> None:
    room = scoring
    for rater in ("r2", "r3", "r4"):
        for criterion in ("IDEAS", "CONV"):
            room.choose(rater, Choice("p1", criterion, level="1"))
        if rater == "r2":
            room.choose(rater, Choice("p2", "IDEAS", note=CANARY))
        seat = room.seat(rater)
        seen = open_desk(room, seat, RoundName.BLIND).sequence
        commit(room, seat, RoundName.BLIND, operation_id="left", seen=seen, leave_open=True)
    room.reveal()
    unread = item(view_reveal(room, room.session), "p2")
    assert unread.reason.startswith("Nobody's scores for it")
    assert [CANARY in text for one in unread.readings for _, text in one.notes] == [True]
