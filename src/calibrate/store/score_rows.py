"""Scores with everything known about their reading, piece and raters, in few queries: for tables of thousands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from calibrate.store.schema import people, rubrics, scores, work
from calibrate.store.schema.sessions import consensus, session
from calibrate.store.unit import Transaction

PIECE_COLUMNS = {
    "piece": work.piece.c.code,
    "piece_id": work.piece.c.id,
    "window": work.piece.c.window_id,
    "task": work.piece.c.task_id,
    "genre": work.piece.c.genre,
    "grade": work.piece.c.grade,
    "student": work.piece.c.student_id,
    "piece_school": work.piece.c.school_id,
    "piece_classroom": work.piece.c.classroom_id,
}
"""What a table says of a piece, and where it stands."""


def _labelled(columns: Mapping[str, sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
    return [column.label(name) for name, column in columns.items()]


def current_score_rows(
    unit: Transaction,
    *,
    session_id: str | None = None,
    school_id: str | None = None,
    window_id: str | None = None,
    rounds: Iterable[str] | None = None,
    purposes: Iterable[str] | None = None,
) -> list[dict[str, Any]]:
    """The scores that stand, one row each, by piece, reading and criterion.

    Parameters
    ----------
    unit
        An open unit.
    session_id, window_id, rounds, purposes
        Only these, where given.
    school_id
        Only pieces of that school, and readings in which one of its raters took part.

    Returns
    -------
    list of dict
        The keys of `PIECE_COLUMNS`, and criterion, score, position, code, comment, reading,
        session, reading_window (that of its session, else of the piece), round, purpose, scored_at, minutes, rubric_id,
        rubric_version.
    """
    score, reading, piece, level = scores.score, scores.reading, work.piece, rubrics.level
    later = score.alias("later")
    columns = {
        **PIECE_COLUMNS,
        "criterion": score.c.criterion_id,
        "score": level.c.value,
        "position": level.c.position,
        "code": score.c.code_id,
        "comment": score.c.comment,
        "reading": reading.c.id,
        "session": reading.c.session_id,
        "reading_window": sa.func.coalesce(session.c.window_id, piece.c.window_id),
        "round": reading.c.round,
        "purpose": sa.type_coerce(reading.c.purpose, sa.Text),
        "scored_at": reading.c.scored_at,
        "minutes": reading.c.minutes,
        "rubric_id": reading.c.rubric_id,
        "rubric_version": reading.c.rubric_version,
    }
    of_level = sa.and_(
        level.c.rubric_id == reading.c.rubric_id,
        level.c.rubric_version == reading.c.rubric_version,
        level.c.criterion_id == score.c.criterion_id,
        level.c.id == score.c.level_id,
    )
    query = (
        sa.select(*_labelled(columns))
        .select_from(
            score.join(reading, reading.c.id == score.c.reading_id)
            .join(piece, piece.c.id == reading.c.piece_id)
            .outerjoin(session, session.c.id == reading.c.session_id)
            .outerjoin(level, of_level)
            .outerjoin(later, later.c.replaces == score.c.id)
        )
        .where(later.c.id.is_(None))
        .order_by(
            piece.c.code, reading.c.scored_at.nulls_last(), reading.c.id, score.c.criterion_id
        )
    )
    if session_id is not None:
        query = query.where(reading.c.session_id == session_id)
    if window_id is not None:
        query = query.where(piece.c.window_id == window_id)
    if rounds is not None:
        query = query.where(reading.c.round.in_(list(rounds)))
    if purposes is not None:
        query = query.where(reading.c.purpose.in_(list(purposes)))
    if school_id is not None:
        theirs = (
            sa.select(scores.reading_rater.c.reading_id)
            .join(people.rater, people.rater.c.id == scores.reading_rater.c.rater_id)
            .where(people.rater.c.school_id == school_id)
        )
        query = query.where(sa.or_(piece.c.school_id == school_id, reading.c.id.in_(theirs)))
    return [dict(row) for row in unit.connection.execute(query).mappings()]


def readers(unit: Transaction) -> dict[str, tuple[tuple[str, str | None], ...]]:
    """Who made each reading: reading id to (rater id, the rater's school or None), in their order."""
    link, rater = scores.reading_rater, people.rater
    query = (
        sa.select(link.c.reading_id, link.c.rater_id, rater.c.school_id)
        .join(rater, rater.c.id == link.c.rater_id)
        .order_by(link.c.reading_id, link.c.ordinal)
    )
    found: dict[str, tuple[tuple[str, str | None], ...]] = {}
    for row in unit.connection.execute(query).mappings():
        before = found.get(row["reading_id"], ())
        found[row["reading_id"]] = (*before, (row["rater_id"], row["school_id"]))
    return found


def latest_consensus_rows(
    unit: Transaction, *, window_id: str | None = None
) -> list[dict[str, Any]]:
    """What panels agreed and no later row replaces, the oldest first.

    Returns
    -------
    list of dict
        The keys of `PIECE_COLUMNS`, and criterion, value, position, code, reason, session,
        rubric_id, rubric_version.
    """
    piece, level = work.piece, rubrics.level
    later = consensus.alias("later")
    columns = {
        **PIECE_COLUMNS,
        "criterion": consensus.c.criterion_id,
        "value": level.c.value,
        "position": level.c.position,
        "code": consensus.c.code_id,
        "reason": consensus.c.reason,
        "session": consensus.c.session_id,
        "rubric_id": session.c.rubric_id,
        "rubric_version": session.c.rubric_version,
    }
    of_level = sa.and_(
        level.c.rubric_id == session.c.rubric_id,
        level.c.rubric_version == session.c.rubric_version,
        level.c.criterion_id == consensus.c.criterion_id,
        level.c.id == consensus.c.level_id,
    )
    query = (
        sa.select(*_labelled(columns))
        .select_from(
            consensus.join(session, session.c.id == consensus.c.session_id)
            .join(piece, piece.c.id == consensus.c.piece_id)
            .outerjoin(level, of_level)
            .outerjoin(later, later.c.replaces == consensus.c.id)
        )
        .where(later.c.id.is_(None))
        .order_by(consensus.c.settled_at, consensus.c.id)
    )
    if window_id is not None:
        query = query.where(piece.c.window_id == window_id)
    return [dict(row) for row in unit.connection.execute(query).mappings()]
