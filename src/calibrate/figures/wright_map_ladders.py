"""The steps of criteria that have each their own, as ladders side by side: a letter above, the levels at their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from calibrate.figures.look import INK, QUIET

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def lettered(criteria: Sequence[str]) -> dict[str, str]:
    """A letter for every criterion, in their order; the last letter for all that come after."""
    return {name: LETTERS[min(i, len(LETTERS) - 1)] for i, name in enumerate(criteria)}


def draw_ladders(
    axes: Axes,
    ladders: Mapping[str, Sequence[tuple[str, float]]],
    column: tuple[float, float],
    line: float,
) -> None:
    """One ladder for each letter.

    Parameters
    ----------
    ladders
        For each letter the steps as (the level they lead into, logits).
    column
        Where the ladders stand, from left to right (0-1 of the width).
    line
        How many logits a line of print is high: levels nearer to each other than that are set apart.
    """
    wide = (column[1] - column[0]) / max(len(ladders), 1)
    small = 9.0 if wide > 0.024 else 7.0
    for i, (letter, steps) in enumerate(ladders.items()):
        x = column[0] + (i + 0.5) * wide
        places = [y for _, y in steps]
        axes.plot([x, x], [min(places), max(places)], color=QUIET, linewidth=0.5, zorder=1)
        floor = float("-inf")
        for text, y in sorted(steps, key=lambda step: step[1]):
            floor = max(y, floor + line)
            axes.text(
                x,
                floor,
                text,
                ha="center",
                va="center",
                fontsize=small,
                color=INK,
                zorder=3,
                bbox={"boxstyle": "square,pad=0.08", "facecolor": "white", "edgecolor": "none"},
            )
        axes.text(
            x,
            1.006,
            letter,
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=9.5,
            color=INK,
        )
