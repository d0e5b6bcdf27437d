"""How a panel's levels lie for each piece and criterion, blind and after the discussion."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.agenda import Agenda, AgendaItem, agenda, split_of
from calibrate.analysis.wording import count
from calibrate.model.rubric import Criterion
from calibrate.model.scores import Reading, ReadingPurpose, Score
from calibrate.model.session import Consensus, RoundName
from calibrate.workflows.norming.reveal_records import RevealRecords
from calibrate.workflows.norming.reveal_words import about_reading, aside_words
from calibrate.workflows.norming.room_view import ShownPiece


@dataclass(frozen=True, slots=True)
class Tally:
    """How many gave one level or condition code.

    Parameters
    ----------
    blind, second
        Independent readings; ``second`` is None where there is no second round to show.
    aside
        Readings of the blind round that join the discussion only.
    """

    id: str
    label: str
    number: str
    blind: int
    second: int | None
    aside: int


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the panel agreed, and why."""

    level: str | None
    code: str | None
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class CriterionSpread:
    """The spread of one piece on one criterion.

    Parameters
    ----------
    levels
        Every level of the scale, lowest first, used or not.
    codes
        The condition codes that were given.
    cut
        Id of the first level that meets the standard, or None.
    sentence, second_sentence, aside_sentence
        The spread in words: blind, after the discussion, and of what is not counted. May be empty.
    """

    criterion: str
    name: str
    levels: tuple[Tally, ...]
    codes: tuple[Tally, ...]
    cut: str | None
    sentence: str
    second_sentence: str
    aside_sentence: str
    consensus: Agreed | None


def counts_for_reliability(reading: Reading) -> bool:
    """Whether a reading is one rater's independent one."""
    return reading.purpose is ReadingPurpose.INDEPENDENT and not reading.is_joint


def agenda_of(found: RevealRecords) -> Agenda:
    """The agenda of a revealed session, from its blind round alone."""
    names = {one.id: one.name for one in found.rubric.criteria}
    scales = {one.id: one.scale for one in found.rubric.criteria}
    return agenda(_table(found, RoundName.BLIND), scales, labels=names)


def spread_of(
    found: RevealRecords, piece: ShownPiece, item: AgendaItem | None
) -> tuple[CriterionSpread, ...]:
    """The spread of a piece on each of its criteria, in the rubric's order."""
    readings = {one.id: one for one in found.readings if one.piece_id == piece.id}
    scores = [one for one in found.scores if one.reading_id in readings]
    said = {split.criterion: split.sentence for split in item.splits} if item else {}
    agreed = {one.criterion_id: one for one in found.consensus if one.piece_id == piece.id}
    spreads = []
    for criterion in (one for one in found.rubric.criteria if one.id in piece.criteria):
        mine = [one for one in scores if one.criterion_id == criterion.id]
        apart = [about_reading(readings[one.reading_id]) for one in _aside(mine, readings)]
        spreads.append(
            CriterionSpread(
                criterion=criterion.id,
                name=criterion.name,
                levels=tuple(
                    _tally(found, mine, readings, level.id, None, level.label, f"{level.value:g}")
                    for level in criterion.scale.levels
                ),
                codes=tuple(
                    _tally(found, mine, readings, None, code.id, code.label, "")
                    for code in found.rubric.codes
                    if any(one.code_id == code.id for one in mine)
                ),
                cut=criterion.scale.cut,
                sentence=said.get(criterion.id, f"{criterion.name}: no independent reading."),
                second_sentence=_second_sentence(found, mine, readings, criterion),
                aside_sentence=aside_words(apart, criterion.name),
                consensus=_agreed(found, criterion, agreed.get(criterion.id)),
            )
        )
    return tuple(spreads)


