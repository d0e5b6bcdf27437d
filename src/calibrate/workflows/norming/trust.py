"""What every step of a session leans on: the project's ids, the checked manifest, who is who on the panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from calibrate.errors import DataError, NotFound, SealError
from calibrate.model.rubric import Rubric
from calibrate.model.session import RoundName, Session, SessionState
from calibrate.model.work import Piece
from calibrate.store.repository import Store, Unit
from calibrate.store.sealing import KeyStore, Manifest, check_manifest, plan_digest


class NormingProject(Protocol):
    """What norming needs to know of a project."""

    @property
    def id(self) -> str:
        """The project's id."""

    @property
    def folder(self) -> Path:
        """Where the project lies."""

    @property
    def recovery_public_key(self) -> str | None:
        """The public half of the recovery key, or None where none was made."""

    @property
    def store(self) -> Store:
        """The project's database."""


def open_norming(folder: Path | str) -> NormingProject:
    """The project in a folder, for whoever does not know the store.

    Raises
    ------
    ProjectError
        If there is no project, or it cannot be used.
    """
    from calibrate.store.project import Project

    return Project.open(folder)


def open_keystore(project: NormingProject, root: Path | None = None) -> KeyStore:
    """The key store of a project on this machine, for whoever does not know the store.

    Parameters
    ----------
    root
        The folder of all key stores; by default this machine's.
    """
    return KeyStore(project.id, project.folder, root)


def checked_manifest(
    unit: Unit,
    project: str,
    session_id: str,
    *,
    trusted_key: bytes | None = None,
    trusted_fingerprint: bytes | None = None,
) -> Manifest:
    """The session's manifest, checked against something outside the database.

    The panel, the plan and the session's public key in the database must be those of the manifest.

    Raises
    ------
    SealError
        If anything was changed since the facilitator signed.
    """
    stored = unit.ballots.manifests.find(session_id)
    if stored is None:
        raise SealError("This session is not open for scoring yet.")
    manifest = check_manifest(
        stored.body,
        stored.signature,
        stored.verify_key,
        project=project,
        session=session_id,
        trusted_key=trusted_key,
        trusted_fingerprint=trusted_fingerprint,
    )
    key = unit.ballots.keys.get(session_id)
    panel = {member.rater_id for member in unit.sessions.panel.all(session_id=session_id)}
    changed = key.public_key != manifest.session_key or panel != set(manifest.panel)
    if changed or plan_digest(pieces_by_rater(unit, session_id)) != manifest.plan:
        raise SealError(
            "The panel, the plan or the key of this session was changed after the facilitator "
            "signed it, so nothing can be saved or opened.",
            fix="Tell the facilitator: the project has to come back from a sound copy.",
        )
    return manifest


@dataclass(frozen=True, slots=True)
class Rules:
    """What scoring in a session goes by, checked once: it does not change while scoring is open.

    Parameters
    ----------
    manifest
        The checked manifest.
    rubric, pieces
        What is scored, and with what.
    plan
        Rater id to the ids of the pieces, in that rater's own order.
    """

    manifest: Manifest
    rubric: Rubric
    pieces: Mapping[str, Piece]
    plan: Mapping[str, tuple[str, ...]]

    def due(self, rater_id: str) -> tuple[tuple[str, str], ...]:
        """The (piece id, criterion id) pairs that a rater is to answer, in the rater's own order."""
        return tuple(
            (piece, criterion)
            for piece in self.plan.get(rater_id, ())
            for criterion in criteria_of(self.rubric, self.pieces[piece])
        )


def read_rules(unit: Unit, project: str, session_id: str, *, trusted_fingerprint: bytes) -> Rules:
    """The rules of a session, checked against a join link's fingerprint: see `checked_manifest`."""
    manifest = checked_manifest(unit, project, session_id, trusted_fingerprint=trusted_fingerprint)
    session = unit.sessions.get(session_id)
    return Rules(
        manifest,
        rubric_of(unit, session),
        pieces_of(unit, session),
        pieces_by_rater(unit, session_id),
    )


def pieces_by_rater(unit: Unit, session_id: str) -> dict[str, tuple[str, ...]]:
    """The plan: rater id to the ids of the pieces to be scored, in that rater's own order."""
    plan: dict[str, list[str]] = {}
    for one in sorted(unit.sessions.assignments.all(session_id=session_id), key=lambda a: a.place):
        plan.setdefault(one.rater_id, []).append(one.piece_id)
    return {rater: tuple(pieces) for rater, pieces in plan.items()}


