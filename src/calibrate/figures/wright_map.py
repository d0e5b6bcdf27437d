"""The Wright map: pieces, raters, criteria and the rubric's steps on one upright scale, the expected level at the right edge.

After Wright & Masters 1982 (*Rating Scale Analysis*, ch. 5) and the "vertical ruler" of FACETS. Few raters are named beside their
place; many are dots, and only those at the ends are named.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from calibrate.analysis.severity_model import SeverityModel
from calibrate.analysis.wording import count, label, points, signed
from calibrate.figures.look import (
    BLUE,
    FAINT,
    INK,
    ORANGE,
    PALE_BLUE,
    QUIET,
    Picture,
    bare,
    canvas,
    style,
)
from calibrate.figures.wright_map_ladders import draw_ladders, lettered
from calibrate.stats.facets.judgements import CRITERION
from calibrate.stats.facets.moments import level_chances
from calibrate.stats.facets.part_fit import PartFit

FloatArray = npt.NDArray[np.float64]

#: With more raters than this their names would run into each other: dots instead.
MOST_NAMED = 14

_HEIGHT = 6.4
_PIECES, _RATERS, _CRITERIA, _STEPS = (0.0, 0.25), (0.28, 0.55), (0.58, 0.79), (0.82, 0.93)
_BESIDE_LADDERS, _LADDERS = (0.55, 0.76), (0.80, 0.925)
_LOGITS_OF_A_LINE = 24
"""How many lines of small print fit one above the other."""


def wright_map_figure(
    found: SeverityModel,
    labels: Mapping[str, str] | None = None,
    *,
    name_raters: bool = True,
    subset: int = 1,
) -> Picture:
    """Everything on one scale.

    Parameters
    ----------
    found
        A fitted model.
    labels
        What raters and criteria are called.
    name_raters
        Whether raters may be named at all (not in a district's edition).
    subset
        Which subset to draw; measures of different subsets stand on different scales.
    """
    part = dict(found.fit.bounded).get(subset)
    with style():
        figure, axes = canvas(_HEIGHT if part else 1.2)
        if part is None:
            axes.axis("off")
            axes.text(0.5, 0.5, "nothing to draw", ha="center", va="center", color=QUIET)
            return Picture(figure, "No scale: " + found.sentence, found.sentence)
        measured = {
            name: measures_of(found, name, subset) for name in ("piece", "rater", "criterion")
        }
        steps = _steps(found, part, subset)
        bounds = level_bounds(part)
        low, high = scale_limits(
            [*(m for m, _ in measured.values()), np.array([y for _, y in steps])], bounds
        )
        bare(axes, grid=False)
        axes.set_xlim(0, 1)
        axes.set_ylim(low, high)
        draw_levels(axes, part, bounds, (low, high))
        draw_pieces(axes, measured["piece"][0], (low, high))
        values, names = measured["rater"]
        shown = [label(labels, name) if name_raters else "" for name in names]
        _raters(axes, values, shown, (low, high))
        values, names = measured["criterion"]
        ladders = _ladders(found, part, subset)
        called = [
            f"{ladders[one][0]} {shortened(label(labels, one), 9)}"
            if one in ladders
            else label(labels, one)
            for one in names
        ]
        column = _BESIDE_LADDERS if ladders else _CRITERIA
        draw_named(axes, values, called, column, (low, high), ORANGE)
        if ladders:
            line = (high - low) / (_LOGITS_OF_A_LINE * 1.35)
            draw_ladders(axes, dict(ladders.values()), _LADDERS, line)
        else:
            for at, (text, y) in zip(
                _spread([y for _, y in steps], (low, high)), steps, strict=True
            ):
                _tick(axes, _STEPS, y, at, text, QUIET)
        axes.set_ylabel("logits")
        axes.set_xticks(
            [sum(one) / 2 for one in (_PIECES, _RATERS, column, _STEPS)],
            [
                "Pieces\n↑ better",
                "Raters\n↑ harsher",
                "Criteria\n↑ harder",
                "Steps into\n" if ladders else "Steps\ninto",
            ],
            fontsize=9.5,
        )
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
    sentence = _sentence(found, part, subset)
    return Picture(figure, _alt(found, measured, steps, labels, name_raters), sentence)


def level_bounds(part: PartFit) -> list[tuple[float, float]]:
    """Where the expected score of an average rater passes from one level to the next, averaged over the criteria that share
    the commonest scale: pairs of (the upper level's value, logits).
    """
    criteria, values = _common(part)
    theta = np.linspace(-12, 12, 2401)
    mean, hard = np.zeros_like(theta), part.with_groups(CRITERION)
    for c in criteria:
        step = np.full(len(theta), part.data.step_of[c])
        chances = level_chances(theta - hard[c], step, part.weights)
        mean += np.arange(len(chances)) @ chances
    mean /= len(criteria)
    return [
        (float(values[k]), float(np.interp(k - 0.5, mean, theta)))
        for k in range(1, len(values))
        if mean[0] < k - 0.5 < mean[-1]
    ]


def _common(part: PartFit) -> tuple[list[int], FloatArray]:
    """The criteria that share the commonest scale, and its values."""
    used = np.flatnonzero(part.estimated[CRITERION]).tolist()
    kinds: dict[tuple[float, ...], list[int]] = {}
    for c in used:
        kinds.setdefault(tuple(part.data.values[c].tolist()), []).append(c)
    values, criteria = max(kinds.items(), key=lambda kind: (len(kind[1]), len(kind[0])))
    return criteria, np.array(values)


def measures_of(found: SeverityModel, name: str, subset: int) -> tuple[FloatArray, tuple[str, ...]]:
    """Measures of one facet in a subset, ascending, and whose they are."""
    table = found.fit.tables[name]
    keep = np.flatnonzero((table.subset == subset) & np.isfinite(table.measure))
    order = keep[np.argsort(table.measure[keep], kind="stable")]
    return table.measure[order], tuple(table.ids[i] for i in order.tolist())


def _steps(found: SeverityModel, part: PartFit, subset: int) -> list[tuple[str, float]]:
    """The steps as (what is written, logits): shared ones once, at an average criterion; else at each criterion's own place."""
    shared = found.model == "rating_scale"
    hard = dict(
        zip(part.data.facets[CRITERION].ids, part.measures(CRITERION).tolist(), strict=True)
    )
    common, _ = _common(part)
    first = part.data.facets[CRITERION].ids[common[0]]
    rows = []
    for step in found.fit.steps:
        if step.subset != subset or math.isnan(step.threshold):
            continue
        if shared and step.criterion == first:
            rows.append((f"{step.level:g}", step.threshold))
        elif not shared:
            rows.append((f"{step.criterion} {step.level:g}", hard[step.criterion] + step.threshold))
    return sorted(rows, key=lambda row: row[1])


def _ladders(
    found: SeverityModel, part: PartFit, subset: int
) -> dict[str, tuple[str, list[tuple[str, float]]]]:
    """For each criterion with steps of its own its letter and its steps; empty where criteria share them."""
    if found.model == "rating_scale":
        return {}
    ids = part.data.facets[CRITERION].ids
    hard = dict(zip(ids, part.measures(CRITERION).tolist(), strict=True))
    steps: dict[str, list[tuple[str, float]]] = {}
    for one in found.fit.steps:
        if one.subset == subset and not math.isnan(one.threshold):
            steps.setdefault(one.criterion, []).append(
                (f"{one.level:g}", hard[one.criterion] + one.threshold)
            )
    letters = lettered([one for one in ids if one in steps])
    return {one: (letters[one], steps[one]) for one in letters}


def scale_limits(
    columns: Sequence[FloatArray], bounds: Sequence[tuple[float, float]] = ()
) -> tuple[float, float]:
    """The ends of the scale: the few farthest pieces run out of it, and an expected level that begins has room for its number."""
    ends = [np.quantile(one, [0.01, 0.99]) if len(one) > 50 else one for one in columns if len(one)]
    values = np.concatenate(ends)
    low, high = float(values.min()), float(values.max())
    pad = max(0.06 * (high - low), 0.3)
    low, high = max(low - pad, -8.0), min(high + pad, 8.0)
    room = (high - low) / 16
    inside = [at for _, at in bounds if low < at < high]
    if inside:
        low, high = min(low, min(inside) - room), max(high, max(inside) + room)
    return low, high


def draw_levels(
    axes: Axes, part: PartFit, bounds: list[tuple[float, float]], limits: tuple[float, float]
) -> None:
    """Bands of the expected level, and their numbers at the right edge."""
    _, values = _common(part)
    edges = [limits[0], *(at for _, at in bounds), limits[1]]
    start = values.tolist().index(bounds[0][0]) - 1 if bounds else 0
    for i, (low, high) in enumerate(pairwise(edges)):
        low, high = max(low, limits[0]), min(high, limits[1])
        if high <= low:
            continue
        if i % 2:
            axes.axhspan(low, high, color=FAINT, alpha=0.35, zorder=0, linewidth=0)
        if high - low > (limits[1] - limits[0]) / 40:
            axes.text(
                0.985,
                (low + high) / 2,
                f"{values[start + i]:g}",
                ha="right",
                va="center",
                fontsize=12,
                fontweight="bold",
                color=INK,
            )
    axes.text(
        1.02, sum(limits) / 2, "expected level", rotation=270, va="center", fontsize=9, color=QUIET
    )


def draw_pieces(
    axes: Axes,
    values: FloatArray,
    limits: tuple[float, float],
    column: tuple[float, float] = _PIECES,
) -> None:
    """How many pieces lie where, as bars from the left."""
    inside = np.clip(values, *limits)
    counts, edges = np.histogram(inside, bins=28, range=limits)
    if not counts.max(initial=0):
        return
    widths = counts / counts.max() * (column[1] - column[0])
    axes.barh(
        (edges[:-1] + edges[1:]) / 2,
        widths,
        height=np.diff(edges) * 0.86,
        left=column[0],
        color=PALE_BLUE,
        zorder=2,
    )


def _raters(
    axes: Axes, values: FloatArray, names: Sequence[str], limits: tuple[float, float]
) -> None:
    if len(values) <= MOST_NAMED and all(names):
        draw_named(axes, values, names, _RATERS, limits, BLUE)
        return
    bins = np.floor((values - limits[0]) / (limits[1] - limits[0]) * 40).astype(int)
    size = max(1.5, min(5.0, 150 / max(len(values), 1) + 1.5))
    most = int(np.bincount(bins.clip(min=0)).max())
    gap = min(0.022, (_RATERS[1] - _RATERS[0]) * 0.62 / max(most, 1))
    for one in np.unique(bins).tolist():
        rows = values[bins == one]
        axes.plot(
            _RATERS[0] + 0.02 + gap * np.arange(len(rows)),
            np.full(len(rows), rows.mean()),
            "o",
            markersize=size,
            color=BLUE,
            zorder=3,
        )
    for i, up in ((0, "top"), (-1, "bottom")):
        if names[i]:
            shift = (limits[1] - limits[0]) * (0.012 if i else -0.012)
            axes.text(
                _RATERS[0] + 0.01, values[i] + shift, names[i], va=up, fontsize=8.5, color=BLUE
            )


def draw_named(
    axes: Axes,
    values: FloatArray,
    names: Sequence[str],
    column: tuple[float, float],
    limits: tuple[float, float],
    colour: str,
) -> None:
    """Dots with their names beside them."""
    for at, y, name in zip(_spread(values.tolist(), limits), values.tolist(), names, strict=True):
        _tick(axes, column, y, at, shortened(name), colour)


def shortened(name: str, most: int = 13) -> str:
    """A name that fits beside its dot: cut after a word where one fits."""
    if len(name) <= most:
        return name
    words = textwrap.shorten(name, most, placeholder="…")
    return words if len(words) > most // 2 else name[: most - 1] + "…"


def _tick(
    axes: Axes, column: tuple[float, float], y: float, at: float, text: str, colour: str
) -> None:
    """A dot at the measure, a thin line to where there is room for its name, and the name."""
    axes.plot([column[0] + 0.012], [y], "o", markersize=4.5, color=colour, zorder=3)
    axes.plot(
        [column[0] + 0.012, column[0] + 0.035], [y, at], color=colour, linewidth=0.7, zorder=2
    )
    axes.text(column[0] + 0.042, at, text, va="center", fontsize=9, color=INK)


def _spread(values: Sequence[float], limits: tuple[float, float]) -> list[float]:
    """Places for names beside ascending values, none nearer to the next than a line of print."""
    gap = (limits[1] - limits[0]) / (_LOGITS_OF_A_LINE * 1.35)
    places = list(values)
    for _ in range(200):
        moved = False
        for i in range(len(places) - 1):
            short = gap - (places[i + 1] - places[i])
            if short > 1e-6:
                places[i] -= short / 2
                places[i + 1] += short / 2
                moved = True
        if not moved:
            break
    return places


def _sentence(found: SeverityModel, part: PartFit, subset: int) -> str:
    differences = [
        one.difference
        for one in found.verdicts
        if one.subset == subset and math.isfinite(one.difference)
    ]
    pieces, _ = measures_of(found, "piece", subset)
    text = "There are not two raters with measures to set beside each other."
    if len(differences) > 1:
        reach = max(differences) - min(differences)
        text = (
            f"Between the most lenient and the harshest of {count(len(differences), 'rater')} lie {points(reach)} for the same "
            f"piece; the middle half of the pieces spans {np.subtract(*np.quantile(pieces, [0.75, 0.25])):.1f} logits, the raters "
            f"{np.ptp(measures_of(found, 'rater', subset)[0]):.1f} in all."
        )
    if not found.fit.connected:
        text += f" Shown is group {subset} of {len(found.fit.parts)}; nothing ties the groups together, so they have no common scale."
    return text


def _alt(
    found: SeverityModel,
    measured: Mapping[str, tuple[FloatArray, tuple[str, ...]]],
    steps: Sequence[tuple[str, float]],
    labels: Mapping[str, str] | None,
    name_raters: bool,
) -> str:
    pieces, (raters, names) = measured["piece"][0], measured["rater"]
    told = [
        f"A ruler in logits. {count(len(pieces), 'piece')} from {signed(float(pieces.min()))} to "
        f"{signed(float(pieces.max()))}, half of them above {signed(float(np.median(pieces)))}."
    ]
    if len(raters):
        told.append(
            f"{count(len(raters), 'rater')} from {signed(float(raters[0]))} (most lenient) to {signed(float(raters[-1]))} (harshest)."
        )
    if name_raters and len(raters) <= MOST_NAMED:
        told.append(
            " ".join(
                f"{label(labels, one)} {signed(float(y))}."
                for one, y in zip(names, raters, strict=True)
            )
        )
    values, criteria = measured["criterion"]
    told.append(
        "Criteria: "
        + " ".join(
            f"{label(labels, one)} {signed(float(y))}."
            for one, y in zip(criteria, values, strict=True)
        )
    )
    if steps:
        told.append("Steps: " + " ".join(f"into {text} at {signed(y)}." for text, y in steps))
    return " ".join(told)
