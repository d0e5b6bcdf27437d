"""The work that was handed in: a piece for almost every child in every window. Writes the work folder's index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

from district import CRITERIA, ROOMS, SCHOOL_YEAR, WINDOWS, Room, Window
from draws import chance, stream
from people import Child
from truth import (
    DRIFT_ROOM,
    HALO_ROOM,
    SEVERE_ROOM,
    condition_of,
    piece_quality,
    quality_of,
    written_quality,
)
from writings import Task, Texts, Written

WITHOUT_PIECE = 0.04
CARD_NOTES = 0.35
COLUMNS = [
    "piece",
    "student",
    "task",
    "window",
    "genre",
    "language",
    "accommodations",
    "not_scored",
    "collected_on",
    "files",
    "support",
    "next_step",
]
WINDOW_COLUMNS = ["window", "title", "school_year", "starts", "ends"]

YOUNGEST = ("K", "1", "2")
NEXT_STEPS_YOUNGEST = {
    "FOC": ("I can stay with one idea.", "I can make my picture and my words tell the same thing."),
    "ORG": ("I can tell what came first, next and last.", "I can write an ending."),
    "DEV": ("I can add one more thing that I saw or heard.", "I can say why with because."),
    "STY": ("I can start my sentences in different ways.", "I can use a new word from our wall."),
    "CONV": ("I can put a space after every word.", "I can end each sentence with a mark."),
}
NEXT_STEPS = {
    "FOC": (
        "I can say in one sentence what my piece is about.",
        "I can cut what does not belong.",
        "I can check that I answer the task.",
    ),
    "ORG": (
        "I can write an ending that does more than stop.",
        "I can put what belongs together into one paragraph.",
        "I can lead my reader from one part to the next.",
    ),
    "DEV": (
        "I can add the detail that makes my reader believe me.",
        "I can explain after I tell.",
        "I can give the most important part the most space.",
    ),
    "STY": (
        "I can begin two sentences in different ways.",
        "I can trade one tired word for an exact one.",
        "I can join two short sentences.",
    ),
    "CONV": (
        "I can reread aloud and mark where a sentence ends.",
        "I can check capitals and end marks before I hand in.",
        "I can look up five words that I am not sure of.",
    ),
}
SUPPORTS = (
    "small group, twice a week",
    "graphic organizer",
    "sentence starters",
    "conference before drafting",
    "partner reading of the draft",
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece with the truth about it. ``written`` is there for those that exist in full."""

    code: str
    child: Child
    room: Room
    window: int
    collected_on: date
    quality: dict[str, float]
    condition: str
    task: str
    genre: str
    language: str
    accommodations: str
    not_scored: tuple[str, ...]
    support: str
    next_step: str
    written: Written | None = None

    @property
    def window_id(self) -> str:
        """The window's id."""
        return WINDOWS[self.window].id

    @property
    def criteria(self) -> tuple[str, ...]:
        """The criteria that are judged for this piece."""
        return tuple(one for one in CRITERIA if one not in self.not_scored)


def _collected_on(room: Room, window: Window) -> date:
    """A room hands in on one day of the window."""
    days = (window.ends - window.starts).days + 1
    day = window.starts + timedelta(days=stream("collected", room.id, window.id).randrange(days))
    return day - timedelta(days=max(day.weekday() - 4, 0))


def _writers_room(piece: Written) -> str:
    """The one room of a school and grade whose children wrote the pieces in full.

    One room per grade leaves teachers of the same grade free to sit on panels, among them those whom
    the stated truth singles out.
    """
    singled_out = (SEVERE_ROOM, HALO_ROOM, DRIFT_ROOM)
    fitting = [
        room.id
        for room in ROOMS
        if room.school == piece.school and piece.grade in room.grades and room.id not in singled_out
    ]
    return fitting[-1]


def _seat_written(texts: Texts, pupils: tuple[Child, ...]) -> dict[tuple[str, int], Written]:
    """Give every written piece to the child of its grade and school whose quality comes nearest."""
    seated: dict[tuple[str, int], Written] = {}
    taken: set[str] = set()
    for piece in sorted(texts.pieces.values(), key=lambda one: one.code):
        number = next(i for i, window in enumerate(WINDOWS) if window.id == piece.window)
        wanted = fmean(piece.truth.values()) if piece.truth else 1.0
        candidates = []
        for child in pupils:
            if child.grade != piece.grade or child.id in taken:
                continue
            first, last = (
                child.room_on(day) for day in (WINDOWS[number].starts, WINDOWS[number].ends)
            )
            if first is not None and first == last and first.id == _writers_room(piece):
                candidates.append((round(abs(quality_of(child, number) - wanted), 6), child.id))
        chosen = min(candidates)[1]
        taken.add(chosen)
        seated[(chosen, number)] = piece
    return seated


