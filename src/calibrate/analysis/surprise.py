"""Scores that surprise, given how severely their raters score elsewhere: where a panel's minutes find something new.

Two raters a level apart may only be a harsh and a lenient one, which the panel knows by now. The many-facet Rasch model, fitted
to all that they scored, says which single scores their severity, the criterion and the piece do not explain. The answer speaks
of pieces and criteria; no rater appears in it, not even as an id.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.piece_groups import piece_groups
from calibrate.analysis.readings import ScaleLike, as_scales, independent_blind
from calibrate.stats.facets import fit_facets, prepare_judgements
from calibrate.stats.facets.model import measured_judgements
from calibrate.stats.facets.unexpected import unexpected_judgements

FAR = 3.0
"""A score this many standard deviations from what was expected is a surprise (one in four hundred by chance)."""

FEWEST_PIECES, FEWEST_OF_ONES_OWN = 30, 8
"""With fewer pieces on one scale, or fewer of a rater's own, nobody knows what to expect."""


@dataclass(frozen=True)
class Surprise:
    """Scores of one piece on one criterion that nothing known of it and of its readers explains.

    ``n`` counts them; ``z`` is the farthest, in standard deviations, positive above what was expected.
    """

    piece: str
    criterion: str
    n: int
    z: float


def surprises(
    table: pd.DataFrame, scales: ScaleLike, pieces: Collection[str] | None = None
) -> tuple[Surprise, ...]:
    """Surprising scores, farthest first; none where there is too little to know what to expect.

    Parameters
    ----------
    table, scales
        Everything that the raters scored blind, not one session alone, and the scale of every criterion.
    pieces
        Only of these pieces.
    """
    rows = independent_blind(table, scales).table
    if rows["piece"].nunique() < FEWEST_PIECES:
        return ()
    known = {name: scale.values for name, scale in as_scales(scales).items()}
    data = prepare_judgements(
        rows["piece"],
        rows["rater"],
        rows["criterion"],
        rows["score"],
        known,
        groups=piece_groups(rows).labels,
    )
    fit = fit_facets(data)
    own = rows.groupby("rater")["piece"].nunique()
    enough = set(own.index[own >= FEWEST_OF_ONES_OWN])
    judged = [
        (part, measured_judgements(data, part))
        for _, part in fit.bounded
        if len(set(part.data.piece.tolist())) >= FEWEST_PIECES
    ]
    found: dict[tuple[str, str], list[float]] = {}
    for one in unexpected_judgements(judged, FAR):
        if one.rater in enough and (pieces is None or one.piece in pieces):
            found.setdefault((one.piece, one.criterion), []).append(one.z)
    return tuple(
        Surprise(piece, criterion, len(far), far[0]) for (piece, criterion), far in found.items()
    )
