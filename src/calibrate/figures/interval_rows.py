"""The shape that most figures here have: named rows, each with a dot and its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from calibrate.figures.look import BLUE, FAINT, HATCH, ORANGE, QUIET, UNSURE, bare, canvas, wrapped

SURE, NOTABLE, CANNOT_TELL = "sure", "notable", "cannot tell"
_COLOURS = {SURE: BLUE, NOTABLE: ORANGE, CANNOT_TELL: UNSURE}


@dataclass(frozen=True)
class Row:
    """One row.

    Parameters
    ----------
    label
        Its name, at the left.
    value, low, high
        The dot and the ends of its interval; nan where there is none.
    kind
        ``sure`` (filled dot), ``notable`` (filled diamond), ``cannot tell`` (hollow dot on a
        hatched band).
    note
        Words in the place of a dot that there is not.
    second
        A second value, drawn as a hollow square (nan for none).
    inner
        The ends of a narrower interval, drawn thicker.
    """

    label: str
    value: float
    low: float = math.nan
    high: float = math.nan
    kind: str = SURE
    note: str = ""
    second: float = math.nan
    inner: tuple[float, float] = (math.nan, math.nan)


def interval_rows(
    rows: Sequence[Row],
    limits: tuple[float, float],
    *,
    breaks: Sequence[int] = (),
    extra: float = 0.0,
    wrap: int = 17,
    size: float = 10.5,
) -> tuple[Figure, Axes, list[float]]:
    """Draw the rows from the top down.

    Parameters
    ----------
    limits
        The ends of the value axis.
    wrap, size
        How long a line of a row's name may be, and its type size in points.
    breaks
        Row numbers before which a little room and a line are left.
    extra
        More height at the foot, in inches.

    Returns
    -------
    The figure, its axes and the height of each row on the axes.
    """
    names = ["\n".join(wrapped(part, wrap) for part in row.label.split("\n")) for row in rows]
    places: list[float] = []
    at = 0.0
    for i, _ in enumerate(rows):
        if i in breaks:
            at += 0.45
        tall = 0.5 * max(names[i].count("\n") - 1, 0)
        places.append(at + tall / 2)
        at += 1 + tall
    height = 0.85 + extra + 0.4 * max(at, 1)
    figure, axes = canvas(height)
    bare(axes)
    for row, place in zip(rows, places, strict=True):
        _draw(axes, row, place, limits)
    for i in breaks:
        if 0 < i < len(rows):
            axes.axhline((places[i - 1] + places[i]) / 2, color=FAINT, linewidth=1.2)
    axes.set_yticks(places, names, fontsize=size)
    axes.set_ylim(at - 0.4, -0.6)
    axes.set_xlim(*limits)
    return figure, axes, places


def _draw(axes: Axes, row: Row, place: float, limits: tuple[float, float]) -> None:
    colour = _COLOURS[row.kind]
    if math.isnan(row.value):
        axes.add_patch(
            Rectangle(
                (limits[0], place - 0.3),
                limits[1] - limits[0],
                0.6,
                facecolor="none",
                edgecolor=FAINT,
                hatch=HATCH,
                linewidth=0,
            )
        )
        words = axes.text(
            sum(limits) / 2, place, row.note, ha="center", va="center", color=QUIET, fontsize=9.5
        )
        words.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1.5})
        return
    if not math.isnan(row.low):
        low, high = max(row.low, limits[0]), min(row.high, limits[1])
        if row.kind == CANNOT_TELL:
            axes.add_patch(
                Rectangle(
                    (low, place - 0.16),
                    high - low,
                    0.32,
                    facecolor="white",
                    edgecolor=UNSURE,
                    hatch=HATCH,
                    linewidth=0.8,
                    zorder=2,
                )
            )
        else:
            thin = 2.4 if math.isnan(row.inner[0]) else 1.3
            axes.plot([low, high], [place, place], color=colour, linewidth=thin, zorder=2)
            if not math.isnan(row.inner[0]):
                axes.plot(
                    row.inner,
                    [place, place],
                    color=colour,
                    linewidth=4.2,
                    zorder=2,
                    solid_capstyle="butt",
                )
    if not math.isnan(row.second):
        axes.plot(
            [row.second],
            [place],
            "s",
            markersize=7,
            markerfacecolor="white",
            markeredgecolor=QUIET,
            markeredgewidth=1.4,
            zorder=3,
        )
    axes.plot(
        [row.value],
        [place],
        "D" if row.kind == NOTABLE else "o",
        markersize=8 if row.kind == NOTABLE else 8.5,
        markerfacecolor="white" if row.kind == CANNOT_TELL else colour,
        markeredgecolor=colour,
        markeredgewidth=1.6,
        zorder=4,
    )
