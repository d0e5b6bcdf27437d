"""How a panel's levels lie for one piece: a dot for each judgement, nobody named."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch

from calibrate.analysis.agenda import AgendaItem, CriterionSplit
from calibrate.analysis.wording import listed
from calibrate.figures.look import BLUE, FAINT, ORANGE, QUIET, Picture, bare, canvas, style, wrapped
from calibrate.model.rubric import Rubric

_MOST_ACROSS = 5


def spread_figure(
    item: AgendaItem, rubric: Rubric, *, consensus: Mapping[str, str] | None = None
) -> Picture:
    """Levels across, criteria down; a frame marks the level that the panel agreed.

    Parameters
    ----------
    item
        A piece of the agenda.
    rubric
        For the names of criteria and levels.
    consensus
        Level id by criterion id, where there is a consensus.
    """
    agreed = dict(consensus or {})
    codes = any(split.codes for split in item.splits)
    heads = [[name for name, _ in split.counts] for split in item.splits]
    widest = max(heads, key=len)
    shared = all(head == widest for head in heads)
    n = len(widest)
    told = []
    with style():
        figure, axes = canvas(1.15 + 0.62 * len(item.splits))
        bare(axes, grid=False)
        for i, split in enumerate(item.splits):
            axes.axhline(i + 0.5, color=FAINT, linewidth=0.8)
            _dots(axes, split, i, n)
            scale = rubric.criterion(split.criterion).scale
            level = scale.level(agreed[split.criterion]) if split.criterion in agreed else None
            if level is not None:
                frame = FancyBboxPatch(
                    (level.position - 0.42, i - 0.4),
                    0.84,
                    0.8,
                    boxstyle="round,pad=0,rounding_size=0.12",
                    facecolor="none",
                    edgecolor=ORANGE,
                    linewidth=2,
                )
                frame.set_gid(f"consensus {split.criterion}")
                axes.add_patch(frame)
            told.append(
                _told(rubric.criterion(split.criterion).name, split, level.label if level else None)
            )
        axes.set_yticks(
            range(len(item.splits)),
            [wrapped(rubric.criterion(split.criterion).name) for split in item.splits],
        )
        names = widest if shared else [f"level {i + 1}" for i in range(n)]
        ticks = list(range(1, n + 1)) + ([n + 1] if codes else [])
        axes.set_xticks(ticks, [wrapped(one, 11) for one in names] + (["code"] if codes else []))
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.set_xlim(0.5, n + (1.5 if codes else 0.5))
        axes.set_ylim(len(item.splits) - 0.5, -0.5)
        for edge in ticks[:-1]:
            axes.axvline(edge + 0.5, color=FAINT, linewidth=0.8, zorder=0)
        handles = [
            Line2D(
                [],
                [],
                marker="o",
                linestyle="",
                color=BLUE,
                markersize=7,
                label="one judgement, made alone",
            )
        ]
        if agreed:
            handles.append(
                Line2D(
                    [],
                    [],
                    marker="s",
                    linestyle="",
                    markersize=10,
                    markerfacecolor="white",
                    markeredgecolor=ORANGE,
                    markeredgewidth=2,
                    label="agreed",
                )
            )
        figure.legend(handles=handles, loc="outside lower left", ncols=2, handletextpad=0.2)
    return Picture(figure, f"Judgements of piece {item.piece}. " + " ".join(told), item.reason)


def _dots(axes: Axes, split: CriterionSplit, place: int, n_levels: int) -> None:
    marks = [(i + 1, n) for i, (_, n) in enumerate(split.counts)]
    if split.codes:
        marks.append((n_levels + 1, sum(n for _, n in split.codes)))
    for at, n in marks:
        lines = -(-n // _MOST_ACROSS)
        for k in range(n):
            line, across = divmod(k, _MOST_ACROSS)
            here = min(n - line * _MOST_ACROSS, _MOST_ACROSS)
            axes.plot(
                [at + (across - (here - 1) / 2) * 0.15],
                [place + (line - (lines - 1) / 2) * 0.22],
                "o",
                markersize=7,
                color=QUIET if at > n_levels else BLUE,
                markeredgecolor="white",
                markeredgewidth=0.6,
            )


def _told(name: str, split: CriterionSplit, agreed: str | None) -> str:
    given = [f"{n} × {level}" for level, n in split.counts if n]
    given += [f"{n} × code {code}" for code, n in split.codes]
    end = f"; agreed: {agreed}" if agreed else ""
    return f"{name}: {listed(given)}{end}."
