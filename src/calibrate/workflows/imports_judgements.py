"""Each row of scores, checked against the project: who judged which piece, and what it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from calibrate.errors import NotFound
from calibrate.exchange.score_rows import ScoreRow, criterion_id, read_cell
from calibrate.model.rubric import ConditionCode, Purpose, Rubric
from calibrate.model.scores import ReadingPurpose
from calibrate.model.work import Piece
from calibrate.workflows.imports import ImportRun
from calibrate.workflows.imports_known import Known
from calibrate.workflows.imports_rated_tasks import TASK_SOURCE


@dataclass(frozen=True, slots=True)
class SessionPlace:
    """What rows of a session are checked against; ids are ours."""

    id: str
    rubric_id: str
    rubric_version: int
    pieces: frozenset[str]
    panel: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A row that the project understands. ``said`` is the purpose that the file gives, if any."""

    row: int
    column: str
    piece: Piece
    raters: tuple[str, ...]
    session: str
    round: str
    said: ReadingPurpose | None
    rubric: Rubric
    criterion: str
    level_id: str | None
    code_id: str | None
    comment: str
    scored_at: datetime | None
    minutes: float | None


def judgements_of(
    run: ImportRun,
    known: Known,
    rows: Iterable[ScoreRow],
    sessions: Mapping[str, SessionPlace],
) -> list[Judgement]:
    """The rows as judgements; what the project does not know becomes a problem of its row."""
    reader = _RowReader(run, known, sessions)
    return [found for row in rows if (found := reader.read(row)) is not None]


class _RowReader:
    def __init__(self, run: ImportRun, known: Known, sessions: Mapping[str, SessionPlace]) -> None:
        self.run = run
        self.known = known
        self.sessions = sessions
        self.cells: dict[object, tuple[str, str | None, str | None] | NotFound] = {}
        self.no_rubric = False

    def problem(self, row: ScoreRow, column: str, message: str, fix: str) -> None:
        self.run.problems.add(message, row=row.row, column=column, fix=fix)

    def read(self, row: ScoreRow) -> Judgement | None:
        rubric = self._rubric(row)
        piece = self._piece(row, rubric)
        raters = self._raters(row)
        if piece is None or raters is None or rubric is None:
            return None
        if not self._fits(row, piece, raters):
            return None
        cell = self._cell(row, rubric)
        if cell is None:
            return None
        criterion, level_id, code_id = cell
        if criterion in piece.not_scored:
            self.problem(
                row,
                row.column,
                "This criterion is not scored for this piece.",
                "Leave the score out, or correct the index of the work.",
            )
            return None
        return Judgement(
            row.row,
            row.column,
            piece,
            raters,
            row.session,
            row.round,
            row.purpose,
            rubric,
            criterion,
            level_id,
            code_id,
            row.comment,
            row.scored_at,
            row.minutes,
        )

    def _piece(self, row: ScoreRow, rubric: Rubric | None) -> Piece | None:
        """The piece of the row; with a rubric for tasks, the one that stands for its task."""
        piece, task = self.known.pieces.get(row.piece), self.known.tasks.get(row.piece)
        rates_tasks = rubric is not None and rubric.purpose is Purpose.TASK_DEMAND
        if rates_tasks and not row.session:
            piece = self.known.rated_tasks.piece(task) if task is not None else None
            if piece is None:
                self.problem(
                    row,
                    "piece",
                    "The project has no such task.",
                    "Check the id, or list it in tasks.csv beside the work and bring that in first.",
                )
        elif piece is None:
            self.problem(
                row,
                "piece",
                "The project has no such piece.",
                "Check the id, or bring in the work first."
                if task is None
                else "This is a task: say with which rubric it was rated (--rubric webb-dok).",
            )
        return piece

    def _raters(self, row: ScoreRow) -> tuple[str, ...] | None:
        found = []
        for place, source_id in enumerate(row.raters):
            rater = self.known.raters.get(source_id)
            if rater is None:
                self.problem(
                    row,
                    "joint_with" if place else "rater",
                    "The project has no such rater.",
                    "Check the id, or bring in the roster first.",
                )
            else:
                found.append(rater)
        return tuple(found) if len(found) == len(row.raters) else None

    def _rubric(self, row: ScoreRow) -> Rubric | None:
        if row.session:
            place = self.sessions.get(row.session)
            if place is None:
                return None
            return self.known.rubrics[(place.rubric_id, place.rubric_version)]
        options = self.run.options
        name, version = row.rubric or options.rubric, row.version or options.version
        if name:
            rubric = self.known.rubric(name, version)
            if rubric is None:
                self.problem(
                    row,
                    "rubric",
                    "The project has no such rubric in that version.",
                    "Check its id and version, or bring it in first.",
                )
            return rubric
        rubric = self.known.only_rubric()
        if rubric is None and not self.no_rubric:
            self.no_rubric = True
            self.problem(
                row,
                "rubric",
                "It is not clear which rubric these scores were given with.",
                "Say it: --rubric ID, or a column rubric."
                if self.known.rubrics
                else "Bring in the rubric first.",
            )
        return rubric

    def _fits(self, row: ScoreRow, piece: Piece, raters: tuple[str, ...]) -> bool:
        """Whether window, session and panel agree with the row."""
        fits = True
        if row.window and row.window != piece.window_id and piece.source != TASK_SOURCE:
            self.problem(
                row, "window", "The piece belongs to another window.", "Correct one of the two."
            )
            fits = False
        place = self.sessions.get(row.session)
        if place is not None and piece.id not in place.pieces:
            self.problem(
                row, "piece", "This piece was not on the session's table.", "Check the two ids."
            )
            fits = False
        if place is not None and not place.panel.issuperset(raters):
            self.problem(
                row, "rater", "This rater was not on the session's panel.", "Check the two ids."
            )
            fits = False
        return fits

    def _cell(self, row: ScoreRow, rubric: Rubric) -> tuple[str, str | None, str | None] | None:
        at = (rubric.id, rubric.version, row.criterion, row.cell, row.must_be_code)
        if at not in self.cells:
            self.cells[at] = _meaning(rubric, row, self.run.options.halves)
        found = self.cells[at]
        if isinstance(found, NotFound):
            at_fault = "criterion" if found.column == "criterion" else row.column
            self.problem(row, at_fault, found.message, found.fix or "")
            return None
        return found


def _meaning(
    rubric: Rubric, row: ScoreRow, halves: bool
) -> tuple[str, str | None, str | None] | NotFound:
    """Criterion, level and code of a cell, or what is wrong with it."""
    try:
        criterion = criterion_id(rubric, row.criterion)
        found = read_cell(rubric, row, halves=halves)
    except NotFound as error:
        return error
    if isinstance(found, ConditionCode):
        return criterion, None, found.id
    return criterion, found.id, None
