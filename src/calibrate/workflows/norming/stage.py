"""The stage that a session has reached, and a pulse that open pages compare to see that something has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from calibrate.errors import NotFound
from calibrate.model.session import RoundName, SessionState
from calibrate.store.session_marks import SessionMarks, session_marks
from calibrate.workflows.norming.trust import NormingProject


class Stage(StrEnum):
    """How far a session has come, as everybody in the room may know it. It only moves forward."""

    SETUP = "setup"
    BLIND = "blind"
    REVEALED = "revealed"
    SECOND_ROUND = "second_round"
    SECOND_REVEALED = "second_revealed"
    CLOSED = "closed"
    CALLED_OFF = "called_off"

    @property
    def over(self) -> bool:
        """Whether nothing in it changes any more."""
        return self in (Stage.CLOSED, Stage.CALLED_OFF)

    @property
    def takes_ballots(self) -> bool:
        """Whether a round is open for scoring."""
        return self in (Stage.BLIND, Stage.SECOND_ROUND)

    @property
    def shows_scores(self) -> bool:
        """Whether the blind round has been revealed."""
        return self not in (Stage.SETUP, Stage.BLIND, Stage.CALLED_OFF)


@dataclass(frozen=True, slots=True)
class Pulse:
    """Where a session stands at this moment.

    Parameters
    ----------
    mark
        A short text without meaning that changes whenever something has changed that everybody
        may see: the stage, a consensus, an anchor. No choice of anybody bears on it.
    """

    session_id: str
    stage: Stage
    mark: str


def pulse(project: NormingProject, session_id: str) -> Pulse:
    """Where one session stands.

    Raises
    ------
    NotFound
        If the project has no such session.
    """
    found = pulses(project, [session_id])
    if session_id not in found:
        raise NotFound("The project has no such session.")
    return found[session_id]


def pulses(project: NormingProject, session_ids: Iterable[str]) -> dict[str, Pulse]:
    """Where some sessions stand, by id; a session that the project does not have is left out."""
    with project.store.reading() as unit:
        known = session_marks(unit, session_ids)
    return {id_: Pulse(id_, stage_of(marks), mark_of(marks)) for id_, marks in known.items()}


def stage_of(marks: SessionMarks) -> Stage:
    """The stage that a session's state and rounds amount to."""
    if marks.state is SessionState.SETUP:
        return Stage.SETUP
    if marks.state is SessionState.SCORING:
        return Stage.BLIND
    if marks.state.over:
        return Stage(str(marks.state))
    for name, _, revealed_at in marks.rounds:
        if name is RoundName.AFTER_DISCUSSION:
            return Stage.SECOND_ROUND if revealed_at is None else Stage.SECOND_REVEALED
    return Stage.REVEALED


def mark_of(marks: SessionMarks) -> str:
    """The mark of a session's pulse: see `Pulse`."""
    facts = repr((marks.id, marks.state, marks.rounds, marks.settled, marks.anchored))
    return hashlib.sha256(facts.encode("utf-8")).hexdigest()[:16]
