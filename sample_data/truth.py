"""The stated truth: how good every piece is, how severe every rater is, and how a score comes of both.

Qualities and severities are said in rubric points on one underlying scale; a score is drawn from a rating-scale
(many-facet) model: the log-odds of level k over level k-1 are ``precision * (quality - difficulty - severity - threshold_k)``,
all in logits, with ``LOGITS_PER_POINT`` logits to a point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean

from district import CRITERIA, SCHOOLS, WINDOWS
from draws import chance, normal_of, stream, uniform_of_normal
from people import Adult, Child
from writings import Written

LOGITS_PER_POINT = 4.0
MIDDLE = 2.5
THRESHOLDS = (-LOGITS_PER_POINT, 0.0, LOGITS_PER_POINT)
DIFFICULTY = {"FOC": -0.10, "ORG": 0.05, "DEV": 0.15, "STY": 0.0, "CONV": -0.10}

FALL_QUALITY = {"lincoln": 2.15, "roosevelt": 1.90, "riverbend": 2.05, "stone-mill": 2.10}
GROWTH = {"lincoln": 0.34, "roosevelt": 0.28, "riverbend": 0.38, "stone-mill": 0.20}
CHILD_SD, GROWTH_SD, STALLED = 0.55, 0.10, 0.06
CHILD_CRITERION_SD, PIECE_SD, PIECE_CRITERION_SD = 0.20, 0.20, 0.12

ORDINARY_SD, SAME_HAND_SD = 0.07, 0.04
SCHOOL_SEVERITY = {"roosevelt": -0.40}
SEVERE_ROOM, SEVERE_POINTS = "lincoln-4a", 0.70
HALO_ROOM, HALO_SHARE = "riverbend-4a", 0.95
DRIFT_ROOM, DRIFT_POINTS = "stone-mill-7a", (0.0, 0.35, 0.70)
OWN_STUDENT_POINTS = -0.08
COMMON_IMPRESSION = 0.15

#: How sharply a panel reads the rubric, session by session; everyday scoring is 1. Higher is less noise.
SESSION_PRECISION = (0.55, 0.65, 0.75, 0.95, 1.2, 1.5, 2.0, 2.8, 3.8)


@dataclass(frozen=True, slots=True)
class Hand:
    """How a rater scores: points of severity per window, per criterion, and how much one impression rules all."""

    severity: dict[str, float]
    by_criterion: dict[str, float]
    halo: float = 0.0


def _centred(values: dict[str, float]) -> dict[str, float]:
    middle = fmean(values.values())
    return {key: value - middle for key, value in values.items()}


def hand_of(adult: Adult) -> Hand:
    """The stated truth about a rater."""
    lead_of = adult.rooms[0] if adult.rooms else ""
    base = SCHOOL_SEVERITY.get(adult.school, 0.0) + normal_of("severity", adult.id, sd=ORDINARY_SD)
    by_window = {window.id: base for window in WINDOWS}
    if lead_of == SEVERE_ROOM:
        by_window = {window.id: SEVERE_POINTS for window in WINDOWS}
    elif lead_of == DRIFT_ROOM:
        by_window = {window.id: drift for window, drift in zip(WINDOWS, DRIFT_POINTS, strict=True)}
    elif lead_of == HALO_ROOM:
        by_window = {window.id: 0.0 for window in WINDOWS}
    hand = {one: normal_of("hand", adult.id, one, sd=SAME_HAND_SD) for one in CRITERIA}
    return Hand(by_window, _centred(hand), HALO_SHARE if lead_of == HALO_ROOM else 0.0)


def stalls(child: Child) -> bool:
    """Whether this child's writing hardly moves over the year."""
    return chance(STALLED, "stall", child.id)


def quality_of(child: Child, window: int) -> float:
    """A child's latent quality in a window (0, 1, 2), in points relative to the grade."""
    first = child.stays[0].room
    school = next(one.id for one in SCHOOLS if first.startswith(one.id))
    start = FALL_QUALITY[school] + normal_of("ability", child.id, sd=CHILD_SD)
    pace = normal_of("growth", child.id, mean=GROWTH[school], sd=GROWTH_SD)
    return start + window * (0.02 if stalls(child) else max(pace, 0.0))


def piece_quality(child: Child, window: int) -> dict[str, float]:
    """The quality of what this child handed in, per criterion, in points."""
    whole = quality_of(child, window) + normal_of("piece", child.id, window, sd=PIECE_SD)
    habit = _centred(
        {one: normal_of("habit", child.id, one, sd=CHILD_CRITERION_SD) for one in CRITERIA}
    )
    return {
        one: whole + habit[one] + normal_of("piece", child.id, window, one, sd=PIECE_CRITERION_SD)
        for one in CRITERIA
    }


def written_quality(piece: Written) -> dict[str, float]:
    """The quality of a written piece as its writers state it; the lowest where it has only a condition code.

    What the writers say is the score it should get, so the criterion's own difficulty is added back.
    """
    return {one: piece.truth.get(one, 1.0) + DIFFICULTY[one] for one in CRITERIA}


def level_chances(logit: float, precision: float) -> list[float]:
    """The chances of levels 1, 2, 3, 4 at this distance (quality - difficulty - severity, in logits)."""
    steps = [0.0]
    for threshold in THRESHOLDS:
        steps.append(steps[-1] + precision * (logit - threshold))
    top = max(steps)
    weights = [math.exp(step - top) for step in steps]
    total = sum(weights)
    return [weight / total for weight in weights]


def expected_level(logit: float, precision: float = 1.0) -> float:
    """The mean score at this distance."""
    return sum(level * one for level, one in enumerate(level_chances(logit, precision), start=1))


def logit_of(quality: float, criterion: str, severity: float) -> float:
    """Quality against difficulty and severity (all in points), in logits."""
    return LOGITS_PER_POINT * (quality - MIDDLE - DIFFICULTY[criterion] - severity)


def judge(
    quality: dict[str, float],
    hand: Hand,
    window: str,
    key: str,
    *,
    precision: float = 1.0,
    own_student: bool = False,
) -> dict[str, int]:
    """One reading: a level per criterion. ``key`` names the reading, so that it always comes out the same."""
    whole = fmean(quality.values())
    shared = normal_of("reading", key)
    common = hand.halo or COMMON_IMPRESSION
    levels = {}
    for criterion in CRITERIA:
        seen = hand.halo * whole + (1 - hand.halo) * quality[criterion]
        severity = hand.severity[window] + hand.by_criterion[criterion]
        severity += OWN_STUDENT_POINTS if own_student else 0.0
        own = normal_of("reading", key, criterion)
        mark = uniform_of_normal(math.sqrt(common) * shared + math.sqrt(1 - common) * own)
        difficulty = criterion if not hand.halo else "STY"
        chances = level_chances(logit_of(seen, difficulty, severity), precision)
        levels[criterion] = _level_at(mark, chances)
    return levels


def _level_at(mark: float, chances: list[float]) -> int:
    reached = 0.0
    for level, one in enumerate(chances, start=1):
        reached += one
        if mark < reached:
            return level
    return len(chances)


def condition_of(child: Child, window: int, codes: dict[str, tuple[str, ...]]) -> str:
    """The condition code that a piece deserves, mostly none."""
    shares = {"BLANK": 0.008, "OFFTOPIC": 0.006, "INSUFF": 0.005, "ILLEG": 0.003, "OFFPURP": 0.005}
    mark = stream("condition", child.id, window).random()
    for code, share in shares.items():
        if code in codes and mark < share:
            return code
        mark -= share
    return ""
