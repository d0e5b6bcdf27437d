"""A benchmark times the same thing twice: Calibrate and its peer give the same number."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest

from benchmarks import agreement, panels, peers_apart
from benchmarks.timing import best, compare_numbers
from calibrate.stats.agreement import gwet_ac
from calibrate.stats.ratings import prepare_ratings


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
    assert all(comparison.their_megabytes > 0 for comparison in comparisons)


def test_our_own_times_come_with_memory() -> None:
    found = list(agreement.own(3_000))
    assert len(found) == 6
    assert all(one.seconds > 0 and one.megabytes > 0 for one in found)


def test_a_peer_that_is_not_there_is_said(tmp_path: Path) -> None:
    for python in (sys.executable, str(tmp_path / "no python")):
        told = list(peers_apart.outside(python, 500))
        assert len(told) == len(peers_apart.PEERS_APART)
        assert all(isinstance(one, str) and "was not there" in one for one in told)
    (told,) = peers_apart.outside(None, 500)
    assert "make peers" in str(told)


def test_a_peer_in_an_environment_of_its_own_is_timed_beside_us(tmp_path: Path) -> None:
    """A stand-in for its Python answers with irrCAC's rounding of our own number."""
    ours = gwet_ac(prepare_ratings(*panels.scores(100, 5), panels.LEVELS)).value
    answer = json.dumps({"seconds": 3.0, "value": round(ours, 5), "megabytes": 70.0})
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!/bin/sh\n[ \"$3\" = irrCAC ] || exit 1\necho '{answer}'\n")
    stand_in.chmod(0o755)
    found, missing = peers_apart.outside(str(stand_in), 500)
    assert not isinstance(found, str)
    assert (found.peer, found.theirs, found.their_megabytes, found.same) == (
        "irrCAC",
        3.0,
        70.0,
        True,
    )
    assert found.ratio > 1
    assert str(missing).startswith("pingouin was not there")


def test_what_the_benchmark_prints_can_be_kept(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(agreement, "compare", lambda _: iter(()))
    kept = tmp_path / "kept.txt"
    arguments = ["--judgements", "1000,2000", "--peer-python", str(tmp_path / "none")]
    assert agreement.main([*arguments, "--save", str(kept)]) == 0
    text = kept.read_text(encoding="utf-8")
    assert "1,000 resamples by single unit" in text
    assert "irrCAC was not there" in text


def test_goals_are_shown_at_full_size_alone() -> None:
    small = agreement.measured("nothing", 10, lambda: None, 0.2, 250)
    large = agreement.measured("nothing", agreement.FULL, lambda: None, 0.2, 250)
    assert (small.seconds_wanted, small.megabytes_wanted) == (None, None)
    assert (large.seconds_wanted, large.megabytes_wanted) == (0.2, 250)


def test_different_numbers_are_shown_as_different() -> None:
    assert compare_numbers("a number", "a peer", lambda: 0.5, lambda: 0.6).same is False
    assert compare_numbers("a number", "a peer", lambda: math.nan, lambda: 0.6).same is False


def test_the_shortest_of_several_runs_counts() -> None:
    answers = iter(range(10))
    seconds, answer = best(lambda: next(answers), seconds=60, most=3)
    assert answer == 2
    assert seconds == pytest.approx(0, abs=1)
