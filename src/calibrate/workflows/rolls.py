"""Who was enrolled when: one row per child and window, so that a child without a piece is seen."""

from __future__ import annotations

from datetime import date

import pandas as pd

from calibrate.model.roster import Enrolment, grade_position
from calibrate.model.work import Piece, Window
from calibrate.store.repository import Unit

COLUMNS = ("student", "window", "school", "classroom", "grade")


def roll(unit: Unit) -> pd.DataFrame:
    """The children of every window: student, window, school, classroom, grade.

    A child with a piece stands where the piece was written; every other child stands in the room
    where she was enrolled on the window's last day. Where two enrolments cover that day, the one
    that began later counts.
    """
    schools = {one.id: one.school_id for one in unit.people.classrooms.all()}
    enrolments = unit.people.enrolments.all()
    rows: list[tuple[str, str, str, str, str]] = []
    placed: set[tuple[str, str]] = set()
    for piece in unit.work.pieces.all():
        if piece.student_id and (piece.student_id, piece.window_id) not in placed:
            row = _of_piece(piece)
            if row is not None:
                placed.add((piece.student_id, piece.window_id))
                rows.append(row)
    for window in unit.work.windows.all():
        for one in _on(window, enrolments):
            if (one.student_id, window.id) not in placed:
                rows.append(
                    (
                        one.student_id,
                        window.id,
                        schools[one.classroom_id],
                        one.classroom_id,
                        one.grade,
                    )
                )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = table["grade"].map(grade_position)
    return table.assign(_order=order).sort_values(
        ["window", "_order", "classroom", "student"], ignore_index=True
    )[list(COLUMNS)]


def _of_piece(piece: Piece) -> tuple[str, str, str, str, str] | None:
    if not (piece.student_id and piece.school_id and piece.classroom_id and piece.grade):
        return None
    return (piece.student_id, piece.window_id, piece.school_id, piece.classroom_id, piece.grade)


def _on(window: Window, enrolments: list[Enrolment]) -> list[Enrolment]:
    chosen: dict[str, Enrolment] = {}
    for one in enrolments:
        if not one.covers(window.ends):
            continue
        other = chosen.get(one.student_id)
        if other is None or (one.start or date.min) > (other.start or date.min):
            chosen[one.student_id] = one
    return list(chosen.values())
