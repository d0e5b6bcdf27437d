"""What everybody sees after the reveal: the agenda, and per piece the spread, the evidence, the notes and the consensus.

Readings are anonymous: "Reader 3" is the same person throughout a session, and nothing else is said of her.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from calibrate.analysis.agenda import Agenda
from calibrate.errors import NotFound
from calibrate.model.rubric import Rubric
from calibrate.model.scores import Evidence
from calibrate.model.session import RoundName
from calibrate.workflows.norming.reveal_records import RevealRecords, load_reveal
from calibrate.workflows.norming.reveal_spread import CriterionSpread, agenda_of, spread_of
from calibrate.workflows.norming.reveal_words import (
    about_reading,
    panel_words,
    unread_reason,
)
from calibrate.workflows.norming.room_view import ShownPiece, read_file
from calibrate.workflows.norming.stage import Stage
from calibrate.workflows.norming.trust import NormingProject

_ROUNDS = {str(RoundName.AFTER_DISCUSSION): RoundName.AFTER_DISCUSSION}


@dataclass(frozen=True, slots=True)
class RevealedAnswer:
    """One level or condition code of one reading, with its note."""

    criterion: str
    round: RoundName
    level: str | None
    code: str | None
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class RevealedReading:
    """What one reader made of a piece, in both rounds.

    Parameters
    ----------
    label
        ``Reader 3``; with the name in it only where names were asked for.
    own
        Whether it is the reading of the rater who looks.
    about
        Where it joins the discussion and not the reliability: why, in words. Else empty.
    notes
        (round, note) on the piece as a whole.
    marks
        (round, mark): the evidence.
    """

    label: str
    own: bool
    about: str
    answers: tuple[RevealedAnswer, ...]
    notes: tuple[tuple[RoundName, str], ...]
    marks: tuple[tuple[RoundName, Evidence], ...] = field(repr=False)

    @property
    def counted(self) -> bool:
        """Whether it is an independent reading."""
        return not self.about


@dataclass(frozen=True, slots=True)
class RevealItem:
    """A piece, its place on the agenda (from 1) with the reason, and what the panel made of it."""

    piece: ShownPiece
    rank: int
    reason: str
    spreads: tuple[CriterionSpread, ...]
    readings: tuple[RevealedReading, ...]
    anchor: bool = False


@dataclass(frozen=True, slots=True)
class RevealView:
    """A revealed session.

    Parameters
    ----------
    mark
        The mark of the pulse that this view belongs to.
    sentence, criteria
        What to begin with, and how much each criterion divides the panel, in words.
    panel
        Who is in it and who is not, in counts and words.
    reason
        Why it was revealed without somebody; only with names, since it may hold one.
    second
        Whether it shows the second round beside the blind one.
    """

    session_id: str
    title: str
    stage: Stage
    mark: str
    rubric: Rubric
    sentence: str
    criteria: tuple[str, ...]
    panel: tuple[str, ...]
    reason: str
    second: bool
    names: bool
    items: tuple[RevealItem, ...]


@dataclass(frozen=True)
class PreparedReveal:
    """What is worked out once for everybody who looks: records, agenda, and the spreads by piece id."""

    records: RevealRecords
    talk: Agenda
    spreads: dict[str, tuple[CriterionSpread, ...]]


class Reveals:
    """What a reveal shows, kept until something in the session changes.

    One room makes one, so that thirty pages that open at the same moment are answered by one piece of work.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: NormingProject) -> None:
        self._project = project
        self._lock = Lock()
        self._kept: dict[str, PreparedReveal] = {}

    def prepared(self, session_id: str) -> PreparedReveal:
        """A revealed session as it stands now: see `load_reveal` for what is refused."""
        with self._lock:
            kept = self._kept.get(session_id)
            found = load_reveal(self._project, session_id, kept=kept.records if kept else None)
            if kept is None or kept.records is not found:
                kept = self._kept[session_id] = _prepare(found)
            return kept


def _prepare(found: RevealRecords) -> PreparedReveal:
    talk = agenda_of(found)
    items = {item.piece: item for item in talk.items}
    spreads = {one.id: spread_of(found, one, items.get(one.code)) for one in found.pieces}
    return PreparedReveal(found, talk, spreads)


