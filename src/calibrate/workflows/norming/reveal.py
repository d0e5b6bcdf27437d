"""The reveal: every committed ballot of a round is opened at once, or none is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from calibrate.errors import CalibrateError, DataError, SealError
from calibrate.model.ids import new_id
from calibrate.model.rubric import Rubric
from calibrate.model.scores import Evidence, MarkKind, Reading, ReadingPurpose, Score
from calibrate.model.session import (
    Assignment,
    Ballot,
    BallotState,
    RoundName,
    Session,
    SessionRound,
    SessionState,
)
from calibrate.model.work import Piece
from calibrate.store.repository import Unit
from calibrate.store.sealing import (
    BallotRefused,
    Choice,
    Contents,
    Manifest,
    SessionSecrets,
    open_ballot,
)
from calibrate.store.sealing.encoding import same
from calibrate.workflows.norming.scoring import is_reopened, sealed_of, set_back
from calibrate.workflows.norming.trust import (
    NormingProject,
    check_answer,
    checked_manifest,
    criteria_of,
    panel_labels,
    pieces_of,
    require_open,
    rubric_of,
)


class RevealRefused(SealError):
    """A reveal did not happen, and nothing was written. ``raters`` are the ids of those it waits for."""

    def __init__(self, message: str, *, raters: tuple[str, ...], fix: str) -> None:
        super().__init__(message, fix=fix)
        self.raters = raters


@dataclass(frozen=True, slots=True)
class Override:
    """The facilitator's decision to reveal without some raters: exactly who is missing, and why."""

    missing: frozenset[str]
    reason: str


@dataclass(frozen=True, slots=True)
class Revealed:
    """What a reveal wrote: how many ballots, readings with a score and scores, and who is missing (rater ids)."""

    ballots: int
    readings: int
    scores: int
    missing: tuple[str, ...] = ()
    receipts: Mapping[str, str] | None = None


def reveal(
    project: NormingProject,
    session_id: str,
    round_name: RoundName,
    secrets: SessionSecrets,
    *,
    by: str,
    override: Override | None = None,
    now: datetime | None = None,
) -> Revealed:
    """Open every committed ballot of a round in one transaction, and write the scores.

    Parameters
    ----------
    project
        The project.
    session_id, round_name
        Which round.
    secrets
        The session's private halves: `open_keys` or `recover_keys`.
    by
        Who reveals; it is logged.
    override
        Needed when somebody has not committed: it names exactly who is missing. Their drafts stay
        sealed, they can no longer commit, and reports count them as missing.
    now
        The time; by default the clock's.

    Raises
    ------
    RevealRefused
        If a ballot is missing and not named, or one does not hold. Nothing is written then.
    SealError
        If the round was revealed before, or the keys or the manifest do not hold.
    """
    at = now or datetime.now(UTC)
    with project.store.transaction() as unit:
        unit.sessions.lock(session_id)
        session = unit.sessions.get(session_id)
        require_open(unit, session_id, round_name)
        manifest = checked_manifest(unit, project.id, session_id, trusted_key=secrets.verify_key)
        if not same(manifest.session_key, secrets.public_key):
            raise SealError("These keys are not those of this session.")
        rows = {row.rater_id: row for row in unit.ballots.of(session_id, round_name)}
        missing = _missing(unit, session_id, manifest, rows, override)
        opened = _open_all(unit, project.id, session, manifest, rows, missing, secrets)
        readings, scores, evidence = _write_up(unit, session, round_name, opened)
        unit.scores.readings.add_all(readings)
        unit.scores.add_all(scores)
        unit.scores.evidence.add_all(evidence)
        _close_round(unit, session, round_name, by, at, missing, override)
        receipts = {rater: sealed_of(project.id, rows[rater]).receipt for rater in opened}
    scored = len({one.reading_id for one in scores})
    return Revealed(len(opened), scored, len(scores), missing, receipts)


def _missing(
    unit: Unit,
    session_id: str,
    manifest: Manifest,
    rows: Mapping[str, Ballot],
    override: Override | None,
) -> tuple[str, ...]:
    committed = {rater for rater, row in rows.items() if row.state is BallotState.COMMITTED}
    missing = tuple(sorted(set(manifest.panel) - committed))
    if override is None:
        if missing:
            raise RevealRefused(
                f"{len(missing)} of {len(manifest.panel)} have not committed yet: "
                f"{_named(unit, session_id, missing)}.",
                raters=missing,
                fix="Wait for them, or reveal without them and name them.",
            )
        return missing
    if not override.reason.strip():
        raise DataError("Revealing without somebody needs a reason.", fix="Say why in a few words.")
    if override.missing != frozenset(missing):
        raise RevealRefused(
            "Those who are missing now are not those who were named: "
            + (_named(unit, session_id, missing) or "nobody is missing")
            + ".",
            raters=missing,
            fix="Look at the progress again, then decide.",
        )
    if len(missing) == len(manifest.panel):
        raise RevealRefused(
            "Nobody has committed, so there is nothing to reveal.",
            raters=missing,
            fix="Wait for the first ballots.",
        )
    return missing


