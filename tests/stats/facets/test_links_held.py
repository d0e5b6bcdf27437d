"""What holds raters together: shared pieces scored from both sides, held steps, facets within facets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.stats.facets import fit_facets, prepare_judgements
from calibrate.stats.facets.links import held_together
from tests.stats.facets.simulated import LEVELS, Drawn, panel

estimators = pytest.mark.parametrize("estimator", ["mml", "jml"])


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 3), st.sampled_from("tbm")),
        min_size=1,
        max_size=14,
    ),
    st.sets(st.integers(0, 8), max_size=2),
)
def test_what_hangs_together_can_be_reached_both_ways(scores, fixed):
    """Beside a plain search: steps from each rater and piece to all that it lies above, repeated."""
    piece, rater, kind = (np.array(one) for one in zip(*scores, strict=True))
    above, below = kind != "b", kind != "t"
    reach = np.eye(9, dtype=bool)
    for p, r, up, down in zip(piece, rater + 5, above, below, strict=True):
        reach[r, p] |= up
        reach[p, r] |= down
    for a in fixed:
        for b in fixed:
            reach[a, b] = True
    for _ in range(9):
        reach = reach | (reach.astype(int) @ reach.astype(int) > 0)
    both = reach & reach.T
    found = held_together(piece, rater, above, below, 5, 4, np.array(sorted(fixed), dtype=np.int64))
    assert np.array_equal(found[:, None] == found[None, :], both)


def two_panels(link: list[tuple[int, int, float]]) -> Drawn:
    """Two panels of four raters; ``link`` holds (rater, criterion, score) of the only piece that both read."""
    one = panel(3, pieces=40, raters=4, each=2)
    other = panel(4, pieces=40, raters=4, each=2)
    rater, criterion, score = (np.array(column) for column in zip(*link, strict=True))
    return Drawn(
        np.r_[one.piece, other.piece + 100, np.full(len(link), 999)],
        np.r_[one.rater, other.rater + 4, rater],
        np.r_[one.criterion, other.criterion, criterion],
        np.r_[one.score, other.score, score],
    )


@estimators
def test_a_piece_that_one_side_gave_only_the_highest_level_holds_nobody_together(estimator):
    """It tells who is harsher, not by how much: without this nobody of either panel would have a finite measure."""
    top = [(0, c, 4.0) for c in range(3)]
    found = fit_facets(
        two_panels([*top, (4, 0, 3.0), (4, 1, 3.0), (4, 2, 4.0)]).prepared(), estimator=estimator
    )
    assert found.subset_ids() == [list("0123"), list("4567")]
    assert found.joined_by_extremes and found.converged
    assert np.isfinite(found.tables["rater"].measure).all()
    alone = fit_facets(
        panel(4, pieces=40, raters=4, each=2).prepared(), estimator=estimator
    ).tables["rater"]
    assert found.tables["rater"].measure[4:] == pytest.approx(alone.measure, abs=0.15)


@estimators
def test_one_piece_scored_between_the_ends_joins_two_panels_and_is_told_as_weak(estimator):
    between = [(0, c, 3.0) for c in range(3)] + [(4, 0, 3.0), (4, 1, 3.0), (4, 2, 2.0)]
    found = fit_facets(two_panels(between).prepared(), estimator=estimator)
    assert found.connected and not found.joined_by_extremes
    assert [(one.raters, one.n_pieces) for one in found.weak] == [((4, 5, 6, 7), 1)]


def test_pieces_at_an_end_of_the_scale_do_not_count_as_a_link():
    """Ten shared pieces, nine of which everybody gave the highest level: one piece carries the link."""
    drawn = two_panels([(0, 0, 3.0), (4, 0, 2.0)])
    more = np.repeat(np.arange(500, 509), 6)
    drawn = Drawn(
        np.r_[drawn.piece, more],
        np.r_[drawn.rater, np.tile([0, 0, 0, 4, 4, 4], 9)],
        np.r_[drawn.criterion, np.tile([0, 1, 2], 18)],
        np.r_[drawn.score, np.full(54, 4.0)],
    )
    assert [one.n_pieces for one in fit_facets(drawn.prepared()).weak] == [1]


@estimators
def test_a_held_scale_keeps_a_level_that_nobody_gave_this_year(estimator):
    """Last year's steps with 1 to 4; this year nobody gave a 4, and the scale still ends there."""
    before = fit_facets(panel(2, pieces=80).prepared(), estimator=estimator)
    steps = {f"{one.criterion}:{one.level:g}": one.threshold for one in before.steps}
    criteria = dict(zip("012", before.tables["criterion"].measure, strict=True))
    now = panel(5, pieces=60)
    now = now.without(now.score == 4)
    held = fit_facets(
        now.prepared(), estimator=estimator, anchors={"step": steps, "criterion": criteria}
    )
    part = held.fits[0][1]
    assert part.layout.used.all()
    assert [one.threshold for one in held.steps] == pytest.approx(list(steps.values()))
    assert [one.n for one in held.steps if one.level == 4] == [0, 0, 0]
    # A rater at zero gives the same expected points to a piece as last year.
    piece = before.tables["piece"]
    known = {"piece": dict.fromkeys(held.tables["piece"].ids, 1.5)}
    fair = fit_facets(
        now.prepared(), estimator=estimator, anchors={**known, "step": steps, "criterion": criteria}
    ).tables["piece"]
    expected = np.interp(1.5, np.sort(piece.measure), piece.fair[np.argsort(piece.measure)])
    assert fair.fair == pytest.approx(expected, abs=0.02)


