"""What the outside edition says of readers: enough of them, or nothing."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from calibrate.analysis.comparability import compare
from calibrate.reports.release import (
    FEWEST_READERS,
    _agreement,
    _labels,
    _neutral_title,
    _trend,
    _withdraw_older,
)
from calibrate.reports.released_comparison import released_comparison
from calibrate.store.project import Project
from calibrate.workflows.district_facts import DistrictFacts, district_facts


@pytest.fixture(scope="module")
def facts(sample_project) -> DistrictFacts:
    with Project.open(sample_project) as project:
        return district_facts(project)


def test_a_pair_of_schools_that_few_readers_stand_behind_shows_no_number(facts):
    inside = {
        (one.a, one.b): min(one.n_raters_a, one.n_raters_b)
        for one in compare(facts.readings, facts.scales).between_pairs()
        if one.n_shared_pieces
    }
    few = {pair for pair, n in inside.items() if n < FEWEST_READERS}
    shown = {
        (one["a"], one["b"])
        for one in released_comparison(facts)["pairs"]
        if one["difference"] is not None
    }
    assert few and shown == set(inside) - few


def test_what_few_readers_of_a_pair_gave_changes_no_number_that_is_shown(facts):
    """Were it in a school's difference from all others, it could be worked out of the pairs beside it."""
    readings = facts.readings
    pair = {"roosevelt", "stone-mill"}
    schools = readings[readings["purpose"] == "independent"].groupby("piece")["rater_school"]
    theirs = readings["piece"].isin([one for one, by in schools if set(by.dropna()) == pair])
    own = theirs & (readings["rater_school"] == "stone-mill")
    other = readings.assign(score=readings["score"].where(~own, 1.0))
    before, after = (
        {one.a: one.difference for one in compare(rows, facts.scales).against_rest()}
        for rows in (readings, other)
    )
    assert before["stone-mill"] != after["stone-mill"]  # so that the search below can find it
    one, two = (
        {
            (row["a"], row["b"]): (row["difference"], row["n_shared_pieces"], row["verdict"])
            for row in (*found["groups"], *found["pairs"])
        }
        for found in map(released_comparison, (facts, replace(facts, readings=other)))
    )
    assert one == two
    assert one["roosevelt", "rest"][0] is not None and one["roosevelt", "stone-mill"][0] is None


def test_a_school_that_is_shown_beside_some_of_the_others_alone_says_without_whom(facts):
    found = released_comparison(facts)
    (said,) = [one["sentence"] for one in found["groups"] if one["a"] == "roosevelt"]
    assert f"the other schools without {facts.labels['stone-mill']}" in said


def test_without_a_pair_that_may_be_shown_a_school_beside_the_others_is_not_shown_either(facts):
    kept = facts.readings[facts.readings["rater_school"].isin(["roosevelt", "stone-mill"])]
    found = released_comparison(replace(facts, readings=kept))
    rows = [*found["groups"], *found["pairs"]]
    assert {(one["difference"], one["n_shared_pieces"]) for one in rows} <= {(None, None)}
    assert {one["value"] for one in found["map"]["cells"]} <= {None}
    assert found["next"] == [] and "gives" not in found["sentence"]


def test_a_school_with_one_reader_of_shared_pieces_is_left_out_however_many_read_their_own(facts):
    readings = facts.readings
    own = readings["rater_school"] == "stone-mill"
    school = readings.loc[own, "rater_school"].iloc[0]
    one = readings.loc[own & (readings["purpose"] == "independent"), "rater"].iloc[0]
    kept = readings[~own | (readings["purpose"] == "own_student") | (readings["rater"] == one)]
    assert kept.loc[kept["rater_school"] == school, "rater"].nunique() >= FEWEST_READERS
    found = released_comparison(replace(facts, readings=kept))
    assert found["left_out"] == [school]
    assert facts.labels[school] not in found["sentence"]


def test_a_session_with_few_readers_is_not_in_the_outside_trend(facts):
    first = facts.sessions[0].id
    readings = facts.readings
    panel = sorted(readings.loc[readings["session"] == first, "rater"].unique())
    small = readings[~readings["rater"].isin(panel[FEWEST_READERS - 1 :])]
    sessions = [one.id for one in facts.sessions]
    titles = [
        one["title"]
        for one in _trend(_agreement(replace(facts, readings=small)), sessions)["points"]
    ]
    hidden = _neutral_title(facts, facts.sessions[0])
    assert titles and hidden not in titles
    assert hidden in [one["title"] for one in _trend(_agreement(facts), sessions)["points"]]


def test_sessions_and_schools_that_are_hidden_are_not_called_missing(facts):
    first = facts.sessions[0].id
    panel = sorted(facts.readings.loc[facts.readings["session"] == first, "rater"].unique())
    few = facts.readings[facts.readings["rater"].isin(panel[: FEWEST_READERS - 1])]
    told = _trend(_agreement(replace(facts, readings=few)), [first])
    assert told["points"] == []
    assert "not shown: fewer than" in told["sentence"]
    schools = facts.readings.groupby("rater")["rater_school"].first()
    two = [schools[schools == one].index[:2] for one in sorted(schools.dropna().unique())[:2]]
    pieces = [f"X{i}" for i in range(4)]
    some = facts.readings[facts.readings["purpose"] == "independent"].iloc[:1]
    rows = [
        some.assign(piece=piece, rater=rater, rater_school=schools[rater], round="blind")
        for piece in pieces
        for pair in two
        for rater in pair
    ]
    found = released_comparison(replace(facts, readings=pd.concat(rows, ignore_index=True)))
    assert found["pairs"] == [] and len(found["left_out"]) == 2
    assert "readers stand behind the pieces that they share" in found["sentence"]


def test_what_somebody_typed_as_a_sessions_title_stays_inside(facts):
    canary = "Ms. Quillfeather's room, second try"
    named = replace(facts, sessions=(replace(facts.sessions[0], title=canary), *facts.sessions[1:]))
    sessions = [one.id for one in named.sessions]
    assert canary not in str(_trend(_agreement(named), sessions)) + str(_labels(named))
    assert canary in named.labels.values()  # so that the search above can find it
    rooms = {one.title for one in facts.classrooms}
    assert not rooms & set(_labels(facts).values())


def test_pages_of_an_earlier_release_are_withdrawn_when_the_numbers_change(tmp_path):
    released, page = tmp_path / "released.json", tmp_path / "schools" / "lincoln" / "report.html"
    page.parent.mkdir(parents=True)
    page.write_text("earlier")
    released.write_text('{"input_hash": "one"}')
    _withdraw_older(released, "one")
    assert page.exists()
    _withdraw_older(released, "two")
    assert not page.exists()
