"""The benchmark of severity measures what it says."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import severity


def test_the_drawn_district_is_as_described():
    piece, rater, criterion, score = severity.district(12_000, raters=60)
    readings = np.unique(np.column_stack([piece, rater]), axis=0)
    assert set(np.unique(readings[:, 0], return_counts=True)[1]) == {2, 3, 4}
    assert len(np.unique(rater)) == 60
    assert set(criterion) == {0, 1, 2, 3} == set(score)
    assert len(piece) == pytest.approx(12_000, rel=0.05)


@pytest.mark.parametrize("estimator", ["jml", "mml"])
def test_time_and_memory_are_taken(estimator):
    found = severity.timed(estimator, 2_000)
    assert found["seconds"] > 0
    assert found["megabytes"] > 10
    assert found["iterations"] >= 3


def test_the_ratio_of_error_to_scatter_is_near_one():
    every, raters = severity.error_ratio("jml", 0.8, 60, draws=25)
    assert every == pytest.approx(1, abs=0.3)
    assert raters == pytest.approx(1, abs=0.3)


def test_the_peer_finds_the_same_severities():
    (found,) = severity.compare(4_000)
    assert found.same
    assert found.ratio > 0
