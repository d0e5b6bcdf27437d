"""Resampling within blocks of pieces that the same raters read, and what happens where such blocks are small."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.stats.agreement import exact_agreement, gwet_ac
from calibrate.stats.alpha import krippendorff_alpha
from calibrate.stats.draws import FEWEST_IN_A_BLOCK, assignment_blocks, drawing_blocks
from calibrate.stats.piece_bootstrap import by_bootstrap
from calibrate.stats.ratings import Ratings, prepare_ratings

LEVELS = (1.0, 2.0, 3.0, 4.0)


def read_by(readers: list[tuple[int, ...]], seed: int) -> Ratings:
    """A panel in which piece i is read by ``readers[i]``."""
    random = np.random.default_rng(seed)
    piece = np.repeat(np.arange(len(readers)), [len(one) for one in readers])
    rater = np.concatenate(readers)
    quality = random.normal(2.5, 1, len(readers))[piece]
    score = np.clip(np.rint(quality + random.normal(0, 0.7, len(piece))), 1, 4)
    return prepare_ratings(piece, rater, score, LEVELS)


def pairs_of_their_own(pieces: int) -> list[tuple[int, ...]]:
    every = [(a, b) for a in range(8) for b in range(a + 1, 8)]
    return [every[i % len(every)] for i in range(pieces)]


@pytest.mark.parametrize("name", ["exact_agreement", "gwet_ac", "conger_kappa"])
def test_pieces_with_raters_of_their_own_are_not_taken_for_certain(name):
    ratings = read_by(pairs_of_their_own(24), 3)
    free = by_bootstrap(name, ratings)
    kept = by_bootstrap(name, ratings, within_blocks=True)
    assert kept.se == pytest.approx(free.se, rel=0.15)
    assert "24 of 24 pieces have too small a block: resampled by how many read them" in kept.flags
    assert free.flags == ()


def test_alpha_of_pieces_with_raters_of_their_own_varies_within_blocks_too():
    ratings = read_by(pairs_of_their_own(24), 3)
    free, kept = (krippendorff_alpha(ratings, within_blocks=one) for one in (False, True))
    assert kept.se == pytest.approx(free.se, rel=0.15)
    assert any("too small a block" in flag for flag in kept.flags)


def test_the_error_within_blocks_is_that_of_a_stratified_sample():
    """Blocks of 5, 6 and 20 pieces: the textbook formula, with n − 1 in each block."""
    readers = [(0, 1)] * 5 + [(2, 3)] * 6 + [(0, 3)] * 20
    ratings = read_by([tuple(one) for one in readers], 7)
    kept = by_bootstrap("exact_agreement", ratings, within_blocks=True, draws=20_000)
    agreeing = (ratings.counts.max(axis=1) == 2).astype(float)
    parts = [agreeing[:5], agreeing[5:11], agreeing[11:]]
    variance = sum(len(part) * part.var(ddof=1) for part in parts) / 31**2
    assert kept.se == pytest.approx(np.sqrt(variance), rel=0.02)
    assert kept.flags == ()


def test_intervals_within_blocks_hold_the_truth_where_every_pair_reads_a_piece_or_two():
    truth = {
        one: one(read_by(pairs_of_their_own(60_000), 1)).value for one in (exact_agreement, gwet_ac)
    }
    panels = [read_by(pairs_of_their_own(36), 100 + i) for i in range(120)]
    for one, name in ((exact_agreement, "exact_agreement"), (gwet_ac, "gwet_ac")):
        found = [by_bootstrap(name, part, draws=300, within_blocks=True) for part in panels]
        spread = np.std([part.value for part in found], ddof=1)
        assert np.mean([part.se for part in found]) == pytest.approx(spread, rel=0.25)
        assert 0.86 <= np.mean([p.ci_low <= truth[one] <= p.ci_high for p in found]) <= 0.99


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.sampled_from([(0,), (0, 1), (1, 2), (0, 2), (0, 1, 2), (1, 2, 3)]),
        min_size=2,
        max_size=40,
    )
)
def test_every_block_has_enough_to_draw_from_and_large_ones_stay_as_they_are(readers):
    ratings = read_by(readers, 1)
    found = drawing_blocks(ratings, np.ones(len(readers), dtype=bool))
    sizes = np.bincount(found.of_piece)
    assert sizes[sizes > 0].min() >= min(FEWEST_IN_A_BLOCK, len(readers))
    same = assignment_blocks(ratings)
    large = np.bincount(same)[same] >= FEWEST_IN_A_BLOCK
    assert found.n_loose == int((~large).sum())
    for block in np.unique(same[large]):
        assert len(set(found.of_piece[same == block].tolist())) == 1


def test_pieces_that_one_rater_read_are_no_part_of_the_blocks_alpha_draws_from():
    ratings = read_by([(0, 1)] * 6 + [(0,)] * 7, 5)
    found = krippendorff_alpha(ratings, within_blocks=True)
    assert found.n_pieces == 6
    assert found.se > 0
    assert not any("too small a block" in flag for flag in found.flags)
