"""``calibrate severity``: the JSON of the schema, the table in the terminal, errors as messages."""

from __future__ import annotations

import json

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from tests.stats.facets.simulated import panel
from tests.support.score_commands import answered, ask, schema_of

runner = CliRunner()
SCHEMA = schema_of("severity")


def as_csv(drawn, extra=None) -> str:
    names = ["piece", "rater", "criterion", "score", *(extra or {})]
    rows = zip(
        (f"P{one}" for one in drawn.piece),
        (f"R{one}" for one in drawn.rater),
        (f"C{one}" for one in drawn.criterion),
        (f"{one:g}" for one in drawn.score),
        *(extra or {}).values(),
        strict=True,
    )
    return "\n".join([",".join(names), *(",".join(map(str, row)) for row in rows)]) + "\n"


DRAWN = panel(3, pieces=60, criteria=2)
LONG = as_csv(DRAWN)


@pytest.fixture
def run(tmp_path):
    return lambda text, *options: ask("severity", tmp_path, text, *options)


def answer_of(result) -> dict:
    return answered(SCHEMA, result)


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA.schema)


@pytest.mark.parametrize("estimator", ["mml", "jml"])
def test_json_fits_the_schema_and_measures_are_centred(run, estimator):
    answer = answer_of(run(LONG, "--levels", "1-4", "--estimator", estimator, "--json"))
    assert answer["estimator"] == estimator
    assert answer["connected"] and answer["converged"]
    raters = answer["facets"]["rater"]
    assert [one["id"] for one in raters] == [f"R{i}" for i in range(6)]
    assert sum(one["measure"] for one in raters) == pytest.approx(0, abs=1e-9)
    severities = [one["measure"] for one in raters]
    assert np.corrcoef(severities, np.linspace(-0.8, 0.8, 6))[0, 1] > 0.9
    fair = [one["fair_score"] for one in raters]
    assert np.argsort(fair).tolist() == np.argsort(severities)[::-1].tolist()
    assert [step["level"] for step in answer["steps"]] == [2, 3, 4, 2, 3, 4]
    assert answer["separation"]["rater"]["df"] == 5


def test_a_wide_table_with_scales_of_its_own(run):
    text = "piece,rater,ORG,CONV\n" + "".join(
        f"P{p},{r},{1 + (p + k) % 4},{(p * 2 + k) % 3}\n"
        for p in range(12)
        for k, r in enumerate("ABC")
    )
    answer = answer_of(
        run(text, "--criteria", "ORG,CONV", "--levels", "ORG=1-4,CONV=0-2", "--json")
    )
    assert [len([s for s in answer["steps"] if s["criterion"] == c]) for c in ("ORG", "CONV")] == [
        3,
        2,
    ]


def test_groups_that_share_no_piece_are_never_put_on_one_scale(run):
    other = panel(9, pieces=30, criteria=2)
    other.piece, other.rater = other.piece + 500, other.rater + 50
    text = LONG + as_csv(other).split("\n", 1)[1]
    answer = answer_of(run(text, "--levels", "1-4", "--json"))
    assert not answer["connected"]
    assert [len(subset) for subset in answer["subsets"]] == [6, 6]
    assert "no shared piece joins" in answer["sentence"]
    plain = run(text, "--levels", "1-4")
    assert "Group" in plain.stdout


def test_a_unanimous_panel_says_that_it_cannot_tell(run):
    text = "piece,rater,score\n" + "".join(f"P{p},{r},3\n" for p in range(4) for r in "AB")
    answer = answer_of(run(text, "--levels", "1-4", "--json"))
    rater = answer["facets"]["rater"][0]
    assert rater["measure"] is None
    assert rater["undefined"]
    assert answer["log_likelihood"] is None
    assert "nobody is harsher than another" in answer["sentence"]


def test_columns_can_be_facets_and_reasons_for_bias(run):
    school = np.where(DRAWN.rater < 3, "north", "south")
    language = np.where(DRAWN.piece % 2, "home", "second")
    text = as_csv(DRAWN, {"School": school, "language": language})
    answer = answer_of(
        run(text, "--levels", "1-4", "--facet", "School", "--bias-by", "language", "--json")
    )
    assert {"school", "rater", "criterion", "piece"} == set(answer["facets"])
    assert [table["by"] for table in answer["effects"]["bias"]] == ["criterion", "language"]
    assert [one["id"] for one in answer["piece_groups"]] == ["north + south"]


def test_anchors_are_held(run, tmp_path):
    anchors = tmp_path / "last_year.csv"
    anchors.write_text("facet,id,measure\nrater,R0,0.25\nrater,R1,-0.5\n", encoding="utf-8")
    answer = answer_of(run(LONG, "--levels", "1-4", "--anchors", str(anchors), "--json"))
    first = answer["facets"]["rater"][0]
    assert (first["measure"], first["se"], first["state"]) == (0.25, None, "anchored")
    assert first["displacement"] is not None


def test_anchors_of_unknown_ids_are_counted_in_a_note(run, tmp_path):
    anchors = tmp_path / "last_year.csv"
    rows = "rater,R0,0.25\nrater,zz,1\npiece,X1,0\npiece,X2,0\nstep,C0:3,0.1\n"
    anchors.write_text("facet,id,measure\n" + rows, encoding="utf-8")
    answer = answer_of(run(LONG, "--levels", "1-4", "--anchors", str(anchors), "--json"))
    told = [one for one in answer["notes"] if "held nothing" in one]
    assert [one.split(" not among")[0] for one in told] == [
        "1 anchor of the facet rater has an id that is",
        "2 anchors of the facet piece have ids that are",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("facet,id,measure\nrater,R0,high\n", "not a number"),
        ("facet,id,measure\nrater,R0,1\nrater,R0,2\n", "held twice"),
        ("facet,id\nrater,R0\n", "no column called measure"),
        ("facet,id,measure\nplanet,R0,1\n", "no facet called"),
        ("facet,id,measure\n,R0,1\n", "missing"),
        ("facet,id,measure\nrater,zz,1\nstep,C0:9,1\n", "None of the anchors"),
    ],
)
def test_anchors_that_cannot_be_used_are_told(run, tmp_path, text, words):
    anchors = tmp_path / "anchors.csv"
    anchors.write_text(text, encoding="utf-8")
    result = run(LONG, "--levels", "1-4", "--anchors", str(anchors))
    assert result.exit_code == 1
    assert words in " ".join(result.stderr.split())


def test_the_terminal_shows_raters_and_ends_with_sentences(run):
    result = run(LONG, "--levels", "1-4")
    assert result.exit_code == 0
    for words in ("Severity", "Fair score", "Infit", "Difficulty", "Steps", "harsher"):
        assert words in result.stdout
    assert "0 is the average rater" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    "options",
    [
        ["--levels", "4-1"],
        ["--criteria", "ORG", "--score", "ORG"],
        ["--criteria", " , "],
        ["--correct-bias"],
        ["--estimator", "magic"],
        ["--facet", "planet"],
        ["--bias-by", "score"],
    ],
)
def test_options_that_make_no_sense_are_usage_errors(run, options):
    result = run(LONG, *options)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()


def test_a_file_with_nothing_blind_is_refused(run):
    text = (
        "session,round,piece,rater,score\nS1,after_discussion,P1,A,1\nS1,after_discussion,P1,B,2\n"
    )
    result = run(text, "--levels", "1-3", "--json")
    assert result.exit_code == 1
    error = json.loads(result.stdout)
    SCHEMA.validate(error)
    assert "before they talked" in error["error"]["fix"]