def _open_all(
    unit: Unit,
    project: str,
    session: Session,
    manifest: Manifest,
    rows: Mapping[str, Ballot],
    missing: tuple[str, ...],
    secrets: SessionSecrets,
) -> dict[str, Contents]:
    stray = set(rows) - set(manifest.panel)
    if stray:
        raise SealError("There is a ballot of somebody who is not on the panel that was signed.")
    rubric, pieces = rubric_of(unit, session), pieces_of(unit, session)
    plan: dict[str, set[str]] = {}
    for one in unit.sessions.assignments.all(session_id=session.id):
        plan.setdefault(one.rater_id, set()).add(one.piece_id)
    opened: dict[str, Contents] = {}
    damaged: list[str] = []
    for rater in sorted(set(manifest.panel) - set(missing)):
        try:
            opened[rater] = _open_one(unit, project, rows[rater], manifest, secrets)
            _check_contents(opened[rater], rater, plan[rater], rubric, pieces)
        except BallotRefused:
            damaged.append(rater)
    if damaged:
        raise RevealRefused(
            "Nothing was revealed: the ballot of "
            + _named(unit, session.id, tuple(damaged))
            + " was changed after it was committed and has to be committed again.",
            raters=tuple(damaged),
            fix="Reopen it on the facilitator's page; the rater's own copy is still there.",
        )
    return opened


def _open_one(
    unit: Unit, project: str, row: Ballot, manifest: Manifest, secrets: SessionSecrets
) -> Contents:
    if is_reopened(row) or set_back(unit, project, row):
        raise BallotRefused("This is not the newest ballot that was saved.", rater=row.rater_id)
    return open_ballot(
        sealed_of(project, row),
        private_key=secrets.private_key,
        verify_key=manifest.verify_key(row.rater_id),
        size=manifest.ballot_size,
    )


def _check_contents(
    contents: Contents, rater: str, mine: set[str], rubric: Rubric, pieces: Mapping[str, Piece]
) -> None:
    trouble = BallotRefused("A ballot holds what its rater was not to score.", rater=rater)
    if not {choice.piece for choice in contents.choices} <= mine:
        raise trouble
    if not {piece for piece, _ in contents.notes} <= mine:
        raise trouble
    for choice in contents.choices:
        try:
            check_answer(rubric, pieces[choice.piece], choice.criterion, choice.level, choice.code)
        except CalibrateError as error:
            raise trouble from error


def _write_up(
    unit: Unit, session: Session, round_name: RoundName, opened: Mapping[str, Contents]
) -> tuple[list[Reading], list[Score], list[Evidence]]:
    rubric, pieces = rubric_of(unit, session), pieces_of(unit, session)
    readings: list[Reading] = []
    scores: list[Score] = []
    evidence: list[Evidence] = []
    for one in unit.sessions.assignments.all(session_id=session.id):
        if one.rater_id not in opened:
            continue
        contents = opened[one.rater_id]
        mine = [
            contents.choice(one.piece_id, criterion)
            for criterion in criteria_of(rubric, pieces[one.piece_id])
        ]
        if not _said_something(contents, one.piece_id, mine):
            continue
        reading = _reading(session, round_name, one, contents, mine)
        readings.append(reading)
        for choice in mine:
            if choice.answered:
                scores.append(
                    Score(
                        id=new_id("sc"),
                        reading_id=reading.id,
                        criterion_id=choice.criterion,
                        level_id=choice.level,
                        code_id=choice.code,
                        comment=choice.note,
                    )
                )
            evidence.extend(_evidence(reading, choice))
    return readings, scores, evidence


def _said_something(contents: Contents, piece_id: str, mine: list[Choice]) -> bool:
    """Whether a rater left anything on a piece: what was noted or marked is kept without a score too."""
    return bool(dict(contents.notes).get(piece_id)) or any(
        choice.answered or choice.note or choice.marks for choice in mine
    )


def _reading(
    session: Session,
    round_name: RoundName,
    assignment: Assignment,
    contents: Contents,
    mine: list[Choice],
) -> Reading:
    times = [choice.scored_at for choice in mine if choice.scored_at]
    unanswered = [f"{one.criterion}: {one.note}" for one in mine if one.note and not one.answered]
    note = "\n".join([*filter(None, [dict(contents.notes).get(assignment.piece_id)]), *unanswered])
    return Reading(
        id=new_id("rd"),
        piece_id=assignment.piece_id,
        rater_ids=(assignment.rater_id,),
        rubric_id=session.rubric_id,
        rubric_version=session.rubric_version,
        purpose=(
            ReadingPurpose.OWN_STUDENT if assignment.own_student else ReadingPurpose.INDEPENDENT
        ),
        session_id=session.id,
        round=str(round_name),
        scored_at=_time(max(times)) if times else None,
        note=note,
    )


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _evidence(reading: Reading, choice: Choice) -> list[Evidence]:
    return [
        Evidence(
            id=new_id("ev"),
            reading_id=reading.id,
            criterion_id=choice.criterion,
            kind=MarkKind(mark.kind),
            start=mark.start,
            end=mark.end,
            file=mark.file,
            page=mark.page,
            x=mark.x,
            y=mark.y,
            width=mark.width,
            height=mark.height,
            comment=mark.comment,
        )
        for mark in choice.marks
    ]


def _close_round(
    unit: Unit,
    session: Session,
    round_name: RoundName,
    by: str,
    at: datetime,
    missing: tuple[str, ...],
    override: Override | None,
) -> None:
    found: SessionRound = unit.sessions.rounds.get(session.id, round_name)
    reason = override.reason if override else ""
    unit.sessions.rounds.put(
        replace(found, revealed_at=at, revealed_by=by, missing=missing, reason=reason)
    )
    if round_name is RoundName.BLIND:
        unit.sessions.move(session.id, SessionState.SCORING, SessionState.REVEALED)
        for member in unit.sessions.panel.all(session_id=session.id):
            if member.rater_id in missing:
                unit.sessions.panel.put(replace(member, absent=True))
    if missing:
        unit.audit.log(by, "session.override", session.id, f"{', '.join(missing)}: {reason}")
    unit.audit.log(by, "session.reveal", session.id, str(round_name))


def _named(unit: Unit, session_id: str, raters: tuple[str, ...]) -> str:
    labels = panel_labels(unit, session_id)
    return ", ".join(labels[rater] for rater in raters)
