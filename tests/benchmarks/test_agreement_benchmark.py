"""A benchmark times the same thing twice: Calibrate and its peer give the same number."""

from __future__ import annotations

import math
import sys

import pytest

from benchmarks import agreement, coverage
from benchmarks.timing import best, compare_numbers


def test_calibrate_and_its_peers_give_the_same_numbers() -> None:
    comparisons = list(agreement.compare(2_000))
    assert {comparison.peer for comparison in comparisons} == {
        "krippendorff (wide matrix)",
        "statsmodels",
        "scikit-learn",
        "a loop over krippendorff",
        "a loop over scikit-learn",
    }
    assert all(comparison.same is not False for comparison in comparisons)
    assert all(comparison.ratio > 0 for comparison in comparisons)


def test_our_own_times_come_with_memory() -> None:
    found = list(agreement.own(3_000))
    assert len(found) == 6
    assert all(one.seconds > 0 and one.megabytes > 0 for one in found)


def test_a_peer_that_is_not_there_is_said() -> None:
    told = list(agreement.outside(sys.executable, 500))
    assert all(isinstance(one, str) and "was not there" in one for one in told)


def test_coverage_counts_panels_without_an_interval() -> None:
    room = coverage.ROOMS[0]
    found = {one.coefficient: one for one in coverage.these_raters(room, 5, 4, large=2_000)}
    assert {"exact", "Cohen", "alpha"} <= set(found)
    assert all(0 <= one.share <= 1 and one.without <= 4 for one in found.values())
    like = list(coverage.raters_like_these(coverage.ROOMS[1], 8, 3, large=200))
    assert {one.who for one in like} == {"raters like these"}


def test_different_numbers_are_shown_as_different() -> None:
    assert compare_numbers("a number", "a peer", lambda: 0.5, lambda: 0.6).same is False
    assert compare_numbers("a number", "a peer", lambda: math.nan, lambda: 0.6).same is False


def test_the_shortest_of_several_runs_counts() -> None:
    answers = iter(range(10))
    seconds, answer = best(lambda: next(answers), seconds=60, most=3)
    assert answer == 2
    assert seconds == pytest.approx(0, abs=1)
