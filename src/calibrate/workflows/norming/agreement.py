"""After the reveal: a second round, what the panel agrees and why, the close, and anchors."""

from __future__ import annotations

from datetime import UTC, datetime

from calibrate.errors import DataError, NotFound, SealError, StaleWrite
from calibrate.model.ids import new_id
from calibrate.model.session import (
    Anchor,
    BallotState,
    Consensus,
    RoundName,
    Session,
    SessionRound,
    SessionState,
)
from calibrate.store.repository import Unit
from calibrate.store.sealing import KeyStore
from calibrate.workflows.norming.trust import (
    NormingProject,
    check_answer,
    criteria_of,
    piece_of,
    pieces_of,
    refuse_over,
    rubric_of,
)


def start_second_round(
    project: NormingProject, session_id: str, *, by: str, now: datetime | None = None
) -> None:
    """Open the round after the discussion; the blind round stays as it is.

    Raises
    ------
    SealError
        If the blind round is not revealed, or the session is closed.
    DataError
        If the second round was opened before.
    """
    with project.store.transaction() as unit:
        unit.sessions.lock(session_id)
        _require_revealed(unit, session_id)
        if unit.sessions.rounds.find(session_id, RoundName.AFTER_DISCUSSION) is not None:
            raise DataError("The second round of this session is open already.")
        at = now or datetime.now(UTC)
        unit.sessions.rounds.add(SessionRound(session_id, RoundName.AFTER_DISCUSSION, at, by))
        unit.audit.log(by, "session.second_round", session_id)


class SettledMeanwhile(StaleWrite):
    """Somebody else settled the same score after the page had been drawn. ``settled`` is what stands now."""

    def __init__(self, settled: Consensus) -> None:
        super().__init__(
            "Somebody else has just settled this score.",
            fix="Look at what was agreed, and save again only if yours is to take its place.",
        )
        self.settled = settled


def settle(
    project: NormingProject,
    session_id: str,
    piece_id: str,
    criterion_id: str,
    *,
    level_id: str | None = None,
    code_id: str | None = None,
    reason: str,
    by: str,
    seen: str | None = None,
    now: datetime | None = None,
) -> Consensus:
    """Save what the panel agreed for one piece and criterion, with its reason.

    Settling it again adds a row that replaces the earlier one; both stay. Settling it once more
    exactly as it stands changes nothing.

    Parameters
    ----------
    seen
        The id of the consensus that whoever settles has seen there, None for none.

    Raises
    ------
    SettledMeanwhile
        If another one stands there by now.
    DataError
        Without a reason, or if the criterion is not scored for the piece.
    SealError
        If the session is not revealed, or closed.
    NotFound
        If the piece, criterion, level or code is not part of the session.
    """
    if not reason.strip():
        raise DataError(
            "A consensus score needs its reason.", fix="Say in a sentence what decided it."
        )
    with project.store.transaction() as unit:
        unit.sessions.lock(
            session_id
        )  # two who settle the same thing at once come one after the other
        session = _require_revealed(unit, session_id)
        piece = piece_of(pieces_of(unit, session), piece_id)
        check_answer(rubric_of(unit, session), piece, criterion_id, level_id, code_id)
        earlier = unit.sessions.consensus.current(
            session_id=session_id, piece_id=piece_id, criterion_id=criterion_id
        )
        if earlier and earlier[-1].id != seen:
            if (earlier[-1].level_id, earlier[-1].code_id, earlier[-1].reason) == (
                level_id,
                code_id,
                reason.strip(),
            ):
                return earlier[-1]
            raise SettledMeanwhile(earlier[-1])
        settled = Consensus(
            id=new_id("co"),
            session_id=session_id,
            piece_id=piece_id,
            criterion_id=criterion_id,
            level_id=level_id,
            code_id=code_id,
            reason=reason.strip(),
            settled_at=now or datetime.now(UTC),
            replaces=earlier[-1].id if earlier else None,
        )
        unit.sessions.consensus.add(settled)
        unit.audit.log(by, "session.consensus", session_id, f"{piece.code} {criterion_id}")
    return settled


