"""The difference too small to matter: one number, numbers by criterion, or an eighth of the range."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.analysis.margins import margin_for, parse_margin
from calibrate.errors import ArgumentError

SCALES = {"ORG": (1, 2, 3, 4), "CONV": (0, 1, 2)}


def test_without_a_margin_it_is_an_eighth_of_the_range():
    assert margin_for(None, SCALES, "ORG") == pytest.approx(3 / 8)
    assert margin_for(None, SCALES, "CONV") == pytest.approx(2 / 8)
    assert margin_for(None, SCALES, "total") == pytest.approx(5 / 16)


def test_one_number_holds_for_all():
    margin = parse_margin(" 0.3 ", list(SCALES))
    assert {margin_for(margin, SCALES, one) for one in (*SCALES, "total")} == {0.3}


def test_a_margin_by_criterion_leaves_the_others_alone_and_the_total_is_their_mean():
    margin = parse_margin("org=0.25", list(SCALES))
    assert margin == {"ORG": 0.25}
    assert margin_for(margin, SCALES, "CONV") == pytest.approx(0.25)
    assert margin_for(parse_margin("ORG=0.4, conv=0.2", list(SCALES)), SCALES, "total") == (
        pytest.approx(0.3)
    )
    assert margin_for({"ORG": 0.4, "total": 0.1}, SCALES, "total") == 0.1


@pytest.mark.parametrize(
    "text", ["0", "-1", "nan", "inf", "", "much", "ORG=0.2,0.3", "FOC=0.2", "=0.2", "ORG=1,org=2"]
)
def test_what_is_no_margin_is_refused_with_a_way_out(text):
    with pytest.raises(ArgumentError) as refused:
        parse_margin(text, list(SCALES))
    assert refused.value.column == "--margin"


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=30))
def test_whatever_is_typed_gives_a_margin_or_a_message(text):
    try:
        margin = parse_margin(text, list(SCALES))
    except ArgumentError:
        return
    assert margin_for(margin, SCALES, "total") > 0
