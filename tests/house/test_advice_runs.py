"""Commands that messages advise name what the command needs."""

from __future__ import annotations

import re
from pathlib import Path

import calibrate

SOURCES = Path(calibrate.__file__).parent
KINDS = ("session", "school", "district", "rater")


def test_advice_to_make_a_report_says_of_which_kind():
    advised = [
        (file.name, word)
        for file in SOURCES.rglob("*.py")
        for word in re.findall(r"calibrate report ([\w-]+) ?--", file.read_text("utf-8"))
        + re.findall(r"calibrate report (--[\w-]+)", file.read_text("utf-8"))
    ]
    assert advised
    assert [one for one in advised if one[1] not in KINDS] == []
