"""What a resample draws: pieces with all their criteria, described by sums that add up; and who read them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from calibrate.stats.ratings import IntArray, Ratings

FloatArray = npt.NDArray[np.float64]


def draw_sums(
    ratings: Ratings,
    describe: Callable[[IntArray], FloatArray],
    *,
    within_blocks: bool = False,
    every: bool = False,
) -> tuple[FloatArray, IntArray, IntArray | None]:
    """The sums that each draw adds, how many draws have each row, and each row's block.

    One draw is a piece. Where each piece is one unit, equal rows of counts collapse first; where it holds several units their
    sums are added. Pieces of which no unit has two scores are no draws, unless ``every``.

    Parameters
    ----------
    ratings
        What was scored.
    describe
        From counts, shape (p, k), to the sums that a unit of each row adds, shape (p, d).
    within_blocks
        Whether to tell the block of each row (see `assignment_blocks`); None otherwise.
    every
        Whether pieces that one rater scored are draws too.
    """
    patterns = ratings.patterns
    described = describe(patterns.counts)
    blocks = assignment_blocks(ratings) if within_blocks else None
    if not ratings.is_clustered and blocks is None:
        kept = patterns.shared | every
        return described[kept], patterns.times[kept], None
    drawn = np.full(ratings.n_pieces, every) | (
        np.bincount(ratings.piece, weights=ratings.shared) > 0
    )
    if not ratings.is_clustered and blocks is not None:
        of_piece = np.empty(ratings.n_pieces, dtype=np.int64)
        of_piece[ratings.piece] = patterns.which
        key = blocks[drawn] * len(patterns.times) + of_piece[drawn]
        rows, times = np.unique(key, return_counts=True)
        return described[rows % len(patterns.times)], times, rows // len(patterns.times)
    each = described[patterns.which]
    sums = np.empty((ratings.n_pieces, each.shape[1]))
    for cell in range(each.shape[1]):
        sums[:, cell] = np.bincount(ratings.piece, weights=each[:, cell])
    ones = np.ones(int(drawn.sum()), dtype=np.int64)
    return sums[drawn], ones, None if blocks is None else blocks[drawn]


def assignment_blocks(ratings: Ratings) -> IntArray:
    """Which pieces the same raters read: a number for each piece, shape (n_pieces,), equal for equal sets of raters."""
    pairs = np.unique(ratings.piece[ratings.unit] * ratings.n_raters + ratings.rater)
    piece, rater = pairs // ratings.n_raters, pairs % ratings.n_raters
    starts = np.searchsorted(piece, np.arange(ratings.n_pieces + 1))
    seen: dict[bytes, int] = {}
    found = np.empty(ratings.n_pieces, dtype=np.int64)
    for i in range(ratings.n_pieces):
        who = rater[starts[i] : starts[i + 1]].tobytes()
        found[i] = seen.setdefault(who, len(seen))
    return found
