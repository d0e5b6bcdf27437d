"""The pieces where one rater chose a level that nobody else chose: a place to look, not a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.readings import ScaleLike, as_scales, independent_blind
from calibrate.analysis.wording import count, label
from calibrate.model.rubric import Scale


@dataclass(frozen=True)
class AloneReading:
    """A judgement at least one level away from everybody else's.

    ``gap`` counts the levels to the nearest other judgement; it is 0 where the rater alone gave a
    condition code, or alone gave a level where all others gave codes.
    """

    piece: str
    criterion: str
    own: str
    others: tuple[tuple[str, int], ...]
    gap: int
    n_others: int
    sentence: str


@dataclass(frozen=True)
class StoodAlone:
    """A rater's lone judgements, the farthest first, out of ``n_judgements`` that others made too."""

    rater: str
    readings: tuple[AloneReading, ...]
    n_judgements: int
    n_pieces: int
    sentence: str


def stood_alone(
    table: pd.DataFrame,
    scales: ScaleLike,
    rater: str,
    *,
    labels: Mapping[str, str] | None = None,
    min_others: int = 2,
) -> StoodAlone:
    """Where nobody else chose the rater's level, among pieces that ``min_others`` others judged.

    Levels are shown by their labels in the rubric, criteria by ``labels`` where given.
    """
    known = as_scales(scales)
    read = table.loc[table["rater"].astype(str) == str(rater), "piece"].astype(str)
    near = table[table["piece"].astype(str).isin(set(read))]
    rows = independent_blind(near, known, keep_codes=True).table
    mine = rows[rows["rater"] == str(rater)]
    rest = {
        key: part
        for key, part in rows[rows["rater"] != str(rater)].groupby(["piece", "criterion"])
        if len(part) >= min_others
    }
    found: list[tuple[float, AloneReading]] = []
    compared = 0
    pieces: set[str] = set()
    places = zip(mine["piece"].tolist(), mine["criterion"].tolist(), strict=True)
    judged = zip(mine["position"].tolist(), mine["code"].tolist(), strict=True)
    for place, (at, given) in zip(places, judged, strict=True):
        others = rest.get(place)
        if others is None:
            continue
        compared += 1
        pieces.add(place[0])
        position = None if pd.isna(at) else int(at)
        code = None if pd.isna(given) else str(given)
        one = _alone(place, position, code, others, known[place[1]], labels)
        if one is not None:
            found.append(one)
    found.sort(key=lambda pair: (-pair[1].gap, -pair[0], pair[1].piece, pair[1].criterion))
    readings = tuple(one for _, one in found)
    return StoodAlone(
        str(rater), readings, compared, len(pieces), _sentence(readings, compared, min_others)
    )


def _alone(
    place: tuple[str, str],
    position: int | None,
    code: str | None,
    others: pd.DataFrame,
    scale: Scale,
    labels: Mapping[str, str] | None,
) -> tuple[float, AloneReading] | None:
    """The lone judgement and its mean distance, or None where somebody else chose the same."""
    names = {level.position: level.label for level in scale.levels}
    theirs = [int(one) for one in others["position"].dropna()]
    codes = sorted(str(one) for one in others["code"].dropna())
    if position in theirs or (position is None and code in codes):
        return None
    apart = [abs(one - position) for one in theirs] if position is not None else []
    counts = [(names[one], theirs.count(one)) for one in sorted(set(theirs))]
    counts += [(f"code {one}", codes.count(one)) for one in sorted(set(codes))]
    own = f"code {code}" if position is None else names[position]
    said = ", ".join(f"{name} × {n}" for name, n in counts)
    piece, criterion = place
    sentence = f"Piece {piece}, {label(labels, criterion)}: own {own}; the others {said}."
    reading = AloneReading(
        piece, criterion, own, tuple(counts), min(apart, default=0), len(others), sentence
    )
    return sum(apart) / len(apart) if apart else 0.0, reading


def _sentence(readings: tuple[AloneReading, ...], compared: int, min_others: int) -> str:
    if compared == 0:
        return (
            f"Cannot tell: no piece was also read by {min_others} or more others, "
            "so nobody could stand alone."
        )
    if not readings:
        return (
            f"In none of {count(compared, 'judgement')} that {min_others} or more others made too "
            "was the level one that nobody else chose."
        )
    pieces = len({one.piece for one in readings})
    return (
        f"In {len(readings)} of {count(compared, 'judgement')} that {min_others} or more others made "
        f"too, nobody else chose the same level ({count(pieces, 'piece')}). "
        "Standing alone is not being wrong: it is a place to look again."
    )
