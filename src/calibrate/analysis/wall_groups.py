"""Other ways to stand before the same wall: part of its children, or children together by grade or growth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from calibrate.analysis.growth import CANNOT_TELL, VERDICTS
from calibrate.analysis.wall import Card, ChildPlacement, Wall, wall_row
from calibrate.errors import ArgumentError

CLASSROOM, GRADE, GROWTH = "classroom", "grade", "growth"
GROUPINGS = (CLASSROOM, GRADE, GROWTH)


def cards_of(
    cards: Iterable[Card], *, school: str = "", grade: str = "", classroom: str = ""
) -> tuple[Card, ...]:
    """The cards of one school, grade and classroom; an empty key keeps all."""
    return tuple(
        card
        for card in cards
        if school in ("", card.school)
        and grade in ("", card.grade)
        and classroom in ("", card.classroom)
    )


def grouped(wall: Wall, by: str, verdicts: Mapping[str, str] | None = None) -> Wall:
    """The same children with the same total, in other rows.

    Parameters
    ----------
    wall
        As `build_wall` makes it: a row per grade and classroom.
    by
        ``classroom`` (the wall as it is), ``grade``, or ``growth``.
    verdicts
        For ``growth``: each student's verdict, one of `calibrate.analysis.growth.VERDICTS`; who is
        not named stands under "cannot tell".

    Raises
    ------
    ArgumentError
        If ``by`` is something else.
    """
    if by == CLASSROOM:
        return wall
    if by not in GROUPINGS:
        raise ArgumentError(
            f"A wall cannot be grouped by {by!r}.", fix="Use classroom, grade or growth."
        )
    n = len(wall.levels)
    children = [child for row in wall.rows for child in row.children]
    if by == GRADE:
        keys = list(dict.fromkeys(row.grade for row in wall.rows))
        groups = [tuple(one for one in children if one.grade == key) for key in keys]
        rows = [wall_row(key, "", "", some, n) for key, some in zip(keys, groups, strict=True)]
    else:
        told = verdicts or {}
        by_verdict: dict[str, list[ChildPlacement]] = {one: [] for one in VERDICTS}
        for child in children:
            by_verdict[told.get(child.student, CANNOT_TELL)].append(child)
        rows = [
            wall_row("", "", "", tuple(some), n, verdict)
            for verdict, some in by_verdict.items()
            if some
        ]
    return replace(wall, rows=tuple(rows))
