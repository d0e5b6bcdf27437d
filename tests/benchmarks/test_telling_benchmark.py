"""The benchmark of plans counts what it says."""

from __future__ import annotations

import pytest

from benchmarks import telling
from benchmarks.verdicts import SCHOOL, THESE, District, expected


def test_the_shift_is_the_difference_asked():
    district = District(2, 3, 6, spread=0.2)
    for kind in (THESE, SCHOOL):
        shift = telling.shift_for(district, 0.4, kind)
        assert expected(district, shift, "S01", kind) == pytest.approx(0.4, abs=1e-6)


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (telling.Round(District(2, 3, 12, spread=0.1), 0.6, 3), THESE),
        (telling.Round(District(3, 6, 18, spread=0.1), 0.8, 0), SCHOOL),
    ],
)
def test_plans_are_carried_out_and_tell_what_they_promise(one, kind):
    found = telling.kept(one, kind, 15)
    assert found.asked == 15 and found.n >= 10
    assert found.as_planned / found.n >= 0.65
    assert kind in telling.row_of(one, kind, found)
    assert telling.row_of(one, kind, found).count("|") == telling.HEAD.count("|")
