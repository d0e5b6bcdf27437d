"""Levels of groups of children as bars of shares; who has no level is shown, what is hidden is hatched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from calibrate.analysis.count_tables import ALL, CountTable, N
from calibrate.analysis.growth import CANNOT_TELL, FELL_BACK, GREW, MISSING, NO_CLEAR_CHANGE, Growth
from calibrate.analysis.record_summary import GroupDistribution, RecordSummary
from calibrate.analysis.wording import count, label, listed, percent
from calibrate.figures.look import (
    BLUE,
    FAINT,
    HATCH,
    ORANGE,
    QUIET,
    UNSURE,
    Picture,
    bare,
    canvas,
    group_name,
    level_colours,
    name_of,
    on,
    style,
    wrapped,
)
from calibrate.model.roster import GRADES, grade_position


@dataclass(frozen=True)
class Part:
    """One kind of segment: its name, colour, hatch and edge."""

    name: str
    colour: str
    hatch: str = ""
    edge: str = "white"


def distribution_figure(found: RecordSummary, labels: Mapping[str, str] | None = None) -> Picture:
    """A bar of 100% per group: levels light to dark, then children without a level.

    The number at the right is the group's children; children without a level are part of the bar.
    """
    parts = [
        Part(name, colour)
        for name, colour in zip(found.levels, level_colours(len(found.levels)), strict=True)
    ]
    parts.append(Part("no level yet", "white", "", QUIET))
    groups = sorted(found.groups, key=lambda one: _place(one, labels)) or [found.total]
    names, counts, told = [], [], []
    for one in groups:
        name = group_name(labels, one.group) or "All"
        without = one.n_students - one.n_scored
        names.append(name)
        counts.append([*(n for _, n in one.counts), without])
        shares = [f"{percent(n / one.n_students)} {level}" for level, n in one.counts if n]
        text = f"{name}, {count(one.n_students, 'student')}: {listed(shares) or 'no level'}"
        told.append(text + (f"; {without} without a level." if without else "."))
    with style():
        figure, _ = _bars(names, parts, counts, [str(sum(row)) for row in counts])
    return Picture(figure, "Levels of students by group. " + " ".join(told), found.sentence)


def released_figure(table: CountTable, labels: Mapping[str, str] | None = None) -> Picture:
    """The same bars for the outside edition, from a table whose small counts are hidden.

    What is hidden is one hatched segment of a row; a row with a hidden total is hatched whole.
    """
    levels = table.level_columns
    parts = [
        Part(name, colour) for name, colour in zip(levels, level_colours(len(levels)), strict=True)
    ]
    parts.append(Part("not shown (small groups)", "white", HATCH, UNSURE))
    names, counts, ends, told = [], [], [], []
    for key in table.row_keys:
        whole_table = key == (ALL,)
        name = "All" if whole_table else group_name(labels, list(zip(table.rows, key, strict=True)))
        shown = [table.count(key, level) for level in levels]
        whole = table.count(key, N)
        names.append(name)
        if whole is None:
            counts.append([*(0 for _ in levels), 1])
            ends.append("*")
            told.append(f"{name}: not shown, too few students.")
            continue
        rest = whole - sum(one or 0 for one in shown)
        counts.append([*(one or 0 for one in shown), rest])
        ends.append(str(whole))
        shares = [
            f"{table.percent(key, level)}% {level}"
            for level, one in zip(levels, shown, strict=True)
            if one
        ]
        hidden = "; the rest is not shown" if rest else ""
        told.append(
            f"{name}, {count(whole, 'student')}: {listed(shares) or 'no level shown'}{hidden}."
        )
    with style():
        figure, _ = _bars(names, parts, counts, ends)
    sentence = table.footnote or "No count had to be hidden in this table."
    return Picture(figure, f"{table.title}. " + " ".join(told), sentence)


def growth_figure(
    found: Growth, labels: Mapping[str, str] | None = None, by: str = "grade"
) -> Picture:
    """Who grew by more than scoring error explains, by grade; "cannot tell" is hatched."""
    parts = [
        Part(FELL_BACK, ORANGE),
        Part(NO_CLEAR_CHANGE, FAINT),
        Part(GREW, BLUE),
        Part(CANNOT_TELL, "white", HATCH, UNSURE),
        Part(MISSING, "white", "", QUIET),
    ]
    groups = sorted(found.by(by), key=lambda one: _grade_place(by, one.key))
    names = [name_of(labels, by, one.key) for one in groups]
    counts = [[one.n(part.name) for part in parts] for one in groups]
    used = [i for i in range(len(parts)) if any(row[i] for row in counts)] or [1]
    with style():
        figure, _ = _bars(
            names,
            [parts[i] for i in used],
            [[row[i] for i in used] for row in counts],
            [str(sum(row)) for row in counts],
        )
    told = [
        f"{name}, {count(sum(row), 'student')}: "
        + listed([f"{n} {part.name}" for part, n in zip(parts, row, strict=True) if n])
        + "."
        for name, row in zip(names, counts, strict=True)
    ]
    span = f"from {label(labels, found.from_window)} to {label(labels, found.to_window)}"
    return Picture(figure, f"Growth {span} by {by}. " + " ".join(told), found.sentence)


def _place(
    group: GroupDistribution, labels: Mapping[str, str] | None
) -> tuple[tuple[int, str], ...]:
    """Windows stay in the order in which they are labelled, grades in school order; the rest go by name."""
    return tuple(
        _window_place(value, labels)
        if column == "window"
        else _grade_place(column, value if column == "grade" else name_of(labels, column, value))
        for column, value in group.group
    )


def _window_place(window: str, labels: Mapping[str, str] | None) -> tuple[int, str]:
    """Where a window stands among the labels, else by its id."""
    order = list(labels or ())
    return (order.index(window) if window in order else -1, window)


def _grade_place(column: str, value: str) -> tuple[int, str]:
    """Grades in school order, everything else by its id."""
    return (grade_position(value) if column == "grade" and value in GRADES else -1, value)


def _bars(
    names: Sequence[str],
    parts: Sequence[Part],
    counts: Sequence[Sequence[int]],
    ends: Sequence[str],
) -> tuple[Figure, Axes]:
    lines = 1 + sum(len(part.name) + 6 for part in parts) // 52
    figure, axes = canvas(0.55 + 0.24 * lines + 0.4 * max(len(names), 1))
    bare(axes, grid=False)
    for i, row in enumerate(counts):
        total = sum(row)
        at = 0.0
        for part, n in zip(parts, row, strict=True):
            if not n or not total:
                continue
            share = n / total
            axes.add_patch(
                Rectangle(
                    (at, i - 0.34),
                    share,
                    0.68,
                    facecolor=part.colour,
                    edgecolor=part.edge,
                    hatch=part.hatch,
                    linewidth=0.9,
                )
            )
            if share >= 0.09 and not part.hatch:
                axes.text(
                    at + share / 2,
                    i,
                    f"{round(share * 100)}",
                    ha="center",
                    va="center",
                    fontsize=9.5,
                    color=on(part.colour),
                )
            at += share
        axes.text(1.02, i, ends[i], va="center", fontsize=9.5, color=QUIET)
    axes.text(1.02, -0.72, "students", va="center", fontsize=9, color=QUIET)
    axes.set_yticks(range(len(names)), [wrapped(name, 24) for name in names])
    axes.set_ylim(max(len(names), 1) - 0.5, -0.95)
    axes.set_xlim(0, 1.14)
    axes.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    figure.legend(
        handles=[
            Patch(
                facecolor=part.colour,
                edgecolor=part.edge if part.edge != "white" else QUIET,
                hatch=part.hatch,
                linewidth=0.6,
                label=part.name,
            )
            for part in parts
        ],
        loc="outside upper left",
        ncols=min(len(parts), 3 if lines > 1 else len(parts)),
        handlelength=1.1,
        handletextpad=0.4,
        columnspacing=1.2,
    )
    return figure, axes
