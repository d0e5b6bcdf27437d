"""A benchmark times the same thing twice: Calibrate and its peer give the same number."""

from __future__ import annotations

import math

import pytest

from benchmarks import agreement
from benchmarks.timing import best, compare_numbers


def test_calibrate_and_its_peers_give_the_same_numbers() -> None:
    comparisons = list(agreement.compare(2_000))
    assert {comparison.peer for comparison in comparisons} == {
        "krippendorff (wide matrix)",
        "statsmodels",
        "scikit-learn",
    }
    assert all(comparison.same for comparison in comparisons)
    assert all(comparison.ratio > 0 for comparison in comparisons)


def test_different_numbers_are_shown_as_different() -> None:
    assert compare_numbers("a number", "a peer", lambda: 0.5, lambda: 0.6).same is False
    assert compare_numbers("a number", "a peer", lambda: math.nan, lambda: 0.6).same is False


def test_the_shortest_of_several_runs_counts() -> None:
    answers = iter(range(10))
    seconds, answer = best(lambda: next(answers), seconds=60, most=3)
    assert answer == 2
    assert seconds == pytest.approx(0, abs=1)
