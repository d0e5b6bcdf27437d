"""What a ballot says before it is sealed, and its fixed-size form.

Version 1 of the form is ``b"CALB"``, one byte for the version, four bytes for the length of the
text (big-endian), the text (JSON, UTF-8), and zeros up to the session's ballot size.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from calibrate.errors import ArgumentError, SealError
from calibrate.store.sealing.encoding import canonical_json

MAGIC = b"CALB"
PAYLOAD_VERSION = 1
HEADER_SIZE = len(MAGIC) + 1 + 4
SIZE_STEP = 16 * 1024
LARGEST_SIZE = 64 * SIZE_STEP
LAST_PLACE = 2**31 - 1
"""The largest whole number that every database keeps in the table of evidence."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the work that speaks for a score.

    Parameters
    ----------
    kind
        ``"text"`` (``start`` to ``end``, characters counted from 0 in the text as shown) or
        ``"area"`` (a rectangle on a page or picture).
    start, end
        For text: first character and the one after the last.
    file, page
        Which of the piece's files (from 0) and which of its pages (from 0).
    x, y, width, height
        For an area: shares of the page's width and height, 0 to 1.
    comment
        What the rater wrote beside the mark.
    """

    kind: str
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
        if any(place > LAST_PLACE for place in (self.start, self.end, self.file, self.page)):
            raise ArgumentError("A mark lies far behind the end of the work.")
        if self.kind not in ("text", "area"):
            raise ArgumentError("A mark in the work is either of kind 'text' or of kind 'area'.")
        if self.kind == "text" and not 0 <= self.start < self.end:
            raise ArgumentError("A mark in a text starts before it ends.")
        if self.kind == "area":
            box = (self.x, self.y, self.width, self.height)
            if not all(math.isfinite(part) and 0.0 <= part <= 1.0 for part in box):
                raise ArgumentError("A marked area lies inside its page: shares from 0 to 1.")


@dataclass(frozen=True, slots=True)
class Choice:
    """What one rater chose for one piece and criterion: a level or a condition code, or neither yet.

    Parameters
    ----------
    piece, criterion
        Ids.
    level
        The id of the level, or None.
    code
        The id of a condition code, or None. Never together with a level.
    note
        The rater's note.
    marks
        The evidence in the work.
    scored_at
        When the level or code was last chosen (ISO 8601), or an empty text.
    """

    piece: str
    criterion: str
    level: str | None = None
    code: str | None = None
    note: str = ""
    marks: tuple[Mark, ...] = ()
    scored_at: str = ""

    def __post_init__(self) -> None:
        if self.level is not None and self.code is not None:
            raise ArgumentError("A choice is a level or a condition code, not both.")

    @property
    def answered(self) -> bool:
        """Whether a level or a code has been chosen."""
        return self.level is not None or self.code is not None


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything one rater's ballot holds: choices in the order of piece and criterion, and notes on pieces."""

    choices: tuple[Choice, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        keys = [(choice.piece, choice.criterion) for choice in self.choices]
        if len(set(keys)) != len(keys):
            raise ArgumentError("A ballot holds one choice for each piece and criterion.")
        if len({piece for piece, _ in self.notes}) != len(self.notes):
            raise ArgumentError("A ballot holds one note for each piece.")

    @property
    def answered(self) -> int:
        """How many choices have a level or a code."""
        return sum(choice.answered for choice in self.choices)

    def choice(self, piece: str, criterion: str) -> Choice:
        """The choice for a piece and criterion; an empty one where nothing was chosen yet."""
        for choice in self.choices:
            if choice.piece == piece and choice.criterion == criterion:
                return choice
        return Choice(piece, criterion)

    def with_choice(self, choice: Choice) -> Contents:
        """These contents with one choice put in or replaced."""
        kept = {(old.piece, old.criterion): old for old in self.choices}
        kept[(choice.piece, choice.criterion)] = choice
        return Contents(tuple(kept[key] for key in sorted(kept)), self.notes)

    def with_note(self, piece: str, note: str) -> Contents:
        """These contents with the note on a piece replaced (an empty note is dropped)."""
        kept = dict(self.notes)
        kept[piece] = note
        return Contents(self.choices, tuple((key, kept[key]) for key in sorted(kept) if kept[key]))


def ballot_size(pieces: int, criteria: int) -> int:
    """The size that every ballot of a session has, whatever it says, in bytes.

    It depends on the plan alone (how many pieces and criteria the busiest rater has), is fixed when
    the session is set up, and stands in the signed manifest. Each piece has room for about
    4 KiB of notes and evidence, each criterion of a piece for about half a KiB more.

    Parameters
    ----------
    pieces, criteria
        The most pieces that one rater of the session scores; the rubric's criteria. Both 1 or more.

    Returns
    -------
    int
        A multiple of 16 KiB, at most 1 MiB.

    Raises
    ------
    ArgumentError
        If the session would be too large for one ballot.
    """
    if pieces < 1 or criteria < 1:
        raise ArgumentError("A session needs at least one piece and one criterion.")
    wanted = HEADER_SIZE + 2048 + pieces * (4096 + 512 * criteria)
    size = SIZE_STEP * math.ceil(wanted / SIZE_STEP)
    if size > LARGEST_SIZE:
        raise ArgumentError(
            f"{pieces} pieces for one rater are too many for one session.",
            fix="Split the work into several sessions.",
        )
    return size


def pack(binding: Mapping[str, str | int], contents: Contents, size: int) -> bytes:
    """Write contents, and whose they are, as exactly ``size`` bytes.

    Parameters
    ----------
    binding
        Project, session, round, rater, sequence and state: checked again when the ballot is opened.
    contents
        What the rater chose.
    size
        The session's ballot size in bytes.

    Raises
    ------
    SealError
        If the notes and marks do not fit. The size never grows: that would tell who wrote more.
    """
    text = canonical_json({**binding, "contents": _contents_to_json(contents)})
    room = size - HEADER_SIZE
    if len(text) > room:
        raise SealError(
            "The notes and marks on this ballot are longer than a ballot holds, so this last change "
            "was not saved. What was saved before is safe.",
            fix=f"Please shorten a note: about {_pages(len(text) - room)} too much.",
        )
    head = MAGIC + bytes([PAYLOAD_VERSION]) + len(text).to_bytes(4, "big")
    return (head + text).ljust(size, b"\0")


def unpack(data: bytes) -> tuple[dict[str, Any], Contents]:
    """Read what `pack` wrote: the binding and the contents.

    Raises
    ------
    SealError
        If the bytes are not a whole payload, or of a version that this Calibrate does not know.
    """
    if len(data) < HEADER_SIZE or data[:4] != MAGIC:
        raise SealError("A sealed ballot does not hold what a ballot holds.")
    if data[4] != PAYLOAD_VERSION:
        raise SealError(
            f"A sealed ballot has format {data[4]}, which this version of Calibrate does not know.",
            fix="Open it with a newer version of Calibrate.",
        )
    length = int.from_bytes(data[5:HEADER_SIZE], "big")
    text, padding = data[HEADER_SIZE : HEADER_SIZE + length], data[HEADER_SIZE + length :]
    if len(text) != length or padding.count(0) != len(padding):
        raise SealError("A sealed ballot is cut short or has something added to it.")
    try:
        body = json.loads(text)
        contents = _contents_from_json(body.pop("contents"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SealError("A sealed ballot does not hold what a ballot holds.") from error
    return body, contents


def _pages(excess: int) -> str:
    return f"{excess} characters" if excess < 2000 else f"{math.ceil(excess / 2000)} pages"


def _contents_to_json(contents: Contents) -> dict[str, Any]:
    return {
        "choices": [_choice_to_json(choice) for choice in contents.choices],
        "notes": [list(note) for note in contents.notes],
    }


def _choice_to_json(choice: Choice) -> dict[str, Any]:
    return {
        "piece": choice.piece,
        "criterion": choice.criterion,
        "level": choice.level,
        "code": choice.code,
        "note": choice.note,
        "marks": [_mark_to_json(mark) for mark in choice.marks],
        "scored_at": choice.scored_at,
    }


def _mark_to_json(mark: Mark) -> dict[str, Any]:
    common = {"kind": mark.kind, "file": mark.file, "page": mark.page, "comment": mark.comment}
    if mark.kind == "text":
        return {**common, "start": mark.start, "end": mark.end}
    return {**common, "x": mark.x, "y": mark.y, "width": mark.width, "height": mark.height}


def _contents_from_json(body: dict[str, Any]) -> Contents:
    choices = tuple(
        Choice(**{**entry, "marks": tuple(Mark(**mark) for mark in entry["marks"])})
        for entry in body["choices"]
    )
    return Contents(choices, tuple((str(piece), str(note)) for piece, note in body["notes"]))
