"""The nine norming sessions: who sat on the panel, both rounds of scores, and what was agreed."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from statistics import fmean
from typing import Any

from comments import CODE_COMMENTS, COMMENTS
from district import RUBRIC, RUBRIC_VERSION
from draws import chance, stream
from people import Adult
from pieces import Piece
from readings import answers_of, grade_number, teaches
from truth import DIFFICULTY, DRIFT_ROOM, HALO_ROOM, SESSION_PRECISION, SEVERE_ROOM, Hand
from writings import plain_grade

PANEL_SIZES = (7, 6, 8, 8, 6, 7, 7, 8, 8)
SHARE_WITH_COMMENT = 0.14
MISSES_THE_CODE = 2
ATTEMPTS = 500
QUIET_SHARE = 0.12
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
    "minutes",
]

Answers = dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A held session: blind and second-round answers by piece and rater, and the consensus by piece.

    ``pieces`` were discussed; pieces of the window before that were read again are in ``blind`` alone.
    """

    plan: dict[str, Any]
    facilitator: Adult
    panel: tuple[Adult, ...]
    pieces: tuple[Piece, ...]
    blind: dict[tuple[str, str], Answers]
    after: dict[tuple[str, str], Answers]
    consensus: dict[str, Answers]

    @property
    def id(self) -> str:
        """The session's id."""
        return str(self.plan["id"])


def _open_at(plan: dict[str, Any]) -> dict[tuple[str, str], float]:
    """The boundary, per piece and criterion, between the two levels that the panel could not settle."""
    return {
        (one["piece"], one["criterion"]): fmean(float(level) for level in one["levels"])
        for one in plan["open"]
    }


def _facilitator(plan: dict[str, Any], staff: tuple[Adult, ...]) -> Adult:
    """The school's coach, or the district's where schools meet."""
    school = plan["schools"][0] if len(plan["schools"]) == 1 else ""
    return next(adult for adult in staff if adult.role == "coach" and adult.school == school)


def _panel(
    number: int,
    plan: dict[str, Any],
    staff: tuple[Adult, ...],
    work: tuple[Piece, ...],
    rooms: dict[str, tuple[str, ...]],
) -> tuple[Adult, ...]:
    """Teachers of these grades first, then specialists; each school in turn.

    Whoever teaches a child whose work is on the table comes last, and does not score that piece.
    """
    wanted = {grade_number(plain_grade(grade)) for grade in plan["grades"]}

    def rank(adult: Adult) -> tuple[float, float]:
        taught = [grade_number(grade) for room in adult.rooms for grade in rooms[room]]
        far = min((abs(a - b) for a in taught for b in wanted), default=1)
        special = bool(set(adult.rooms) & {SEVERE_ROOM, HALO_ROOM, DRIFT_ROOM})
        conflicts = sum(teaches(adult, piece) for piece in work)
        office = {"principal": 2.5, "specialist": 0.5}.get(adult.role, 0.0)
        if special and far == 0 and not conflicts:
            return (-1.0, 0.0)
        return (
            4.0 * conflicts + 2.0 * far + office,
            stream("panel", plan["id"], adult.id).random(),
        )

    queues = {
        school: sorted((a for a in staff if a.school == school and a.role != "coach"), key=rank)
        for school in plan["schools"]
    }
    panel: list[Adult] = []
    while len(panel) < PANEL_SIZES[number]:
        panel.append(queues[plan["schools"][len(panel) % len(plan["schools"])]].pop(0))
    return tuple(sorted(panel, key=lambda adult: adult.id))


def _settled_level(truth: dict[str, float], criterion: str) -> int:
    """The level that a good discussion ends at; halfway between two, the whole piece decides."""
    value = truth[criterion]
    if value % 1 == 0.5:
        return math.ceil(value) if fmean(truth.values()) > value else math.floor(value)
    return round(value)


