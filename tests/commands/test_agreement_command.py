"""``calibrate agreement``: the JSON of the schema, the table in the terminal, errors as messages."""

from __future__ import annotations

import json
import math
import re

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from calibrate.cli import app
from tests.support.score_commands import answered, ask, schema_of

runner = CliRunner()
SCHEMA = schema_of("agreement")

LONG = "piece,rater,criterion,score\n" + "".join(
    f"P{p},{r},{c},{(p + (p * r * 7) % 5 // 4) % 4 + 1}\n"
    for p in range(12)
    for r in (1, 2, 3)
    for c in ("ORG", "CONV")
)
WIDE = "piece,rater,ORG,CONV\nP1,A,3,2\nP1,B,3,1\nP2,A,1,0\nP2,B,2,BLANK\nP3,A,4,2\nP3,B,4,2\n"


@pytest.fixture
def run(tmp_path):
    return lambda text, *options: ask("agreement", tmp_path, text, *options)


def answer_of(result) -> dict:
    return answered(SCHEMA, result)


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA.schema)


def test_json_of_a_long_table_fits_the_schema(run):
    answer = answer_of(run(LONG, "--levels", "1-4", "--json"))
    assert [part["criterion"] for part in answer["criteria"]] == ["ORG", "CONV"]
    assert set(answer["criteria"][0]) == {
        "criterion",
        "n_pieces",
        "n_raters",
        "n_ratings",
        "coefficients",
        "sentence",
    }
    assert [one["name"] for one in answer["total"]["coefficients"]] == [
        "exact_agreement",
        "adjacent_agreement",
        "fleiss_kappa",
        "gwet_ac",
        "krippendorff_alpha",
        "icc_a_1",
    ]
    assert answer["criteria"][0]["n_ratings"] == 36


def test_json_of_every_coefficient_fits_the_schema(run):
    answer = answer_of(run(LONG, "--levels", "1-4", "--all", "--json"))
    names = {one["name"] for one in answer["total"]["coefficients"]}
    known = SCHEMA.schema["$defs"]["coefficient"]["properties"]["name"]["enum"]
    assert names == set(known)
    measured = [
        one["weights"]
        for one in answer["total"]["coefficients"]
        if one["name"] == "krippendorff_alpha"
    ]
    assert measured == ["nominal", "ordinal", "interval", "ratio"]


def test_all_shows_pieces_levels_and_two_raters_points(run):
    two = "piece,rater,score\nP1,A,1\nP1,B,2\nP2,A,2\nP2,B,2\nP3,A,4\nP3,B,3\nP4,A,3\nP4,B,4\n"
    part = answer_of(run(two, "--levels", "1-4", "--all", "--json"))["criteria"][0]
    assert [(one["piece"], one["exact_agreement"]) for one in part["by_piece"]] == [
        ("P1", 0.0),
        ("P3", 0.0),
        ("P4", 0.0),
        ("P2", 1.0),
    ]
    assert part["by_level"]["confusion"][2] == [0.0, 0.0, 0.0, 0.25]
    assert part["by_level"]["agreement"] == pytest.approx([0, 2 / 3, 0, 0])
    limits = part["limits_of_agreement"]
    assert (limits["first"], limits["second"], limits["n_pieces"]) == ("A", "B", 4)
    assert limits["difference"] == pytest.approx(-0.25)
    shown = run(two, "--levels", "1-4", "--all").stdout
    assert "Pieces, the least agreement first" in shown
    assert "3 and 4: in 50% of the pairs" in " ".join(shown.split())
    assert "A scores −0.25 points beside B on average" in " ".join(shown.split())


def test_without_all_there_are_no_details(run):
    assert "by_piece" not in answer_of(run(LONG, "--levels", "1-4", "--json"))["total"]


@pytest.mark.parametrize("kind", ["pieces", "blocks"])
def test_intervals_by_resampled_pieces(run, kind):
    answer = answer_of(run(LONG, "--levels", "1-4", "--all", "--bootstrap", kind, "--json"))
    methods = {
        (one["name"], one["weights"]): one["method"] for one in answer["total"]["coefficients"]
    }
    for name in ("exact_agreement", "adjacent_agreement", "krippendorff_alpha"):
        assert any("resamples" in told for (one, _), told in methods.items() if one == name)
    for name in ("conger_kappa", "fleiss_kappa", "brennan_prediger", "gwet_ac"):
        told = methods[name, "quadratic"]
        assert "resamples" in told
        assert ("within assignment blocks" in told) == (kind == "blocks")


