"""Outside pages say that numbers are hidden where some are, and nowhere else."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from calibrate import figures
from calibrate.reports.outside import APART, OutsideDistrictReport
from calibrate.reports.release import Released


def page(*, shared: int | None, footnote: str, left_out: str = "") -> str:
    row = {"difference": None, "ci95": [None, None], "verdict": "cannot tell", "sentence": "Said."}
    pair = {**row, "a": "hill", "b": "lake", "n_shared_pieces": shared}
    found = {
        "sentence": "It cannot be told yet.",
        "groups": [],
        "pairs": [pair],
        "map": {
            "schools": ["hill", "lake"],
            "cells": [],
            "margin": 0.25,
            "family_size": 1,
            "speaks_for": "these raters",
            "sentence": "One pair.",
        },
        "next": [],
        "drift": [],
        "left_out_sentence": left_out,
    }
    held = {
        "district": "Made District",
        "min_n": 10,
        "windows": [],
        "schools": ["hill", "lake"],
        "labels": {},
        "tables": [{"id": "one", "footnote": footnote}],
        "comparison": found,
    }
    report = OutsideDistrictReport(SimpleNamespace(window=""), figures, Released(held))
    return report.front_page().html + report.differences().html


@pytest.mark.parametrize("hidden", [True, False])
def test_the_page_says_that_numbers_are_hidden_only_where_some_are(hidden) -> None:
    html = page(shared=None if hidden else 12, footnote="* not shown" if hidden else "")
    assert ("are hidden (*)" in html) is hidden
    assert (APART in html) is hidden


def test_a_school_that_is_left_out_is_said_to_be() -> None:
    words = "Bay is not set beside other schools here: too few readers."
    assert words in page(shared=12, footnote="", left_out=words)
