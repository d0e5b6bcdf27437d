from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.errors import ArgumentError, SealError
from calibrate.store.sealing import (
    COMMITTED,
    DRAFT,
    BallotRefused,
    Choice,
    Contents,
    Mark,
    ballot_size,
    make_rater_secret,
    make_session_secrets,
    open_ballot,
    open_copy,
    seal_copy,
)
from calibrate.store.sealing.payload import HEADER_SIZE, pack, unpack
from tests.store.sealing_kit import SIZE, SOME, make_panel

panel = make_panel()


def test_a_sealed_ballot_opens_to_exactly_what_was_chosen() -> None:
    assert panel.open(panel.seal()) == SOME


def test_a_sealed_ballot_shows_nothing_of_what_it_says() -> None:
    ballot = panel.seal()
    for canary in (b"clear claim", b"talk about", b"FOC", b"off_topic", b'"level"', b"choices"):
        assert canary not in ballot.sealed
    packed = pack({}, SOME, SIZE)
    for canary in (b"clear claim", b"talk about", b"FOC", b"off_topic", b'"level"', b"choices"):
        assert canary in packed


def test_another_session_key_does_not_open_a_ballot() -> None:
    with pytest.raises(BallotRefused, match="not sealed for this session"):
        open_ballot(
            panel.seal(),
            private_key=make_session_secrets().private_key,
            verify_key=panel.anna.verify_key,
            size=SIZE,
        )


def test_a_ballot_forged_with_another_key_is_refused() -> None:
    forged = panel.seal(by=make_rater_secret())
    with pytest.raises(BallotRefused, match="signature") as caught:
        panel.open(forged)
    assert caught.value.rater == "rt-anna"


def test_a_rater_cannot_vote_in_anothers_place() -> None:
    as_anna = panel.seal(by=panel.ben, place=panel.place("rt-anna"))
    with pytest.raises(BallotRefused, match="signature"):
        panel.open(as_anna)


@pytest.mark.parametrize(
    "moved",
    [
        {"project": "pr-2"},
        {"session": "se-2"},
        {"round": "after_discussion"},
        {"rater": "rt-ben"},
    ],
)
def test_a_ballot_moved_to_another_place_is_refused(moved: dict[str, str]) -> None:
    ballot = replace(panel.seal(), place=replace(panel.place(), **moved))
    with pytest.raises(BallotRefused, match="signature"):
        panel.open(ballot)


def test_fields_cannot_be_shifted_between_the_parts_of_a_place() -> None:
    ballot = panel.seal(place=panel.place(session="se-1a", round="blind"))
    shifted = replace(ballot, place=panel.place(session="se-1", round="ablind"))
    with pytest.raises(BallotRefused):
        panel.open(shifted)


def test_another_raters_sealed_bytes_signed_as_ones_own_are_refused() -> None:
    annas = panel.seal()
    stolen = replace(annas, place=panel.place("rt-ben"), signature=b"")
    own = panel.seal(by=panel.ben, place=panel.place("rt-ben"))
    from calibrate.store.sealing.ballots import _signed_bytes

    signed = panel.ben.signing_key.sign(_signed_bytes(stolen)).signature
    panel.open(own, of=panel.ben)
    with pytest.raises(BallotRefused, match="another place"):
        panel.open(replace(stolen, signature=signed), of=panel.ben)


def test_an_older_ballot_under_a_newer_number_is_refused() -> None:
    old = panel.seal(sequence=3)
    with pytest.raises(BallotRefused, match="signature"):
        panel.open(replace(old, sequence=4))


def test_a_draft_cannot_be_passed_off_as_committed() -> None:
    draft = panel.seal(state=DRAFT)
    with pytest.raises(BallotRefused, match="signature"):
        panel.open(replace(draft, state=COMMITTED))


def test_claimed_progress_is_signed() -> None:
    with pytest.raises(BallotRefused, match="signature"):
        panel.open(replace(panel.seal(), answered=9))


