"""Student work: windows, tasks, pieces and their files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from calibrate.errors import ArgumentError


class MediaKind(StrEnum):
    """How a file of work is shown, after import has cleaned it."""

    TEXT = "text"
    HTML = "html"
    IMAGE = "image"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Window:
    """A time of the year when work is collected: fall, winter, spring."""

    id: str
    title: str
    school_year: str
    starts: date
    ends: date

    def __post_init__(self) -> None:
        if self.ends < self.starts:
            raise ArgumentError("The window ends before it starts.", fix="Check its dates.")


@dataclass(frozen=True, slots=True)
class Task:
    """The prompt that a piece answers. ``dok`` is Webb's depth of knowledge, 1-4, where known."""

    id: str
    title: str
    prompt: str = ""
    genre: str = ""
    grades: tuple[str, ...] = ()
    dok: int | None = None


@dataclass(frozen=True, slots=True)
class WorkFile:
    """One cleaned file of a piece, kept in the project under a random name.

    ``stored_as`` is relative to the project's ``work/`` folder. ``source_sha256`` is the hash of
    the file as it came in; its name is not kept, because names of files name children.
    """

    piece_id: str
    ordinal: int
    kind: MediaKind
    media_type: str
    stored_as: str
    sha256: str
    source_sha256: str
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """A sample of student work.

    Parameters
    ----------
    code
        The short neutral label that raters and reports see.
    student_id
        None for a piece from outside (a published sample, an anchor of another district).
    school_id, classroom_id, grade
        Where the child was when the work was collected.
    accommodations
        Those that bear on scoring: scribed, read aloud, word bank.
    not_scored
        Ids of criteria that are not judged for this piece.
    parts
        For a body of work: the ids of the pieces judged as one.
    support, next_step
        The words on the card of the writing wall.
    """

    id: str
    code: str
    source: str
    source_id: str
    window_id: str
    student_id: str | None = None
    task_id: str | None = None
    school_id: str | None = None
    classroom_id: str | None = None
    grade: str | None = None
    genre: str = ""
    language: str = "en"
    accommodations: tuple[str, ...] = ()
    not_scored: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    collected_on: date | None = None
    support: str = ""
    next_step: str = ""
