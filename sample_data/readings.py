"""Everyday scoring: every piece by the child's own teacher, a good share again, blind, by others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from district import LINKS, THIN_LINK, THIN_LINK_PIECES, WINDOWS, linked
from draws import chance, stream
from people import Adult
from pieces import Piece
from truth import DRIFT_ROOM, HALO_ROOM, SEVERE_ROOM, Hand, judge

READ_BLIND, READ_BY_THREE, ACROSS = 0.20, 0.12, 0.50
JOINT_SHARE = 0.5
SEES_THE_CODE = 0.90
FAR_APART = 1
COLUMNS = [
    "session",
    "round",
    "piece",
    "rater",
    "criterion",
    "score",
    "code",
    "comment",
    "scored_at",
    "purpose",
    "window",
    "minutes",
    "joint_with",
]


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading with its answers: a level or a condition code per criterion."""

    piece: Piece
    rater: Adult
    purpose: str
    at: datetime
    answers: dict[str, int | str]
    minutes: int
    joint_with: str = ""


def grade_number(grade: str) -> int:
    """Kindergarten as 0, then the grades."""
    return 0 if grade == "K" else int(grade)


def teaches(adult: Adult, piece: Piece) -> bool:
    """Whether this piece is by a child of hers: in her room when it was handed in, or at any time of the year."""
    return any(stay.room in adult.rooms for stay in piece.child.stays)


def answers_of(
    piece: Piece,
    hand: Hand,
    key: str,
    codes: dict[str, tuple[str, ...]],
    *,
    precision: float = 1.0,
    own_student: bool = False,
    sees_code: bool = True,
    window: str = "",
) -> dict[str, int | str]:
    """A reading's answers: drawn levels, except where the reader gives the piece's condition code.

    ``window`` is when it was read, if that is another one than the piece's own.
    """
    levels = judge(
        piece.quality,
        hand,
        window or piece.window_id,
        key,
        precision=precision,
        own_student=own_student,
    )
    if not piece.condition or not sees_code:
        return {one: levels[one] for one in piece.criteria}
    still = codes.get(piece.condition, ())
    return {one: levels[one] if one in still else piece.condition for one in piece.criteria}


def _afternoon(key: str, piece: Piece, earliest: int, latest: int) -> datetime:
    """A time after the work was handed in, on a school day, between half past two and six."""
    rng = stream("when", key)
    day = piece.collected_on + timedelta(days=rng.randint(earliest, latest))
    day += timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)
    return datetime.combine(day, time(14, 30)) + timedelta(minutes=rng.randrange(210))


class Desk:
    """Deals pieces to readers evenly, and keeps the readings."""

    def __init__(
        self,
        staff: tuple[Adult, ...],
        hands: dict[str, Hand],
        codes: dict[str, tuple[str, ...]],
        grades: dict[str, tuple[str, ...]],
    ) -> None:
        self.staff, self.hands, self.codes = staff, hands, codes
        self.grades = grades
        self.load: dict[tuple[str, int], int] = defaultdict(int)
        self.readings: list[Reading] = []

    def _capacity(self, adult: Adult) -> float:
        if set(adult.rooms) & {SEVERE_ROOM, HALO_ROOM, DRIFT_ROOM}:
            return 2.2
        return {"principal": 0.5, "coach": 1.3}.get(adult.role, 1.0)

    def _cost(self, adult: Adult, piece: Piece) -> float:
        taught = [grade_number(g) for room in adult.rooms for g in self.grades[room]]
        far = min((abs(g - grade_number(piece.child.grade)) for g in taught), default=1)
        load = self.load[(adult.id, piece.window)]
        return (
            load / self._capacity(adult) + 0.4 * far + stream("tie", adult.id, piece.code).random()
        )

    def choose(self, piece: Piece, school: str, taken: Iterable[str] = ()) -> Adult:
        """The reader of a school with the lightest load who does not teach the child."""
        free = [
            adult
            for adult in self.staff
            if adult.school == school and adult.id not in taken and not teaches(adult, piece)
        ]
        return min(free, key=lambda adult: (self._cost(adult, piece), adult.id))

    def read(self, piece: Piece, adult: Adult, purpose: str, joint_with: str = "") -> Reading:
        """Let somebody read a piece."""
        own = purpose == "own_student"
        key = f"everyday/{piece.code}/{adult.id}/{purpose}"
        sees = piece.condition == "BLANK" or chance(SEES_THE_CODE, "sees", key)
        answers = answers_of(
            piece, self.hands[adult.id], key, self.codes, own_student=own, sees_code=sees
        )
        early, late = {"own_student": (1, 9), "independent": (13, 24)}.get(purpose, (27, 33))
        minutes = 3 + stream("minutes", key).randrange(4) + grade_number(piece.child.grade) // 2
        at = _afternoon(key, piece, early, late)
        reading = Reading(piece, adult, purpose, at, answers, minutes, joint_with)
        self.readings.append(reading)
        if not own:
            self.load[(adult.id, piece.window)] += 1
        return reading


