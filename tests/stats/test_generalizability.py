"""Variance components against printed values, R, a dense likelihood and each other; and what holds for every table."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.errors import ArgumentError, DataError
from calibrate.stats.generalizability import GStudy, g_study
from calibrate.stats.generalizability_reml import separable
from calibrate.stats.variance_components import variance_components

DATA = Path(__file__).parents[1] / "data" / "generalizability.json"
CASES = {case["name"]: case for case in json.loads(DATA.read_text(encoding="utf-8"))["cases"]}
BRENNAN = "brennan_synthetic3_pxixo"

each = pytest.mark.parametrize("name", CASES)


def study_of(name: str, method: str | None = None, keep=slice(None)) -> GStudy:
    piece, rater, criterion, score = np.array(CASES[name]["rows"], dtype=float).T
    return g_study(piece[keep], rater[keep], score[keep], criterion[keep], method=method)


def estimates(study: GStudy) -> dict[str, float]:
    return {one.source: one.estimate for one in study.components}


def simulated(rng, n_pieces=12, n_raters=5, n_criteria=3):
    """Scores on whole points of a crossed panel, in long form."""
    p, r, c = (
        axis.ravel() for axis in np.meshgrid(*map(np.arange, (n_pieces, n_raters, n_criteria)))
    )
    truth = rng.normal(0, 1, n_pieces)[p] + rng.normal(0, 0.5, n_raters)[r]
    truth += rng.normal(0, 0.4, (n_pieces, n_raters))[p, r] + rng.normal(0, 0.5, len(p))
    truth += rng.normal(0, 0.5, (n_pieces, n_criteria))[p, c]
    return p, r, c, np.round(3 + truth + 0.3 * c, 2)


def test_brennans_printed_components_come_out_to_his_last_digit():
    found = estimates(study_of(BRENNAN))
    assert {key: round(value, 4) for key, value in found.items()} == CASES[BRENNAN]["expected"][
        "published"
    ]


@each
def test_complete_tables_equal_the_analysis_of_variance_in_r(name):
    study = study_of(name)
    assert (study.design, study.method) == ("crossed", "expected mean squares")
    assert estimates(study) == pytest.approx(CASES[name]["expected"]["anova"], rel=1e-11)


@each
def test_complete_tables_equal_generalizit_to_its_last_digit(name):
    printed = CASES[name]["expected"]["generalizit"]
    assert estimates(study_of(name)) == pytest.approx(printed, abs=0.5000001e-4)


@each
def test_reml_on_complete_tables_equals_lme4(name):
    # lme4 stops its search at about four digits here; the analysis of variance is the exact answer.
    study = study_of(name, "REML")
    assert study.method == "REML"
    assert estimates(study) == pytest.approx(CASES[name]["expected"]["lme4"], rel=2e-4)
    assert estimates(study) == pytest.approx(CASES[name]["expected"]["anova"], rel=1e-6)


def test_two_way_tables_with_gaps_equal_the_components_behind_the_icc():
    rng = np.random.default_rng(5)
    p, r, _, y = simulated(rng, 25, 6, 1)
    keep = rng.random(len(p)) < 0.6
    found = g_study(p[keep], r[keep], y[keep])
    _, piece = np.unique(p[keep], return_inverse=True)
    other = variance_components(piece, r[keep], y[keep])
    assert found.design == "partly crossed"
    assert estimates(found) == pytest.approx(
        {"piece": other.piece, "rater": other.rater, "piece x rater": other.error}, rel=1e-4
    )


def dense_deviance(study: GStudy, p, r, c, y) -> float:
    """−2 log restricted likelihood from the whole covariance matrix, criteria fixed."""
    columns = {"piece": p, "rater": r, "criterion": c}
    v = np.zeros((len(y), len(y)))
    for one in study.components:
        if one.source != "criterion":
            same = [columns[f][:, None] == columns[f][None, :] for f in one.factors]
            v += one.estimate * np.logical_and.reduce(same)
    x = (c[:, None] == np.unique(c)[None, :]).astype(float)
    w = np.linalg.inv(v)
    inner = x.T @ w @ x
    rest = y - x @ np.linalg.solve(inner, x.T @ w @ y)
    return float(np.linalg.slogdet(v)[1] + np.linalg.slogdet(inner)[1] + rest @ w @ rest)


@pytest.mark.parametrize("whole_readings", [True, False])
def test_with_gaps_no_nearby_components_are_likelier(whole_readings):
    rng = np.random.default_rng(8)
    p, r, c, y = simulated(rng, 10, 4, 3)
    keep = (rng.random((10, 4)) < 0.7)[p, r] if whole_readings else rng.random(len(p)) < 0.8
    p, r, c, y = p[keep], r[keep], c[keep], y[keep]
    study = g_study(p, r, y, c)
    assert study.method == "REML"
    best = dense_deviance(study, p, r, c, y)
    for i, one in enumerate(study.components):
        for factor in (0.97, 1.03) if one.estimate > 1e-4 and one.source != "criterion" else ():
            moved = list(study.components)
            moved[i] = replace(one, estimate=one.estimate * factor)
            other = dense_deviance(replace(study, components=tuple(moved)), p, r, c, y)
            assert other > best - 1e-7, one.source


def test_raters_of_their_own_for_each_piece_are_a_nested_design():
    rng = np.random.default_rng(2)
    p, r, c, y = simulated(rng, 15, 3, 2)
    found = g_study(p, p * 3 + r, y, c)
    again = g_study(p, p * 3 + r, y, c, method="REML")
    assert (found.design, found.method) == ("nested", "expected mean squares")
    assert estimates(again) == pytest.approx(estimates(found), rel=1e-5)


def test_a_nested_table_worked_by_hand():
    # Means 2 and 5; within each piece 1 apart on both sides of the mean: MS within = 2, MS between = 2 * 4.5 = 9.
    found = g_study(["A", "A", "B", "B"], [1, 2, 3, 4], [1, 3, 4, 6])
    assert estimates(found) == {"piece": pytest.approx(3.5), "rater:piece": pytest.approx(2.0)}


def test_students_with_several_tasks_are_the_object():
    rng = np.random.default_rng(4)
    p, r, c, y = simulated(rng, 24, 4, 2)
    found = g_study(p, r, y, c, student=p // 3, task=p % 3)
    again = g_study(p, r, y, c, student=p // 3, task=p % 3, method="REML")
    assert (found.object, found.n_objects, found.tasks) == ("student", 8, pytest.approx(3.0))
    assert {one.source for one in found.components} >= {"student", "task", "student x task"}
    # The same likelihood; where a component is below 0 the two ways part, so only the sum must agree.
    total = sum(estimates(found).values())
    assert sum(estimates(again).values()) == pytest.approx(total, rel=0.05)
    loose = g_study(p, r, y, c, student=p // 3)
    assert "task:student" in estimates(loose) and loose.method == "REML"


def test_a_component_below_nothing_is_told_and_counts_as_nothing():
    study = g_study(["A"] * 3 + ["B"] * 3, [1, 2, 3] * 2, [1, 2, 3, 3, 2, 1])
    piece = study.components[0]
    assert piece.estimate < 0 == piece.variance == piece.share
    assert any("piece" in note and "below 0" in note for note in study.notes)


@pytest.mark.parametrize(
    ("piece", "rater", "score", "reason"),
    [
        ([], [], [], "no scores"),
        (["A", "B"], [1, 1], [1, 2], "only one rater"),
        (["A", "A"], [1, 2], [1, 2], "only one piece"),
        (["A", "B"], [1, 2], [1, 2], "no piece has scores from two"),
        (["A", "A", "B"], [1, 2, 1], [1, 2, 3], "only one piece has scores from two"),
        (["A", "A", "B", "B"], [1, 2, 1, 2], [3, 3, 3, 3], "no variation"),
    ],
)
def test_a_table_that_cannot_tell_says_why(piece, rater, score, reason):
    study = g_study(piece, rater, score)
    assert reason in (study.undefined or "")
    assert study.components == ()


def test_scores_that_are_not_there_are_left_out_and_mistakes_are_refused():
    study = g_study(["A", "A", "B", "B", "C"], [1, 2, 1, 2, 1], [1, 2, 3, 5, float("nan")])
    assert (study.n_pieces, study.n_scores) == (2, 4)
    with pytest.raises(DataError, match="more than once"):
        g_study(["A", "A"], [1, 1], [1, 2])
    with pytest.raises(DataError, match="two students"):
        g_study(["A", "A"], [1, 2], [1, 2], student=["x", "y"])
    with pytest.raises(ArgumentError, match="same length"):
        g_study(["A"], [1, 2], [1, 2])
    with pytest.raises(ArgumentError, match="no method"):
        g_study(["A"], [1], [1], method="MINQUE")


def test_effects_whose_levels_are_shared_by_the_same_scores_are_not_separable():
    one = np.array([0, 0, 1, 1, 2, 2])
    assert separable({"a": one, "b": one[::-1].copy()}, 6) == ["a"]
    assert separable({"a": one, "c": np.array([0, 1, 0, 1, 0, 1])}, 6) == ["a", "c"]


quick = settings(deadline=None, max_examples=8)


@quick
@given(seed=st.integers(0, 10_000), gaps=st.booleans())
def test_order_names_shift_and_scale_do_not_matter(seed, gaps):
    rng = np.random.default_rng(seed)
    p, r, c, y = simulated(rng, 6, 3, 2)
    keep = (rng.random((6, 3)) < 0.75)[p, r] if gaps else np.ones(len(p), dtype=bool)
    p, r, c, y = p[keep], r[keep], c[keep], y[keep]
    study = g_study(p, r, y, c)
    order = rng.permutation(len(p))
    names = np.array([f"x{n}" for n in rng.permutation(6)])
    other = g_study(names[p[order]], r[order], 10 + 2 * y[order], c[order])
    assert (other.undefined, other.design) == (study.undefined, study.design)
    for a, b in zip(study.components, other.components, strict=True):
        assert b.estimate == pytest.approx(4 * a.estimate, rel=2e-3, abs=2e-3)
    if study.components:
        assert sum(one.share for one in study.components) == pytest.approx(1.0)
        assert all(one.variance >= 0 for one in study.components)
