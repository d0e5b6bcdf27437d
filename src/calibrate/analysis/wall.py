"""The writing wall: every child's piece as a card on the school-wide continuum.

Academic levels run across, grades and classrooms down. A card knows how it came to its place: by
the crosswalk (then it lies there *by convention*), by the rubric's own levels, or beside an
exemplar with staff's reason. Children without a piece are on the wall too, as missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low

import pandas as pd

from calibrate.analysis.record_summary import CODE, NO_PIECE, PENDING, roll_of
from calibrate.analysis.wording import count, label, percent
from calibrate.model.continuum import AcademicLevel, Continuum, PlacedBy, Placement
from calibrate.model.roster import grade_position
from calibrate.model.rubric import Rubric

NO_ROW = "no crosswalk row"
PLACED = "placed"


@dataclass(frozen=True)
class Card:
    """One piece of a child (or the lack of one) in one strand and window.

    ``position`` is the academic level's place from 1; None where ``status`` is not ``placed``.
    ``status`` is ``placed``, ``no piece``, ``not settled yet``, ``condition code`` or
    ``no crosswalk row``. ``steps`` counts levels above (+) or below (−) the one expected at the
    end of the child's grade.
    """

    student: str
    piece: str | None
    window: str
    strand: str
    school: str
    classroom: str
    grade: str
    status: str
    score: float
    level: str | None
    position: int | None
    by: PlacedBy | None
    reason: str
    steps: int | None

    @property
    def by_convention(self) -> bool:
        """Whether the crosswalk put it there."""
        return self.by is PlacedBy.CROSSWALK


@dataclass(frozen=True)
class ChildPlacement:
    """Where one child stands in a strand and window: the lower median of the child's cards."""

    student: str
    window: str
    strand: str
    school: str
    classroom: str
    grade: str
    position: int | None
    steps: int | None
    status: str
    by_convention: bool


@dataclass(frozen=True)
class WallRow:
    """A grade in a classroom (or a grade, or a verdict on growth): its children, and the margin's counts.

    Where children stand together by growth, ``verdict`` says which and the other keys are empty.
    ``counts`` holds children per academic level, lowest first. ``n_at_or_above`` counts children at
    or above the level expected at the end of their grade, ``share_at_or_above`` divides it by
    those placed whose grade has an expected level (nan where there are none).
    """

    grade: str
    school: str
    classroom: str
    children: tuple[ChildPlacement, ...]
    counts: tuple[int, ...]
    n_children: int
    n_placed: int
    n_missing: int
    n_unplaced: int
    n_at_or_above: int
    share_at_or_above: float
    verdict: str = ""


@dataclass(frozen=True)
class Wall:
    """The wall of one strand and one window; rows by grade, then classroom."""

    strand: str
    window: str
    levels: tuple[AcademicLevel, ...]
    rows: tuple[WallRow, ...]
    total: WallRow
    cards: tuple[Card, ...]
    sentence: str


