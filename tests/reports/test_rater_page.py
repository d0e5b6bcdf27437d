"""A rater's private page: severity first, three pieces to look at again, and how she moved since last time."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from calibrate import figures, resources
from calibrate.reports.parameters import ReportParameters
from calibrate.reports.rater import RaterFeedback
from calibrate.store.project import Project


def severe_rater(folder) -> str:
    truth = json.loads(resources.sample_data("truth.json").read_text(encoding="utf-8"))
    with Project.open(folder) as project, project.store.reading() as unit:
        found = unit.people.raters.first(source_id=truth["put_in"]["severe_rater"])
    assert found is not None
    return found.id


@pytest.fixture(scope="module")
def page(sample_project) -> RaterFeedback:
    parameters = ReportParameters(project=sample_project, id=severe_rater(sample_project))
    return RaterFeedback.load(parameters, figures)


def words(block) -> str:
    return BeautifulSoup(block.html, "html.parser").get_text(" ")


def test_the_first_page_says_higher_or_lower_and_since_last_time(page) -> None:
    said = words(page.front_page())
    assert "is not an evaluation" in said
    assert "of a point below the rest of the panel" in said
    assert page.since_last.sentence in said


def test_since_last_time_compares_the_last_two_windows_and_shows_each(page) -> None:
    soup = BeautifulSoup(page.since_last_time().html, "html.parser")
    windows = [row.th.get_text() for row in soup.select("tbody tr")]
    assert windows == [page.labels[one.when] for one in page.over_time.points]
    assert len(windows) == 3
    assert [one.when for one in page.since_last.points] == [
        one.when for one in page.over_time.points[-2:]
    ]
    assert page.since_last.sentence in soup.get_text()


def test_three_pieces_are_named_by_code_task_grade_and_window_and_never_by_child(
    page, sample_project
) -> None:
    soup = BeautifulSoup(page.stood_alone().html, "html.parser")
    rows = [row.th.get_text() for row in soup.select("tbody tr")]
    codes = list(dict.fromkeys(one.split()[0] for one in rows))
    assert codes == list(dict.fromkeys(one.piece for one in page.alone.readings))[:3]
    titles = {one.title for one in page.facts.tasks}
    for code in codes:
        first = next(one for one in rows if one.startswith(code))
        assert any(title in first for title in titles)
        assert "Grade" in first or "Kindergarten" in first
    students = set(page.facts.scores["student"].dropna())
    assert students and not [one for one in students if one in soup.get_text()]


def test_many_criteria_that_go_one_way_are_one_sentence(page) -> None:
    said = words(page.higher_or_lower())
    assert "It goes one way: fewer points on" in said
    assert said.count("more than chance would explain") == 1


def test_with_one_window_there_is_no_last_time(page) -> None:
    one = RaterFeedback(
        **{
            name: getattr(page, name)
            for name in page.__dataclass_fields__
            if name not in ("over_time",)
        },
        over_time=type(page.over_time)(
            page.over_time.rater,
            page.over_time.points[:1],
            *[float("nan")] * 3,
            "cannot tell",
            "",
            "",
        ),
    )
    assert "This is the first time" in words(one.since_last_time())
    assert "<table" not in one.since_last_time().html


def test_a_window_alone_still_looks_back_to_the_one_before(sample_project, page) -> None:
    windows = [one.id for one in page.facts.windows]
    parameters = ReportParameters(project=sample_project, id=page.facts.rater.id, window=windows[1])
    found = RaterFeedback.load(parameters, figures)
    assert set(pd.unique(found.facts.scores["window"])) == {windows[1]}
    assert [one.when for one in found.over_time.points] == windows[:2]
