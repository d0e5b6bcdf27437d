"""The pages on choosing a statistic and on its range show what is computed, from a simulation that can be made again."""

from __future__ import annotations

import importlib.util

from benchmarks import coverage
from tests.support.tree import ROOT


def numbers():
    spec = importlib.util.spec_from_file_location(
        "choosing_numbers", ROOT / "docs" / "choosing_numbers.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_number_of_the_pages_is_the_computed_one():
    for page, text in numbers().pages().items():
        assert page.read_text(encoding="utf-8") == text, "run: python docs/choosing_numbers.py"


def test_the_kept_simulation_is_the_one_that_the_code_gives():
    """Its first panels, drawn again, count the same (one may differ: another machine's last digits)."""
    kept = {
        (one.who, one.room, one.pieces, one.coefficient): one
        for one in coverage.saved(ROOT / "docs" / "coverage.json")
    }
    two, three, _, ceiling = coverage.ROOMS
    again = [
        *coverage.these_raters(two, 10, coverage.FIRST),
        *coverage.these_raters(ceiling, 5, coverage.FIRST),
        *coverage.raters_like_these(three, 5, coverage.FIRST),
        *coverage.raters_of_their_own(three, 5, coverage.FIRST),
        *coverage.most_read_once(three, 10, coverage.FIRST),
    ]
    assert len(again) > 30
    for one in again:
        before = kept[one.who, one.room, one.pieces, one.coefficient]
        assert before.panels == 1000
        assert abs(one.held_first - before.held_first) <= 1, before


def test_from_30_pieces_on_every_interval_for_these_raters_keeps_its_promise_away_from_the_ceiling():
    promised = [
        one
        for one in coverage.saved(ROOT / "docs" / "coverage.json")
        if one.who in ("these raters", "most read once")
        and one.pieces >= 30
        and one.room != "near the ceiling"
    ]
    assert {one.pieces for one in promised} == {30, 100}
    assert set(coverage.STATISTICS) | set(coverage.OF_TWO) == {one.coefficient for one in promised}
    assert [one for one in promised if not 0.92 <= one.share <= 0.97] == []


def test_for_raters_like_these_six_raters_and_30_pieces_keep_the_promise_and_three_err_on_the_wide_side():
    kept = [
        one
        for one in coverage.saved(ROOT / "docs" / "coverage.json")
        if one.who == "raters like these" and one.pieces >= 30
    ]
    six = [one for one in kept if one.room == "six raters"]
    three = [one for one in kept if one.room == "three raters"]
    apart = [one for one in kept if one.room == "six raters far apart"]
    assert len(six) == len(three) == len(apart) == 18
    assert [one for one in six if not 0.92 <= one.share <= 0.975] == []
    assert [one for one in three if one.share < 0.92] == []
    ours = [one for one in apart if not one.coefficient.startswith("ICC")]
    assert [one for one in ours if one.share < 0.89] == []


def test_the_pages_are_linked_from_the_first_page():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert "choosing-a-statistic.md" in index
    assert "intervals.md" in index
