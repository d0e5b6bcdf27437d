"""What holds for every table of judgements that hypothesis draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from calibrate.errors import ArgumentError, DataError
from calibrate.stats.facets import fit_facets, prepare_judgements
from tests.stats.facets.simulated import LEVELS, Drawn, panel

quick = settings(deadline=None, max_examples=8)
estimators = pytest.mark.parametrize("estimator", ["mml", "jml"])


@st.composite
def tables(draw_) -> Drawn:
    """A few pieces, raters and criteria, any of whose cells may be empty."""
    pieces, raters, criteria = (draw_(st.integers(1, n)) for n in (6, 4, 2))
    cells = draw_(
        st.lists(
            st.one_of(st.none(), st.sampled_from(LEVELS), st.sampled_from(LEVELS)),
            min_size=pieces * raters * criteria,
            max_size=pieces * raters * criteria,
        )
    )
    piece, rater, criterion = np.indices((pieces, raters, criteria)).reshape(3, -1)
    score = np.array([np.nan if one is None else one for one in cells])
    return Drawn(piece, rater, criterion, score)


@estimators
@settings(deadline=None, max_examples=25)
@given(tables())
def test_no_table_however_poor_breaks_it(estimator, table):
    assume(np.isfinite(table.score).any())
    found = fit_facets(table.prepared(), estimator=estimator)
    for one in found.tables.values():
        assert np.isfinite(one.measure).sum() == np.isfinite(one.fair).sum()
        assert not np.isinf(one.measure).any()
        assert not np.isinf(one.se).any()
    assert len(found.tables["rater"].ids) == len(np.unique(table.rater[~np.isnan(table.score)]))


@estimators
@quick
@given(seed=st.integers(0, 200))
def test_the_order_of_rows_does_not_matter(estimator, seed):
    drawn = panel(seed, pieces=15, raters=4, each=2, criteria=2)
    one = fit_facets(drawn.prepared(), estimator=estimator)
    other = fit_facets(drawn.shuffled(seed).prepared(), estimator=estimator)
    for name, table in one.tables.items():
        for field in ("measure", "se", "infit", "outfit", "fair"):
            assert np.array_equal(
                getattr(table, field), getattr(other.tables[name], field), equal_nan=True
            )


@estimators
@quick
@given(seed=st.integers(0, 200))
def test_what_raters_and_pieces_are_called_does_not_matter(estimator, seed):
    drawn = panel(seed, pieces=15, raters=4, each=2, criteria=2)
    renamed = Drawn(
        np.array([f"x{99 - p:02d}" for p in drawn.piece]),
        np.array([f"teacher {9 - r}" for r in drawn.rater]),
        drawn.criterion,
        drawn.score,
    )
    one = fit_facets(drawn.prepared(), estimator=estimator)
    other = fit_facets(renamed.prepared(), estimator=estimator)
    assert one.connected == other.connected
    if not one.connected:
        return
    for name in ("rater", "piece"):
        assert other.tables[name].measure[::-1] == pytest.approx(
            one.tables[name].measure, abs=2e-5, nan_ok=True
        )
        assert other.tables[name].se[::-1] == pytest.approx(
            one.tables[name].se, rel=1e-4, nan_ok=True
        )


@estimators
def test_identical_pieces_counted_once_give_the_answer_of_all(estimator):
    """A panel handed in three times under other names of pieces: the same measures, errors smaller by the root of three."""
    drawn = panel(5, pieces=40, criteria=2)
    thrice = Drawn(
        np.r_[drawn.piece, drawn.piece + 1000, drawn.piece + 2000],
        np.tile(drawn.rater, 3),
        np.tile(drawn.criterion, 3),
        np.tile(drawn.score, 3),
    )
    one = fit_facets(drawn.prepared(), estimator=estimator, errors="information")
    other = fit_facets(thrice.prepared(), estimator=estimator, errors="information")
    assert other.tables["rater"].measure == pytest.approx(one.tables["rater"].measure, abs=1e-5)
    ratio = one.tables["rater"].se / other.tables["rater"].se
    assert ratio == pytest.approx(np.sqrt(3), rel=1e-3)


@estimators
def test_extreme_pieces_and_raters_get_measures_and_change_nobody_elses(estimator):
    drawn = panel(6, pieces=40, raters=5)
    n = 15
    extreme = Drawn(
        np.r_[drawn.piece, np.repeat(np.arange(5), 3)],
        np.r_[drawn.rater, np.full(n, 9)],
        np.r_[drawn.criterion, np.tile(np.arange(3), 5)],
        np.r_[drawn.score, np.full(n, 4.0)],
    )
    one = fit_facets(drawn.prepared(), estimator=estimator)
    other = fit_facets(extreme.prepared(), estimator=estimator)
    table = other.tables["rater"]
    assert table.state[-1] == "extreme"
    assert table.measure[-1] < table.measure[:-1].min()
    assert np.isfinite(table.se[-1])
    assert table.measure[:-1] == pytest.approx(one.tables["rater"].measure, abs=1e-7)


def test_a_unanimous_panel_says_that_nothing_can_be_told():
    piece, rater = np.indices((5, 3)).reshape(2, -1)
    data = prepare_judgements(piece, rater, np.zeros(15, int), np.full(15, 3.0), {"0": LEVELS})
    found = fit_facets(data)
    assert not found.fits
    assert not found.converged
    assert found.connected
    assert set(found.tables["rater"].state) == {"alone"}
    assert np.isnan(found.tables["rater"].measure).all()


@estimators
def test_a_rater_always_one_level_above_the_other_has_no_finite_measure(estimator):
    piece, rater = np.repeat(np.arange(12), 2), np.tile([0, 1], 12)
    score = 1.0 + piece % 3 + rater
    found = fit_facets(
        prepare_judgements(piece, rater, np.zeros(24, int), score, {"0": LEVELS}),
        estimator=estimator,
    )
    assert not found.bounded and not found.converged
    assert set(found.tables["rater"].state) == {"unbounded"}
    assert np.isnan(found.tables["rater"].measure).all()
    assert all(np.isnan(step.threshold) for step in found.steps)


def test_a_level_that_nobody_used_keeps_its_place():
    """Without level 2 the others keep their numbers: thresholds into and out of it are not known, expected scores are."""
    drawn = panel(3, pieces=80)
    score = np.where(drawn.score == 2, 1, drawn.score)
    found = fit_facets(Drawn(drawn.piece, drawn.rater, drawn.criterion, score).prepared())
    steps = [step for step in found.steps if step.criterion == "0"]
    assert [step.level for step in steps] == [2, 3, 4]
    assert [np.isnan(step.threshold) for step in steps] == [True, True, False]
    assert steps[0].n == 0
    assert np.isfinite(found.tables["rater"].measure).all()


def test_a_rater_bound_to_one_criterion_is_told_apart_from_nothing():
    """Rater A alone scores X, rater B alone scores Y on the same pieces: severity and difficulty cannot be told apart."""
    rng = np.random.default_rng(1)
    piece = np.repeat(np.arange(30), 2)
    rater = np.tile([0, 1], 30)
    data = prepare_judgements(
        piece, rater, rater, rng.integers(1, 5, 60), {"0": LEVELS, "1": LEVELS}
    )
    found = fit_facets(data)
    assert set(found.tables["rater"].state) == {"open"}
    assert np.isnan(found.tables["rater"].measure).all()


def test_wrong_arguments_are_told():
    drawn = panel(1, pieces=5)
    with pytest.raises(ArgumentError, match="no estimator"):
        fit_facets(drawn.prepared(), estimator="magic")
    with pytest.raises(ArgumentError, match="no standard errors"):
        fit_facets(drawn.prepared(), errors="none")
    with pytest.raises(ArgumentError, match="no facet called 'school'"):
        fit_facets(drawn.prepared(), anchors={"school": {"A": 1.0}})
    with pytest.raises(ArgumentError, match="no model"):
        drawn.prepared(model="two_parameter")
    with pytest.raises(DataError, match="not a level"):
        prepare_judgements(["P"], ["R"], ["C"], [9.0], {"C": LEVELS})
    with pytest.raises(DataError, match="more than once"):
        prepare_judgements(["P", "P"], ["R", "R"], ["C", "C"], [1.0, 2.0], {"C": LEVELS})
    with pytest.raises(DataError, match="no scores"):
        prepare_judgements(["P"], ["R"], ["C"], [np.nan], {"C": LEVELS})
    with pytest.raises(ArgumentError, match="no levels"):
        prepare_judgements(["P"], ["R"], ["D"], [1.0], {"C": LEVELS})
    with pytest.raises(ArgumentError, match="same length"):
        prepare_judgements(["P", "Q"], ["R"], ["C"], [1.0], {"C": LEVELS})
