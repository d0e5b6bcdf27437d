"""What the store holds of a revealed session, loaded in few questions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from calibrate.errors import NotFound, SealError
from calibrate.model.rubric import Rubric
from calibrate.model.scores import Evidence, Reading, Score
from calibrate.model.session import Consensus, RoundName, Session
from calibrate.store.repository import Unit
from calibrate.store.session_marks import SessionMarks, session_marks
from calibrate.workflows.norming.room_view import ShownPiece, shown_piece
from calibrate.workflows.norming.stage import Stage, mark_of, stage_of
from calibrate.workflows.norming.trust import (
    NormingProject,
    pieces_of,
    refuse_called_off,
    rubric_of,
)


@dataclass(frozen=True)
class RevealRecords:
    """A revealed session: the readings of the rounds that are revealed, and what was settled.

    Parameters
    ----------
    mark
        The mark of the session's pulse when this was loaded.
    second
        Whether the second round is revealed too.
    panel
        The panel's rater ids, in the order of their labels: Reader 1, Reader 2, …
    late, absent
        How many of the panel the blind reveal went without: who had begun, and who had not.
    second_missing
        How many of the panel the second reveal went without.
    anchors
        Ids of the pieces that this session made anchors.
    """

    session: Session
    stage: Stage
    mark: str
    rubric: Rubric
    pieces: tuple[ShownPiece, ...]
    readings: tuple[Reading, ...]
    scores: tuple[Score, ...]
    evidence: tuple[Evidence, ...]
    consensus: tuple[Consensus, ...]
    anchors: frozenset[str]
    second: bool
    panel: tuple[str, ...]
    names: dict[str, str]
    late: int
    absent: int
    second_missing: int
    reason: str


def load_reveal(
    project: NormingProject, session_id: str, *, kept: RevealRecords | None = None
) -> RevealRecords:
    """Load a revealed session.

    Parameters
    ----------
    project, session_id
        Which session.
    kept
        What was loaded before: it is given back if nothing has changed since.

    Raises
    ------
    NotFound
        If the project has no such session.
    SealError
        If its blind round is not revealed.
    """
    with project.store.reading() as unit:
        marks = revealed_marks(unit, session_id)
        return kept if kept and kept.mark == mark_of(marks) else _load(unit, marks)


def revealed_marks(unit: Unit, session_id: str) -> SessionMarks:
    """The marks of a session whose blind round is revealed; `SealError` for any other."""
    found = session_marks(unit, [session_id]).get(session_id)
    if found is None:
        raise NotFound("The project has no such session.")
    refuse_called_off(found.state)
    if not stage_of(found).shows_scores:
        raise SealError(
            "The scores of this session have not been revealed yet.",
            fix="They are shown as soon as the facilitator reveals them.",
        )
    return found


def _load(unit: Unit, marks: SessionMarks) -> RevealRecords:
    session = unit.sessions.get(marks.id)
    rubric = rubric_of(unit, session)
    by_id = pieces_of(unit, session)
    # A session that was held elsewhere and brought in has no rounds of its own.
    second = all(at for name, _, at in marks.rounds if name is RoundName.AFTER_DISCUSSION)
    readings = tuple(
        one
        for one in unit.scores.readings.all(session_id=session.id)
        if second or one.round != RoundName.AFTER_DISCUSSION
    )
    scores = tuple(unit.scores.current([one.id for one in readings]))
    # A reading may hold a note or marks alone: it is shown, and counts nowhere as a scored one.
    scored = {one.reading_id for one in scores}
    ids = [one.id for one in readings]
    settled = [one.id for one in unit.sessions.consensus.all(session_id=session.id)]
    blind = unit.sessions.rounds.find(session.id, RoundName.BLIND)
    after = unit.sessions.rounds.find(session.id, RoundName.AFTER_DISCUSSION)
    panel = [one.rater_id for one in unit.sessions.panel.all(session_id=session.id)]
    panel += sorted({rater for one in readings for rater in one.rater_ids} - set(panel))
    read = {rater for one in readings if one.id in scored for rater in one.rater_ids}
    missing = set(blind.missing) if blind else set(panel) - read
    begun = {row.rater_id for row in unit.ballots.of(session.id, RoundName.BLIND)} & missing
    return RevealRecords(
        session=session,
        stage=stage_of(marks),
        mark=mark_of(marks),
        rubric=rubric,
        pieces=tuple(shown_piece(unit, rubric, by_id[piece]) for piece in session.piece_ids),
        readings=readings,
        scores=scores,
        evidence=tuple(unit.scores.evidence.all(reading_id=ids)),
        consensus=tuple(unit.sessions.consensus.current(session_id=session.id)),
        anchors=frozenset(
            one.piece_id for one in unit.sessions.anchors.current(consensus_id=settled)
        ),
        second=second
        and any(one.round == RoundName.AFTER_DISCUSSION and one.id in scored for one in readings),
        panel=_shuffled(unit, session.id, panel, readings),
        names={
            one.person_id: f"{one.given_name} {one.family_name}".strip()
            for one in unit.people.names.all(person_id=panel)
        },
        late=len(begun),
        absent=len(missing - begun),
        second_missing=len(after.missing) if after else 0,
        reason=blind.reason if blind else "",
    )


def _shuffled(
    unit: Unit, session_id: str, panel: Iterable[str], readings: Iterable[Reading]
) -> tuple[str, ...]:
    """The panel in an order that neither seats nor names nor ids give away, and that stays.

    It comes from the signature of the session's manifest, which no page ever receives. Whoever
    scored blind comes first, so that labels have no gaps.
    """
    stored = unit.ballots.manifests.find(session_id)
    salt = stored.signature if stored else session_id.encode("utf-8")
    blind = {
        rater
        for one in readings
        if one.round != RoundName.AFTER_DISCUSSION
        for rater in one.rater_ids
    }

    def place(rater: str) -> tuple[bool, bytes]:
        return rater not in blind, hashlib.sha256(salt + rater.encode("utf-8")).digest()

    return tuple(sorted(panel, key=place))