def view_reveal(
    project: NormingProject,
    session_id: str,
    *,
    for_rater: str | None = None,
    names: bool = False,
    keeper: Reveals | None = None,
) -> RevealView:
    """What everybody sees after the reveal.

    Parameters
    ----------
    project
        The project.
    session_id
        Which session. The caller has checked that whoever asks belongs to it.
    for_rater
        Who looks: that rater's own readings are flagged.
    names
        Say who read what. Only the facilitator's side may ask for it.
    keeper
        Where the room keeps what was loaded before.

    Raises
    ------
    SealError
        If the blind round is not revealed yet.
    NotFound
        If the project has no such session.
    """
    known = (keeper or Reveals(project)).prepared(session_id)
    found, talk = known.records, known.talk
    return RevealView(
        session_id=session_id,
        title=found.session.title,
        stage=found.stage,
        mark=found.mark,
        rubric=found.rubric,
        sentence=talk.sentence,
        criteria=tuple(one.sentence for one in talk.criteria),
        panel=panel_words(found),
        reason=found.reason if names else "",
        second=found.second,
        names=names,
        items=_items(known, for_rater, names),
    )


def read_session_work(
    project: NormingProject, session_id: str, piece_id: str, *, keeper: Reveals | None = None
) -> tuple[ShownPiece, list[bytes]]:
    """A piece of a revealed session with the content of its files: every panel member may see it now.

    Raises
    ------
    SealError
        If the blind round is not revealed yet.
    NotFound
        If the piece is not one of the session's.
    DataError
        If a file is missing or not the one that was brought in.
    """
    known = keeper.prepared(session_id).records if keeper else load_reveal(project, session_id)
    for piece in known.pieces:
        if piece.id == piece_id:
            return piece, [read_file(project, file) for file in piece.files]
    raise NotFound("This piece is not part of the session.")


def _items(known: PreparedReveal, for_rater: str | None, names: bool) -> tuple[RevealItem, ...]:
    found, by_code = known.records, {item.piece: item for item in known.talk.items}
    order = sorted(
        found.pieces, key=lambda one: by_code[one.code].rank if one.code in by_code else 10_000
    )
    items = []
    for rank, piece in enumerate(order, start=1):
        item = by_code.get(piece.code)
        items.append(
            RevealItem(
                piece=piece,
                rank=rank,
                reason=item.reason if item else unread_reason(found, piece.id),
                spreads=known.spreads[piece.id],
                readings=_readings(found, piece.id, for_rater, names),
                anchor=piece.id in found.anchors,
            )
        )
    return tuple(items)


def _readings(
    found: RevealRecords, piece_id: str, for_rater: str | None, names: bool
) -> tuple[RevealedReading, ...]:
    seats = {rater: place for place, rater in enumerate(found.panel, start=1)}
    groups: dict[tuple[tuple[str, ...], str], list[str]] = {}
    by_id = {one.id: one for one in found.readings if one.piece_id == piece_id}
    for one in by_id.values():
        raters = tuple(sorted(one.rater_ids, key=lambda rater: seats[rater]))
        groups.setdefault((raters, about_reading(one)), []).append(one.id)
    shown = []
    for (raters, about), ids in sorted(
        groups.items(), key=lambda one: ([seats[rater] for rater in one[0][0]], one[0][1])
    ):
        rounds = {reading: _round(by_id[reading].round) for reading in ids}
        shown.append(
            RevealedReading(
                label=_label(found, raters, seats, names),
                own=for_rater in raters,
                about=about,
                answers=_answers(found, rounds),
                notes=tuple((rounds[one], by_id[one].note) for one in ids if by_id[one].note),
                marks=tuple(
                    (rounds[mark.reading_id], mark)
                    for mark in found.evidence
                    if mark.reading_id in rounds
                ),
            )
        )
    return tuple(shown)


def _round(name: str) -> RoundName:
    return _ROUNDS.get(name, RoundName.BLIND)


def _label(found: RevealRecords, raters: Iterable[str], seats: dict[str, int], names: bool) -> str:
    labels = []
    for rater in raters:
        name = found.names.get(rater, "") if names else ""
        labels.append(f"Reader {seats[rater]}" + (f" ({name})" if name else ""))
    return " and ".join(labels)


def _answers(found: RevealRecords, rounds: dict[str, RoundName]) -> tuple[RevealedAnswer, ...]:
    order = [one.id for one in found.rubric.criteria]
    answers = []
    for score in found.scores:
        if score.reading_id not in rounds:
            continue
        if score.level_id is not None:
            label = found.rubric.criterion(score.criterion_id).scale.level(score.level_id).label
        else:
            label = found.rubric.code(score.code_id or "").label
        answers.append(
            RevealedAnswer(
                criterion=score.criterion_id,
                round=rounds[score.reading_id],
                level=score.level_id,
                code=score.code_id,
                label=label,
                note=score.comment,
            )
        )
    rounds_in_order = list(RoundName)
    return tuple(
        sorted(
            answers,
            key=lambda one: (order.index(one.criterion), rounds_in_order.index(one.round)),
        )
    )
