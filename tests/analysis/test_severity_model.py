"""The many-facet model of a score table: groups of pieces, verdicts, drift, advice on levels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.piece_groups import piece_groups
from calibrate.analysis.severity_drift import reread_drift
from calibrate.analysis.severity_model import severity_model
from calibrate.analysis.severity_steps import advice_sentences
from calibrate.errors import ArgumentError
from tests.stats.facets.simulated import LEVELS, draw, panel


def as_table(drawn, **columns) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "piece": [f"P{one:03d}" for one in drawn.piece],
            "rater": [f"R{one}" for one in drawn.rater],
            "criterion": [f"C{one}" for one in drawn.criterion],
            "score": drawn.score,
            **columns,
        }
    )


def scales(n: int) -> dict[str, tuple[float, ...]]:
    return {f"C{one}": LEVELS for one in range(n)}


def test_the_harshest_and_the_most_lenient_are_named():
    found = severity_model(as_table(panel(1, pieces=120)), scales(3))
    by = {one.rater: one for one in found.verdicts}
    assert by["R5"].verdict == "harsher" and by["R5"].difference < -0.25
    assert by["R0"].verdict == "more lenient" and by["R0"].difference > 0.25
    assert "R5" in found.sentence and "harsher" in found.sentence
    assert "of a point less than the average rater" in by["R5"].sentence


def test_points_are_what_the_rater_would_give_more_or_less():
    found = severity_model(as_table(panel(1, pieces=120)), scales(3))
    fair = dict(zip(found.fit.tables["rater"].ids, found.fit.tables["rater"].fair, strict=True))
    differences = {one.rater: one.difference for one in found.verdicts}
    assert fair["R5"] - fair["R0"] == pytest.approx(differences["R5"] - differences["R0"])


def test_raters_who_are_alike_are_called_in_line_or_not_at_all():
    rng = np.random.default_rng(5)
    readers = [list(rng.permutation(6)[:3]) for _ in range(150)]
    drawn = draw(5, rng.normal(0, 1.2, 150), readers, np.zeros(6), np.zeros(3))
    verdicts = {one.verdict for one in severity_model(as_table(drawn), scales(3)).verdicts}
    assert verdicts <= {"in line", "cannot tell"}
    assert "in line" in verdicts


def test_only_independent_blind_readings_count_and_that_is_told():
    table = as_table(panel(1))
    talked = table.assign(round="after_discussion", session="S1")
    both = pd.concat([table.assign(round="blind", session="S1"), talked])
    found = severity_model(both, scales(3))
    assert found.fit.data.n == len(table)
    assert [one.reason for one in found.left_out] == ["made after the discussion"]


def test_groups_of_pieces_come_from_school_grade_and_window():
    table = as_table(
        panel(1, pieces=100),
        **{"grade": None, "piece_school": None, "window": None},
    )
    number = table["piece"].str[1:].astype(int)
    table["piece_school"] = np.where(number < 60, "north", "south")
    table["grade"] = np.where(number % 2, "3", "4")
    table["window"] = np.where(number == 0, "winter", "fall")
    groups = piece_groups(table)
    assert groups.columns == ("piece_school", "grade", "window")
    assert set(groups.labels) == {
        "north · 3 · fall",
        "north · 4 · fall",
        "south · 3 · fall",
        "south · 4 · fall",
    }


def test_a_school_that_varies_within_a_piece_is_the_raters():
    drawn = panel(1, pieces=100)
    table = as_table(drawn, school=np.where(drawn.rater < 3, "A", "B"))
    groups = piece_groups(table)
    assert groups.columns == ("school",)
    assert set(groups.labels) == {"A + B", "others"}, "few pieces were read by one school alone"


def test_without_such_columns_the_answer_says_what_that_may_hide():
    found = severity_model(as_table(panel(1)), scales(3))
    assert any("may look lenient" in note for note in found.notes)


def year(seed: int, *, reread: bool) -> pd.DataFrame:
    """Rater 0 becomes harsher by 1.2 logits from fall to spring, when students are better by a logit."""
    rng = np.random.default_rng(seed)
    n, difficulty = 80, np.array([-0.3, 0.0, 0.3])
    readers = [list(rng.permutation(4)[:3]) for _ in range(n)]
    quality = rng.normal(0, 1.2, n)
    fall = draw(seed, quality, readers, np.zeros(4), difficulty)
    later = np.array([1.2, 0, 0, 0])
    spring = draw(seed + 1, rng.normal(1, 1.2, n), readers, later, difficulty)
    spring.piece = spring.piece + 200
    parts = [(fall, "2025-1-fall"), (spring, "2026-3-spring")]
    if reread:
        parts.append((draw(seed + 2, quality, readers, later, difficulty), "2026-3-spring"))
    return pd.concat([as_table(drawn, window=window) for drawn, window in parts])


def test_drift_is_told_where_earlier_pieces_were_read_again():
    found = {one.rater: one for one in reread_drift(year(10, reread=True), scales(3))}
    assert found["R0"].verdict == "harsher"
    assert found["R0"].ci_low < 1.2 < found["R0"].ci_high
    assert {found[one].verdict for one in ("R1", "R2", "R3")} == {"steady"}
    assert "read again" in found["R0"].sentence


def test_better_students_in_the_later_window_are_not_taken_for_drift():
    difficulty, changes = np.array([-0.3, 0.0, 0.3]), []
    for seed in (24, 27, 30, 33):
        rng = np.random.default_rng(seed)
        quality = rng.normal(0, 1.2, 80)
        readers = [list(rng.permutation(4)[:2]) for _ in range(80)]
        fall = draw(seed, quality, readers, np.zeros(4), difficulty)
        spring = draw(seed + 1, rng.normal(1.5, 1.2, 80), readers, np.zeros(4), difficulty)
        spring.piece = spring.piece + 200
        again = draw(seed + 2, quality[:8], readers[:8], np.zeros(4), difficulty)
        parts = zip((fall, spring, again), "122", strict=True)
        table = pd.concat([as_table(drawn, window=window) for drawn, window in parts])
        found = reread_drift(table, scales(3))
        assert {one.verdict for one in found} <= {"steady", "cannot tell"}
        changes += [one.change for one in found]
    assert abs(np.mean(changes)) < 0.3, "a common mean of both windows would make it −0.9"


def test_drift_cannot_be_told_where_nothing_was_read_again():
    found = reread_drift(year(1, reread=False), scales(3))
    assert {one.verdict for one in found} == {"cannot tell"}
    assert all("read again" in one.reason for one in found)
    assert reread_drift(as_table(panel(1)), scales(3)) is None


def test_a_second_reading_of_a_piece_in_a_later_window_does_not_count_twice_for_severity():
    found = severity_model(year(2, reread=True), scales(3))
    assert [one.reason for one in found.left_out] == ["read again by the same rater"]
    assert found.drift is not None


def test_unused_rare_and_disordered_levels_become_advice():
    drawn = panel(3, pieces=150)
    table = as_table(drawn)
    table.loc[(table.criterion == "C0") & (table.score == 4), "score"] = 3.0
    rare = table[(table.criterion == "C1") & (table.score == 2)].index[4:]
    table.loc[rare, "score"] = 1.0
    found = severity_model(table, scales(3), model="partial_credit")
    told = {(one.criterion, one.level, one.kind) for one in found.advice}
    assert ("C0", 4.0, "unused") in told
    assert ("C1", 2.0, "rare") in told
    assert ("C1", 2.0, "disordered") in told
    assert not any(name == "C2" for name, _, _ in told)
    shown = advice_sentences(found.advice)
    assert sum("fewer than 10 times" in one for one in shown) == 1
    assert any("C0: level 4 was never given" in one for one in shown)


def test_the_unexpected_judgement_is_found():
    table = as_table(panel(4, pieces=60))
    low = table.groupby("piece")["score"].sum().idxmin()
    row = table[table.piece == low].index[0]
    table.loc[row, "score"] = 4.0
    first = severity_model(table, scales(3)).unexpected[0]
    assert (first.piece, first.rater, first.score) == (low, table.loc[row, "rater"], 4.0)
    assert first.z > 3


def test_a_facet_that_the_table_has_not_is_refused():
    with pytest.raises(ArgumentError, match="no column 'planet'"):
        severity_model(as_table(panel(1)), scales(3), facets=["planet"])


def test_no_sentence_promises_what_one_rater_cannot_show():
    rows = [("P1", "A", "C0", 2.0), ("P2", "A", "C0", 3.0)]
    table = pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score"])
    found = severity_model(table, scales(1))
    assert "Only one rater" in found.sentence
