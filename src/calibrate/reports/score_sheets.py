"""Printed score sheets: one self-contained page to print before the meeting, for when the network fails."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from calibrate.model.rubric import Level, Rubric
from calibrate.model.session import RoundName
from calibrate.reports.look import render_page
from calibrate.workflows.norming.room_view import ShownPiece
from calibrate.workflows.norming.sheets import ScoreSheets, upper_first
from calibrate.workflows.shown_work import ShownPage, shown_pages

PAPERS = ("letter", "a4")

_ROUNDS = {
    RoundName.BLIND: "Blind round: score alone, before anybody speaks",
    RoundName.AFTER_DISCUSSION: "Second round: score again, after the discussion",
}
# Letters of all descriptors together, up to which they fit one page at this size (points).
_SIZES = ((3600, 9.5), (5200, 8.5), (7500, 7.5))
_SMALLEST = 6.5


@dataclass(frozen=True, slots=True)
class ScaleLine:
    """Which criteria share a scale, and what its levels are called; ``criteria`` is empty where all do."""

    criteria: tuple[str, ...]
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkPage:
    """A piece's work to print: each file as cleaned HTML, as a picture, or as missing."""

    piece: ShownPiece
    files: tuple[ShownPage, ...]

    @property
    def pictures(self) -> tuple[str, ...]:
        """Beside each file its picture as a ``data:`` address, or an empty text."""
        return tuple(_address(one) for one in self.files)


def sheets_page(
    sheets: ScoreSheets,
    *,
    round_name: RoundName = RoundName.BLIND,
    work: Path | None = None,
    paper: str | None = None,
) -> str:
    """The HTML of a session's score sheets: a page for the facilitator, a sheet and the rubric for each rater.

    Parameters
    ----------
    sheets
        From `calibrate.workflows.norming.score_sheets`.
    round_name
        Which round is printed on them.
    work
        The project's ``work`` folder, where the students' work is to be printed too.
    paper
        ``letter`` or ``a4``; by default whatever the printer has.
    """
    rubric = sheets.rubric
    return render_page(
        "score_sheets.html.j2",
        look="score_sheets.css",
        sheets=sheets,
        day=f"{sheets.held_on:%B} {sheets.held_on.day}, {sheets.held_on.year}"
        if sheets.held_on
        else "",
        round=_ROUNDS[round_name],
        rubric=rubric,
        scales=scale_lines(rubric),
        codes=[
            {"letter": sheets.letters[code.id], "label": code.label, "meaning": code.meaning}
            for code in rubric.codes
        ],
        number=_number,
        upper_first=upper_first,
        size=rubric_size(rubric),
        paper=paper if paper in PAPERS else "",
        work=[] if work is None else work_pages(sheets, work),
    )


def scale_lines(rubric: Rubric) -> tuple[ScaleLine, ...]:
    """What the levels are called, said once for all criteria of the same scale."""
    found: dict[tuple[str, ...], list[str]] = {}
    for one in rubric.criteria:
        levels = tuple(_called(level) for level in one.scale.levels)
        found.setdefault(levels, []).append(one.name)
    alike = len(found) == 1
    return tuple(
        ScaleLine(() if alike else tuple(names), levels) for levels, names in found.items()
    )


def rubric_size(rubric: Rubric) -> float:
    """The size of letters, in points, at which the rubric fits one page."""
    letters = sum(
        len(one.description) + sum(len(level.descriptor) + 40 for level in one.scale.levels)
        for one in rubric.criteria
    )
    return next((size for most, size in _SIZES if letters <= most), _SMALLEST)


def work_pages(sheets: ScoreSheets, folder: Path) -> list[WorkPage]:
    """The work of the session's pieces, cleaned again, in the session's order."""
    return [WorkPage(one, shown_pages(list(one.files), folder)) for one in sheets.pieces]


def _number(level: Level) -> str:
    return f"{level.value:g}"


def _called(level: Level) -> str:
    number = _number(level)
    plain = level.label.casefold() in {number, f"level {number}"}
    return number if plain else f"{number} {level.label}"


def _address(page: ShownPage) -> str:
    if not page.picture:
        return ""
    return f"data:{page.media_type};base64,{base64.b64encode(page.picture).decode('ascii')}"
