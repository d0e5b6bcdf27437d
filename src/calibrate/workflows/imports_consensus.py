"""What a panel agreed: compared with what the project has, and added; a change names what it replaces."""

from __future__ import annotations

from datetime import datetime

from calibrate.errors import NotFound
from calibrate.exchange.score_rows import criterion_id
from calibrate.exchange.sessions import AgreedScore, HeldSession
from calibrate.model.ids import new_id
from calibrate.model.rubric import ConditionCode, Rubric
from calibrate.model.session import Consensus, Session
from calibrate.workflows.imports import ImportRun
from calibrate.workflows.imports_known import Known


def consensus_of(
    run: ImportRun, known: Known, held: HeldSession, session: Session, settled_at: datetime
) -> list[Consensus]:
    """Check the consensus of a session's file; the rows that are new or changed, to be added."""
    rubric = known.rubrics[(session.rubric_id, session.rubric_version)]
    current = {
        (one.piece_id, one.criterion_id): one
        for one in run.unit.sessions.consensus.current(session_id=session.id)
    }
    fresh = []
    for line in held.consensus:
        answer = _answer(run, held, rubric, line)
        piece = known.pieces.get(line.piece)
        if piece is None or piece.id not in session.piece_ids:
            _problem(run, held, line, "piece", "This piece was not on the session's table.", None)
            continue
        if answer is None:
            continue
        criterion, level_id, code_id = answer
        old = current.get((piece.id, criterion))
        if old is not None and (old.level_id, old.code_id, old.reason) == (
            level_id,
            code_id,
            line.reason,
        ):
            run.tally.count("consensus", "unchanged")
            continue
        run.tally.count("consensus", "new" if old is None else "changed")
        fresh.append(
            Consensus(
                new_id("co"),
                session.id,
                piece.id,
                criterion,
                level_id,
                code_id,
                line.reason,
                settled_at,
                None if old is None else old.id,
            )
        )
    return fresh


def _answer(
    run: ImportRun, held: HeldSession, rubric: Rubric, line: AgreedScore
) -> tuple[str, str | None, str | None] | None:
    """Criterion, level and code of a line, or None after noting what is wrong with it."""
    try:
        criterion = criterion_id(rubric, line.criterion)
    except NotFound as error:
        _problem(run, held, line, "criterion", error.message, error.fix)
        return None
    try:
        found = rubric.read_cell(criterion, line.cell)
    except NotFound as error:
        _problem(run, held, line, "score", error.message, error.fix)
        return None
    if isinstance(found, ConditionCode):
        return criterion, None, found.id
    if line.is_code:
        _problem(run, held, line, "code", "This is a score, not a condition code.", "Use score:")
        return None
    return criterion, found.id, None


def _problem(
    run: ImportRun,
    held: HeldSession,
    line: AgreedScore,
    column: str,
    message: str,
    fix: str | None,
) -> None:
    run.problems.add(message, file=held.file, row=line.line, column=column, fix=fix)
