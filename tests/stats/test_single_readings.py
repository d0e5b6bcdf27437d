"""Many pieces read once and some read twice, as districts do: only the second readings teach about agreement."""

from __future__ import annotations

import numpy as np
import pytest

from calibrate.stats.agreement import brennan_prediger, exact_agreement, fleiss_kappa, gwet_ac
from calibrate.stats.alpha import weighted_alpha
from calibrate.stats.conger import conger_kappa
from calibrate.stats.ratings import Ratings, prepare_ratings

LEVELS = (1.0, 2.0, 3.0, 4.0)
CORRECTED = {
    "fleiss": fleiss_kappa,
    "conger": conger_kappa,
    "brennan_prediger": brennan_prediger,
    "gwet": gwet_ac,
}


def long_scores(seed: int, pieces: int, share: float, criteria: int = 1) -> np.ndarray:
    """Rows of piece, rater, score, criterion: six raters, a share of the pieces read by two or three of them."""
    random = np.random.default_rng(seed)
    severity = np.array([0, 0.3, -0.3, 0.5, -0.1, -0.4])
    rows = []
    for piece in range(pieces):
        readers = random.choice(
            6, int(random.integers(2, 4)) if random.random() < share else 1, False
        )
        quality = random.normal(2.5, 1)
        for criterion in range(criteria):
            seen = quality + severity[readers] + random.normal(0, 0.7, len(readers))
            for rater, score in zip(readers, np.clip(np.rint(seen), 1, 4), strict=True):
                rows.append((piece, rater, score, criterion))
    return np.array(rows)


def ratings_of(rows: np.ndarray) -> Ratings:
    piece, rater, score, criterion = rows.T
    return prepare_ratings(piece.astype(int), rater.astype(int), score, LEVELS, criterion=criterion)


@pytest.mark.parametrize("name", CORRECTED)
@pytest.mark.parametrize("criteria", [1, 3])
def test_the_error_is_that_of_leaving_out_each_piece(name, criteria):
    rows = long_scores(5, 400, 0.15, criteria)
    statistic = CORRECTED[name]
    left_out = np.array([statistic(ratings_of(rows[rows[:, 0] != i])).value for i in range(400)])
    jackknife = np.sqrt(399 / 400 * ((left_out - left_out.mean()) ** 2).sum())
    assert statistic(ratings_of(rows)).se == pytest.approx(jackknife, rel=0.03)


@pytest.mark.parametrize("share", [0.1, 0.2])
def test_intervals_of_districts_that_read_some_pieces_twice_are_honest_and_no_wider_than_they_must_be(
    share,
):
    pieces = int(30 / share)
    whole = ratings_of(long_scores(1, 20_000, share))
    panels = [ratings_of(long_scores(100 + i, pieces, share)) for i in range(100)]
    for statistic in CORRECTED.values():
        truth = statistic(whole).value
        found = [statistic(one) for one in panels]
        spread = np.std([one.value for one in found], ddof=1)
        assert np.mean([one.se for one in found]) == pytest.approx(spread, rel=0.2)
        assert 0.88 <= np.mean([one.ci_low <= truth <= one.ci_high for one in found]) <= 0.99


@pytest.mark.parametrize("statistic", [exact_agreement, brennan_prediger, weighted_alpha])
def test_single_readings_teach_nothing_where_chance_does_not_rest_on_them(statistic):
    rows = long_scores(8, 120, 0.3, 2)
    pieces, readings = np.unique(rows[:, 0], return_counts=True)
    shared = np.isin(rows[:, 0], pieces[readings > 2])
    assert 20 < len(np.unique(rows[shared, 0])) < 60
    every, alone = statistic(ratings_of(rows)), statistic(ratings_of(rows[shared]))
    assert every.n_pieces == alone.n_pieces
    assert (every.value, every.se, every.ci_low, every.ci_high) == pytest.approx(
        (alone.value, alone.se, alone.ci_low, alone.ci_high), rel=1e-12
    )


@pytest.mark.parametrize("name", CORRECTED)
def test_gwets_own_error_stays_for_whoever_asks_for_it_and_is_the_same_without_single_readings(
    name,
):
    statistic = CORRECTED[name]
    some_single = ratings_of(long_scores(9, 300, 0.1))
    assert statistic(some_single, symmetric=True).se > 1.2 * statistic(some_single).se
    none_single = ratings_of(long_scores(9, 60, 1.0))
    assert statistic(none_single, symmetric=True).se == pytest.approx(
        statistic(none_single).se, rel=1e-12
    )
