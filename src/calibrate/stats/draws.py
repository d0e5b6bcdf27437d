"""What a resample draws: pieces with all their criteria, described by sums that add up; and who read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.ratings import IntArray, Ratings

FloatArray = npt.NDArray[np.float64]


#: With fewer pieces that the same raters read there is hardly anything to replace one by.
FEWEST_IN_A_BLOCK = 5


@dataclass(frozen=True, eq=False)
class Blocks:
    """Among which pieces a resample may replace a piece.

    Attributes
    ----------
    of_piece
        The block of each piece, shape (n_pieces,).
    n_loose
        How many pieces are not among pieces that the same raters read, but among others (see `drawing_blocks`).
    n_drawn
        How many pieces are drawn from.
    """

    of_piece: IntArray
    n_loose: int
    n_drawn: int

    @property
    def flags(self) -> tuple[str, ...]:
        """What a reader must know about the blocks."""
        if not self.n_loose:
            return ()
        return (
            f"{self.n_loose} of {self.n_drawn} pieces have too small a block: resampled by how many read them",
        )


@dataclass(frozen=True, eq=False)
class Draws:
    """What the bootstrap draws from.

    Attributes
    ----------
    sums
        The sums that each row adds, shape (rows, d).
    times
        How many draws have each row, shape (rows,).
    blocks
        Each row's block, shape (rows,); None where pieces may replace any other.
    flags
        What a reader must know about the blocks.
    """

    sums: FloatArray
    times: IntArray
    blocks: IntArray | None = None
    flags: tuple[str, ...] = ()


def draw_sums(
    ratings: Ratings,
    describe: Callable[[IntArray], FloatArray],
    *,
    within_blocks: bool = False,
    every: bool = False,
) -> Draws:
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
        Whether to tell the block of each row (see `drawing_blocks`); None otherwise.
    every
        Whether pieces that one rater scored are draws too.
    """
    patterns = ratings.patterns
    described = describe(patterns.counts)
    if not ratings.is_clustered and not within_blocks:
        kept = patterns.shared | every
        return Draws(described[kept], patterns.times[kept])
    drawn = np.full(ratings.n_pieces, every) | (
        np.bincount(ratings.piece, weights=ratings.shared) > 0
    )
    found = drawing_blocks(ratings, drawn) if within_blocks else None
    blocks = None if found is None else found.of_piece
    flags = () if found is None else found.flags
    if not ratings.is_clustered and blocks is not None:
        of_piece = np.empty(ratings.n_pieces, dtype=np.int64)
        of_piece[ratings.piece] = patterns.which
        key = blocks[drawn] * len(patterns.times) + of_piece[drawn]
        rows, times = np.unique(key, return_counts=True)
        kinds = len(patterns.times)
        return Draws(described[rows % kinds], times, rows // kinds, flags)
    each = described[patterns.which]
    sums = np.empty((ratings.n_pieces, each.shape[1]))
    for cell in range(each.shape[1]):
        sums[:, cell] = np.bincount(ratings.piece, weights=each[:, cell])
    ones = np.ones(int(drawn.sum()), dtype=np.int64)
    return Draws(sums[drawn], ones, None if blocks is None else blocks[drawn], flags)


def drawing_blocks(ratings: Ratings, drawn: npt.NDArray[np.bool_]) -> Blocks:
    """Blocks in which there is something to draw: small ones are put together.

    A block of one piece never varies, one of two hardly: a panel in which every piece has readers of its own would seem to be
    known without error. Pieces of blocks smaller than `FEWEST_IN_A_BLOCK` are therefore drawn among each other by how many
    raters read them; what is still too few joins the largest block.

    Parameters
    ----------
    ratings
        What was scored.
    drawn
        Which pieces are drawn at all, shape (n_pieces,).
    """
    same_raters = assignment_blocks(ratings)
    size = np.bincount(same_raters[drawn], minlength=int(same_raters.max()) + 1)
    loose = drawn & (size[same_raters] < FEWEST_IN_A_BLOCK)
    who = np.unique(ratings.piece[ratings.unit] * ratings.n_raters + ratings.rater)
    readers = np.bincount(who // ratings.n_raters, minlength=ratings.n_pieces)
    block = np.where(loose, int(same_raters.max()) + 1 + readers, same_raters)
    sizes = np.bincount(block[drawn], minlength=int(block.max()) + 1)
    few = drawn & (sizes[block] < FEWEST_IN_A_BLOCK)
    if few.any() and not few[drawn].all():
        rest = len(sizes)
        block[few] = rest if int(few.sum()) >= FEWEST_IN_A_BLOCK else int(sizes.argmax())
    elif few.any():
        block[few] = len(sizes)
    return Blocks(block, int(loose.sum()), int(drawn.sum()))


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
