"""The agenda of a discussion: the pieces worth the minutes first, and why, in words.

It speaks of pieces and criteria. No rater appears in its result, not even as an id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.readings import (
    LeftOut,
    ScaleLike,
    as_scales,
    criteria_in_order,
    independent_blind,
)
from calibrate.analysis.surprise import Surprise
from calibrate.analysis.wording import count, label, listed
from calibrate.model.rubric import Scale


@dataclass(frozen=True)
class CriterionSplit:
    """How the panel's blind levels lie for one piece and criterion.

    Parameters
    ----------
    counts
        (level label, judgements) for every level of the scale, lowest first.
    codes
        (condition code, judgements), where any were given.
    spread
        Levels between the lowest and the highest judgement (0: all the same).
    disagreement
        Mean distance of two judgements in level positions; a level against a code counts as two.
    boundary
        The two neighbouring levels between which the panel divides, or None.
    below, above
        Judgements on either side of it.
    crosses_cut
        Whether that boundary is the one between not yet and meeting the standard.
    """

    criterion: str
    counts: tuple[tuple[str, int], ...]
    codes: tuple[tuple[str, int], ...]
    spread: int
    disagreement: float
    boundary: tuple[str, str] | None
    below: int
    above: int
    crosses_cut: bool
    sentence: str

    @property
    def n(self) -> int:
        """Judgements, codes included."""
        return sum(n for _, n in self.counts) + sum(n for _, n in self.codes)


@dataclass(frozen=True)
class AgendaItem:
    """A piece, its place on the agenda (from 1), and the reason in words."""

    piece: str
    rank: int
    n_raters: int
    disagreement: float
    splits: tuple[CriterionSplit, ...]
    reason: str

    @property
    def divided(self) -> tuple[CriterionSplit, ...]:
        """The criteria that need talk: two levels or more apart, or a code against a level."""
        return tuple(one for one in self.splits if _needs_talk(one))


@dataclass(frozen=True)
class CriterionDivide:
    """A criterion over all pieces: on how many the panel divides, and mostly where."""

    criterion: str
    n_pieces: int
    n_divided: int
    boundary: tuple[str, str] | None
    disagreement: float
    sentence: str


@dataclass(frozen=True)
class Agenda:
    """Pieces in the order of worth, and criteria in the order of how much they divide."""

    items: tuple[AgendaItem, ...]
    criteria: tuple[CriterionDivide, ...]
    left_out: tuple[LeftOut, ...]
    sentence: str


def agenda(
    table: pd.DataFrame,
    scales: ScaleLike,
    *,
    labels: Mapping[str, str] | None = None,
    surprising: Sequence[Surprise] = (),
) -> Agenda:
    """Order a panel's pieces by how far their blind judgements lie apart.

    The widest criterion of a piece counts most, then whether a score surprises, then all its criteria together; a split over
    the cut level comes before an equal one elsewhere.

    Parameters
    ----------
    surprising
        Scores that the severity of their readers does not explain (`calibrate.analysis.surprise.surprises`), where enough is
        known of the readers to tell.
    """
    far = {(one.piece, one.criterion): one for one in surprising}
    known = as_scales(scales)
    chosen = independent_blind(table, known, keep_codes=True)
    rows = chosen.table
    order = criteria_in_order(known, rows)
    places = dict(iter(rows.groupby(["piece", "criterion"])))
    drafts: list[AgendaItem] = []
    for piece, part in rows.groupby("piece"):
        splits = tuple(
            split_of(places[(piece, criterion)], criterion, known[criterion], labels)
            for criterion in order
            if (piece, criterion) in places
        )
        disagreement = sum(one.disagreement for one in splits) / len(splits)
        drafts.append(
            AgendaItem(
                str(piece),
                0,
                int(part["rater"].nunique()),
                disagreement,
                splits,
                _reason(splits, labels) + _surprise(str(piece), splits, far, labels),
            )
        )
    told = {piece: max(abs(far[at].z) for at in far if at[0] == piece) for piece, _ in far}
    drafts.sort(key=lambda one: _worth(one, told.get(one.piece, 0.0)))
    items = tuple(
        AgendaItem(one.piece, i + 1, one.n_raters, one.disagreement, one.splits, one.reason)
        for i, one in enumerate(drafts)
    )
    divides = sorted(
        (_divide(items, criterion, labels) for criterion in order),
        key=lambda one: (-one.disagreement, order.index(one.criterion)),
    )
    return Agenda(items, tuple(divides), chosen.left_out, _sentence(items, divides, labels))


def split_of(
    rows: pd.DataFrame, criterion: str, scale: Scale, labels: Mapping[str, str] | None = None
) -> CriterionSplit:
    """The split of one piece on one criterion, from its prepared blind rows."""
    positions = sorted(int(one) for one in rows["position"].dropna())
    codes = sorted(str(one) for one in rows.loc[rows["position"].isna(), "code"])
    names = {level.position: level.label for level in scale.levels}
    boundary, below, above = _boundary(positions, scale)
    cut = None if scale.cut is None else scale.level(scale.cut).position
    crosses = boundary is not None and cut == boundary + 1
    counts = tuple((names[level], positions.count(level)) for level in names)
    coded = tuple((one, codes.count(one)) for one in sorted(set(codes)))
    spread = positions[-1] - positions[0] if positions else 0
    pair = None if boundary is None else (names[boundary], names[boundary + 1])
    words = _split_words(positions, pair, below, above, spread, names, codes, crosses)
    return CriterionSplit(
        criterion,
        counts,
        coded,
        spread,
        _disagreement(positions, codes),
        pair,
        below,
        above,
        crosses,
        f"{label(labels, criterion)}: {words}.",
    )


def _boundary(positions: list[int], scale: Scale) -> tuple[int | None, int, int]:
    """The step that divides the panel most evenly; the cut, then the lower one, on a tie."""
    if not positions or positions[0] == positions[-1]:
        return None, 0, 0
    cut = None if scale.cut is None else scale.level(scale.cut).position - 1
    steps = range(positions[0], positions[-1])

    def evenness(step: int) -> tuple[int, bool, int]:
        below = sum(one <= step for one in positions)
        return min(below, len(positions) - below), step == cut, -step

    best = max(steps, key=evenness)
    below = sum(one <= best for one in positions)
    return best, below, len(positions) - below


def _disagreement(positions: list[int], codes: list[str]) -> float:
    marks: list[int | str] = [*positions, *codes]
    n = len(marks)
    if n < 2:
        return 0.0
    total = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            a, b = marks[i], marks[j]
            if isinstance(a, int) and isinstance(b, int):
                total += abs(a - b)
            else:
                total += 0.0 if a == b else 2.0
    return total / (n * (n - 1) / 2)


def _needs_talk(split: CriterionSplit) -> bool:
    codes_divide = bool(split.codes) and len(split.codes) + (split.n > _coded(split)) > 1
    return split.spread >= 2 or codes_divide or min(split.below, split.above) * 3 >= split.n > 2


def _coded(split: CriterionSplit) -> int:
    return sum(n for _, n in split.codes)


def _split_words(
    positions: list[int],
    pair: tuple[str, str] | None,
    below: int,
    above: int,
    spread: int,
    names: dict[int, str],
    codes: list[str],
    crosses: bool,
) -> str:
    said = []
    if codes:
        said.append(
            f"{count(len(codes), 'reading')} gave a condition code ({listed(sorted(set(codes)))})"
        )
    if pair is not None:
        line = ", the line of the standard" if crosses else ""
        text = f"between {pair[0]} and {pair[1]} ({below} below, {above} above{line})"
        if spread >= 2:
            text = f"from {names[positions[0]]} to {names[positions[-1]]}, divided {text}"
        said.append(text)
    elif len(positions) > 1:
        said.append(f"all at {names[positions[0]]}")
    elif positions:
        said.append(f"one reading, {names[positions[0]]}")
    return "; ".join(said) if said else "no reading"


def _worth(item: AgendaItem, surprise: float) -> tuple[float, float, float, int, str]:
    widest = max((one.disagreement for one in item.splits), default=0.0)
    crossing = sum(one.crosses_cut and one.disagreement > 0 for one in item.splits)
    return (
        -round(widest, 9),
        -round(surprise, 6),
        -round(item.disagreement, 9),
        -crossing,
        item.piece,
    )


def _surprise(
    piece: str,
    splits: tuple[CriterionSplit, ...],
    far: Mapping[tuple[str, str], Surprise],
    labels: Mapping[str, str] | None,
) -> str:
    """What surprises in a piece, in words that name nobody; empty where nothing does."""
    found = [label(labels, one.criterion) for one in splits if (piece, one.criterion) in far]
    if not found:
        return ""
    n = sum(far[piece, one.criterion].n for one in splits if (piece, one.criterion) in far)
    which = "One score" if n == 1 else f"{n} scores"
    return (
        f" {which} on {listed(found)} {'surprises' if n == 1 else 'surprise'}: neither the piece nor how severely its readers "
        "score elsewhere explains it, so ask what was seen there."
    )


def _reason(splits: tuple[CriterionSplit, ...], labels: Mapping[str, str] | None) -> str:
    if max(one.n for one in splits) < 2:
        return "Read once, so there is nothing to compare yet."
    divided = [one for one in splits if one.disagreement > 0]
    if not divided:
        if all(one.codes for one in splits):
            return "The panel gave the same condition code on every criterion."
        what = "answer" if any(one.codes for one in splits) else "level"
        return f"The panel chose the same {what} on every criterion."
    worst = sorted(divided, key=lambda one: -one.disagreement)
    text = worst[0].sentence.rstrip(".")
    agreed = [label(labels, one.criterion) for one in splits if one.disagreement == 0]
    more = [label(labels, one.criterion) for one in worst[1:] if _needs_talk(one)]
    if more:
        text += f". Also divided: {listed(more)}"
    if agreed:
        text += f". Agreed: {listed(agreed)}"
    return text + "."


def _divide(
    items: tuple[AgendaItem, ...], criterion: str, labels: Mapping[str, str] | None
) -> CriterionDivide:
    splits = [one for item in items for one in item.splits if one.criterion == criterion]
    judged = [one for one in splits if one.n > 1]
    divided = [one for one in judged if _needs_talk(one)]
    places = [one.boundary for one in judged if one.boundary is not None and one in divided]
    boundary = max(sorted(set(places)), key=places.count) if places else None
    mean = sum(one.disagreement for one in judged) / len(judged) if judged else 0.0
    name = label(labels, criterion)
    if not judged:
        sentence = f"{name}: no piece was read twice."
    elif not divided:
        sentence = f"{name}: no piece of {len(judged)} divides the panel."
    else:
        sentence = f"{name} divides the panel on {len(divided)} of {count(len(judged), 'piece')}"
        if boundary is not None:
            sentence += f", most often between {boundary[0]} and {boundary[1]}"
        sentence += "."
    return CriterionDivide(criterion, len(judged), len(divided), boundary, mean, sentence)


def _sentence(
    items: tuple[AgendaItem, ...],
    divides: list[CriterionDivide],
    labels: Mapping[str, str] | None,
) -> str:
    if not items or all(item.n_raters < 2 for item in items):
        return "No piece was read by two people, so there is nothing to discuss first."
    worth = [item.piece for item in items if item.divided]
    if not worth:
        return "No piece divides the panel: the minutes can go to what students need next."
    text = f"Begin with {listed(worth[:3])}"
    if len(worth) > 3:
        text += f" ({len(worth)} of {count(len(items), 'piece')} divide the panel)"
    top = divides[0]
    if top.n_divided:
        text += f". {label(labels, top.criterion)} divides most"
        if top.boundary is not None:
            text += f", between {top.boundary[0]} and {top.boundary[1]}"
    return text + "."
