"""The writing wall as the plain values that its page draws: no internal id and no name, which a saved notebook would keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from calibrate.analysis.growth import CANNOT_TELL, FELL_BACK, GREW, MISSING, NO_CLEAR_CHANGE
from calibrate.analysis.wall import NO_ROW, Card, ChildPlacement, Wall, WallRow
from calibrate.analysis.wall_groups import CLASSROOM, GRADE, GROWTH
from calibrate.analysis.wording import count, percent, upper_first
from calibrate.model.continuum import PlacedBy
from calibrate.model.roster import grade_label, grade_position
from calibrate.workflows.placement import exemplars_at
from calibrate.workflows.wall_views import ChildPath, WallChoice, WallSource

State = dict[str, Any]

GROUPS = {CLASSROOM: "classroom", GRADE: "grade", GROWTH: "growth"}

VERDICT_TITLES = {
    GREW: "Grew",
    NO_CLEAR_CHANGE: "No clear change",
    FELL_BACK: "Fell back",
    CANNOT_TELL: "Cannot tell",
    MISSING: "Missing in a window",
}

_STATUS = {NO_ROW: "not placed: the crosswalk has no row for this score"}


def setup(source: WallSource, *, names: bool, placing: bool) -> State:
    """What stays the same: levels with their exemplars, and the lists to choose from."""
    facts, continuum = source.facts, source.continuum
    grades = sorted(set(facts.children["grade"]), key=grade_position)
    used = set(facts.children["classroom"])
    return {
        "title": continuum.title,
        "levels": [
            {
                "id": one.id,
                "label": one.label,
                "grade": grade_label(one.grade) if one.grade else "",
            }
            for one in continuum.levels
        ],
        "strands": [
            {
                "id": one.id,
                "title": one.title,
                "levels": [
                    {
                        "words": one.descriptor(level.id),
                        "exemplars": [
                            {"piece": found.piece_code, "words": found.commentary}
                            for found in exemplars_at(continuum, one.id, level.id)
                        ],
                    }
                    for level in continuum.levels
                ],
            }
            for one in continuum.strands
        ],
        "windows": [{"id": one.id, "title": one.title} for one in facts.windows],
        "schools": [{"id": one.id, "title": one.title} for one in facts.schools],
        "grades": [{"id": one, "title": grade_label(one)} for one in grades],
        "classrooms": [
            {"id": one.id, "title": one.title, "school": one.school_id}
            for one in sorted(facts.classrooms, key=lambda one: one.title)
            if one.id in used
        ],
        "groups": [{"id": key, "title": title} for key, title in GROUPS.items()],
        "names": names,
        "placing": placing,
    }


def view(
    source: WallSource,
    choice: WallChoice,
    wall: Wall,
    keys: Mapping[str, str],
    names: Mapping[str, str],
) -> State:
    """What the page draws now: rows, their cards, and the counts in the margins.

    Parameters
    ----------
    keys
        What each student is called between page and kernel.
    names
        Names of children; empty while names are off. Only the order of the cards goes by them: the
        page asks for the names themselves.
    """
    found = {(card.student, card.piece): card for card in wall.cards if card.piece is not None}
    by_child: dict[str, list[Card]] = {}
    for card in found.values():
        by_child.setdefault(card.student, []).append(card)
    several_schools = not choice.school and len({row.school for row in wall.rows}) > 1
    rows = []
    for row in wall.rows:
        cards = [
            _card(source, child, by_child.get(child.student, []), keys)
            for child in sorted(
                row.children,
                key=lambda one: (one.position or 99, label_of(source, one.student, names)),
            )
        ]
        rows.append(_row(source, row, several_schools) | {"cards": cards})
    sentence = wall.sentence
    if choice.by == GROWTH:
        sentence = f"{sentence} {source.growth_sentence(choice)}"
    return {
        "rows": rows,
        "total": _row(source, wall.total, False) | {"title": "All students shown", "sub": ""},
        "sentence": sentence,
        "names": bool(names),
    }


def _row(source: WallSource, row: WallRow, several_schools: bool) -> State:
    labels = source.facts.labels
    if row.verdict:
        title, sub = VERDICT_TITLES[row.verdict], ""
    else:
        title = grade_label(row.grade) if row.grade else ""
        room = labels.get(row.classroom, row.classroom)
        sub = room.removesuffix(f" ({title})")
        if several_schools and row.school:
            sub += f", {labels.get(row.school, row.school)}"
    judged = [one for one in row.children if one.steps is not None]
    expected = source.continuum.expected_level(row.grade) if row.grade else None
    return {
        "title": title,
        "sub": sub,
        "expected": expected.position if expected else 0,
        "counts": list(row.counts),
        "children": row.n_children,
        "missing": row.n_missing,
        "unplaced": row.n_unplaced,
        "above": row.n_at_or_above,
        "judged": len(judged),
        "share": percent(row.share_at_or_above) if judged else "",
        "part": row.share_at_or_above if judged else 0.0,
    }


def _card(
    source: WallSource,
    child: ChildPlacement,
    cards: list[Card],
    keys: Mapping[str, str],
) -> State:
    labels = source.facts.labels
    main = next((one for one in cards if one.position == child.position), None)
    piece = source.pieces.get(main.piece) if main and main.piece else None
    return {
        "key": keys[child.student],
        "name": source.pseudonyms[child.student],
        "p": child.position or 0,
        "status": "" if child.position else _STATUS.get(child.status, child.status),
        "steps": child.steps,
        "by": str(main.by) if main and main.by else "",
        "reason": main.reason if main else "",
        "genre": piece.genre if piece else "",
        "support": piece.support if piece else "",
        "next": piece.next_step if piece else "",
        "piece": piece.code if piece else "",
        "grade": grade_label(child.grade),
        "room": labels.get(child.classroom, child.classroom),
    }


def label_of(source: WallSource, student: str, names: Mapping[str, str]) -> str:
    """What a child is called on the wall: the pseudonym, or the name while names are on."""
    return names.get(student) or source.pseudonyms[student]


def path_state(source: WallSource, student: str, key: str, strand: str) -> State:
    """A child's way across the windows."""
    labels = source.facts.labels
    path = source.path(student, strand)
    steps = []
    for window, placed in path.steps:
        steps.append(
            {
                "window": window,
                "title": labels[window],
                "p": (placed.position or 0) if placed else 0,
                "steps": placed.steps if placed else None,
                "words": step_words(source, placed),
            }
        )
    return {
        "key": key,
        "name": source.pseudonyms[student],
        "strand": labels[strand],
        "steps": steps,
        "sentence": path_sentence(path),
    }


