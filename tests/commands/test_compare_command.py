"""``calibrate compare``: the JSON of the schema, the tables in the terminal, errors as messages."""

from __future__ import annotations

import json

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from tests.support.score_commands import answered, ask, schema_of

runner = CliRunner()
SCHEMA = schema_of("compare")


def table(lenient: float = 0.0, n: int = 60) -> str:
    """East and west share every piece; north reads pieces of its own."""
    rng = np.random.default_rng(2)
    rows = ["piece,rater,criterion,score,School,Home"]
    for i in range(n):
        for school, extra in (("east", lenient), ("west", 0.0)):
            rater = f"{school}{i % 3}"
            for criterion in ("ORG", "CONV"):
                seen = 1.5 + (i % 10) / 5 + extra + rng.normal(0, 0.2)
                home = "east" if i % 2 else "west"
                rows.append(
                    f"P{i},{rater},{criterion},{int(np.clip(round(seen), 1, 4))},{school},{home}"
                )
    rows += [f"N{i},north{i % 2},ORG,{i % 4 + 1},north,north" for i in range(6)]
    return "\n".join(rows) + "\n"


@pytest.fixture
def run(tmp_path):
    return lambda text, *options: ask("compare", tmp_path, text, "--levels", "1-4", *options)


def answer_of(result) -> dict:
    return answered(SCHEMA, result)


def verdict(answer: dict, a: str, b: str) -> dict:
    return next(
        one for one in answer["pairs"] if (one["a"], one["b"], one["criterion"]) == (a, b, "total")
    )


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA.schema)


def test_a_lenient_school_is_found_and_what_shares_nothing_cannot_be_told(run):
    answer = answer_of(run(table(0.8), "--group", "School", "--json"))
    found = verdict(answer, "east", "west")
    assert (found["verdict"], found["margin"]) == ("different", 0.375)
    assert found["difference"] > 0.4 and found["ci95"][0] > 0
    none = verdict(answer, "east", "north")
    assert (none["verdict"], none["difference"], none["n_shared_pieces"]) == (
        "cannot tell",
        None,
        0,
    )
    assert not answer["linked"]
    assert {(one["a"], one["b"]) for one in answer["settling"]} >= {("east", "north")}


def test_equal_schools_are_the_same_within_a_margin_that_may_be_given(run):
    assert verdict(answer_of(run(table(), "--group", "school", "--json")), "east", "west")[
        "verdict"
    ] == ("same")
    narrow = answer_of(run(table(), "--group", "school", "--margin", "0.001", "--json"))
    assert verdict(narrow, "east", "west")["verdict"] == "cannot tell"


def test_each_criterion_may_have_a_margin_of_its_own(run):
    answer = answer_of(run(table(), "--group", "school", "--margin", "ORG=0.25,conv=0.2", "--json"))
    margins = {one["criterion"]: one["margin"] for one in answer["pairs"]}
    assert margins == {"ORG": 0.25, "CONV": 0.2, "total": pytest.approx(0.225)}


def test_the_schools_themselves_are_spoken_of_beside_these_raters(run):
    answer = answer_of(run(table(0.8), "--group", "school", "--json"))
    schools = answer["this_school"]
    assert [one["speaks_for"] for one in schools["pairs"]] == ["this school"] * len(answer["pairs"])
    found = verdict(schools, "east", "west")
    assert found["difference"] == verdict(answer, "east", "west")["difference"]
    assert found["se"] >= verdict(answer, "east", "west")["se"]
    assert {one["criterion"] for one in schools["rater_variance"]} == {"total", "ORG", "CONV"}
    assert answer["cut"] == []


def test_with_a_cut_it_is_said_who_would_cross_it(run):
    answer = answer_of(run(table(0.8), "--group", "school", "--cut", "3", "--json"))
    (east,) = [
        one
        for one in answer["cut"]
        if (one["pieces_of"], one["scored_by"], one["criterion"], one["speaks_for"])
        == ("east", "west", "total", "these raters")
    ]
    assert east["change"] < 0 and east["range"][0] <= east["change"] <= east["range"][1] < 0
    assert "would fall below the cut" in east["sentence"]
    shown = run(table(0.8), "--group", "school", "--cut", "ORG=3,conv=2")
    assert shown.exit_code == 0, shown.stderr
    shown = run(table(0.8), "--group", "school", "--cut", "3").stdout
    assert "would fall below the cut" in " ".join(shown.split())


def test_what_would_settle_is_told_for_these_raters_and_for_the_schools(run):
    answer = answer_of(run(table(n=12), "--group", "school", "--margin", "0.15", "--json"))
    told = {(one["speaks_for"], one["a"], one["b"]): one for one in answer["settling"]}
    assert ("these raters", "east", "north") in told
    schools = told["this school", "east", "west"]
    assert schools["n_more"] and schools["likely"] in ("same", "different")


def test_bridges_say_whose_pieces_they_are_made_of(run):
    answer = answer_of(run(table(), "--group", "School", "--piece-group", "Home", "--json"))
    bridge = next(one for one in answer["bridges"] if one["a"] == "east" and one["b"] == "west")
    assert bridge == {
        "a": "east",
        "b": "west",
        "n_shared_pieces": 60,
        "n_from_a": 30,
        "n_from_b": 30,
        "n_from_elsewhere": 0,
        "n_from_unknown": 0,
    }


def test_the_terminal_shows_tables_and_sentences(run):
    result = run(table(0.8), "--group", "School")
    assert result.exit_code == 0, result.stderr
    for told in ("All criteria together", "east and the rest", "different", "these raters"):
        assert told in result.stdout


