"""Who scores what: even workloads, nobody's own students, and raters who stay linked by shared pieces."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from calibrate.analysis.planner_links import link
from calibrate.analysis.planner_matching import Request, hand_out

Plan = dict[str, tuple[str, ...]]
Barred = Collection[tuple[str, str]]


def spread_evenly(
    piece_ids: Sequence[str],
    rater_ids: Sequence[str],
    barred: Barred,
    readings: int | None = None,
) -> Plan:
    """A plan of who scores what.

    Parameters
    ----------
    piece_ids, rater_ids
        What is scored, and by whom.
    barred
        The (piece id, rater id) pairs that must not be: raters who would score their own students.
    readings
        How many raters score each piece; None for everybody who may. Where fewer may, those do.

    Returns
    -------
    dict
        Rater id to the ids of the pieces, in the order of ``piece_ids``. Loads are as even as
        they can be, and shared pieces join all raters where that can be; the same request gives the same plan.
    """
    if not piece_ids or not rater_ids:
        return dict.fromkeys(rater_ids, ())
    allowed = np.array(
        [[(piece, rater) not in barred for piece in piece_ids] for rater in rater_ids]
    )
    may = allowed.sum(axis=0)
    request = Request(
        allowed=allowed,
        fixed=np.zeros_like(allowed),
        need=may if readings is None else np.minimum(may, readings),
        capacity=np.full(len(rater_ids), len(piece_ids), dtype=np.int64),
        school=np.full(len(rater_ids), -1, dtype=np.int64),
        shared=0,
    )
    by_lot = np.random.default_rng(0)
    given = link(hand_out(request, by_lot), request, by_lot)
    return {
        rater: tuple(piece for piece, reads in zip(piece_ids, row, strict=True) if reads)
        for rater, row in zip(rater_ids, given, strict=True)
    }


def linked_groups(plan: Mapping[str, Collection[str]]) -> list[set[str]]:
    """The raters in groups within which pieces are shared, directly or through others.

    One group means that everybody can be compared with everybody.
    """
    groups: list[tuple[set[str], set[str]]] = []
    for rater, pieces in plan.items():
        raters, read = {rater}, set(pieces)
        apart = []
        for group in groups:
            if group[1] & read:
                raters |= group[0]
                read |= group[1]
            else:
                apart.append(group)
        groups = [*apart, (raters, read)]
    return [raters for raters, _ in groups]
