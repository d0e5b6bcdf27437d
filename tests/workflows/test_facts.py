"""What report facts say of people and pieces that the plain tables hide."""

from __future__ import annotations

from calibrate.store.project import Project
from calibrate.workflows import district_facts, session_facts


def test_two_who_scored_together_handed_in_their_scores(sample_project, monkeypatch):
    real = session_facts.score_table

    def joined(project, **asked):
        table = real(project, **asked)
        one, other = sorted(table["rater"].unique())[:2]
        table = table[table["rater"] != other].reset_index(drop=True)
        both = table["rater"] == one
        return table.assign(
            rater=table["rater"].where(~both, f"{one}+{other}"), joint=both.astype(bool)
        )

    monkeypatch.setattr(session_facts, "score_table", joined)
    with Project.open(sample_project) as project:
        assert session_facts.session_facts(project, "S01").absent == ()


def test_pieces_that_were_scored_with_another_rubric_are_counted_and_told(
    sample_project, monkeypatch
):
    real = district_facts.score_table

    def mixed(project):
        table = real(project)
        other = table["piece"].isin(sorted(table["piece"].unique())[:3])
        return table.assign(rubric_version=table["rubric_version"].mask(other, 2))

    with Project.open(sample_project) as project:
        assert district_facts.district_facts(project).left_out == ""
        monkeypatch.setattr(district_facts, "score_table", mixed)
        told = district_facts.district_facts(project).left_out
    assert told.startswith("3 pieces") and "K-8 Writing Rubric, version 1" in told
