"""What more raters would bring: dependability against the number of readings, with the hours they cost."""

from __future__ import annotations

import math

from matplotlib.axes import Axes

from calibrate.analysis.dependability import DependabilityResult, Plan
from calibrate.analysis.dependability_words import hours_shown, range_shown, share_shown
from calibrate.analysis.wording import count
from calibrate.figures.look import (
    BLUE,
    FAINT,
    ORANGE,
    PALE_BLUE,
    QUIET,
    Picture,
    bare,
    canvas,
    style,
)

MOST_RATERS = 6
_TASKS = (1, 2, 3)
#: How far the lines for different numbers of pieces stand apart, so that their ranges do not hide each other.
_APART = 0.14
_LOOKS = ((BLUE, "o", "-"), (ORANGE, "D", "--"), (PALE_BLUE, "s", ":"))


def dependability_figure(result: DependabilityResult) -> Picture:
    """Dependability (phi) with its 95 % range by readings of a piece; a line for each number of pieces a student has."""
    plans = [one for one in result.plans if one.n_rater <= MOST_RATERS and not math.isnan(one.phi)]
    tasks = [n for n in _TASKS if any(one.n_task == n for one in plans)]
    with style():
        figure, axes = canvas(3.1)
        beside = {n: _APART * (i - (len(tasks) - 1) / 2) for i, n in enumerate(tasks)}
        for n, (colour, marker, line) in zip(tasks, _LOOKS, strict=False):
            row = [one for one in plans if one.n_task == n]
            axes.plot(
                [one.n_rater + beside[n] for one in row],
                [one.phi for one in row],
                color=colour,
                marker=marker,
                linestyle=line,
                label=f"{count(n, 'piece')} a student",
            )
            _ranges(axes, row, beside[n], colour)
        for one in plans:
            if one.n_task != tasks[-1]:
                continue
            axes.annotate(
                share_shown(one.phi),
                (one.n_rater + beside[one.n_task], max(one.phi, _top(one))),
                xytext=(0, 4 if _top(one) > one.phi else 8),
                textcoords="offset points",
                ha="center",
                fontsize=9.5,
            )
        if not plans:
            axes.text(0.5, 0.5, "cannot be told", ha="center", color=QUIET)
        axes.set_ylim(0, 1.08)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", ".25", ".50", ".75", "1"])
        first = [one for one in plans if one.n_task == min(tasks)]
        axes.set_xticks([one.n_rater for one in first], [_tick(one) for one in first])
        axes.set_xlabel("raters a piece" + _below(first, len(tasks) > 1))
        axes.set_ylabel("dependability")
        bare(axes, grid=False)
        axes.grid(axis="y", color=FAINT)
        if len(tasks) > 1:
            axes.legend(
                loc="lower center",
                bbox_to_anchor=(0.5, 1.0),
                ncols=len(tasks),
                handlelength=1.4,
                columnspacing=1.0,
            )
    return Picture(figure, _alt(result, plans, tasks), result.sentence)


def _ranges(axes: Axes, row: list[Plan], beside: float, colour: str) -> None:
    """Where each value plausibly lies, as an upright line behind it."""
    sure = [one for one in row if not math.isnan(one.phi_sure.ci_low)]
    axes.vlines(
        [one.n_rater + beside for one in sure],
        [one.phi_sure.ci_low for one in sure],
        [one.phi_sure.ci_high for one in sure],
        color=colour,
        alpha=0.35,
        linewidth=3,
        zorder=1,
    )


def _tick(one: Plan) -> str:
    return (
        str(one.n_rater)
        if math.isnan(one.hours)
        else f"{one.n_rater}\n{hours_shown(one.hours).replace(' ', chr(10))}"
    )


def _below(plans: list[Plan], several: bool) -> str:
    if not plans or math.isnan(plans[0].hours):
        return ""
    return ", and hours of scoring" + (" (one piece a student)" if several else "")


def _alt(result: DependabilityResult, plans: list[Plan], tasks: list[int]) -> str:
    if not plans:
        return f"Dependability cannot be told: {result.study.undefined or 'no differences'}."
    told = []
    for n in tasks:
        row = [one for one in plans if one.n_task == n]
        each = ", ".join(f"{count(one.n_rater, 'rater')} {_value(one)}" for one in row)
        told.append(f"{count(n, 'piece')} a student: {each}" if len(tasks) > 1 else each)
    return "Dependability by the number of raters who read each piece. " + "; ".join(told) + "."


def _top(one: Plan) -> float:
    """The upper end of the range; 0 where it is not known."""
    return 0.0 if math.isnan(one.phi_sure.ci_high) else one.phi_sure.ci_high


def _value(one: Plan) -> str:
    range_ = range_shown(one.phi_sure.ci_low, one.phi_sure.ci_high)
    return f"{share_shown(one.phi)} ({range_})" if range_ else share_shown(one.phi)
