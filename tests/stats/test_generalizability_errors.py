"""How sure components, g and phi are: against closed forms, a dense likelihood, and simulated truth."""

from __future__ import annotations

import dataclasses
import math
import time

import numpy as np
import pytest
from scipy import stats

from calibrate.stats.generalizability import GStudy, g_study
from calibrate.stats.generalizability_blocks import Blocked, State
from calibrate.stats.generalizability_decisions import decide
from calibrate.stats.generalizability_reml import fit_components
from calibrate.stats.generalizability_squares import interval, rebuilt

TRUTH = {
    "piece": 0.5,
    "rater": 0.08,
    "piece x rater": 0.15,
    "piece x criterion": 0.06,
    "rater x criterion": 0.02,
    "piece x rater x criterion": 0.25,
}


def drawn(rng, pieces, raters, criteria, each, gone=0.0):
    """Scores from known components: ``each`` of the raters read a piece, and some scores are missing."""
    readers = np.concatenate([rng.permutation(raters)[:each] for _ in range(pieces)])
    p, r = np.repeat(np.arange(pieces), each * criteria), np.repeat(readers, criteria)
    c = np.tile(np.arange(criteria), pieces * each)

    def normal(source, *shape):
        return rng.normal(0, math.sqrt(TRUTH[source]), shape)

    y = 2.5 + normal("piece", pieces)[p] + normal("rater", raters)[r]
    y += np.repeat(normal("piece x rater", pieces * each), criteria)
    if criteria > 1:
        y += normal("piece x criterion", pieces, criteria)[p, c]
        y += normal("rater x criterion", raters, criteria)[r, c]
        y += normal("piece x rater x criterion", len(p))
    keep = rng.random(len(p)) >= gone
    return p[keep], r[keep], y[keep], c[keep]


def crossed(rng, pieces=20, raters=5, criteria=1) -> GStudy:
    return g_study(*drawn(rng, pieces, raters, criteria, raters))


def test_the_errors_of_a_crossed_table_are_brennans_worked_by_hand():
    p, r, y, _ = drawn(np.random.default_rng(3), 20, 5, 1, 5)
    study = g_study(p, r, y)
    table = np.zeros((20, 5))
    table[p, r] = y
    piece = 5 * table.mean(axis=1).var(ddof=1)
    rater = 20 * table.mean(axis=0).var(ddof=1)
    left = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    error = (left**2).sum() / (19 * 4)
    spread = {"piece": 2 * piece**2 / 21, "rater": 2 * rater**2 / 6, "error": 2 * error**2 / 78}
    found = {one.source: one.se for one in study.components}
    assert found["piece"] == pytest.approx(math.sqrt(spread["piece"] + spread["error"]) / 5)
    assert found["rater"] == pytest.approx(math.sqrt(spread["rater"] + spread["error"]) / 20)
    assert found["piece x rater"] == pytest.approx(math.sqrt(spread["error"]))


def test_the_interval_of_g_is_the_exact_f_interval_and_of_the_error_the_chi_square_one():
    study = crossed(np.random.default_rng(1))
    found = decide(study, 1)
    parts = {one.source: one for one in study.components}
    error = parts["piece x rater"]
    ratio = (5 * parts["piece"].estimate + error.estimate) / error.estimate
    low, high = (ratio / stats.f.ppf(q, 19, 76) for q in (0.975, 0.025))
    exact = [(one - 1) / (one + 4) for one in (low, high)]
    assert [found.g_sure.ci_low, found.g_sure.ci_high] == pytest.approx(exact, abs=0.01)
    chi = [76 * error.estimate / stats.chi2.ppf(q, 76) for q in (0.975, 0.025)]
    assert [error.ci_low, error.ci_high] == pytest.approx(chi, rel=0.01)


def test_reml_rebuilds_the_mean_squares_of_a_complete_table():
    columns = drawn(np.random.default_rng(6), 25, 6, 3, 6)
    plain, again = g_study(*columns), g_study(*columns, method="REML")
    assert min(one.estimate for one in plain.components if one.source != "criterion") > 0
    for one, other in zip(
        sorted(plain.components, key=lambda c: c.source),
        sorted(again.components, key=lambda c: c.source),
        strict=True,
    ):
        assert other.se == pytest.approx(one.se, rel=1e-4, nan_ok=True), one.source
        assert other.ci_low == pytest.approx(one.ci_low, rel=0.05, abs=3e-3, nan_ok=True)
        assert other.ci_high == pytest.approx(one.ci_high, rel=0.05, nan_ok=True)
    assert decide(again, 2).phi_sure.se == pytest.approx(decide(plain, 2).phi_sure.se, rel=1e-4)


