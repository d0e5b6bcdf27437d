"""Schools beside each other: what the page gets, for every choice, and plain words where there is nothing to show."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from calibrate.analysis.comparability import FEWEST_READERS
from calibrate.analysis.short_answer import short_answer
from calibrate.store.project import Project
from calibrate.widgets.cross_school import CrossSchool
from calibrate.workflows.projects import start_project
from calibrate.workflows.school_comparison import SchoolSource, open_schools


@pytest.fixture(scope="module")
def source(sample_project: Path) -> SchoolSource:
    return open_schools(sample_project)


def choose(widget: CrossSchool, **patch: str) -> None:
    widget.choice = {**widget.choice, **patch}


def only(source: SchoolSource, *schools: str) -> SchoolSource:
    """The district as if only readers of these schools had scored."""
    readings = source.facts.readings
    kept = readings[readings["rater_school"].isin(schools)].reset_index(drop=True)
    return SchoolSource(replace(source.facts, readings=kept), source.pieces)


def test_the_page_shows_the_comparisons_own_numbers(source: SchoolSource):
    widget = CrossSchool(source)
    found = source.comparison()
    assert widget.view["answer"] == short_answer(found, source.facts.labels)
    shown = {(one["a"], one["b"]): one for one in widget.view["differences"]["rows"]}
    for one in (*found.against_rest(), *found.between_pairs()):
        row = shown[one.a, one.b]
        assert row["pieces"] == one.n_shared_pieces
        assert row["verdict"] == one.verdict
        assert row["few"] is (0 < min(one.n_raters_a, one.n_raters_b) < FEWEST_READERS)
        if math.isnan(one.se):
            assert (row["value"], row["shown"], row["range"]) == (None, "–", "–")
        else:
            assert (row["low"], row["high"]) == one.ci95
            assert (row["near_low"], row["near_high"]) == one.ci90
    matrix = {
        frozenset((row["id"], cell["id"])): cell["n"]
        for row in widget.view["links"]["rows"]
        for cell in row["cells"]
    }
    assert matrix == {frozenset((one.a, one.b)): one.n_shared_pieces for one in found.links.links}


def test_the_map_colours_verdicts_alone_and_writes_words_in_every_square(source: SchoolSource):
    found = source.comparison()
    drawn = CrossSchool(source).view["map"]
    assert drawn["columns"][0] == "all others"
    titles = [row["title"] for row in drawn["rows"]]
    assert drawn["columns"][1:] == titles == sorted(titles)
    ids = {source.facts.labels[one]: one for one in found.links.groups}
    rows = {(one.a, one.b): one for one in (*found.against_rest(), *found.between_pairs())}
    for at, row in enumerate(drawn["rows"]):
        for column, cell in zip(drawn["columns"], row["cells"], strict=True):
            if cell is None:
                assert column == titles[at]
                continue
            pair = (ids[row["title"]], ids.get(column, "rest"))
            one = rows.get(pair) or rows[pair[::-1]]
            assert bool(cell["shown"]) is (one.verdict != "cannot tell")
            assert cell["strong"] is (one.verdict == "different")
            assert cell["words"]
            if cell["shown"]:
                assert cell["more"] is ((one.difference > 0) is (pair in rows))
            else:
                assert cell["strength"] == 0.0
    assert [one.split(" ")[0] for one in drawn["schools"]] == [one.split(" ")[0] for one in titles]


def test_nothing_that_reaches_the_page_names_a_reader_a_student_or_a_piece(
    source: SchoolSource, sample_project: Path
):
    sent = json.dumps([CrossSchool(source).setup, CrossSchool(source).view])
    with Project.open(sample_project) as project, project.reading() as unit:
        ids = [one.person_id for one in unit.people.names.all()]
        names = {one.family_name for one in unit.people.names.all()} - {"Lincoln", "Mill", "Stone"}
        codes = [one.code for one in unit.work.pieces.all()]
    assert not [one for one in (*ids, *codes) if f'"{one}"' in sent]
    assert not [one for one in names if f" {one} " in sent]


@pytest.mark.parametrize("criterion", ["FOC", "CONV", "total"])
def test_a_criterion_and_a_window_change_every_number(source: SchoolSource, criterion: str):
    widget = CrossSchool(source)
    choose(widget, criterion=criterion, window="2025-fall")
    found = source.comparison("2025-fall")
    rows = widget.view["differences"]["rows"]
    assert [one["pieces"] for one in rows] == [
        one.n_shared_pieces
        for one in (*found.against_rest(criterion), *found.between_pairs(criterion))
    ]
    within, _ = source.agreements("2025-fall", criterion)
    assert widget.view["agreement"]["rows"][0]["value"] == within[0].agreement.exact.value
    assert sum(sum(one["counts"]) for one in widget.view["tasks"]["rows"]) == sum(
        n for (window, _, _), n in source.pieces.items() if window == "2025-fall"
    )


def test_agreement_on_one_criterion_is_of_that_criterion_alone(source: SchoolSource):
    everything = source.comparison().within[0].agreement.n_pairs
    each = [source.agreements("", one)[0][0].agreement.n_pairs for one in source.facts.scales]
    assert sum(each) == everything


def test_a_pair_is_shown_alone_and_criterion_by_criterion(source: SchoolSource):
    widget = CrossSchool(source)
    choose(widget, school="roosevelt", beside="lincoln")
    (row,) = widget.view["differences"]["rows"]
    assert {row["a"], row["b"]} == {"lincoln", "roosevelt"}
    criteria = widget.view["by_criterion"]
    assert [one["title"] for one in criteria["rows"]][-1] == "All together"
    assert len(criteria["rows"]) == len(source.facts.scales) + 1
    assert criteria["sentence"].startswith("Lincoln Elementary gives fewer points than Roosevelt")
    told = widget.view["agreement"]["sentence"]
    assert "Two readers of Lincoln Elementary chose the same level for" in told
    assert "one reader of each" in told


def test_what_cannot_be_said_comes_with_what_would_settle_it(source: SchoolSource):
    widget = CrossSchool(source)
    rows = widget.view["differences"]["rows"]
    unsure = [one for one in rows if one["verdict"] == "cannot tell" and one["b"] != "rest"]
    items = widget.view["silence"]["items"]
    assert len(items) == len(unsure) == 2
    assert "they share no piece" in items[0]["words"]
    assert all(one["next"].startswith("Exchange ") for one in items)
    assert all("in four cases of five" in one["next"] for one in items)


def test_choices_that_do_not_exist_are_settled_to_what_does(source: SchoolSource):
    widget = CrossSchool(source)
    before = widget.choice
    choose(widget, criterion="HACK", window="1999", school="nowhere", beside="lincoln")
    assert widget.choice == before
    choose(widget, school="lincoln", beside="lincoln")
    assert widget.choice["beside"] == ""


def test_one_school_alone_is_told_what_a_second_would_bring(source: SchoolSource):
    widget = CrossSchool(only(source, "lincoln"))
    assert "readers of a second school" in widget.view["alone"]
    assert widget.view["differences"]["rows"] == []
    assert "Two readers of one school chose the same level" in widget.view["agreement"]["sentence"]
    assert not re.search(r"\bnan\b", json.dumps(widget.view, allow_nan=False), re.IGNORECASE)


def test_schools_that_share_nothing_are_said_to_share_nothing(source: SchoolSource):
    widget = CrossSchool(only(source, "lincoln", "stone-mill"))
    assert (
        "No piece is shared by Lincoln Elementary and Stone Mill"
        in widget.view["answer"] + (widget.view["links"]["sentence"])
    )
    (item,) = widget.view["silence"]["items"]
    assert item["next"].endswith("this is a beginning.")
    choose(widget, school="lincoln", beside="stone-mill")
    assert widget.view["by_criterion"] is None


def test_a_window_in_which_nobody_read_anything_is_said_in_words(source: SchoolSource):
    empty = SchoolSource(replace(source.facts, readings=source.facts.readings.iloc[:0]), Counter())
    widget = CrossSchool(empty)
    assert "No school has scored work so far" in widget.view["answer"]
    assert "cannot tell" in widget.view["agreement"]["sentence"].lower()
    assert not re.search(r"\bnan\b", json.dumps(widget.view, allow_nan=False), re.IGNORECASE)


def test_a_project_without_scores_a_wrong_folder_and_a_wrong_window_are_answered_in_words(
    tmp_path: Path, source: SchoolSource, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CALIBRATE_KEY_STORE", str(tmp_path / "keys"))
    start_project(tmp_path / "new", name="New", recovery_file=tmp_path / "recovery.txt")
    for widget, words in (
        (CrossSchool(tmp_path / "new"), "Nothing has been scored yet"),
        (CrossSchool(tmp_path / "nowhere"), "project"),
        (CrossSchool(source, window="2024-fall"), "The windows are: 2025-fall"),
    ):
        assert words in widget.setup["refused"]
        assert words in widget._repr_mimebundle_()[0]["text/plain"]
        widget.choice = {"window": "2025-fall"}  # a page that is out of date changes nothing
        assert widget.view == {}
