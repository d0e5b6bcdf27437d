"""What ``--levels`` takes, and what it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.errors import ArgumentError
from calibrate.exchange.levels import parse_levels


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,2,3,4", (1, 2, 3, 4)),
        ("4, 3,2 ,1", (1, 2, 3, 4)),
        ("1-4", (1, 2, 3, 4)),
        ("0-4:0.5", (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4)),
        ("0-2:0.1", tuple(round(i / 10, 1) for i in range(21))),
        ("2.5,3", (2.5, 3)),
        ("-2-1", (-2, -1, 0, 1)),
        ("-2--1:0.5", (-2, -1.5, -1)),
        ("−2,-1,0,1", (-2, -1, 0, 1)),
        ("LP,IP,P,E", (1, 2, 3, 4)),
    ],
)
def test_one_scale_for_every_criterion(text, values):
    given_levels = parse_levels(text)
    assert given_levels.of("ORG").values == values
    assert given_levels.of("anything") is given_levels.for_all


def test_a_scale_for_each_criterion_capitals_or_not():
    levels = parse_levels("ORG=1-4,CONV=0,1,2,VOICE=LP,IP,P")
    assert levels.of("org").values == (1, 2, 3, 4)
    assert levels.of("CONV").values == (0, 1, 2)
    assert levels.of("Voice").words == {"LP": 1, "IP": 2, "P": 3}
    assert levels.of("IDEAS") is None


def test_words_count_from_the_lowest():
    levels = parse_levels("lp, ip, p, e").for_all
    assert levels.words == {"LP": 1, "IP": 2, "P": 3, "E": 4}
    assert levels.shown == "LP, IP, P, E"
    assert parse_levels("0-1:0.5").for_all.shown == "0, 0.5, 1"


@pytest.mark.parametrize(
    "text",
    [
        "3", "", ",", "1,,2", "1,1", "4-1", "1-4:0", "0-4:0.3", "0-999999", "P", "P,p", "1,two",
        "ORG=1-4,ORG=1-3", "=1-4", "1,2,ORG=1-4", "ORG=", "1-4-7", "1--1", "-", "--1-3", "nan,1", "1e3,2",
    ],
)  # fmt: skip
def test_what_is_no_scale_is_refused_with_the_forms(text):
    with pytest.raises(ArgumentError) as refused:
        parse_levels(text)
    assert refused.value.column == "--levels"
    assert "1-4" in refused.value.fix


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="0123456789-:,.=ORGab \u2013", max_size=25))
def test_any_text_is_read_or_refused(text):
    try:
        levels = parse_levels(text)
    except ArgumentError:
        return
    for one in [levels.for_all, *levels.by_criterion.values()]:
        assert one is None or list(one.values) == sorted(set(one.values))
