"""The benchmark of dependability measures what it says."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import dependability
from benchmarks.dependability import Panel


def test_the_drawn_panel_is_as_described():
    panel = Panel("", 40, 9, 3, 4, gone=0.2)
    piece, rater, score, criterion = dependability.drawn(panel, np.random.default_rng(1))
    readings = np.unique(np.column_stack([piece, rater]), axis=0)
    assert np.bincount(readings[:, 0]).max() == 3
    assert len(score) == pytest.approx(40 * 3 * 4 * 0.8, rel=0.1)
    assert set(criterion) == {0, 1, 2, 3}
    seconds = dependability.timed(panel)
    assert seconds[0] == pytest.approx(len(score), rel=0.1) and seconds[1] > 0


def test_g_and_phi_of_the_truth_are_worked_from_its_components():
    wanted = dependability.truth(Panel("", 10, 4, 2, 2))
    assert wanted["g"] == pytest.approx(0.53 / (0.53 + (0.15 + 0.125) / 2))
    assert wanted["phi"] == pytest.approx(0.53 / (0.53 + (0.15 + 0.125 + 0.09) / 2))


def test_coverage_is_counted_for_every_number():
    found = list(dependability.coverage(Panel("small", 20, 5, 5), 20))
    assert [one.what for one in found] == [
        "piece",
        "rater",
        "piece x rater",
        "g",
        "phi",
        "phi_cut",
        "consistency",
    ]
    assert all(0.7 < one.share <= 1 and 0.5 < one.error_ratio < 2 for one in found)


def test_what_two_panels_decide_alike_is_counted_with_raters_of_their_own():
    panel = Panel("", 20, 5, 5, 2, mean=3.2)
    wanted = dependability.truth(panel)
    assert wanted["consistency"] == dependability.alike(panel)
    assert dependability.alike(panel, 20_000) == pytest.approx(wanted["consistency"], abs=0.015)
    assert wanted["phi"] < wanted["phi_cut"] < 1


def test_the_peer_finds_the_same_components():
    found = dependability.with_statsmodels(30)
    assert found.same
    assert found.ratio > 0


def test_whole_levels_have_a_truth_of_their_own():
    panel = Panel("", 20, 5, 5, 2, mean=3.2)
    assert set(dependability.drawn(panel, np.random.default_rng(1))[2]) <= {1.0, 2.0, 3.0, 4.0}
    wanted = dependability.truth(panel)
    assert 0.2 < wanted["piece"] < dependability.TRUTH["piece"]
