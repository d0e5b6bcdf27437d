"""Pairs of readings of the same piece on the same criterion, and how often they agree."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.intervals import Share, share_by_piece


@dataclass(frozen=True)
class PairAgreement:
    """Exact and adjacent agreement of pairs of readings.

    ``adjacent`` counts pairs at the same level or one level position apart (on a scale with half
    points: up to one whole point).
    """

    exact: Share
    adjacent: Share

    @property
    def n_pairs(self) -> int:
        """Pairs of judgements (two readings, one criterion)."""
        return self.exact.n

    @property
    def n_pieces(self) -> int:
        """Pieces that at least one pair comes from."""
        return self.exact.n_pieces


def reading_pairs(table: pd.DataFrame) -> pd.DataFrame:
    """Every pair of different raters' judgements of one piece and criterion, once.

    Parameters
    ----------
    table
        Prepared rows with level positions.

    Returns
    -------
    Columns piece, criterion, rater_a, rater_b (in alphabetical order), school_a, school_b,
    position_a, position_b, score_a, score_b, exact, adjacent.
    """
    part = table.loc[
        table["position"].notna(),
        ["piece", "criterion", "rater", "rater_school", "position", "score"],
    ]
    both = part.merge(part, on=["piece", "criterion"], suffixes=("_a", "_b"))
    both = both[both["rater_a"] < both["rater_b"]].rename(
        columns={"rater_school_a": "school_a", "rater_school_b": "school_b"}
    )
    apart = (both["position_a"] - both["position_b"]).abs()
    points = (both["score_a"] - both["score_b"]).abs()
    near = (apart <= 1) | (points <= 1 + 1e-9)
    return both.assign(exact=(apart == 0).astype(bool), adjacent=near.astype(bool)).reset_index(
        drop=True
    )


def agreement_of(pairs: pd.DataFrame) -> PairAgreement:
    """Exact and adjacent agreement of a table of pairs, each piece weighing the same."""
    return PairAgreement(
        share_by_piece(pairs["exact"].to_numpy(dtype=bool), pairs["piece"].to_numpy()),
        share_by_piece(pairs["adjacent"].to_numpy(dtype=bool), pairs["piece"].to_numpy()),
    )