def wall_cards(
    records: pd.DataFrame,
    continuum: Continuum,
    rubric: Rubric,
    *,
    roll: pd.DataFrame | None = None,
    placements: Iterable[Placement] = (),
) -> tuple[Card, ...]:
    """The cards of all windows and strands.

    Parameters
    ----------
    records
        Scores of record (piece, criterion, state, value, code) with student, window, grade,
        piece_school and piece_classroom.
    roll
        Children per window (student, window, school, classroom, grade); gives the missing ones.
    placements
        Placed by staff or earlier; they come before the crosswalk. Those of another continuum are
        passed over. ``piece_id`` is the records' ``piece_id`` (or ``piece``, where they have none).
    """
    children = roll_of(records) if roll is None else roll
    own = records[records["student"].notna()]
    by_hand = _by_hand(own, placements, continuum.id)
    pieces: dict[tuple[str, str], list[str]] = {}
    for one in own.drop_duplicates("piece").sort_values("piece").to_dict("records"):
        pieces.setdefault((str(one["student"]), str(one["window"])), []).append(str(one["piece"]))
    scores = {one.id: strand_scores(own, one.criteria) for one in continuum.strands}
    cards: list[Card] = []
    for child in children.drop_duplicates(["student", "window"]).to_dict("records"):
        who = {str(key): str(value) for key, value in child.items()}
        mine = pieces.get((who["student"], who["window"]), [])
        for strand in continuum.strands:
            if not mine:
                cards.append(_card(who, strand.id, None, NO_PIECE))
            for piece in mine:
                hand = by_hand.get((piece, strand.id))
                score, why = scores[strand.id].get(piece, (math.nan, PENDING))
                if hand is not None:
                    level = continuum.level(hand.level_id)
                    cards.append(
                        _card(
                            who,
                            strand.id,
                            piece,
                            PLACED,
                            score,
                            level,
                            hand.by,
                            hand.reason,
                            continuum,
                        )
                    )
                    continue
                if why:
                    cards.append(_card(who, strand.id, piece, why))
                    continue
                placed, by = place_score(continuum, rubric, strand.id, who["grade"], score)
                status = PLACED if placed is not None else NO_ROW
                cards.append(_card(who, strand.id, piece, status, score, placed, by, "", continuum))
    return tuple(cards)


def _by_hand(
    records: pd.DataFrame, placements: Iterable[Placement], continuum_id: str
) -> dict[tuple[str, str], Placement]:
    """Placements of this continuum by (piece, strand)."""
    named = records["piece_id"] if "piece_id" in records else records["piece"]
    codes = dict(zip(named.astype(str), records["piece"].astype(str), strict=True))
    return {
        (codes[one.piece_id], one.strand_id): one
        for one in placements
        if one.continuum_id == continuum_id and one.piece_id in codes
    }


def place_score(
    continuum: Continuum, rubric: Rubric, strand: str, grade: str, score: float
) -> tuple[AcademicLevel | None, PlacedBy | None]:
    """The academic level of a mean score, and how it was found.

    By the crosswalk; or, where the continuum has none and its levels are the rubric's own, by the
    nearest level of the strand's first criterion.
    """
    if continuum.crosswalk:
        level = continuum.place(strand, grade, rubric.id, rubric.version, score)
        return (level, PlacedBy.CROSSWALK) if level is not None else (None, None)
    scale = rubric.criterion(continuum.strand(strand).criteria[0]).scale
    if [one.id for one in scale.levels] == [one.id for one in continuum.levels]:
        return continuum.level(scale.nearest(score).id), PlacedBy.RUBRIC
    return None, None


def strand_scores(records: pd.DataFrame, criteria: Sequence[str]) -> dict[str, tuple[float, str]]:
    """By piece: the mean score of record over a strand's criteria, or why there is none.

    A piece with a criterion that is not settled waits; one with a condition code has no score.
    Criteria that are not scored for a piece have no row and are not missed.
    """
    rows = records[records["criterion"].isin(criteria)]
    rows = rows.assign(_waits=rows["state"] != "settled", _value=rows["value"].astype(float))
    rows["_coded"] = ~rows["_waits"] & rows["_value"].isna()
    found = rows.groupby("piece", as_index=False).agg(
        value=("_value", "mean"), waits=("_waits", "max"), coded=("_coded", "max")
    )
    return {
        str(one["piece"]): (math.nan, PENDING)
        if one["waits"]
        else (math.nan, CODE)
        if one["coded"]
        else (float(one["value"]), "")
        for one in found.to_dict("records")
    }


