"""Pieces of work: their neutral code, and the room and grade where the child was when it was collected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from calibrate.exchange.work_index import PieceRow
from calibrate.model.ids import is_neutral_code, new_id, new_piece_code
from calibrate.model.roster import Enrolment, Student
from calibrate.model.work import Piece
from calibrate.workflows.imports import SOURCE, ImportRun

_TELLING = 4


def bring_in_pieces(run: ImportRun, rows: Iterable[PieceRow]) -> dict[str, str]:
    """Check the rows of an index against the project and write the pieces.

    Returns
    -------
    dict
        From the ids of the file to ours.

    Raises
    ------
    ImportRefused
        With every problem found so far, if there is any.
    """
    reader = _Reader(run, list(rows))
    pieces = reader.read()
    run.problems.raise_if_any()
    run.tally.add("pieces", run.unit.work.pieces.put_all(pieces))
    return {piece.source_id: piece.id for piece in pieces}


class _Reader:
    def __init__(self, run: ImportRun, rows: list[PieceRow]) -> None:
        self.run = run
        self.rows = rows
        unit = run.unit
        self.windows = {one.id: one for one in unit.work.windows.all()}
        self.tasks = {one.id: one for one in unit.work.tasks.all()}
        self.students = unit.people.by_source("student", SOURCE)
        self.schools = {one.id: one.school_id for one in unit.people.classrooms.all()}
        self.stays: dict[str, list[Enrolment]] = {}
        for stay in unit.people.enrolments.all():
            self.stays.setdefault(stay.student_id, []).append(stay)
        self.criteria = {
            criterion.id.casefold(): criterion.id
            for rubric in unit.rubrics.all()
            for criterion in rubric.criteria
        }
        everything = unit.work.pieces.all()
        self.known = {one.source_id: one for one in everything if one.source == SOURCE}
        self.codes = {one.code for one in everything}
        self.telling = {
            one.source_id.casefold() for one in unit.people.students.all() if one.source_id
        }
        self.outside_window = 0

    def problem(self, row: PieceRow, column: str, message: str, fix: str) -> None:
        self.run.problems.add(message, row=row.row, column=column, fix=fix)

    def read(self) -> list[Piece]:
        self._claim_codes()
        found = [piece for row in self.rows if (piece := self._piece(row)) is not None]
        ids = {piece.source_id: piece.id for piece in found}
        ids |= {one.source_id: one.id for one in self.known.values() if one.source_id not in ids}
        if self.outside_window:
            self.run.problems.warn(
                f"{self.outside_window} pieces were collected before or after their window."
            )
        parts = {row.piece: row for row in self.rows if row.parts}
        return [
            replace(piece, parts=self._parts(parts[piece.source_id], ids))
            if piece.source_id in parts
            else piece
            for piece in sorted(found, key=lambda one: one.source_id in parts)
        ]

    def _claim_codes(self) -> None:
        """Codes that the file supplies are taken before any is made."""
        self.supplied = {
            row.piece for row in self.rows if row.piece not in self.known and self._is_neutral(row)
        } - self.codes
        self.codes |= self.supplied

    def _is_neutral(self, row: PieceRow) -> bool:
        """Whether a piece's id may be shown: it holds no student's id."""
        code = row.piece.casefold()
        if not is_neutral_code(row.piece) or code in self.telling:
            return False
        if row.student and row.student.casefold() in code:
            return False
        return not any(
            code[start:end] in self.telling
            for start in range(len(code))
            for end in range(start + _TELLING, len(code) + 1)
        )

    def _piece(self, row: PieceRow) -> Piece | None:
        window = self.windows.get(row.window)
        if window is None:
            self.problem(
                row,
                "window",
                "The project has no such window.",
                "List it in windows.csv beside the index.",
            )
        task = self.tasks.get(row.task)
        if row.task and task is None:
            self.problem(
                row,
                "task",
                "The project has no such task.",
                "List it in tasks.csv beside the index.",
            )
        student = self.students.get(row.student)
        if row.student and student is None:
            self.problem(
                row,
                "student",
                "The project has no such student.",
                "Check the id, or bring in the roster first.",
            )
        not_scored = self._not_scored(row)
        if window is None or (row.student and student is None):
            return None
        day = row.collected_on or window.ends
        if row.collected_on and not window.starts <= row.collected_on <= window.ends:
            self.outside_window += 1
        old = self.known.get(row.piece)
        classroom_id, grade = self._place(row, student, day, old)
        return Piece(
            id=new_id("pc") if old is None else old.id,
            code=self._code(row) if old is None else old.code,
            source=SOURCE,
            source_id=row.piece,
            window_id=window.id,
            student_id=None if student is None else student.id,
            task_id=None if task is None else task.id,
            school_id=self.schools.get(classroom_id or ""),
            classroom_id=classroom_id,
            grade=grade,
            genre=row.genre or ("" if task is None else task.genre),
            language=row.language,
            accommodations=row.accommodations,
            not_scored=not_scored,
            collected_on=row.collected_on,
            support=row.support,
            next_step=row.next_step,
        )

    def _code(self, row: PieceRow) -> str:
        if row.piece in self.supplied:
            return row.piece
        code = new_piece_code(self.codes)
        while code.casefold() in self.telling or code[1:] in self.telling:
            code = new_piece_code(self.codes)
        self.codes.add(code)
        return code

    def _place(
        self, row: PieceRow, student: Student | None, day: date, old: Piece | None
    ) -> tuple[str | None, str | None]:
        """The classroom and grade of the child on the day; of two rooms, the one joined last."""
        if student is None:
            return None, row.grade
        stays = [one for one in self.stays.get(student.id, ()) if one.covers(day)]
        if stays:
            stay = max(stays, key=lambda one: (one.start or date.min, one.classroom_id))
            return stay.classroom_id, stay.grade
        if (
            old is not None
            and old.student_id == student.id
            and old.collected_on == row.collected_on
        ):
            return old.classroom_id, old.grade
        self.problem(
            row,
            "collected_on",
            "The student was in no classroom on that day.",
            "Check the day here, and the start and end in the roster.",
        )
        return None, None

    def _not_scored(self, row: PieceRow) -> tuple[str, ...]:
        found = []
        for text in row.not_scored:
            criterion = self.criteria.get(text.casefold())
            if criterion is None:
                self.problem(
                    row,
                    "not_scored",
                    "No rubric of the project has such a criterion.",
                    "Known are " + (", ".join(sorted(self.criteria.values())) or "none yet") + ".",
                )
            else:
                found.append(criterion)
        return tuple(found)

    def _parts(self, row: PieceRow, ids: dict[str, str]) -> tuple[str, ...]:
        if row.piece in row.parts or any(part not in ids for part in row.parts):
            self.problem(
                row,
                "parts",
                "A part is not another piece of the index or project.",
                "List the ids of the pieces that are judged as one.",
            )
            return ()
        return tuple(ids[part] for part in row.parts)
