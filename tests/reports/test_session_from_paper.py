"""The session report says how many sheets were entered from paper."""

from __future__ import annotations

from dataclasses import replace

from calibrate import figures
from calibrate.model.session import RoundName
from calibrate.reports.parameters import validated
from calibrate.reports.session import SessionReport


def test_the_report_says_how_many_sheets_came_from_paper(sample_project):
    asked = {"project": str(sample_project), "id": "S01", "window": "", "edition": "inside"}
    report = SessionReport.load(validated("session", asked), figures)
    assert report.facts.from_paper == {} and "paper" not in report.what_was_scored().html
    one = {RoundName.BLIND: 1}
    both = {RoundName.BLIND: 3, RoundName.AFTER_DISCUSSION: 2}
    for sheets, words in (
        (one, "Scored on paper and entered by hand: 1 sheet of the blind round."),
        (both, "hand: 3 sheets of the blind round and 2 sheets of the second round."),
    ):
        told = replace(report, facts=replace(report.facts, from_paper=sheets))
        assert words in told.what_was_scored().html
