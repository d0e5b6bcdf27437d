"""``calibrate agreement`` on what schools really send: the same answer from CSV and XLSX, long and wide, and never a crash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from calibrate.cli import app
from tests.support.score_commands import schema_of

SCHEMA = schema_of("agreement")
KAPPAS = ("cohen_kappa", "fleiss_kappa", "krippendorff_alpha", "icc_a_1")
FORMS = [(shape, kind) for shape in ("long", "wide") for kind in ("csv", "xlsx")]

Rows = list[tuple[str, str, str, Any]]


def rows(pieces: int = 6, raters: str = "ABC", levels: tuple[Any, ...] = (1, 2, 3, 4)) -> Rows:
    """A panel that differs here and there, on two criteria."""
    k = len(levels)
    return [
        (f"P{p}", r, c, levels[(p + (p * j) % 3 // 2 + (c == "CONV")) % k])
        for p in range(pieces)
        for j, r in enumerate(raters)
        for c in ("ORG", "CONV")
    ]


def but(found: Rows, score: Any, piece: str = "", rater: str = "") -> Rows:
    """The rows with another score on one piece, or of one rater."""
    return [
        (p, r, c, score if (not piece or p == piece) and (not rater or r == rater) else s)
        for p, r, c, s in found
    ]


def sparse() -> Rows:
    """Twelve raters, each with a fifth of the pieces."""
    found = rows(pieces=20, raters="ABCDEFGHIJKL")
    return [one for one in found if (int(one[0][1:]) + ord(one[1])) % 5 == 0]


CASES: dict[str, tuple[Rows, str]] = {
    "one rater": (rows(raters="A"), "1-4"),
    "two raters who share no piece": (
        [one for one in rows(raters="AB") if (one[0] < "P3") == (one[1] == "A")],
        "1-4",
    ),
    "one piece": (rows(pieces=1), "1-4"),
    "all scores equal": (rows(levels=(3,)), "1-4"),
    "a rater with no scores": (but(rows(), "", rater="C"), "1-4"),
    "a piece with no scores": (but(rows(), "", piece="P2"), "1-4"),
    "a level nobody used": (rows(levels=(1, 2, 3)), "1-4"),
    "half-point levels": (rows(levels=(1, 1.5, 2.5, 3)), "0-4:0.5"),
    "condition codes mixed in": (but(but(rows(), "BLANK", piece="P1"), "T", "P4", "B"), "1-4"),
    "twelve raters, 80 % missing": (sparse(), "1-4"),
    "nothing but condition codes": (but(rows(), "BLANK"), "1-4"),
}
REFUSED: dict[str, tuple[Rows, str, int, int]] = {
    # the row of the file, where a judgement has a row of its own and where a reading has one
    "a score outside the rubric": (
        but(rows(), 5, "P1", "B"),
        "The score 5 is not on the scale",
        10,
        6,
    ),
    "a score between the levels": (but(rows(), 2.5, "P1", "B"), "The score 2.5 is not on", 10, 6),
    "a duplicate": ([*rows(), rows()[8], rows()[9]], "already in row", 38, 20),
}


def write(folder: Path, found: Rows, shape: str, kind: str) -> Path:
    frame = pd.DataFrame(found, columns=["piece", "rater", "criterion", "score"]).astype(object)
    if shape == "wide":
        frame["again"] = frame.groupby(["piece", "rater", "criterion"]).cumcount()
        frame = frame.pivot(
            index=["again", "piece", "rater"], columns="criterion", values="score"
        ).reset_index()
        frame = frame[["piece", "rater", "ORG", "CONV"]]
    path = folder / f"{shape}.{kind}"
    frame.to_csv(path, index=False) if kind == "csv" else frame.to_excel(path, index=False)
    return path


def ask(
    folder: Path, found: Rows, shape: str, kind: str, *options: str
) -> tuple[int, dict[str, Any]]:
    path = write(folder, found, shape, kind)
    wide = ["--criteria", "ORG,CONV"] if shape == "wide" else []
    result = CliRunner().invoke(app, ["agreement", str(path), *wide, *options, "--json"])
    answer = json.loads(result.stdout)
    SCHEMA.validate(answer)
    return result.exit_code, answer


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[tuple[str, str], dict]]:
    folder = tmp_path_factory.mktemp("degenerate")
    found: dict[str, dict[tuple[str, str], dict]] = {}
    for name, (table, levels) in CASES.items():
        for form in FORMS:
            code, answer = ask(folder, table, *form, "--levels", levels)
            assert code == 0, (name, form)
            found.setdefault(name, {})[form] = answer
    return found


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_file_gives_the_same_answer(answers, name):
    first, *others = answers[name].values()
    assert all(other == first for other in others)


@pytest.mark.parametrize("name", CASES)
def test_what_has_no_value_has_a_reason_and_what_has_one_has_none(answers, name):
    answer = answers[name]["long", "csv"]
    for part in (*answer["criteria"], answer["total"]):
        assert part["sentence"]
        for one in part["coefficients"]:
            assert (one["value"] is None) == bool(one["undefined"])


def part_of(answers, name) -> dict[str, dict]:
    part = answers[name]["long", "csv"]["criteria"][0]
    return {one["name"]: one for one in part["coefficients"]} | {"part": part}


@pytest.mark.parametrize(
    "name", ["one rater", "two raters who share no piece", "nothing but condition codes"]
)
def test_without_two_scores_of_a_piece_nothing_can_be_said(answers, name):
    found = part_of(answers, name)
    assert all(one["value"] is None for key, one in found.items() if key != "part")
    assert "cannot say how far they agree" in found["part"]["sentence"]


def test_one_piece_gives_values_without_intervals(answers):
    found = part_of(answers, "one piece")
    assert found["exact_agreement"]["value"] == 1.0
    assert found["exact_agreement"]["ci_low"] is None
    assert found["icc_a_1"]["value"] is None


def test_equal_scores_leave_kappas_undefined_and_ac_at_1(answers):
    found = part_of(answers, "all scores equal")
    assert all(found[name]["value"] is None for name in KAPPAS if name in found)
    assert found["gwet_ac"]["value"] == 1.0
    assert all("no variation" in found[name]["flags"] for name in ("gwet_ac", "fleiss_kappa"))
    assert found["exact_agreement"]["value"] == 1.0


def test_who_or_what_has_no_scores_is_not_counted(answers):
    assert part_of(answers, "a rater with no scores")["part"]["n_raters"] == 2
    assert "cohen_kappa" in part_of(answers, "a rater with no scores")
    assert part_of(answers, "a piece with no scores")["part"]["n_pieces"] == 5


def test_a_level_nobody_used_counts_in_the_weights(answers, tmp_path):
    found = part_of(answers, "a level nobody used")["gwet_ac"]["value"]
    _, shorter = ask(tmp_path, CASES["a level nobody used"][0], "long", "csv", "--levels", "1-3")
    assert found > shorter["criteria"][0]["coefficients"][3]["value"]


def test_on_half_points_adjacent_means_one_point(answers):
    near = part_of(answers, "half-point levels")["adjacent_agreement"]
    assert near["method"].startswith("at most 1 point apart")


def test_codes_are_neither_levels_nor_missing(answers):
    part = part_of(answers, "condition codes mixed in")["part"]
    assert part["n_ratings"] == 14
    assert part["codes"] == {"n_pairs": 18, "n_mixed": 2, "rate": 2 / 18}


def test_twelve_raters_with_gaps_have_values(answers):
    found = part_of(answers, "twelve raters, 80 % missing")
    assert found["part"]["n_raters"] == 12
    assert found["part"]["n_ratings"] == 48
    assert all(
        one["value"] is not None for key, one in found.items() if key not in ("part", "icc_a_1")
    )


@pytest.mark.parametrize("form", FORMS, ids="-".join)
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_named_by_file_and_row(tmp_path, name, form):
    table, said, of_judgement, of_reading = REFUSED[name]
    code, answer = ask(tmp_path, table, *form, "--levels", "1-4")
    assert code == 1
    error = answer["error"]
    assert said in error["message"]
    assert "changed" not in error["message"]  # there was nothing to change
    assert error["file"].endswith(f"{form[0]}.{form[1]}")
    assert error["row"] == (of_judgement if form[0] == "long" else of_reading)
    assert error["fix"]