@pytest.mark.parametrize("scale", ["landis-koch", "altman", "fleiss"])
def test_whose_words_are_used_can_be_chosen(run, scale):
    answer = answer_of(run(LONG, "--levels", "1-4", "--all", "--words", scale, "--json"))
    said = " ".join(answer["total"]["remarks"])
    assert {"landis-koch": "Landis and Koch", "altman": "Altman", "fleiss": "Fleiss"}[scale] in said


@pytest.mark.parametrize(
    "options",
    [
        ["--bootstrap", "raters"],
        ["--words", "mine"],
        ["--bootstrap", "pieces", "--raters-like-these"],
    ],
)
def test_unknown_choices_are_usage_errors(run, options):
    assert run(LONG, "--levels", "1-4", *options).exit_code == 2


def test_a_wide_table_with_scales_of_its_own_and_codes(run):
    answer = answer_of(
        run(WIDE, "--criteria", "ORG,CONV", "--levels", "ORG=1-4,CONV=0-2", "--json")
    )
    conv = answer["criteria"][1]
    assert conv["codes"] == {"n_pairs": 3, "n_mixed": 1, "rate": pytest.approx(1 / 3)}
    kappa = next(one for one in answer["total"]["coefficients"] if one["name"] == "cohen_kappa")
    assert kappa["value"] is None
    assert "different scales" in kappa["undefined"]


def test_numbers_have_full_precision_and_undefined_is_null_with_its_reason(run):
    unanimous = "piece,rater,score\nP1,A,3\nP1,B,3\nP2,A,3\nP2,B,3\n"
    answer = answer_of(run(unanimous, "--levels", "1-4", "--json"))
    found = {one["name"]: one for one in answer["criteria"][0]["coefficients"]}
    assert answer["criteria"][0]["criterion"] == "all"
    assert found["exact_agreement"]["ci_low"] == pytest.approx(math.sqrt(0.025), abs=1e-15)
    assert found["cohen_kappa"]["value"] is None
    assert "no variation" in found["cohen_kappa"]["undefined"]
    assert (found["gwet_ac"]["value"], found["gwet_ac"]["flags"]) == (1.0, ["no variation"])


def test_without_levels_a_note_on_standard_error_leaves_the_json_clean(run):
    result = run(LONG, "--json")
    answer_of(result)
    assert "No levels were given" in result.stderr


def test_columns_are_mapped(run):
    text = "Essay,Teacher,Trait,Points\nP1,A,X,1\nP1,B,X,2\nP2,A,X,2\nP2,B,X,2\n"
    options = [
        "--piece",
        "Essay",
        "--rater",
        "Teacher",
        "--criterion",
        "Trait",
        "--score",
        "Points",
    ]
    assert answer_of(run(text, *options, "--levels", "1-2", "--json"))["total"]["n_raters"] == 2


def test_only_the_blind_round_counts_and_that_is_said(run):
    text = "session,round,piece,rater,score\n" + "".join(
        f"S1,{round_},P{p},{r},{score}\n"
        for p in range(4)
        for r, first in (("A", p % 3 + 1), ("B", (p + 1) % 3 + 1))
        for round_, score in (("blind", first), ("after_discussion", 2))
    )
    result = run(text, "--levels", "1-3", "--json")
    exact = answer_of(result)["total"]["coefficients"][0]
    assert exact["value"] == 0
    assert "after the discussion" in result.stderr


def test_a_file_with_nothing_blind_is_refused(run):
    text = (
        "session,round,piece,rater,score\nS1,after_discussion,P1,A,1\nS1,after_discussion,P1,B,1\n"
    )
    result = run(text, "--levels", "1-3")
    assert result.exit_code == 1
    assert "before they talked" in result.stderr


def test_the_terminal_shows_a_table_and_ends_with_sentences(run):
    result = run(LONG, "--levels", "1-4")
    assert result.exit_code == 0
    for words in ("Exact agreement", "Fleiss' kappa (quadratic)", "Gwet's AC2", "95% interval"):
        assert words in result.stdout
    assert "ORG: two raters of the same piece" in result.stdout
    assert "All criteria together: two raters" in result.stdout
    assert "for these raters on other pieces" in " ".join(result.stdout.split())