@pytest.mark.parametrize("cut", [1, 16, 48, SIZE // 2, SIZE])
def test_a_truncated_ballot_is_refused(cut: int) -> None:
    ballot = panel.seal()
    with pytest.raises(BallotRefused, match="size and format"):
        panel.open(replace(ballot, sealed=ballot.sealed[:-cut]))
    with pytest.raises(BallotRefused, match="size and format"):
        panel.open(replace(ballot, sealed=ballot.sealed + b"\0" * cut))


def test_an_empty_ballot_or_signature_is_refused() -> None:
    ballot = panel.seal()
    with pytest.raises(BallotRefused):
        panel.open(replace(ballot, sealed=b""))
    with pytest.raises(BallotRefused):
        panel.open(replace(ballot, signature=b""))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, SIZE + 48), st.integers(1, 255))
def test_any_changed_byte_is_noticed(position: int, flip: int) -> None:
    ballot = panel.seal()
    changed = bytearray(ballot.sealed)
    changed[position] ^= flip
    with pytest.raises(BallotRefused):
        panel.open(replace(ballot, sealed=bytes(changed)))


def test_every_ballot_of_a_session_has_the_same_size_and_no_two_look_alike() -> None:
    long = Contents(tuple(Choice("pc-1", f"C{i}", level="1", note="x" * 900) for i in range(10)))
    ballots = [panel.seal(Contents()), panel.seal(), panel.seal(long), panel.seal(long)]
    assert len({len(ballot.sealed) for ballot in ballots}) == 1
    assert len({ballot.sealed for ballot in ballots}) == 4
    copies = [
        seal_copy(c, panel.place(), 1, DRAFT, copy_key=panel.anna.copy_key, size=SIZE)
        for c in (Contents(), SOME, long)
    ]
    assert len({len(copy) for copy in copies}) == 1


def test_notes_that_do_not_fit_are_refused_plainly_and_never_grow_the_ballot() -> None:
    much = Contents((Choice("pc-1", "FOC", level="1", note="word " * 4000),))
    with pytest.raises(SealError, match="longer than a ballot holds") as caught:
        panel.seal(much)
    assert caught.value.fix is not None and "shorten" in caught.value.fix


def test_the_size_depends_on_the_plan_alone_and_grows_in_steps() -> None:
    assert ballot_size(1, 1) == 16 * 1024
    assert ballot_size(5, 5) == 48 * 1024
    sizes = [ballot_size(pieces, 5) for pieces in range(1, 60)]
    assert all(size % (16 * 1024) == 0 for size in sizes) and sizes == sorted(sizes)
    with pytest.raises(ArgumentError, match="too many"):
        ballot_size(500, 5)
    with pytest.raises(ArgumentError):
        ballot_size(0, 5)


def test_a_full_ballot_of_a_normal_session_fits_its_size() -> None:
    marks = tuple(Mark("text", i, i + 40, comment="strong verbs here") for i in range(6))
    full = Contents(
        tuple(
            Choice(f"pc-{p:014d}", f"CRIT{c}", level="3", note="n" * 300, marks=marks)
            for p in range(5)
            for c in range(5)
        )
    )
    assert len(pack({}, full, ballot_size(5, 5))) == ballot_size(5, 5)


@pytest.mark.parametrize("where", [0, 4, 5, HEADER_SIZE, -1])
def test_a_payload_that_is_not_whole_is_refused(where: int) -> None:
    packed = bytearray(pack({}, SOME, SIZE))
    packed[where] ^= 0xFF
    with pytest.raises(SealError):
        unpack(bytes(packed))


def test_a_newer_payload_format_asks_for_a_newer_calibrate() -> None:
    packed = bytearray(pack({}, SOME, SIZE))
    packed[4] = 2
    with pytest.raises(SealError, match="format 2"):
        unpack(bytes(packed))


