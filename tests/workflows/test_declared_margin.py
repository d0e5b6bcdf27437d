"""A margin declared in the project's settings is the one that reports and the cross-school view judge by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from calibrate.errors import ProjectError
from calibrate.store.project import Project
from calibrate.workflows.district_facts import district_facts
from calibrate.workflows.school_comparison import open_schools


def test_the_declared_margin_is_judged_by(own_sample_project: Path):
    with Project.open(own_sample_project) as project:
        assert district_facts(project).margin is None
        project.change_settings(replace(project.settings, margin={"ORG": 0.2}))
    found = open_schools(own_sample_project).comparison()
    margins = {one.criterion: one.margin for one in found.pairs}
    assert margins["ORG"] == 0.2 and margins["CONV"] == 0.375
    assert margins["total"] == pytest.approx((4 * 0.375 + 0.2) / 5)


def test_a_margin_for_a_criterion_that_is_not_there_is_refused(own_sample_project: Path):
    with Project.open(own_sample_project) as project:
        project.change_settings(replace(project.settings, margin={"ORGANISATION": 0.2}))
        with pytest.raises(ProjectError) as refused:
            district_facts(project)
    assert refused.value.column == "comparison.margin"
    assert "FOC, ORG" in str(refused.value)