@pytest.mark.parametrize("gone", [0.0, 0.15])
def test_slopes_and_information_equal_those_of_the_whole_covariance_matrix(gone):
    rng = np.random.default_rng(2)
    p, r, y, c = drawn(rng, 9, 5, 3, 3, gone)
    _, reading = np.unique(p * 5 + r, return_inverse=True)
    inner, outer = [p, reading, p * 3 + c], [r, r * 3 + c]
    codes = [np.unique(one, return_inverse=True)[1] for one in (*inner, *outer)]
    fixed = (c[:, None] == np.arange(3)[None, :]).astype(float)
    scores = np.column_stack([y, rng.normal(size=len(y))])
    ratio = np.array([1.3, 0.6, 0.0, 0.4, 0.1])
    state = State(Blocked(scores, fixed, p, codes[:3], codes[3:]), ratio)
    kernels = [(one[:, None] == one[None, :]).astype(float) for one in codes] + [np.eye(len(y))]
    whole = sum(a * k for a, k in zip((*ratio, 1.0), kernels, strict=True))
    w = np.linalg.inv(whole)
    inside = fixed.T @ w @ fixed
    proj = w - w @ fixed @ np.linalg.solve(inside, fixed.T @ w)
    rest = float(np.trace(scores.T @ proj @ scores))
    freedom = 2 * (len(y) - 3)
    log_det = np.linalg.slogdet(whole)[1] + np.linalg.slogdet(inside)[1]
    assert state.deviance == pytest.approx(2 * log_det + freedom * math.log(rest))
    error = rest / freedom
    score, information = state.score, state.expected_information()
    pys = proj @ scores
    assert score == pytest.approx(
        [(np.trace(pys.T @ k @ pys) / error - 2 * np.trace(proj @ k)) / 2 for k in kernels]
    )
    assert information == pytest.approx(
        np.array([[np.trace(proj @ a @ proj @ b) for b in kernels] for a in kernels])
    )
    average = [[np.trace(pys.T @ a @ proj @ b @ pys) for b in kernels] for a in kernels]
    assert state.average_information() == pytest.approx(np.array(average) / (2 * error))


@pytest.mark.parametrize("gone", [0.0, 0.1])
def test_the_average_information_ends_where_the_expected_one_does(gone):
    """The search for many raters, which takes another way, on tables that both can do."""
    for seed in (4, 5):
        p, r, y, c = drawn(np.random.default_rng(seed), 60, 12, 3, 3, gone)
        _, reading = np.unique(p * 12 + r, return_inverse=True)
        fixed = (c[:, None] == np.arange(3)[None, :]).astype(float)
        inner = {"piece": p, "reading": reading, "piece x criterion": p * 3 + c}
        outer = {"rater": r, "rater x criterion": r * 3 + c, "nothing": np.arange(len(p)) % 7}
        one, other = (
            fit_components(y[:, None], fixed, p, inner, outer, average=way) for way in (False, True)
        )
        values = np.array([*one.variances.values(), one.error])
        assert np.array([*other.variances.values(), other.error]) == pytest.approx(
            values, rel=1e-8, abs=1e-8 * values.sum()
        )
        assert other.of_variances == pytest.approx(one.of_variances, rel=1e-6, nan_ok=True)
        assert other.coefficients == pytest.approx(one.coefficients, rel=1e-8)


def test_many_raters_take_steps_that_cost_little(monkeypatch):
    """The expected information, which a search among many raters cannot afford at every step, is asked for once."""
    asked = []
    whole = State.expected_information
    monkeypatch.setattr(
        State, "expected_information", lambda self: (asked.append(1), whole(self))[1]
    )
    g_study(*drawn(np.random.default_rng(1), 60, 70, 4, 3, gone=0.1))
    assert len(asked) == 1
    g_study(*drawn(np.random.default_rng(1), 60, 10, 2, 3, gone=0.1))
    assert len(asked) > 3


@pytest.mark.parametrize(
    ("panel", "times"),
    [((25, 5, 1, 5), 150), ((40, 8, 1, 2), 60), ((40, 8, 3, 3), 40)],
    ids=["complete", "two of eight raters a piece", "several criteria"],
)
def test_intervals_hold_the_truth_about_as_often_as_they_say(panel, times):
    rng = np.random.default_rng(11)
    k = panel[2]
    true = TRUTH["piece"] + (TRUTH["piece x criterion"] / k if k > 1 else 0)
    single = TRUTH["piece x rater"] + (TRUTH["piece x rater x criterion"] / k if k > 1 else 0)
    strict = TRUTH["rater"] + (TRUTH["rater x criterion"] / k if k > 1 else 0)
    wanted = {
        "g": true / (true + single / 2),
        "phi": true / (true + (single + strict) / 2),
        **TRUTH,
    }
    held: dict[str, list[bool]] = {}
    for _ in range(times):
        study = g_study(*drawn(rng, *panel))
        found = decide(study, 2)
        told = {one.source: (one.ci_low, one.ci_high) for one in study.components}
        told.pop("criterion", None)
        told["g"] = (found.g_sure.ci_low, found.g_sure.ci_high)
        told["phi"] = (found.phi_sure.ci_low, found.phi_sure.ci_high)
        for name, (low, high) in told.items():
            held.setdefault(name, []).append(low <= wanted[name] <= high)
    # Three standard errors of a share near .95 in so many tables.
    slack = 3 * math.sqrt(0.95 * 0.05 / times)
    for name, each in held.items():
        assert np.mean(each) > 0.95 - slack, name
    # And not because they are as wide as can be.
    assert np.mean([np.mean(held[name]) for name in ("g", "phi", "piece")]) < 0.995


