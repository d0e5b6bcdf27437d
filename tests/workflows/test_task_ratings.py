"""Tasks that are rated come in like scores, are settled by the project's rule, and touch no student work."""

from __future__ import annotations

import pytest

from calibrate import resources
from calibrate.analysis.task_rigor import RATED, task_rigor
from calibrate.errors import ImportRefused
from calibrate.workflows.imports import check_and_apply
from calibrate.workflows.imports_rated_tasks import TASK_SOURCE
from calibrate.workflows.score_tables import records_of, score_table
from calibrate.workflows.task_ratings import task_ratings

RATINGS = "task,rater,DOK\nmoment,T1,2\nmoment,T2,3\nmoment,T3,3\n"


@pytest.fixture
def rated(district):
    """A district with student work, scores, and three ratings of its task."""
    district.ready().scores()
    check_and_apply(district.project, "rubric", resources.rubric_preset("webb-dok"))
    summary = district.bring("scores", "dok.csv", RATINGS, rubric="webb-dok")
    assert summary.details == {
        "rated tasks": {"new": 1},
        "readings": {"new": 3},
        "scores": {"new": 3},
    }
    return district


def test_a_task_is_settled_by_its_raters_and_each_school_has_its_demand(rated):
    found = task_ratings(rated.project)
    assert found.rubric.id == "webb-dok"
    assert set(found.ratings["piece"]) == {"moment"}
    assert found.depths == {"moment": 3}  # the list says 2
    result = task_rigor(
        found.ratings,
        found.scales,
        found.settled,
        found.answered,
        declared=found.declared,
        labels=found.labels,
    )
    (task,) = result.tasks
    assert (task.level, task.source, task.n_raters) == (3.0, RATED, 3)
    assert (task.lowest, task.highest, task.declared) == (2.0, 3.0, 2.0)
    assert {one.school: one.n_pieces for one in result.schools} == {"lincoln": 2, "roosevelt": 2}


def test_ratings_of_tasks_are_in_no_table_of_student_work(rated):
    project = rated.project
    assert set(score_table(project)["rubric_id"]) == {"writing"}
    assert set(records_of(project)["rubric_id"]) == {"writing"}
    assert set(score_table(project, of_tasks=True)["rubric_id"]) == {"webb-dok"}
    with project.reading() as unit:
        (task,) = [one for one in unit.work.pieces.all() if one.source == TASK_SOURCE]
    assert (task.student_id, task.school_id, task.task_id) == (None, None, "moment")
    assert task.window_id == "fall"  # the first in which it was answered


def test_the_same_ratings_again_are_unchanged(rated):
    before = rated.content()
    summary = rated.bring("scores", "dok.csv", RATINGS, rubric="webb-dok")
    assert summary.details == {"readings": {"unchanged": 3}, "scores": {"unchanged": 3}}
    after = rated.content()
    assert {name for name in before if before[name] != after[name]} <= {
        "import_record",
        "audit",
        "audit_entry",
    }


def test_a_task_that_is_not_listed_is_refused(rated):
    with pytest.raises(ImportRefused) as caught:
        rated.bring("scores", "dok.csv", "task,rater,DOK\nunheard-of,T1,2\n", rubric="webb-dok")
    assert "no such task" in str(caught.value.problems[0])


def test_a_task_scored_with_the_rubric_for_student_work_is_told_which_rubric_to_name(rated):
    with pytest.raises(ImportRefused) as caught:
        rated.bring("scores", "dok.csv", "piece,rater,FOC\nmoment,T1,2\n")
    assert "--rubric webb-dok" in caught.value.problems[0].fix


def test_without_ratings_the_list_of_tasks_speaks_for_itself(district):
    district.ready().scores()
    found = task_ratings(district.project)
    assert found.rubric is None and found.declared == found.depths == {"moment": 2}
    result = task_rigor(
        found.ratings, found.scales, found.settled, found.answered, declared=found.declared
    )
    assert "nobody has checked" in result.sentence
