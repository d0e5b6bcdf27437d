"""What the wall is drawn from, on the sample district: counts, paths, names and work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from calibrate.analysis.growth import CANNOT_TELL, MISSING, VERDICTS
from calibrate.analysis.wall_groups import GROUPINGS
from calibrate.errors import NotFound
from calibrate.store.project import Project
from calibrate.workflows.wall_views import WallSource, open_wall


def test_the_wall_opens_on_the_latest_window_with_everybody_on_it(sample_wall: WallSource):
    wall = sample_wall.wall(sample_wall.first_choice())
    assert (wall.window, wall.strand) == ("2026-spring", "composition")
    spring = sample_wall.facts.children.query("window == '2026-spring'")
    assert wall.total.n_children == spring["student"].nunique() > 800
    assert wall.total.n_missing > 0


def test_however_it_is_filtered_and_grouped_the_parts_make_up_the_whole(sample_wall: WallSource):
    first = sample_wall.first_choice()
    whole = sample_wall.wall(first).total
    schools = [
        sample_wall.wall(replace(first, school=one.id)).total for one in sample_wall.facts.schools
    ]
    assert sum(one.n_children for one in schools) == whole.n_children
    assert sum(one.n_at_or_above for one in schools) == whole.n_at_or_above
    for by in GROUPINGS:
        rows = sample_wall.wall(replace(first, by=by)).rows
        assert sum(row.n_children for row in rows) == whole.n_children
        assert tuple(map(sum, zip(*(row.counts for row in rows), strict=True))) == whole.counts


def test_a_classroom_that_is_chosen_stands_alone(sample_wall: WallSource):
    choice = replace(sample_wall.first_choice("lincoln"), classroom="lincoln-3a")
    wall = sample_wall.wall(choice)
    assert {row.classroom for row in wall.rows} == {"lincoln-3a"}


def test_growth_groups_by_verdict_and_says_what_it_rests_on(sample_wall: WallSource):
    choice = replace(sample_wall.first_choice(), by="growth")
    assert {row.verdict for row in sample_wall.wall(choice).rows} <= set(VERDICTS)
    assert "more than scoring error explains" in sample_wall.growth_sentence(choice)
    fall = replace(choice, window="2025-fall")
    assert {row.verdict for row in sample_wall.wall(fall).rows} == {CANNOT_TELL}
    assert "first window" in sample_wall.growth_sentence(fall)


def test_a_childs_path_has_a_step_for_every_window_and_the_verdict_of_the_wall(
    sample_wall: WallSource,
):
    choice = replace(sample_wall.first_choice(), by="growth")
    for row in sample_wall.wall(choice).rows:
        if row.verdict == MISSING:
            continue
        path = sample_wall.path(row.children[0].student, choice.strand)
        assert [window for window, _ in path.steps] == ["2025-fall", "2025-winter", "2026-spring"]
        assert path.growth is not None
        assert path.growth.verdict == row.verdict


def test_pseudonyms_are_no_names_and_names_come_only_when_asked_for(sample_wall: WallSource):
    called = set(sample_wall.pseudonyms.values())
    assert len(called) == len(sample_wall.pseudonyms)
    assert all(one.startswith("Student ") for one in called)
    names = sample_wall.names()
    assert set(names) == set(sample_wall.pseudonyms)
    assert not set(names.values()) & called


def test_a_piece_that_is_not_there_is_refused(sample_wall: WallSource):
    with pytest.raises(NotFound):
        sample_wall.work("P99999")
    exemplar = sample_wall.continuum.exemplars[-1].piece_code
    assert any(page.html or page.picture for page in sample_wall.work(exemplar))


def test_looking_at_the_wall_changes_nothing_in_a_project_whose_pseudonyms_are_drawn(
    own_sample_project: Path,
):
    labels = open_wall(own_sample_project).pseudonyms
    with Project.open(own_sample_project) as project, project.reading() as unit:
        before = unit.people.given.count()
    assert open_wall(own_sample_project).pseudonyms == labels
    with Project.open(own_sample_project) as project, project.reading() as unit:
        assert unit.people.given.count() == before


def test_a_project_without_a_continuum_says_what_to_bring_in(own_sample_project: Path):
    with Project.open(own_sample_project) as project, project.transaction() as unit:
        unit.continuum.remove("k8-writing-continuum")
    with pytest.raises(NotFound, match="calibrate import continuum"):
        open_wall(own_sample_project)
