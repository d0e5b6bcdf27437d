"""Differences in rubric points on the same work: schools, and one rater's own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from calibrate.analysis.comparability import Comparison, GroupDifference
from calibrate.analysis.severity import TOTAL, RaterDifference
from calibrate.analysis.wording import count, label, signed
from calibrate.figures.interval_rows import CANNOT_TELL, NOTABLE, SURE, Row, interval_rows
from calibrate.figures.look import BLUE, FAINT, HATCH, ORANGE, QUIET, UNSURE, Picture, style

_KINDS = {
    "same": SURE,
    "in line": SURE,
    "different": NOTABLE,
    "higher": NOTABLE,
    "lower": NOTABLE,
    "cannot tell": CANNOT_TELL,
}


def differences_figure(
    comparison: Comparison, labels: Mapping[str, str] | None = None, criterion: str = TOTAL
) -> Picture:
    """Each school against all others, then every pair; the margin shaded, "cannot tell" hatched."""
    lead, pairs = comparison.against_rest(criterion), comparison.between_pairs(criterion)
    found = [*lead, *pairs]
    rows = [_group_row(one, labels) for one in found]
    margin = found[0].margin if found else 0.0
    with style():
        limits = _limits(rows, margin)
        figure, axes, _ = interval_rows(
            rows, limits, breaks=[len(lead)], extra=0.75, wrap=25, size=9.5
        )
        _points_axis(axes, margin, limits)
        _legend(figure, margin)
    told = [_group_said(row, one) for row, one in zip(rows, found, strict=True)]
    alt = (
        "Differences between schools in rubric points on the same pieces, each school against all "
        f"others and then in pairs. Less than {margin:.2f} is too small to matter. "
        + " ".join(told)
    )
    return Picture(figure, alt, comparison.sentence)


def _group_row(one: GroupDifference, labels: Mapping[str, str] | None) -> Row:
    name = label(labels, one.a)
    if one.b != "rest":
        name = f"{name} and\n{label(labels, one.b)}"
    note = (
        "not shown: one reader alone"
        if one.withheld
        else "no shared piece"
        if one.n_shared_pieces == 0
        else f"only {count(one.n_shared_pieces, 'shared piece')}"
    )
    value = one.difference if not math.isnan(one.se) else math.nan
    return Row(name, value, *one.ci95, kind=_KINDS[one.verdict], note=note, inner=one.ci90)


def _group_said(row: Row, one: GroupDifference) -> str:
    name = row.label.replace("\n", " ")
    if math.isnan(row.value):
        return f"{name}: {row.note}." if one.withheld else f"{name}: cannot tell, {row.note}."
    return (
        f"{name}: {signed(row.value)} (from {signed(row.low)} to {signed(row.high)}, "
        f"{count(one.n_shared_pieces, 'piece')}): {one.verdict}."
    )


def rater_figure(
    differences: Sequence[RaterDifference], labels: Mapping[str, str] | None = None
) -> Picture:
    """One rater's difference from the rest of the panel, by criterion and in total; no name."""
    rows = []
    for one in differences:
        name = "All together" if one.criterion == TOTAL else label(labels, one.criterion)
        value = one.difference if not math.isnan(one.se) else math.nan
        rows.append(
            Row(name, value, one.ci_low, one.ci_high, kind=_KINDS[one.verdict], note="cannot tell")
        )
    with style():
        limits = _limits(rows, 0.25)
        breaks = [i for i, one in enumerate(differences) if one.criterion == TOTAL]
        figure, axes, _ = interval_rows(rows, limits, breaks=breaks, extra=0.35)
        _points_axis(axes, 0.0, limits)
    told = [
        f"{row.label}: cannot tell, {one.reason}."
        if math.isnan(row.value)
        else f"{row.label}: {signed(row.value)} (from {signed(row.low)} to {signed(row.high)}), {one.verdict}."
        for row, one in zip(rows, differences, strict=True)
    ]
    total = next((one.sentence for one in differences if one.criterion == TOTAL), "")
    alt = (
        "Your scores beside those of colleagues on the same pieces, in rubric points. "
        + " ".join(told)
    )
    return Picture(figure, alt, total)


def _legend(figure: Figure, margin: float) -> None:
    handles: list[Artist] = [
        Line2D([], [], marker="D", linestyle="", markersize=7, color=ORANGE, label="different"),
        Line2D([], [], marker="o", linestyle="", markersize=7.5, color=BLUE, label="the same"),
        Patch(facecolor="white", edgecolor=UNSURE, hatch=HATCH, label="cannot tell"),
        Line2D([], [], color=QUIET, linewidth=1.3, label="likely range (thick part: 90%)"),
        Patch(facecolor=FAINT, alpha=0.55, label=f"under {margin:.2f}: too small to matter"),
    ]
    figure.legend(
        handles=handles,
        loc="outside upper left",
        ncols=2,
        handletextpad=0.4,
        columnspacing=1.2,
        fontsize=9.5,
    )


def _limits(rows: Sequence[Row], margin: float) -> tuple[float, float]:
    """The axis fits what can be told; a hatched bar that knows nothing may run out of the picture."""
    ends = [row.value for row in rows]
    told = [row for row in rows if row.kind != CANNOT_TELL] or rows
    ends += [end for row in told for end in (row.low, row.high)]
    known = [abs(end) * 1.15 for end in ends if not math.isnan(end)]
    reach = min(max([margin * 1.6, 0.5, *known]), 3.0)
    return (-reach, reach)


def _points_axis(axes: Axes, margin: float, limits: tuple[float, float]) -> None:
    axes.axvline(0, color=QUIET, linewidth=1.1, zorder=1)
    if margin:
        band = axes.axvspan(-margin, margin, facecolor=FAINT, alpha=0.55, zorder=0)
        band.set_gid("margin")
    step = 0.25 if limits[1] <= 0.8 else 0.5 if limits[1] <= 1.6 else 1.0
    n = int(limits[1] / step)
    ticks = [i * step for i in range(-n, n + 1)]
    axes.set_xticks(
        ticks, [("0" if t == 0 else f"{'+' if t > 0 else '−'}{abs(t):g}") for t in ticks]
    )
    axes.set_xlabel("← fewer points            more points →")
