"""Norming sessions: rounds, panels, sealed ballots, consensus and what was agreed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from calibrate.errors import ArgumentError


class RoundName(StrEnum):
    """The rounds of a session. Reliability is computed from the blind round alone."""

    BLIND = "blind"
    AFTER_DISCUSSION = "after_discussion"


class SessionState(StrEnum):
    """How far a session has come; it only moves forward, or is called off before its reveal."""

    SETUP = "setup"
    SCORING = "scoring"
    REVEALED = "revealed"
    CLOSED = "closed"
    CALLED_OFF = "called_off"

    @property
    def over(self) -> bool:
        """Whether nothing in it changes any more."""
        return self in (SessionState.CLOSED, SessionState.CALLED_OFF)

    def may_become(self, later: SessionState) -> bool:
        """Whether the next state may follow this one."""
        if later is SessionState.CALLED_OFF:
            return self in (SessionState.SETUP, SessionState.SCORING)
        order = list(SessionState)
        return order.index(later) == order.index(self) + 1


@dataclass(frozen=True, slots=True)
class Session:
    """A meeting of a panel about some pieces, with one rubric in one version."""

    id: str
    title: str
    rubric_id: str
    rubric_version: int
    window_id: str
    piece_ids: tuple[str, ...]
    school_ids: tuple[str, ...] = ()
    facilitator_id: str | None = None
    held_on: date | None = None
    state: SessionState = SessionState.SETUP

    def __post_init__(self) -> None:
        if len(set(self.piece_ids)) != len(self.piece_ids):
            raise ArgumentError("A piece is listed twice.", fix="List each piece once.")


@dataclass(frozen=True, slots=True)
class SessionRound:
    """A round of a session: it takes ballots from its opening to its reveal.

    Parameters
    ----------
    missing
        Ids of the raters without whom it was revealed.
    reason
        Why it was revealed without them.
    """

    session_id: str
    round: RoundName
    opened_at: datetime
    opened_by: str
    revealed_at: datetime | None = None
    revealed_by: str = ""
    missing: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PanelMember:
    """A rater of a session, with the key that her ballots are checked against (hex), once joined."""

    session_id: str
    rater_id: str
    verify_key: str | None = None
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who scores what, and in which place of that rater's own shuffled order (from 1).

    ``own_student`` marks an exception that was made and logged: such a reading joins the
    discussion but not the reliability.
    """

    session_id: str
    rater_id: str
    piece_id: str
    place: int
    own_student: bool = False


class BallotState(StrEnum):
    """Whether the rater can still change the ballot."""

    DRAFT = "draft"
    COMMITTED = "committed"


@dataclass(frozen=True, slots=True)
class Ballot:
    """One rater's whole round, sealed. Nobody without the session's private key can read it.

    Parameters
    ----------
    sequence
        1 for the first save, one more at each change.
    answered
        How many choices have a score or a code: the progress that others may see.
    sealed
        The sealed payload; the same length for every ballot of a session.
    signature
        The rater's Ed25519 signature, 64 bytes.
    own_copy
        The same payload under a key that only the rater's secret gives.
    """

    session_id: str
    round: RoundName
    rater_id: str
    sequence: int
    sealed: bytes
    signature: bytes
    state: BallotState = BallotState.DRAFT
    answered: int = 0
    own_copy: bytes | None = None
    saved_at: datetime | None = None
    committed_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.sequence < 1:
            raise ArgumentError("A ballot's sequence number starts at 1.")
        if self.answered < 0:
            raise ArgumentError("A ballot cannot have fewer than no answers.")


@dataclass(frozen=True, slots=True)
class Consensus:
    """What the panel agreed for one piece and criterion, with its reason.

    Exactly one of ``level_id`` and ``code_id`` is given. A correction names the row it ``replaces``.
    """

    id: str
    session_id: str
    piece_id: str
    criterion_id: str
    level_id: str | None
    code_id: str | None
    reason: str
    settled_at: datetime
    replaces: str | None = None

    def __post_init__(self) -> None:
        if (self.level_id is None) == (self.code_id is None):
            raise ArgumentError("A consensus is either a level or a condition code.")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A piece whose score on a criterion is settled, with what makes it a good example.

    Parameters
    ----------
    consensus_id
        The consensus it rests on; None for an anchor that was brought in from outside.
    replaces
        The id of the anchor that this one corrects.
    """

    id: str
    piece_id: str
    rubric_id: str
    rubric_version: int
    criterion_id: str
    level_id: str
    commentary: str
    settled_at: datetime
    consensus_id: str | None = None
    replaces: str | None = None


class MinuteKind(StrEnum):
    """What a line of a session's minutes is about."""

    AGREED = "agreed"
    OPEN = "open"
    NEED = "need"
    RUBRIC_NOTE = "rubric_note"


@dataclass(frozen=True, slots=True)
class Minute:
    """A line of the minutes: something agreed, left open, needed by pupils, or to mend in the rubric."""

    session_id: str
    kind: MinuteKind
    ordinal: int
    text: str


@dataclass(frozen=True, slots=True)
class Action:
    """Who does what by when."""

    session_id: str
    ordinal: int
    who: str
    what: str
    due: date | None = None