def test_raters_in_two_groups_are_noted(run):
    result = run(table(), "--group", "Home", "--json")
    assert "belong to more than one group" in result.stderr


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--group", "district"),
        ("--group", "school", "--margin", "0"),
        ("--group", "school", "--margin", "FOC=0.2"),
        ("--group", "school", "--cut", "2.5"),
        ("--group", "school", "--cut", "three"),
        ("--group", "school", "--piece-group", "nowhere"),
        ("--group", "school", "--criteria", "A", "--score", "B"),
        ("--group", "piece"),
        ("--group", "Rater"),
        ("--group", "criterion"),
        ("--group", "score"),
    ],
)
def test_mistakes_on_the_command_line_end_with_two(run, options):
    assert run(table(), *options).exit_code == 2


def test_a_table_without_anything_to_compare_is_refused(run):
    result = run("piece,rater,score,school\nA,1,2,\nB,1,3,\n", "--group", "school", "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    SCHEMA.validate(answer)
    assert "nothing to compare" in answer["error"]["message"]


def test_a_wide_table_without_columns_is_refused(run):
    refused = run("piece,rater,school,score\nP1,A,east,2\n", "--group", "school", "--criteria", ",")
    assert refused.exit_code == 2 and "names no column" in refused.stderr


def own_table() -> str:
    """Four teachers score eight own students each, about a point kinder than two blind readers."""
    rng = np.random.default_rng(4)
    rows = ["piece,rater,criterion,score,School,Hers"]
    for i in range(32):
        seen = 1.6 + (i % 8) / 5
        for rater, extra, mine in ((f"T{i % 4}", 0.9, "Yes"), ("R1", 0.0, "no"), ("R2", 0.0, "")):
            level = int(np.clip(round(seen + extra + rng.normal(0, 0.2)), 1, 4))
            rows.append(f"P{i},{rater},ORG,{level},{'oak' if mine == 'Yes' else 'elm'},{mine}")
    return "\n".join(rows) + "\n"


def test_classroom_teachers_stand_in_a_table_of_their_own(run):
    answer = answer_of(run(own_table(), "--group", "School", "--own", "Hers", "--json"))
    lead = answer["own_teachers"]["rows"][0]
    assert (lead["group"], lead["criterion"], lead["verdict"]) == ("all", "total", "higher")
    assert (lead["n_pieces"], lead["n_teachers"], lead["n_readers"]) == (32, 4, 2)
    assert 0.5 < lead["difference"] < 1.1
    assert "what they know of the child" in answer["own_teachers"]["sentence"]
    assert [one["id"] for one in answer["groups"]] == ["elm"] * 2  # the teachers are in no verdict
    shown = run(own_table(), "--group", "School", "--own", "Hers").stdout
    assert "Classroom teachers' own students" in shown
    assert "drift back to the mean" in " ".join(shown.split())
    assert shown.count("all groups") == 1  # the only criterion is the total


def test_without_own_students_there_is_no_such_table(run):
    assert answer_of(run(table(), "--group", "School", "--json"))["own_teachers"] is None


def test_a_cell_that_says_neither_yes_nor_no_is_shown(run):
    text = own_table().replace(",Yes", ",perhaps", 1)
    result = run(text, "--group", "School", "--own", "Hers", "--json")
    assert result.exit_code == 1
    error = json.loads(result.stdout)["error"]
    assert (error["column"], error["row"]) == ("Hers", 2)


def test_groups_that_meet_only_by_way_of_another_have_an_answer_through_all_links(run):
    text = table(0.8) + "".join(
        f"W{i},{rater},{criterion},{score},{school},west\n"
        for i in range(30)
        for criterion in ("ORG", "CONV")
        for rater, school, score in (
            (f"west{i % 3}", "west", i % 4 + 1),
            (f"south{i % 2}", "south", min(max(i % 4 + 1 - (i % 5 == 0) + (i % 7 == 0), 1), 4)),
        )
    )
    answer = answer_of(run(text, "--group", "School", "--json"))
    assert verdict(answer, "east", "south")["difference"] is None
    linked = answer["through_model"]
    far = verdict(linked, "east", "south")
    assert (far["n_shared_pieces"], far["n_linking_pieces"]) == (0, 30)
    assert far["verdict"] == "different" and far["difference"] > 0.3
    assert verdict(linked, "east", "north")["difference"] is None
    assert linked["this_school"]["pairs"][0]["speaks_for"] == "this school"
    shown = run(text, "--group", "School").output
    assert "directly, and through all links" in shown
    assert "by way of others, as they share no piece" in " ".join(shown.split())


def groups_table() -> str:
    """Three schools share pieces by two; a third of the students are in a programme."""
    from tests.analysis.grouped_districts import grouped

    scores, members = grouped(3, bias=1.8)
    programme = members.set_index("piece")["group"]
    scores = scores.assign(Programme=scores["piece"].map(programme).fillna(""))
    return scores.rename(columns={"rater_school": "School"}).to_csv(index=False)


def test_student_groups_are_looked_at_only_where_a_column_is_named(run):
    text = groups_table()
    answer = answer_of(run(text, "--group", "School", "--student-group", "Programme", "--json"))
    found = answer["student_groups"]
    assert (found["n_tested"], found["min_students"]) == (3, 10)
    flagged = [one["school"] for one in found["cells"] if one["flagged"]]
    assert flagged[0] in ("ash", "elm", "oak") and "oak" in flagged
    assert "not a verdict on anybody" in found["sentence"]
    assert answer_of(run(text, "--group", "School", "--json"))["student_groups"] is None
    shown = run(text, "--group", "School", "--student-group", "Programme").stdout
    assert "look into it" in shown
    wrong = run(text, "--group", "School", "--student-group", "Language")
    assert wrong.exit_code == 2
