"""The panel of six with its intervals: a small field for each coefficient, criteria down the side."""

from __future__ import annotations

import math
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from calibrate.analysis.agreement import AgreementResult, CriterionAgreement
from calibrate.analysis.agreement_words import coefficient_name, interval_shown, value_shown
from calibrate.analysis.coefficient_panels import WIDE
from calibrate.analysis.wording import label
from calibrate.figures.look import BLUE, FAINT, QUIET, WIDTH, Picture, bare, style, wrapped
from calibrate.stats.results import Coefficient


def panel_figure(result: AgreementResult, labels: Mapping[str, str] | None = None) -> Picture:
    """Every coefficient of the panel as a field of dots and whiskers, the criteria down the side.

    All fields have the scale from 0 to 1 (lower values are told at the edge), so a row can be read across.
    """
    parts = [*result.criteria, result.total] if len(result.criteria) != 1 else [*result.criteria]
    names = [_name(one, result, labels) for one in parts]
    columns = range(len(parts[0].coefficients)) if parts else range(0)
    told = []
    with style():
        figure = Figure(figsize=(WIDTH, 2.4 + 0.95 * max(len(parts), 1)), layout="constrained")
        fields = figure.subplots(3, 2, sharey=True, squeeze=False).ravel()
        for at in columns:
            axes = fields[at]
            bare(axes)
            axes.set_title(wrapped(_titles(parts, at), 26), fontsize=9.5, loc="left")
            for place, part in enumerate(parts):
                _draw(axes, part.coefficients[at], place)
            axes.set_xlim(-0.04, 1.04)
            axes.set_xticks([0, 0.5, 1.0])
            axes.tick_params(labelsize=8.5)
            axes.set_yticks(range(len(parts)), [wrapped(one, 15) for one in names], fontsize=9)
            axes.set_ylim(len(parts) - 0.4, -0.6)
            if len(parts) > 1:
                axes.axhline(len(parts) - 1.5, color=FAINT, linewidth=1)
        for axes in fields[len(columns) :]:
            axes.set_visible(False)
        if any(WIDE in one.flags for part in parts for one in part.coefficients):
            figure.supxlabel(
                "Broken line: the range is too wide to say much", fontsize=8.5, color=QUIET
            )
    for name, part in zip(names, parts, strict=True):
        told.append(f"{name}: " + "; ".join(_said(one) for one in part.coefficients) + ".")
    return Picture(figure, "Agreement by criterion. " + " ".join(told), result.total.sentence)


def _name(
    one: CriterionAgreement, result: AgreementResult, labels: Mapping[str, str] | None
) -> str:
    return "All together" if one is result.total else label(labels, one.criterion)


def _titles(parts: list[CriterionAgreement], at: int) -> str:
    """The coefficient's name; both where criteria were read by different numbers of raters."""
    return " / ".join(dict.fromkeys(coefficient_name(part.coefficients[at]) for part in parts))


def _draw(axes: Axes, one: Coefficient, place: int) -> None:
    if not one.is_defined:
        axes.text(0.5, place, "cannot tell", ha="center", va="center", fontsize=8.5, color=QUIET)
        return
    if one.has_interval:
        axes.plot(
            [max(one.ci_low, -0.04), min(one.ci_high, 1.04)],
            [place, place],
            color=BLUE,
            linewidth=2.2,
            linestyle=(0, (1.2, 0.8)) if WIDE in one.flags else "solid",
        )
    if one.value < 0:
        axes.text(0, place - 0.28, value_shown(one, one.value), fontsize=8, color=QUIET)
    axes.plot(
        [max(one.value, 0.0)],
        [place],
        "o",
        markersize=7,
        markeredgecolor=BLUE,
        markerfacecolor=BLUE if one.has_interval else "white",
    )


def _said(one: Coefficient) -> str:
    if not one.is_defined or math.isnan(one.value):
        return f"{coefficient_name(one)} cannot be told"
    words = f"{coefficient_name(one)} {value_shown(one, one.value)}"
    if one.has_interval:
        wide = ", too wide to say much" if WIDE in one.flags else ""
        words += f" ({interval_shown(one)}{wide})"
    return words
