"""The writing wall in print: academic levels across, grades and classrooms down, a mark per child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from calibrate.analysis.wall import Wall, WallRow
from calibrate.analysis.wording import count, listed, percent, upper_first
from calibrate.figures.look import (
    BLUE,
    FAINT,
    ORANGE,
    QUIET,
    Picture,
    bare,
    canvas,
    group_name,
    style,
    wrapped,
)
from calibrate.model.continuum import AcademicLevel
from calibrate.model.roster import grade_label

ROWS_A_PAGE = 13
"""Rows that fit on a printed page."""

_SHORT = 6
"""Letters of a level's name that fit across its column; a longer name is turned upright."""

_ACROSS = 4
"""Marks side by side in a cell."""


def wall_figure(wall: Wall, labels: Mapping[str, str] | None = None) -> tuple[Picture, ...]:
    """The wall on as many pages as it takes; a grade is never torn apart unless it must be.

    Filled marks are children at or above the level expected at the end of their grade (framed),
    hollow ones are below it; at the right stand those without a piece or not placed yet.
    """
    pages = _pages(wall.rows)
    return tuple(_page(wall, rows, labels, i + 1, len(pages)) for i, rows in enumerate(pages))


def _pages(rows: Sequence[WallRow]) -> list[list[WallRow]]:
    grades: dict[str, list[WallRow]] = {}
    for row in rows:
        grades.setdefault(row.grade, []).append(row)
    pages: list[list[WallRow]] = []
    for group in grades.values():
        for start in range(0, len(group), ROWS_A_PAGE):
            part = group[start : start + ROWS_A_PAGE]
            if pages and len(pages[-1]) + len(part) <= ROWS_A_PAGE:
                pages[-1].extend(part)
            else:
                pages.append(list(part))
    return pages