def test_the_terminal_marks_what_is_undefined_with_its_reason(run):
    result = run("piece,rater,score\nP1,A,3\nP2,B,3\n", "--levels", "1-4")
    assert result.exit_code == 0
    assert "–" in result.stdout
    assert "no piece has scores from two" in " ".join(result.stdout.replace("│", " ").split())
    assert "the data cannot say how far they agree" in " ".join(result.stdout.split())


def test_coefficients_of_two_raters_are_named_once_where_there_are_more(run):
    shown = " ".join(run(LONG, "--levels", "1-4", "--all").stdout.split())
    assert shown.count("For two raters only, and here there are 3: Cohen's kappa, Scott's pi,") == 3
    assert "compares two raters" not in shown
    answer = answer_of(run(LONG, "--levels", "1-4", "--all", "--json"))
    told = [one["undefined"] or "" for one in answer["criteria"][0]["coefficients"]]
    assert sum("compares two raters; here there are 3" in one for one in told) >= 6


def test_with_one_rater_nothing_for_two_is_listed(run):
    alone = "piece,rater,score\nP1,A,1\nP2,A,3\n"
    shown = " ".join(run(alone, "--levels", "1-4", "--all").stdout.split())
    assert "For two raters only, and here there is one: Cohen's kappa" in shown


def test_how_many_raters_are_averaged_is_told(run):
    gaps = "".join(line + "\n" for line in LONG.splitlines() if not line.startswith("P3,3,"))
    shown = " ".join(run(gaps, "--levels", "1-4", "--all").stdout.replace("│", " ").split())
    answer = answer_of(run(gaps, "--levels", "1-4", "--all", "--json"))
    one = next(c for c in answer["criteria"][0]["coefficients"] if c["name"] == "icc_1_k")
    assert "average of 2.88 raters (harmonic mean)" in one["method"]
    assert "average of" in shown and "(harmonic mean)" in shown


def test_readers_in_different_sessions_are_told(run):
    text = "piece,rater,score,session\n"
    apart = [f"P{p},{r},{p % 4 + 1},{s}\n" for p in range(4) for r, s in (("A", "S1"), ("B", "S2"))]
    result = run(text + "".join(apart), "--levels", "1-4")
    assert "4 pieces have readers in different sessions" in result.stderr
    assert "no piece was scored by two raters" in " ".join(result.stdout.split())
    assert "different sessions" not in run(LONG, "--levels", "1-4").stderr


def test_rows_that_still_speak_for_these_raters_say_so(run):
    shown = run(LONG, "--levels", "1-4", "--all", "--raters-like-these").stdout
    kendall = next(line for line in shown.splitlines() if "Kendall's W" in line)
    below = shown[shown.index(kendall) :]
    assert "for these raters" in " ".join(below.replace("│", " ").split())[:400]
    assert "or for these raters where that is said" in " ".join(shown.split())


def test_a_criterion_may_be_called_anything(run):
    text = "piece,rater,criterion,score\nP1,A,[/b] [x],1\nP1,B,[/b] [x],2\nP2,A,[/b] [x],2\n"
    result = run(text, "--levels", "1-2")
    assert result.exit_code == 0, result.stderr
    assert "[/b] [x]: two raters" in result.stdout


def test_bad_rows_are_told_with_file_row_and_column(run):
    text = LONG + "P99,1,ORG,9\nP98,1,ORG,good\n"
    plain = run(text, "--levels", "1-4")
    assert plain.exit_code == 1
    assert "scores.csv, row 74, column score: The score 9 is not on the scale" in plain.stderr
    assert "row 75" in plain.stderr
    assert "good" not in plain.stderr
    machine = run(text, "--levels", "1-4", "--json")
    assert machine.exit_code == 1
    error = json.loads(machine.stdout)
    SCHEMA.validate(error)
    assert (error["error"]["row"], error["error"]["column"]) == (74, "score")
    assert len(error["problems"]) == 2


@pytest.mark.parametrize(
    "options",
    [
        ["--levels", "4-1"],
        ["--criteria", " , "],
        ["--criteria", "ORG", "--score", "ORG"],
    ],
)
def test_options_that_make_no_sense_are_usage_errors(run, options):
    result = run(LONG, *options)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()


