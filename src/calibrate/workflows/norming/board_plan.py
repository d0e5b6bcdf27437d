"""Who scores what: even workloads, nobody's own students, and raters who stay linked by shared pieces."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

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
        Rater id to the ids of the pieces, in the order of ``piece_ids``. Each piece goes to those who
        have least so far; among equals to somebody who shares no piece yet with the others.
    """
    allowed = {
        piece: [rater for rater in rater_ids if (piece, rater) not in barred] for piece in piece_ids
    }
    given: dict[str, set[str]] = {rater: set() for rater in rater_ids}
    for piece in sorted(piece_ids, key=lambda one: len(allowed[one])):  # a stable sort
        chosen: list[str] = []
        for _ in range(len(allowed[piece]) if readings is None else readings):
            free = [rater for rater in allowed[piece] if rater not in chosen]
            if not free:
                break
            groups = linked_groups(given)
            near = {rater for group in groups if set(chosen) & group for rater in group}
            best = min(free, key=lambda rater: (len(given[rater]), rater in near))
            chosen.append(best)
            given[best].add(piece)
    _even_out(given, allowed)
    return {
        rater: tuple(piece for piece in piece_ids if piece in given[rater]) for rater in rater_ids
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


def _even_out(given: dict[str, set[str]], allowed: Mapping[str, Sequence[str]]) -> None:
    """Hand readings from those with most to those with least, as long as that makes the loads more even."""
    while True:
        for most in sorted(given, key=lambda rater: -len(given[rater])):
            move = next(
                (
                    (piece, least)
                    for least in sorted(given, key=lambda rater: len(given[rater]))
                    if len(given[most]) - len(given[least]) > 1
                    for piece in sorted(given[most] - given[least])
                    if least in allowed[piece]
                ),
                None,
            )
            if move is not None:
                piece, least = move
                given[most].remove(piece)
                given[least].add(piece)
                break
        else:
            return
