"""The district report says what can be expected of the schools' other teachers, and who would cross the line to proficient."""

from __future__ import annotations

import re

import pytest

from calibrate.analysis.comparability import compare
from calibrate.analysis.cut_crossing import mean_scores
from calibrate.reports.schools_section import schools_section
from tests.analysis.districts import SCALES, district

LABELS = {
    "lincoln": "Lincoln",
    "roosevelt": "Roosevelt",
    "riverbend": "Riverbend",
    "stone-mill": "Stone Mill",
}


def section(table, scales=SCALES):
    found = compare(table, scales, labels=LABELS)
    made = schools_section(found, mean_scores(table, "rater_school"), scales, LABELS)
    return found, re.sub(r"<[^>]+>", " ", made.html)


def test_every_school_has_its_row_its_share_at_the_cut_and_what_would_settle_the_rest():
    found, text = section(district(1, lenient=0.45))
    for school in LABELS.values():
        assert school in text
    assert found.this_school.sentence in text
    assert "that Roosevelt scored" in text and "of every 100" in text
    assert "Lincoln and Stone Mill, as schools: " in text
    assert "as schools" in text


def test_without_a_cut_the_line_is_not_spoken_of():
    scales = dict.fromkeys(SCALES, (1, 2, 3, 4))
    _, text = section(district(1), scales)
    assert "proficient" not in text and "as schools" in text


@pytest.mark.parametrize("schools", [(), ("lincoln",)])
def test_one_school_alone_has_no_such_section(schools):
    table = district(1)
    _, text = section(table[table["rater_school"].isin(schools)])
    assert text == ""