def make_anchor(
    project: NormingProject,
    session_id: str,
    piece_id: str,
    *,
    commentary: str,
    by: str,
    now: datetime | None = None,
) -> tuple[Anchor, ...]:
    """Make a piece whose score is settled an anchor: one row per criterion, with the panel's commentary.

    Raises
    ------
    DataError
        If a criterion of the piece has no consensus yet, or only a condition code.
    """
    with project.store.transaction() as unit:
        unit.sessions.lock(session_id)
        session = unit.sessions.get(session_id)
        rubric = rubric_of(unit, session)
        piece = piece_of(pieces_of(unit, session), piece_id)
        agreed = {
            one.criterion_id: one
            for one in unit.sessions.consensus.current(session_id=session_id, piece_id=piece_id)
        }
        unsettled = [one for one in criteria_of(rubric, piece) if one not in agreed]
        if unsettled:
            raise DataError(
                f"Piece {piece.code} is not settled yet: {', '.join(unsettled)}.",
                fix="Agree a score for each criterion first.",
            )
        if any(one.level_id is None for one in agreed.values()):
            raise DataError(
                f"Piece {piece.code} has a condition code where an anchor needs a level.",
                fix="Choose a piece that was scored throughout.",
            )
        earlier = {
            one.criterion_id: one.id
            for one in unit.sessions.anchors.current(
                piece_id=piece_id, rubric_id=rubric.id, rubric_version=rubric.version
            )
        }
        anchors = tuple(
            Anchor(
                id=new_id("an"),
                piece_id=piece_id,
                rubric_id=rubric.id,
                rubric_version=rubric.version,
                criterion_id=one.criterion_id,
                level_id=one.level_id or "",
                commentary=commentary.strip() or one.reason,
                settled_at=now or datetime.now(UTC),
                consensus_id=one.id,
                replaces=earlier.get(one.criterion_id),
            )
            for one in agreed.values()
        )
        unit.sessions.anchors.add_all(anchors)
        unit.audit.log(by, "session.anchor", session_id, piece.code)
    return anchors


def close_session(
    project: NormingProject, session_id: str, *, by: str, keystore: KeyStore | None = None
) -> None:
    """Close a session: nothing in it changes any more, and the raters' secrets on this machine are forgotten.

    Raises
    ------
    SealError
        If the session is not revealed, or its second round has committed ballots that wait for
        their reveal.
    """
    with project.store.transaction() as unit:
        unit.sessions.lock(session_id)
        _require_revealed(unit, session_id)
        second = unit.sessions.rounds.find(session_id, RoundName.AFTER_DISCUSSION)
        if second is not None and second.revealed_at is None:
            rows = unit.ballots.of(session_id, RoundName.AFTER_DISCUSSION)
            if any(row.state is BallotState.COMMITTED for row in rows):
                raise SealError(
                    "The second round has ballots that are not revealed yet.",
                    fix="Reveal the second round first.",
                )
        unit.sessions.move(session_id, SessionState.REVEALED, SessionState.CLOSED)
        unit.audit.log(by, "session.close", session_id)
    if keystore is not None:
        keystore.forget_raters(session_id)


def forget_closed(project: NormingProject, keystore: KeyStore) -> None:
    """Forget the raters' secrets of every session that is over, should its end have been cut off before it could."""
    with project.store.reading() as unit:
        over = [
            one.id for one in unit.sessions.all(state=[one for one in SessionState if one.over])
        ]
    for session_id in over:
        keystore.forget_raters(session_id)


def _require_revealed(unit: Unit, session_id: str) -> Session:
    session = unit.sessions.find(session_id)
    if session is None:
        raise NotFound("The project has no such session.")
    refuse_over(session.state)
    if session.state is not SessionState.REVEALED:
        raise SealError("This session's scores have not been revealed yet.")
    return session
