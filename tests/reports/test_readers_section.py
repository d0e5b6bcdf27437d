"""What a school report says of its readers: how many, how far apart, and of nobody anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calibrate.analysis.comparability import FEWEST_READERS
from calibrate.analysis.severity import TOTAL, severity
from calibrate.reports.readers_section import FEWEST_PIECES, readers_section
from tests.analysis.districts import SCALES, district


@pytest.fixture(scope="module")
def rows():
    drawn = district(3, n_pieces=60, raters_per_school=8)
    readers = sorted(drawn.loc[drawn["rater_school"] == "lincoln", "rater"].unique())
    return [one for one in severity(drawn, SCALES, raters=readers).rows if one.criterion == TOTAL]


def with_verdicts(rows, *verdicts: str):
    return [
        replace(rows[0], rater=f"r{i}", verdict=verdict, n_pieces=FEWEST_PIECES)
        for i, verdict in enumerate(verdicts)
    ]


def test_readers_who_score_as_others_do_are_counted_and_the_rest_are_left_in_peace(rows) -> None:
    made = with_verdicts(rows, *["in line"] * 3, "higher", "lower", "cannot tell")
    html = readers_section(made).html
    assert "3 of 6 readers score the same work much as others do" in html
    assert "The others stand apart, or too little is known yet" in html
    assert "<table" not in html and "fewer points" not in html and "more points" not in html
    assert not [one for one in made if one.rater in html]
    assert "The others" not in readers_section(with_verdicts(rows, *["in line"] * 5)).html


def test_one_or_two_readers_who_stand_apart_or_alike_cannot_be_told_from_none(rows) -> None:
    pages = [
        {
            readers_section(with_verdicts(rows, *[one] * n, *[other] * (6 - n))).html
            for n in range(3)
        }
        for one, other in (("in line", "higher"), ("higher", "in line"))
    ]
    assert [len(one) for one in pages] == [1, 1]
    assert "Fewer than 3 of 6 readers" in pages[0].pop() and "Most or all" in pages[1].pop()


def test_no_number_stands_for_fewer_readers_than_the_rule_allows(rows) -> None:
    few = with_verdicts(rows, *["in line"] * (FEWEST_READERS - 1))
    html = readers_section(few).html
    assert "Not shown" in html and "<table" not in html


def test_a_reader_with_few_shared_pieces_does_not_count(rows) -> None:
    made = with_verdicts(rows, *["in line"] * 6)
    made[0] = replace(made[0], n_pieces=FEWEST_PIECES - 1)
    assert "of 5 readers score" in readers_section(made).html


def test_without_shared_pieces_it_cannot_be_told() -> None:
    assert "Cannot tell" in readers_section([]).html


def test_readers_who_lie_apart_by_chance_alone_are_not_said_to_lie_apart(rows) -> None:
    alike = [
        replace(one, difference=0.1 * (-1) ** i, se=0.2)
        for i, one in enumerate(with_verdicts(rows, *["in line"] * 8))
    ]
    assert "typically lie 0.00 of a point apart" in readers_section(alike).html
    apart = [replace(one, difference=0.5 * (-1) ** i) for i, one in enumerate(alike)]
    assert "typically lie 0.5" in readers_section(apart).html
