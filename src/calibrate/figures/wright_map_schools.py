"""The Wright map of a district: every reader an unnamed mark in the strip of the school, beside pieces and criteria.

Nobody is named, and a school with few measured readers has no strip of its own: a mark among four is a person.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from calibrate.analysis.comparability import FEWEST_READERS
from calibrate.analysis.school_spread import SchoolSpread
from calibrate.analysis.severity_model import SeverityModel
from calibrate.analysis.wording import count, label, points
from calibrate.figures.look import (
    BLUE,
    FAINT,
    INK,
    ORANGE,
    QUIET,
    Picture,
    bare,
    canvas,
    style,
    wrapped,
)
from calibrate.figures.wright_map import (
    FloatArray,
    draw_levels,
    draw_named,
    draw_pieces,
    level_bounds,
    measures_of,
    scale_limits,
)

_PIECES, _SCHOOLS, _CRITERIA = (0.0, 0.16), (0.185, 0.71), (0.735, 0.94)
_HEIGHT = 3.9

#: More schools than this have their numbers above the strips, as in the map of schools.
_MOST_NAMED = 4


def wright_map_schools_figure(
    found: SeverityModel,
    spread: SchoolSpread,
    labels: Mapping[str, str] | None = None,
) -> Picture:
    """Pieces, readers by school and criteria on one scale.

    Parameters
    ----------
    found
        A fitted model.
    spread
        The readers of each school that may be shown, from
        `calibrate.analysis.school_spread.school_spread`.
    labels
        What schools and criteria are called.
    """
    part = dict(found.fit.bounded).get(spread.subset)
    with style():
        figure, axes = canvas(_HEIGHT if part and spread.schools else 1.0)
        if part is None or not spread.schools:
            axes.axis("off")
            axes.text(0.5, 0.5, "nothing to draw", ha="center", va="center", color=QUIET)
            return Picture(figure, "No scale: " + spread.sentence, spread.sentence)
        pieces, _ = measures_of(found, "piece", spread.subset)
        criteria, names = measures_of(found, "criterion", spread.subset)
        strips = [np.array(one.measures) for one in spread.schools]
        limits = scale_limits([pieces, criteria, np.concatenate(strips)], level_bounds(part))
        bare(axes, grid=False)
        axes.set_xlim(0, 1)
        axes.set_ylim(*limits)
        draw_levels(axes, part, level_bounds(part), limits)
        draw_pieces(axes, pieces, limits, _PIECES)
        centres = _strips(axes, strips, limits)
        called = [label(labels, one) for one in names]
        draw_named(axes, criteria, called, _CRITERIA, limits, ORANGE)
        heads = _heads([one.school for one in spread.schools], labels)
        axes.set_xticks(
            [sum(_PIECES) / 2, *centres, sum(_CRITERIA) / 2],
            ["Pieces\n↑ stronger", *heads, "Criteria\n↑ harder"],
            fontsize=8.2,
        )
        axes.xaxis.tick_top()
        for one in axes.get_xticklabels()[1:-1]:
            one.set_fontsize(8.2 if len(strips) < 4 else 7.2 if len(strips) <= 10 else 6.2)
        axes.set_yticks([])
        axes.set_ylabel("readers: ↑ harsher", fontsize=9)
        axes.tick_params(length=0)
    return Picture(figure, _alt(spread, labels), spread.sentence)


def _heads(schools: Sequence[str], labels: Mapping[str, str] | None) -> list[str]:
    if len(schools) <= _MOST_NAMED:
        return [wrapped(label(labels, one), 11) for one in schools]
    order = sorted((label(labels, one), one) for one in schools)
    numbers = {one: str(i) for i, (_, one) in enumerate(order, start=1)}
    return [numbers[one] for one in schools]


def _strips(axes: Axes, strips: Sequence[FloatArray], limits: tuple[float, float]) -> list[float]:
    """A strip for each school: a dot for each reader, and a bar at their middle. Returns the strips' centres."""
    wide = (_SCHOOLS[1] - _SCHOOLS[0]) / len(strips)
    size = 4.2 if len(strips) <= 8 else 3.0
    centres = []
    for i, values in enumerate(strips):
        centre = _SCHOOLS[0] + wide * (i + 0.5)
        centres.append(centre)
        axes.axvspan(centre - wide * 0.44, centre + wide * 0.44, color=FAINT, alpha=0.3, zorder=0)
        bins = np.floor((values - limits[0]) / (limits[1] - limits[0]) * 34).astype(int)
        for one in np.unique(bins).tolist():
            rows = values[bins == one]
            gap = min(0.02, wide * 0.8 / max(len(rows), 1))
            place = centre + gap * (np.arange(len(rows)) - (len(rows) - 1) / 2)
            axes.plot(
                place, np.full(len(rows), rows.mean()), "o", markersize=size, color=BLUE, zorder=3
            )
        middle = float(np.mean(values))
        reach = wide * 0.4
        axes.plot(
            [centre - reach, centre + reach], [middle, middle], color=INK, linewidth=1.6, zorder=4
        )
    return centres


def _alt(spread: SchoolSpread, labels: Mapping[str, str] | None) -> str:
    told = [
        f"{label(labels, one.school)}: {count(len(one.measures), 'reader')}, on average "
        f"{points(one.average)} {'above' if one.average > 0 else 'below'} the average reader."
        for one in spread.schools
        if not math.isnan(one.average)
    ]
    return (
        "Pieces, readers by school (each an unnamed dot, a bar at their middle) and criteria on one upright "
        f"scale; schools with fewer than {FEWEST_READERS} readers on it are not drawn. "
        + " ".join(told)
    )
