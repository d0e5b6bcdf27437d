"""The map of schools: a heat map of differences on the same work, coloured only where there is a verdict.

Blue for fewer points, orange for more: told apart by everybody, in grey by the words and the signs in the squares.
"""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from calibrate.analysis.comparability import REST
from calibrate.analysis.school_map import (
    CANNOT_TELL,
    DIFFERENT,
    SAME,
    UNSHARED,
    WITHHELD,
    WORDS,
    MapCell,
    SchoolMap,
)
from calibrate.analysis.wording import label, signed
from calibrate.figures.look import (
    BLUE,
    FAINT,
    HATCH,
    INK,
    ORANGE,
    QUIET,
    UNSURE,
    Picture,
    canvas,
    on,
    style,
    wrapped,
)

#: Up to so many schools have their names above the columns and words in the squares; more have numbers and signs.
MOST_IN_WORDS = 6

#: With more schools than this the picture needs the width of a page.
MOST_NARROW = 9

_PALETTE = (BLUE, "#8fb4d9", "#f1f3f5", "#eab483", ORANGE)
_SIGNS = {SAME: "=", CANNOT_TELL: "?", UNSHARED: "", WITHHELD: "*"}
_GAP = 0.25
_WIDE = 7.2


def school_map_figure(found: SchoolMap, labels: Mapping[str, str] | None = None) -> Picture:
    """Draw the map: schools down, all others and each other school across.

    Parameters
    ----------
    found
        What `calibrate.analysis.school_map.school_map` laid out.
    labels
        What schools are called.
    """
    n = len(found.schools)
    names = [label(labels, one) for one in found.schools]
    with style():
        if n < 2:
            figure, axes = canvas(0.8)
            axes.axis("off")
            axes.text(0.5, 0.5, "only one school", ha="center", va="center", color=QUIET)
            return Picture(figure, "No map: " + found.sentence, found.sentence)
        few = n <= MOST_IN_WORDS
        width = _WIDE if n > MOST_NARROW else 5.2 if n <= 4 or not few else 6.2
        tall = 0.54 if few else max((width - 1.9) / (n + 1) * 0.86, 0.24)
        figure, axes = canvas(1.25 + tall * n, width)
        size = 9.0 if n <= 4 else 8.5 if n <= MOST_NARROW else 6.6
        start = 0.0 if n == 2 else 1 + _GAP  # of two schools, all others are the other one
        for row, a in enumerate(found.schools):
            if start:
                _square(axes, found, found.cell(a, REST), (0.0, row), few, size)
            for column, b in enumerate(found.schools):
                place = (start + column, float(row))
                if a == b:
                    axes.add_patch(Rectangle(place, 1, 1, facecolor=FAINT, linewidth=0, alpha=0.6))
                else:
                    _square(axes, found, found.cell(a, b), place, few, size)
        axes.set_xlim(0, n + start)
        axes.set_ylim(n, 0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        heads = [wrapped(one, 10) for one in names] if few else [str(i + 1) for i in range(n)]
        places = [start + i + 0.5 for i in range(n)]
        if start:
            heads, places = ["all\nothers", *heads], [0.5, *places]
        axes.set_xticks(places, heads, fontsize=8.5)
        rows = names if few else [f"{i} {one}" for i, one in enumerate(names, start=1)]
        lines = 12 if few else 24
        axes.set_yticks(
            [i + 0.5 for i in range(n)],
            [wrapped(one, lines) for one in rows],
            fontsize=9 if few else 8,
        )
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        _legend(figure, found, few)
    return Picture(figure, _alt(found, labels), found.sentence, colours=224)


def colour_of(found: SchoolMap, value: float) -> str:
    """The colour of a difference on a map: the paler, the nearer to none."""
    ramp = sns.blend_palette(_PALETTE, as_cmap=True)
    return mpl.colors.to_hex(ramp(0.5 + value / (2 * found.reach)))


def _square(
    axes: Axes,
    found: SchoolMap,
    cell: MapCell,
    place: tuple[float, float],
    few: bool,
    size: float,
) -> None:
    told = cell.value is not None
    colour = colour_of(found, cell.value) if cell.value is not None else "white"
    box = Rectangle(
        (place[0] + 0.03, place[1] + 0.03),
        0.94,
        0.94,
        facecolor=colour,
        edgecolor=INK if cell.state == DIFFERENT else FAINT if told else UNSURE,
        linewidth=1.4 if cell.state == DIFFERENT else 0.6,
        hatch=None if told else HATCH,
    )
    box.set_gid(f"square-{cell.state.replace(' ', '-')}")
    axes.add_patch(box)
    words = axes.text(
        place[0] + 0.5,
        place[1] + 0.5,
        _words(cell, few),
        ha="center",
        va="center",
        fontsize=size,
        linespacing=1.15,
        color=on(colour) if told else INK,
        fontweight="bold" if cell.state == DIFFERENT else "normal",
    )
    if not told and words.get_text():
        words.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8})


def _words(cell: MapCell, few: bool) -> str:
    """The value and the verdict; with many schools the value of a difference alone, else a sign."""
    if few:
        verdict = wrapped(WORDS[cell.state], 9)
        return verdict if cell.value is None else f"{signed(cell.value)}\n{verdict}"
    if cell.state == DIFFERENT and cell.value is not None:
        return signed(cell.value)[:-1] if abs(cell.value) >= 0.1 else signed(cell.value)
    return _SIGNS[cell.state]


def _legend(figure: Figure, found: SchoolMap, few: bool) -> None:
    more, less = colour_of(found, found.reach * 0.5), colour_of(found, -found.reach * 0.5)
    states = {one.state for one in found.cells}
    handles: list[Artist] = [
        Patch(facecolor=more, edgecolor=INK, linewidth=1.2, label="row gives more points"),
        Patch(facecolor=less, edgecolor=INK, linewidth=1.2, label="row gives fewer points"),
        Patch(facecolor=_PALETTE[2], edgecolor=FAINT, label="pale: little or no difference"),
    ]
    said = [WORDS[one] for one in (CANNOT_TELL, UNSHARED, WITHHELD) if one in states]
    if said:
        words = "hatched: " + ", ".join(said)
        handles.append(Patch(facecolor="white", edgecolor=UNSURE, hatch=HATCH, label=words))
    if not few:
        signs = [f"{_SIGNS[one]} {WORDS[one]}" for one in _SIGNS if one in states and _SIGNS[one]]
        handles.append(Patch(facecolor="none", edgecolor="none", label="   ".join(signs)))
    figure.legend(
        handles=handles,
        loc="outside lower left",
        ncols=2,
        fontsize=8.5,
        handletextpad=0.5,
        columnspacing=1.2,
        labelspacing=0.3,
    )


def _alt(found: SchoolMap, labels: Mapping[str, str] | None) -> str:
    told = []
    for one in found.cells:
        beside = "all others" if one.b == REST else label(labels, one.b)
        if one.b != REST and found.schools.index(one.a) > found.schools.index(one.b):
            continue
        value = "" if one.value is None else f" {signed(one.value)},"
        told.append(f"{label(labels, one.a)} beside {beside}:{value} {WORDS[one.state]}.")
    return (
        "A map of schools: points that the readers of the school in the row give, minus what those "
        "of the school in the column give, to the same work. " + " ".join(told)
    )
