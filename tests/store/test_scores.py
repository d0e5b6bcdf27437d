"""Readings and scores: added, corrected by rows that name what they replace, never changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibrate.errors import DataError
from calibrate.model.scores import Evidence, MarkKind, ReadingPurpose, Score, current_scores
from calibrate.model.sealed import StoredManifest
from calibrate.model.session import Anchor, Ballot, Consensus, RoundName
from calibrate.store.repository import Store
from calibrate.store.schema import APPEND_ONLY, metadata
from tests.support.district import NOON, add_district, reading, score


@pytest.fixture
def filled(store: Store) -> Store:
    with store.transaction() as unit:
        add_district(unit)
        unit.scores.readings.add_all([reading("rd1", "p1", "r1"), reading("rd2", "p1", "r2", "r3")])
        unit.scores.add_all([score("sc1", "rd1"), score("sc2", "rd2", "CONV", None, "BLANK")])
        unit.scores.evidence.add(
            Evidence("ev1", "rd1", "IDEAS", MarkKind.TEXT, 3, 9, comment="yes")
        )
        unit.ballots.manifests.add(StoredManifest("fall-1", b"{}", b"s", b"k", NOON))
        unit.sessions.consensus.add(
            Consensus("co1", "fall-1", "p1", "IDEAS", "3", None, "clear", NOON)
        )
        unit.sessions.anchors.add(
            Anchor("an1", "p1", "writing", 1, "IDEAS", "3", "clear", NOON, "co1")
        )
        unit.ballots.save(
            Ballot("fall-1", RoundName.BLIND, "r1", 1, b"sealed", b"signed"),
            expected=0,
            operation_id="op1",
            fingerprint=b"f" * 32,
        )
        unit.audit.log("r1", "session.open", "fall-1")
    return store


def test_readings_and_scores_come_back_as_they_went_in(filled: Store) -> None:
    with filled.reading() as unit:
        joint = unit.scores.readings.get("rd2")
        assert joint == reading("rd2", "p1", "r2", "r3")
        assert joint.is_joint
        assert unit.scores.readings.by_rater("r3") == [joint]
        assert unit.scores.get("sc2").code_id == "BLANK"
        assert unit.scores.evidence.all(reading_id="rd1")[0].comment == "yes"


@pytest.mark.parametrize("raters", [("r1",), ("r3",), ("r1", "r2")])
def test_the_same_rater_twice_on_one_occasion_is_refused(
    filled: Store, raters: tuple[str, ...]
) -> None:
    with pytest.raises(DataError, match="twice") as refused, filled.transaction() as unit:
        unit.scores.readings.add(reading("rd9", "p1", *raters))
    assert "P00001" in str(refused.value)
    with filled.reading() as unit:
        assert unit.scores.readings.count() == 2


def test_the_same_rater_twice_within_one_batch_is_refused(filled: Store) -> None:
    with pytest.raises(DataError, match="twice"), filled.transaction() as unit:
        unit.scores.readings.add_all([reading("rd8", "p2", "r1"), reading("rd9", "p2", "r1")])


def test_operational_readings_without_a_session_are_one_per_rater_too(filled: Store) -> None:
    with filled.transaction() as unit:
        unit.scores.readings.add(reading("a", "p1", "r1", session=None, round="operational"))
    with pytest.raises(DataError, match="twice"), filled.transaction() as unit:
        unit.scores.readings.add(reading("b", "p1", "r1", session=None, round="operational"))


def test_another_purpose_or_round_is_another_occasion(filled: Store) -> None:
    with filled.transaction() as unit:
        unit.scores.readings.add(reading("a", "p1", "r1", round="after_discussion"))
        unit.scores.readings.add(reading("b", "p1", "r1", purpose=ReadingPurpose.BACK_READ))
        assert unit.scores.readings.count(piece_id="p1") == 4


def test_the_database_itself_refuses_a_second_reading(filled: Store) -> None:
    with pytest.raises(DataError), filled.transaction() as unit:
        unit.connection.execute(
            sa.text(
                "INSERT INTO reading_rater (reading_id, rater_id, ordinal, piece_id, occasion) "
                "VALUES ('rd2', 'r1', 3, 'p1', 'fall-1/blind/independent')"
            )
        )


def test_a_criterion_is_scored_once_in_a_reading(filled: Store) -> None:
    with pytest.raises(DataError, match="has a score already"), filled.transaction() as unit:
        unit.scores.add(score("again", "rd1", level="2"))


@pytest.mark.parametrize(
    "bad",
    [
        score("x", "rd1", "CONV", "3"),
        score("x", "rd1", "CONV", None, "NOVEL"),
        score("x", "rd1", "GRIT", "3"),
        score("x", "no-such-reading", "CONV", "1"),
    ],
)
def test_a_score_outside_its_rubric_or_reading_is_refused(filled: Store, bad: Score) -> None:
    with pytest.raises(DataError), filled.transaction() as unit:
        unit.scores.add(bad)
    with filled.reading() as unit:
        assert unit.scores.count() == 2


def test_a_correction_replaces_and_the_old_row_stays(filled: Store) -> None:
    with filled.transaction() as unit:
        unit.scores.add(score("sc3", "rd1", level="4", replaces="sc1"))
        unit.scores.add(score("sc4", "rd1", level="2", replaces="sc3"))
    with filled.reading() as unit:
        assert unit.scores.current(["rd1"]) == [score("sc4", "rd1", level="2", replaces="sc3")]
        assert unit.scores.get("sc1").level_id == "3"
        assert unit.scores.count(reading_id="rd1") == 3


@pytest.mark.parametrize(
    ("reading_id", "criterion", "replaces"),
    [("rd2", "IDEAS", "sc1"), ("rd1", "CONV", "sc1"), ("rd1", "IDEAS", "nothing")],
)
def test_a_correction_of_another_row_is_refused(
    filled: Store, reading_id: str, criterion: str, replaces: str
) -> None:
    with pytest.raises(DataError, match="correction"), filled.transaction() as unit:
        unit.scores.add(score("x", reading_id, criterion, "1", replaces=replaces))


def test_a_row_is_corrected_once(filled: Store) -> None:
    with filled.transaction() as unit:
        unit.scores.add(score("sc3", "rd1", level="4", replaces="sc1"))
    with pytest.raises(DataError, match="corrected already"), filled.transaction() as unit:
        unit.scores.add(score("sc4", "rd1", level="2", replaces="sc1"))


def test_a_consensus_is_settled_once_and_corrected_by_a_later_row(filled: Store) -> None:
    later = Consensus("co2", "fall-1", "p1", "IDEAS", "4", None, "on reflection", NOON, "co1")
    with filled.transaction() as unit:
        unit.sessions.consensus.add(later)
    with filled.reading() as unit:
        assert unit.sessions.consensus.current(session_id="fall-1") == [later]
        assert unit.sessions.consensus.count() == 2
    with pytest.raises(DataError), filled.transaction() as unit:
        unit.sessions.consensus.add(replace(later, id="co3", replaces=None))


@pytest.mark.parametrize("noun", ["scores", "scores.readings", "scores.evidence", "audit"])
def test_the_repository_never_changes_or_removes_what_is_append_only(
    filled: Store, noun: str
) -> None:
    with filled.transaction() as unit:
        rows = unit
        for part in noun.split("."):
            rows = getattr(rows, part)
        first = rows.all()[0]
        with pytest.raises(DataError, match="never changed"):
            rows.remove(first.id)
        changes = {"scores": "comment", "audit": "detail", "scores.evidence": "comment"}
        with pytest.raises(DataError, match="never changed"):
            rows.put(replace(first, **{changes.get(noun, "note"): "other words"}))


@pytest.mark.parametrize("statement", ["DELETE FROM {0}", "UPDATE {0} SET {1} = {1}"])
def test_the_database_itself_never_changes_or_removes_what_is_append_only(
    filled: Store, statement: str
) -> None:
    for table in APPEND_ONLY:
        column = metadata.tables[table].primary_key.columns.keys()[0]
        with filled.reading() as unit:
            before = unit.rows(sa.text(f"SELECT * FROM {table}"))
        assert before, table
        with pytest.raises(DataError, match="never changed"), filled.transaction() as unit:
            unit.connection.execute(sa.text(statement.format(table, column)))
        with filled.reading() as unit:
            assert unit.rows(sa.text(f"SELECT * FROM {table}")) == before


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("1234")), max_size=12))
def test_any_chain_of_corrections_leaves_one_current_score(
    filled: Store, steps: list[tuple[int, str]]
) -> None:
    """Corrections of random rows: those of the newest row are taken, all others refused."""
    accepted = ["sc1"]
    with filled.engine.connect() as check:
        start = check.execute(sa.text("SELECT count(*) FROM score")).scalar_one()
    try:
        with filled.transaction() as unit:
            for number, (back, level) in enumerate(steps):
                target = accepted[max(0, len(accepted) - 1 - back)]
                row = score(f"c{number}", "rd1", level=level, replaces=target)
                if target == accepted[-1]:
                    unit.scores.add(row)
                    accepted.append(row.id)
                    continue
                with pytest.raises(DataError), unit.connection.begin_nested():
                    unit.scores.add(row)
            rows = unit.scores.all(reading_id="rd1")
            assert unit.scores.current(["rd1"]) == current_scores(rows)
            assert [one.id for one in current_scores(rows)] == [accepted[-1]]
            raise InterruptedError  # undo, so that the next example starts afresh
    except InterruptedError:
        pass
    with filled.engine.connect() as check:
        assert check.execute(sa.text("SELECT count(*) FROM score")).scalar_one() == start
