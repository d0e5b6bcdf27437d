"""What the panel has agreed so far, and where it was of one mind anyway. Nothing of it exists before the reveal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from calibrate.errors import SealError
from calibrate.model.scores import Reading, Score
from calibrate.model.session import Consensus, RoundName
from calibrate.store.repository import Unit
from calibrate.workflows.norming.stage import pulse
from calibrate.workflows.norming.trust import NormingProject, criteria_of, pieces_of, rubric_of


@dataclass(frozen=True, slots=True)
class Unanimous:
    """Everybody who read the piece gave this criterion the same level, in the round named."""

    level_id: str
    readers: int
    round: RoundName

    @property
    def words(self) -> str:
        """A reason in words, for a form: what happened, no more."""
        when = "before the discussion" if self.round is RoundName.BLIND else "after the discussion"
        return f"All {self.readers} readers chose the same level {when}."


@dataclass(frozen=True, slots=True)
class AgreedLine:
    """One criterion of one piece: what was settled, or else what everybody chose anyway."""

    piece_id: str
    criterion_id: str
    settled: Consensus | None
    unanimous: Unanimous | None


@dataclass(frozen=True, slots=True)
class AnchorLine:
    """Whether a piece can be made an anchor, and whether it is one.

    ``settled`` of ``due`` criteria are settled; ``coded`` says that one of them has a condition code,
    and then the piece cannot be an anchor.
    """

    piece_id: str
    settled: int
    due: int
    coded: bool
    is_anchor: bool
    commentary: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """Everything that a panel agreed so far."""

    lines: tuple[AgreedLine, ...]
    anchors: tuple[AnchorLine, ...]


def view_agreed(project: NormingProject, session_id: str) -> Agreed:
    """What is settled, what everybody chose alike, and which pieces are anchors.

    A second round that is revealed counts before the blind one.

    Raises
    ------
    SealError
        Before the blind round is revealed.
    """
    if not pulse(project, session_id).stage.shows_scores:
        raise SealError("This session's scores have not been revealed yet.")
    with project.store.reading() as unit:
        session = unit.sessions.get(session_id)
        rubric, pieces = rubric_of(unit, session), pieces_of(unit, session)
        alike = _unanimous(unit, session_id)
        settled = {
            (one.piece_id, one.criterion_id): one
            for one in unit.sessions.consensus.current(session_id=session_id)
        }
        anchors: dict[str, str] = {}
        for one in unit.sessions.anchors.current(
            piece_id=list(session.piece_ids), rubric_id=rubric.id, rubric_version=rubric.version
        ):
            anchors[one.piece_id] = one.commentary
        due = {piece: criteria_of(rubric, pieces[piece]) for piece in session.piece_ids}
    lines = tuple(
        AgreedLine(piece, criterion, settled.get((piece, criterion)), alike.get((piece, criterion)))
        for piece, criteria in due.items()
        for criterion in criteria
    )
    return Agreed(lines, tuple(_anchor(one, due[one], settled, anchors) for one in due))


def _anchor(
    piece: str,
    criteria: tuple[str, ...],
    settled: Mapping[tuple[str, str], Consensus],
    anchors: Mapping[str, str],
) -> AnchorLine:
    found = [settled[piece, one] for one in criteria if (piece, one) in settled]
    return AnchorLine(
        piece_id=piece,
        settled=len(found),
        due=len(criteria),
        coded=any(one.level_id is None for one in found),
        is_anchor=piece in anchors,
        commentary=anchors.get(piece, ""),
    )


def _unanimous(unit: Unit, session_id: str) -> dict[tuple[str, str], Unanimous]:
    # Sealed ballots become readings at the reveal alone, so what stands here is revealed.
    readings = unit.scores.readings.all(session_id=session_id)
    blind = _given(unit, readings, RoundName.BLIND)
    again = _given(unit, readings, RoundName.AFTER_DISCUSSION)
    found = {}
    for place in blind | again:
        name = RoundName.AFTER_DISCUSSION if place in again else RoundName.BLIND
        scores = again.get(place, blind.get(place, []))
        (level, *others) = {one.level_id for one in scores}
        # Where only some scored again, nobody can say that they are everybody.
        if others or level is None or len(scores) < max(2, len(blind.get(place, ()))):
            continue
        found[place] = Unanimous(level, len(scores), name)
    return found


def _given(
    unit: Unit, readings: Iterable[Reading], round_name: RoundName
) -> dict[tuple[str, str], list[Score]]:
    pieces = {one.id: one.piece_id for one in readings if one.round == str(round_name)}
    found: dict[tuple[str, str], list[Score]] = {}
    for score in unit.scores.current(pieces):
        found.setdefault((pieces[score.reading_id], score.criterion_id), []).append(score)
    return found
