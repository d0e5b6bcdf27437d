"""``calibrate dependability``: the JSON of the schema, the tables in the terminal, errors as messages."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from calibrate.analysis.dependability_words import range_shown
from calibrate.analysis.wording import percent
from tests.support.score_commands import answered, ask, schema_of
from tests.support.tree import ROOT

runner = CliRunner()
SCHEMA = schema_of("dependability")
BRENNAN = json.loads((ROOT / "tests/data/generalizability.json").read_text(encoding="utf-8"))
LONG = "piece,rater,criterion,score\n" + "".join(
    f"P{p},R{r},C{c},{score}\n" for p, r, c, score in BRENNAN["cases"][0]["rows"]
)


@pytest.fixture
def run(tmp_path):
    return lambda text, *options: ask("dependability", tmp_path, text, *options)


def answer_of(result) -> dict:
    return answered(SCHEMA, result)


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA.schema)


def test_json_of_brennans_data_fits_the_schema_and_his_numbers(run):
    answer = answer_of(run(LONG, "--levels", "0-9", "--minutes", "6", "--json"))
    found = {one["source"]: one["variance"] for one in answer["components"]}
    assert found["piece"] == pytest.approx(0.55277777, abs=1e-7)
    assert found["piece x rater x criterion"] == pytest.approx(0.93518518, abs=1e-7)
    assert (answer["object"], answer["design"]) == ("piece", "crossed")
    assert answer["g"] == answer["decision_study"][3]["g"]
    two = answer["decision_study"][1]
    assert two.pop("phi_ci_low") < two["phi"] < two.pop("phi_ci_high")
    assert two.pop("g_ci_low") < two["g"] < two.pop("g_ci_high")
    assert two.pop("g_se") > 0 and two.pop("phi_se") > 0
    assert two == {
        "n_rater": 2,
        "n_task": 1,
        "g": pytest.approx(0.5364347468),
        "phi": pytest.approx(0.6032407 / (0.6032407 + 0.78125), abs=1e-6),
        "hours": pytest.approx(2.0),
        "sem": pytest.approx(0.78125**0.5),
        "phi_cut": None,
        "consistency": None,
        **{f"phi_cut_{one}": None for one in ("se", "ci_low", "ci_high")},
        **{f"consistency_{one}": None for one in ("se", "ci_low", "ci_high")},
    }


def test_decisions_at_the_cut_come_with_their_range(run):
    answer = answer_of(run(LONG, "--levels", "0-9", "--cut", "5", "--json"))
    two = answer["decision_study"][1]
    for name in ("phi_cut", "consistency"):
        assert 0 < two[f"{name}_ci_low"] < two[name] < two[f"{name}_ci_high"] <= 1
        assert 0 < two[f"{name}_se"] < 0.5
    low, high = two["consistency_ci_low"], two["consistency_ci_high"]
    assert f"(plausibly {percent(low)} to {percent(high)})." in answer["sentence"]
    shown = " ".join(run(LONG, "--levels", "0-9", "--cut", "5").stdout.split())
    assert range_shown(low, high) in shown


def test_a_table_with_gaps_codes_and_two_scales_fits_too(run):
    rows = [line for i, line in enumerate(LONG.splitlines()) if i == 0 or i % 7]
    rows[3] = rows[3].rsplit(",", 1)[0] + ",BLANK"
    answer = answer_of(run("\n".join(rows), "--levels", "0-9", "--cut", "5", "--json"))
    assert answer["method"] == "REML"
    assert 0 < answer["decision_study"][0]["consistency"] < 1


def test_what_cannot_be_told_is_null_with_its_reason(run):
    answer = answer_of(run("piece,rater,score\nA,1,2\nB,1,3\n", "--levels", "1-4", "--json"))
    assert (answer["g"], answer["phi"], answer["decision_study"]) == (None, None, [])
    assert answer["undefined"] == "only one rater scored"
    assert answer["phi_ci_low"] is None


def test_errors_come_with_components_but_for_criteria_which_are_fixed(run):
    answer = answer_of(run(LONG, "--levels", "0-9", "--json"))
    for one in answer["components"]:
        if one["source"] == "criterion":
            assert one["se"] is None and one["ci_low"] is None
        else:
            assert one["se"] > 0 and one["ci_low"] <= one["variance"] <= one["ci_high"]


def test_the_terminal_shows_tables_and_the_sentence(run):
    result = run(LONG, "--levels", "0-9", "--minutes", "9", "--cut", "5")
    assert result.exit_code == 0, result.stderr
    for told in (
        "piece x rater",
        "Raters a piece",
        "95% range",
        "1.5 hours",
        "A second rater on every piece",
        "it plausibly lies from",
    ):
        assert told in " ".join(result.stdout.split())


def test_mistakes_on_the_command_line_end_with_two(run):
    assert run(LONG, "--minutes", "0").exit_code == 2
    assert run(LONG, "--criteria", "A", "--score", "B").exit_code == 2


@pytest.mark.parametrize("cut", ["10", "-1", "nan"])
def test_a_cut_off_the_scale_is_refused(run, cut):
    refused = run(LONG, "--levels", "0-9", "--cut", cut)
    assert refused.exit_code == 2
    assert "is not a mean score over these criteria. Give a score from 0 to 9." in " ".join(
        refused.stderr.split()
    )


def test_a_cut_off_the_scale_of_one_criterion_names_it(run):
    text = "piece,rater,criterion,score\n" + "".join(
        f"P{i},R{j},ORG,{(i + j) % 4 + 1}\n" for i in range(12) for j in range(2)
    )
    refused = run(text, "--levels", "1-4", "--cut", "9")
    assert refused.exit_code == 2 and "9 is not a score of ORG." in refused.stderr
    assert run(text, "--levels", "1-4", "--cut", "2.5").exit_code == 0


def test_scores_after_the_talk_alone_are_refused(run):
    text = "piece,rater,score,round\nA,1,2,2\nA,2,3,2\n"
    result = run(text, "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    SCHEMA.validate(answer)
    assert "None of these scores" in answer["error"]["message"]
