"""Agreement: by criterion, session by session, and before and after the discussion."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from calibrate.analysis.agreement import AgreementResult, CriterionAgreement
from calibrate.analysis.movement import Movement
from calibrate.analysis.pairs import PairAgreement
from calibrate.analysis.wording import count, label, percent
from calibrate.errors import ArgumentError
from calibrate.figures.interval_rows import Row, interval_rows
from calibrate.figures.look import BLUE, QUIET, Picture, bare, canvas, style, wrapped

_SHARES = (-0.02, 1.02)


class SessionPoint(Protocol):
    """A session's agreement, as `analysis.session_trend` gives it."""

    @property
    def title(self) -> str:
        """What the session is called."""

    @property
    def n_raters(self) -> int:
        """Raters of the panel."""

    @property
    def n_pieces(self) -> int:
        """Pieces read by two or more."""

    @property
    def agreement(self) -> PairAgreement:
        """Agreement of the blind round."""


class SessionTrend(Protocol):
    """Sessions in the order of time."""

    @property
    def points(self) -> Sequence[SessionPoint]:
        """The sessions."""

    @property
    def sentence(self) -> str:
        """What they say together."""


def agreement_figure(result: AgreementResult, labels: Mapping[str, str] | None = None) -> Picture:
    """Exact agreement by criterion with its interval, adjacent agreement beside it."""
    found = [*result.criteria, result.total]
    rows = [_criterion_row(one, labels) for one in found]
    with style():
        figure, axes, _ = interval_rows(rows, _SHARES, breaks=[len(rows) - 1], extra=0.3)
        _share_axis(axes)
        _agreement_legend(figure, any(not math.isnan(row.second) for row in rows))
    return Picture(
        figure,
        "Agreement by criterion. " + " ".join(_said(row) for row in rows),
        result.total.sentence,
    )


def _criterion_row(one: CriterionAgreement, labels: Mapping[str, str] | None) -> Row:
    exact = one.coefficient("exact_agreement")
    try:
        adjacent = one.coefficient("adjacent_agreement").value
    except ArgumentError:
        adjacent = math.nan
    name = "All together" if one.criterion == "total" else label(labels, one.criterion)
    return Row(name, exact.value, exact.ci_low, exact.ci_high, note="cannot tell", second=adjacent)


def _said(row: Row) -> str:
    if math.isnan(row.value):
        return f"{row.label}: {row.note}."
    text = f"{row.label}: same level {percent(row.value)}"
    if not math.isnan(row.low):
        text += f" (likely between {percent(row.low)} and {percent(row.high)})"
    if not math.isnan(row.second):
        text += f", at most one level apart {percent(row.second)}"
    return text + "."


def sessions_figure(trend: SessionTrend) -> Picture:
    """Exact agreement of each norming session with its interval, the first session at the top."""
    rows = [
        Row(
            f"{one.title}",
            one.agreement.exact.value,
            one.agreement.exact.ci_low,
            one.agreement.exact.ci_high,
            second=one.agreement.adjacent.value,
        )
        for one in trend.points
    ]
    with style():
        figure, axes, places = interval_rows(rows, _SHARES, extra=0.3, wrap=26, size=9.5)
        if len(rows) > 1:
            values = [row.value for row in rows]
            axes.plot(values, places, color=BLUE, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1)
        _share_axis(axes)
        _agreement_legend(figure, bool(rows))
    told = [
        f"{_said(row)[:-1]}, {count(one.n_raters, 'reader')} and {count(one.n_pieces, 'piece')}."
        for row, one in zip(rows, trend.points, strict=True)
    ]
    return Picture(figure, "Agreement session by session. " + " ".join(told), trend.sentence)


def movement_figure(moved: Movement, labels: Mapping[str, str] | None = None) -> Picture:
    """Exact agreement of the blind round and of the second, by criterion, with what changed."""
    found = [*moved.rows, moved.total]
    names = [
        "All together" if one is moved.total else label(labels, one.criterion) for one in found
    ]
    told = []
    with style():
        figure, axes = canvas(1.1 + 0.46 * len(found))
        bare(axes)
        for i, (name, one) in enumerate(zip(names, found, strict=True)):
            before, after = one.before.exact.value, one.after.exact.value
            if math.isnan(before):
                told.append(f"{name}: cannot tell.")
                continue
            axes.annotate(
                "",
                xy=(after, i),
                xytext=(before, i),
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": BLUE,
                    "linewidth": 1.8,
                    "shrinkA": 5,
                    "shrinkB": 0,
                },
            )
            axes.plot(
                [before],
                [i],
                "o",
                markersize=8,
                markerfacecolor="white",
                markeredgecolor=QUIET,
                markeredgewidth=1.6,
            )
            axes.plot([after], [i], "o", markersize=8.5, color=BLUE)
            axes.text(
                1.04,
                i,
                f"{one.n_moved} of {one.n_judgements}",
                transform=axes.get_yaxis_transform(),
                va="center",
                fontsize=9.5,
                color=QUIET,
            )
            told.append(
                f"{name}: same level {percent(before)} before and {percent(after)} after the "
                f"discussion, {one.n_moved} of {count(one.n_judgements, 'judgement')} changed."
            )
        axes.text(
            1.04,
            -0.75,
            "changed",
            transform=axes.get_yaxis_transform(),
            fontsize=9.5,
            color=QUIET,
            va="center",
        )
        axes.set_yticks(range(len(found)), [wrapped(name) for name in names])
        axes.set_ylim(len(found) - 0.5, -0.6)
        axes.set_xlim(*_SHARES)
        _share_axis(axes)
        figure.legend(
            handles=[
                Line2D(
                    [],
                    [],
                    marker="o",
                    linestyle="",
                    markersize=8,
                    markerfacecolor="white",
                    markeredgecolor=QUIET,
                    markeredgewidth=1.6,
                    label="scoring alone",
                ),
                Line2D(
                    [],
                    [],
                    marker="o",
                    linestyle="",
                    markersize=8.5,
                    color=BLUE,
                    label="after talking",
                ),
            ],
            loc="outside upper left",
            ncols=2,
            handletextpad=0.2,
        )
    return Picture(figure, "Agreement before and after. " + " ".join(told), moved.sentence)


def _share_axis(axes: Axes) -> None:
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0])


def _agreement_legend(figure: Figure, adjacent: bool) -> None:
    handles = [
        Line2D(
            [],
            [],
            marker="o",
            color=BLUE,
            linewidth=2.4,
            markersize=8.5,
            label="same level, likely range",
        )
    ]
    if adjacent:
        handles.append(
            Line2D(
                [],
                [],
                marker="s",
                linestyle="",
                markersize=7,
                markerfacecolor="white",
                markeredgecolor=QUIET,
                markeredgewidth=1.4,
                label="one level apart at most",
            )
        )
    figure.legend(handles=handles, loc="outside upper left", handletextpad=0.4)
