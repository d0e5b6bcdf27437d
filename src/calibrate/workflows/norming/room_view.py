"""What a rater's page shows: the round that is open, the rubric, and the rater's own pieces, one at a time.

Everything here is what this rater may see before the reveal: no name, no class, nobody else's answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from calibrate.errors import DataError, SealError
from calibrate.model.roster import grade_label
from calibrate.model.rubric import Rubric
from calibrate.model.session import BallotState, RoundName
from calibrate.model.work import MediaKind, Piece, Task, Window, WorkFile
from calibrate.store.repository import Unit
from calibrate.store.sealing.encoding import derive, digest, to_text
from calibrate.workflows.norming.scoring import is_reopened, load_rules, sealed_of
from calibrate.workflows.norming.seats import Seat, check_seat
from calibrate.workflows.norming.trust import NormingProject, Rules, refuse_called_off


@dataclass(frozen=True, slots=True)
class ShownPiece:
    """A piece as its rater meets it: without the child, the class and the teacher.

    Parameters
    ----------
    facts
        What bears on scoring, in words: grade, genre, window, language, accommodations.
    criteria
        Ids of the criteria that are scored for it.
    files
        Its cleaned files in order; for a body of work those of its parts follow.
    """

    id: str
    code: str
    facts: tuple[str, ...]
    task: str
    prompt: str
    criteria: tuple[str, ...]
    files: tuple[WorkFile, ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True)
class RoomView:
    """A rater's session as it stands.

    Parameters
    ----------
    title, round
        The session's title, and the round that takes ballots (or the last one that did).
    open
        Whether the round still takes ballots.
    rules
        The checked rules, for `save_choice` and the others.
    pieces
        The rater's pieces by id, in the rater's own order.
    receipt
        The receipt of the committed ballot, or None.
    outbox_name, outbox_key
        Under which name and key the page keeps, sealed, what is not saved yet. Both come from the
        rater's secret, so that nobody else on the same machine can read or even recognise it.
    """

    title: str
    round: RoundName
    open: bool
    rules: Rules
    pieces: Mapping[str, ShownPiece]
    receipt: str | None
    outbox_name: str
    outbox_key: str = field(repr=False)


def view_room(project: NormingProject, seat: Seat) -> RoomView:
    """What the page of this rater begins with.

    Raises
    ------
    SealError
        If the session is not open yet, its manifest does not hold, or the seat is not on the panel.
    """
    rules = load_rules(project, seat)
    with project.store.reading() as unit:
        check_seat(unit, seat)
        session = unit.sessions.get(seat.session_id)
        refuse_called_off(session.state)
        rounds = unit.sessions.rounds.all(session_id=seat.session_id)
        if not rounds:
            raise SealError("This session is not open for scoring yet.")
        current = max(rounds, key=lambda one: one.opened_at)
        own = tuple(dict.fromkeys(piece for piece, _ in rules.due(seat.rater_id)))
        pieces = {piece: shown_piece(unit, rules.rubric, rules.pieces[piece]) for piece in own}
        row = unit.ballots.find(seat.session_id, current.round, seat.rater_id)
        receipt = None
        if row is not None and row.state is BallotState.COMMITTED and not is_reopened(row):
            receipt = sealed_of(project.id, row).receipt
    place = (project.id, seat.session_id, str(current.round), seat.rater_id)
    key = derive(seat.secret.secret, "calibrate page outbox key 1", *place)
    return RoomView(
        title=session.title,
        round=current.round,
        open=current.revealed_at is None,
        rules=rules,
        pieces=pieces,
        receipt=receipt,
        outbox_name=to_text(digest("calibrate page outbox name 1", key, size=16)),
        outbox_key=to_text(key),
    )


def read_work(project: NormingProject, seat: Seat, view: RoomView, piece_id: str) -> list[bytes]:
    """The content of a piece's files, for the rater who scores the piece.

    Raises
    ------
    DataError
        If the piece is not among those of this rater, or a file is missing or not the one brought in.
    SealError
        If the seat does not hold.
    """
    with project.store.reading() as unit:
        check_seat(unit, seat)
    if piece_id not in view.pieces or piece_id not in view.rules.plan.get(seat.rater_id, ()):
        raise DataError("This piece is not among those to be scored.")
    return [read_file(project, file) for file in view.pieces[piece_id].files]


def read_file(project: NormingProject, file: WorkFile) -> bytes:
    """The content of a file of a piece, exactly as it was brought in.

    Raises
    ------
    DataError
        If it is missing, or not the one that was brought in.
    """
    try:
        content = (project.folder / "work" / file.stored_as).read_bytes()
    except OSError as error:
        raise DataError(
            "A file of this piece is missing.", fix="Tell the facilitator; go on with the next one."
        ) from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise DataError(
            "A file of this piece is not the one that was brought in, so it is not shown.",
            fix="Tell the facilitator; go on with the next one.",
        )
    return content


def shown_piece(unit: Unit, rubric: Rubric, piece: Piece) -> ShownPiece:
    """A piece as every rater may meet it, before and after the reveal."""
    task = unit.work.tasks.find(piece.task_id) if piece.task_id else None
    files = [
        file
        for owner in (piece.id, *piece.parts)
        for file in sorted(unit.work.files.all(piece_id=owner), key=lambda one: one.ordinal)
        if file.kind is not MediaKind.PDF  # a PDF is kept as one picture for each page
    ]
    return ShownPiece(
        id=piece.id,
        code=piece.code,
        facts=piece_facts(piece, task, unit.work.windows.find(piece.window_id)),
        task=task.title if task else "",
        prompt=task.prompt if task else "",
        criteria=tuple(one.id for one in rubric.criteria if one.id not in piece.not_scored),
        files=tuple(files),
    )


def piece_facts(piece: Piece, task: Task | None, window: Window | None) -> tuple[str, ...]:
    """What bears on scoring a piece, in words: grade, genre, window, language, accommodations."""
    genre = piece.genre or (task.genre if task else "")
    facts = [
        grade_label(piece.grade) if piece.grade else "",
        genre.replace("_", " ").capitalize(),
        window.title if window else "",
        f"written in {piece.language}" if piece.language != "en" else "",
        *(one.replace("_", " ") for one in piece.accommodations),
    ]
    return tuple(fact for fact in facts if fact)
