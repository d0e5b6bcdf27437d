"""A district of one school: what its report says where there is nothing to compare."""

from __future__ import annotations

import pandas as pd

from calibrate import figures
from calibrate.analysis.comparability import compare
from calibrate.reports.comparison_section import (
    ALONE,
    agreement_between,
    differences,
    what_cannot_be_said,
)
from tests.analysis.districts import SCALES

TABLE = pd.DataFrame(
    [
        (f"P{i}", rater, criterion, float(1 + (i + shift) % 4), "a")
        for i in range(6)
        for shift, rater in enumerate(("one", "two"))
        for criterion in SCALES
    ],
    columns=["piece", "rater", "criterion", "score", "rater_school"],
)
LABELS = {"a": "Hill School", "FOC": "Focus", "CONV": "Conventions"}


def test_one_school_is_shown_no_empty_table_and_told_what_a_second_would_bring() -> None:
    found = compare(TABLE, SCALES, labels=LABELS)
    within = agreement_between(found, LABELS, figures).html
    assert "Within schools, two raters" in within
    assert "Between schools" not in within and "shares pieces with whom" not in within
    for section in (differences(found, LABELS, figures), what_cannot_be_said(found, LABELS)):
        assert ALONE in section.html
        assert "<table" not in section.html and "<img" not in section.html
        assert "Every pair" not in section.html


def test_a_district_where_nobody_has_read_anything_has_a_page_too() -> None:
    found = compare(TABLE.iloc[:0], SCALES, labels=LABELS)
    words = agreement_between(found, LABELS, figures).html
    assert "cannot tell" in words and "<table" not in words
