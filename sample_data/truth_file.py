"""The stated truth as ``truth.json`` says it: everything that the scores were drawn from."""

from __future__ import annotations

from statistics import fmean
from typing import Any

from district import LINKS, NAME, SCHOOLS, THIN_LINK, UNLINKED, WINDOWS
from draws import SEED
from people import Adult, Child
from pieces import Piece
from task_ratings import DEMAND
from truth import (
    COMMON_IMPRESSION,
    DIFFICULTY,
    DRIFT_ROOM,
    FALL_QUALITY,
    GROWTH,
    HALO_ROOM,
    LOGITS_PER_POINT,
    MIDDLE,
    OWN_STUDENT_POINTS,
    SCHOOL_SEVERITY,
    SESSION_PRECISION,
    SEVERE_ROOM,
    STALLED,
    THRESHOLDS,
    Hand,
    expected_level,
    logit_of,
    quality_of,
    stalls,
)

_FORMULA = (
    "log odds of level k over k-1 = precision * (logits_per_point * (quality - middle - difficulty - severity)"
    " - threshold_k); quality, difficulty and severity in points, positive severity is harsher"
)


def _score_points(severity: float, work: tuple[Piece, ...]) -> float:
    """How much lower the mean score comes out for this severity, over the district's pieces."""
    sample = [piece for piece in work if not piece.condition][::9]
    gaps = [
        expected_level(logit_of(piece.quality[one], one, 0.0))
        - expected_level(logit_of(piece.quality[one], one, severity))
        for piece in sample
        for one in piece.criteria
    ]
    return round(fmean(gaps), 3)


def _rater(adult: Adult, hand: Hand, work: tuple[Piece, ...]) -> dict[str, Any]:
    points = {window: round(value, 3) for window, value in hand.severity.items()}
    return {
        "school": adult.school,
        "role": adult.role,
        "rooms": list(adult.rooms),
        "severity_points": points,
        "severity_logits": {
            window: round(value * LOGITS_PER_POINT, 3) for window, value in hand.severity.items()
        },
        "lower_scores_by": {
            window: _score_points(value, work) for window, value in hand.severity.items()
        },
        "by_criterion_points": {one: round(value, 3) for one, value in hand.by_criterion.items()},
        "halo": hand.halo or COMMON_IMPRESSION,
    }


def _lead_of(room: str, staff: tuple[Adult, ...]) -> str:
    return next(adult.id for adult in staff if room in adult.rooms)


def stated_truth(
    pupils: tuple[Child, ...],
    staff: tuple[Adult, ...],
    work: tuple[Piece, ...],
    hands: dict[str, Hand],
    sessions: list[str],
) -> dict[str, Any]:
    """Everything that the scores were drawn from, under the ids of the roster and the index."""
    return {
        "district": NAME,
        "seed": SEED,
        "model": {
            "formula": _FORMULA,
            "middle": MIDDLE,
            "logits_per_point": LOGITS_PER_POINT,
            "thresholds_logits": list(THRESHOLDS),
            "criterion_difficulty_points": DIFFICULTY,
            "common_impression": COMMON_IMPRESSION,
            "own_student_severity_points": OWN_STUDENT_POINTS,
        },
        "put_in": {
            "severe_rater": _lead_of(SEVERE_ROOM, staff),
            "lenient_school": next(iter(SCHOOL_SEVERITY)),
            "halo_rater": _lead_of(HALO_ROOM, staff),
            "drifting_rater": _lead_of(DRIFT_ROOM, staff),
            "linked_schools": [list(pair) for pair in LINKS],
            "hardly_linked_schools": list(THIN_LINK),
            "unlinked_schools": list(UNLINKED),
        },
        "session_precision": dict(zip(sessions, SESSION_PRECISION, strict=False)),
        "schools": {
            school.id: {
                "severity_points": SCHOOL_SEVERITY.get(school.id, 0.0),
                "fall_quality": FALL_QUALITY[school.id],
                "growth_per_window": GROWTH[school.id],
            }
            for school in SCHOOLS
        },
        "task_demand": DEMAND,
        "share_of_children_who_stall": STALLED,
        "raters": {adult.id: _rater(adult, hands[adult.id], work) for adult in staff},
        "students": {
            child.id: {
                "quality": [round(quality_of(child, number), 3) for number in range(len(WINDOWS))],
                "stalls": stalls(child),
            }
            for child in pupils
        },
        "pieces": {
            piece.code: {
                "quality": {one: round(piece.quality[one], 3) for one in piece.criteria},
                **({"condition": piece.condition} if piece.condition else {}),
            }
            for piece in work
        },
    }
