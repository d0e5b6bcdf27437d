"""Schools beside each other, for the notebook: the district report's sections and the tasks' demand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from calibrate import figures
from calibrate.errors import NotFound
from calibrate.reports.cross_school import CrossSchool, load_cross_school
from calibrate.store.project import Project


@pytest.fixture(scope="module")
def schools(sample_project: Path) -> CrossSchool:
    return load_cross_school(sample_project, figures)


def test_the_answer_is_the_comparisons_own_sentence(schools: CrossSchool):
    text = schools.answer().html
    assert schools.comparison.sentence.split(".")[0] in text
    assert "4 schools, the whole year" in text


def test_what_cannot_be_said_names_the_schools_that_share_nothing(schools: CrossSchool):
    text = schools.silence().html
    assert "Lincoln Elementary" in text
    assert "Stone Mill" in text


def test_every_piece_is_counted_under_the_demand_of_its_task(
    schools: CrossSchool, sample_project: Path
):
    with Project.open(sample_project) as project, project.reading() as unit:
        pieces = [one for one in unit.work.pieces.all() if one.school_id]
        depth = {one.id: one.dok for one in unit.work.tasks.all()}
    assert schools.demand.total() == len(pieces)
    for level in (1, 2, 3, 4):
        wanted = sum(depth.get(one.task_id or "") == level for one in pieces)
        assert sum(n for (_, at), n in schools.demand.items() if at == level) == wanted
    shown = re.search(r"known for (\d+) of (\d+)", schools.tasks().html)
    assert shown
    assert int(shown[2]) == len(pieces)


def test_a_window_that_is_not_there_is_refused_with_those_there_are(sample_project: Path):
    with pytest.raises(NotFound, match="2025-fall"):
        load_cross_school(sample_project, figures, window="2024-fall")
