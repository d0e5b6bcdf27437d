"""Anchors: pieces that a panel settled throughout, and raters who read them later, beside the settled scores."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from draws import stream
from meetings import Meeting, held_on
from people import Adult
from pieces import Piece
from readings import Reading, answers_of, grade_number, teaches
from truth import DRIFT_ROOM, HALO_ROOM, SEVERE_ROOM, Hand

PER_SESSION = 2
READERS_OF_A_SCHOOL, PIECES_OF_A_READER = 5, 5
READ_AFTER = timedelta(days=7)
PRECISION = 1.5


def anchored(meeting: Meeting) -> tuple[Piece, ...]:
    """The pieces of a session that become anchors: settled on every criterion, by a level each."""
    settled = [
        piece
        for piece in meeting.pieces
        if not piece.condition
        and all(isinstance(meeting.consensus[piece.code].get(one), int) for one in piece.criteria)
    ]
    return tuple(sorted(settled, key=lambda one: stream("anchor", one.code).random())[:PER_SESSION])


def anchors_of(meeting: Meeting) -> list[dict[str, Any]]:
    """What the session's own file says of its anchors."""
    return [
        {"piece": piece.code, "commentary": meeting.plan["reasons"][piece.code]}
        for piece in anchored(meeting)
    ]


def _rank(adult: Adult) -> tuple[int, float]:
    special = bool(set(adult.rooms) & {SEVERE_ROOM, HALO_ROOM, DRIFT_ROOM})
    return (0 if special else 1, stream("validity", adult.id).random())


def _reads(adult: Adult, meetings: list[Meeting], rooms: dict[str, tuple[str, ...]]) -> list[Piece]:
    """Anchors that she neither settled nor taught the writer of, of grades near hers first."""
    taught = [grade_number(grade) for room in adult.rooms for grade in rooms[room]]
    open_to_her = [
        piece
        for meeting in meetings
        if adult not in meeting.panel
        for piece in anchored(meeting)
        if not teaches(adult, piece)
    ]

    def far(piece: Piece) -> tuple[int, float]:
        gaps = [abs(one - grade_number(piece.child.grade)) for one in taught]
        return (min(gaps, default=1), stream("validity of", adult.id, piece.code).random())

    return sorted(open_to_her, key=far)[:PIECES_OF_A_READER]


def validity_readings(
    meetings: list[Meeting],
    staff: tuple[Adult, ...],
    hands: dict[str, Hand],
    codes: dict[str, tuple[str, ...]],
    rooms: dict[str, tuple[str, ...]],
) -> list[Reading]:
    """Some teachers of every school read a few anchors, a week after the last session."""
    day = max(held_on(one) for one in meetings) + READ_AFTER
    made = []
    for school in dict.fromkeys(one.school for one in staff if one.school):
        mine = [one for one in staff if one.school == school and one.role == "teacher"]
        for adult in sorted(mine, key=_rank)[:READERS_OF_A_SCHOOL]:
            at = datetime.combine(day, time(15)) + timedelta(
                days=stream("validity day", adult.id).randrange(3)
            )
            for piece in _reads(adult, meetings, rooms):
                key = f"validity/{piece.code}/{adult.id}"
                minutes = 3 + stream("minutes", key).randrange(4)
                at += timedelta(minutes=minutes)
                answers = answers_of(piece, hands[adult.id], key, codes, precision=PRECISION)
                made.append(Reading(piece, adult, "validity", at, answers, minutes))
    return made