def _far_apart(one: Reading, other: Reading) -> bool:
    for criterion in one.piece.criteria:
        a, b = one.answers[criterion], other.answers[criterion]
        if isinstance(a, int) and isinstance(b, int):
            if abs(a - b) > FAR_APART:
                return True
        elif a != b:
            return True
    return False


def _reader_schools(piece: Piece, key: str) -> list[str]:
    """Whose raters read this piece blind: two of the child's school, or one of each of a linked pair."""
    home = piece.room.school
    rng = stream("pair", key)
    if rng.random() >= ACROSS:
        schools = [home, home]
    else:
        pairs = {pair: share for pair, share in LINKS.items() if home in pair}
        schools = list(rng.choices(list(pairs), list(pairs.values()))[0])
    if rng.random() < READ_BY_THREE:
        schools.append(rng.choice(schools))
    return schools


def _thin_link(work: tuple[Piece, ...], used: set[str]) -> set[str]:
    """The few Riverbend pieces that Roosevelt and Stone Mill both read."""
    fitting = [
        piece.code
        for piece in work
        if piece.room.school == "riverbend"
        and piece.child.grade in ("5", "6")
        and not piece.condition
        and piece.code not in used
    ]
    return set(stream("thin link").sample(fitting, THIN_LINK_PIECES))


def everyday_readings(work: tuple[Piece, ...], desk: Desk, in_sessions: set[str]) -> list[Reading]:
    """All everyday readings of the year. Pieces that a session discusses are not read blind elsewhere."""
    teachers: dict[str, list[Adult]] = defaultdict(list)
    for adult in desk.staff:
        for room in adult.rooms:
            teachers[room].append(adult)
    for piece in work:
        lead, *others = teachers[piece.room.id]
        together = others and chance(JOINT_SHARE, "joint", piece.code)
        desk.read(piece, lead, "own_student", others[0].id if together else "")
    thin = _thin_link(work, in_sessions)
    for window in range(len(WINDOWS)):
        for piece in work:
            if piece.window != window or piece.code in in_sessions:
                continue
            if piece.code in thin:
                schools = list(THIN_LINK)
            elif chance(READ_BLIND, "read blind", piece.code):
                schools = _reader_schools(piece, piece.code)
            else:
                continue
            _read_blind(desk, piece, schools)
    return desk.readings


def _read_blind(desk: Desk, piece: Piece, schools: list[str]) -> None:
    made: list[Reading] = []
    for school in schools:
        assert all(linked(school, reading.rater.school) for reading in made)
        taken = [reading.rater.id for reading in made]
        made.append(desk.read(piece, desk.choose(piece, school, taken), "independent"))
    if len(made) == 2 and _far_apart(*made):
        taken = [reading.rater.id for reading in made]
        desk.read(piece, desk.choose(piece, made[0].rater.school, taken), "adjudication")


def operational_rows(readings: list[Reading]) -> list[dict[str, str]]:
    """One row per reading and criterion, by window, piece, time and rater."""
    order = {"own_student": 0, "independent": 1, "adjudication": 2, "validity": 3}
    rows = []
    for reading in sorted(
        readings,
        key=lambda one: (
            one.piece.window,
            one.piece.code,
            order[one.purpose],
            one.at,
            one.rater.id,
        ),
    ):
        for criterion, answer in reading.answers.items():
            rows.append(
                {
                    "session": "",
                    "round": "operational",
                    "piece": reading.piece.code,
                    "rater": reading.rater.id,
                    "criterion": criterion,
                    "score": str(answer) if isinstance(answer, int) else "",
                    "code": "" if isinstance(answer, int) else answer,
                    "comment": "",
                    "scored_at": reading.at.isoformat() + "Z",
                    "purpose": reading.purpose,
                    "window": reading.piece.window_id,
                    "minutes": str(reading.minutes),
                    "joint_with": reading.joint_with,
                }
            )
    return rows
