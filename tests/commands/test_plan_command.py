"""``calibrate plan``: the JSON of the schema, the table, the file, and refusals that name the constraint."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from calibrate.cli import app
from tests.support.score_commands import answered, schema_of

runner = CliRunner()
SCHEMA = schema_of("plan")
PIECES = "piece,classroom,anchor\n" + "".join(
    f"P{i},room{i % 3},{'yes' if i == 0 else ''}\n" for i in range(12)
)
RATERS = (
    "rater,school,classroom,capacity\nA,east,room0,\nB,east,room1;room2,9\nC,west,,\nD,west,,\n"
)
SCORES = "piece,rater,score\n1,A,2\n1,B,3\n2,A,3\n2,B,3\n3,A,1\n3,B,2\n4,C,2\n4,D,4\n5,C,1\n5,D,1\n"


@pytest.fixture
def run(tmp_path):
    def with_files(*options: str, pieces: str = PIECES, raters: str = RATERS, tables: bool = True):
        for name, text in (("p.csv", pieces), ("r.csv", raters), ("s.csv", SCORES)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        files = [str(tmp_path / "p.csv"), str(tmp_path / "r.csv")] if tables else []
        options = tuple(str(tmp_path / one) if one.endswith(".csv") else one for one in options)
        return runner.invoke(app, ["plan", *files, *options])

    return with_files


def answer_of(result) -> dict:
    return answered(SCHEMA, result)


def test_json_fits_the_schema_and_keeps_the_promise(run):
    Draft202012Validator.check_schema(SCHEMA.schema)
    plan = answer_of(run("--uneven", "--json"))["plan"]
    given = {(one["piece"], one["rater"]) for one in plan["readings"]}
    assert not any(rater == "A" and int(piece[1:]) % 3 == 0 for piece, rater in given)
    assert plan["connected"] and plan["not_to_everyone"] == [{"piece": "P0", "rater": "A"}]
    assert sum(one["n"] for one in plan["loads"]) == len(given) == 11 * 2 + 3


def test_the_plan_is_shown_and_written(run, tmp_path):
    result = run("--uneven", "--out", "plan.csv")
    assert result.exit_code == 0, result.stderr
    assert "Who reads what" in result.stdout and "none of their own students" in result.stdout
    lines = (tmp_path / "plan.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "rater,piece" and len(lines) == 26


def test_scores_that_fall_apart_are_told_with_what_joins_them_and_what_precision_takes(run):
    answer = answer_of(
        run("--scored", "s.csv", "--levels", "1-4", "--tell", "0.25", "--json", tables=False)
    )
    assert answer["plan"] is None
    assert answer["repair"]["subsets"] == [["A", "B"], ["C", "D"]]
    assert len(answer["repair"]["further_readings"]) == 1
    assert answer["precision"]["difference"] == 0.25
    assert answer["precision"]["sentence"] in answer["sentence"]
    assert answer["precision"]["schools_apart"] is False
    assert answer["precision"]["n_schools"] == 2 and answer["precision"]["family_size"] == 1
    assert (
        answer["precision"]["these_raters_low"] is None
        or answer["precision"]["these_raters_low"] <= answer["precision"]["these_raters_best"]
    )


def test_further_readings_keep_to_whose_students_the_tables_name(run):
    def readings(*more, **kinds):
        repair = answer_of(run("--scored", "s.csv", "--levels", "1-4", "--json", *more, **kinds))[
            "repair"
        ]
        return repair["own_students_known"], repair["further_readings"]

    known, further = readings(tables=False)
    assert not known and len(further) == 1
    # Everybody of one part teaches those whom the other part has read: the piece has to go the other way.
    pieces = "piece,teacher\n" + "".join(f"{n},{'A;B' if n > 3 else ''}\n" for n in range(1, 6))
    raters = "rater\nA\nB\nC\nD\n"
    known, further = readings(pieces=pieces, raters=raters)
    assert known and further[0]["rater"] in "CD" and int(further[0]["piece"]) <= 3


def test_the_precision_asked_goes_into_the_plan_or_names_what_binds(run):
    pieces = "piece\n" + "".join(f"Q{n}\n" for n in range(40))
    raters = "rater,school\n" + "".join(f"T{n},{'east' if n % 2 else 'west'}\n" for n in range(6))
    given = ("--scored", "s.csv", "--levels", "1-4", "--json")
    answer = answer_of(run(*given, "--tell", "2", pieces=pieces, raters=raters))
    told = answer["plan_tells"]
    assert told["speaks_for"] == "raters" and told["shared"] == answer["precision"]["these_raters"]
    assert told["pairs"][0]["n_shared_pieces"] >= told["shared"]
    assert told["pairs"][0]["difference"] <= 2
    assert told["sentence"] in answer["sentence"]
    refused = run(*given, "--tell", "0.02", pieces=pieces, raters=raters)
    assert refused.exit_code == 1 and "40 pieces" in refused.stdout
    nobody = run(*given, "--tell", "0.2", "--speaks-for", "schools", pieces=pieces, raters=raters)
    assert nobody.exit_code == 1 and "no number of pieces is sure to settle it" in nobody.stdout


def test_a_projects_own_scores_and_roster_are_read(sample_project):
    answer = answer_of(
        runner.invoke(
            app,
            [
                "plan",
                "--project",
                str(sample_project),
                "--window",
                "2026-spring",
                "--tell",
                "0.25",
                "--json",
            ],
        )
    )
    assert answer["repair"]["own_students_known"]
    assert answer["precision"]["difference"] == 0.25
    assert answer["precision"]["schools_apart"] and answer["precision"]["n_schools"] > 2
    assert all(one.startswith("Rater ") for part in answer["repair"]["subsets"] for one in part)


def test_a_refusal_names_the_constraint(run):
    result = run("--readings", "5", "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    SCHEMA.validate(answer)
    assert "there are 4" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("options", "tables"),
    [
        ((), False),
        (("--tell", "0.25"), True),
        (("--scored", "s.csv", "--out", "x.csv"), False),
        (("--scored", "s.csv", "--project", "."), False),
        (("--window", "2025-fall"), True),
        (("--scored", "s.csv", "--tell", "1", "--speaks-for", "pupils"), True),
        (("--scored", "s.csv", "--tell", "1", "--speaks-for", "pupils"), False),
        (("--speaks-for", "pupils"), True),
    ],
)
def test_mistakes_on_the_command_line_end_with_two(run, options, tables):
    assert run(*options, tables=tables).exit_code == 2


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        ("piece\nA\nA\n", "comes twice"),
        ("piece,readings\nA,none\n", "whole number"),
        ("piece,anchor\nA,perhaps\n", "yes or no"),
        ("work\nA\n", "piece is missing"),
    ],
)
def test_problems_of_the_tables_are_told(run, pieces, told):
    result = run(pieces=pieces)
    assert result.exit_code == 1 and told in result.stderr


def test_scores_that_cannot_say_what_is_connected_are_refused_in_words(run, tmp_path):
    talked = "piece,rater,score,round\nP1,A,2,after_discussion\nP1,B,2,after_discussion\n"
    (tmp_path / "t.csv").write_text(talked, encoding="utf-8")
    late = run("--scored", "t.csv", "--levels", "1-4", tables=False)
    assert late.exit_code == 1 and "cannot say what is connected" in late.stderr
    nameless = run("--scored", "s.csv", "--criteria", " , ", tables=False)
    assert nameless.exit_code == 2 and "names no column" in nameless.stderr