def test_a_missing_file_is_told(tmp_path):
    result = runner.invoke(app, ["agreement", str(tmp_path / "none.csv"), "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["file"] == "none.csv"


def test_a_missing_argument_is_a_usage_error():
    assert runner.invoke(app, ["agreement"]).exit_code == 2


def test_words_fit_small_numbers(run):
    apart = run("piece,rater,score\na,x,1\na,y,4\nb,x,4\nb,y,1\n", "--levels", "1-4").stdout
    assert "never chose the same level" in apart and "were never at most one level apart" in apart
    alone = run("piece,rater,score\na,x,1\n", "--levels", "1-4").stdout
    assert "1 piece, 1 rater, 1 score" in alone


def test_an_option_is_named_as_an_option(run):
    refused = run(LONG, "--levels", "4-1")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("--levels: ")


def test_a_narrow_screen_cuts_no_number_off(run, monkeypatch):
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    monkeypatch.setenv("COLUMNS", "60")
    told = re.sub(r"\x1b\[[0-9;]*m", "", run(LONG, "--levels", "1-4").stdout)
    table = [line for line in told.splitlines() if "│" in line or "┃" in line]
    assert table and max(map(len, table)) <= 60
    assert not any("…" in line for line in table)
    assert "Krippendorff" in told


def test_a_file_and_a_part_of_a_project_are_not_asked_for_together(run, sample_project):
    assert run(LONG, "--session", "S01").exit_code == 2
    wrong = ["agreement", "--project", str(sample_project), "--levels", "1-4"]
    assert runner.invoke(app, wrong).exit_code == 2


def test_every_pair_can_be_asked_for(run):
    answer = answer_of(run(LONG, "--levels", "1-4", "--pairs", "--json"))
    pairs = answer["total"]["pairs"]
    met = {frozenset((one["a"], one["b"])) for one in pairs}
    assert met == {frozenset("12"), frozenset("13"), frozenset("23")}
    assert len(pairs) == 3
    assert {one["n"] for one in pairs} == {24}
    assert {one["n"] for one in answer["criteria"][0]["pairs"]} == {12}
    shown = run(LONG, "--levels", "1-4", "--pairs").stdout
    assert "3 of 3 pairs of raters scored some of the same work" in " ".join(shown.split())


def test_intervals_for_raters_like_these(run):
    answer = answer_of(run(LONG, "--levels", "1-4", "--raters-like-these", "--json"))
    assert "for raters like these" in answer["total"]["coefficients"][0]["method"]
    assert (
        "for raters like these"
        not in answer_of(run(LONG, "--levels", "1-4", "--json"))["total"]["coefficients"][0][
            "method"
        ]
    )
    shown = run(LONG, "--levels", "1-4", "--raters-like-these").stdout
    assert "speak for raters like these" in " ".join(shown.split())


KEYED = "piece,rater,score\n" + "".join(
    f"P{p},{who},{(p * k) % 4 + 1}\n"
    for p in range(12)
    for who, k in (("KEY", 1), ("A", 1), ("B", 3))
)


def test_raters_are_set_beside_the_one_who_stands_for_settled_scores(run):
    answer = answer_of(run(KEYED, "--levels", "1-4", "--anchor", "KEY", "--json"))
    assert answer["total"]["n_raters"] == 2
    found = {one["rater"]: one for one in answer["anchors"]}
    assert found["A"]["exact_agreement"]["value"] == 1.0
    assert (found["A"]["qualified"], found["B"]["qualified"]) == (True, False)
    shown = run(KEYED, "--levels", "1-4", "--anchor", "KEY").stdout
    assert "Beside the settled scores" in shown
    assert "not yet: 50% exact agreement" in " ".join(shown.split())


def test_an_anchor_who_is_not_there_or_says_two_things_is_told(run):
    assert run(KEYED, "--levels", "1-4", "--anchor", "Nobody").exit_code == 2
    twice = KEYED.replace("score\n", "score,session\n", 1).replace("\nP", ",S1\nP")
    twice = twice.replace("score,session,S1", "score,session").rstrip("\n") + ",S1\n"
    result = run(twice + "P0,KEY,4,S2\n", "--levels", "1-4", "--anchor", "KEY")
    assert result.exit_code == 1
    assert "two different settled scores" in result.stderr