def _page(
    wall: Wall, rows: Sequence[WallRow], labels: Mapping[str, str] | None, number: int, pages: int
) -> Picture:
    n = len(wall.levels)
    lines = [
        max(1, *(-(-c // _ACROSS) for c in [*row.counts, row.n_children - row.n_placed]))
        for row in rows
    ]
    heights = [0.13 + 0.082 * max(one, 3) for one in lines]
    total = sum(heights)
    longest = max((len(_level_name(level)) for level in wall.levels), default=0)
    header = 0.05 * longest if longest > _SHORT else 0.0
    told = []
    with style():
        figure, axes = canvas(1.15 + header + total, width=6.4)
        bare(axes, grid=False)
        at = 0.0
        ticks = []
        last_grade = ""
        for row, height in zip(rows, heights, strict=True):
            if row.grade != last_grade:
                axes.plot([-0.02, n + 1.9], [at, at], color=QUIET, linewidth=1.0)
                last_grade = row.grade
            else:
                axes.plot([-0.02, n + 1.9], [at, at], color=FAINT, linewidth=0.8)
            _row(axes, wall, row, at, height)
            ticks.append(at + height / 2)
            told.append(_told(wall, row, labels))
            at += height
        axes.plot([-0.02, n + 1.9], [at, at], color=QUIET, linewidth=1.0)
        for i in range(1, n + 1):
            axes.plot([i, i], [0, at], color=FAINT, linewidth=0.7, zorder=0)
        for i in range(n):
            in_level = sum(row.counts[i] for row in rows)
            axes.text(
                i + 0.5,
                at + 0.1,
                str(in_level) if in_level else "·",
                ha="center",
                va="center",
                fontsize=9,
                color=QUIET,
            )
        gone = sum(row.n_children - row.n_placed for row in rows)
        axes.text(
            n + 0.5,
            at + 0.1,
            str(gone) if gone else "·",
            ha="center",
            va="center",
            fontsize=9,
            color=QUIET,
        )
        axes.text(
            n + 1.45,
            at + 0.1,
            str(sum(row.n_children for row in rows)),
            ha="center",
            va="center",
            fontsize=9,
            color=QUIET,
        )
        axes.text(-0.1, at + 0.1, "students", ha="right", va="center", fontsize=9, color=QUIET)
        axes.set_yticks(
            ticks, [_row_name(row, labels) for row in rows], fontsize=8.5, linespacing=1.15
        )
        names = [_level_name(level) for level in wall.levels]
        axes.set_xticks(
            [*(i + 0.5 for i in range(n)), n + 0.5, n + 1.45],
            [*names, "no\nplace", "at or\nabove"],
            fontsize=8.5,
        )
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        for tick, name in zip(axes.get_xticklabels(), names, strict=False):
            if len(name) > _SHORT:
                tick.set(rotation=90, fontsize=8)
        axes.set_xlim(0, n + 1.9)
        axes.set_ylim(at + 0.2, 0)
        figure.legend(
            handles=_handles(wall),
            loc="outside lower left",
            ncols=4,
            handletextpad=0.2,
            columnspacing=0.9,
            fontsize=8.5,
        )
    where = f" Page {number} of {pages}." if pages > 1 else ""
    alt = f"The writing wall.{where} " + " ".join(told)
    return Picture(figure, alt, _sentence(rows, number, pages, wall))


def _row(axes: Axes, wall: Wall, row: WallRow, top: float, height: float) -> None:
    n = len(wall.levels)
    for i, level in enumerate(wall.levels):
        if level.grade == row.grade:
            frame = Rectangle(
                (i + 0.02, top + 0.008),
                0.96,
                height - 0.016,
                facecolor="#f3f6f9",
                edgecolor=ORANGE,
                linewidth=1.1,
                zorder=1,
            )
            axes.add_patch(frame)
    above: list[tuple[float, float]] = []
    below: list[tuple[float, float]] = []
    middle = top + height / 2
    for i in range(n):
        here = [one for one in row.children if one.position == i + 1]
        for one, place in zip(here, _places(i, middle, len(here)), strict=True):
            (above if one.steps is not None and one.steps >= 0 else below).append(place)
    _marks(axes, above, "above", marker="o", markerfacecolor=BLUE)
    _marks(axes, below, "below", marker="o", markerfacecolor="white")
    gone = _places(n, middle, row.n_children - row.n_placed)
    _marks(axes, gone, "without", marker="x", markersize=3.6, markeredgecolor=QUIET)
    known = row.share_at_or_above == row.share_at_or_above
    share = percent(row.share_at_or_above) if known else "–"
    axes.text(n + 1.45, middle, share, ha="center", va="center", fontsize=8.5)


def _places(column: int, middle: float, n: int) -> list[tuple[float, float]]:
    """Where n marks stand in a cell: lines of four, each line centred."""
    lines = -(-n // _ACROSS)
    places = []
    for k in range(n):
        line, across = divmod(k, _ACROSS)
        here = min(n - line * _ACROSS, _ACROSS)
        x = column + 0.5 + (across - (here - 1) / 2) * 0.22
        places.append((x, middle + (line - (lines - 1) / 2) * 0.08))
    return places


def _marks(axes: Axes, places: Sequence[tuple[float, float]], kind: str, **look: Any) -> None:
    """Marks of one kind, as one artist that says which kind it is."""
    if not places:
        return
    base: dict[str, Any] = {"markersize": 4.2, "markeredgecolor": BLUE, "markeredgewidth": 0.9}
    (drawn,) = axes.plot(*zip(*places, strict=True), linestyle="", zorder=3, **(base | look))
    drawn.set_gid(kind)


def _handles(wall: Wall) -> list[Line2D]:
    made = [
        Line2D([], [], marker="o", linestyle="", markersize=4.5, color=BLUE, label="at or above"),
        Line2D(
            [],
            [],
            marker="o",
            linestyle="",
            markersize=4.5,
            markerfacecolor="white",
            markeredgecolor=BLUE,
            label="below",
        ),
        Line2D(
            [],
            [],
            marker="x",
            linestyle="",
            markersize=4,
            color=QUIET,
            label="no piece or not settled",
        ),
    ]
    if any(level.grade for level in wall.levels):
        made.append(
            Line2D(
                [],
                [],
                marker="s",
                linestyle="",
                markersize=9,
                markerfacecolor="#f3f6f9",
                markeredgecolor=ORANGE,
                label="end of grade",
            )
        )
    return made


def _level_name(level: AcademicLevel) -> str:
    """The level's label, after its id where they differ."""
    return level.label if level.label == level.id else f"{level.id}  {level.label}"


def _row_keys(row: WallRow) -> list[tuple[str, str]]:
    keys = [("verdict", row.verdict), ("grade", row.grade), ("classroom", row.classroom)]
    return [(column, value) for column, value in keys if value]


def _row_name(row: WallRow, labels: Mapping[str, str] | None) -> str:
    name = group_name(labels, _row_keys(row), "\n").replace(" (", "\n(")
    return "\n".join(wrapped(one, 18) for one in name.split("\n"))


def _told(wall: Wall, row: WallRow, labels: Mapping[str, str] | None) -> str:
    placed = [
        f"{n} at {level.label}" for level, n in zip(wall.levels, row.counts, strict=True) if n
    ]
    name = upper_first(group_name(labels, _row_keys(row), ", "))
    text = f"{name}: {listed(placed) or 'nobody placed'}"
    gone = row.n_children - row.n_placed
    if gone:
        text += f"; {gone} without a place"
    return text + "."


def _sentence(rows: Sequence[WallRow], number: int, pages: int, wall: Wall) -> str:
    if pages == 1:
        return wall.sentence
    grades = list(dict.fromkeys(grade_label(row.grade) for row in rows))
    children = sum(row.n_children for row in rows)
    above = sum(row.n_at_or_above for row in rows)
    return (
        f"Page {number} of {pages}: {listed(grades)}, {count(children, 'student')}; "
        f"{above} at or above the level expected at the end of their grade."
    )
