"""The simulation of how often intervals hold the truth counts what it says, and keeps it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import coverage
from calibrate.stats.results import Coefficient


def test_a_panel_of_two_shows_the_coefficients_of_two_besides() -> None:
    found = {
        one.coefficient: one for one in coverage.these_raters(coverage.ROOMS[0], 5, 4, large=2_000)
    }
    assert {"exact", "Cohen", "Scott", "Lin", "Kendall's W", "alpha", "ICC(C,1)"} <= set(found)
    assert all(one.panels == 4 and 0 <= one.held <= 4 - one.without for one in found.values())


def test_whom_an_interval_speaks_for_is_kept_apart() -> None:
    room = coverage.ROOMS[1]
    like = list(coverage.raters_like_these(room, 8, 3, large=200))
    own = list(coverage.raters_of_their_own(room, 8, 3, large=200))
    assert {one.who for one in like} == {"raters like these"}
    assert {one.who for one in own} == {"raters of their own"}
    assert {"ICC(A,1)", "alpha"} <= {one.coefficient for one in like}
    assert "ICC(1,1)" in {one.coefficient for one in own}


def test_raters_of_their_own_share_nobody_between_pieces() -> None:
    ratings = coverage.panel_of_their_own(np.random.default_rng(1), coverage.ROOMS[1], 6)
    assert (ratings.n_pieces, ratings.n_raters, ratings.n_ratings) == (6, 18, 18)


def test_where_most_pieces_are_read_once_so_many_are_read_twice() -> None:
    ratings = coverage.panel_mostly_read_once(np.random.default_rng(1), coverage.ROOMS[2], 15)
    assert (ratings.n_pieces, ratings.n_shared_pieces, ratings.n_ratings) == (100, 15, 115)
    assert ratings.n_raters == 6
    found = list(coverage.most_read_once(coverage.ROOMS[1], 6, 3, large=200))
    assert {one.who for one in found} == {"most read once"}
    assert {one.panels for one in found} == {3}


def test_what_holds_the_truth_is_counted_and_what_has_no_interval_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(
        Coefficient("exact_agreement", None, 0.5, ci_low=low, ci_high=high)
        for low, high in [(0.4, 0.6), (0.6, 0.7), (float("nan"), float("nan")), (0.0, 1.0)]
    )
    monkeypatch.setattr(coverage, "FIRST", 2)
    panels = iter([None] * 4)
    (found,) = coverage._cover(
        "these raters",
        coverage.ROOMS[0],
        5,
        {"x": lambda _: next(answers)},
        {"x": 0.5},
        panels,  # type: ignore[arg-type]
    )
    assert (found.panels, found.held, found.held_first, found.without) == (4, 2, 1, 1)
    assert found.share == pytest.approx(2 / 3)
    assert found.width == pytest.approx((0.2 + 0.1 + 1.0) / 3, abs=1e-4)


def test_kept_answers_of_other_sizes_stay(tmp_path: Path) -> None:
    kept = tmp_path / "coverage.json"
    room = coverage.ROOMS[1]
    small, large = (list(coverage.these_raters(room, n, 2, large=200)) for n in (5, 6))
    coverage.save(kept, small)
    coverage.save(kept, large)
    coverage.save(kept, large)
    assert coverage.saved(kept) == [*small, *large]
