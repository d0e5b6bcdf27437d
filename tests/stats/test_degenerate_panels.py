"""What a norming room will do to every statistic: nobody differs, nobody shares a piece, hardly anyone scores."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

from calibrate.errors import ArgumentError, DataError
from calibrate.stats.agreement import (
    adjacent_agreement,
    exact_agreement,
)
from calibrate.stats.alpha import krippendorff_alpha
from calibrate.stats.icc import icc_a_1, icc_a_k, intraclass
from calibrate.stats.ratings import prepare_ratings
from calibrate.stats.results import Coefficient
from calibrate.stats.two_raters import both_scored, cohen_kappa, scott_pi
from tests.stats.panels import (
    EVERY,
    ICC,
    LIKE_KAPPA,
    NEVER_LOST,
    OF_A_PAIR,
    PLAIN,
    TWO_ONLY,
    panel,
    simulated,
)

ALL = list(EVERY)
FOR_MANY = [name for name in EVERY if not name.startswith(TWO_ONLY)]


@pytest.mark.parametrize("name", [*LIKE_KAPPA, *ICC, *OF_A_PAIR, "kendall_w", "light quadratic"])
def test_a_unanimous_panel_leaves_kappa_alpha_and_icc_undefined(name):
    found = EVERY[name](panel([[3, 3]] * 6, [1, 2, 3, 4]))
    assert math.isnan(found.value)
    assert "no variation" in found.undefined
    assert "no variation" in found.flags or name.startswith("light")


@pytest.mark.parametrize("name", NEVER_LOST)
def test_a_unanimous_panel_leaves_ac_and_brennan_prediger_at_1_flagged(name):
    found = EVERY[name](panel([[3, 3, 3]] * 6, [1, 2, 3, 4]))
    assert found.value == 1.0
    assert found.undefined is None
    assert found.flags == ("no variation",)
    assert not found.has_interval


def test_a_unanimous_panel_shows_exact_agreement_with_what_so_few_pieces_can_bear():
    found = exact_agreement(panel([[3, 3, 3]] * 6, [1, 2, 3, 4]))
    assert (found.value, found.flags) == (1.0, ("no variation",))
    assert found.ci_low == pytest.approx(0.025 ** (1 / 6))


@pytest.mark.parametrize("name", ALL)
def test_one_level_alone_is_no_crash(name):
    found = EVERY[name](panel([[3, 3]] * 4, [3]))
    assert found.is_defined == (name in PLAIN or name in NEVER_LOST)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "rows",
    [
        [[3], [4], [1]],
        [[3, None], [None, 2], [1, None], [None, 4]],
        [[None, None], [None, None]],
        [],
        [[2]],
    ],
    ids=["one rater", "no shared piece", "nothing scored", "no pieces", "one score"],
)
def test_without_a_pair_of_scores_the_reason_is_told(name, rows):
    found = EVERY[name](panel(rows, [1, 2, 3, 4]))
    assert math.isnan(found.value)
    assert found.undefined
    assert not found.has_interval
    assert json.dumps(found.as_dict())


@pytest.mark.parametrize("name", [n for n in (*PLAIN, *LIKE_KAPPA, *NEVER_LOST) if n in FOR_MANY])
def test_one_piece_gives_a_value_but_no_interval(name):
    found = EVERY[name](panel([[2, 3, 2, 4]], [1, 2, 3, 4]))
    assert math.isfinite(found.value)
    assert not found.has_interval
    assert "one piece: no interval" in found.flags
    assert found.n_pieces == 1


@pytest.mark.parametrize("name", ICC)
def test_one_piece_says_nothing_about_differences_between_pieces(name):
    assert EVERY[name](panel([[2, 3, 2, 4]], [1, 2, 3, 4])).undefined == "only one piece"


def test_cohens_kappa_of_one_shared_piece_is_told_without_an_interval():
    found = cohen_kappa(panel([[2, 3], [1, None]], [1, 2, 3, 4]))
    assert (found.n_pieces, found.value, found.flags) == (1, 0.0, ("one piece: no interval",))


def test_cohens_kappa_is_for_two_raters():
    ratings = panel([[1, 2, 3], [2, 2, 2], [3, 3, 3]], [1, 2, 3])
    assert "two raters" in cohen_kappa(ratings).undefined
    assert cohen_kappa(ratings, pair=(1, 2)).is_defined
    assert "one rater" in cohen_kappa(panel([[1], [2]], [1, 2])).undefined
    with pytest.raises(ArgumentError):
        both_scored(ratings, 0, 3)
    with pytest.raises(ArgumentError):
        both_scored(ratings, 1, 1)


@pytest.mark.parametrize("name", [n for n in EVERY if n not in PLAIN])
def test_perfect_agreement_on_different_pieces_is_1_without_an_interval(name):
    found = EVERY[name](panel([[1, 1], [2, 2], [4, 4], [3, 3]], [1, 2, 3, 4]))
    if name == "mean_difference":
        assert (found.value, found.se, found.has_interval) == (0.0, 0.0, False)
        return
    assert found.value == pytest.approx(1.0)
    assert not found.has_interval
    if name not in ("kendall_w", "light quadratic"):
        assert found.flags == ("perfect agreement: no interval",)


def test_perfect_agreement_with_gaps_too():
    rows = [[1, 1, None], [2, 2, 2], [4, None, 4], [None, 3, 3]]
    assert icc_a_1(panel(rows, [1, 2, 3, 4])).value == 1.0


def test_a_rater_who_is_always_one_level_harsher_costs_intraclass():
    found = icc_a_1(panel([[1, 2], [2, 3], [3, 4], [1, 2]], [1, 2, 3, 4]))
    assert 0 < found.value < 1
    assert found.flags == ("raters differ by constant amounts only: no interval",)


@pytest.mark.parametrize("statistic", [icc_a_1, icc_a_k])
def test_raters_with_pieces_of_their_own_have_no_icc_a(statistic):
    rows = [[1, 2, None, None], [3, 3, None, None], [None, None, 2, 2]]
    nested = [[1, 2, None, None, None, None], [None, None, 3, 3, None, None], [None] * 4 + [2, 4]]
    assert statistic(panel(rows, [1, 2, 3])).is_defined
    assert "own" in statistic(panel(nested, [1, 2, 3, 4])).undefined


def test_one_double_reading_is_not_enough_for_icc():
    rows = [[1, 2], [3, None], [None, 4], [2, None]]
    assert "only one piece" in icc_a_1(panel(rows, [1, 2, 3, 4])).undefined


def test_an_average_of_no_raters_is_refused():
    with pytest.raises(ArgumentError):
        icc_a_k(panel([[1, 2], [3, 3]], [1, 2, 3]), k=0)


def test_the_average_of_raters_tells_the_harmonic_mean():
    rows = [[1, 1, 2, 2], [3, 3, None, None], [4, 3, 4, None], [2, 2, None, None]]
    k = 4 / (1 / 4 + 1 / 2 + 1 / 3 + 1 / 2)
    assert f"average of {k:g} raters" in icc_a_k(panel(rows, [1, 2, 3, 4])).method


def test_icc_of_totals_takes_any_numbers():
    found = intraclass(["a", "a", "b", "b"], ["x", "y", "x", "y"], [7.5, 8, 15, 15], form="a")
    assert found.value > 0.9


@pytest.mark.parametrize("name", ALL)
def test_twelve_raters_with_80_percent_missing_work(name):
    ratings = panel(simulated(8, 40, 12, missing=0.8), [1, 2, 3, 4])
    found = EVERY[name](ratings)
    if name in FOR_MANY and name not in ("kendall_w", "light quadratic"):
        assert -1 <= found.value <= 1
        if not name.startswith("alpha"):
            assert -1 <= found.ci_low < found.value < found.ci_high <= 1
        return
    assert found.is_defined or found.undefined
    for a, b in ((0, 1), (2, 7), (4, 11)):
        for of_two in (cohen_kappa, scott_pi):
            one = of_two(ratings, pair=(a, b))
            assert one.is_defined or one.undefined


@pytest.mark.parametrize("name", ALL)
def test_a_level_that_nobody_used_and_a_rater_without_scores_are_no_trouble(name):
    ratings = panel([[1, 2, None], [4, 4, None], [1, 1, None], [2, 1, None]], [0, 1, 2, 3, 4, 5, 6])
    found = EVERY[name](ratings)
    assert found.is_defined
    assert found.n_raters == 2


def test_half_point_levels_count_as_levels_and_adjacent_means_one_point():
    levels = [0.5 * i for i in range(9)]
    ratings = panel([[2.5, 3.0], [1.0, 2.0], [4.0, 4.0], [0.0, 1.5]], levels)
    assert ratings.n_levels == 9
    assert exact_agreement(ratings).value == 0.25
    within_a_point = adjacent_agreement(ratings)
    assert within_a_point.value == 0.75
    assert "at most 1 point apart" in within_a_point.method
    assert adjacent_agreement(ratings, within=0.5).value == 0.5


def test_uneven_values_count_as_ranks_unless_the_scale_is_an_interval_scale():
    rows = [[0, 1], [1, 1], [4, 1], [0, 0], [4, 4], [1, 4]]
    ranks = krippendorff_alpha(panel(rows, [0, 1, 4]), "interval", draws=0).value
    values = krippendorff_alpha(panel(rows, [0, 1, 4], interval=True), "interval", draws=0).value
    same_ranks = [[{0: 1, 1: 2, 4: 3}[v] for v in row] for row in rows]
    assert ranks == krippendorff_alpha(panel(same_ranks, [1, 2, 3]), "interval", draws=0).value
    assert abs(ranks - values) > 0.01


def test_on_two_levels_every_pair_is_adjacent_and_that_is_said():
    found = adjacent_agreement(panel([[0, 1], [1, 1]], [0, 1]))
    assert "every pair is adjacent on this scale" in found.flags


def test_pieces_read_once_do_not_widen_exact_agreement():
    double = [[1, 1], [2, 3], [3, 3], [4, 4], [2, 2], [1, 2], [3, 3], [4, 3], [2, 2], [1, 1]]
    single = [[v, None] for v in (1, 2, 3, 4) * 25]
    alone = exact_agreement(panel(double, [1, 2, 3, 4]))
    among = exact_agreement(panel(double + single, [1, 2, 3, 4]))
    assert (among.value, among.se, among.n_pieces) == (alone.value, alone.se, alone.n_pieces)
    gwets = exact_agreement(panel(double + single, [1, 2, 3, 4]), count_single=True)
    assert gwets.value == alone.value
    assert gwets.se > 1.3 * alone.se


def test_a_second_score_by_the_same_rater_is_refused_by_name_of_piece_and_rater():
    with pytest.raises(DataError, match="Rater R2 scored piece P7 more than once"):
        prepare_ratings(["P6", "P7", "P7"], ["R1", "R2", "R2"], [1, 2, 2], [1, 2])
    with pytest.raises(DataError, match="on CONV more than once"):
        prepare_ratings([1, 1, 1], [4, 4, 4], [1, 2, 2], [1, 2], criterion=["ORG", "CONV", "CONV"])


@pytest.mark.parametrize("raters", [2, 40])
@pytest.mark.parametrize("apart", ["beside", "in another place"])
def test_a_second_score_is_found_wherever_it_stands(raters, apart):
    """Tables come piece by piece or in any order, pieces with few scores or many."""
    piece, rater = np.divmod(np.arange(6 * raters), raters)
    at = 3 * raters if apart == "beside" else 0
    piece = np.insert(piece, at, 2)
    rater = np.insert(rater, at, raters - 1)
    with pytest.raises(DataError, match=f"Rater {raters - 1} scored piece 2 more than once"):
        prepare_ratings(piece, rater, np.ones(len(piece)), [1, 2])


def test_the_same_rater_on_two_criteria_is_no_duplicate():
    ratings = prepare_ratings([1, 1], [4, 4], [1, 2], [1, 2], criterion=["ORG", "CONV"])
    assert (ratings.n_units, len(set(ratings.piece))) == (2, 1)


def test_a_missing_second_score_is_no_duplicate():
    assert prepare_ratings([1, 1], [2, 2], [1, math.nan], [1, 2]).n_ratings == 1


def test_a_score_off_the_scale_is_refused_with_its_place():
    with pytest.raises(DataError, match=r"score 2\.5 \(piece P7, rater R2\)"):
        prepare_ratings(["P6", "P7"], ["R1", "R2"], [1, 2.5], [1, 2, 3])
    with pytest.raises(DataError, match="score 9"):
        prepare_ratings([1], [2], [9], [1, 2, 3])


@pytest.mark.parametrize("levels", [[], [1, 1], [1, math.nan], ["a", "b"]])
def test_levels_that_are_no_scale_are_refused(levels):
    with pytest.raises(ArgumentError):
        prepare_ratings([1], [1], [1], levels)


def test_arrays_of_different_length_and_words_for_scores_are_refused():
    with pytest.raises(ArgumentError, match="same length"):
        prepare_ratings([1, 2], [1], [1, 2], [1, 2])
    with pytest.raises(ArgumentError, match="numbers"):
        prepare_ratings([1], [1], ["good"], [1, 2])


def test_ids_of_any_kind_give_the_same_counts():
    piece, rater, score = [10**12, 5, 5], [-3, -3, 8], [1, 2, 3]
    as_numbers = prepare_ratings(piece, rater, score, [1, 2, 3])
    as_text = prepare_ratings([str(p) for p in piece], [str(r) for r in rater], score, [1, 2, 3])
    mixed = prepare_ratings(np.array(piece, dtype=object), rater, score, [1, 2, 3])
    for other in (as_text, mixed):
        assert sorted(as_numbers.counts.tolist()) == sorted(other.counts.tolist())


def test_a_result_is_frozen_and_turns_into_json():
    found = Coefficient("gwet_ac", "linear", math.nan, undefined="no pairs")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.value = 1.0
    assert found.as_dict()["value"] is None
    assert list(found.as_dict()) == [
        "name",
        "weights",
        "value",
        "se",
        "se_null",
        "p_null",
        "ci_low",
        "ci_high",
        "method",
        "n_pieces",
        "observed",
        "expected",
        "undefined",
        "flags",
    ]


def test_an_unknown_level_of_measurement_is_refused():
    with pytest.raises(ArgumentError, match="nominal, ordinal, interval"):
        krippendorff_alpha(panel([[1, 2]], [1, 2]), "cardinal")


def test_two_pieces_leave_the_average_of_raters_without_an_interval():
    ratings = panel([[2, 1], [2, 3]], [1, 2, 3, 4])
    assert icc_a_1(ratings).ci_low == -1.0
    assert icc_a_k(ratings).value == 0.0
    assert icc_a_k(ratings).flags == ("too few scores: no interval",)


def test_variances_that_cancel_out_leave_icc_undefined():
    found = icc_a_k(panel([[1, 2], [2, 1]], [1, 2]))
    assert found.undefined == "too few scores: the estimated differences cancel out"


def test_with_gaps_constant_differences_alone_leave_icc_undefined():
    rows = [[2, 1, 3, None, 4], [3, 2, 4, 1, None]]
    assert "constant amounts only" in icc_a_1(panel(rows, [1, 2, 3, 4])).undefined


@pytest.mark.parametrize(
    ("scores", "value", "low", "high"),
    [
        ([1, 1], 1.0, 0.025 ** (1 / 6), 1.0),
        ([1, 2], 0.0, 0.0, 1 - 0.025 ** (1 / 6)),
        ([1, 1, 2], 1 / 3, 0.0433, 0.7772),  # Clopper-Pearson for 2 of 6
    ],
)
def test_the_same_agreement_on_every_piece_is_not_certainty(scores, value, low, high):
    pieces = [piece for piece in range(6) for _ in scores]
    raters = list(range(len(scores))) * 6
    found = exact_agreement(prepare_ratings(pieces, raters, scores * 6, (1, 2, 3, 4)))
    assert found.value == pytest.approx(value)
    assert (found.ci_low, found.ci_high) == pytest.approx((low, high), abs=1e-4)
