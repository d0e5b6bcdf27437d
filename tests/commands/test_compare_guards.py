"""What ``calibrate compare`` refuses because it could not be told apart or read, and what it says it left out."""

from __future__ import annotations

import pytest

from tests.support.score_commands import answered, ask, schema_of

SCHEMA = schema_of("compare")


def table(west: str = "west", criterion: str = "CONV", homeless: int = 0) -> str:
    """Two schools read the same 20 pieces; some scores come from a rater without a school."""
    rows = ["piece,rater,criterion,score,school,purpose"]
    for i in range(20):
        for school, rater in (("east", "a"), (west, "b")):
            rows += [
                f"P{i},{rater},{one},{(i + len(rater)) % 4 + 1},{school},independent"
                for one in ("ORG", criterion)
            ]
    rows += [f"P{i},z,ORG,2,,independent" for i in range(homeless)]
    return "\n".join(rows) + "\n"


@pytest.fixture
def run(tmp_path):
    return lambda text, *options: ask(
        "compare", tmp_path, text, "--levels", "1-4", "--group", "school", *options
    )


def said(result) -> str:
    return " ".join(result.stderr.split())


@pytest.mark.parametrize("name", ["total", "Total"])
def test_a_criterion_called_total_is_refused_with_advice(run, name):
    refused = run(table(criterion=name))
    assert refused.exit_code == 1
    assert "cannot be called total" in said(refused) and "Leave the total out" in said(refused)


def test_a_column_of_totals_in_a_wide_table_is_refused_too(run):
    text = "piece,rater,school,ORG,total\nP1,a,east,2,2\nP1,b,west,3,3\n"
    refused = run(text, "--criteria", "ORG,total")
    assert refused.exit_code == 1 and "cannot be called total" in said(refused)


def test_a_school_called_rest_is_refused(run):
    refused = run(table(west="rest"))
    assert refused.exit_code == 1
    assert "cannot be called rest" in said(refused) and "Rest School" in said(refused)


def test_a_school_called_all_is_refused_only_beside_teachers_of_their_own_students(run):
    assert run(table(west="all")).exit_code == 0
    own = table(west="all") + "".join(f"P{i},t,ORG,3,all,own_student\n" for i in range(20))
    refused = run(own)
    assert refused.exit_code == 1 and "cannot be called all" in said(refused)


def test_more_groups_than_can_be_compared_are_refused_at_once(run):
    rows = [f"P{i % 5},r{i},ORG,{i % 4 + 1},S{i}" for i in range(61)]
    text = "\n".join(["piece,rater,criterion,score,school", *rows]) + "\n"
    refused = run(text)
    assert refused.exit_code == 2 and "holds 61 groups" in said(refused)


def test_scores_by_raters_without_a_group_are_left_out_aloud(run):
    result = run(table(homeless=7), "--json")
    assert answered(SCHEMA, result)["left_out"] == [
        {"reason": "by raters who belong to no group", "n": 7}
    ]
    assert "7 of 87 scores by raters who belong to no group" in said(result)


def test_scores_after_the_talk_are_among_those_left_out(run):
    text = "piece,rater,criterion,score,school,round\n" + "".join(
        f"P{i},{rater},ORG,{i % 4 + 1},{school},{turn}\n"
        for i in range(20)
        for rater, school in (("a", "east"), ("b", "west"))
        for turn in (1, 2)
    )
    (left,) = answered(SCHEMA, run(text, "--json"))["left_out"]
    assert left["n"] == 40


def test_where_every_rater_has_a_group_nothing_is_left_out(run):
    result = run(table(), "--json")
    assert answered(SCHEMA, result)["left_out"] == []
    assert "no group" not in said(result)


def test_the_legend_counts_no_comparisons_where_there_are_none(run):
    shown = " ".join(run(table()).stdout.split())
    assert "speaks for their other raters too. “Same”" in shown
    assert "over no comparisons" not in shown
