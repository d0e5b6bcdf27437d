"""Readings and scores: what a rater judged, why it was read, and what replaces what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from calibrate.errors import ArgumentError


class ReadingPurpose(StrEnum):
    """Why a piece was read. Only independent readings of the blind round count as reliability."""

    INDEPENDENT = "independent"
    ADJUDICATION = "adjudication"
    BACK_READ = "back_read"
    VALIDITY = "validity"
    OWN_STUDENT = "own_student"


@dataclass(frozen=True, slots=True)
class Reading:
    """One judgement of one piece: by one rater, or by several who agreed one score together.

    Parameters
    ----------
    rater_ids
        More than one makes it a *joint* reading: it counts once.
    session_id, round
        None for operational scoring outside a session (a round there is ``operational``).
    minutes
        How long it took, where it was measured.
    note
        What the rater noted about the piece as a whole.
    import_id
        The import that brought it, where one did.
    """

    id: str
    piece_id: str
    rater_ids: tuple[str, ...]
    rubric_id: str
    rubric_version: int
    purpose: ReadingPurpose
    session_id: str | None = None
    round: str = "operational"
    scored_at: datetime | None = None
    minutes: float | None = None
    import_id: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if not self.rater_ids:
            raise ArgumentError("A reading needs a rater.")
        if len(set(self.rater_ids)) != len(self.rater_ids):
            raise ArgumentError("A joint reading names the same rater twice.")

    @property
    def is_joint(self) -> bool:
        """Whether several raters agreed this one score together."""
        return len(self.rater_ids) > 1


@dataclass(frozen=True, slots=True)
class Score:
    """A level, or a condition code, for one criterion of one reading.

    Rows are never changed: a correction is a new row that names the one it ``replaces``.
    """

    id: str
    reading_id: str
    criterion_id: str
    level_id: str | None
    code_id: str | None
    comment: str = ""
    replaces: str | None = None

    def __post_init__(self) -> None:
        if (self.level_id is None) == (self.code_id is None):
            raise ArgumentError(
                "A score is either a level or a condition code.",
                fix="Fill exactly one of score and code.",
            )


def current_scores(scores: list[Score]) -> list[Score]:
    """The scores that no later row replaces, in their first order."""
    replaced = {score.replaces for score in scores if score.replaces}
    return [score for score in scores if score.id not in replaced]


class MarkKind(StrEnum):
    """What a mark in the work is: a stretch of text, or a rectangle on a page or picture."""

    TEXT = "text"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place in the work that a rater marked for a criterion.

    Parameters
    ----------
    start, end
        For text: the first character and the one after the last, counted from 0.
    file, page
        Which of the piece's files and which of its pages, from 0.
    x, y, width, height
        For an area: shares of the page's width and height, 0 to 1.
    comment
        What the rater wrote beside the mark.
    """

    id: str
    reading_id: str
    criterion_id: str
    kind: MarkKind
    start: int = 0
    end: int = 0
    file: int = 0
    page: int = 0
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    comment: str = ""

    def __post_init__(self) -> None:
        if self.kind is MarkKind.TEXT and not 0 <= self.start < self.end:
            raise ArgumentError("A mark in a text starts before it ends.")
        box = (self.x, self.y, self.width, self.height)
        if self.kind is MarkKind.AREA and not all(0.0 <= part <= 1.0 for part in box):
            raise ArgumentError("A marked area lies inside its page: shares from 0 to 1.")