def _blind(
    plan: dict[str, Any],
    piece: Piece,
    panel: tuple[Adult, ...],
    hands: dict[str, Hand],
    codes: dict[str, tuple[str, ...]],
    precision: float,
) -> dict[tuple[str, str], Answers]:
    readers = [adult for adult in panel if not teaches(adult, piece)]
    unaware = set(
        stream("unaware", plan["id"], piece.code).sample([a.id for a in readers], MISSES_THE_CODE)
    )

    def answers(adult: Adult, seen: Piece, attempt: int = 0) -> Answers:
        return answers_of(
            seen,
            hands[adult.id],
            f"{plan['id']}/{piece.code}/{adult.id}/{attempt}",
            codes,
            precision=precision,
            sees_code=adult.id not in unaware,
            window=str(plan["window"]),
        )

    given = {(piece.code, adult.id): answers(adult, piece) for adult in readers}
    for (code, criterion), boundary in _open_at(plan).items():
        if code != piece.code:
            continue
        lean = fmean(hands[adult.id].severity[piece.window_id] for adult in readers)
        quality = piece.quality | {criterion: boundary + DIFFICULTY[criterion] + lean}
        seen = replace(piece, quality=quality)
        for attempt in range(1, ATTEMPTS):
            split = {adult.id: answers(adult, seen, attempt)[criterion] for adult in readers}
            if _divides(list(split.values()), boundary):
                break
        for rater, answer in split.items():
            given[(code, rater)][criterion] = answer
    return given


def _divides(answers: list[int | str], boundary: float) -> bool:
    """Whether a panel lies on both sides of a boundary, and next to it."""
    levels = [answer for answer in answers if isinstance(answer, int)]
    below = sum(level < boundary for level in levels)
    near = sum(abs(level - boundary) < 1 for level in levels)
    return min(below, len(levels) - below) >= len(levels) // 3 and near >= len(levels) - 1


def _needs_no_talk(blind: list[Answers], agreed: Answers, open_criteria: set[str]) -> bool:
    """Whether nearly all gave the agreed level at once, and nobody was further off than one level."""
    if open_criteria:
        return False
    off = [
        (answer, agreed[criterion])
        for one in blind
        for criterion, answer in one.items()
        if answer != agreed[criterion]
    ]
    if any(isinstance(a, str) or isinstance(b, str) or abs(a - b) > 1 for a, b in off):
        return False
    return len(off) <= QUIET_SHARE * sum(len(one) for one in blind)


def _after(
    number: int, plan: dict[str, Any], adult: Adult, blind: Answers, agreed: Answers
) -> Answers:
    """A rater's second round: she moves to where the talk went, mostly, or stays."""
    stubborn = bool(set(adult.rooms) & {SEVERE_ROOM, DRIFT_ROOM})
    willing = (0.62 + 0.03 * number) * (0.6 if stubborn else 1.0)
    rng = stream("after", plan["id"], adult.id, *sorted(map(str, blind.values())), *agreed)
    second: Answers = {}
    for criterion, first in blind.items():
        goal = agreed.get(criterion, first)
        if isinstance(goal, str) or isinstance(first, str):
            second[criterion] = goal
        elif first != goal and rng.random() < willing:
            far = abs(goal - first) > 1 and rng.random() < 0.4
            second[criterion] = first + (1 if goal > first else -1) if far else goal
        else:
            second[criterion] = first
    return second


def hold(
    number: int,
    plan: dict[str, Any],
    staff: tuple[Adult, ...],
    work: dict[str, Piece],
    hands: dict[str, Hand],
    codes: dict[str, tuple[str, ...]],
    rooms: dict[str, tuple[str, ...]],
) -> Meeting:
    """Hold one session of the plan."""
    table = tuple(work[code] for code in plan["pieces"])
    panel = _panel(number, plan, staff, table, rooms)
    blind: dict[tuple[str, str], Answers] = {}
    after: dict[tuple[str, str], Answers] = {}
    consensus: dict[str, Answers] = {}
    for piece in table:
        assert piece.written is not None
        first = _blind(plan, piece, panel, hands, codes, SESSION_PRECISION[number])
        left_open = {criterion for code, criterion in _open_at(plan) if code == piece.code}
        still = codes.get(piece.condition, ()) if piece.condition else piece.criteria
        agreed: Answers = {
            one: _settled_level(piece.written.truth, one) if one in still else piece.condition
            for one in piece.criteria
            if one not in left_open
        }
        blind |= first
        consensus[piece.code] = agreed
        if not _needs_no_talk(list(first.values()), agreed, left_open):
            for (code, rater), answers in first.items():
                adult = next(one for one in panel if one.id == rater)
                after[(code, rater)] = _after(number, plan, adult, answers, agreed)
    for code in plan.get("again", ()):
        blind |= _blind(plan, work[code], panel, hands, codes, SESSION_PRECISION[number])
    return Meeting(plan, _facilitator(plan, staff), panel, table, blind, after, consensus)


