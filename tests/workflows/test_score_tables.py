"""The table of judgements and the table of scores of record, from a project with known readings."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from calibrate.model.scores import ReadingPurpose
from calibrate.model.session import Consensus
from calibrate.model.work import Window
from calibrate.store.project import Project
from calibrate.workflows.score_tables import (
    COLUMNS,
    RECORD_COLUMNS,
    records_of,
    scales,
    score_table,
)
from tests.support.district import NOON, add_district, reading, rubric, score

OWN, THIRD = ReadingPurpose.OWN_STUDENT, ReadingPurpose.ADJUDICATION


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "district") as made:
        with made.transaction() as unit:
            add_district(unit, pieces=6, raters=4)
        yield made


def put(project: Project, name: str, piece: str, raters: str, ideas: str, conv: str = "", **more: object) -> None:  # fmt: skip
    """A reading with a level (or, in capitals, a condition code) for IDEAS and perhaps CONV."""
    with project.transaction() as unit:
        unit.scores.readings.add(reading(name, piece, *raters.split("+"), **more))  # type: ignore[arg-type]
        for criterion, answer in (("IDEAS", ideas), ("CONV", conv)):
            if answer:
                code = answer if answer.isupper() else None
                level = None if code else answer
                unit.scores.add(score(f"{name}-{criterion}", name, criterion, level, code))


def agree(project: Project, name: str, piece: str, level: str | None, **more: object) -> None:
    with project.transaction() as unit:
        given = {"code_id": None, "reason": "agreed", "settled_at": NOON, "replaces": None} | more
        unit.sessions.consensus.add(
            Consensus(id=name, session_id="fall-1", piece_id=piece, criterion_id="IDEAS",
                      level_id=level, **given)  # type: ignore[arg-type]
        )  # fmt: skip


def record(project: Project, piece: str, criterion: str = "IDEAS") -> pd.Series:  # type: ignore[type-arg]
    table = records_of(project)
    found = table[(table["piece_id"] == piece) & (table["criterion"] == criterion)]
    assert len(found) == 1
    return found.iloc[0]


def test_a_judgement_says_everything_that_is_known_of_it(project: Project) -> None:
    put(project, "rd1", "p1", "r2", "3", "1.5")
    table = score_table(project)
    assert tuple(table.columns) == COLUMNS
    row = table.set_index("criterion").loc["CONV"]
    assert (row["piece"], row["piece_id"], row["rater"]) == ("P00001", "p1", "r2")
    assert (row["score"], row["position"]) == (1.5, 4)
    assert (row["session"], row["round"], row["purpose"]) == ("fall-1", "blind", "independent")
    assert (row["window"], row["task"], row["genre"], row["grade"]) == (
        "2025-fall",
        "pet",
        "narrative",
        "03",
    )
    assert (row["student"], row["piece_school"], row["rater_school"]) == ("s1", "maple", "birch")
    assert (row["rubric_id"], row["rubric_version"]) == ("writing", 1)
    assert row["scored_at"] == pd.Timestamp(NOON)
    assert not row["joint"]


def test_a_code_is_neither_a_number_nor_missing(project: Project) -> None:
    put(project, "rd1", "p1", "r2", "BLANK", "0")
    table = score_table(project).set_index("criterion")
    assert table.loc["IDEAS", "code"] == "BLANK"
    assert math.isnan(table.loc["IDEAS", "score"])
    assert table["position"].isna().to_dict() == {"IDEAS": True, "CONV": False}
    assert table.loc["CONV", "score"] == 0
    assert table["code"].isna().to_dict() == {"IDEAS": False, "CONV": True}


def test_a_correction_takes_the_place_of_what_it_replaces(project: Project) -> None:
    put(project, "rd1", "p1", "r2", "3")
    with project.transaction() as unit:
        unit.scores.add(score("again", "rd1", level="1", replaces="rd1-IDEAS"))
    assert score_table(project)["score"].tolist() == [1.0]
    assert record(project, "p1")["value"] == 1.0


def test_a_joint_reading_is_one_judgement(project: Project) -> None:
    put(project, "rd1", "p1", "r3+r1", "3")
    put(project, "rd2", "p1", "r2+r4", "3")
    put(project, "rd3", "p2", "r1+r2", "2")
    table = score_table(project).set_index("reading")
    assert len(table) == 3
    assert table["joint"].all()
    assert table["rater"].to_dict() == {"rd1": "r1+r3", "rd2": "r2+r4", "rd3": "r1+r2"}
    assert table.loc["rd1", "rater_school"] == "maple"
    assert pd.isna(table.loc["rd3", "rater_school"])
    assert record(project, "p1")["n_readings"] == 2


def test_the_table_is_narrowed_by_session_window_round_purpose_and_school(project: Project) -> None:
    put(project, "a", "p1", "r1", "1")
    put(project, "b", "p1", "r2", "2", round="after_discussion")
    put(project, "c", "p2", "r2", "3", session=None, round="operational", purpose=OWN)
    with project.transaction() as unit:
        elsewhere = replace(unit.work.pieces.get("p6"), school_id="birch")
        unit.work.pieces.put(elsewhere)
    put(project, "d", "p6", "r4", "4")

    def readings(**narrowed: object) -> list[str]:
        return sorted(score_table(project, **narrowed)["reading"])  # type: ignore[arg-type]

    assert readings() == ["a", "b", "c", "d"]
    assert readings(session="fall-1") == ["a", "b", "d"]
    assert readings(round="blind") == ["a", "d"]
    assert readings(round=["blind", "operational"]) == ["a", "c", "d"]
    assert readings(purpose="own_student") == ["c"]
    assert readings(window="2025-fall") == ["a", "b", "c", "d"]
    assert readings(window="2026-spring") == []
    assert readings(school="maple") == ["a", "b", "c"]
    assert readings(school="birch") == ["b", "c", "d"]


def test_a_reading_has_the_window_of_its_session_and_the_piece_its_own(project: Project) -> None:
    with project.transaction() as unit:
        later = Window("2026-spring", "Spring", "2025-26", date(2026, 3, 1), date(2026, 5, 1))
        unit.work.windows.put(later)
        unit.work.pieces.put(replace(unit.work.pieces.get("p2"), window_id="2026-spring"))
    put(project, "a", "p1", "r1", "1")
    put(project, "b", "p2", "r2", "2")
    put(project, "c", "p2", "r1", "3", session=None, round="operational")
    table = score_table(project).set_index("reading")
    assert table["window"].to_dict() == {"a": "2025-fall", "b": "2026-spring", "c": "2026-spring"}
    assert table["reading_window"].to_dict() == {
        "a": "2025-fall",
        "b": "2025-fall",
        "c": "2026-spring",
    }


def test_an_empty_table_has_the_columns_and_types_of_a_full_one(project: Project) -> None:
    empty, none = score_table(project), records_of(project)
    put(project, "a", "p1", "r1", "1")
    full, some = score_table(project), records_of(project)
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert none.dtypes.to_dict() == some.dtypes.to_dict()
    assert tuple(none.columns) == RECORD_COLUMNS


def test_scales_are_those_of_the_rubric_in_its_order() -> None:
    assert list(scales(rubric())) == ["IDEAS", "CONV"]
    assert scales(rubric())["CONV"].values == (0, 0.5, 1, 1.5, 2)


def test_a_score_of_record_is_the_median_of_first_independent_readings(project: Project) -> None:
    for number, level in enumerate(("1", "2", "4"), start=1):
        put(project, f"a{number}", "p1", f"r{number}", level)
    put(project, "later", "p1", "r1", "4", round="after_discussion")
    put(project, "back", "p1", "r4", "4", purpose=ReadingPurpose.BACK_READ)
    found = record(project, "p1")
    assert (found["state"], found["value"], found["position"]) == ("settled", 2.0, 2)
    assert (found["by"], found["n_readings"]) == ("median", 3)
    missing = record(project, "p1", "CONV")
    assert (missing["state"], missing["n_readings"]) == ("missing", 0)
    assert pd.isna(missing["value"])


def test_a_consensus_comes_before_every_rule_and_the_latest_one_stands(project: Project) -> None:
    put(project, "a", "p1", "r1", "1")
    agree(project, "co1", "p1", "3")
    assert record(project, "p1")["value"] == 3.0
    agree(project, "co2", "p1", "2", replaces="co1", reason="a second look",
          settled_at=NOON + timedelta(days=1))  # fmt: skip
    found = record(project, "p1")
    assert (found["value"], found["by"], found["reason"]) == (2.0, "consensus", "a second look")
    assert found["n_readings"] == 1


def test_a_consensus_on_a_code_or_on_an_unread_piece_stands_too(project: Project) -> None:
    agree(project, "co1", "p2", None, code_id="OFF")
    found = record(project, "p2")
    assert (found["state"], found["code"], found["n_readings"]) == ("settled", "OFF", 0)
    assert pd.isna(found["value"])


def test_a_teachers_own_student_counts_only_where_nobody_else_read(project: Project) -> None:
    put(project, "own1", "p1", "r1", "4", session=None, round="operational", purpose=OWN)
    put(project, "own2", "p2", "r1", "4", session=None, round="operational", purpose=OWN)
    put(project, "other", "p2", "r2", "2")
    assert record(project, "p1")["value"] == 4.0
    assert (record(project, "p2")["value"], record(project, "p2")["n_readings"]) == (2.0, 1)


def test_an_adjudication_settles_between_the_teacher_and_one_other(project: Project) -> None:
    project.change_settings(replace(project.settings, resolution_rule="third_replaces"))
    put(project, "own", "p1", "r1", "4", session=None, round="operational", purpose=OWN)
    put(project, "other", "p1", "r2", "1", scored_at=NOON + timedelta(hours=1))
    put(project, "third", "p1", "r3", "3", purpose=THIRD, scored_at=NOON + timedelta(hours=2))
    found = record(project, "p1")
    assert (found["value"], found["by"], found["n_readings"]) == (3.0, "third_replaces", 3)


def test_readings_far_apart_wait_for_a_third(project: Project) -> None:
    project.change_settings(replace(project.settings, resolution_rule="average_adjacent"))
    put(project, "a", "p1", "r1", "1", "1")
    put(project, "b", "p1", "r2", "4", "2")
    found = record(project, "p1")
    assert (found["state"], found["by"]) == ("pending", "average_adjacent")
    assert "a third is due" in found["reason"]
    halves = record(project, "p1", "CONV")
    assert (halves["value"], halves["position"]) == (1.5, 4)


def test_a_value_between_two_levels_has_no_position(project: Project) -> None:
    project.change_settings(replace(project.settings, resolution_rule="average_adjacent"))
    put(project, "a", "p1", "r1", "2")
    put(project, "b", "p1", "r2", "3")
    found = record(project, "p1")
    assert found["value"] == 2.5
    assert pd.isna(found["position"])


def test_a_criterion_that_is_not_scored_for_a_piece_has_no_record(project: Project) -> None:
    with project.transaction() as unit:
        unit.work.pieces.put(replace(unit.work.pieces.get("p1"), not_scored=("CONV",)))
    put(project, "a", "p1", "r1", "2")
    assert records_of(project)["criterion"].tolist() == ["IDEAS"]


def test_records_are_narrowed_by_school_and_window(project: Project) -> None:
    put(project, "a", "p1", "r1", "2")
    assert len(records_of(project, school="maple", window="2025-fall")) == 2
    assert records_of(project, school="birch").empty
    assert records_of(project, window="2026-spring").empty


def test_a_years_scores_are_loaded_in_well_under_a_second(project: Project) -> None:
    count = 2250
    with project.transaction() as unit:
        unit.work.pieces.put_all(
            replace(unit.work.pieces.get("p1"), id=f"x{n}", code=f"X{n}", source_id=f"x{n}")
            for n in range(count)
        )
        unit.scores.readings.add_all(
            reading(f"rd{rater}-{n}", f"x{n}", f"r{rater}")
            for n in range(count)
            for rater in (1, 2, 3)
        )
        unit.scores.add_all(
            score(f"sc{rater}-{n}-{criterion}", f"rd{rater}-{n}", criterion, "1")
            for n in range(count)
            for rater in (1, 2, 3)
            for criterion in ("IDEAS", "CONV")
        )
    started = time.process_time()
    table = score_table(project)
    loaded = time.process_time() - started
    records = records_of(project)
    resolved = time.process_time() - started - loaded
    assert (len(table), len(records)) == (13_500, 4_500)
    assert loaded < 1.5
    assert resolved < 1.5
