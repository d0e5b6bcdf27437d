"""Who shares how many pieces with whom, as a small table of squares."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import seaborn as sns
from matplotlib.patches import Rectangle

from calibrate.analysis.links import LinkMap
from calibrate.analysis.wording import count, label
from calibrate.figures.look import (
    FAINT,
    HATCH,
    LEVEL_COLOURS,
    QUIET,
    Picture,
    canvas,
    style,
    wrapped,
)


def links_figure(links: LinkMap, labels: Mapping[str, str] | None = None) -> Picture:
    """Shared pieces of every pair of schools; a pair that shares none is hatched."""
    names = [label(labels, one) for one in links.groups]
    n = len(names)
    shared = np.array([[links.shared(a, b) for b in links.groups] for a in links.groups])
    told = [
        f"{label(labels, one.a)} and {label(labels, one.b)}: {count(one.n_shared_pieces, 'shared piece')}."
        for one in links.links
    ]
    with style():
        figure, axes = canvas(0.9 + 0.55 * max(n - 1, 1))
        if n > 1:
            shown = shared[1:, :-1]
            hide = np.triu(np.ones_like(shown, dtype=bool), k=1) | (shown == 0)
            sns.heatmap(
                shown,
                mask=hide,
                annot=True,
                fmt="d",
                cmap=sns.blend_palette(LEVEL_COLOURS[:3], as_cmap=True),
                vmin=0,
                cbar=False,
                linewidths=2,
                linecolor="white",
                ax=axes,
                annot_kws={"fontsize": 11},
            )
            for i in range(n - 1):
                for j in range(i + 1):
                    if shown[i, j] == 0:
                        axes.add_patch(
                            Rectangle(
                                (j + 0.04, i + 0.04),
                                0.92,
                                0.92,
                                facecolor="white",
                                edgecolor=FAINT,
                                hatch=HATCH,
                                linewidth=0.8,
                            )
                        )
                        words = axes.text(
                            j + 0.5,
                            i + 0.5,
                            "none",
                            ha="center",
                            va="center",
                            color=QUIET,
                            fontsize=10,
                        )
                        words.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1.5})
            small = 9 if n <= 6 else 8
            axes.set_xticks(
                np.arange(n - 1) + 0.5,
                [wrapped(one, 11) for one in names[:-1]],
                rotation=0 if n <= 6 else 60,
                fontsize=small + 1,
            )
            axes.set_yticks(np.arange(n - 1) + 0.5, [wrapped(one) for one in names[1:]], rotation=0)
            axes.tick_params(length=0)
        else:
            axes.axis("off")
            axes.text(0.5, 0.5, "only one group of raters", ha="center", va="center", color=QUIET)
    return Picture(figure, "Pieces read by both. " + " ".join(told), links.sentence)