@estimators
def test_criteria_of_a_strand_are_centred_within_it_when_strand_is_a_facet(estimator):
    data = panel(9, criteria=3).prepared()
    plain = fit_facets(data, estimator=estimator)
    strand = np.array(["ideas", "craft", "craft"])[data.criterion]
    found = fit_facets(
        panel(9, criteria=3).prepared(further={"strand": strand}), estimator=estimator
    )
    assert found.converged
    own, strands = found.tables["criterion"], found.tables["strand"]
    added = np.array([strands.measure[strands.row(one)] for one in ("ideas", "craft", "craft")])
    whole = own.measure + added
    assert whole - whole.mean() == pytest.approx(plain.tables["criterion"].measure, abs=1e-4)
    for name in ("rater", "criterion", "piece"):
        assert found.tables[name].fair == pytest.approx(plain.tables[name].fair, abs=1e-3)


def test_a_facet_that_is_the_raters_under_another_name_is_left_out_with_its_reason():
    data = panel(9)
    found = fit_facets(data.prepared(further={"desk": np.char.add("D", data.rater.astype(str))}))
    assert "nothing tells the two apart" in found.hidden["desk"]
    assert np.isfinite(found.tables["rater"].measure).all()
    assert np.isnan(found.tables["desk"].measure).all()


@estimators
@pytest.mark.filterwarnings("error")
def test_a_criterion_on_which_every_score_is_the_same_has_no_scale_of_its_own(estimator):
    drawn = panel(2, criteria=3)
    score = np.where(drawn.criterion == 2, 3.0, drawn.score)
    data = Drawn(drawn.piece, drawn.rater, drawn.criterion, score).prepared(model="partial_credit")
    found = fit_facets(data, estimator=estimator).tables["criterion"]
    assert found.state == ("measured", "measured", "one level")
    assert np.isnan(found.measure[2]) and np.isnan(found.fair[2])
    assert found.observed[2] == 3


def test_an_estimate_about_which_the_scores_say_nothing_is_not_told():
    """Criterion 0 got only the highest from one rater and the lowest from another where it meets the rest: its error is endless."""
    rows = [
        *((p, r, 1, s) for p, r, s in ((1, 0, 4), (1, 4, 4), (0, 4, 4), (0, 1, 1), (2, 1, 4))),
        *((p, 2, 1, s) for p, s in ((3, 4), (5, 1), (6, 1))),
        *((4, 4, 1, 1), (5, 4, 1, 1), (7, 3, 1, 1), (7, 4, 1, 1), (5, 3, 1, 1)),
        *((0, 2, 0, 4), (1, 0, 0, 4), (2, 3, 0, 1), (3, 0, 0, 1), (4, 3, 0, 1)),
        *((5, 4, 0, 1), (6, 2, 0, 1), (7, 1, 0, 4), (7, 4, 0, 1)),
    ]
    piece, rater, criterion, score = (np.array(one) for one in zip(*rows, strict=True))
    data = prepare_judgements(
        piece, rater, criterion, score.astype(float), {"0": LEVELS, "1": LEVELS}
    )
    for estimator in ("jml", "mml"):
        for table in fit_facets(data, estimator=estimator).tables.values():
            told = np.isfinite(table.se)
            assert (table.se[told] < 10).all()
            assert (np.abs(table.measure[told]) < 15).all()


@pytest.mark.filterwarnings("error")
def test_a_rater_on_whom_no_piece_pulls_has_the_plain_error():
    """Two raters who gave the same points to each of five pieces: what is left of their scores is nothing."""
    piece, rater, criterion = np.indices((5, 2, 2)).reshape(3, -1)
    score = np.array([[2, 3], [1, 2], [3, 4], [2, 2], [1, 3]], dtype=float)[piece]
    score = np.where((criterion + rater) % 2 == 0, score[:, 0], score[:, 1])
    data = prepare_judgements(piece, rater, criterion, score, {"0": LEVELS, "1": LEVELS})
    for estimator in ("mml", "jml"):
        found = fit_facets(data, estimator=estimator).tables["rater"]
        plain = fit_facets(data, estimator=estimator, errors="information").tables["rater"]
        assert found.se == pytest.approx(plain.se, nan_ok=True)
        assert np.isfinite(found.se).all()
