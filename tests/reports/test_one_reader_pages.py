"""No page of the inside edition holds a number that one reader alone made: not in words, pictures, titles or data."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from calibrate.analysis import few_readers
from calibrate.analysis.comparability import Comparison, GroupDifference, compare
from calibrate.analysis.wording import points, signed
from calibrate.reports.district import DistrictReport
from tests.analysis.districts import SCALES as EVERY_SCALE
from tests.analysis.districts import district
from tests.support.made_reports import everything_said, made_district, made_facts, made_readings

SCALES = {one: EVERY_SCALE[one] for one in ("FOC", "CONV")}
SCHOOLS = ("lincoln", "roosevelt", "riverbend", "stone-mill")


def made(seed: int, **options) -> pd.DataFrame:
    """A district in which nobody of the first school reads what the last reads, on two criteria."""
    table = district(seed, **{"n_pieces": 60, "schools": SCHOOLS, **options})
    return table[table["criterion"].isin(list(SCALES))].reset_index(drop=True)


def with_one_reader(school: str) -> pd.DataFrame:
    """Four schools; all that a school read was read by one person, who is lenient."""
    table = made(3, lenient=0.5)
    own = table["rater_school"] == school
    kind = (table["score"] + 1).clip(upper=4)
    table = table.assign(
        rater=table["rater"].where(~own, f"{school}-0"), score=table["score"].where(~own, kind)
    )
    alone = table[own].head(24)
    return made_readings(pd.concat([table, alone.assign(piece="A" + alone["piece"])]))


def pair_of_one_reader(school: str, other: str) -> pd.DataFrame:
    """Four schools of several readers, but only one of a school's has read what another's have."""
    table = made(3)
    both = table.groupby("piece")["rater_school"].transform(lambda one: {school, other} <= set(one))
    own = both & (table["rater_school"] == school)
    kind = (table["score"] + 1).clip(upper=4)
    return made_readings(
        table.assign(
            rater=table["rater"].where(~own, f"{school}-0"), score=table["score"].where(~own, kind)
        )
    )


def numbers(found: Comparison, about: set[frozenset[str]]) -> set[str]:
    """How these differences, and the ends of their intervals, would stand on a page."""
    rows = [*found.groups, *found.pairs, *found.this_school.groups, *found.this_school.pairs]
    return {text for one in rows if frozenset((one.a, one.b)) in about for text in told(one)}


def told(one: GroupDifference) -> set[str]:
    """A difference and its ends as words; those near nothing are too common to search for."""
    values = [value for value in (one.difference, *one.ci95, *one.ci90) if abs(value) >= 0.1]
    return {signed(value) for value in values} | {points(abs(value)) for value in values}


def allowed(report: DistrictReport) -> set[str]:
    """Numbers of all that may be shown: the same two decimals can come of something else."""
    found, through = report.comparison, report.through
    pairs = [*found.groups, *found.pairs, *found.this_school.groups, *found.this_school.pairs]
    for family in (through.these, through.schools):
        pairs += [*family.groups, *family.pairs]
    return {text for one in pairs if not one.withheld for text in told(one)}


def without_the_guard(monkeypatch: pytest.MonkeyPatch, table: pd.DataFrame) -> str:
    with monkeypatch.context() as patched:
        guard = few_readers.shown_comparison
        patched.setattr(guard, "__kwdefaults__", guard.__kwdefaults__ | {"fewest": 1})
        return everything_said(*made_district(made_facts(table)), ["differences", "schools"])


def test_nothing_in_the_report_says_how_a_school_of_one_reader_scores(monkeypatch) -> None:
    table = with_one_reader("lincoln")
    pairs = {frozenset(("lincoln", one)) for one in (*SCHOOLS[1:], "rest")}
    found = compare(table, SCALES)
    report, draw = made_district(made_facts(table))
    page = everything_said(report, draw)
    secret = numbers(found, pairs) - allowed(report)
    open_page = without_the_guard(monkeypatch, table)
    assert len([one for one in secret if one in open_page]) > 5  # so that the search can find them
    assert [one for one in secret if one in page] == []
    assert report.shown.left_out == ("lincoln",)
    assert "Lincoln is not set beside other schools here" in page
    assert "that Lincoln scored" in open_page and "that Lincoln scored" not in page
    assert "lincoln" not in str(report.map) and "Lincoln" not in report.summary.headline


def test_a_pair_that_one_reader_stands_behind_is_in_no_other_number_either(monkeypatch) -> None:
    table = pair_of_one_reader("riverbend", "lincoln")
    found = compare(table, SCALES)
    pair = frozenset(("riverbend", "lincoln"))
    report, draw = made_district(made_facts(table))
    sections = ["front_page", "differences", "schools", "what_cannot_be_said"]
    page = everything_said(report, draw, sections)
    secret = numbers(found, {pair}) - allowed(report)
    assert any(one in without_the_guard(monkeypatch, table) for one in secret)
    assert [one for one in secret if one in page] == []
    assert report.map.cell("riverbend", "lincoln").state == "not shown"
    assert "Lincoln and Riverbend: not shown, because one reader alone" in page
    # Lincoln shares work with Roosevelt besides, which is named; Riverbend with all the others.
    assert "the other schools without Lincoln" in page
    assert "Lincoln scores the same work as Roosevelt" in page or "than Roosevelt" in page
    # What the one reader gave there changes no number that is shown.
    both = table.groupby("piece")["rater_school"].transform(lambda one: set(pair) <= set(one))
    own = both & (table["rater_school"] == "riverbend")
    other = table.assign(score=table["score"].where(~own, 1.0))
    again, _ = made_district(made_facts(other))
    shown = [
        {(one.a, one.b): (one.difference, one.verdict) for one in rows if one.a == "lincoln"}
        for rows in (report.comparison.against_rest(), again.comparison.against_rest())
    ]
    assert shown[0] == shown[1]


def test_a_district_of_one_reader_a_school_says_why_it_sets_nothing_beside_each_other() -> None:
    table = made(1, raters_per_school=1, schools=SCHOOLS[:2])
    report, draw = made_district(made_facts(made_readings(table)))
    page = everything_said(report, draw)
    assert "one reader alone stands behind the pieces that they share" in page
    assert "Only " not in report.comparison.sentence and not report.comparison.groups
    assert "gives" not in page.split("How to read", 1)[0]


def test_with_two_readers_everywhere_nothing_is_withheld() -> None:
    table = made(1)
    shown = few_readers.shown_comparison(table, SCALES)
    found = compare(table, SCALES)
    assert (shown.left_out, shown.sentence) == ((), "")
    assert shown.comparison.sentence == found.sentence
    assert not any(one.withheld for one in (*shown.comparison.groups, *shown.comparison.pairs))
    assert replace(shown.comparison.pairs[0]) == found.pairs[0]