def rubric_of(unit: Unit, session: Session) -> Rubric:
    """The rubric that a session scores with."""
    return unit.rubrics.get(session.rubric_id, session.rubric_version)


def pieces_of(unit: Unit, session: Session) -> dict[str, Piece]:
    """The session's pieces by id."""
    return {piece.id: piece for piece in unit.work.pieces.all(id=list(session.piece_ids))}


def criteria_of(rubric: Rubric, piece: Piece) -> tuple[str, ...]:
    """The ids of the criteria that are scored for a piece, in the rubric's order."""
    return tuple(one.id for one in rubric.criteria if one.id not in piece.not_scored)


def check_answer(
    rubric: Rubric, piece: Piece, criterion: str, level: str | None, code: str | None
) -> None:
    """Refuse a level or code that the rubric does not have, or a criterion that is not scored for the piece.

    Raises
    ------
    NotFound
        If the criterion, level or code is not one of the rubric's.
    DataError
        If the criterion is not scored for this piece.
    """
    scale = rubric.criterion(criterion).scale
    if criterion in piece.not_scored:
        raise DataError(f"{criterion} is not scored for piece {piece.code}.")
    if level is not None:
        scale.level(level)
    if code is not None:
        rubric.code(code)


def panel_labels(unit: Unit, session_id: str) -> dict[str, str]:
    """Each rater of the panel as their place and role, such as ``panel member 3 (teacher)``."""
    members = sorted(one.rater_id for one in unit.sessions.panel.all(session_id=session_id))
    roles = {one.id: one.role for one in unit.people.raters.all(id=members)}
    return {
        rater: f"panel member {place} ({str(roles[rater]).replace('_', ' ')})"
        for place, rater in enumerate(members, start=1)
    }


def refuse_over(state: SessionState) -> None:
    """Refuse, in words for whoever leads, when nothing in a session changes any more.

    Raises
    ------
    SealError
        If it is closed or was called off.
    """
    if state is SessionState.CLOSED:
        raise SealError("This session is closed, and nothing in it changes any more.")
    if state is SessionState.CALLED_OFF:
        raise SealError(
            "This session was called off: nothing in it changes any more, and its ballots stay sealed."
        )


def require_open(unit: Unit, session_id: str, round_name: RoundName) -> None:
    """Refuse, in words for whoever leads, when a round does not take ballots (not yet, or not any more).

    Raises
    ------
    SealError
        With what to expect instead.
    """
    refuse_over(unit.sessions.get(session_id).state)
    found = unit.sessions.rounds.find(session_id, round_name)
    if found is None:
        raise SealError("This round is not open for scoring yet.")
    if found.revealed_at is not None:
        raise SealError(
            "The scores of this round have been revealed, so it takes no more of them. "
            "What had not been committed stays sealed.",
            fix="Load the page again to see them.",
        )


def refuse_called_off(state: SessionState) -> None:
    """Tell a rater kindly that the session was called off.

    Raises
    ------
    SealError
        If it was.
    """
    if state is SessionState.CALLED_OFF:
        raise SealError(
            "The facilitator has called this session off, so there is nothing more to score here. "
            "What you had chosen stays sealed: nobody opens it, and no report counts it.",
            fix="Thank you for your time; the facilitator will tell you how it goes on.",
        )


def check_open(state: SessionState, opened: bool, revealed: bool) -> None:
    """Refuse, in words for the rater, when a round does not take ballots.

    Raises
    ------
    SealError
        With what to expect instead.
    """
    refuse_called_off(state)
    if not opened:
        raise SealError("This round is not open for scoring yet.")
    if state is SessionState.CLOSED:
        raise SealError(
            "This session is closed, so it takes no more scores. "
            "What you had not committed stays sealed.",
            fix="What was agreed is still here to read.",
        )
    if revealed:
        raise SealError(
            "The scores of this round have been revealed, so it takes no more of them. "
            "What you had not committed stays sealed.",
            fix="You can still join the discussion and the next round.",
        )


def piece_of(pieces: Mapping[str, Piece], piece_id: str) -> Piece:
    """The piece of that id; `NotFound` if the session does not have it."""
    if piece_id not in pieces:
        raise NotFound("This piece is not part of the session.")
    return pieces[piece_id]
