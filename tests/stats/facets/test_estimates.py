"""Both estimators find what was put in, and say how sure they are."""

from __future__ import annotations

import numpy as np
import pytest

from calibrate.stats.facets import fit_facets, prepare_judgements
from tests.stats.facets.simulated import LEVELS, draw, panel


def test_marginal_estimates_lie_on_the_truth_and_joint_ones_spread_wider():
    """With two readings a piece on one criterion joint estimation stretches severities; marginal estimation does not."""
    truth = np.linspace(-1, 1, 8)
    rng = np.random.default_rng(11)
    readers = [list(rng.permutation(8)[:2]) for _ in range(1500)]
    data = draw(11, rng.normal(0, 1.2, 1500), readers, truth, np.zeros(1)).prepared()
    slope = {}
    for name, options in (
        ("mml", {}),
        ("jml", {"estimator": "jml"}),
        ("corrected", {"estimator": "jml", "correct_bias": True}),
    ):
        measure = fit_facets(data, **options).tables["rater"].measure
        slope[name] = float(np.polyfit(truth, measure, 1)[0])
    assert slope["mml"] == pytest.approx(1, abs=0.1)
    assert slope["jml"] > 1.4
    assert slope["corrected"] == pytest.approx(1, abs=0.25)


def two_schools(seed: int, apart: float) -> tuple[dict, np.ndarray]:
    """Ten shared and 200 own pieces a school; the children of one are ``apart`` better; all raters are alike."""
    rng = np.random.default_rng(seed)
    quality = np.r_[rng.normal(0, 1, 10), rng.normal(0, 1, 200), rng.normal(apart, 1, 200)]
    readers = (
        [[0, 1, 2, 3]] * 10 + [[i % 2] for i in range(200)] + [[2 + i % 2] for i in range(200)]
    )
    drawn = draw(seed, quality, readers, np.zeros(4), np.array([-0.3, 0.0, 0.3]))
    school = np.repeat(["shared", "A", "B"], [10, 200, 200])[drawn.piece]
    return drawn, school


def test_able_students_do_not_pass_for_lenient_teachers():
    """With a mean for each group equal schools are equal; with a common mean they would be called different."""
    grouped, common = [], []
    for seed in range(8):
        drawn, school = two_schools(seed, 0.5)
        for store, groups in ((grouped, school), (common, None)):
            found = fit_facets(drawn.prepared(groups=groups)).tables["rater"].measure
            store.append(found[:2].mean() - found[2:].mean())
    assert np.mean(grouped) == pytest.approx(0, abs=0.15)
    assert np.mean(common) > 0.25


def test_the_group_of_a_piece_that_several_schools_read_is_all_of_them():
    drawn, _ = two_schools(1, 0.5)
    rater_school = np.array(["A", "A", "B", "B"])[drawn.rater]
    data = drawn.prepared(groups=rater_school)
    assert data.group_names == ("A", "A + B", "B")
    assert np.bincount(data.group).tolist() == [200, 10, 200]


@pytest.mark.parametrize(("halo", "low", "high"), [(0.0, 0.85, 1.15), (1.2, 1.2, 2.6)])
def test_robust_errors_grow_where_criteria_hang_together(halo, low, high):
    data = panel(4, pieces=250, criteria=4, halo=halo).prepared()
    robust = fit_facets(data).tables["rater"].se
    plain = fit_facets(data, errors="information").tables["rater"].se
    assert low < float((robust / plain).mean()) < high


@pytest.mark.parametrize("halo", [0.0, 0.8])
def test_standard_errors_are_as_large_as_the_scatter_over_repeated_draws(halo):
    """A reduced form of the simulation in benchmarks/severity.py."""
    measures, errors = [], []
    for seed in range(40):
        table = fit_facets(panel(seed, pieces=80, criteria=3, halo=halo).prepared()).tables["rater"]
        measures.append(table.measure)
        errors.append(table.se)
    scatter = np.std(measures, axis=0, ddof=1)
    assert float((np.mean(errors, axis=0) / scatter).mean()) == pytest.approx(1, abs=0.2)


def test_criteria_with_different_ranges_and_half_points_work():
    rng = np.random.default_rng(2)
    readers = [list(rng.permutation(5)[:3]) for _ in range(150)]
    quality, severity = rng.normal(0, 1.2, 150), np.linspace(-0.8, 0.8, 5)
    four = draw(2, quality, readers, severity, np.zeros(2))
    three = draw(3, quality, readers, severity, np.zeros(1), tau=np.array([-1.0, 1.0]))
    piece, rater = np.r_[four.piece, three.piece], np.r_[four.rater, three.rater]
    criterion = np.r_[np.char.add("W", four.criterion.astype(str)), np.full(len(three.piece), "C")]
    score = np.r_[four.score, (three.score - 1) / 2]
    levels = {"W0": LEVELS, "W1": LEVELS, "C": (0.0, 0.5, 1.0)}
    for model in ("rating_scale", "partial_credit"):
        data = prepare_judgements(piece, rater, criterion, score, levels, model=model)
        found = fit_facets(data)
        assert found.converged
        assert found.tables["rater"].measure == pytest.approx(severity, abs=0.35)
        table = found.tables["criterion"]
        assert table.ids == ("W0", "W1", "C")
        fair = dict(zip(table.ids, table.fair, strict=True))
        assert 1 < fair["W0"] < 4
        assert 0 < fair["C"] < 1
        assert len([step for step in found.steps if step.criterion == "C"]) == 2