def _reason(plan: dict[str, Any], piece: str, criterion: str) -> str:
    """What the panel wrote beside a consensus: its sentence for this criterion, else the one for the piece."""
    return plan.get("because", {}).get(piece, {}).get(criterion, plan["reasons"][piece])


def _comment(key: str, criterion: str, answer: int | str) -> str:
    if not chance(SHARE_WITH_COMMENT, "comment", key, criterion):
        return ""
    rng = stream("comment words", key, criterion)
    if isinstance(answer, str):
        return rng.choice(CODE_COMMENTS)
    return rng.choice(COMMENTS[criterion][answer])


def score_rows(meeting: Meeting) -> list[dict[str, str]]:
    """One row per judgement: the blind round, then the second for the pieces that were talked about."""
    held = datetime.combine(meeting.plan["held_on"], time(19, 30))
    rows = []
    for name, answers, start in (
        ("blind", meeting.blind, held),
        ("after_discussion", meeting.after, held + timedelta(minutes=50)),
    ):
        spent: Counter[str] = Counter()
        for (piece, rater), given in answers.items():
            key = f"{meeting.id}/{name}/{piece}/{rater}"
            minutes = stream("minutes", key).randint(3, 7) if name == "blind" else 1
            spent[rater] += minutes
            at = start + timedelta(minutes=spent[rater], seconds=stream("s", key).randrange(60))
            for criterion, answer in given.items():
                rows.append(
                    {
                        "session": meeting.id,
                        "round": name,
                        "piece": piece,
                        "rater": rater,
                        "criterion": criterion,
                        "score": str(answer) if isinstance(answer, int) else "",
                        "code": "" if isinstance(answer, int) else answer,
                        "comment": _comment(key, criterion, answer) if name == "blind" else "",
                        "scored_at": at.isoformat() + "Z",
                        "purpose": "independent",
                        "minutes": str(minutes),
                    }
                )
    return rows


def session_file(meeting: Meeting, names: dict[str, str]) -> dict[str, Any]:
    """What the session's own file says; ``names`` are the criteria's."""
    plan = meeting.plan
    return {
        "id": meeting.id,
        "title": plan["title"],
        "held_on": plan["held_on"],
        "window": plan["window"],
        "rubric": RUBRIC,
        "version": RUBRIC_VERSION,
        "schools": list(plan["schools"]),
        "facilitator": meeting.facilitator.id,
        "panel": [adult.id for adult in meeting.panel],
        "pieces": [*plan["pieces"], *plan.get("again", ())],
        "agreed": list(plan["agreed"]),
        "open": [_open_line(one, names) for one in plan["open"]],
        "needs": list(plan["needs"]),
        "actions": [
            {"who": one["who"], "what": one["what"], "due": one["by"]} for one in plan["actions"]
        ],
        "rubric_notes": list(plan["rubric_notes"]),
        "consensus": [
            {
                "piece": piece,
                "criterion": criterion,
                **({"score": answer} if isinstance(answer, int) else {"code": answer}),
                "reason": _reason(plan, piece, criterion),
            }
            for piece, answers in meeting.consensus.items()
            for criterion, answer in answers.items()
        ],
    }


def _open_line(one: dict[str, Any], names: dict[str, str]) -> str:
    low, high = one["levels"]
    return f"{names[one['criterion']]}, between {low} and {high} ({one['piece']}): {one['text']}"


def held_on(meeting: Meeting) -> date:
    """The day of the session."""
    day: date = meeting.plan["held_on"]
    return day
