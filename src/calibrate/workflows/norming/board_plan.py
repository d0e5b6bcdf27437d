"""Who scores what: even workloads, nobody's own students, and raters who stay linked by shared pieces."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from calibrate.analysis.planner import plan_readings
from calibrate.model.reading_plan import PlanPiece, PlanRater

Plan = dict[str, tuple[str, ...]]
Barred = Collection[tuple[str, str]]


@dataclass(frozen=True)
class Wishes:
    """What a facilitator asks of a plan.

    Parameters
    ----------
    readings
        How many raters score each piece; None for everybody who may. Where fewer may, those do.
    most
        The most pieces a rater can score, for those who have a limit.
    everyone
        Pieces that everybody scores, such as anchors.
    schools
        Where raters work: raters of different schools meet on as many pieces as can be.
    seed
        Another number, another plan.
    """

    readings: int | None = None
    most: Mapping[str, int] = field(default_factory=dict)
    everyone: Collection[str] = ()
    schools: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0


def spread_evenly(
    piece_ids: Sequence[str],
    rater_ids: Sequence[str],
    barred: Barred,
    wishes: Wishes | None = None,
    called: Mapping[str, str] | None = None,
) -> Plan:
    """A plan of who scores what.

    Parameters
    ----------
    piece_ids, rater_ids
        What is scored, and by whom.
    barred
        The (piece id, rater id) pairs that must not be: raters who would score their own students.
    wishes
        What is asked for; without any, everybody scores everything they may.
    called
        What pieces and raters are called in a refusal.

    Returns
    -------
    dict
        Rater id to the ids of the pieces, in the order of ``piece_ids``. Loads are as even as
        they can be, and shared pieces join all raters where that can be; the same request gives the same plan.

    Raises
    ------
    PlanImpossible
        If raters' limits leave too little room, with what binds.
    """
    asked = wishes or Wishes()
    may = {piece: sum((piece, rater) not in barred for rater in rater_ids) for piece in piece_ids}
    names = _names([*piece_ids, *rater_ids], called or {})
    pieces = [
        PlanPiece(
            names[one],
            readings=may[one] if asked.readings is None else min(may[one], asked.readings),
            anchor=one in asked.everyone,
        )
        for one in piece_ids
        if may[one]
    ]
    if not pieces or not rater_ids:
        return dict.fromkeys(rater_ids, ())
    limits = {} if asked.readings is None else asked.most
    raters = [
        PlanRater(names[one], asked.schools.get(one, ""), capacity=limits.get(one))
        for one in rater_ids
    ]
    plan = plan_readings(
        pieces,
        raters,
        shared=_shared(pieces, raters),
        seed=asked.seed,
        barred={
            (names[piece], names[rater])
            for piece, rater in barred
            if rater in names and piece in names
        },
        even=False,
        linked=False,
        meet_shared=False,
    )
    given = {rater: set(its) for rater, its in plan.by_rater.items()}
    return {
        rater: tuple(piece for piece in piece_ids if names[piece] in given[names[rater]])
        for rater in rater_ids
    }


def _shared(pieces: Sequence[PlanPiece], raters: Sequence[PlanRater]) -> int:
    """As many pieces as every two schools could share, were all readings dealt for it; 0 without two schools."""
    schools = len({one.school for one in raters if one.school})
    if schools < 2:
        return 0
    meets = [min(len(raters) if one.anchor else one.readings or 1, schools) for one in pieces]
    return sum(n * (n - 1) // 2 for n in meets) // (schools * (schools - 1) // 2)


def _names(ids: Sequence[str], called: Mapping[str, str]) -> dict[str, str]:
    """A name of its own for everything, like the one it is called by."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for one in ids:
        name, number = called.get(one) or one, 1
        while (own := name if number == 1 else f"{name} ({number})") in taken:
            number += 1
        taken.add(own)
        found[one] = own
    return found


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
