"""What is told of decisions at the cut lies near what is counted."""

from __future__ import annotations

import pytest

from benchmarks import decisions


def test_there_are_180_cells():
    assert len(decisions.every_table()) * len(decisions.RATERS) == 180


@pytest.mark.parametrize("criteria", [1, 4])
def test_told_and_counted_lie_close_together(criteria):
    table = decisions.Table(2.5, 0.8, 0.7, criteria)
    found = list(decisions.cells(table, 4_000))
    assert [one.raters for one in found] == list(decisions.RATERS)
    assert found[0].counted < found[-1].counted
    assert all(abs(one.apart) < 0.03 for one in found)
    assert set(decisions.scores(table, 50).ravel()) <= {1.0, 2.0, 3.0, 4.0}
