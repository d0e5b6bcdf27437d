"""A project's settled scores: read for agreement, for the private report, and by the project's own rule."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from calibrate.cli import app
from calibrate.model.session import Anchor
from calibrate.reports.parameters import ReportParameters
from calibrate.reports.rater import RaterFeedback
from calibrate.store.project import Project
from calibrate.workflows.anchor_scores import anchor_scores, qualification_rule
from calibrate.workflows.rubric_in_use import rubric_in_use
from calibrate.workflows.score_tables import score_table


@pytest.fixture
def anchored(own_sample_project):
    """The sample district with every consensus that is no anchor yet made one that came from outside."""
    with Project.open(own_sample_project) as project:
        with project.transaction() as unit:
            agreed = [one for one in unit.sessions.consensus.all() if one.level_id is not None]
            assert len(agreed) > 50
            there = {(one.piece_id, one.criterion_id) for one in unit.sessions.anchors.all()}
            newest = {
                (one.piece_id, one.criterion_id): one
                for one in agreed
                if (one.piece_id, one.criterion_id) not in there
            }
            table = score_table(project)
            rubric = rubric_in_use(project, table)
            unit.sessions.anchors.add_all(
                Anchor(
                    f"an-{i}",
                    piece,
                    rubric.id,
                    rubric.version,
                    criterion,
                    one.level_id,
                    "",
                    datetime(2026, 6, 1, tzinfo=UTC),
                )
                for i, ((piece, criterion), one) in enumerate(newest.items())
            )
        rater = table.loc[~table["rater"].str.contains("+", regex=False), "rater"].mode()[0]
        yield project, rubric, rater, len(there), len(newest)


def test_current_anchors_come_with_the_value_of_their_level(anchored):
    project, rubric, _, n_settled_here, n_from_outside = anchored
    found = anchor_scores(project, rubric)
    assert len(found) == n_settled_here + n_from_outside
    assert n_settled_here > 80
    assert set(found["anchor"]) <= {1.0, 2.0, 3.0, 4.0}
    assert found["piece"].str.match(r"^P\d+$").all()
    assert found["session"].isna().sum() == n_from_outside
    assert set(found["session"].dropna()) == {f"S0{number}" for number in range(1, 10)}


def test_the_command_shows_raters_beside_the_anchors_by_the_projects_rule(anchored):
    project, *_ = anchored
    asked = ["agreement", "--project", str(project.folder), "--all", "--json"]
    usual = json.loads(CliRunner().invoke(app, asked).stdout)["anchors"]
    assert len(usual) > 10
    assert all(one["wanted"] == 0.7 and one["rater"].startswith("Rater ") for one in usual)
    project.change_settings(replace(project.settings, qualify_exact={4: 0.99}))
    strict = json.loads(CliRunner().invoke(app, asked).stdout)["anchors"]
    assert all(one["wanted"] == 0.99 for one in strict)
    assert sum(one["qualified"] is True for one in strict) < sum(
        one["qualified"] is True for one in usual
    )


def test_the_private_report_sets_a_rater_beside_the_anchors(anchored):
    project, _, rater, *_ = anchored
    parameters = ReportParameters(project=str(project.folder), id=rater)
    page = RaterFeedback.load(parameters, None)
    assert len(page.anchors) == 1
    shown = page.agreement().html
    assert "Beside settled scores" in shown
    assert page.anchors[0].sentence.split(";")[0] in shown


def test_without_anchors_the_private_report_is_silent(sample_project):
    with Project.open(sample_project) as project:
        table = score_table(project)
    held_to = set(table.loc[table["purpose"] == "validity", "rater"])
    rater = table.loc[~table["rater"].isin(held_to), "rater"].mode()[0]
    page = RaterFeedback.load(ReportParameters(project=str(sample_project), id=rater), None)
    assert page.anchors == ()
    assert "settled" not in page.agreement().html


def test_the_rule_of_a_new_project_is_the_usual_one(anchored):
    rule = qualification_rule(anchored[0].settings)
    assert [rule.wanted(levels) for levels in (2, 3, 4, 6)] == [0.9, 0.8, 0.7, 0.7]
