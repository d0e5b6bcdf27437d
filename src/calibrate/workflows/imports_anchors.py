"""Anchors of sessions that were held already: pieces that the panel settled on every criterion."""

from __future__ import annotations

from datetime import datetime

from calibrate.exchange.sessions import HeldSession
from calibrate.model.ids import new_id
from calibrate.model.session import Anchor, Session
from calibrate.workflows.imports import ImportRun
from calibrate.workflows.imports_known import Known


def bring_in_anchors(
    run: ImportRun, known: Known, held: HeldSession, session: Session, settled_at: datetime
) -> None:
    """Add what is new or changed; the session's consensus is there already.

    An anchor is one row per criterion and names the one that it corrects.
    """
    rubric = known.rubrics[(session.rubric_id, session.rubric_version)]
    nouns = run.unit.sessions
    fresh = []
    for line in held.anchors:
        piece = known.pieces.get(line.piece)
        if piece is None or piece.id not in session.piece_ids:
            _problem(run, held, line.line, "This piece was not on the session's table.", None)
            continue
        agreed = {
            one.criterion_id: one
            for one in nouns.consensus.current(session_id=session.id, piece_id=piece.id)
        }
        wanted = [one.id for one in rubric.criteria if one.id not in piece.not_scored]
        if any(one not in agreed or agreed[one].level_id is None for one in wanted):
            _problem(
                run,
                held,
                line.line,
                "An anchor needs a level on every criterion of the piece.",
                "Settle the piece throughout, or leave it out of the anchors.",
            )
            continue
        earlier = {
            one.criterion_id: one
            for one in nouns.anchors.current(
                piece_id=piece.id, rubric_id=rubric.id, rubric_version=rubric.version
            )
        }
        for criterion in wanted:
            settled, old = agreed[criterion], earlier.get(criterion)
            said = line.commentary.strip() or settled.reason
            if old is not None and (old.level_id, old.commentary) == (settled.level_id, said):
                run.tally.count("anchors", "unchanged")
                continue
            run.tally.count("anchors", "new" if old is None else "changed")
            fresh.append(
                Anchor(
                    new_id("an"),
                    piece.id,
                    rubric.id,
                    rubric.version,
                    criterion,
                    settled.level_id or "",
                    said,
                    settled_at,
                    settled.id,
                    None if old is None else old.id,
                )
            )
    nouns.anchors.add_all(fresh)


def _problem(run: ImportRun, held: HeldSession, line: int, message: str, fix: str | None) -> None:
    run.problems.add(message, file=held.file, row=line, column="anchors", fix=fix)