def _task_for(texts: Texts, grade: str, window: int) -> Task:
    """The task of a grade in a window: the one that its written pieces answer, else one of the window's genre."""
    window_id = WINDOWS[window].id
    used = {piece.task for piece in texts.pieces.values() if piece.window == window_id}
    for task in texts.tasks:
        if grade in task.grades and task.id in used:
            return task
    return next(task for task in texts.tasks if grade in task.grades)


def _card_words(child: Child, window: int, quality: dict[str, float]) -> tuple[str, str]:
    rng = stream("card", child.id, window)
    if rng.random() >= CARD_NOTES:
        return "", ""
    weakest = min(CRITERIA, key=lambda one: quality[one])
    support = rng.choice(SUPPORTS) if fmean(quality.values()) < 2.2 else ""
    steps = NEXT_STEPS_YOUNGEST if child.grade in YOUNGEST else NEXT_STEPS
    return support, rng.choice(steps[weakest])


def _accommodations(child: Child, window: int) -> tuple[str, tuple[str, ...]]:
    """What bears on scoring; where an adult wrote for the child, conventions are not judged."""
    mark = stream("accommodation", child.id, "year").random()
    if mark < 0.012 and child.grade in ("K", "1", "2", "3"):
        return "scribed", ("CONV",)
    if mark < 0.030:
        return "word bank", ()
    return ("read aloud", ()) if mark < 0.045 else ("", ())


def _from_writing(child: Child, room: Room, window: int, day: date, written: Written) -> Piece:
    return Piece(
        written.code,
        child,
        room,
        window,
        day,
        written_quality(written),
        written.condition,
        written.task,
        written.genre,
        written.language,
        written.accommodations,
        written.not_scored,
        written.support,
        written.next_step,
        written,
    )


def _generated(texts: Texts, code: str, child: Child, room: Room, window: int, day: date) -> Piece:
    quality = piece_quality(child, window)
    condition = condition_of(child, window, texts.codes)
    accommodations, not_scored = _accommodations(child, window)
    support, next_step = ("", "") if condition else _card_words(child, window, quality)
    task = _task_for(texts, child.grade, window)
    return Piece(
        code,
        child,
        room,
        window,
        day,
        quality,
        condition,
        task.id,
        task.genre,
        "en",
        accommodations,
        not_scored,
        support,
        next_step,
    )


def _has_piece(child: Child, window: int) -> bool:
    return not chance(WITHOUT_PIECE, "no piece", child.id, window)


def pieces(texts: Texts, pupils: tuple[Child, ...]) -> tuple[Piece, ...]:
    """Every piece of the year, by code. Codes are dealt out of order, so that they say nothing about a child."""
    seated = _seat_written(texts, pupils)
    places = []
    for number, window in enumerate(WINDOWS):
        for child in pupils:
            room = child.room_on(window.starts)
            if room is None:
                continue
            day = _collected_on(room, window)
            if child.room_on(day) != room:
                continue
            if (child.id, number) in seated or _has_piece(child, number):
                places.append((child, room, number, day))
    free = [place for place in places if (place[0].id, place[2]) not in seated]
    first = 100
    numbers = stream("codes").sample(range(first, first + len(free) + 400), len(free))
    codes = {
        (child.id, window): f"P{number:04d}"
        for (child, _, window, _), number in zip(free, numbers, strict=True)
    }
    made = []
    for child, room, window, day in places:
        if written := seated.get((child.id, window)):
            made.append(_from_writing(child, room, window, day, written))
        else:
            code = codes[(child.id, window)]
            made.append(_generated(texts, code, child, room, window, day))
    return tuple(sorted(made, key=lambda piece: piece.code))


def index_rows(work: Iterable[Piece]) -> list[dict[str, str]]:
    """One row per piece; ``files`` is empty where there is a score but no scanned work."""
    return [
        {
            "piece": piece.code,
            "student": piece.child.id,
            "task": piece.task,
            "window": piece.window_id,
            "genre": piece.genre,
            "language": piece.language,
            "accommodations": piece.accommodations,
            "not_scored": ";".join(piece.not_scored),
            "collected_on": str(piece.collected_on),
            "files": ";".join(piece.written.files) if piece.written else "",
            "support": piece.support,
            "next_step": piece.next_step,
        }
        for piece in work
    ]


def window_rows() -> list[dict[str, str]]:
    """One row per window."""
    return [
        {
            "window": window.id,
            "title": window.title,
            "school_year": SCHOOL_YEAR,
            "starts": str(window.starts),
            "ends": str(window.ends),
        }
        for window in WINDOWS
    ]