_texts = st.text(max_size=40)
_marks = st.one_of(
    st.builds(
        lambda s, n, c: Mark("text", s, s + n, comment=c),
        st.integers(0, 9999),
        st.integers(1, 99),
        _texts,
    ),
    st.builds(
        lambda x, y, p: Mark("area", x=x, y=y, width=0.1, height=0.1, page=p),
        st.floats(0, 1),
        st.floats(0, 1),
        st.integers(0, 9),
    ),
)
_choices = st.builds(
    lambda p, c, level, note, marks: Choice(p, c, level=level, note=note, marks=tuple(marks)),
    _texts,
    _texts,
    st.one_of(st.none(), _texts),
    _texts,
    st.lists(_marks, max_size=3),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(_choices, max_size=6, unique_by=lambda c: (c.piece, c.criterion)))
def test_whatever_is_written_is_read_back(choices: list[Choice]) -> None:
    contents = Contents(tuple(choices))
    body, back = unpack(pack({"sequence": 7}, contents, SIZE))
    assert back == contents and body == {"sequence": 7}


def test_choices_are_replaced_and_counted() -> None:
    contents = Contents().with_choice(Choice("b", "X", level="1")).with_choice(Choice("a", "X"))
    assert [c.piece for c in contents.choices] == ["a", "b"] and contents.answered == 1
    changed = contents.with_choice(Choice("b", "X", code="blank")).with_note("a", "hm")
    assert changed.choice("b", "X").code == "blank" and changed.choice("b", "X").level is None
    assert changed.notes == (("a", "hm"),) and changed.with_note("a", "").notes == ()
    assert not changed.choice("z", "Z").answered


@pytest.mark.parametrize(
    "make",
    [
        lambda: Choice("p", "c", level="1", code="blank"),
        lambda: Mark("text", 5, 5),
        lambda: Mark("area", x=1.5),
        lambda: Mark("area", x=float("nan")),
        lambda: Mark("circle"),
        lambda: Contents((Choice("p", "c"), Choice("p", "c"))),
        lambda: Contents((), (("p", "a"), ("p", "b"))),
    ],
)
def test_impossible_contents_are_refused(make: object) -> None:
    with pytest.raises(ArgumentError):
        make()  # type: ignore[operator]


def test_the_raters_own_copy_opens_with_the_raters_secret_alone() -> None:
    place = panel.place()
    copy = seal_copy(SOME, place, 2, DRAFT, copy_key=panel.anna.copy_key, size=SIZE)
    assert open_copy(copy, place, copy_key=panel.anna.copy_key) == (2, DRAFT, SOME)
    for secret in (panel.ben, make_rater_secret()):
        with pytest.raises(SealError, match="does not open with this link"):
            open_copy(copy, place, copy_key=secret.copy_key)
    with pytest.raises(SealError):
        open_copy(copy[:-1], place, copy_key=panel.anna.copy_key)
    with pytest.raises(SealError, match="format"):
        open_copy(b"", place, copy_key=panel.anna.copy_key)
    assert b"clear claim" not in copy


@pytest.mark.parametrize(
    "other",
    [{"project": "pr-2"}, {"session": "se-2"}, {"round": "x"}, {"rater": "rt-ben"}],
)
def test_a_copy_put_in_another_place_is_noticed(other: dict[str, str]) -> None:
    copy = seal_copy(SOME, panel.place(), 2, DRAFT, copy_key=panel.anna.copy_key, size=SIZE)
    with pytest.raises(SealError, match="belongs to another"):
        open_copy(copy, panel.place(**other), copy_key=panel.anna.copy_key)


def test_a_receipt_changes_with_the_ballot_and_says_nothing_of_it() -> None:
    ballot = panel.seal()
    assert ballot.receipt == replace(ballot).receipt
    assert ballot.receipt != panel.seal(sequence=2).receipt
    assert len(ballot.receipt) == 11 and ballot.receipt[5] == "-"
