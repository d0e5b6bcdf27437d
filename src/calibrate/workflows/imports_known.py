"""What the project knows when scores come in: pieces, raters, rubrics, and who taught whom when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from calibrate.model.roster import Edition, Enrolment, Teaching
from calibrate.model.rubric import Purpose, Rubric
from calibrate.model.work import Piece, Task
from calibrate.store.repository import Unit
from calibrate.workflows.imports import SOURCE
from calibrate.workflows.imports_rated_tasks import RatedTasks

_Stay = TypeVar("_Stay", Enrolment, Teaching)


class Known:
    """Look-ups over a unit, each loaded once.

    Attributes
    ----------
    pieces
        By the id of the files, and by code.
    tasks
        By their id.
    raters
        Our ids by the ids of the files, and by the codes that exported files have in their place.
    """

    def __init__(self, unit: Unit) -> None:
        pieces = unit.work.pieces.all()
        self.pieces: dict[str, Piece] = {piece.code: piece for piece in pieces}
        self.pieces |= {piece.source_id: piece for piece in pieces if piece.source == SOURCE}
        self.tasks: dict[str, Task] = {one.id: one for one in unit.work.tasks.all()}
        self.rated_tasks = RatedTasks(unit, pieces)
        staff = {one.id for one in unit.people.raters.all()}
        given = unit.people.given.all(edition=Edition.INSIDE)
        self.raters = {one.label: one.person_id for one in given if one.person_id in staff}
        self.raters |= {
            source_id: one.id for source_id, one in unit.people.by_source("rater", SOURCE).items()
        }
        self.rubrics = {(one.id, one.version): one for one in unit.rubrics.all()}
        self._rooms = _by_person(unit.people.enrolments.all(), "student_id")
        self._teaching = _by_person(unit.people.teaching.all(), "rater_id")

    def rubric(self, rubric_id: str, version: int | None) -> Rubric | None:
        """A rubric; its newest version where none is named."""
        if version is not None:
            return self.rubrics.get((rubric_id, version))
        mine = [one for one in self.rubrics.values() if one.id == rubric_id]
        return max(mine, key=lambda one: one.version, default=None)

    def only_rubric(self) -> Rubric | None:
        """The newest version of the one rubric for student work; None if there are several."""
        ids = {one.id for one in self.rubrics.values() if one.purpose is Purpose.STUDENT_WORK}
        return self.rubric(next(iter(ids)), None) if len(ids) == 1 else None

    def teaches(self, rater_id: str, piece: Piece, days: Iterable[date | None]) -> bool:
        """Whether a rater taught the child of a piece: when it was collected, or on these days."""
        if piece.student_id is None:
            return False
        mine = self._teaching.get(rater_id, ())
        if not mine:
            return False
        looked_at = {piece.collected_on, *days} - {None}
        rooms = {
            (stay.classroom_id, day)
            for stay in self._rooms.get(piece.student_id, ())
            for day in looked_at
            if day is not None and stay.covers(day)
        }
        if piece.classroom_id is not None and piece.collected_on is not None:
            rooms.add((piece.classroom_id, piece.collected_on))
        elif piece.classroom_id is not None:
            return any(one.classroom_id == piece.classroom_id for one in mine)
        return any(
            (one.start is None or one.start <= day) and (one.end is None or day <= one.end)
            for one in mine
            for room, day in rooms
            if room == one.classroom_id
        )


def _by_person(records: Iterable[_Stay], name: str) -> dict[str, list[_Stay]]:
    found: dict[str, list[_Stay]] = {}
    for one in records:
        found.setdefault(getattr(one, name), []).append(one)
    return found