def _card(
    who: Mapping[str, str],
    strand: str,
    piece: str | None,
    status: str,
    score: float = math.nan,
    level: AcademicLevel | None = None,
    by: PlacedBy | None = None,
    reason: str = "",
    continuum: Continuum | None = None,
) -> Card:
    expected = continuum.expected_level(who["grade"]) if continuum is not None else None
    steps = level.position - expected.position if level is not None and expected else None
    return Card(
        who["student"],
        piece,
        who["window"],
        strand,
        who["school"],
        who["classroom"],
        who["grade"],
        status,
        score,
        None if level is None else level.id,
        None if level is None else level.position,
        by,
        reason,
        steps,
    )


def child_placements(cards: Iterable[Card]) -> tuple[ChildPlacement, ...]:
    """One placement per child, window and strand, in the order of the cards."""
    groups: dict[tuple[str, str, str], list[Card]] = {}
    for card in cards:
        groups.setdefault((card.student, card.window, card.strand), []).append(card)
    found = []
    for (student, window, strand), mine in groups.items():
        placed = [one for one in mine if one.position is not None]
        middle: Card | None = None
        if placed:
            at = median_low(one.position or 0 for one in placed)
            middle = next(one for one in placed if one.position == at)
        first = middle or mine[0]
        found.append(
            ChildPlacement(
                student,
                window,
                strand,
                first.school,
                first.classroom,
                first.grade,
                first.position,
                first.steps,
                first.status,
                first.by_convention,
            )
        )
    return tuple(found)


def build_wall(
    cards: Sequence[Card],
    continuum: Continuum,
    *,
    strand: str,
    window: str,
    school: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> Wall:
    """The wall of one strand and window, for one school or for all."""
    mine = tuple(
        card
        for card in cards
        if card.strand == strand and card.window == window and school in (None, card.school)
    )
    children = child_placements(mine)
    keys = sorted(
        {(one.grade, one.school, one.classroom) for one in children},
        key=lambda key: (grade_position(key[0]), key[1], label(labels, key[2])),
    )
    rows = tuple(
        wall_row(
            *key,
            tuple(one for one in children if (one.grade, one.school, one.classroom) == key),
            len(continuum.levels),
        )
        for key in keys
    )
    total = wall_row("", "", "", children, len(continuum.levels))
    name = (labels or {}).get(strand, continuum.strand(strand).title)
    return Wall(
        strand, window, continuum.levels, rows, total, mine, _sentence(total, children, name)
    )


def wall_row(
    grade: str,
    school: str,
    classroom: str,
    children: tuple[ChildPlacement, ...],
    n_levels: int,
    verdict: str = "",
) -> WallRow:
    """The children of a row with their counts."""
    counts = [0] * n_levels
    for one in children:
        if one.position is not None:
            counts[one.position - 1] += 1
    judged = [one.steps for one in children if one.steps is not None]
    above = sum(steps >= 0 for steps in judged)
    missing = sum(one.status == NO_PIECE for one in children)
    ordered = tuple(sorted(children, key=lambda one: (one.position or 99, one.student)))
    return WallRow(
        grade,
        school,
        classroom,
        ordered,
        tuple(counts),
        len(children),
        sum(counts),
        missing,
        len(children) - sum(counts) - missing,
        above,
        above / len(judged) if judged else math.nan,
        verdict,
    )


def _sentence(total: WallRow, children: tuple[ChildPlacement, ...], strand: str) -> str:
    if not children:
        return f"{strand}: there is no student on this wall."
    kids = count(total.n_children, "student")
    if total.n_placed == 0:
        return f"{strand}: none of {kids} has a placement yet."
    judged = sum(one.steps is not None for one in children)
    text = f"{strand}: {total.n_placed} of {kids} have a placement"
    if judged:
        text += (
            f"; {total.n_at_or_above} of them ({percent(total.share_at_or_above)}) at or above the "
            "level expected at the end of their grade"
        )
    if total.n_missing:
        text += f"; {total.n_missing} without a piece"
    if total.n_unplaced:
        text += f"; {total.n_unplaced} not placed yet"
    if any(one.by_convention for one in children):
        text += ". Cards placed by the crosswalk lie there by convention"
    return text + "."