def test_intervals_at_the_cut_hold_the_truth_about_as_often_as_they_say():
    """Scores without levels, so that the truth is in closed form; the mean lies on the cut or half a point below it."""
    rng, times = np.random.default_rng(12), 80
    true, error = TRUTH["piece"], (TRUTH["rater"] + TRUTH["piece x rater"]) / 2
    normal = stats.multivariate_normal([2.5, 2.5], [[true + error, true], [true, true + error]])
    seen: dict[tuple[float, str], list[tuple[float, float, float, float, float]]] = {}
    for _ in range(times):
        study = crossed(rng, 25, 6)
        for cut in (2.5, 3.0):
            far = (2.5 - cut) ** 2
            below = float(stats.norm.cdf((cut - 2.5) / math.sqrt(true + error)))
            found = decide(study, 2, cut=cut)
            for name, value, sure, truth in (
                ("phi", found.phi_cut, found.phi_cut_sure, (true + far) / (true + far + error)),
                (
                    "alike",
                    found.consistency,
                    found.consistency_sure,
                    1 - 2 * below + 2 * float(normal.cdf([cut, cut])),
                ),
            ):
                row = (truth, value, sure.se, sure.ci_low, sure.ci_high)
                seen.setdefault((cut, name), []).append(row)
    for what, rows in seen.items():
        truth, value, se, low, high = np.array(rows).T
        held = np.mean((low <= truth) & (truth <= high))
        assert held > 0.95 - 3 * math.sqrt(0.95 * 0.05 / times), (what, held)
        assert np.mean((low <= value) & (value <= high)) > 0.98, what
        # The errors, on average, are the scatter of the estimates.
        assert 0.7 < math.sqrt(np.mean(se**2)) / np.std(value) < 1.4, what


def test_without_a_cut_or_an_error_nothing_is_said_of_how_sure_decisions_are():
    study = crossed(np.random.default_rng(1))
    assert math.isnan(decide(study, 2).consistency_sure.se)
    assert math.isnan(decide(study, 2).phi_cut_sure.ci_low)
    bare = dataclasses.replace(study, evidence=None)
    assert math.isnan(decide(bare, 2, cut=3.0).consistency_sure.ci_low)
    assert decide(bare, 2, cut=3.0).consistency == decide(study, 2, cut=3.0).consistency


def test_what_has_no_error_says_so():
    study = crossed(np.random.default_rng(1), criteria=3)
    criterion = next(one for one in study.components if one.source == "criterion")
    assert math.isnan(criterion.se) and math.isnan(criterion.ci_low)
    assert rebuilt([("piece",)], np.array([1.0]), np.array([[math.nan]]), [3]) is None
    assert rebuilt([("a",), ("b",)], np.ones(2), np.ones((2, 2)), [3, 2]) is None
    assert all(math.isnan(one) for one in interval(np.array([1.0, math.nan])))
    nothing = g_study(["A"], [1], [1])
    assert nothing.draws.size == 0 and math.isnan(decide(nothing, 2).phi_sure.se)


def test_the_same_table_has_the_same_intervals_and_more_raters_narrow_them():
    one, two = (crossed(np.random.default_rng(5), raters=4) for _ in range(2))
    assert [c.ci_high for c in one.components] == [c.ci_high for c in two.components]
    few, many = crossed(np.random.default_rng(5), 60, 3), crossed(np.random.default_rng(5), 60, 30)
    widths = [decide(s, 2).phi_sure.ci_high - decide(s, 2).phi_sure.ci_low for s in (few, many)]
    assert widths[1] < widths[0] / 2


def test_a_table_with_missing_criteria_takes_little_time():
    columns = drawn(np.random.default_rng(9), 300, 40, 5, 3, gone=0.1)
    start = time.process_time()
    study = g_study(*columns)
    # Some steps of scoring take four of a processor's seconds here; hundreds of likelihoods would take minutes.
    assert time.process_time() - start < 40
    found = {one.source: one.estimate for one in study.components}
    assert found["piece"] == pytest.approx(TRUTH["piece"], rel=0.3)
