"""What all links say of a pair of schools that is not shown stays out of the report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calibrate.analysis.comparability_model import compare_through_model
from calibrate.analysis.few_readers import shown_comparison
from calibrate.reports.district_answer import through_lines
from calibrate.reports.through_section import through_section
from tests.analysis.test_few_readers import SCALES, one_reader_on_y

LABELS = {"A": "Lincoln", "B": "Roosevelt", "C": "Stone Mill"}


@pytest.fixture(scope="module")
def found():
    shown = shown_comparison(one_reader_on_y(), SCALES, labels=LABELS)
    through = compare_through_model(shown.rows, SCALES, labels=LABELS)
    # Whatever the model makes of them: every pair has a number of its own, told in the sentence too.
    pairs = tuple(
        replace(
            one,
            difference=number,
            ci95=(number - 0.01, number + 0.01),
            verdict="different",
            sentence=f"{LABELS[one.a]} and {LABELS[one.b]} lie {number} apart.",
        )
        for one, number in zip(through.these.between_pairs(), (1.11, 2.22, 3.33), strict=True)
    )
    told = " ".join(["All links.", *(one.sentence for one in pairs)])
    these = replace(through.these, pairs=pairs)
    return shown.comparison, replace(through, these=these, sentence=told)


def test_a_pair_that_is_not_shown_has_no_number_by_way_of_other_schools(found):
    comparison, through = found
    hidden, shown, _ = through.these.between_pairs()
    assert (hidden.a, hidden.b) == ("A", "B") and shown.difference == 2.22
    html = through_section(through, comparison, LABELS).html
    assert "1.11" not in html and "1.10" not in html and "1.12" not in html
    assert html.count("2.22") == 2 and "3.33" in html  # in the table and in the sentence
    assert "Not shown: Lincoln and Roosevelt" in html


def test_a_pair_that_is_not_shown_is_not_told_on_the_first_page_either(found):
    comparison, through = found
    text = through_lines(comparison, through, LABELS)
    assert "1.11" not in text and "Lincoln" not in text
    assert "3.33" in text  # B and C share nothing: what the links say of them stands


def test_where_every_pair_is_shown_nothing_is_left_out(found):
    comparison, through = found
    pairs = tuple(replace(one, withheld=False) for one in comparison.pairs)
    open_one = replace(comparison, pairs=pairs)
    html = through_section(through, open_one, LABELS).html
    assert "1.11" in html and "Not shown" not in html
    assert "1.11" in through_lines(open_one, through, LABELS)