def _agreed(found: RevealRecords, criterion: Criterion, settled: Consensus | None) -> Agreed | None:
    if settled is None:
        return None
    if settled.level_id is not None:
        label = criterion.scale.level(settled.level_id).label
    else:
        label = found.rubric.code(settled.code_id or "").label
    return Agreed(settled.level_id, settled.code_id, label, settled.reason)


def _is_second(reading: Reading) -> bool:
    return reading.round == RoundName.AFTER_DISCUSSION


def _aside(scores: list[Score], readings: dict[str, Reading]) -> list[Score]:
    """The scores of the blind round that join the discussion only."""
    return [
        one
        for one in scores
        if not _is_second(readings[one.reading_id])
        and not counts_for_reliability(readings[one.reading_id])
    ]


def _tally(
    found: RevealRecords,
    scores: list[Score],
    readings: dict[str, Reading],
    level: str | None,
    code: str | None,
    label: str,
    number: str,
) -> Tally:
    mine = [one for one in scores if (one.level_id, one.code_id) == (level, code)]
    counted = [one for one in mine if counts_for_reliability(readings[one.reading_id])]
    second = sum(_is_second(readings[one.reading_id]) for one in counted)
    return Tally(
        id=level or code or "",
        label=label,
        number=number,
        blind=len(counted) - second,
        second=second if found.second else None,
        aside=len(_aside(mine, readings)),
    )


def _second_sentence(
    found: RevealRecords, scores: list[Score], readings: dict[str, Reading], criterion: Criterion
) -> str:
    if not found.second:
        return ""
    answers: dict[bool, dict[str, tuple[str | None, str | None]]] = {False: {}, True: {}}
    for one in scores:
        reading = readings[one.reading_id]
        if counts_for_reliability(reading):
            answers[_is_second(reading)][reading.rater_ids[0]] = (one.level_id, one.code_id)
    if not answers[True]:
        return f"After the discussion, {criterion.name}: nobody scored it again."
    again = [
        one
        for one in scores
        if _is_second(readings[one.reading_id]) and counts_for_reliability(readings[one.reading_id])
    ]
    frame = pd.DataFrame(_rows(again, readings, found))
    words = split_of(frame, criterion.id, criterion.scale, {criterion.id: criterion.name}).sentence
    both = [rater for rater in answers[True] if rater in answers[False]]
    moved = sum(answers[True][rater] != answers[False][rater] for rater in both)
    text = f"After the discussion, {words}"
    if both:
        text += f" {moved or 'None'} of {count(len(both), 'reader')} changed their score."
    return text


def _table(found: RevealRecords, round_name: RoundName) -> pd.DataFrame:
    after = round_name is RoundName.AFTER_DISCUSSION
    readings = {one.id: one for one in found.readings if _is_second(one) is after}
    scores = [one for one in found.scores if one.reading_id in readings]
    columns = ["piece", "rater", "criterion", "score", "position", "code"]
    columns += ["purpose", "joint", "round"]
    return pd.DataFrame(_rows(scores, readings, found), columns=columns)


def _rows(
    scores: list[Score], readings: dict[str, Reading], found: RevealRecords
) -> list[dict[str, object]]:
    """The rows of a score table, with codes by their labels: the agenda says them aloud."""
    codes = {piece.id: piece.code for piece in found.pieces}
    rows: list[dict[str, object]] = []
    for one in scores:
        reading = readings[one.reading_id]
        scale = found.rubric.criterion(one.criterion_id).scale
        level = scale.level(one.level_id) if one.level_id else None
        rows.append(
            {
                "piece": codes[reading.piece_id],
                "rater": "+".join(reading.rater_ids),
                "criterion": one.criterion_id,
                "score": level.value if level else float("nan"),
                "position": level.position if level else pd.NA,
                "code": found.rubric.code(one.code_id).label if one.code_id else pd.NA,
                "purpose": str(reading.purpose),
                "joint": reading.is_joint,
                "round": "blind" if not _is_second(reading) else str(reading.round),
            }
        )
    return rows