def step_words(source: WallSource, placed: ChildPlacement | None) -> str:
    """Where a child stood in a window, in words."""
    if placed is None:
        return "not on the roll"
    if placed.position is None:
        return _STATUS.get(placed.status, placed.status)
    level = source.continuum.levels[placed.position - 1]
    text = f"{level.id} {level.label}" if level.id != level.label else level.label
    return f"{text}, {against_expected(placed.steps)}" if placed.steps is not None else text


def against_expected(steps: int | None) -> str:
    """How a place compares with the level expected at the end of the child's grade."""
    if steps is None:
        return "no level is expected for this grade"
    if steps == 0:
        return "at grade level"
    return f"{count(abs(steps), 'level')} {'above' if steps > 0 else 'below'} grade level"


def path_sentence(path: ChildPath) -> str:
    """What the way across the windows says, and what it cannot say."""
    grown = path.growth
    if grown is None or grown.change is None:
        return "There is a placement in one window at most, so growth cannot be told."
    change = grown.change
    if change == 0:
        moved = "The place is the same as in the first window"
    else:
        moved = f"{upper_first(count(abs(change), 'level'))} {'up' if change > 0 else 'down'}"
    return f"{moved}: {_WHY[grown.verdict]}"


_WHY = {
    GREW: "more than scoring error explains.",
    FELL_BACK: "more than scoring error explains.",
    NO_CLEAR_CHANGE: "no clear change, because two readings of one piece can differ by as much.",
    CANNOT_TELL: "cannot tell whether that is growth, because too few pieces were read twice.",
    MISSING: "cannot tell.",
}


def pieces_of(source: WallSource, cards: Iterable[Card]) -> list[State]:
    """A child's pieces in one strand and window, with how each came to its place."""
    tasks = source.facts.labels
    made = []
    for card in cards:
        if card.piece is None:
            continue
        piece = source.pieces[card.piece]
        made.append(
            {
                "piece": card.piece,
                "window": tasks[card.window],
                "genre": piece.genre,
                "support": piece.support,
                "next": piece.next_step,
                "accommodations": ", ".join(piece.accommodations),
                "p": card.position or 0,
                "by": str(card.by) if card.by else "",
                "how": how(card),
                "reason": card.reason,
            }
        )
    return made


def how(card: Card) -> str:
    """How a card came to its place, in words."""
    if card.position is None:
        return upper_first(_STATUS.get(card.status, card.status)) + "."
    place = against_expected(card.steps)
    if card.by is PlacedBy.CROSSWALK:
        return (
            f"Placed by convention, {place}: the crosswalk turns the mean score of record, "
            f"{card.score:.2f}, into this level."
        )
    if card.by is PlacedBy.EXEMPLAR:
        return f"Placed by staff beside the exemplar, {place}."
    return f"Placed by the rubric’s own levels, {place}."
