"""A school's change between windows: in points, and only where earlier pieces were read again."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.school_drift import school_drift
from tests.analysis.test_severity_model import as_table, scales
from tests.stats.facets.simulated import draw

ORDER = ("2025-fall", "2026-spring")


def year(seed: int, *, again: int, moved: float = 0.0, growth: float = 0.8) -> pd.DataFrame:
    """Two schools with three raters each; north becomes harsher by ``moved`` logits; ``again`` fall pieces are read again."""
    rng = np.random.default_rng(seed)
    difficulty = np.array([-0.3, 0.0, 0.3])
    severity = rng.normal(0, 0.4, 6)
    later = severity + np.r_[np.full(3, moved), np.zeros(3)]

    def readers(n: int) -> list[list[int]]:
        return [list(rng.permutation(6)[:2]) for _ in range(n)]

    quality = rng.normal(0, 1.2, 60)
    fall = draw(seed, quality, readers(60), severity, difficulty, halo=0.6)
    new = rng.normal(growth, 1.2, 60)
    spring = draw(seed + 1, new, readers(60), later, difficulty, halo=0.6)
    spring.piece = spring.piece + 200
    parts = [as_table(fall, window=ORDER[0]), as_table(spring, window=ORDER[1])]
    if again:
        reread = draw(seed + 2, quality[:again], readers(again), later, difficulty, halo=0.6)
        parts.append(as_table(reread, window=ORDER[1]))
    table = pd.concat(parts, ignore_index=True)
    school = {f"R{one}": "north" if one < 3 else "south" for one in range(6)}
    return table.assign(rater_school=table["rater"].map(school))


def test_a_school_that_became_harsher_is_told_in_points():
    found = school_drift(year(1, again=40, moved=1.2), scales(3))
    north, south = found.of("north"), found.of("south")
    assert north.verdict == "lower" and north.change < -0.3
    assert north.ci_low < -0.55 < north.ci_high, "1.2 logits are about half a point here"
    assert south.verdict in ("steady", "cannot tell") and abs(south.change) < 0.3
    assert "less than in 2025-fall to the same work" in north.sentence
    assert "40 pieces read again" in north.sentence
    assert found.family_size == 2
    assert north.sentence[1:].rstrip(".") in found.sentence


def test_students_who_became_better_are_not_taken_for_a_school_that_became_lenient():
    verdicts = [
        one.verdict
        for seed in range(300, 305)
        for one in school_drift(year(seed, again=8, growth=1.5), scales(3)).schools
    ]
    assert "higher" not in verdicts and "lower" not in verdicts


def test_nothing_is_told_where_no_piece_was_read_again():
    found = school_drift(year(1, again=0, moved=1.2), scales(3), labels={"north": "North School"})
    assert {one.verdict for one in found.schools} == {"cannot tell"}
    assert all(math.isnan(one.change) and "read again" in one.reason for one in found.schools)
    assert found.of("north").sentence.startswith("North School: cannot tell whether")
    assert "because no piece of an earlier window was read again" in found.sentence


def test_two_pieces_read_again_are_too_few():
    found = school_drift(year(1, again=2, moved=1.2), scales(3))
    assert {one.verdict for one in found.schools} == {"cannot tell"}
    assert all(math.isnan(one.ci_low) for one in found.schools)


def test_one_window_says_so_and_a_school_that_read_in_one_window_too():
    table = year(1, again=40)
    only = school_drift(table[table.window == ORDER[0]], scales(3))
    assert only.schools == () and "one window" in only.sentence
    late = table[(table.rater_school == "north") | (table.window == ORDER[1])]
    found = school_drift(late, scales(3)).of("south")
    assert found.verdict == "cannot tell" and found.reason == "its teachers read in one window only"


def test_a_school_that_read_nothing_again_is_tied_through_the_other():
    table = year(2, again=40)
    reread = table.piece.str[1:].astype(int) < 40
    kept = ~((table.window == ORDER[1]) & reread & (table.rater_school == "south"))
    found = school_drift(table[kept], scales(3)).of("south")
    assert math.isfinite(found.se)
    assert found.se > school_drift(table, scales(3)).of("south").se


def test_rows_in_another_order_change_nothing():
    table = year(3, again=20)
    one = school_drift(table, scales(3)).of("north")
    two = school_drift(table.sample(frac=1, random_state=1), scales(3)).of("north")
    assert two.change == pytest.approx(one.change)
    assert two.se == pytest.approx(one.se)


def test_the_window_of_the_reading_counts_where_the_table_has_it():
    table = year(4, again=20)
    own = table.rename(columns={"window": "reading_window"})
    number = own.piece.str[1:].astype(int)
    own["session"] = own["reading_window"]
    own["window"] = np.where(number < 200, ORDER[0], ORDER[1])
    found, before = (school_drift(one, scales(3)).of("north") for one in (own, table))
    assert found.n_reread == before.n_reread == 20
    assert found.change == pytest.approx(before.change, abs=0.1)


def test_given_order_names_the_windows_in_time():
    table = year(5, again=20)
    names = {ORDER[0]: "B", ORDER[1]: "A"}
    table["window"] = table["window"].map(names)
    found = school_drift(table, scales(3), order=["B", "A"]).of("north")
    assert (found.first, found.last) == ("B", "A")