def test_anchored_raters_keep_their_values_and_carry_the_scale():
    data = panel(7).prepared()
    free = fit_facets(data)
    moved = {
        one: value + 0.5
        for one, value in zip("0123", free.tables["rater"].measure[:4], strict=True)
    }
    held = fit_facets(data, anchors={"rater": moved})
    table = held.tables["rater"]
    assert table.measure[:4] == pytest.approx(list(moved.values()))
    assert table.state[:4] == ("anchored",) * 4
    assert table.measure[4:] == pytest.approx(free.tables["rater"].measure[4:] + 0.5, abs=0.01)
    assert held.tables["piece"].measure == pytest.approx(
        free.tables["piece"].measure + 0.5, abs=0.01
    )
    assert np.abs(table.displacement[:4]).max() < 0.05


@pytest.mark.parametrize("estimator", ["mml", "jml"])
def test_anchored_pieces_and_criteria_let_the_raters_float(estimator):
    data = panel(8).prepared()
    free = fit_facets(data, estimator=estimator)
    pieces = free.tables["piece"]
    known = {one: value + 1 for one, value in zip(pieces.ids, pieces.measure, strict=True)}
    criteria = dict(zip("012", free.tables["criterion"].measure, strict=True))
    held = fit_facets(data, estimator=estimator, anchors={"piece": known, "criterion": criteria})
    assert held.tables["rater"].measure.mean() == pytest.approx(1, abs=0.1)
    assert held.tables["piece"].measure == pytest.approx(list(known.values()))


@pytest.mark.parametrize("estimator", ["mml", "jml"])
def test_a_whole_scale_can_be_held_and_gives_back_what_it_came_from(estimator):
    """Criteria and steps held at last year's values: the same scores give the same severities, whatever this year's steps."""
    data = panel(12, pieces=80).prepared()
    free = fit_facets(data, estimator=estimator)
    steps = {f"{step.criterion}:{step.level:g}": step.threshold for step in free.steps}
    criteria = dict(zip("012", free.tables["criterion"].measure, strict=True))
    held = fit_facets(data, estimator=estimator, anchors={"criterion": criteria, "step": steps})
    assert held.tables["rater"].measure == pytest.approx(free.tables["rater"].measure, abs=1e-4)
    assert [step.threshold for step in held.steps] == pytest.approx(list(steps.values()))
    assert np.isnan([step.se for step in held.steps]).all()
    wider = {name: 2 * value for name, value in steps.items()}
    other = fit_facets(data, estimator=estimator, anchors={"step": wider})
    assert [step.threshold for step in other.steps] == pytest.approx(list(wider.values()))
    assert other.log_likelihood < free.log_likelihood


def test_anchors_join_panels_that_share_no_piece():
    rng = np.random.default_rng(3)
    readers = [[0, 1]] * 30 + [[2, 3]] * 30
    data = draw(3, rng.normal(0, 1, 60), readers, np.zeros(4), np.zeros(2)).prepared()
    assert not fit_facets(data).connected
    assert fit_facets(data, anchors={"rater": {"0": 0.0, "2": 0.0}}).connected


def test_raters_of_a_school_are_centred_within_it_when_school_is_a_facet():
    data = panel(9, raters=6)
    school = np.array(["north", "south"])[data.rater // 3]
    found = fit_facets(data.prepared(further={"school": school}))
    plain = fit_facets(data.prepared()).tables["rater"].measure
    assert found.tables["school"].measure == pytest.approx(
        [plain[:3].mean(), plain[3:].mean()], abs=1e-3
    )
    assert found.tables["rater"].measure[:3].sum() == pytest.approx(0, abs=1e-9)
    assert found.tables["rater"].fair == pytest.approx(
        fit_facets(data.prepared()).tables["rater"].fair, abs=1e-3
    )


def test_a_facet_that_every_piece_has_one_of_is_left_out_with_its_reason():
    data = panel(9)
    found = fit_facets(data.prepared(further={"task": data.piece % 3}))
    assert "every piece has one task" in found.hidden["task"]
    assert np.isnan(found.tables["task"].measure).all()
