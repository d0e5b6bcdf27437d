"""What everybody may know before the reveal: who has finished how much. Counts, never scores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from calibrate.errors import DataError, SealError
from calibrate.model.ids import new_id
from calibrate.model.session import Ballot, BallotState, RoundName
from calibrate.store.repository import Unit
from calibrate.workflows.norming.scoring import sealed_of
from calibrate.workflows.norming.trust import (
    NormingProject,
    criteria_of,
    panel_labels,
    pieces_by_rater,
    pieces_of,
    require_open,
    rubric_of,
)


@dataclass(frozen=True, slots=True)
class RaterProgress:
    """How far one rater is: ``answered`` of ``due`` choices, and whether the ballot is committed."""

    rater_id: str
    label: str
    answered: int
    due: int
    committed: bool
    saved_at: datetime | None = None


def progress(
    project: NormingProject, session_id: str, round_name: RoundName = RoundName.BLIND
) -> tuple[RaterProgress, ...]:
    """The progress of everybody on the panel, in the order of their places."""
    with project.store.reading() as unit:
        session = unit.sessions.get(session_id)
        rubric, pieces = rubric_of(unit, session), pieces_of(unit, session)
        labels, plan = panel_labels(unit, session_id), pieces_by_rater(unit, session_id)
        rows = {row.rater_id: row for row in unit.ballots.of(session_id, round_name)}
        found = []
        for rater, label in labels.items():
            row = rows.get(rater)
            due = sum(len(criteria_of(rubric, pieces[piece])) for piece in plan.get(rater, ()))
            found.append(
                RaterProgress(
                    rater_id=rater,
                    label=label,
                    answered=min(row.answered, due) if row else 0,
                    due=due,
                    committed=row is not None and row.state is BallotState.COMMITTED,
                    saved_at=row.saved_at if row else None,
                )
            )
    return tuple(found)


def reopen_ballot(
    project: NormingProject,
    session_id: str,
    round_name: RoundName,
    rater_id: str,
    *,
    by: str,
    reason: str,
    now: datetime | None = None,
) -> None:
    """Let a rater commit again before the reveal: after a slip, or when a ballot was damaged.

    What was sealed is thrown away; the rater's own copy stays and opens with the rater's link.
    It is logged with its reason.

    Raises
    ------
    DataError
        Without a reason.
    SealError
        If the round does not take ballots, or the rater has saved nothing.
    """
    if not reason.strip():
        raise DataError("Reopening a ballot needs a reason.", fix="Say why in a few words.")
    with project.store.transaction() as unit:
        unit.sessions.lock(session_id)
        require_open(unit, session_id, round_name)
        put_empty_ballot(unit, project.id, session_id, round_name, rater_id, now=now)
        unit.audit.log(by, "session.reopen", session_id, f"{round_name}, {rater_id}: {reason}")


def put_empty_ballot(
    unit: Unit,
    project: str,
    session_id: str,
    round_name: RoundName,
    rater_id: str,
    *,
    now: datetime | None = None,
) -> int:
    """Put a draft with nothing sealed in it in place of what is stored; the number it is stored under.

    Raises
    ------
    SealError
        If the rater has saved nothing.
    """
    newest = unit.ballots.newest(session_id, round_name, rater_id)
    row = unit.ballots.find(session_id, round_name, rater_id)
    if newest is None:
        raise SealError("This rater has not saved anything in this round.")
    empty = Ballot(
        session_id=session_id,
        round=round_name,
        rater_id=rater_id,
        sequence=max(newest[0], row.sequence if row else 0) + 1,
        sealed=b"",
        signature=b"",
        answered=row.answered if row else 0,
        own_copy=row.own_copy if row else None,
        saved_at=now or datetime.now(UTC),
    )
    unit.ballots.reopen(
        empty, operation_id=new_id("reopen"), fingerprint=sealed_of(project, empty).fingerprint
    )
    return empty.sequence
