"""Why a plan cannot be made: the constraint that binds, and what would loosen it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from calibrate.analysis.planner_links import lacking
from calibrate.analysis.planner_matching import BoolArray, NoRoom, Request, uneven
from calibrate.analysis.wording import count, some_listed
from calibrate.errors import CalibrateError
from calibrate.model.reading_plan import PlanPiece, PlanRater

OWN_STUDENTS, CAPACITY, EVEN = "own students", "capacity", "even workloads"
LINKED, SHARED = "linked", "shared pieces"


class PlanImpossible(CalibrateError):
    """No plan meets the request; ``binds`` names the constraint that is in the way."""

    def __init__(self, binds: str, message: str, fix: str) -> None:
        super().__init__(message, fix=fix)
        self.binds = binds


def check_own_students(request: Request, pieces: Sequence[PlanPiece]) -> None:
    """Refuse pieces that too few may read."""
    may = request.allowed.sum(axis=0)
    short = np.flatnonzero(may < np.maximum(request.need, 1))
    if len(short) == 0:
        return
    first = int(short[0])
    names = some_listed([pieces[int(one)].id for one in short])
    wanted = int(max(request.need[first], 1))
    if wanted > len(request.allowed):
        message = (
            f"Piece {pieces[first].id} is to be read by {count(wanted, 'rater')}, but there are "
            f"{len(request.allowed)}."
        )
        raise PlanImpossible(CAPACITY, message, "Ask for fewer readings, or bring in more raters.")
    raise PlanImpossible(
        OWN_STUDENTS,
        f"Nobody scores their own students, so too few may read {names}: piece {pieces[first].id} needs "
        f"{count(wanted, 'reading')} and {count(int(may[first]), 'rater')} may give one.",
        "Bring in raters who do not teach these students, or ask for fewer readings of these pieces.",
    )


def check_capacity(request: Request, raters: Sequence[PlanRater]) -> None:
    """Refuse more readings than raters can do."""
    over = np.flatnonzero(request.fixed.sum(axis=1) > request.capacity)
    if len(over):
        one = int(over[0])
        raise PlanImpossible(
            CAPACITY,
            f"Everyone reads every anchor: that is {count(int(request.fixed[one].sum()), 'piece')} for rater "
            f"{raters[one].id}, who can read {int(request.capacity[one])}.",
            "Choose fewer anchors, spread them, or raise this rater's capacity.",
        )
    asked = int(request.need.sum())
    possible = int(np.minimum(request.capacity, request.allowed.sum(axis=1)).sum())
    if asked > possible:
        raise PlanImpossible(
            CAPACITY,
            f"{count(asked, 'reading')} are asked for, and the raters can do {possible} in all: "
            f"{asked - possible} too many.",
            "Ask for fewer readings, raise capacities, or bring in more raters.",
        )


def no_room(
    stuck: NoRoom, request: Request, pieces: Sequence[PlanPiece], raters: Sequence[PlanRater]
) -> PlanImpossible:
    """Those who may read a piece are full, and nobody can relieve them."""
    full = stuck.full
    room = int(request.capacity[full].sum())
    only = [
        p for p in range(len(pieces)) if set(np.flatnonzero(request.allowed[:, p])) <= set(full)
    ]
    asked = int(request.need[only].sum())
    names = some_listed([raters[one].id for one in full])
    message = (
        f"{count(len(only), 'piece')} can be read by {names} alone, the others being the students' own teachers: "
        f"{count(asked, 'reading')} are asked for, and these raters can do {room}."
        if only
        else f"Piece {pieces[stuck.piece].id} cannot get its readings: {names} have no room left, and nobody else may relieve them."
    )
    return PlanImpossible(
        CAPACITY,
        message,
        "Raise these raters' capacity, or ask for fewer readings of these pieces.",
    )


def not_even(given: BoolArray, request: Request, raters: Sequence[PlanRater]) -> PlanImpossible:
    """Loads that cannot be brought within one of each other."""
    load = given.sum(axis=1)
    room = np.flatnonzero(load < request.capacity)
    least, most = int(room[np.argmin(load[room])]), int(np.argmax(load))
    gap = uneven(given, request)
    return PlanImpossible(
        EVEN,
        f"Workloads cannot be even: rater {raters[least].id} can be given {count(int(load[least]), 'piece')} while "
        f"{raters[most].id} must read {int(load[most])}, {gap} more, because nobody scores their own students.",
        "Allow uneven workloads, add pieces of other classrooms, or ask for fewer readings.",
    )


def not_linked(given: BoolArray, parts: int) -> PlanImpossible:
    """A plan that falls apart."""
    reading, used = int(given.sum()), int(given.any(axis=1).sum())
    pieces = int(given.any(axis=0).sum())
    least = pieces + used - 1
    if reading < least:
        message = (
            f"{count(reading, 'reading')} of {count(pieces, 'piece')} cannot join {used} raters by shared pieces: "
            f"it takes at least {least}."
        )
    else:
        message = (
            f"The plan falls into {parts} parts that no shared piece joins, and no exchange of readings was found that "
            "would join them without giving somebody their own students."
        )
    return PlanImpossible(
        LINKED,
        message,
        f"Ask for at least {max(2, math.ceil(least / max(pieces, 1)))} readings of some pieces, or give everyone an "
        "anchor; or allow a plan that is not linked.",
    )


def check_shared(request: Request) -> None:
    """Refuse more shared pieces than the readings can make, however they are dealt."""
    schools = int(request.school.max(initial=-1)) + 1
    on_a_piece = np.minimum(request.need, schools)
    possible = int((on_a_piece * (on_a_piece - 1) // 2).sum())
    asked = schools * (schools - 1) // 2 * request.shared
    if asked > possible:
        raise PlanImpossible(
            SHARED,
            f"Every two of {schools} schools are to share {count(request.shared, 'piece')}: that takes {asked} meetings of "
            f"two schools on a piece, and these readings allow {possible}.",
            _SHARE_LESS,
        )


def not_shared(given: BoolArray, request: Request) -> PlanImpossible:
    """Schools that share too few pieces."""
    return PlanImpossible(
        SHARED,
        f"Every two schools are to share {count(request.shared, 'piece')}, and at these workloads "
        f"{count(lacking(given, request), 'shared piece')} could not be found.",
        _SHARE_LESS,
    )


_SHARE_LESS = "Ask for more readings a piece, more pieces, or fewer shared pieces."
