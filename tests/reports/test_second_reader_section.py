"""The section on a second reader: the picture with its sentence, the sources in words, or why nothing can be told."""

from __future__ import annotations

import numpy as np
from bs4 import BeautifulSoup

from calibrate import figures
from calibrate.analysis.dependability import dependability
from calibrate.reports.second_reader_section import second_reader_section
from tests.analysis.districts import SCALES, panel

RATERS = {f"R{i}": ("lincoln", 0.2 * i) for i in range(4)}


def section(found):
    return BeautifulSoup(second_reader_section(found, {}, figures).html, "html.parser")


def test_the_gain_is_drawn_and_said_and_every_source_has_its_row():
    table = panel(np.random.default_rng(3), RATERS, 25)
    found = dependability(table, SCALES, minutes=6)
    shown = section(found)
    assert "second reader" in shown.find(["h2", "h3"]).get_text()
    assert "Dependability by the number of raters" in shown.find("img")["alt"]
    words = " ".join(shown.get_text(" ").split())
    assert found.sentence in words
    rows = [one.parent.find_all(["th", "td"]) for one in shown.find_all("th", scope="row")]
    assert len(rows) == len(found.components)
    told = {
        row[0].get_text(strip=True): [cell.get_text(strip=True) for cell in row[1:]] for row in rows
    }
    assert told["The criteria themselves"][1] == "–"
    assert " to " in told["How good the pieces are"][1]


def test_where_nothing_can_be_told_the_sentence_says_why():
    alone = panel(np.random.default_rng(3), {"R0": ("lincoln", 0.0)}, 10)
    shown = section(dependability(alone, SCALES))
    assert shown.find("img") is None and shown.find("table") is None
    assert "only one rater scored" in shown.get_text(" ")
